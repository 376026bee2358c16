package report

import (
	"cmp"
	"slices"
)

// Group is the calls of one place, day or whatever a report goes by.
type Group struct {
	Name string
	Sums Sums
	// Silent did not report: its figures are unknown, not zero.
	Silent bool
}

// Reported are figures that did not come from the log: put in for those who were silent, or printed somewhere and to be compared.
type Reported struct {
	Name string `json:"name"`
	Figures
}

// CallAsk is what a call table is made of.
type CallAsk struct {
	Label   string // of the first column
	Groups  []Group
	Logged  Tally
	Each    int64      // calls that one row of the log stands for; 0: 1
	Wan     bool       // print volumes in 万 with one decimal
	Imputed []Reported // added to the total, marked
	Printed []Reported // an earlier print to compare with
}

// labels of the five columns.
var volumes = [5]string{"来电总量", "接听总量", "人工接听量", "自动语音量", "放弃量"}

// AutoNote says what the automatic column counts; a hub without self-service has no other automatic answers.
const AutoNote = "自动语音量：没有接通人工、但自助办完一项或留言 3 秒以上的来电；本中心还没有接入自助办理时，这里只有留言"

// Calls is the table of 来电总量, 接听总量, 人工, 自动 and 放弃, with shares and rates.
func Calls(a CallAsk) Table {
	a.Each = max(a.Each, 1)
	c := caller{CallAsk: a}
	t := Table{Name: "calls", Title: "来电统计表", Columns: c.columns(), Chart: Chart{"来电总量与接听总量", []string{"total", "answered"}}}
	var sum Sums
	var all Figures
	for _, g := range a.Groups {
		t.Rows = append(t.Rows, Row{Cells: c.row(g)})
		if !g.Silent {
			sum.Add(g.Sums)
		}
	}
	all = sum.Figures().times(a.Each)
	for _, r := range a.Imputed {
		t.Rows = append(t.Rows, Row{Cells: c.figures(r.Name, r.Figures, MarkImputed)})
		all.Add(r.Figures)
	}
	total := c.figures("合计", all, MarkNone)
	copy(total[len(volumes)+1:], c.rates(&sum, all))
	t.Rows = append(t.Rows, Row{Cells: total, Sum: true})
	t.Checks = append(sum.Proof(a.Logged), Check{What: "本表来电总量 = 通话日志条数", Want: a.Logged.Inbound, Got: sum.Arrived})
	t.Checks = append(t.Checks, c.imputed(all)...)
	t.Checks = append(t.Checks, c.compare()...)
	t.Notes = c.notes()
	return t
}

type caller struct{ CallAsk }

func (c *caller) columns() []Column {
	places := 0
	if c.Wan {
		places = 1
	}
	keys := [5]string{"total", "answered", "human", "auto", "abandoned"}
	out := []Column{{Key: "name", Label: c.Label, Words: true}}
	for i, k := range keys {
		out = append(out, Column{Key: k, Label: volumes[i], Places: places})
	}
	for _, k := range [][2]string{
		{"human_share", "人工占比%"}, {"auto_share", "自动占比%"}, {"abandon_rate", "放弃率%"}, {"answer_rate", "总接通率%"}, {"human_rate", "人工接通率%"},
	} {
		out = append(out, Column{Key: k[0], Label: k[1], Places: 1})
	}
	return out
}

func (c *caller) row(g Group) []Cell {
	if g.Silent {
		out := []Cell{Words(g.Name)}
		for range len(c.columns()) - 1 {
			out = append(out, Missing())
		}
		return out
	}
	f := g.Sums.Figures().times(c.Each)
	out := c.figures(g.Name, f, MarkNone)
	copy(out[len(volumes)+1:], c.rates(&g.Sums, f))
	return out
}

// figures is a row of volumes and shares. Who gave up after asking for a person is not among reported figures, so that rate
// is no figure.
func (c *caller) figures(name string, f Figures, m Mark) []Cell {
	out := []Cell{Words(name)}
	for _, n := range f.list() {
		out = append(out, Cell{Num: n, Den: c.unit(), Mark: m})
	}
	for _, part := range []int64{f.Human, f.Auto, f.Abandoned, f.Answered} {
		s := Share(part, f.Total)
		s.Mark = m
		out = append(out, s)
	}
	return append(out, Cell{})
}

func (c *caller) rates(s *Sums, f Figures) []Cell {
	return []Cell{
		Share(f.Human, f.Total), Share(f.Auto, f.Total), Share(f.Abandoned, f.Total), Share(f.Answered, f.Total), Share(s.Human, s.Human+s.Left()),
	}
}

func (c *caller) unit() int64 {
	if c.Wan {
		return 10000
	}
	return 1
}

// imputed proves the total with what was put in, which may not add up in itself.
func (c *caller) imputed(all Figures) []Check {
	if len(c.Imputed) == 0 {
		return nil
	}
	return []Check{
		{What: "含估算值：来电总量 = 接听总量 + 放弃量", Want: all.Total, Got: all.Answered + all.Abandoned, Note: "带 * 的行是估算，不是上报"},
		{What: "含估算值：接听总量 = 人工接听量 + 自动语音量", Want: all.Answered, Got: all.Human + all.Auto},
	}
}

// compare lists where an earlier print differs from the log, and where it does not add up in itself. It repairs neither.
func (c *caller) compare() []Check {
	var out []Check
	for _, p := range c.Printed {
		i := slices.IndexFunc(c.Groups, func(g Group) bool { return g.Name == p.Name })
		if p.Total != p.Answered+p.Abandoned {
			out = append(out, Check{What: p.Name + " 原表：接听总量 + 放弃量 = 来电总量", Want: p.Total, Got: p.Answered + p.Abandoned, Note: "原表自身不平，照列不改"})
		}
		if p.Answered != p.Human+p.Auto {
			out = append(out, Check{What: p.Name + " 原表：人工接听量 + 自动语音量 = 接听总量", Want: p.Answered, Got: p.Human + p.Auto, Note: "原表自身不平，照列不改"})
		}
		if i < 0 || c.Groups[i].Silent {
			out = append(out, Check{What: p.Name + " 原表有、日志没有：来电总量", Want: p.Total, Got: 0})
			continue
		}
		got, want := c.Groups[i].Sums.Figures().times(c.Each).list(), p.list()
		for k, label := range volumes {
			if got[k] != want[k] {
				out = append(out, Check{What: p.Name + " " + label + "与原表", Want: want[k], Got: got[k]})
			}
		}
	}
	return out
}

func (c *caller) notes() []string {
	out := []string{
		"每通来电按到达时间计一次，只归一类：接通人工 1 秒以上为人工；否则自助办完一项或留言为自动；其余为放弃", AutoNote,
		"总接通率 = 接听总量 ÷ 来电总量；人工接通率 = 人工接听量 ÷（人工接听量 + 选择人工后放弃量）",
		"“-”是没有上报或没有分母，不是零；四舍五入只做一次，部分之和与合计可差末位",
	}
	if len(c.Imputed) > 0 {
		out = append(out, "带 * 的是估算值，合计含估算值")
	}
	if c.Each > 1 {
		out = append(out, "日志每条代表 "+Count(c.Each).whole()+" 通")
	}
	return out
}

// Wait is the table of waiting and service level.
func Wait(label string, groups []Group, logged Tally) Table {
	t := Table{Name: "wait", Title: "等待与服务水平表", Chart: Chart{"20 秒服务水平", []string{"sl20"}}, Columns: []Column{
		{Key: "name", Label: label, Words: true}, {Key: "queued", Label: "排队量"}, {Key: "sl15", Label: "15秒接通率%", Places: 1},
		{Key: "sl20", Label: "20秒接通率%", Places: 1}, {Key: "human", Label: "人工接听量"}, {Key: "mean", Label: "平均等待秒"},
		{Key: "longest", Label: "最长等待秒"}, {Key: "to30", Label: "30秒以内"}, {Key: "to120", Label: "30至120秒"}, {Key: "over", Label: "120秒以上"},
		{Key: "left", Label: "排队放弃量"}, {Key: "talk", Label: "平均通话秒"}, {Key: "wrap", Label: "平均话后秒"},
		{Key: "satisfied", Label: "满意率%", Places: 1}, {Key: "rated", Label: "参评率%", Places: 1},
	}}
	var sum Sums
	for _, g := range groups {
		t.Rows = append(t.Rows, Row{Cells: waitRow(g.Name, &g.Sums)})
		sum.Add(g.Sums)
	}
	t.Rows = append(t.Rows, Row{Cells: waitRow("合计", &sum), Sum: true})
	t.Checks = []Check{
		{What: "等待分段之和 = 有等待时间的人工接听量", Want: sum.Waited, Got: sum.Wait30 + sum.Wait120 + sum.over()},
		{What: "本表来电 = 通话日志条数", Want: logged.Inbound, Got: sum.Arrived},
		{What: "人工接听量 = 日志里接通人工的来电", Want: logged.Human, Got: sum.Human},
	}
	t.Notes = []string{
		"15/20 秒接通率 = 排队后 15/20 秒内应答 ÷ 排队量（分母含排队中放弃）；平均等待 = 排队到接通，只算接通人工的",
		"恰好 30 秒、120 秒的归入前一段", "满意率 = 满意 ÷ 参评；参评率 = 参评 ÷ 请评价的来电；没有评价不算满意", "国标 GB/T 33358 的目标是 15 秒内应答",
	}
	if n := sum.Human - sum.Waited; n > 0 {
		t.Notes = append(t.Notes, "没有排队就接通的人工来电 "+Count(n).whole()+" 通，不在等待分段里")
	}
	return t
}

func (s *Sums) over() int64 { return s.Waited - s.Wait30 - s.Wait120 }

func waitRow(name string, s *Sums) []Cell {
	longest := Cell{}
	if s.Waited > 0 {
		longest = Cell{Num: s.WaitMax, Den: 1000}
	}
	return []Cell{
		Words(name), Count(s.Queued), Share(s.In15, s.Queued), Share(s.In20, s.Queued), Count(s.Human), {Num: s.WaitMS, Den: 1000 * s.Waited},
		longest, Count(s.Wait30), Count(s.Wait120), Count(s.over()), Count(s.Left()), {Num: s.TalkMS, Den: 1000 * s.Human}, {Num: s.WrapMS, Den: 1000 * s.Wraps},
		Share(s.Good, s.Rated()), Share(s.Rated(), s.Rated()+s.NoAnswer),
	}
}

// SortGroups orders groups by name, or by volume where there is no natural order.
func SortGroups(groups []Group, byVolume bool) {
	slices.SortFunc(groups, func(a, b Group) int {
		if byVolume && a.Sums.Arrived != b.Sums.Arrived {
			return cmp.Compare(b.Sums.Arrived, a.Sums.Arrived)
		}
		return cmp.Compare(a.Name, b.Name)
	})
}
