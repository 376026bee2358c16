package report

import (
	"cmp"
	"errors"
	"slices"
)

// Topic is how often something was asked about.
type Topic struct {
	Subject string
	Topic   string // second level, may be empty
	Count   int64
	Before  int64 // in the span of the same length before
}

// NoSubject is the row of what nobody gave a subject.
const NoSubject = "未分类"

// Made is how many records a span and the one of the same length before it have, counted by themselves.
type Made struct{ Now, Before int64 }

// checks hold the sums of subjects to the store.
func (m Made) checks(topics []Topic) []Check {
	var all Topic
	for _, p := range topics {
		all.Count += p.Count
		all.Before += p.Before
	}
	return []Check{{What: "各业务之和 = 库里的咨询单", Want: m.Now, Got: all.Count}, {What: "上期各业务之和 = 库里上期的咨询单", Want: m.Before, Got: all.Before}}
}

// Topics is the table of subjects with their share.
func Topics(topics []Topic, made Made) Table {
	t := Table{Name: "topics", Title: "业务分类表", Chart: Chart{"咨询量", []string{"count"}}, Columns: []Column{
		{Key: "name", Label: "业务", Words: true}, {Key: "count", Label: "受理量"}, {Key: "share", Label: "占比%", Places: 2}, {Key: "before", Label: "上期"},
		{Key: "growth", Label: "增长%", Places: 1},
	}}
	merged := map[string]*Topic{}
	var all Topic
	for _, p := range topics {
		name := cmp.Or(p.Subject, NoSubject)
		m := merged[name]
		if m == nil {
			m = &Topic{Subject: name}
			merged[name] = m
		}
		m.Count += p.Count
		m.Before += p.Before
		all.Count += p.Count
		all.Before += p.Before
	}
	rows := make([]*Topic, 0, len(merged))
	for _, m := range merged {
		rows = append(rows, m)
	}
	slices.SortFunc(rows, func(a, b *Topic) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Subject, b.Subject)) })
	for _, m := range append(rows, &Topic{Subject: "合计", Count: all.Count, Before: all.Before}) {
		t.Rows = append(t.Rows, Row{Sum: m.Subject == "合计", Cells: []Cell{
			Words(m.Subject), Count(m.Count), Share(m.Count, all.Count), Count(m.Before), Growth(m.Before, m.Count),
		}})
	}
	t.Checks = made.checks(topics)
	t.Notes = []string{"按受理单的登记时间和业务统计，作废的不计；上期是紧接在前、同样长的一段", "增长 =（本期 − 上期）÷ 上期；上期为零没有增长率，印“-”"}
	return t
}

// Settled adds to the table of subjects how many of their questions were settled in the first call.
func (t *Table) Settled(by map[string]First, rule FirstRule) {
	var all First
	for _, f := range by {
		all.Add(f)
	}
	t.Columns = append(t.Columns, Column{Key: "first", Label: "一次解决率%", Places: 1})
	for i := range t.Rows {
		f := by[t.Rows[i].Cells[0].Text]
		if t.Rows[i].Sum {
			f = all
		}
		t.Rows[i].Cells = append(t.Rows[i].Cells, f.Rate())
	}
	t.Notes = append(t.Notes, rule.Note())
}

// Growth is (now − before) ÷ before in percent; from nothing there is none.
func Growth(before, now int64) Cell { return Cell{Num: (now - before) * 100, Den: before} }

// HotRule says what makes a topic hot. The figures are assumptions: the seed gives none.
type HotRule struct {
	Least int64 `json:"least"` // so many at least
	Rise  int64 `json:"rise"`  // percent above the span before; a new topic always rises
}

// ErrHot says that a rule would call everything hot, or nothing.
var ErrHot = errors.New("report: a hot topic is one that was asked about at least once")

// Check holds a rule to what can be counted.
func (r HotRule) Check() error {
	if r.Least < 1 || r.Rise < 0 {
		return ErrHot
	}
	return nil
}

// DefaultHot is the rule as it ships.
var DefaultHot = HotRule{Least: 5, Rise: 30}

// Hot lists what is asked about much more than before, the strongest rise first. What it is chosen from is proved as a whole.
func Hot(topics []Topic, made Made, rule HotRule, most int) Table {
	t := Table{Name: "hot", Title: "热点问题表", Chart: Chart{"热点问题", []string{"count", "before"}}, Columns: []Column{
		{Key: "name", Label: "热点", Words: true}, {Key: "subject", Label: "业务", Words: true}, {Key: "count", Label: "本期"}, {Key: "before", Label: "上期"},
		{Key: "rise", Label: "上升"}, {Key: "growth", Label: "上升%", Places: 1},
	}}
	var hot []Topic
	for _, p := range topics {
		if p.Topic != "" && p.Count >= rule.Least && (p.Count-p.Before)*100 >= rule.Rise*p.Before && p.Count > p.Before {
			hot = append(hot, p)
		}
	}
	slices.SortFunc(hot, func(a, b Topic) int {
		return cmp.Or(cmp.Compare(b.Count-b.Before, a.Count-a.Before), cmp.Compare(a.Topic, b.Topic))
	})
	for _, p := range hot[:min(len(hot), most)] {
		t.Rows = append(t.Rows, Row{Cells: []Cell{Words(p.Topic), Words(p.Subject), Count(p.Count), Count(p.Before), Count(p.Count - p.Before), Growth(p.Before, p.Count)}})
	}
	t.Checks = made.checks(topics)
	t.Notes = []string{"热点：本期不少于 " + Count(rule.Least).whole() + " 件，比上期多 " + Count(rule.Rise).whole() + "% 以上；界限是本中心的设置（zuoxi report sheet hot）；按受理单的细目统计，没有写细目的不在内"}
	return t
}
