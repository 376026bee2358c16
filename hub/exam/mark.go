package exam

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"zuoxi/hub/store"
	"zuoxi/rules/exam"
	"zuoxi/rules/quality"
	"zuoxi/wire"
)

// marks are what people have decided about a sitting.
type marks struct {
	Short map[string]shortMark `json:"short,omitempty"` // by question
	Calls map[string]callMark  `json:"calls,omitempty"` // by scenario
}

type shortMark struct {
	Half exam.HalfPoints `json:"half"`
	By   string          `json:"by"`
}

// callMark is the sheet of one simulated call: the points that a person heard, the promises that a person confirmed.
type callMark struct {
	Sheet  quality.Sheet `json:"sheet"`
	Points []string      `json:"points"`
	Broken []int         `json:"broken,omitempty"`
	By     string        `json:"by,omitempty"` // who confirmed points and promises
}

// Marking is what a marker decides in one go.
type Marking struct {
	ID       string         `json:"id"`
	Short    map[string]int `json:"short,omitempty"` // question → half points
	Scenario string         `json:"scenario,omitempty"`
	Items    map[string]int `json:"items,omitempty"`    // rubric item → points
	Excluded []string       `json:"excluded,omitempty"` // items that do not count for this call
	Accept   bool           `json:"accept,omitempty"`   // take the machine's proposals for automatic items that are sure
	Points   []string       `json:"points,omitempty"`   // answer points that were given
	Broken   []int          `json:"broken,omitempty"`   // forbidden things that were said, from 1
	Heard    bool           `json:"heard,omitempty"`    // points and promises are decided, be they none
}

// Work is what a marker sees of a sitting.
type Work struct {
	Row
	Notes []exam.Remark `json:"notes,omitempty"`
	Short []ShortWork   `json:"short,omitempty"`
	Calls []CallWork    `json:"calls,omitempty"`
	Open  []string      `json:"open,omitempty"` // what nobody has marked yet
}

// ShortWork is one short answer with what the bank expects.
type ShortWork struct {
	Question string   `json:"question"`
	Stem     string   `json:"stem"`
	Given    string   `json:"given"`
	Expected []string `json:"expected"`
	KB       string   `json:"kb"`
	Half     int      `json:"half"` // -1 while nobody has marked it
	Of       int      `json:"of"`
}

// CallWork is one simulated call with the machine's proposals.
type CallWork struct {
	Scenario  string             `json:"scenario"`
	Title     string             `json:"title"`
	Seconds   float64            `json:"seconds"`
	Timeline  []exam.Remark      `json:"timeline,omitempty"`
	Record    json.RawMessage    `json:"record,omitempty"`
	Proposals []quality.Proposal `json:"proposals"`
	Points    []PointWork        `json:"points"`
	Forbidden []string           `json:"forbidden"`
	Scores    quality.Sheet      `json:"scores"`
}

// PointWork is an answer point; Proposed says that its words stand in the record.
type PointWork struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	KB       string `json:"kb"`
	Points   int    `json:"points"`
	Proposed bool   `json:"proposed"`
	Given    bool   `json:"given"` // as a person decided
}

// Outcome is what a marked sitting came to.
type Outcome struct {
	Written       int      `json:"written"` // of 100, -1 without a written part
	Calls         []int    `json:"calls,omitempty"`
	WrittenPassed bool     `json:"written_passed"`
	CallsPassed   bool     `json:"calls_passed"`
	Lines         []string `json:"lines"`
}

// Passed is a pass in all that was examined.
func (o Outcome) Passed() bool {
	return (o.Written < 0 || o.WrittenPassed) && (len(o.Calls) == 0 || o.CallsPassed)
}

// Mark takes a marker's decisions, and answers with what is left to do. Without any decision it only shows.
func (o *Office) Mark(ctx context.Context, by string, args json.RawMessage) (any, error) {
	var in Marking
	if err := json.Unmarshal(args, &in); err != nil {
		return nil, refuse(wire.CodeInvalid, "阅卷的内容看不懂 · 没有记下 · 请看 zuoxi exam mark --help")
	}
	e, p, err := o.load(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if p.Result == nil {
		return nil, refuse(wire.CodeImpossible, "还没有收到答卷 · 不能阅卷 · 请等答卷送到")
	}
	decided := len(in.Short)+len(in.Items)+len(in.Excluded)+len(in.Points)+len(in.Broken) > 0 || in.Accept || in.Heard
	if !decided {
		return o.work(e, p), nil
	}
	if e.State == StatePublished {
		return nil, refuse(wire.CodeImpossible, "成绩已经公布 · 没有改动 · 有异议请走复核")
	}
	if by == e.Agent {
		return nil, refuse(wire.CodeForbidden, "不能阅自己的卷 · 没有记下 · 请换一位阅卷人")
	}
	if err := o.apply(&p, by, e.Agent, in); err != nil {
		return nil, err
	}
	e.State = StateSat
	if len(p.open()) == 0 {
		e.State = StateMarked
	}
	if err := o.keep(ctx, e, p); err != nil {
		return nil, err
	}
	return o.work(e, p), nil
}

func (o *Office) apply(p *paper, by, agent string, in Marking) error {
	for _, id := range slices.Sorted(maps.Keys(in.Short)) {
		i := slices.IndexFunc(p.Handout.Items, func(a exam.Asked) bool { return a.ID == id && a.Type == exam.Short })
		if i < 0 || in.Short[id] < 0 || in.Short[id] > 2*p.Handout.Items[i].Points {
			return refuse(wire.CodeInvalid, "题 "+id+" 不是本卷的简答题，或分数超出 · 没有记下 · 请核对")
		}
		if p.Marks.Short == nil {
			p.Marks.Short = map[string]shortMark{}
		}
		p.Marks.Short[id] = shortMark{exam.HalfPoints(in.Short[id]), by}
	}
	if in.Scenario == "" {
		return nil
	}
	c := p.called(in.Scenario)
	sc := p.scenario(in.Scenario)
	if c == nil || sc == nil {
		return refuse(wire.CodeNotFound, "答卷里没有情景 "+in.Scenario+" · 没有记下 · 请核对编号")
	}
	m := p.Marks.Calls[in.Scenario]
	if err := m.decide(sc, c, by, agent, in); err != nil {
		return err
	}
	if p.Marks.Calls == nil {
		p.Marks.Calls = map[string]callMark{}
	}
	p.Marks.Calls[in.Scenario] = m
	return nil
}

// decide writes a person's decisions on a sheet. Items that the scenario does not test do not count.
//
//nolint:cyclop // one branch for each kind of decision, read from top to bottom as the sheet is
func (m *callMark) decide(sc *exam.Scenario, c *exam.Called, by, agent string, in Marking) error {
	r := quality.Ministry2015()
	set := func(id string, s quality.Score) error {
		s.By = by
		if err := m.Sheet.Set(r, id, s, agent); err != nil {
			return refuse(wire.CodeInvalid, "项目 "+id+" 的分数不合规则 · 没有记下 · "+err.Error())
		}
		return nil
	}
	if in.Accept {
		for _, p := range r.Propose(c.Facts) {
			if item, _ := r.Item(p.Item); item.How != quality.Auto || !p.Sure {
				continue
			}
			if err := set(p.Item, quality.Score{Points: p.Points, Excluded: p.Excluded, Note: p.Why}); err != nil {
				return err
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(in.Items)) {
		if err := set(id, quality.Score{Points: in.Items[id]}); err != nil {
			return err
		}
	}
	for _, id := range in.Excluded {
		if err := set(id, quality.Score{Excluded: true}); err != nil {
			return err
		}
	}
	for _, item := range r.Items {
		if !tests(sc, item) {
			if err := set(item.ID, quality.Score{Excluded: true, Note: "本情景不考"}); err != nil {
				return err
			}
		}
	}
	if !in.Heard && len(in.Points)+len(in.Broken) == 0 {
		return nil
	}
	for _, id := range in.Points {
		if !slices.ContainsFunc(sc.Points, func(q exam.Point) bool { return q.ID == id }) {
			return refuse(wire.CodeInvalid, "情景没有答题要点 "+id+" · 没有记下 · 请核对")
		}
	}
	m.Points, m.Broken, m.By = in.Points, nil, by
	for _, n := range in.Broken {
		if n < 1 || n > len(sc.Forbidden) {
			return refuse(wire.CodeInvalid, fmt.Sprintf("情景没有第 %d 条禁忌 · 没有记下 · 请核对", n))
		}
		m.Broken = append(m.Broken, n-1)
	}
	return nil
}

// tests tells whether a scenario tests an item; one that names none tests all.
func tests(sc *exam.Scenario, item quality.Item) bool {
	return len(sc.Rubric) == 0 || slices.Contains(sc.Rubric[item.Part], item.ID)
}

func (p *paper) called(id string) *exam.Called {
	for i := range p.Result.Calls {
		if p.Result.Calls[i].Scenario == id {
			return &p.Result.Calls[i]
		}
	}
	return nil
}

func (p *paper) scenario(id string) *exam.Scenario {
	for i := range p.Handout.Calls {
		if p.Handout.Calls[i].ID == id {
			return &p.Handout.Calls[i]
		}
	}
	return nil
}

// open lists what nobody has marked yet. A call that was not taken has nothing to mark.
func (p *paper) open() []string {
	var out []string
	for _, a := range p.Handout.Items {
		if _, ok := p.Marks.Short[a.ID]; a.Type == exam.Short && !ok {
			out = append(out, a.ID)
		}
	}
	for _, c := range p.Result.Calls {
		m := p.Marks.Calls[c.Scenario]
		for _, item := range quality.Ministry2015().Items {
			if m.Sheet.Scores[item.ID].By == "" && tests(p.scenario(c.Scenario), item) {
				out = append(out, c.Scenario+"/"+item.ID)
			}
		}
		if m.By == "" {
			out = append(out, c.Scenario+"/答题要点")
		}
	}
	return out
}

func (o *Office) work(e store.Exam, p paper) Work {
	w := Work{Row: row(e), Notes: p.Result.Notes, Open: p.open()}
	for _, a := range p.Handout.Items {
		if a.Type != exam.Short {
			continue
		}
		q, _ := o.cfg.Material.Question(a.ID)
		s := ShortWork{Question: a.ID, Stem: a.Stem, Expected: q.Right(), KB: q.KB, Half: -1, Of: 2 * a.Points}
		if g := p.Result.Answers[a.ID]; len(g) > 0 {
			s.Given = g[0]
		}
		if m, ok := p.Marks.Short[a.ID]; ok {
			s.Half = int(m.Half)
		}
		w.Short = append(w.Short, s)
	}
	for _, c := range p.Result.Calls {
		w.Calls = append(w.Calls, p.callWork(c))
	}
	return w
}

func (p *paper) callWork(c exam.Called) CallWork {
	sc, m := p.scenario(c.Scenario), p.Marks.Calls[c.Scenario]
	w := CallWork{
		Scenario: c.Scenario, Title: sc.Title, Seconds: c.Seconds, Timeline: c.Timeline, Record: c.Record,
		Proposals: quality.Ministry2015().Propose(c.Facts), Scores: m.Sheet,
	}
	for _, q := range sc.Points {
		w.Points = append(w.Points, PointWork{q.ID, q.Text, q.KB, q.Points, slices.Contains(c.Progress.Points, q.ID), slices.Contains(m.Points, q.ID)})
	}
	for _, f := range sc.Forbidden {
		w.Forbidden = append(w.Forbidden, f.Text)
	}
	return w
}
