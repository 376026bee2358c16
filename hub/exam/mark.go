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

// sheet is where decisions go now: to the second marker's while a result is disputed.
func (p *paper) sheet() *marks {
	if p.Dispute != nil {
		if p.Second == nil {
			p.Second = &marks{}
		}
		return p.Second
	}
	return &p.Marks
}

// has tells whether somebody decided anything here.
func (m *marks) has(who string) bool {
	for _, s := range m.Short {
		if s.By == who {
			return true
		}
	}
	for _, c := range m.Calls {
		if c.By == who {
			return true
		}
		for _, s := range c.Sheet.Scores {
			if s.By == who {
				return true
			}
		}
	}
	return false
}

// Mark takes a marker's decisions, and answers with what is left to do. Without any decision it only shows. An examiner who
// watches may score a call before the sitting is handed in; what the machine measured comes with the result.
func (o *Office) Mark(ctx context.Context, by string, args json.RawMessage) (any, error) {
	var in exam.Marking
	if err := json.Unmarshal(args, &in); err != nil {
		return nil, refuse(wire.CodeInvalid, "阅卷的内容看不懂 · 没有记下 · 请看 zuoxi exam mark --help")
	}
	e, p, err := o.load(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if p.Result == nil && (!in.Decides() || in.Accept || len(in.Short) > 0 || p.State != string(exam.PaperOpened)) {
		return nil, refuse(wire.CodeImpossible, "还没有收到答卷 · 不能阅卷 · 请等答卷送到")
	}
	if !in.Decides() {
		return o.work(e, p), nil
	}
	if err := p.markable(e, by); err != nil {
		return nil, err
	}
	if err := o.apply(&p, by, e.Agent, in); err != nil {
		return nil, err
	}
	if p.Result == nil {
		return row(e, p.State), o.keep(ctx, e, p)
	}
	if p.Dispute == nil {
		e.State = string(exam.PaperSat)
		if len(p.open()) == 0 {
			e.State = string(exam.PaperMarked)
		}
	}
	if err := o.keep(ctx, e, p); err != nil {
		return nil, err
	}
	return o.work(e, p), nil
}

// markable tells why somebody may not mark a paper now.
func (p *paper) markable(e store.Exam, by string) error {
	switch {
	case e.State == string(exam.PaperPublished):
		return refuse(wire.CodeImpossible, "成绩已经公布 · 没有改动 · 有异议请走复核")
	case by == e.Agent:
		return refuse(wire.CodeForbidden, "不能阅自己的卷 · 没有记下 · 请换一位阅卷人")
	case p.Dispute != nil && p.Marks.has(by):
		return refuse(wire.CodeForbidden, "这份卷是您评的 · 复核没有记下 · 请换一位没有评过这份卷的人")
	}
	return nil
}

// Dispute takes an objection to a published result: the work is marked again by somebody else, and the two are averaged.
func (o *Office) Dispute(ctx context.Context, by, id, reason string) (any, error) {
	e, p, err := o.load(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case reason == "":
		return nil, refuse(wire.CodeInvalid, "没有写明对哪一项有异议 · 没有提请复核 · 请写上理由")
	case e.State != string(exam.PaperPublished):
		return nil, refuse(wire.CodeImpossible, "这份试卷"+exam.PaperState(e.State).Label()+" · 没有提请复核 · 成绩公布后才能提")
	case p.Dispute != nil:
		return nil, refuse(wire.CodeImpossible, "这份试卷已经复核过 · 没有再提 · 复核只有一次")
	}
	p.Dispute = &exam.Dispute{By: by, Reason: reason, At: o.cfg.Now()}
	p.First, p.Outcome = p.Outcome, nil
	e.State = string(exam.PaperDisputed)
	if err := o.keep(ctx, e, p); err != nil {
		return nil, err
	}
	o.told(e.Agent)
	return row(e, p.State), nil
}

func (o *Office) apply(p *paper, by, agent string, in exam.Marking) error {
	sheet := p.sheet()
	for _, id := range slices.Sorted(maps.Keys(in.Short)) {
		i := slices.IndexFunc(p.Handout.Items, func(a exam.Asked) bool { return a.ID == id && a.Type == exam.Short })
		if i < 0 || in.Short[id] < 0 || in.Short[id] > 2*p.Handout.Items[i].Points {
			return refuse(wire.CodeInvalid, "题 "+id+" 不是本卷的简答题，或分数超出 · 没有记下 · 请核对")
		}
		if sheet.Short == nil {
			sheet.Short = map[string]shortMark{}
		}
		sheet.Short[id] = shortMark{exam.HalfPoints(in.Short[id]), by}
	}
	if in.Scenario == "" {
		return nil
	}
	c := p.called(in.Scenario)
	sc := p.scenario(in.Scenario)
	if sc == nil || c == nil && p.Result != nil {
		return refuse(wire.CodeNotFound, "答卷里没有情景 "+in.Scenario+" · 没有记下 · 请核对编号")
	}
	m := sheet.Calls[in.Scenario]
	if err := m.decide(sc, c, by, agent, in); err != nil {
		return err
	}
	if sheet.Calls == nil {
		sheet.Calls = map[string]callMark{}
	}
	sheet.Calls[in.Scenario] = m
	return nil
}

// decide writes a person's decisions on a sheet. Items that the scenario does not test do not count.
//
//nolint:cyclop // one branch for each kind of decision, read from top to bottom as the sheet is
func (m *callMark) decide(sc *exam.Scenario, c *exam.Called, by, agent string, in exam.Marking) error {
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
	if p.Result == nil {
		return nil
	}
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
	sheet := p.sheet()
	for _, a := range p.Handout.Items {
		if _, ok := sheet.Short[a.ID]; a.Type == exam.Short && !ok {
			out = append(out, a.ID)
		}
	}
	for _, c := range p.Result.Calls {
		m := sheet.Calls[c.Scenario]
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

func (o *Office) work(e store.Exam, p paper) exam.Work {
	w := exam.Work{Row: row(e, p.State), Notes: p.Result.Notes, Open: p.open(), Dispute: p.Dispute}
	sheet, m := p.sheet(), o.Material()
	for _, a := range p.Handout.Items {
		if a.Type != exam.Short {
			continue
		}
		q, _ := m.Question(a.ID)
		s := exam.ShortWork{Question: a.ID, Stem: a.Stem, Expected: q.Right(), KB: q.KB, Half: -1, Of: 2 * a.Points}
		if g := p.Result.Answers[a.ID]; len(g) > 0 {
			s.Given = g[0]
		}
		if m, ok := sheet.Short[a.ID]; ok {
			s.Half = int(m.Half)
		}
		w.Short = append(w.Short, s)
	}
	for _, c := range p.Result.Calls {
		w.Calls = append(w.Calls, p.callWork(c))
	}
	return w
}

func (p *paper) callWork(c exam.Called) exam.CallWork {
	sc, m := p.scenario(c.Scenario), p.sheet().Calls[c.Scenario]
	r := quality.Ministry2015()
	w := exam.CallWork{
		Scenario: c.Scenario, Title: sc.Title, Seconds: c.Seconds, TalkS: c.TalkS, CallerS: c.CallerS, Timeline: c.Timeline, Record: c.Record, Facts: c.Facts,
		Proposals: r.Propose(c.Facts), Scores: m.Sheet, By: m.By,
	}
	for _, item := range r.Items {
		if tests(sc, item) {
			w.Tests = append(w.Tests, item.ID)
		}
	}
	for _, q := range sc.Points {
		w.Points = append(w.Points, exam.PointWork{
			ID: q.ID, Text: q.Text, KB: q.KB, Points: q.Points, Must: slices.Contains(sc.Pass.Must, q.ID),
			Proposed: slices.Contains(c.Progress.Points, q.ID), Given: slices.Contains(m.Points, q.ID),
		})
	}
	for i, f := range sc.Forbidden {
		w.Forbidden = append(w.Forbidden, exam.BrokenWork{Text: f.Text, Minus: f.Minus, Said: slices.Contains(m.Broken, i)})
	}
	return w
}
