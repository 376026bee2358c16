package report

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Order is a record that still waits for somebody, or a deadline of one that is over.
type Order struct {
	Kind    string // name for people
	Created time.Time
	Dues    []Due
	Open    bool
}

// Due is one deadline; Done is zero while it runs.
type Due struct {
	At, Done time.Time
}

// bands of age in days; the last has no end.
var bands = []struct {
	label string
	days  int
}{{"1天内", 1}, {"1至3天", 3}, {"3至7天", 7}, {"7至15天", 15}, {"15至60天", 60}, {"60天以上", 1 << 30}}

// Ageing is the table of open records by age, and of deadlines that fell due in the span; open is counted in the store by itself.
func Ageing(orders []Order, open int64, from, to, now time.Time) Table {
	t := Table{Name: "ageing", Title: "工单时效表", Chart: Chart{"未办结与逾期", []string{"open", "overdue"}}, Columns: []Column{
		{Key: "name", Label: "类别", Words: true}, {Key: "open", Label: "未办结"},
	}}
	for _, b := range bands {
		t.Columns = append(t.Columns, Column{Key: "d" + Count(int64(min(b.days, 999))).whole(), Label: b.label})
	}
	for _, k := range [][2]string{{"overdue", "逾期未办"}, {"due", "期内到期"}, {"in_time", "按时办结"}} {
		t.Columns = append(t.Columns, Column{Key: k[0], Label: k[1]})
	}
	t.Columns = append(t.Columns, Column{Key: "rate", Label: "按时办结率%", Places: 1})
	rows := map[string]*aged{}
	var all aged
	for _, o := range orders {
		r := rows[o.Kind]
		if r == nil {
			r = &aged{name: o.Kind}
			rows[o.Kind] = r
		}
		r.take(o, from, to, now)
		all.take(o, from, to, now)
	}
	list := make([]*aged, 0, len(rows))
	for _, r := range rows {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b *aged) int { return cmp.Or(cmp.Compare(b.open, a.open), cmp.Compare(a.name, b.name)) })
	all.name = "合计"
	for i, r := range append(list, &all) {
		t.Rows = append(t.Rows, Row{Cells: r.cells(), Sum: i == len(list)})
	}
	sum := int64(0)
	for _, n := range all.age {
		sum += n
	}
	t.Checks = []Check{{What: "各时段之和 = 未办结", Want: all.open, Got: sum}, {What: "未办结 = 库里没有办结也没有作废的受理单", Want: open, Got: all.open}}
	t.Notes = []string{
		"未办结和逾期按制表时刻；按时办结率 = 期内到期且按时了结 ÷ 期内到期，还没有到期的不在分母里", "时限按各自的依据计算（工作日与自然日分开），暂停的时间已经除去",
	}
	return t
}

// aged are the figures of one kind.
type aged struct {
	name                       string
	open, overdue, due, inTime int64
	age                        [6]int64
}

func (r *aged) take(o Order, from, to, now time.Time) {
	late := false
	for _, d := range o.Dues {
		if !d.At.Before(from) && d.At.Before(to) && d.At.Before(now) {
			r.due++
			if !d.Done.IsZero() && !d.Done.After(d.At) {
				r.inTime++
			}
		}
		late = late || d.Done.IsZero() && d.At.Before(now)
	}
	if !o.Open {
		return
	}
	r.open++
	if late {
		r.overdue++
	}
	for i, b := range bands {
		if now.Sub(o.Created) < time.Duration(min(b.days, 36500))*24*time.Hour {
			r.age[i]++
			break
		}
	}
}

func (r *aged) cells() []Cell {
	out := []Cell{Words(r.name), Count(r.open)}
	for _, n := range r.age {
		out = append(out, Count(n))
	}
	return append(out, Count(r.overdue), Count(r.due), Count(r.inTime), Share(r.inTime, r.due))
}

// Use is how often an article was the ground of an answer.
type Use struct {
	Article string
	Title   string
	Count   int64
}

// Search is a wording with how many searches led to no article and how many to one.
type Search struct {
	Words          string
	Missed, Opened int64
}

// missesNamed is how many wordings the note names.
const missesNamed = 10

// Searched adds the searches of the span to the table of knowledge: how many there were, how many led nowhere, and the wordings
// that most often did; made are counted in the store by themselves.
func (t *Table) Searched(list []Search, made int64) {
	var missed, opened int64
	for _, s := range list {
		missed, opened = missed+s.Missed, opened+s.Opened
	}
	all := missed + opened
	t.Checks = append(t.Checks, Check{What: "未命中与命中之和 = 库里的搜索次数", Want: made, Got: all})
	t.Rows = append(t.Rows,
		Row{Sum: true, Cells: []Cell{Words("搜索"), Words("汇到中心的"), Count(all), {}}},
		Row{Sum: true, Cells: []Cell{Words("未命中"), Words("没有打开任何条目；占搜索"), Count(missed), Share(missed, all)}})
	slices.SortFunc(list, func(a, b Search) int { return cmp.Or(cmp.Compare(b.Missed, a.Missed), cmp.Compare(a.Words, b.Words)) })
	var worst []string
	for _, s := range list[:min(missesNamed, len(list))] {
		if s.Missed > 0 {
			worst = append(worst, s.Words+" "+Count(s.Missed).whole()+" 次")
		}
	}
	if len(worst) > 0 {
		t.Notes = append(t.Notes, "最常未命中："+strings.Join(worst, "、"))
	}
}

// Cited is how many records name articles, and how many articles they name.
type Cited struct{ Records, Refs int64 }

// Knowledge is the table of articles used in answers, in so many of the records; cited is counted in the store by itself.
func Knowledge(uses []Use, with, records int64, cited Cited, most int) Table {
	t := Table{Name: "kb", Title: "知识库使用表", Chart: Chart{"引用次数", []string{"count"}}, Columns: []Column{
		{Key: "name", Label: "条目", Words: true}, {Key: "title", Label: "标题", Words: true}, {Key: "count", Label: "引用次数"}, {Key: "share", Label: "占引用%", Places: 1},
	}}
	all := int64(0)
	for _, u := range uses {
		all += u.Count
	}
	slices.SortFunc(uses, func(a, b Use) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Article, b.Article)) })
	shown := int64(0)
	for _, u := range uses[:min(most, len(uses))] {
		shown += u.Count
		t.Rows = append(t.Rows, Row{Cells: []Cell{Words(u.Article), Words(u.Title), Count(u.Count), Share(u.Count, all)}})
	}
	if rest := all - shown; rest > 0 {
		t.Rows = append(t.Rows, Row{Cells: []Cell{Words("其余"), Words(""), Count(rest), Share(rest, all)}})
	}
	t.Rows = append(t.Rows, Row{Sum: true, Cells: []Cell{Words("合计"), Words(""), Count(all), Share(all, all)}})
	t.Rows = append(t.Rows, Row{Cells: []Cell{Words("有依据的受理单"), Words("引用了至少一条"), Count(with), Share(with, records)}})
	t.Checks = []Check{{What: "各条目之和 = 库里受理单的引用次数", Want: cited.Refs, Got: all}, {What: "有依据的受理单 = 库里引用了条目的受理单", Want: cited.Records, Got: with}}
	t.Notes = []string{"按受理单里引用的条目统计；一张单引用两条计两次"}
	return t
}

// ExamResult is one published sitting; Written is -1 without a written part.
type ExamResult struct {
	Agent   string
	Title   string
	At      time.Time
	Written int
	Calls   []int
	Passed  bool
	State   string // published, or how far it is
}

// Exams is the table of examinations; laid and told are how many papers there are and how many are published, counted in the
// store by themselves.
func Exams(results []ExamResult, laid, told int64) Table {
	t := Table{Name: "exams", Title: "考试成绩表", Columns: []Column{
		{Key: "title", Label: "考试", Words: true}, {Key: "agent", Label: "工号", Words: true}, {Key: "at", Label: "日期", Words: true}, {Key: "written", Label: "笔试"},
		{Key: "calls", Label: "模拟来电平均", Places: 1}, {Key: "passed", Label: "结果", Words: true},
	}}
	published, passed := int64(0), int64(0)
	for _, r := range results {
		row := []Cell{Words(r.Title), Words(r.Agent), Words(r.At.Format(time.DateOnly)), {}, {}, Words("未公布")}
		if r.State == "published" {
			published++
			if r.Written >= 0 {
				row[3] = Count(int64(r.Written))
			}
			sum := int64(0)
			for _, n := range r.Calls {
				sum += int64(n)
			}
			row[4], row[5] = Cell{Num: sum, Den: int64(len(r.Calls))}, Words("未通过")
			if r.Passed {
				passed++
				row[5] = Words("通过")
			}
		}
		t.Rows = append(t.Rows, Row{Cells: row})
	}
	t.Rows = append(t.Rows, Row{Sum: true, Cells: []Cell{Words("已公布 " + Count(published).whole() + "，通过 " + Count(passed).whole()), Words(""), Words(""), {}, {}, Words("通过率 " + Decimal(passed*100, published, 1) + "%")}})
	t.Checks = []Check{{What: "列出的试卷 = 库里没有作废的试卷", Want: laid, Got: int64(len(results))}, {What: "已公布 = 库里已公布的试卷", Want: told, Got: published}}
	t.Notes = []string{"没有公布的试卷列出但没有分数；通过率的分母是已公布的份数"}
	return t
}
