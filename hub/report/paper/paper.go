// Package paper puts a report on paper: JSON for programs, CSV, a spreadsheet with charts, and a page to print. The command
// line uses it on what the hub answered. It promises that every form shows the same figures, that the proofs and the notes
// stand below the table in each of them, and that no text from outside becomes a formula or markup.
package paper

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"zuoxi/internal/clean"
	"zuoxi/rules/report"
)

// Formats are the forms by name.
var Formats = map[string]func(io.Writer, *report.Table) error{"json": JSON, "csv": CSV, "xlsx": XLSX, "html": HTML}

// JSON writes rows as objects by column key; figures are numbers as printed, what is not known is null.
func JSON(w io.Writer, t *report.Table) error {
	rows := func(sum bool) []map[string]any {
		out := []map[string]any{}
		for _, r := range t.Rows {
			if r.Sum == sum {
				out = append(out, object(t, r))
			}
		}
		return out
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	err := enc.Encode(map[string]any{
		"name": t.Name, "title": t.Title, "from": t.From, "to": t.To, "by": t.By, "scope": t.Scope, "made": t.Made, "columns": t.Columns,
		"rows": rows(false), "totals": rows(true), "checks": t.Checks, "notes": t.Notes,
	})
	if err != nil {
		return fmt.Errorf("writing a report as JSON: %w", err)
	}
	return nil
}

func object(t *report.Table, r report.Row) map[string]any {
	out := map[string]any{}
	var imputed []string
	for i, c := range r.Cells {
		col := t.Columns[i]
		switch {
		case col.Words || c.Text != "":
			out[col.Key] = c.Text
		case c.Den == 0 || c.Mark == report.MarkMissing:
			out[col.Key] = nil
		default:
			out[col.Key] = json.Number(report.Decimal(c.Num, c.Den, col.Places))
		}
		if c.Mark == report.MarkImputed {
			imputed = append(imputed, col.Key)
		}
	}
	if imputed != nil {
		out["imputed"] = imputed
	}
	return out
}

// CSV writes the table for spreadsheets: UTF-8 with a byte order mark, proofs and notes below.
func CSV(w io.Writer, t *report.Table) error {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	c := csv.NewWriter(&b)
	put := func(cells ...string) {
		for i := range cells {
			cells[i] = harmless(cells[i])
		}
		_ = c.Write(cells) // the buffer takes everything; Error is asked below
	}
	put(t.Title, t.Span())
	put(labels(t)...)
	for _, r := range t.Rows {
		put(t.Printed(r)...)
	}
	for _, line := range below(t) {
		put(line)
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("writing a report as CSV: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing a report as CSV: %w", err)
	}
	return nil
}

func labels(t *report.Table) []string {
	out := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = c.Label
	}
	return out
}

// below are the proofs and notes, a line each.
func below(t *report.Table) []string {
	var out []string
	for _, c := range t.Checks {
		out = append(out, "核对 "+c.Line())
	}
	for _, n := range t.Notes {
		out = append(out, "说明 "+n)
	}
	return append(out, "制表 "+t.Made.Format("2006-01-02 15:04"))
}

// harmless keeps a spreadsheet from taking a text for a formula. A figure below zero stays a figure.
func harmless(s string) string {
	if _, err := strconv.ParseFloat(s, 64); err == nil && s[0] == '-' {
		return s
	}
	return clean.Cell(s)
}

// sheetName is the only sheet of the book.
const sheetName = "报表"

// XLSX writes a spreadsheet: figures as numbers, the charts beside the table.
func XLSX(w io.Writer, t *report.Table) (err error) {
	f := excelize.NewFile()
	defer func() {
		if cerr := f.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("writing a report as XLSX: %w", cerr)
		}
	}()
	b := book{f: f, t: t}
	b.do(f.SetSheetName("Sheet1", sheetName))
	b.table()
	b.chart()
	if b.err == nil {
		b.err = f.Write(w)
	}
	if b.err != nil {
		return fmt.Errorf("writing a report as XLSX: %w", b.err)
	}
	return nil
}

// book writes cell by cell; the first error ends it.
type book struct {
	f   *excelize.File
	t   *report.Table
	err error
}

func (b *book) do(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *book) style(s *excelize.Style) int {
	id, err := b.f.NewStyle(s)
	b.do(err)
	return id
}

func (b *book) cell(col, row int) string {
	name, err := excelize.CoordinatesToCellName(col, row)
	b.do(err)
	return name
}

// head is how many rows stand above the figures.
const head = 2

func (b *book) table() {
	t := b.t
	bold := b.style(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EEF4"}}})
	b.do(b.f.SetCellStr(sheetName, "A1", t.Title+"　"+t.Span()))
	for i, c := range t.Columns {
		b.do(b.f.SetCellStr(sheetName, b.cell(i+1, head), c.Label))
		last, err := excelize.ColumnNumberToName(i + 1)
		b.do(err)
		b.do(b.f.SetColWidth(sheetName, last, last, 13))
	}
	b.do(b.f.SetCellStyle(sheetName, "A2", b.cell(len(t.Columns), head), bold))
	forms := map[int]int{}
	for i, r := range t.Rows {
		for k, c := range r.Cells {
			b.value(b.cell(k+1, head+1+i), t.Columns[k], c, forms)
		}
	}
	for i, line := range below(t) {
		b.do(b.f.SetCellStr(sheetName, b.cell(1, head+2+len(t.Rows)+i), line))
	}
	b.do(b.f.SetPanes(sheetName, &excelize.Panes{Freeze: true, XSplit: 1, YSplit: head, TopLeftCell: "B3", ActivePane: "bottomRight"}))
}

// value writes a figure as the number that is printed, so that no second rounding happens in the spreadsheet.
func (b *book) value(at string, col report.Column, c report.Cell, forms map[int]int) {
	text := col.Print(c)
	n, err := strconv.ParseFloat(text, 64)
	if col.Words || err != nil {
		b.do(b.f.SetCellStr(sheetName, at, text))
		return
	}
	b.do(b.f.SetCellFloat(sheetName, at, n, col.Places, 64))
	if col.Places == 0 {
		return
	}
	if forms[col.Places] == 0 {
		format := "0." + strings.Repeat("0", col.Places)
		forms[col.Places] = b.style(&excelize.Style{CustomNumFmt: &format})
	}
	b.do(b.f.SetCellStyle(sheetName, at, at, forms[col.Places]))
}

// chart draws the table's chart to the right of it.
func (b *book) chart() {
	t := b.t
	rows := 0
	for _, r := range t.Rows {
		if !r.Sum {
			rows++
		}
	}
	if len(t.Chart.Columns) == 0 || rows == 0 {
		return
	}
	ref := func(col, from, to int) string {
		letter, err := excelize.ColumnNumberToName(col)
		b.do(err)
		return fmt.Sprintf("%s!$%s$%d:$%s$%d", sheetName, letter, from, letter, to)
	}
	c := excelize.Chart{Type: excelize.Col, Title: excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: t.Chart.Title}}}}
	for _, key := range t.Chart.Columns {
		i := t.Column(key)
		if i < 0 {
			continue
		}
		c.Series = append(c.Series, excelize.ChartSeries{
			Name: ref(i+1, head, head), Categories: ref(1, head+1, head+rows), Values: ref(i+1, head+1, head+rows),
		})
	}
	b.do(b.f.AddChart(sheetName, b.cell(len(t.Columns)+2, head), &c))
}

// HTML writes a page that prints on A4: the table, a bar for each row's first charted figure, proofs, notes.
func HTML(w io.Writer, t *report.Table) error {
	p := page{Table: t, Labels: labels(t), Span: t.Span(), Made: t.Made.Format("2006-01-02 15:04")}
	chart := -1
	if len(t.Chart.Columns) > 0 {
		chart = t.Column(t.Chart.Columns[0])
	}
	longest := 0.0
	for _, r := range t.Rows {
		l := line{Sum: r.Sum, Cells: t.Printed(r)}
		if chart >= 0 && !r.Sum && r.Cells[chart].Den != 0 {
			l.size = float64(r.Cells[chart].Num) / float64(r.Cells[chart].Den)
			longest = max(longest, l.size)
		}
		p.Rows = append(p.Rows, l)
	}
	for i := range p.Rows {
		if longest > 0 && p.Rows[i].size > 0 {
			p.Rows[i].Bar = fmt.Sprintf("%.0f", 100*p.Rows[i].size/longest)
		}
	}
	p.Chart = chart >= 0
	for _, c := range t.Checks {
		p.Proofs = append(p.Proofs, proof{c.Line(), c.OK()})
	}
	if err := sheet.Execute(w, p); err != nil {
		return fmt.Errorf("writing a report as HTML: %w", err)
	}
	return nil
}

type page struct {
	*report.Table
	Labels []string
	Span   string
	Made   string
	Rows   []line
	Proofs []proof
	Chart  bool
}

type line struct {
	Sum   bool
	Cells []string
	Bar   string // percent of the longest
	size  float64
}

type proof struct {
	Text string
	OK   bool
}

var sheet = template.Must(template.New("report").Parse(`<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{{.Title}} {{.Span}}</title><style>
@page{size:A4 landscape;margin:12mm}body{font:12px/1.5 "Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:1em;color:#111}
h1{font-size:18px;margin:0}p{margin:.2em 0}table{border-collapse:collapse;margin:.8em 0;font-variant-numeric:tabular-nums}
th,td{border:1px solid #999;padding:2px 6px;text-align:right}th{background:#e8eef4}th:first-child,td:first-child{text-align:left}
tr.sum td{font-weight:bold;border-top:2px solid #333}td.bar{border:0;width:160px;text-align:left}td.bar i{display:inline-block;height:9px;background:#3b6ea5}
.bad{color:#a40000;font-weight:bold}.note{color:#444}thead{display:table-header-group}tr{break-inside:avoid}
</style></head><body><h1>{{.Title}}</h1><p>{{.Span}}{{with .Scope}}　区划 {{.}}{{end}}</p>
<table><thead><tr>{{range .Labels}}<th>{{.}}</th>{{end}}{{if .Chart}}<td class="bar"></td>{{end}}</tr></thead><tbody>
{{range .Rows}}<tr{{if .Sum}} class="sum"{{end}}>{{range .Cells}}<td>{{.}}</td>{{end}}{{if $.Chart}}<td class="bar">{{with .Bar}}<i style="width:{{.}}%"></i>{{end}}</td>{{end}}</tr>
{{end}}</tbody></table>
{{range .Proofs}}<p{{if not .OK}} class="bad"{{end}}>核对　{{.Text}}</p>{{end}}
{{range .Notes}}<p class="note">说明　{{.}}</p>{{end}}
<p class="note">制表　{{.Made}}</p></body></html>
`))
