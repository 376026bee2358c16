package report

import (
	"cmp"
	"errors"
	"slices"
)

// Weights of the month sheet (绩效), in points of 100. The seed names the items and gives no weights, so these are a setting;
// as they ship they are an assumption of the project.
type Weights struct {
	Quality    int64 `json:"quality"`    // 通话质量
	Volume     int64 `json:"volume"`     // 话务量
	Operation  int64 `json:"operation"`  // 操作规范
	Knowledge  int64 `json:"knowledge"`  // 知识库维护
	Discipline int64 `json:"discipline"` // 日常规范
}

// DefaultWeights are 35/25/15/10 and 15.
var DefaultWeights = Weights{35, 25, 15, 10, 15}

// ErrWeights says that weights do not make 100.
var ErrWeights = errors.New("report: the weights of the month sheet must make 100")

// Check holds weights to 100.
func (w Weights) Check() error {
	if w.Quality < 0 || w.Volume < 0 || w.Operation < 0 || w.Knowledge < 0 || w.Discipline < 0 || w.Quality+w.Volume+w.Operation+w.Knowledge+w.Discipline != 100 {
		return ErrWeights
	}
	return nil
}

func (w Weights) list() [5]int64 {
	return [5]int64{w.Quality, w.Volume, w.Operation, w.Knowledge, w.Discipline}
}

// Agent is what is known of one agent's month.
type Agent struct {
	No, Name, District string
	Sums               Sums
	// Expect is the handling time, in ms, that the agent's calls would have taken at the centre's mean for each subject: hard
	// subjects weigh more, so that nobody gains by dropping them.
	Expect int64
	DutyMS int64 // signed in and not on a break or in training
	Late   int64 // offers refused or not answered
	Orders int64 // records written
	First  First // questions settled in the first call; no item either
	Abused int64 // calls ended after warnings for abuse; no item: it costs nobody a point
	// Quality is the mean of the confirmed sheets; Den 0: none was scored.
	Quality Cell
	// Given are the points of 100 that a person entered, -1 where nobody did: knowledge upkeep, discipline.
	Knowledge, Discipline int64
}

// Sheet is the month sheet with rank and what each item came to; human is what the log has of calls that reached an agent.
func Sheet(agents []Agent, w Weights, first FirstRule, human int64) Table {
	t := Table{Name: "agents", Title: "坐席绩效表", Chart: Chart{"绩效得分", []string{"score"}}, Columns: []Column{
		{Key: "rank", Label: "名次", Words: true}, {Key: "agent", Label: "工号", Words: true}, {Key: "name", Label: "姓名", Words: true}, {Key: "human", Label: "接听量"},
		{Key: "talk", Label: "平均通话秒"}, {Key: "duty", Label: "在岗小时", Places: 1}, {Key: "satisfied", Label: "满意率%", Places: 1}, {Key: "rated", Label: "参评率%", Places: 1},
		{Key: "first", Label: "一次解决率%", Places: 1},
		{Key: "quality", Label: "通话质量", Places: 1}, {Key: "volume", Label: "话务量", Places: 1}, {Key: "operation", Label: "操作规范", Places: 1},
		{Key: "knowledge", Label: "知识维护"}, {Key: "discipline", Label: "日常规范"}, {Key: "score", Label: "得分", Places: 1}, {Key: "abused", Label: "辱骂终止"}, {Key: "lacking", Label: "缺项", Words: true},
	}}
	norm := pace(agents)
	type scored struct {
		Agent
		items [5]Cell
		score Cell
		lacks int
	}
	rows := make([]scored, 0, len(agents))
	var sum Sums
	var settled First
	abused := int64(0)
	for _, a := range agents {
		abused += a.Abused
		settled.Add(a.First)
		s := scored{Agent: a, items: a.items(norm)}
		s.score, s.lacks = w.total(s.items)
		rows = append(rows, s)
		sum.Add(a.Sums)
	}
	slices.SortFunc(rows, func(a, b scored) int { return cmp.Or(compareCells(b.score, a.score), cmp.Compare(a.No, b.No)) })
	rank := 0
	for i, r := range rows {
		if i == 0 || compareCells(r.score, rows[i-1].score) != 0 {
			rank = i + 1 // equal points share a rank
		}
		place := Count(int64(rank)).whole()
		if r.score.Den == 0 {
			place = "-"
		}
		asked := r.Sums.Rated() + r.Sums.NoAnswer
		lack := ""
		if r.lacks > 0 {
			lack = "缺" + Count(int64(r.lacks)).whole() + "项"
		}
		t.Rows = append(t.Rows, Row{Cells: []Cell{
			Words(place), Words(r.No), Words(r.Name), Count(r.Sums.Human), {Num: r.Sums.TalkMS, Den: 1000 * r.Sums.Human}, {Num: r.DutyMS, Den: 3600_000},
			Share(r.Sums.Good, r.Sums.Rated()), Share(r.Sums.Rated(), asked), r.First.Rate(), r.items[0], r.items[1], r.items[2], r.items[3], r.items[4], r.score, Count(r.Abused), Words(lack),
		}})
	}
	t.Rows = append(t.Rows, Row{Sum: true, Cells: []Cell{
		Words("合计"), Words(""), Words(""), Count(sum.Human), {Num: sum.TalkMS, Den: 1000 * sum.Human}, {}, Share(sum.Good, sum.Rated()),
		Share(sum.Rated(), sum.Rated()+sum.NoAnswer), settled.Rate(), {}, {}, {}, {}, {}, {}, Count(abused), Words(""),
	}})
	t.Checks = []Check{{What: "各坐席接听量之和 = 日志里接通人工的来电", Want: human, Got: sum.Human}}
	t.Notes = append(w.notes(), first.Note()+"；不计分")
	return t
}

func (w Weights) notes() []string {
	l := w.list()
	return []string{
		"权重：通话质量 " + Count(l[0]).whole() + "、话务量 " + Count(l[1]).whole() + "、操作规范 " + Count(l[2]).whole() + "、知识维护 " + Count(l[3]).whole() + "、日常规范 " + Count(l[4]).whole() +
			"；是本中心的设置，不是部里的规定",
		"话务量已按业务难易和在岗时间折算：每类业务按全中心的平均时长计，100 分为全中心平均的 1.2 倍，封顶 100",
		"操作规范 = 一通一单（70%）与应接尽接（30%）；满意率的分母是参评的来电，没有评价不算满意",
		"辱骂终止 = 两步提醒后按规定终止的来电，不计分，供委屈奖参考",
		"缺项（“-”）不当零分：按其余各项的权重折算，“缺项”一栏写明；知识维护、日常规范由人填分",
	}
}

// pace is the centre's expected handling per hour of duty, as a fraction.
func pace(agents []Agent) Cell {
	var c Cell
	for _, a := range agents {
		if a.DutyMS > 0 {
			c.Num += a.Expect
			c.Den += a.DutyMS
		}
	}
	return c
}

const fullPace = 120 // percent of the centre's mean that gives the full points of volume

// items are the five items in points of 100.
func (a *Agent) items(norm Cell) (out [5]Cell) {
	out[0] = a.Quality
	if a.DutyMS > 0 && norm.Num > 0 {
		// (expect / duty) ÷ (norm) × 100 ÷ 1.2, in thousandths so that products stay small.
		own := a.Expect * 1000 / a.DutyMS
		mean := max(norm.Num*1000/norm.Den, 1)
		out[1] = atMost100(Cell{Num: own * 100 * 100, Den: mean * fullPace})
	}
	if a.Sums.Human > 0 {
		orders := min(a.Orders, a.Sums.Human)
		out[2] = Cell{Num: 70*orders*(a.Sums.Human+a.Late) + 30*a.Sums.Human*a.Sums.Human, Den: a.Sums.Human * (a.Sums.Human + a.Late)}
	}
	for i, n := range []int64{a.Knowledge, a.Discipline} {
		if n >= 0 {
			out[3+i] = Count(n)
		}
	}
	return out
}

func atMost100(c Cell) Cell {
	if c.Num > 100*c.Den {
		return Count(100)
	}
	return c
}

// total weighs the items that there are; those that lack are left out of both sides.
func (w Weights) total(items [5]Cell) (score Cell, lacks int) {
	const unit = 1000
	for i, weight := range w.list() {
		if items[i].Den == 0 {
			if weight > 0 {
				lacks++
			}
			continue
		}
		score.Num += weight * (items[i].Num * unit / items[i].Den)
		score.Den += weight * unit
	}
	return score, lacks
}

func compareCells(a, b Cell) int {
	switch {
	case a.Den == 0 || b.Den == 0:
		return cmp.Compare(a.Den, b.Den)
	}
	return cmp.Compare(a.Num*b.Den, b.Num*a.Den)
}

// StarRule gives stars for points of the month sheet, three at most. The points are assumptions: the seed names three levels only.
type StarRule struct {
	Stars [3]int64 `json:"stars"` // points from which one, two and three stars are proposed
}

// DefaultStars is the rule as it ships.
var DefaultStars = StarRule{[3]int64{75, 85, 92}}

// ErrStars says that the points of the stars do not rise from 1 to 100.
var ErrStars = errors.New("report: each star needs more points than the one before, 100 at most")

// Check holds the points to an order.
func (r StarRule) Check() error {
	before := int64(0)
	for _, n := range r.Stars {
		if n <= before || n > 100 {
			return ErrStars
		}
		before = n
	}
	return nil
}

// of is how many stars a score is worth.
func (r StarRule) of(score Cell) (stars int) {
	for i, least := range r.Stars {
		if score.Den > 0 && score.Num >= least*score.Den {
			stars = i + 1
		}
	}
	return stars
}

// Month is what one agent had in two months, for stars and awards.
type Month struct {
	No, Name string
	Score    Cell   // of this month's sheet
	Before   Cell   // of the month before
	Best     Cell   // best quality sheet that stands
	BestCall string // whose it is
	Abused   int64  // calls ended after warnings for abuse
	Good     int64  // grades "satisfied"
}

// Awards proposes stars and the monthly awards. A person decides; the table says so.
func Awards(months []Month, rule StarRule) Table {
	t := Table{Name: "awards", Title: "星级与表彰建议表", Columns: []Column{
		{Key: "award", Label: "项目", Words: true}, {Key: "agent", Label: "工号", Words: true}, {Key: "name", Label: "姓名", Words: true}, {Key: "figure", Label: "依据", Places: 1}, {Key: "why", Label: "说明", Words: true},
	}}
	add := func(award string, m Month, figure Cell, why string) {
		t.Rows = append(t.Rows, Row{Cells: []Cell{Words(award), Words(m.No), Words(m.Name), figure, Words(why)}})
	}
	for _, m := range months {
		if n := rule.of(m.Score); n > 0 {
			add([]string{"", "一星", "二星", "三星"}[n], m, m.Score, "绩效得分")
		}
	}
	top := func(award, why string, of func(Month) Cell, least int64) {
		best := -1
		for i, m := range months {
			if c := of(m); c.Den > 0 && c.Num > least*c.Den && (best < 0 || compareCells(c, of(months[best])) > 0) {
				best = i
			}
		}
		if best >= 0 {
			add(award, months[best], of(months[best]), why)
		}
	}
	for _, m := range months {
		if m.BestCall != "" && m.Best.Den > 0 && !slices.ContainsFunc(months, func(o Month) bool { return compareCells(o.Best, m.Best) > 0 }) {
			add("最佳通话", m, m.Best, "质检得分最高的通话 "+m.BestCall)
		}
	}
	top("进步奖", "得分比上月提高", func(m Month) Cell {
		if m.Score.Den == 0 || m.Before.Den == 0 {
			return Cell{}
		}
		return Cell{Num: m.Score.Num*1000/m.Score.Den - m.Before.Num*1000/m.Before.Den, Den: 1000}
	}, 0)
	top("委屈奖", "受到辱骂仍按规程处理的来电", func(m Month) Cell { return Count(m.Abused) }, 0)
	top("市民嘉奖", "来电人评价满意的来电", func(m Month) Cell { return Count(m.Good) }, 0)
	t.Notes = []string{
		"这是按数据提出的建议，由班长和质检员决定；星级分数线 " + Count(rule.Stars[0]).whole() + "、" + Count(rule.Stars[1]).whole() + "、" + Count(rule.Stars[2]).whole() +
			" 分是本中心的设置（zuoxi report sheet stars）",
		"最佳通话取已公布、没有未裁定异议的评分；市民嘉奖按来电人评“满意”的通数", "没有依据的项目不列",
	}
	return t
}
