package report

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zuoxi/hub/store"
	"zuoxi/internal/clean"
	"zuoxi/rules/agent"
	"zuoxi/rules/deadline"
	rules "zuoxi/rules/report"
)

// weightsKey and sheetKey name what is kept among the hub's settings.
const (
	weightsKey = "report.weights"
	sheetKey   = "report.sheet." // and the month
)

// month is what people decided about one month's sheet in one district.
type month struct {
	Points    map[string]given `json:"points,omitempty"` // by agent
	Published *published       `json:"published,omitempty"`
	Appeals   []Appeal         `json:"appeals,omitempty"`
}

// given are points of 100 that a person entered; -1 where none were.
type given struct {
	Knowledge  int64  `json:"knowledge"`
	Discipline int64  `json:"discipline"`
	By         string `json:"by"`
}

// published is the sheet as it was given out; what changes later does not change it.
type published struct {
	By    string      `json:"by"`
	At    time.Time   `json:"at"`
	Table rules.Table `json:"table"`
}

// Appeal is an agent's objection to a published sheet, and what became of it.
type Appeal struct {
	Agent  string    `json:"agent_no"`
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
	Answer string    `json:"answer,omitempty"`
	By     string    `json:"by,omitempty"`
	Done   time.Time `json:"done,omitzero"`
}

// maxText is how much of a text that a person typed is kept, in runes.
const maxText = 500

// AppealLimit is how long after publishing an agent may object unless the centre says otherwise; an assumption of the project.
const AppealLimit deadline.Workdays = 3

// agents is the month sheet: as it was published where it was, else as it stands.
func (o *Office) agents(ctx context.Context, j *job) (rules.Table, error) {
	name := j.month()
	m, _, err := o.loadMonth(ctx, name, j.District)
	if err != nil {
		return rules.Table{}, err
	}
	var t rules.Table
	if m.Published != nil {
		t = m.Published.Table
		t.Notes = append(slices.Clone(t.Notes), fmt.Sprintf("已由 %s 于 %s 公布，之后的变动不改本表；公布后 %s内可申诉", m.Published.By, m.Published.At.In(o.Zone).Format("01-02 15:04"), o.Appeal.Label()))
		for _, a := range m.Appeals {
			if j.Agent == "" || j.Agent == a.Agent {
				t.Notes = append(t.Notes, "申诉 "+a.Agent+"："+a.Text+orElse(" → 答复："+a.Answer, " → 待答复", a.Answer))
			}
		}
	} else if t, err = o.sheet(ctx, j, m); err != nil {
		return t, err
	}
	if j.Agent != "" {
		own := t.Rows[:0:0]
		for _, r := range t.Rows {
			if r.Cells[1].Text == j.Agent {
				own = append(own, r)
			}
		}
		t.Rows = own
	}
	return t, nil
}

func orElse(a, b, when string) string {
	if when != "" {
		return a
	}
	return b
}

// month is the span's name when it is a whole month, else empty: only months are published.
func (j *job) month() string {
	if j.from.Day() == 1 && j.to.Equal(j.from.AddDate(0, 1, 0)) {
		return j.from.Format("2006-01")
	}
	return ""
}

func (o *Office) sheet(ctx context.Context, j *job, m month) (rules.Table, error) {
	w, err := o.weights(ctx)
	if err != nil {
		return rules.Table{}, err
	}
	agents, err := o.people(ctx, j, m)
	if err != nil {
		return rules.Table{}, err
	}
	return rules.Sheet(agents, w), nil
}

// people gathers what is known of each agent's span.
func (o *Office) people(ctx context.Context, j *job, m month) ([]rules.Agent, error) {
	var (
		rows              []store.SumRow
		presence          []store.PresenceRow
		orders, dismissed map[string]int64
		marks             map[string]rules.Cell
	)
	err := together(
		func() (err error) { rows, _, err = o.sums(ctx, j, store.FaceAgent, false); return },
		func() (err error) { orders, err = o.DB.Counts.Orders(ctx, j.filter()); return },
		func() (err error) { presence, err = o.DB.Sums.Presence(ctx, j.filter()); return },
		func() (err error) { dismissed, err = o.DB.Sums.Dismissed(ctx, j.filter()); return },
		func() (err error) { marks, err = o.marks(ctx, j); return },
	)
	if err != nil {
		return nil, err
	}
	mean := handling(rows)
	byNo, list := map[string]*rules.Agent{}, []*rules.Agent{}
	of := func(no string) *rules.Agent {
		a := byNo[no]
		if a == nil {
			a = &rules.Agent{No: no, Orders: orders[no], Abused: dismissed[no], Quality: marks[no], Knowledge: -1, Discipline: -1}
			if g, ok := m.Points[no]; ok {
				a.Knowledge, a.Discipline = g.Knowledge, g.Discipline
			}
			byNo[no] = a
			list = append(list, a)
		}
		return a
	}
	for _, r := range rows {
		if r.A != "" {
			a := of(r.A)
			a.Sums.Add(r.Sums)
			a.Expect += r.Sums.Human * mean[r.B]
		}
	}
	for _, p := range presence {
		a := of(p.Agent)
		switch agent.Phase(p.State) {
		case agent.StateReady, agent.StateRinging, agent.StateTalking, agent.StateHold, agent.StateWrapUp, agent.StateNotReady:
			a.DutyMS += p.MS
		}
		if r := agent.Reason(p.Reason); p.State == string(agent.StateNotReady) && (r == agent.ReasonRefused || r == agent.ReasonNoAnswer) {
			a.Late += p.Times
		}
	}
	return o.named(ctx, j, list)
}

// handling is the mean of talk and wrap-up, in ms, by subject.
func handling(rows []store.SumRow) map[string]int64 {
	sum := map[string]rules.Sums{}
	for _, r := range rows {
		s := sum[r.B]
		s.Add(r.Sums)
		sum[r.B] = s
	}
	out := map[string]int64{}
	for subject, s := range sum {
		if s.Human > 0 {
			out[subject] = (s.TalkMS + s.WrapMS) / s.Human
		}
	}
	return out
}

// named puts in names, and takes out who does not belong to the asker's district or takes no calls.
func (o *Office) named(ctx context.Context, j *job, list []*rules.Agent) ([]rules.Agent, error) {
	accounts := map[string]store.Agent{}
	f := store.AgentFilter{Page: store.Page{Limit: store.MaxPage}, Districts: j.districts, Disabled: true}
	for {
		page, next, err := o.DB.Agents.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, a := range page {
			accounts[a.No] = a
		}
		if f.After = next; next == "" {
			break
		}
	}
	out := make([]rules.Agent, 0, len(list))
	for _, a := range list {
		account, known := accounts[a.No]
		if a.Name, a.District = account.Name, account.District; a.Sums.Human > 0 || known && account.Certified {
			out = append(out, *a)
		}
	}
	return out, nil
}

func (o *Office) weights(ctx context.Context) (rules.Weights, error) {
	w := rules.DefaultWeights
	s, err := o.DB.Settings.Get(ctx, weightsKey)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return w, nil
	case err != nil:
		return w, err
	}
	if err := json.Unmarshal([]byte(s.Value), &w); err != nil {
		return w, fmt.Errorf("reading the weights of the month sheet: %w", err)
	}
	return w, nil
}

// SetWeights sets the weights of the sheets that are not published yet.
func (o *Office) SetWeights(ctx context.Context, w rules.Weights) error {
	if w.Check() != nil {
		return refuse("五项权重加起来不是 100 · 没有改动 · 请重新分配")
	}
	s, err := o.DB.Settings.Get(ctx, weightsKey)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return o.put(ctx, store.Setting{Key: weightsKey, Version: s.Version}, w)
}

func (o *Office) put(ctx context.Context, s store.Setting, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("writing setting %s: %w", s.Key, err)
	}
	s.Value, s.Updated = string(raw), o.Now()
	_, err = o.DB.Settings.Put(ctx, s)
	return err
}

// loadMonth reads what was decided about a month; a span that is no month has nothing.
func (o *Office) loadMonth(ctx context.Context, name, district string) (m month, s store.Setting, err error) {
	s = store.Setting{Key: sheetKey + name + "." + district, District: district}
	if name == "" {
		return m, s, nil
	}
	got, err := o.DB.Settings.Get(ctx, s.Key)
	if errors.Is(err, store.ErrNotFound) {
		return m, s, nil
	}
	if err != nil {
		return m, s, err
	}
	if err := json.Unmarshal([]byte(got.Value), &m); err != nil {
		return m, got, fmt.Errorf("reading the sheet of %s: %w", name, err)
	}
	return m, got, nil
}

// Sheet is a step on the sheet of a month: points entered, published, an appeal or its answer.
type Sheet struct {
	Month      string `json:"month"` // 2026-01
	District   string `json:"district,omitempty"`
	Agent      string `json:"agent_no,omitempty"`
	Knowledge  int64  `json:"knowledge"`
	Discipline int64  `json:"discipline"`
	Text       string `json:"text,omitempty"`
	By         string `json:"-"`
}

// change reads the month's sheet, changes it and writes it back.
func (o *Office) change(ctx context.Context, in Sheet, f func(m *month, j *job) error) error {
	begin, err := time.ParseInLocation("2006-01", in.Month, o.Zone)
	if err != nil {
		return refuse("月份看不懂 · 没有改动 · 请写成 2026-01")
	}
	m, s, err := o.loadMonth(ctx, in.Month, in.District)
	if err != nil {
		return err
	}
	j := &job{Ask: Ask{Name: "agents", District: in.District}, from: begin, to: begin.AddDate(0, 1, 0), now: o.Now()}
	if in.District != "" {
		j.districts = []string{in.District}
	}
	if err := f(&m, j); err != nil {
		return err
	}
	return o.put(ctx, s, m)
}

// Give enters the points that no machine can know.
func (o *Office) Give(ctx context.Context, in Sheet) error {
	if in.Knowledge > 100 || in.Discipline > 100 || in.Knowledge < -1 || in.Discipline < -1 || in.Agent == "" {
		return refuse("分数要在 0 到 100 之间 · 没有记下 · 请重新填写")
	}
	return o.change(ctx, in, func(m *month, _ *job) error {
		if m.Published != nil {
			return refuse("这个月的绩效已经公布 · 没有改动 · 有出入请走申诉")
		}
		if m.Points == nil {
			m.Points = map[string]given{}
		}
		m.Points[in.Agent] = given{in.Knowledge, in.Discipline, in.By}
		return nil
	})
}

// Publish gives the sheet out as it stands.
func (o *Office) Publish(ctx context.Context, in Sheet) error {
	return o.change(ctx, in, func(m *month, j *job) error {
		if m.Published != nil {
			return refuse("这个月的绩效已经公布 · 没有再公布 · 查看请用 zuoxi report agents")
		}
		if j.to.After(j.now) {
			return refuse("这个月还没有过完 · 没有公布 · 请在下月初公布")
		}
		t, err := o.sheet(ctx, j, *m)
		if err != nil {
			return err
		}
		m.Published = &published{By: in.By, At: j.now, Table: t}
		return nil
	})
}

// Object is an agent's appeal against the own line of a published sheet.
func (o *Office) Object(ctx context.Context, in Sheet) error {
	if strings.TrimSpace(in.Text) == "" {
		return refuse("申诉要写理由 · 没有提交 · 请写明哪一项、为什么")
	}
	return o.change(ctx, in, func(m *month, j *job) error {
		switch {
		case m.Published == nil:
			return refuse("这个月的绩效还没有公布 · 没有提交 · 公布后再申诉")
		case !j.now.Before(deadline.Of(m.Published.At.In(o.Zone), o.Appeal, o.Calendar).At):
			return refuse("已过申诉期（公布后 %s） · 没有提交 · 请找班长", o.Appeal.Label())
		case slices.ContainsFunc(m.Appeals, func(a Appeal) bool { return a.Agent == in.By && a.Done.IsZero() }):
			return refuse("您的申诉还在处理 · 没有再提交 · 请等答复")
		}
		m.Appeals = append(m.Appeals, Appeal{Agent: in.By, Text: clean.Line(in.Text, maxText), At: j.now})
		return nil
	})
}

// Answer settles an agent's appeal. The published sheet stays as it was; the answer stands beside it.
func (o *Office) Answer(ctx context.Context, in Sheet) error {
	return o.change(ctx, in, func(m *month, j *job) error {
		i := slices.IndexFunc(m.Appeals, func(a Appeal) bool { return a.Agent == in.Agent && a.Done.IsZero() })
		if i < 0 || strings.TrimSpace(in.Text) == "" {
			return refuse("没有待答复的申诉，或没有写答复 · 没有记下 · 请核对工号")
		}
		a := &m.Appeals[i]
		a.Answer, a.By, a.Done = clean.Line(in.Text, maxText), in.By, j.now
		return nil
	})
}

// awards proposes stars and monthly awards from this month's sheet and the one before.
func (o *Office) awards(ctx context.Context, j *job) (rules.Table, error) {
	if j.month() == "" {
		return rules.Table{}, refuse("星级与表彰按整月出 · 没有出表 · 请给一个整月的起止日")
	}
	last := *j
	last.from, last.to = j.from.AddDate(0, -1, 0), j.from
	var (
		t, was    rules.Table
		rows      []store.SumRow
		dismissed map[string]int64
	)
	err := together(
		func() (err error) { t, err = o.agents(ctx, j); return },
		func() (err error) { was, err = o.agents(ctx, &last); return },
		func() (err error) { rows, _, err = o.sums(ctx, j, store.FaceAgent, false); return },
		func() (err error) { dismissed, err = o.DB.Sums.Dismissed(ctx, j.filter()); return },
	)
	if err != nil {
		return rules.Table{}, err
	}
	before, good := byAgent(&was), map[string]int64{}
	for _, r := range rows {
		good[r.A] += r.Sums.Good
	}
	var months []rules.Month
	for _, r := range t.Rows {
		if r.Sum {
			continue
		}
		no := r.Cells[t.Column("agent")].Text
		m := rules.Month{No: no, Name: r.Cells[t.Column("name")].Text, Score: r.Cells[t.Column("score")], Good: good[no], Abused: dismissed[no]}
		if b, ok := before[no]; ok {
			m.Before = b.Cells[was.Column("score")]
		}
		months = append(months, m)
	}
	return rules.Awards(months, rules.DefaultStars), nil
}

// byAgent are the lines of a sheet by whose they are.
func byAgent(t *rules.Table) map[string]rules.Row {
	out := map[string]rules.Row{}
	for _, r := range t.Rows {
		if !r.Sum {
			out[r.Cells[t.Column("agent")].Text] = r
		}
	}
	return out
}
