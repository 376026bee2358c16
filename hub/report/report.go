// Package report makes the hotline's reports: it reads sums and lists from the store and has rules/report turn them into
// tables. The hub hands in who asks for which span; the command line and the seat print the table. It promises that a
// report is proved against the call log each time it is made, that a lead's report holds the own district only, and that
// reading never stands in the way of the calls.
package report

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/deadline"
	"zuoxi/rules/exam"
	"zuoxi/rules/region"
	rules "zuoxi/rules/report"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// Ask is one request for a report.
type Ask struct {
	Name     string           `json:"name"`
	From     string           `json:"from"` // 2026-01-01, of the centre's days
	To       string           `json:"to"`   // the last day, included
	By       string           `json:"by,omitempty"`
	Wan      bool             `json:"wan,omitempty"`
	Each     int64            `json:"each,omitempty"`
	Imputed  []rules.Reported `json:"imputed,omitempty"`
	Printed  []rules.Reported `json:"printed,omitempty"`
	District string           `json:"-"` // the asker's, when no other may be seen
	Agent    string           `json:"-"` // the asker, when nobody else may be seen
}

// Results is where examinations come from.
type Results interface {
	Results(ctx context.Context, from, to time.Time, districts []string) ([]rules.ExamResult, error)
}

// Config of an office.
type Config struct {
	DB     *store.Store
	Zone   *time.Location
	Now    func() time.Time
	Exams  Results                     // nil: no report of exams
	Scores Scores                      // nil: nothing is scored
	Title  func(article string) string // of an article; may be nil
	// Appeal is how long an agent may object to a published sheet, by Calendar; 0: AppealLimit.
	Appeal   deadline.Workdays
	Calendar deadline.Calendar
}

// Office makes reports. Any goroutine may use it.
type Office struct{ Config }

// New makes an office.
func New(c Config) *Office {
	if c.Zone == nil {
		c.Zone = time.FixedZone("CST", 8*3600)
	}
	if c.Appeal == 0 {
		c.Appeal = AppealLimit
	}
	return &Office{c}
}

// Refusal is a request that cannot be carried out, for the person.
type Refusal struct{ Text string }

func (r *Refusal) Error() string { return r.Text }

// ForPerson gives code and line for whoever asked.
func (r *Refusal) ForPerson() (wire.Code, string) { return wire.CodeInvalid, r.Text }

func refuse(format string, args ...any) error { return &Refusal{fmt.Sprintf(format, args...)} }

// maker is one report.
type maker struct {
	label string
	make  func(*Office, context.Context, *job) (rules.Table, error)
}

// reports are all there are, by name.
var reports = map[string]maker{
	"calls":   {"来电统计表", (*Office).calls},
	"wait":    {"等待与服务水平表", (*Office).wait},
	"first":   {"一次解决率表", (*Office).first},
	"topics":  {"业务分类表", (*Office).topics},
	"hot":     {"热点问题表", (*Office).hot},
	"agents":  {"坐席绩效表", (*Office).agents},
	"awards":  {"星级与表彰建议表", (*Office).awards},
	"ageing":  {"工单时效表", (*Office).ageing},
	"kb":      {"知识库使用表", (*Office).knowledge},
	"exams":   {"考试成绩表", (*Office).exams},
	"quality": {"质检得分表", (*Office).quality},
	"mystery": {"质量监控表", (*Office).mystery},
}

// Names lists the reports with their titles.
func Names() map[string]string {
	out := map[string]string{}
	for name, m := range reports {
		out[name] = m.label
	}
	return out
}

// options are what only some reports can do, and whether it was asked for.
var options = []struct {
	flag, cannot string
	reports      []string
	asked        func(*Ask) bool
}{
	{"--by", "换分组", rules.Grouped, func(a *Ask) bool { return a.By != "" }},
	{"--wan", "以万为单位", rules.Volumes, func(a *Ask) bool { return a.Wan }},
	{"--each", "按抽样的日志放大", rules.Volumes, func(a *Ask) bool { return a.Each > 1 }},
	{"--impute", "计入估算值", rules.Volumes, func(a *Ask) bool { return a.Imputed != nil }},
	{"--against", "和原表对照", rules.Volumes, func(a *Ask) bool { return a.Printed != nil }},
}

// Check refuses what a report cannot do: a table that leaves out what it was asked for, and does not say so, misleads.
func (a Ask) Check() error {
	m, known := reports[a.Name]
	if !known {
		return nil
	}
	for _, o := range options {
		if o.asked(&a) && !slices.Contains(o.reports, a.Name) {
			return refuse("%s不能%s · 没有出表 · 能用 %s 的是 %s", m.label, o.cannot, o.flag, strings.Join(o.reports, "、"))
		}
	}
	return nil
}

// job is a request with its span resolved.
type job struct {
	Ask
	from, to  time.Time
	districts []string
	now       time.Time
}

// Make makes a report.
func (o *Office) Make(ctx context.Context, a Ask) (rules.Table, error) {
	m, ok := reports[a.Name]
	if !ok {
		return rules.Table{}, refuse("没有“%s”这张表 · 没有出表 · 可用：%s", a.Name, strings.Join(slices.Sorted(maps.Keys(reports)), "、"))
	}
	if err := a.Check(); err != nil {
		return rules.Table{}, err
	}
	j := job{Ask: a, now: o.Now()}
	var err error
	if j.from, j.to, err = o.span(a.From, a.To); err != nil {
		return rules.Table{}, err
	}
	if a.District != "" {
		j.districts = []string{a.District}
	}
	t, err := m.make(o, ctx, &j)
	if err == nil && !t.Proved() { // what was written between two reads is no difference
		t, err = m.make(o, ctx, &j)
	}
	if err != nil {
		return rules.Table{}, err
	}
	t.Name, t.Title, t.By, t.Scope = a.Name, m.label, j.By, a.District
	t.From, t.To, t.Made = j.from, j.to, j.now.In(o.Zone)
	return t, nil
}

// span is whole days of the centre; a report without an end goes up to today.
func (o *Office) span(from, to string) (begin, end time.Time, err error) {
	today := o.Now().In(o.Zone).Format(time.DateOnly)
	if to == "" {
		to = today
	}
	if from == "" {
		from = to
	}
	begin, err = time.ParseInLocation(time.DateOnly, from, o.Zone)
	if err == nil {
		end, err = time.ParseInLocation(time.DateOnly, to, o.Zone)
	}
	if err != nil {
		return begin, end, refuse("日期看不懂 · 没有出表 · 请写成 2026-01-31")
	}
	end = end.AddDate(0, 0, 1)
	if !begin.Before(end) || end.Sub(begin) > 10*366*24*time.Hour {
		return begin, end, refuse("起止日期不对 · 没有出表 · 起始日要不晚于截止日，最长十年")
	}
	return begin, end, nil
}

// way is how calls are grouped: the face that has it, and the name of a row's group.
type way struct {
	label    string
	face     store.Face
	daily    bool
	byVolume bool
	name     func(r *store.SumRow, zone *time.Location) string
}

var ways = map[string]way{
	"province": {"地区", store.FacePlace, false, false, func(r *store.SumRow, _ *time.Location) string { return rules.Province(r.District) }},
	"city":     {"地市", store.FacePlace, false, true, func(r *store.SumRow, _ *time.Location) string { return orUnknown(r.B) }},
	"district": {"区县", store.FacePlace, false, false, func(r *store.SumRow, _ *time.Location) string { return orUnknown(region.Name(r.District)) }},
	"number":   {"号码归属", store.FacePlace, false, true, func(r *store.SumRow, _ *time.Location) string { return orUnknown(r.A) }},
	"subject":  {"业务", store.FaceSubject, false, true, func(r *store.SumRow, _ *time.Location) string { return orUnknown(r.A) }},
	"agent":    {"工号", store.FaceAgent, false, false, func(r *store.SumRow, _ *time.Location) string { return orNobody(r.A) }},
	"hour": {"时段", store.FaceHour, false, false, func(r *store.SumRow, _ *time.Location) string {
		return strings.Repeat("0", max(0, 2-len(r.A))) + r.A + "时"
	}},
	"day":   {"日期", store.FacePlace, true, false, func(r *store.SumRow, z *time.Location) string { return r.Day.In(z).Format(time.DateOnly) }},
	"month": {"月份", store.FacePlace, true, false, func(r *store.SumRow, z *time.Location) string { return r.Day.In(z).Format("2006-01") }},
	"quarter": {"季度", store.FacePlace, true, false, func(r *store.SumRow, z *time.Location) string {
		return quarter(r.Day.In(z))
	}},
}

// Ways lists how calls can be grouped.
func Ways() []string { return slices.Sorted(maps.Keys(ways)) }

func orUnknown(s string) string {
	if s == "" {
		return "未知"
	}
	return s
}

func orNobody(s string) string {
	if s == "" {
		return "没有到坐席"
	}
	return s
}

// groups are the calls of the span in groups, with the count of the log.
func (o *Office) groups(ctx context.Context, j *job) (label string, groups []rules.Group, logged rules.Tally, err error) {
	if j.By == "" {
		j.By = "city"
	}
	w, ok := ways[j.By]
	if !ok {
		return "", nil, logged, refuse("不能按“%s”分组 · 没有出表 · 可用：%s", j.By, strings.Join(Ways(), "、"))
	}
	rows, logged, err := o.sums(ctx, j, w.face, w.daily)
	if err != nil {
		return "", nil, logged, err
	}
	byName := map[string]rules.Sums{}
	for i := range rows {
		name := w.name(&rows[i], o.Zone)
		s := byName[name]
		s.Add(rows[i].Sums)
		byName[name] = s
	}
	if j.By == "province" {
		return w.label, rules.ByProvince(byName), logged, nil
	}
	for name, s := range byName {
		groups = append(groups, rules.Group{Name: name, Sums: s})
	}
	rules.SortGroups(groups, w.byVolume)
	return w.label, groups, logged, nil
}

// together reads beside each other what a report needs: over a million calls each part takes a while.
func together(parts ...func() error) error {
	failed := make([]error, len(parts))
	var work sync.WaitGroup
	for i, part := range parts {
		work.Go(func() { failed[i] = part() })
	}
	work.Wait()
	return errors.Join(failed...)
}

func (o *Office) sums(ctx context.Context, j *job, face store.Face, daily bool) ([]store.SumRow, rules.Tally, error) {
	return o.DB.Sums.Calls(ctx, store.SumFilter{
		Span: store.Span{From: j.from, To: j.to}, Zone: o.Zone, Face: face, Daily: daily, Districts: j.districts, Now: j.now,
	})
}

func (o *Office) calls(ctx context.Context, j *job) (rules.Table, error) {
	label, groups, logged, err := o.groups(ctx, j)
	if err != nil {
		return rules.Table{}, err
	}
	return rules.Calls(rules.CallAsk{Label: label, Groups: groups, Logged: logged, Each: j.Each, Wan: j.Wan, Imputed: j.Imputed, Printed: j.Printed}), nil
}

func (o *Office) wait(ctx context.Context, j *job) (rules.Table, error) {
	label, groups, logged, err := o.groups(ctx, j)
	if err != nil {
		return rules.Table{}, err
	}
	return rules.Wait(label, groups, logged), nil
}

func (j *job) filter() store.TopicFilter {
	return store.TopicFilter{Span: store.Span{From: j.from, To: j.to}, Districts: j.districts, Now: j.now}
}

// before is the span of the same length before.
func (j *job) before() store.TopicFilter {
	f := j.filter()
	f.Span = store.Span{From: j.from.Add(-j.to.Sub(j.from)), To: j.from}
	return f
}

// asked are the subjects of advice in the span and in the one before, and how many records there are by another count.
func (o *Office) asked(ctx context.Context, j *job) (topics []rules.Topic, made rules.Made, err error) {
	at := map[[2]string]int{}
	for i, f := range []store.TopicFilter{j.filter(), j.before()} {
		f.Kind = string(ticket.KindConsult)
		rows, err := o.DB.Counts.Topics(ctx, f)
		if err != nil {
			return nil, made, err
		}
		if *[]*int64{&made.Now, &made.Before}[i], err = o.DB.Proofs.Records(ctx, f); err != nil {
			return nil, made, err
		}
		for _, r := range rows {
			k := [2]string{r.Subject, r.Topic}
			n, ok := at[k]
			if !ok {
				n = len(topics)
				at[k] = n
				topics = append(topics, rules.Topic{Subject: r.Subject, Topic: r.Topic})
			}
			if i == 0 {
				topics[n].Count += r.Count
			} else {
				topics[n].Before += r.Count
			}
		}
	}
	return topics, made, nil
}

func (o *Office) topics(ctx context.Context, j *job) (rules.Table, error) {
	topics, made, err := o.asked(ctx, j)
	if err != nil {
		return rules.Table{}, err
	}
	rows, rule, err := o.contacts(ctx, j, false)
	if err != nil {
		return rules.Table{}, err
	}
	t := rules.Topics(topics, made)
	t.Settled(firsts(rows, func(r *store.FirstRow) string { return cmp.Or(r.Subject, rules.NoSubject) }), rule)
	return t, nil
}

// hotMost is how many hot topics are listed.
const hotMost = 30

func (o *Office) hot(ctx context.Context, j *job) (rules.Table, error) {
	topics, made, err := o.asked(ctx, j)
	if err != nil {
		return rules.Table{}, err
	}
	rule := rules.DefaultHot
	if err := o.setting(ctx, hotKey, &rule); err != nil {
		return rules.Table{}, err
	}
	return rules.Hot(topics, made, rule, hotMost), nil
}

// standing are all kinds and states in which something is left to do, over are the others.
func standing() (open, over []store.KindState) {
	for _, k := range ticket.Kinds {
		for _, s := range ticket.States(k) {
			list := &open
			if s == ticket.StateVoided || ticket.Final(k, s) {
				list = &over
			}
			*list = append(*list, store.KindState{Kind: string(k), State: string(s)})
		}
	}
	return open, over
}

// dueYears is how long before the span a record may have been made whose deadline falls into it.
const dueYears = 1

func (o *Office) ageing(ctx context.Context, j *job) (rules.Table, error) {
	f := j.filter()
	f.From = f.From.AddDate(-dueYears, 0, 0)
	open, over := standing()
	rows, err := o.DB.Counts.Dues(ctx, f, open)
	if err != nil {
		return rules.Table{}, err
	}
	left, err := o.DB.Proofs.Standing(ctx, f, over)
	if err != nil {
		return rules.Table{}, err
	}
	orders := make([]rules.Order, 0, len(rows))
	for _, r := range rows {
		ord := rules.Order{Kind: ticket.Kind(r.Kind).Label(), Created: r.Created, Open: slices.Contains(open, store.KindState{Kind: r.Kind, State: r.State})}
		for _, d := range r.Dues {
			ord.Dues = append(ord.Dues, rules.Due{At: d.At, Done: d.Done})
		}
		orders = append(orders, ord)
	}
	return rules.Ageing(orders, left, j.from, j.to, j.now), nil
}

// kbMost is how many articles are listed by name.
const kbMost = 50

func (o *Office) knowledge(ctx context.Context, j *job) (rules.Table, error) {
	var (
		sets           []store.ArticlesRow
		searches       []store.SearchRow
		cited          rules.Cited
		records, asked int64
	)
	err := together(
		func() (err error) { sets, err = o.DB.Counts.Articles(ctx, j.filter()); return },
		func() (err error) { searches, err = o.DB.Counts.Searches(ctx, j.filter()); return },
		func() (err error) { records, err = o.DB.Proofs.Records(ctx, j.filter()); return },
		func() (err error) { cited, err = o.DB.Proofs.Cited(ctx, j.filter()); return },
		func() (err error) { asked, err = o.DB.Proofs.Searches(ctx, j.filter()); return },
	)
	if err != nil {
		return rules.Table{}, err
	}
	with, byID := int64(0), map[string]int64{}
	for _, s := range sets {
		with += s.Count
		for _, a := range s.Articles {
			byID[a.ID] += s.Count
		}
	}
	uses := make([]rules.Use, 0, len(byID))
	for id, n := range byID {
		u := rules.Use{Article: id, Count: n}
		if o.Title != nil {
			u.Title = o.Title(id)
		}
		uses = append(uses, u)
	}
	t := rules.Knowledge(uses, with, records, cited, kbMost)
	list := make([]rules.Search, 0, len(searches))
	for _, s := range searches {
		list = append(list, rules.Search(s))
	}
	t.Searched(list, asked)
	return t, nil
}

func (o *Office) exams(ctx context.Context, j *job) (rules.Table, error) {
	if o.Exams == nil {
		return rules.Table{}, refuse("本中心没有考试 · 没有出表 · 请看其他报表")
	}
	results, err := o.Exams.Results(ctx, j.from, j.to, j.districts)
	if err != nil {
		return rules.Table{}, err
	}
	papers, err := o.DB.Proofs.Papers(ctx, j.filter())
	if err != nil {
		return rules.Table{}, err
	}
	laid := -papers[string(exam.PaperWithdrawn)]
	for _, n := range papers {
		laid += n
	}
	return rules.Exams(results, laid, papers[string(exam.PaperPublished)]), nil
}
