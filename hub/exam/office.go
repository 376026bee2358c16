package exam

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/exam"
	"zuoxi/wire"
)

// The states of a paper.
const (
	StateLaid      = "laid"   // drawn, on its way to the seat
	StateOpened    = "opened" // the invigilator has the code
	StateSat       = "sat"    // the result is in
	StateMarked    = "marked" // every item has a person's mark
	StatePublished = "published"
	StateWithdrawn = "withdrawn"
)

// StateLabel is the Chinese name.
func StateLabel(s string) string {
	return map[string]string{StateLaid: "已发卷", StateOpened: "已开卷", StateSat: "待阅卷", StateMarked: "已阅卷", StatePublished: "已公布", StateWithdrawn: "已作废"}[s]
}

// Refusal is what cannot be done; Text is for the person.
type Refusal struct {
	Code wire.Code
	Text string
}

func (r *Refusal) Error() string { return string(r.Code) + ": " + r.Text }

// ForPerson is the code and the line.
func (r *Refusal) ForPerson() (wire.Code, string) { return r.Code, r.Text }

func refuse(code wire.Code, text string) error { return &Refusal{code, text} }

// Config of an office. Key is 32 secret bytes of the hub, the same after each start.
type Config struct {
	DB       *store.Store
	Material *Material
	Key      []byte
	Now      func() time.Time
	Log      *slog.Logger
}

// Office draws, keeps and marks papers. Any goroutine may use it.
type Office struct {
	cfg  Config
	sign ed25519.PrivateKey
}

// New opens the office.
func New(cfg Config) *Office {
	return &Office{cfg, ed25519.NewKeyFromSeed(derive(cfg.Key, "sign"))}
}

func derive(key []byte, use string) []byte {
	m := hmac.New(sha256.New, key)
	_, _ = m.Write([]byte(use)) // never fails
	return m.Sum(nil)
}

// code opens a paper: ten digits in two groups, from the hub's key, so that nobody has to keep it.
func (o *Office) code(id string) string {
	n := binary.BigEndian.Uint64(derive(o.cfg.Key, "code "+id)) % 10_000_000_000
	return fmt.Sprintf("%05d-%05d", n/100_000, n%100_000)
}

// paper is the document of an exam in the store.
type paper struct {
	Seed    uint64       `json:"seed"`
	Handout exam.Handout `json:"handout"`
	Pass    int          `json:"pass"` // written, of 100
	Result  *exam.Result `json:"result,omitempty"`
	Marks   marks        `json:"marks"`
	Outcome *Outcome     `json:"outcome,omitempty"`
}

func (o *Office) load(ctx context.Context, id string) (store.Exam, paper, error) {
	e, err := o.cfg.DB.Exams.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return e, paper{}, refuse(wire.CodeNotFound, "没有这份试卷 · 没有执行 · 请用 zuoxi exam list 查看编号")
	}
	if err != nil {
		return e, paper{}, err
	}
	var p paper
	if err := json.Unmarshal(e.Body, &p); err != nil {
		return e, p, fmt.Errorf("reading exam %s: %w", id, err)
	}
	return e, p, nil
}

// keep writes a changed paper; whoever was first wins.
func (o *Office) keep(ctx context.Context, e store.Exam, p paper) error {
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("packing exam %s: %w", e.ID, err)
	}
	e.Body, e.Updated = body, o.cfg.Now()
	_, err = o.cfg.DB.Exams.Update(ctx, e)
	return err
}

// Order is a paper to be drawn. Zero numbers mean the bank's own rule; Scenarios may be empty, so may the written part.
type Order struct {
	Agents    []string        `json:"agents"`
	Title     string          `json:"title"`
	Rule      *exam.PaperRule `json:"rule,omitempty"`
	Minutes   int             `json:"minutes"`
	Open      bool            `json:"open"`
	NoWritten bool            `json:"no_written"`
	Calls     []string        `json:"calls,omitempty"`
	Seed      uint64          `json:"seed"`
}

// Row is a paper in a list.
type Row struct {
	ID    string    `json:"id"`
	Agent string    `json:"agent_no"`
	Title string    `json:"title"`
	State string    `json:"state"`
	At    time.Time `json:"at"`
	Code  string    `json:"code,omitempty"` // only to the invigilator
}

func row(e store.Exam) Row {
	return Row{ID: e.ID, Agent: e.Agent, Title: e.Title, State: e.State, At: e.Updated}
}

// Make draws a paper for each of the people. The same seed gives everybody the same questions in the same order.
func (o *Office) Make(ctx context.Context, args json.RawMessage) (any, error) {
	var in Order
	if err := json.Unmarshal(args, &in); err != nil || len(in.Agents) == 0 || in.Title == "" || in.Minutes < 0 || in.NoWritten && len(in.Calls) == 0 {
		return nil, refuse(wire.CodeInvalid, "要写明考谁、标题和至少一部分内容 · 没有出卷 · 请看 zuoxi exam make --help")
	}
	h, items, err := o.draw(in)
	if err != nil {
		return nil, err
	}
	out := []Row{}
	for _, no := range in.Agents {
		a, err := o.cfg.DB.Agents.Get(ctx, no)
		if errors.Is(err, store.ErrNotFound) {
			return nil, refuse(wire.CodeNotFound, "没有工号 "+no+" · 他和后面的人没有试卷 · 请核对工号")
		}
		if err != nil {
			return nil, err
		}
		now := o.cfg.Now()
		e := store.Exam{ID: store.NewID(now), Agent: no, District: a.District, Title: in.Title, State: StateLaid, Created: now, Updated: now}
		mine := h
		mine.ID, mine.Agent, mine.Items = e.ID, no, items
		if e.Body, err = json.Marshal(paper{Seed: in.Seed, Handout: mine, Pass: o.cfg.Material.Bank.Paper.Pass}); err != nil {
			return nil, fmt.Errorf("packing exam %s: %w", e.ID, err)
		}
		if err := o.cfg.DB.Exams.Create(ctx, e); err != nil {
			return nil, err
		}
		out = append(out, row(e))
	}
	return out, nil
}

func (o *Office) draw(in Order) (exam.Handout, []exam.Asked, error) {
	m := o.cfg.Material
	h := exam.Handout{Title: in.Title, Kind: exam.KindExam, Minutes: in.Minutes, Open: in.Open}
	for _, id := range in.Calls {
		sc, ok := m.Scenario(id)
		if !ok {
			return h, nil, refuse(wire.CodeNotFound, "没有情景 "+id+" · 没有出卷 · 请核对编号")
		}
		h.Calls = append(h.Calls, sc)
	}
	if in.NoWritten {
		return h, nil, nil
	}
	items, err := o.questions(in.Rule, in.Seed, false)
	if err != nil {
		return h, nil, refuse(wire.CodeInvalid, "题库里合适的题不够 · 没有出卷 · 请减少题数（"+err.Error()+"）")
	}
	if h.Minutes == 0 {
		h.Minutes = max(5, len(items))
	}
	return h, items, nil
}

func (o *Office) questions(rule *exam.PaperRule, seed uint64, hints bool) ([]exam.Asked, error) {
	bank := o.cfg.Material.Bank
	if rule != nil {
		bank.Paper = *rule
	}
	drawn, err := bank.Draw(seed, nil)
	if err != nil {
		return nil, err
	}
	out := make([]exam.Asked, 0, len(drawn))
	for _, it := range drawn {
		q, _ := o.cfg.Material.Question(it.Question)
		out = append(out, q.Ask(it.Keys, hints))
	}
	return out, nil
}

// Open gives the invigilator the code of a paper.
func (o *Office) Open(ctx context.Context, id string) (any, error) {
	e, p, err := o.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if e.State != StateLaid && e.State != StateOpened {
		return nil, refuse(wire.CodeImpossible, "这份试卷"+StateLabel(e.State)+"，不能再开 · 没有给出开卷码 · 需要重考请另出一份")
	}
	e.State = StateOpened
	if err := o.keep(ctx, e, p); err != nil {
		return nil, err
	}
	out := row(e)
	out.Code = o.code(id)
	return out, nil
}

// Whose tells whom a paper is about, for the rights table.
func (o *Office) Whose(ctx context.Context, id string) (agent, district string, err error) {
	e, _, err := o.load(ctx, id)
	return e.Agent, e.District, err
}

// maxHandout bounds what is sent in one message; the rest comes with the next sign-in.
const maxHandout = 150 << 10

// Papers is what a seat gets for its person: sealed papers that it does not hold yet, the practice paper of the day, what
// was withdrawn, and what was published.
func (o *Office) Papers(ctx context.Context, a store.Agent, have []string) (*wire.ExamPapers, error) {
	out := &wire.ExamPapers{Key: o.sign.Public().(ed25519.PublicKey)}
	list, _, err := o.cfg.DB.Exams.List(ctx, store.ExamFilter{Agent: a.No, Page: store.Page{Limit: store.MaxPage}})
	if err != nil {
		return nil, err
	}
	daily := "practice-" + o.cfg.Now().Format("20060102")
	live := map[string]bool{daily: true}
	size := 0
	for _, e := range list {
		switch e.State {
		case StatePublished:
			out.Results = append(out.Results, o.report(e))
		case StateLaid, StateOpened:
			live[e.ID] = true
			if slices.Contains(have, e.ID) || size > maxHandout {
				continue
			}
			var p paper
			if err := json.Unmarshal(e.Body, &p); err != nil {
				return nil, fmt.Errorf("reading exam %s: %w", e.ID, err)
			}
			if err := o.handOut(out, p.Handout, o.code(e.ID), &size); err != nil {
				return nil, err
			}
		}
	}
	for _, id := range have {
		if !live[id] {
			out.Withdrawn = append(out.Withdrawn, id)
		}
	}
	if !slices.Contains(have, daily) {
		h, err := o.practice(daily, a.No)
		if err != nil {
			return nil, err
		}
		if err := o.handOut(out, h, "", &size); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (o *Office) handOut(out *wire.ExamPapers, h exam.Handout, code string, size *int) error {
	s, err := exam.Seal(h, code, o.sign)
	if err != nil {
		return err
	}
	*size += len(s.Box)
	out.Papers = append(out.Papers, wire.ExamPaper{ID: h.ID, Title: h.Title, Kind: h.Kind, Keyed: s.Keyed, Box: s.Box, Sign: s.Sign})
	return nil
}

// practice is the day's practice: the same for everybody, with hints and answers, and every simulated caller.
func (o *Office) practice(id, agent string) (exam.Handout, error) {
	seed := binary.BigEndian.Uint64(derive([]byte(id), "practice"))
	items, err := o.questions(&exam.PaperRule{Single: 10, Multiple: 5, Judge: 5}, seed, true)
	if err != nil {
		return exam.Handout{}, err
	}
	return exam.Handout{
		ID: id, Title: "每日练习", Kind: exam.KindPractice, Agent: agent, Minutes: 24 * 60, Open: true, Items: items, Calls: o.cfg.Material.Scenarios,
	}, nil
}

// Part keeps a piece of sound, once.
func (o *Office) Part(ctx context.Context, agent string, m *wire.ExamPart) error {
	e, p, err := o.mine(ctx, agent, m.Paper)
	if err != nil {
		return err
	}
	if p.Result != nil && p.Result.Sitting != m.Sitting {
		return errAnother
	}
	err = o.cfg.DB.ExamParts.Add(ctx, store.ExamPart{
		ID: partID(e.ID, m.Sitting, m.Number), Exam: e.ID, District: e.District, Number: int64(m.Number), Head: m.Head, Data: m.Data,
	})
	if errors.Is(err, store.ErrDuplicate) {
		return nil
	}
	return err
}

func partID(paper, sitting string, n int) string { return fmt.Sprintf("%s/%s/%d", paper, sitting, n) }

var errAnother = refuse(wire.CodeConflict, "中心已有这份试卷的另一份答卷 · 这一份没有收 · 请告诉监考人")

func (o *Office) mine(ctx context.Context, agent, id string) (store.Exam, paper, error) {
	e, p, err := o.load(ctx, id)
	if err == nil && e.Agent != agent {
		err = refuse(wire.CodeForbidden, "这份试卷是发给别的工号的 · 没有收 · 请告诉监考人")
	}
	return e, p, err
}

// Result takes a sitting in. The first of a paper counts; the same again is answered the same.
func (o *Office) Result(ctx context.Context, agent string, m *wire.ExamResult) error {
	e, p, err := o.mine(ctx, agent, m.Paper)
	if err != nil {
		return err
	}
	var r exam.Result
	if json.Unmarshal(m.Body, &r) != nil || r.Paper != e.ID || r.Sitting != m.Sitting || r.Agent != agent {
		return refuse(wire.CodeInvalid, "答卷看不懂 · 没有收，本机还留着 · 请告诉管理员")
	}
	switch {
	case p.Result != nil && p.Result.Sitting == r.Sitting:
		return nil
	case p.Result != nil:
		return errAnother
	case e.State == StateWithdrawn:
		return refuse(wire.CodeNotFound, "这份试卷已作废 · 没有收 · 请告诉监考人")
	}
	if note := o.checkChain(ctx, e.ID, &r); note != "" {
		r.Notes = append(r.Notes, exam.Remark{Kind: "chain", Text: note})
	}
	if e.State == StateLaid {
		r.Notes = append(r.Notes, exam.Remark{Kind: "code", Text: "中心没有给出过这份试卷的开卷码"})
	}
	p.Result = &r
	e.State = StateSat
	return o.keep(ctx, e, p)
}

// checkChain follows the hash chain over the sound; what does not hold is noted for the marker, the result still counts.
func (o *Office) checkChain(ctx context.Context, id string, r *exam.Result) string {
	var head []byte
	for n := 1; n <= r.Parts; n++ {
		part, err := o.cfg.DB.ExamParts.Get(ctx, partID(id, r.Sitting, n))
		if err != nil {
			return fmt.Sprintf("录音缺第 %d 段", n)
		}
		head = exam.Chain(head, n, part.Data)
		if !hmac.Equal(head, part.Head) {
			return fmt.Sprintf("录音第 %d 段被改过", n)
		}
	}
	if r.Parts > 0 && !hmac.Equal(head, r.Head) {
		return "录音与答卷对不上"
	}
	return ""
}

// Sound gives the recording of one simulated call: A-law, two channels, the caller first.
func (o *Office) Sound(ctx context.Context, id, scenario string) ([]byte, error) {
	_, p, err := o.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if p.Result == nil {
		return nil, refuse(wire.CodeNotFound, "还没有交卷 · 没有录音 · 请等答卷送到")
	}
	var out []byte
	for _, c := range p.Result.Calls {
		if c.Scenario != scenario {
			continue
		}
		for _, n := range c.Parts {
			part, err := o.cfg.DB.ExamParts.Get(ctx, partID(id, p.Result.Sitting, n))
			if err != nil {
				return nil, err
			}
			out = append(out, part.Data...)
		}
	}
	return out, nil
}

// List is every paper, newest first.
func (o *Office) List(ctx context.Context, districts ...string) ([]Row, error) {
	list, _, err := o.cfg.DB.Exams.List(ctx, store.ExamFilter{Districts: districts, Page: store.Page{Limit: store.MaxPage}})
	if err != nil {
		return nil, err
	}
	out := make([]Row, 0, len(list))
	for _, e := range list {
		out = append(out, row(e))
	}
	return out, nil
}
