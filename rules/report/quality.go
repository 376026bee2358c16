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

// scores adds up scored calls. Marks are whole points of 100.
type scores struct {
	name                        string
	drawn, scored, stand, sum   int64
	parts, of                   [3]int64
	appealed, settled           int64
	opened, manual              int64
	waitMS, to30, to120, beyond int64
	cities                      map[string]bool
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
	s.cities[cmp.Or(c.City, c.Region)] = true
	if !c.Manual {
		return
	}
	s.waitMS += c.WaitMS
	switch {
	case c.WaitMS <= 30_000:
		s.to30++
	case c.WaitMS <= 120_000:
		s.to120++
	default:
		s.beyond++
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

// part is the mean of a part, brought to its full points.
func (s *scores) part(i int, full int64) Cell { return Cell{Num: s.parts[i] * full, Den: s.of[i]} }

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
			s = &scores{name: n, cities: map[string]bool{}}
			byName[n] = s
			out = append(out, s)
		}
		s.take(c)
	}
	slices.SortFunc(out, func(a, b *scores) int { return cmp.Compare(a.name, b.name) })
	return out
}

// Quality is the table of scored calls by agent.
func Quality(list []Scored) Table {
	t := Table{Name: "quality", Title: "质检得分表", Chart: Chart{"平均得分", []string{"mean"}}, Columns: []Column{
		{Key: "name", Label: "工号", Words: true}, {Key: "drawn", Label: "抽检"}, {Key: "scored", Label: "已评"}, {Key: "mean", Label: "平均得分", Places: 1},
		{Key: "manners", Label: "接听礼仪25", Places: 1}, {Key: "talk", Label: "沟通技巧40", Places: 1}, {Key: "answer", Label: "问题解答35", Places: 1},
		{Key: "appealed", Label: "有异议"}, {Key: "settled", Label: "裁定"},
	}}
	all := &scores{name: "合计", cities: map[string]bool{}}
	groups := grouped(list, func(c Scored) string { return c.Agent })
	for _, c := range list {
		all.take(c)
	}
	for _, s := range append(groups, all) {
		t.Rows = append(t.Rows, Row{Sum: s == all, Cells: []Cell{
			Words(s.name), Count(s.drawn), Count(s.scored), {Num: s.sum, Den: s.stand}, s.part(0, full[0]), s.part(1, full[1]), s.part(2, full[2]), Count(s.appealed), Count(s.settled),
		}})
	}
	sum := int64(0)
	for _, s := range groups {
		sum += s.drawn
	}
	t.Checks = []Check{{What: "各工号抽检之和 = 抽检总数", Want: int64(len(list)), Got: sum}}
	t.Notes = []string{"平均得分只算人已确认的评分；没有评的不是零分", unsettled, "有不计项的通话按计分项折算到满分；三部分之和与总分可差末位"}
	return t
}

// Mystery is the ministry's table of calls without telling who calls: opening, waiting, scores by province.
func Mystery(list []Scored) Table {
	t := Table{Name: "mystery", Title: "质量监控表", Chart: Chart{"得分", []string{"mean"}}, Columns: []Column{
		{Key: "name", Label: "地区", Words: true}, {Key: "cities", Label: "地市数"}, {Key: "opened", Label: "开通数"}, {Key: "opened_rate", Label: "开通率%", Places: 1},
		{Key: "manual", Label: "拨通人工"}, {Key: "wait", Label: "平均等待秒"}, {Key: "to30", Label: "30秒以内"}, {Key: "to120", Label: "30至120秒"}, {Key: "beyond", Label: "120秒以上"},
		{Key: "scored", Label: "已评"}, {Key: "mean", Label: "总分"}, {Key: "manners", Label: "接听礼仪"}, {Key: "talk", Label: "沟通技巧"}, {Key: "answer", Label: "问题解答"},
	}}
	groups := grouped(list, func(c Scored) string { return cmp.Or(c.Region, unknown) })
	order := func(s *scores) int {
		return slices.IndexFunc(Provinces, func(p struct{ Code, Name string }) bool { return p.Name == s.name })
	}
	slices.SortStableFunc(groups, func(a, b *scores) int { return cmp.Compare(uint(order(a)), uint(order(b))) })
	all := &scores{name: "合计", cities: map[string]bool{}}
	for _, c := range list {
		all.take(c)
	}
	for _, s := range append(groups, all) {
		t.Rows = append(t.Rows, Row{Sum: s == all, Cells: []Cell{
			Words(s.name), Count(int64(len(s.cities))), Count(s.opened), Share(s.opened, s.drawn), Count(s.manual), {Num: s.waitMS, Den: 1000 * s.manual},
			Count(s.to30), Count(s.to120), Count(s.beyond), Count(s.scored), {Num: s.sum, Den: s.stand}, s.part(0, full[0]), s.part(1, full[1]), s.part(2, full[2]),
		}})
	}
	sum := int64(0)
	for _, s := range groups {
		sum += s.drawn
	}
	t.Checks = []Check{
		{What: "等待分段之和 = 拨通人工", Want: all.manual, Got: all.to30 + all.to120 + all.beyond}, {What: "各地区之和 = 拨打的单位数", Want: int64(len(list)), Got: sum},
	}
	t.Notes = []string{
		"等待从拨出算起，含应答前的振铃，到有人开口为止；问了没有人答的（下班提示、录音留言）不算拨通人工",
		"拨打预设问题，没有拨通人工的再拨几次，取拨通的一次，否则取最后一次；开通 = 有人或系统应答", "恰好 30 秒、120 秒的归入前一段（原通报没有说明）", "总分是已评各通的平均，不是各省平均；没有评的不计", unsettled,
	}
	return t
}
