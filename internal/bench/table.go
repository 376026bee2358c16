package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// row is a line of the table.
type row struct {
	what     string
	measured string
	aim      string
	held     string
}

// The answers in the last column.
const (
	yes     = "是"
	no      = "否"
	noAim   = "—"
	missing = "没有测到"
)

// limit is a row whose value must not be above most.
func limit(what string, value, most float64, unit, more string) row {
	return row{what, figure(value, unit) + more, "≤ " + figure(most, unit), verdict(value <= most, value)}
}

// least is a row whose value must not be below it.
func least(what string, value, bound float64, unit, more string) row {
	return row{what, figure(value, unit) + more, "≥ " + figure(bound, unit), verdict(value >= bound, value)}
}

// plain is a row that has no aim.
func plain(what, measured string) row { return row{what, measured, "", noAim} }

func verdict(ok bool, value float64) string {
	switch {
	case math.IsNaN(value):
		return missing
	case ok:
		return yes
	}
	return no
}

// figure shows a number with as many digits as it deserves.
func figure(v float64, unit string) string {
	digits := 0
	switch {
	case math.IsNaN(v):
		return missing
	case unit == "" || math.Abs(v) < 1:
		digits = 3
	case math.Abs(v) < 100 && unit == "倍": // aims differ by less than a tenth
		digits = 2
	case math.Abs(v) < 100:
		digits = 1
	}
	s := fmt.Sprintf("%.*f", digits, v)
	if unit != "" {
		s += " " + unit
	}
	return s
}

// table is what a run prints, part by part.
type table struct {
	title string
	rows  []row
}

// print writes the table with columns as wide as their text.
func (t table) print(w io.Writer) {
	head := row{"项目", "实测", "目标", "达到"}
	all := append([]row{head}, t.rows...)
	var width [4]int
	for _, r := range all {
		for i, s := range r.cells() {
			width[i] = max(width[i], ansi.StringWidth(s))
		}
	}
	_, _ = fmt.Fprintf(w, "\n%s\n", t.title)
	for _, r := range all {
		var line []string
		for i, s := range r.cells() {
			line = append(line, s+strings.Repeat(" ", width[i]-ansi.StringWidth(s)))
		}
		_, _ = fmt.Fprintln(w, strings.TrimRight(strings.Join(line, "  "), " "))
	}
}

func (r row) cells() [4]string { return [4]string{r.what, r.measured, r.aim, r.held} }

// sample is a set of measured values.
type sample []float64

// at is the quantile q by nearest rank, NaN of nothing.
func (s sample) at(q float64) float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

func (s sample) median() float64 { return s.at(0.5) }

// spread is the range in words, for the reader who doubts a median.
func (s sample) spread(unit string) string {
	if len(s) < 2 {
		return ""
	}
	lost := slices.ContainsFunc(s, math.IsNaN)
	if s = slices.DeleteFunc(slices.Clone(s), math.IsNaN); len(s) < 2 {
		return "（" + missing + "）"
	}
	more := ""
	if lost {
		more = "，有的" + missing
	}
	return fmt.Sprintf("（%d 次，%s 到 %s%s）", len(s), figure(slices.Min(s), ""), figure(slices.Max(s), unit), more)
}
