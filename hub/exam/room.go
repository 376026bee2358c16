package exam

import (
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"zuoxi/hub/store"
	"zuoxi/rules/exam"
	"zuoxi/wire"
)

// room is the document of what people are asked together: drawn once, sealed once, opened with one code.
type room struct {
	Seed    uint64       `json:"seed"`
	Handout exam.Handout `json:"handout"`
	Pass    int          `json:"pass"` // written, of 100
	Monthly bool         `json:"monthly,omitempty"`
	Box     []byte       `json:"box"`

	ID    string `json:"-"`
	State string `json:"-"`
}

// paper is the document of one person's paper in the store, with its room.
type paper struct {
	Result  *exam.Result  `json:"result,omitempty"`
	Marks   marks         `json:"marks"`
	Dispute *exam.Dispute `json:"dispute,omitempty"`
	Second  *marks        `json:"second,omitempty"` // of the second marker
	Outcome *exam.Outcome `json:"outcome,omitempty"`
	First   *exam.Outcome `json:"first,omitempty"` // before the dispute

	room `json:"-"`
}

// code opens the papers of a room: ten digits in two groups, from the hub's key, so that nobody has to keep it.
func (o *Office) code(room string) string {
	n := binary.BigEndian.Uint64(derive(o.cfg.Key, "code "+room)) % 10_000_000_000
	return fmt.Sprintf("%05d-%05d", n/100_000, n%100_000)
}

var errNoPaper = refuse(wire.CodeNotFound, "没有这份试卷 · 没有执行 · 请用 zuoxi exam list 查看编号")

func (o *Office) loadRoom(ctx context.Context, id string) (store.ExamRoom, room, error) {
	var r room
	e, err := o.cfg.DB.ExamRooms.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return e, r, errNoPaper
	}
	if err != nil {
		return e, r, err
	}
	if err := json.Unmarshal(e.Body, &r); err != nil {
		return e, r, fmt.Errorf("reading exam room %s: %w", id, err)
	}
	r.ID, r.State = e.ID, e.State
	return e, r, nil
}

func (o *Office) load(ctx context.Context, id string) (store.Exam, paper, error) {
	e, err := o.cfg.DB.Exams.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return e, paper{}, errNoPaper
	}
	if err != nil {
		return e, paper{}, err
	}
	p, err := o.read(ctx, e, nil)
	return e, p, err
}

// read takes a stored paper apart; rooms, where given, remembers those that were read.
func (o *Office) read(ctx context.Context, e store.Exam, rooms map[string]room) (paper, error) {
	var p paper
	if err := json.Unmarshal(e.Body, &p); err != nil {
		return p, fmt.Errorf("reading exam %s: %w", e.ID, err)
	}
	r, known := rooms[e.Room]
	if !known {
		var err error
		if _, r, err = o.loadRoom(ctx, e.Room); err != nil {
			return p, err
		}
		if rooms != nil {
			rooms[e.Room] = r
		}
	}
	p.room = r
	return p, nil
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

func row(e store.Exam, roomState string) exam.Row {
	r := exam.Row{ID: e.ID, Room: e.Room, Agent: e.Agent, Title: e.Title, State: exam.PaperState(e.State), At: e.Updated}
	if r.State == exam.PaperLaid && roomState == string(exam.PaperOpened) {
		r.State = exam.PaperOpened
	}
	return r
}

// Make draws a paper and lays it out for each of the people: all of them or nobody. The same seed draws the same questions
// in the same order.
func (o *Office) Make(ctx context.Context, args json.RawMessage) (any, error) {
	var in exam.Order
	if err := json.Unmarshal(args, &in); err != nil || len(in.Agents) == 0 && in.Everybody == "" || in.Title == "" || in.Minutes < 0 || in.NoWritten && len(in.Calls) == 0 {
		return nil, refuse(wire.CodeInvalid, "要写明考谁、标题和至少一部分内容 · 没有出卷 · 请看 zuoxi exam make --help")
	}
	people, err := o.people(ctx, in)
	if err != nil {
		return nil, err
	}
	now := o.cfg.Now()
	r, err := o.draw(in, store.NewID(now))
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("packing exam room %s: %w", r.ID, err)
	}
	var rows []exam.Row
	err = o.cfg.DB.Tx(ctx, func(db store.Ports) error {
		rows = make([]exam.Row, 0, len(people))
		kept := store.ExamRoom{ID: r.ID, District: o.cfg.District, Title: in.Title, State: string(exam.PaperLaid), Body: body, Created: now, Updated: now}
		if err := db.ExamRooms.Create(ctx, kept); err != nil {
			return err
		}
		for _, a := range people {
			e := store.Exam{
				ID: store.NewID(now), Agent: a.No, Room: r.ID, District: a.District, Title: in.Title,
				State: string(exam.PaperLaid), Body: []byte(`{"marks":{}}`), Created: now, Updated: now,
			}
			if err := db.Exams.Create(ctx, e); err != nil {
				return err
			}
			rows = append(rows, row(e, ""))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	o.tell(rows)
	return rows, nil
}

func (o *Office) tell(rows []exam.Row) {
	agents := make([]string, 0, len(rows))
	for _, r := range rows {
		agents = append(agents, r.Agent)
	}
	o.told(agents...)
}

// people are the accounts that an order names.
func (o *Office) people(ctx context.Context, in exam.Order) ([]store.Agent, error) {
	var out []store.Agent
	for _, no := range in.Agents {
		a, err := o.cfg.DB.Agents.Get(ctx, no)
		if errors.Is(err, store.ErrNotFound) {
			return nil, refuse(wire.CodeNotFound, "没有工号 "+no+" · 谁都没有发卷 · 请核对工号")
		}
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	for page := (store.Page{Limit: store.MaxPage}); in.Everybody != ""; {
		list, next, err := o.cfg.DB.Agents.List(ctx, store.AgentFilter{Page: page})
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			if !a.Disabled && slices.Contains(a.Roles, in.Everybody) && !slices.Contains(in.Agents, a.No) {
				out = append(out, a)
			}
		}
		if page.After = next; next == "" {
			break
		}
	}
	if len(out) == 0 {
		return nil, refuse(wire.CodeNotFound, "没有角色是 "+in.Everybody+" 的工号 · 没有出卷 · 请核对角色")
	}
	return out, nil
}

// Preview draws what an order would draw, and keeps nothing.
func (o *Office) Preview(ctx context.Context, args json.RawMessage) (any, error) {
	var in exam.Order
	if err := json.Unmarshal(args, &in); err != nil || in.Minutes < 0 {
		return nil, refuse(wire.CodeInvalid, "出卷的要求看不懂 · 没有抽题 · 请核对题数和种子")
	}
	people := 0
	if len(in.Agents) > 0 || in.Everybody != "" {
		list, err := o.people(ctx, in)
		if err != nil {
			return nil, err
		}
		people = len(list)
	}
	m := o.Material()
	h, err := o.handout(m, in)
	if err != nil {
		return nil, err
	}
	out := exam.Draft{Minutes: h.Minutes, Pass: m.Bank.Paper.Pass, People: people}
	for _, sc := range h.Calls {
		out.Calls = append(out.Calls, exam.DraftCall{ID: sc.ID, Title: sc.Title})
	}
	for _, a := range h.Items {
		q, _ := m.Question(a.ID)
		out.Points += q.Points
		out.Items = append(out.Items, exam.DraftItem{
			ID: q.ID, Type: q.Type, Category: q.Subject(), Level: q.Level, Points: q.Points, Stem: q.Stem, Right: q.Right(), KB: q.KB,
		})
		i := slices.IndexFunc(out.Counts, func(c exam.DraftCount) bool { return c.Category == q.Subject() })
		if i < 0 {
			i, out.Counts = len(out.Counts), append(out.Counts, exam.DraftCount{Category: q.Subject()})
		}
		out.Counts[i].Number++
	}
	return out, nil
}

// draw draws and seals a room.
func (o *Office) draw(in exam.Order, id string) (room, error) {
	m := o.Material()
	r := room{ID: id, Seed: in.Seed, Pass: m.Bank.Paper.Pass, Monthly: in.Monthly}
	h, err := o.handout(m, in)
	if err != nil {
		return r, err
	}
	s, err := exam.Seal(id, h, o.code(id))
	if err != nil {
		return r, err
	}
	r.Handout, r.Box = h, s.Box
	return r, nil
}

// handout draws what an order asks for.
func (o *Office) handout(m *Material, in exam.Order) (exam.Handout, error) {
	h := exam.Handout{Title: in.Title, Kind: exam.KindExam, Minutes: in.Minutes, Open: in.Open}
	for _, no := range in.Calls {
		sc, ok := m.Scenario(no)
		if !ok {
			return h, refuse(wire.CodeNotFound, "没有情景 "+no+" · 没有出卷 · 请核对编号")
		}
		h.Calls = append(h.Calls, sc)
	}
	if !in.NoWritten {
		items, err := o.questions(m, in.Rule, in.Seed, false)
		if err != nil {
			return h, refuse(wire.CodeInvalid, "题库里合适的题不够 · 没有出卷 · 请减少题数（"+err.Error()+"）")
		}
		h.Items = items
		if h.Minutes == 0 {
			h.Minutes = max(5, len(items))
		}
	}
	return h, nil
}

func (o *Office) questions(m *Material, rule *exam.PaperRule, seed uint64, hints bool) ([]exam.Asked, error) {
	bank := m.Bank
	if rule != nil {
		bank.Paper = *rule
	}
	drawn, err := bank.Draw(seed, func(q exam.Question) bool { return o.stale(m, q) == Changed })
	if err != nil {
		return nil, err
	}
	out := make([]exam.Asked, 0, len(drawn))
	for _, it := range drawn {
		q, _ := m.Question(it.Question)
		out = append(out, q.Ask(it.Keys, hints))
	}
	return out, nil
}

// Open gives the invigilator the code of a paper, which is that of its room; id is of either.
func (o *Office) Open(ctx context.Context, id string) (any, error) {
	out := exam.Row{ID: id, Room: id}
	if e, p, err := o.load(ctx, id); err == nil {
		out = row(e, p.room.State)
	} else if !errors.Is(err, errNoPaper) {
		return nil, err
	}
	e, _, err := o.loadRoom(ctx, out.Room)
	if err != nil {
		return nil, err
	}
	if out.State != "" && out.State != exam.PaperLaid && out.State != exam.PaperOpened {
		return nil, refuse(wire.CodeImpossible, "这份试卷"+out.State.Label()+"，不能再开 · 没有给出开卷码 · 需要重考请另出一份")
	}
	if e.State != string(exam.PaperOpened) {
		e.State, e.Updated = string(exam.PaperOpened), o.cfg.Now()
		if _, err := o.cfg.DB.ExamRooms.Update(ctx, e); err != nil {
			return nil, err
		}
	}
	out.Title, out.State, out.Code = e.Title, exam.PaperOpened, o.code(e.ID)
	return out, nil
}

// Withdraw takes a paper back that nobody has sat.
func (o *Office) Withdraw(ctx context.Context, id string) (any, error) {
	e, p, err := o.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if e.State != string(exam.PaperLaid) {
		return nil, refuse(wire.CodeImpossible, "这份试卷"+exam.PaperState(e.State).Label()+"，不能作废 · 没有改动 · 有异议请走复核")
	}
	e.State = string(exam.PaperWithdrawn)
	if err := o.keep(ctx, e, p); err != nil {
		return nil, err
	}
	o.told(e.Agent)
	return row(e, ""), nil
}

// Whose tells whom a paper is about, for the rights table.
func (o *Office) Whose(ctx context.Context, id string) (agent, district string, err error) {
	e, err := o.cfg.DB.Exams.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		if _, _, err := o.loadRoom(ctx, id); err != nil {
			return "", "", err
		}
		return "", "", nil // a room is nobody's
	}
	return e.Agent, e.District, err
}

// List is the newest papers.
func (o *Office) List(ctx context.Context, districts ...string) ([]exam.Row, error) {
	list, _, err := o.cfg.DB.Exams.List(ctx, store.ExamFilter{Districts: districts, Page: store.Page{Limit: store.MaxPage}})
	if err != nil {
		return nil, err
	}
	states := map[string]string{}
	out := make([]exam.Row, 0, len(list))
	for _, e := range list {
		if _, known := states[e.Room]; !known && e.State == string(exam.PaperLaid) {
			r, err := o.cfg.DB.ExamRooms.Get(ctx, e.Room)
			if err != nil {
				return nil, err
			}
			states[e.Room] = r.State
		}
		out = append(out, row(e, states[e.Room]))
	}
	return out, nil
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
	today, err := o.practice()
	if err != nil {
		return nil, err
	}
	if out.Missed, err = o.missed(ctx, a.No); err != nil {
		return nil, err
	}
	live := map[string]bool{today.id: true}
	size := 0
	for _, e := range list {
		switch exam.PaperState(e.State) {
		case exam.PaperPublished, exam.PaperDisputed:
			out.Results = append(out.Results, o.report(e))
		case exam.PaperLaid:
			live[e.ID] = true
			if slices.Contains(have, e.ID) || size > maxHandout {
				continue
			}
			r, err := o.shared.of(ctx, o, e.Room)
			if err != nil {
				return nil, err
			}
			s := r.sealed.For(e.ID, e.Agent, o.sign)
			size += len(s.Box)
			out.Papers = append(out.Papers, handOut(s, e.Title, exam.KindExam))
			out.Voices = append(out.Voices, r.voices...)
		}
	}
	for _, id := range have {
		if !live[id] {
			out.Withdrawn = append(out.Withdrawn, id)
		}
	}
	if !slices.Contains(have, today.id) {
		out.Papers = append(out.Papers, handOut(today.sealed.For(today.id, a.No, o.sign), "每日练习", exam.KindPractice))
		out.Voices = append(out.Voices, today.voices...)
	}
	return out, nil
}

func handOut(s exam.Sealed, title, kind string) wire.ExamPaper {
	return wire.ExamPaper{ID: s.ID, Room: s.Room, Agent: s.Agent, Title: title, Kind: kind, Keyed: s.Keyed, Box: s.Box, Sign: s.Sign}
}

// voices are the spoken lines that did not ship with the program.
func (o *Office) voices(calls []exam.Scenario) []string {
	m := o.Material()
	var out []string
	for _, sc := range calls {
		for _, line := range sc.Lines() {
			if name := exam.VoiceName(sc.ID, line); m.imported[name] {
				out = append(out, name)
			}
		}
	}
	return out
}

// shared is the room that was handed out last, read once for all who sit it at the same time.
type shared struct {
	mu       sync.Mutex
	room     string
	material *Material
	box      handed
}

// handed is what all papers of a room have in common.
type handed struct {
	sealed exam.Sealed
	voices []string
}

func (s *shared) of(ctx context.Context, o *Office, id string) (handed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := o.Material()
	if s.room == id && s.material == m {
		return s.box, nil
	}
	_, r, err := o.loadRoom(ctx, id)
	if err != nil {
		return handed{}, err
	}
	s.room, s.material = id, m
	s.box = handed{exam.Sealed{Room: id, Box: r.Box, Keyed: true}, o.voices(r.Handout.Calls)}
	return s.box, nil
}

// daily is the day's practice: the same for everybody, with hints and answers, and every simulated caller.
type daily struct {
	id       string
	material *Material
	sealed   exam.Sealed
	voices   []string
}

func (o *Office) practice() (*daily, error) {
	id, m := "practice-"+o.cfg.Now().Format("20060102"), o.Material()
	if d := o.daily.Load(); d != nil && d.id == id && d.material == m {
		return d, nil
	}
	seed := binary.BigEndian.Uint64(derive([]byte(id), "practice"))
	items, err := o.questions(m, &exam.PaperRule{Single: 10, Multiple: 5, Judge: 5}, seed, true)
	if err != nil {
		return nil, err
	}
	h := exam.Handout{Title: "每日练习", Kind: exam.KindPractice, Minutes: 24 * 60, Open: true, Items: items, Calls: m.Scenarios}
	s, err := exam.Seal(id, h, "")
	if err != nil {
		return nil, err
	}
	d := &daily{id, m, s, o.voices(m.Scenarios)}
	o.daily.Store(d)
	return d, nil
}
