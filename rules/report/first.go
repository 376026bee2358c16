package report

import "errors"

// First are the questions that callers came with, each in exactly one class: a call of somebody in the span with a record of
// advice that was not voided.
type First struct {
	Asked    int64 // counted by itself, not added up from the classes
	Unknown  int64 // the number is withheld: nobody can tell whether that one called again
	Repeated int64 // the same number called about the same subject in the days before: no first contact
	Once     int64 // settled in the first call …
	Again    int64 // … called again about it within the days …
	Passed   int64 // … passed on, put through to somebody outside, or promised to be called back …
	Waiting  int64 // … or not answered yet
	Young    int64 // the days are not over: not judged yet
}

// Fields are all figures in the order of the store's columns.
func (f *First) Fields() []*int64 {
	return []*int64{&f.Asked, &f.Unknown, &f.Repeated, &f.Once, &f.Again, &f.Passed, &f.Waiting, &f.Young}
}

// Add adds another group.
func (f *First) Add(o First) {
	of := o.Fields()
	for i, n := range f.Fields() {
		*n += *of[i]
	}
}

// Contacts are the first contacts that are judged.
func (f *First) Contacts() int64 { return f.Once + f.Again + f.Passed + f.Waiting }

// Rate is 一次解决率, no figure where nothing is judged yet.
func (f *First) Rate() Cell { return Share(f.Once, f.Contacts()) }

// FirstRule says how long somebody must not have called again. The ministry names no figure: seven days are an assumption.
type FirstRule struct {
	Days int64 `json:"days"`
}

// DefaultFirst is the rule as it ships.
var DefaultFirst = FirstRule{Days: 7}

// mostFirst is the longest that anybody can be waited for, in days.
const mostFirst = 30

// ErrFirst says that the days are too few or too many to wait for.
var ErrFirst = errors.New("report: a first contact is judged after 1 to 30 days")

// Check holds the days to what can be waited for.
func (r FirstRule) Check() error {
	if r.Days < 1 || r.Days > mostFirst {
		return ErrFirst
	}
	return nil
}

// Note is the definition, which stands below every table that has the figure.
func (r FirstRule) Note() string {
	days := Count(r.Days).whole()
	return "一次解决率 = 一次解决 ÷ 首次咨询。首次咨询：有咨询单的来电，同一号码此前 " + days + " 天没有就同一业务来过电；一次解决：当通答复，没有转办、没有转给中心以外、不用再回电，此后 " +
		days + " 天内同一号码没有再就同一业务来电（没接通的也算来过）。满 " + days + " 天才判定，判定后不再变；天数是本中心的设置（zuoxi report sheet first）"
}

// FirstGroup is the questions of one seat, subject, place or day.
type FirstGroup struct {
	Name string
	First
}

// FirstContact is the table of what was settled in the first call.
func FirstContact(label string, groups []FirstGroup, rule FirstRule) Table {
	t := Table{Name: "first", Title: "一次解决率表", Chart: Chart{"一次解决率", []string{"rate"}}, Columns: []Column{
		{Key: "name", Label: label, Words: true}, {Key: "rate", Label: "一次解决率%", Places: 1}, {Key: "contacts", Label: "首次咨询"}, {Key: "once", Label: "一次解决"},
		{Key: "again", Label: "又来电"}, {Key: "passed", Label: "转办待回"}, {Key: "waiting", Label: "未答复"}, {Key: "repeated", Label: "重复来电"},
		{Key: "unknown", Label: "号码不明"}, {Key: "young", Label: "未满期"}, {Key: "asked", Label: "咨询来电"},
	}}
	var sum First
	for _, g := range groups {
		t.Rows = append(t.Rows, Row{Cells: g.row(g.Name)})
		sum.Add(g.First)
	}
	t.Rows = append(t.Rows, Row{Cells: sum.row("合计"), Sum: true})
	t.Checks = []Check{{What: "首次咨询 + 重复来电 + 号码不明 + 未满期 = 咨询来电", Want: sum.Asked, Got: sum.Contacts() + sum.Repeated + sum.Unknown + sum.Young}}
	t.Notes = []string{
		rule.Note(), "咨询来电：按来电到达时间计，一通电话记了几张咨询单就计几次，作废的不计；重复来电不另计一件，它使前一通成为“又来电”",
		"号码不明：来电人隐藏了号码，看不出有没有再来电，不在分母里；“-”是还没有可判定的，不是零",
	}
	return t
}

func (f *First) row(name string) []Cell {
	return []Cell{
		Words(name), f.Rate(), Count(f.Contacts()), Count(f.Once), Count(f.Again), Count(f.Passed), Count(f.Waiting), Count(f.Repeated), Count(f.Unknown), Count(f.Young), Count(f.Asked),
	}
}
