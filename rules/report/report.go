// Package report is the hotline's statistics as pure tables: what is counted as what, how sums are proved, and how a
// figure is printed. hub/report fills it from the store; the command line and the seat print what it gives.
//
// It promises (domain.md section 9) that every call is in exactly one class, that a figure is rounded once, half up, from
// whole numbers, that a total which its parts miss is shown with the difference and never repaired, that what was not
// reported is "-" and not zero, and that what was imputed is marked.
package report

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Mark says that a figure is not plainly counted.
type Mark string

// The marks of a cell.
const (
	MarkNone    Mark = ""
	MarkMissing Mark = "missing" // not reported: printed as "-", which is not zero
	MarkImputed Mark = "imputed" // put in for what was not reported: printed with a star
)

// Cell is one figure as the fraction Num/Den, or a text. A fraction of nothing (Den 0) is no figure.
type Cell struct {
	Num  int64  `json:"n,omitempty"`
	Den  int64  `json:"d,omitempty"`
	Text string `json:"t,omitempty"`
	Mark Mark   `json:"m,omitempty"`
}

// Words is a cell of text.
func Words(s string) Cell { return Cell{Text: s} }

// Count is a cell of a whole number.
func Count(n int64) Cell { return Cell{Num: n, Den: 1} }

// Share is part of whole in percent.
func Share(part, whole int64) Cell { return Cell{Num: part * 100, Den: whole} }

// Missing is what was not reported.
func Missing() Cell { return Cell{Mark: MarkMissing} }

// Column is a column of a table. Places are the decimals of its figures.
type Column struct {
	Key    string `json:"key"`
	Label  string `json:"label"`
	Places int    `json:"places,omitempty"`
	Words  bool   `json:"words,omitempty"` // text, not figures
}

// Print writes a cell for people.
func (c Column) Print(v Cell) string {
	switch {
	case v.Mark == MarkMissing || !c.Words && v.Den == 0 && v.Text == "":
		return "-"
	case v.Den == 0:
		return v.Text
	case v.Mark == MarkImputed:
		return Decimal(v.Num, v.Den, c.Places) + "*"
	}
	return Decimal(v.Num, v.Den, c.Places)
}

// Decimal prints num/den with so many decimals, rounded once, half up (away from zero below it).
func Decimal(num, den int64, places int) string {
	if den == 0 {
		return "-"
	}
	sign := ""
	if (num < 0) != (den < 0) && num != 0 {
		sign = "-"
	}
	num, den = max(num, -num), max(den, -den)
	scale := int64(1)
	for range places {
		scale *= 10
	}
	n := (num*scale*2 + den) / (den * 2)
	if n == 0 {
		sign = ""
	}
	whole := sign + strconv.FormatInt(n/scale, 10)
	if places == 0 {
		return whole
	}
	rest := strconv.FormatInt(n%scale, 10)
	return whole + "." + strings.Repeat("0", places-len(rest)) + rest
}

// Row is a line of a table.
type Row struct {
	Cells []Cell `json:"cells"`
	Sum   bool   `json:"sum,omitempty"` // a total of the rows above
}

// Check is one proof: that parts make their whole, or that a table agrees with the log. A difference is shown, not repaired.
type Check struct {
	What string `json:"what"`
	Want int64  `json:"want"`
	Got  int64  `json:"got"`
	Note string `json:"note,omitempty"`
}

// OK tells whether both sides agree.
func (c Check) OK() bool { return c.Want == c.Got }

// Line is the check for people.
func (c Check) Line() string {
	line := c.What + "：" + strconv.FormatInt(c.Got, 10)
	if c.OK() {
		line += " ✓"
	} else {
		line += " ≠ " + strconv.FormatInt(c.Want, 10) + "，差 " + strconv.FormatInt(c.Got-c.Want, 10)
	}
	if c.Note != "" {
		line += "（" + c.Note + "）"
	}
	return line
}

// Chart names what a picture of the table shows: the first column against others.
type Chart struct {
	Title   string   `json:"title,omitempty"`
	Columns []string `json:"columns,omitempty"` // keys of figures
}

// Table is a finished report.
type Table struct {
	Name    string    `json:"name"`
	Title   string    `json:"title"`
	From    time.Time `json:"from"` // with To the span, To excluded
	To      time.Time `json:"to"`
	By      string    `json:"by,omitempty"`
	Scope   string    `json:"scope,omitempty"` // district that the asker sees; empty: all
	Made    time.Time `json:"made"`
	Columns []Column  `json:"columns"`
	Rows    []Row     `json:"rows"`
	Checks  []Check   `json:"checks,omitempty"`
	Notes   []string  `json:"notes,omitempty"` // what was counted as what
	Chart   Chart     `json:"chart,omitzero"`
}

// Grouped are the reports that go by what the person chooses; the others have their rows by what they are about.
var Grouped = []string{"calls", "wait", "first"}

// Volumes are the reports of how many calls came and what became of them, which can be scaled, added to and compared with a print.
var Volumes = []string{"calls"}

// Column finds a column by its key, -1 when the table has none.
func (t *Table) Column(key string) int {
	for i, c := range t.Columns {
		if c.Key == key {
			return i
		}
	}
	return -1
}

// Proved tells whether all proofs agree, but for those that say why they cannot.
func (t *Table) Proved() bool {
	return !slices.ContainsFunc(t.Checks, func(c Check) bool { return !c.OK() && c.Note == "" })
}

// Printed is a row for people, cell by cell.
func (t *Table) Printed(r Row) []string {
	out := make([]string, len(r.Cells))
	for i, c := range r.Cells {
		out[i] = t.Columns[i].Print(c)
	}
	return out
}

// Span is the period in words; the last day is named, not the one after it.
func (t *Table) Span() string {
	last := t.To.Add(-time.Second)
	if t.From.Format(time.DateOnly) == last.Format(time.DateOnly) {
		return t.From.Format(time.DateOnly)
	}
	return t.From.Format(time.DateOnly) + " 至 " + last.Format(time.DateOnly)
}
