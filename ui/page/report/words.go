package report

import (
	"strings"

	"zuoxi/rules/mask"
	rules "zuoxi/rules/report"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
)

// Copy is the report as a table of text, never without its proofs and notes. Numbers that people wrote leave masked.
func (p *Page) Copy(e *page.Env) string {
	t := e.View.Review.Report
	if t == nil {
		return ""
	}
	out := []string{t.Title + "  " + t.Span()}
	labels := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		labels[i] = c.Label
	}
	rows := [][]string{labels}
	for _, r := range t.Rows {
		rows = append(rows, t.Printed(r))
	}
	widths := make([]int, len(t.Columns))
	for _, cells := range rows {
		for i, cell := range cells {
			widths[i] = max(widths[i], text.Width(cell))
		}
	}
	for _, cells := range rows {
		out = append(out, aligned(t, cells, widths))
	}
	for _, l := range below(t) {
		out = append(out, mask.Text(l.Text))
	}
	return strings.Join(out, "\n")
}

// aligned is a row with its cells at their widths, figures to the right.
func aligned(t *rules.Table, cells []string, widths []int) string {
	out := make([]string, len(cells))
	for i, cell := range cells {
		if out[i] = text.Fit(cell, widths[i]); !t.Columns[i].Words {
			out[i] = text.Right(cell, widths[i])
		}
	}
	return strings.TrimRight(strings.Join(out, "  "), " ")
}
