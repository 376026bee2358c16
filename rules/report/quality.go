package report

import (
	"cmp"
	"slices"
)

// Scored is one scored call.
type Scored struct {
	Agent  string
	Call   string
	Region string
	City   string
	Mark   int64    // of 100, -1: nobody has scored it
	Stands bool     // published and not disputed, or settled: only such marks make means
	Parts  [3]int64 // manners, communication, answers, as reached by all the sheets behind the mark
	PartOf [3]int64 // what they could have reached; 0 where a person decided the mark as a whole
	// Appealed and Settled tell of a dispute.
	Appealed, Settled bool
	// of a mystery call:
	Mystery, Opened, Manual bool
	WaitMS                  int64
}

// Laid is what the store counts of scored calls by itself: how many were drawn, and of those whose marks stand how many there
// are and what their marks add up to.
type Laid struct{ Sheets, Stand, Marks int64 }

// prove holds what a table counted of its groups against the store.
func (l Laid) prove(groups []*scores) []Check {
	var got Laid
	for _, s := range groups {
		got = Laid{got.Sheets + s.drawn, got.Stand + s.stand, got.Marks + s.sum}
	}
	return []Check{
		{What: "各行的评分表之和 = 库里的评分表", Want: l.Sheets, Got: got.Sheets}, {What: "计入平均的 = 库里已公布或已裁定的", Want: l.Stand, Got: got.Stand},
		{What: "计入平均的分数之和 = 库里这些表的分数之和", Want: l.Marks, Got: got.Marks},
	}
}

// scores adds up scored calls. Marks are whole points of 100.
type scores struct {
	name                      string
	drawn, scored, stand, sum int64
	parts, of                 [3]int64
	appealed, settled         int64
	opened, manual, waitMS    int64
}

func (s *scores) take(c Scored) {
	s.drawn++
	if c.Mark >= 0 {
		s.scored++
	}
	if c.Stands {
		s.stand++
		s.sum += c.Mark
		for i := range c.Parts {
			s.parts[i] += c.Parts[i]
			s.of[i] += c.PartOf[i]
		}
	}
	s.appealed += bit(c.Appealed)
	s.settled += bit(c.Settled)
	s.opened += bit(c.Opened)
	s.manual += bit(c.Manual)
	if c.Manual {
		s.waitMS += c.WaitMS
	}
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// unsettled tells what becomes of disputed marks.
const unsettled = "有异议（申诉、要求复评）的在裁定之前不计入平均；取两次平均的，三部分也取平均；由人定分的没有三部分"

// mean is the mean of the marks that stand.
func (s *scores) mean() Cell { return Cell{Num: s.sum, Den: s.stand} }

// part is the mean of a part, brought to its full points.
func (s *scores) part(i int) Cell { return Cell{Num: s.parts[i] * full[i], Den: s.of[i]} }

// full are the points of the rubric's parts.
var full = [3]int64{25, 40, 35}

// grouped adds scored calls up by a name.
func grouped(list []Scored, name func(Scored) string) []*scores {
	byName := map[string]*scores{}
	var out []*scores
	for _, c := range list {
		n := name(c)
		s := byName[n]
		if s == nil {
			s = &scores{name: n}
			byName[n] = s
			out = append(out, s)
		}
		s.take(c)
	}
	slices.SortFunc(out, func(a, b *scores) int { return cmp.Compare(a.name, b.name) })
	return out
}

// Quality is the table of scored calls by agent; laid is what the store has of them.
func Quality(list []Scored, laid Laid) Table {
	t := Table{Name: "quality", Title: "质检得分表", Chart: Chart{"平均得分", []string{"mean"}}, Columns: []Column{
		{Key: "name", Label: "工号", Words: true}, {Key: "drawn", Label: "抽检"}, {Key: "scored", Label: "已评"}, {Key: "mean", Label: "平均得分", Places: 1},
		{Key: "manners", Label: "接听礼仪25", Places: 1}, {Key: "talk", Label: "沟通技巧40", Places: 1}, {Key: "answer", Label: "问题解答35", Places: 1},
		{Key: "appealed", Label: "有异议"}, {Key: "settled", Label: "裁定"},
	}}
	all := &scores{name: "合计"}
	groups := grouped(list, func(c Scored) string { return c.Agent })
	for _, c := range list {
		all.take(c)
	}
	for _, s := range append(groups, all) {
		t.Rows = append(t.Rows, Row{Sum: s == all, Cells: []Cell{
			Words(s.name), Count(s.drawn), Count(s.scored), s.mean(), s.part(0), s.part(1), s.part(2), Count(s.appealed), Count(s.settled),
		}})
	}
	t.Checks = laid.prove(groups)
	t.Notes = []string{"平均得分只算人已确认的评分；没有评的不是零分", unsettled, "有不计项的通话按计分项折算到满分；三部分之和与总分可差末位"}
	return t
}
