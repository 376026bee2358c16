package report

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"zuoxi/hub/store"
	"zuoxi/rules/agent"
	rules "zuoxi/rules/report"
)

// weightsKey and sheetKey name what is kept among the hub's settings.
const (
	weightsKey = "report.weights"
	starsKey   = "report.stars"
	hotKey     = "report.hot"
	firstKey   = "report.first"
	sheetKey   = "report.sheet." // and the month
)

// agents is the month sheet: as it was published where it was, else as it stands.
func (o *Office) agents(ctx context.Context, j *job) (rules.Table, error) {
	name := j.month()
	m, at, err := o.standing(ctx, name, j.District, j.Agent)
	if err != nil {
		return rules.Table{}, err
	}
	var mine func(no string) bool // nil: all lines are the asker's to see
	if j.Agent != "" {
		mine = func(no string) bool { return no == j.Agent }
	} else if at.District != j.District { // published for a wider district than one's own
		own, err := o.accounts(ctx, j)
		if err != nil {
			return rules.Table{}, err
		}
		mine = func(no string) bool { _, ok := own[no]; return ok }
	}
	var t rules.Table
	if m.Published != nil {
		t = m.Published.Table
		given := fmt.Sprintf("已由 %s 于 %s 公布，之后的变动不改本表；公布后 %s内可申诉", m.Published.By, m.Published.At.In(o.Zone).Format("01-02 15:04"), o.Appeal.Label())
		t.Notes = slices.Concat(m.objections(mine), t.Notes, []string{given})
	} else if t, err = o.sheet(ctx, j); err != nil {
		return t, err
	}
	if mine != nil {
		t.Checks = nil // they are of all lines
		t.Rows = slices.DeleteFunc(slices.Clone(t.Rows), func(r rules.Row) bool { return !mine(r.Cells[t.Column("agent")].Text) })
	}
	return t, nil
}

// objections are the appeals that somebody may read, each after its answer: that is what is looked for.
func (m *month) objections(mine func(no string) bool) (out []string) {
	for _, a := range m.Appeals {
		switch {
		case mine != nil && !mine(a.Agent):
		case a.Done.IsZero():
			out = append(out, "申诉（待答复） "+a.Agent+"："+a.Text)
		default:
			out = append(out, "答复 "+a.Agent+"："+a.Answer, "申诉 "+a.Agent+"："+a.Text)
		}
	}
	return out
}

// month is the span's name when it is a whole month, else empty: only months are published.
func (j *job) month() string {
	if j.from.Day() == 1 && j.to.Equal(j.from.AddDate(0, 1, 0)) {
		return j.from.Format("2006-01")
	}
	return ""
}

func (o *Office) sheet(ctx context.Context, j *job) (rules.Table, error) {
	w := rules.DefaultWeights
	if err := o.setting(ctx, weightsKey, &w); err != nil {
		return rules.Table{}, err
	}
	agents, human, err := o.people(ctx, j)
	if err != nil {
		return rules.Table{}, err
	}
	first := rules.DefaultFirst
	if err := o.setting(ctx, firstKey, &first); err != nil {
		return rules.Table{}, err
	}
	return rules.Sheet(agents, w, first, human), nil
}

// people gathers what is known of each agent's span, and how many calls the log has that reached one of them.
func (o *Office) people(ctx context.Context, j *job) (agents []rules.Agent, human int64, err error) {
	var (
		rows              []store.SumRow
		logged            rules.Tally
		presence          []store.PresenceRow
		orders, dismissed map[string]int64
		marks             map[string]rules.Cell
		settled           map[string]rules.First
	)
	err = together(
		func() (err error) { rows, logged, err = o.sums(ctx, j, store.FaceAgent, false); return },
		func() (err error) { orders, err = o.DB.Counts.Orders(ctx, j.filter()); return },
		func() (err error) { presence, err = o.DB.Sums.Presence(ctx, j.filter()); return },
		func() (err error) { dismissed, err = o.DB.Sums.Dismissed(ctx, j.filter()); return },
		func() (err error) { marks, err = o.marks(ctx, j); return },
		func() error {
			rows, _, err := o.contacts(ctx, j, false)
			settled = firsts(rows, func(r *store.FirstRow) string { return r.Agent })
			return err
		},
	)
	if err != nil {
		return nil, 0, err
	}
	mean := handling(rows)
	byNo, list := map[string]*rules.Agent{}, []*rules.Agent{}
	of := func(no string) *rules.Agent {
		a := byNo[no]
		if a == nil {
			a = &rules.Agent{No: no, Orders: orders[no], Abused: dismissed[no], Quality: marks[no], First: settled[no], Knowledge: -1, Discipline: -1}
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
	agents, err = o.named(ctx, j, list)
	return agents, logged.Human, err
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

// accounts are those of the asker's district, by number.
func (o *Office) accounts(ctx context.Context, j *job) (map[string]store.Agent, error) {
	out := map[string]store.Agent{}
	f := store.AgentFilter{Page: store.Page{Limit: store.MaxPage}, Districts: j.districts, Disabled: true}
	for {
		page, next, err := o.DB.Agents.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, a := range page {
			out[a.No] = a
		}
		if f.After = next; next == "" {
			return out, nil
		}
	}
}

// named puts in names and the points that people gave, and takes out who takes no calls.
func (o *Office) named(ctx context.Context, j *job, list []*rules.Agent) ([]rules.Agent, error) {
	accounts, err := o.accounts(ctx, j)
	if err != nil {
		return nil, err
	}
	months := map[string]month{}
	out := make([]rules.Agent, 0, len(list))
	for _, a := range list {
		account, known := accounts[a.No]
		a.Name, a.District = account.Name, account.District
		if a.Sums.Human == 0 && (!known || !account.Certified) {
			continue
		}
		home := cmp.Or(a.District, j.District)
		m, ok := months[home]
		if !ok {
			if m, _, err = o.loadMonth(ctx, j.month(), home); err != nil {
				return nil, err
			}
			months[home] = m
		}
		if g, ok := m.Points[a.No]; ok {
			a.Knowledge, a.Discipline = g.Knowledge, g.Discipline
		}
		out = append(out, *a)
	}
	return out, nil
}

// setting reads what the centre set; into stays as it is where it set nothing.
func (o *Office) setting(ctx context.Context, key string, into any) error {
	s, err := o.DB.Settings.Get(ctx, key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	if err := json.Unmarshal([]byte(s.Value), into); err != nil {
		return fmt.Errorf("reading setting %s: %w", key, err)
	}
	return nil
}

// set keeps what the centre set.
func (o *Office) set(ctx context.Context, key string, v any) error {
	s, err := o.DB.Settings.Get(ctx, key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return o.put(ctx, store.Setting{Key: key, Version: s.Version}, v)
}

// SetWeights sets the weights of the sheets that are not published yet.
func (o *Office) SetWeights(ctx context.Context, w rules.Weights) error {
	if w.Check() != nil {
		return refuse("五项权重加起来不是 100 · 没有改动 · 请重新分配")
	}
	return o.set(ctx, weightsKey, w)
}

// SetStars sets from how many points stars are proposed.
func (o *Office) SetStars(ctx context.Context, r rules.StarRule) error {
	if r.Check() != nil {
		return refuse("三级的分数线要一级比一级高，最高 100 · 没有改动 · 请依次写一星、二星、三星")
	}
	return o.set(ctx, starsKey, r)
}

// SetHot sets what makes a topic hot.
func (o *Office) SetHot(ctx context.Context, r rules.HotRule) error {
	if r.Check() != nil {
		return refuse("热点要至少 1 次、增幅不为负 · 没有改动 · 依次写次数和百分比")
	}
	return o.set(ctx, hotKey, r)
}

// SetFirst sets how long a caller must not have called again. What was judged by other days is judged anew.
func (o *Office) SetFirst(ctx context.Context, r rules.FirstRule) error {
	if r.Check() != nil {
		return refuse("天数要在 1 到 30 之间 · 没有改动 · 请重新填写")
	}
	return o.set(ctx, firstKey, r)
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
		best      map[string]rules.Scored
		stars     = rules.DefaultStars
	)
	err := together(
		func() error { return o.setting(ctx, starsKey, &stars) },
		func() (err error) { best, err = o.best(ctx, j); return },
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
		if b, ok := best[no]; ok {
			m.Best, m.BestCall = rules.Count(b.Mark), b.Call
		}
		if b, ok := before[no]; ok {
			m.Before = b.Cells[was.Column("score")]
		}
		months = append(months, m)
	}
	out := rules.Awards(months, stars)
	for _, c := range t.Checks {
		c.What = "所依据的绩效表：" + c.What
		out.Checks = append(out.Checks, c)
	}
	return out, nil
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
