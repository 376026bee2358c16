package kb

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"zuoxi/internal/sheet"
)

const (
	maxWhole = 32 << 20 // bytes of a table or a text of the office programs
	maxRows  = 100_000
	maxCell  = 32_767 // characters of a cell in a spreadsheet
)

// column is a column of a table of articles: its head, and how a cell and a field become each other. A list has an entry
// on each line of its cell.
type column struct {
	head string
	get  func(*record) string
	set  func(*record, string)
}

func textColumn(head string, at func(*record) *string) column {
	return column{head, func(r *record) string { return *at(r) }, func(r *record, s string) { *at(r) = s }}
}

func listColumn(head string, at func(*record) *[]string) column {
	return column{head, func(r *record) string { return strings.Join(*at(r), "\n") }, func(r *record, s string) { *at(r) = entriesOf(s) }}
}

// dayColumn is a column of dates, which spreadsheets turn into forms of their own.
func dayColumn(head string, at func(*record) *string) column {
	return column{head, func(r *record) string { return *at(r) }, func(r *record, s string) { *at(r) = sheetDay(s) }}
}

// Serial numbers that are taken for dates, 1954 to 2119: a smaller one may be a year.
const (
	firstSerial = 20_000
	lastSerial  = 80_000
)

// sheetDay turns a date as a spreadsheet keeps or shows it (45658, 2025/1/1, 2025年1月1日) into 2025-01-01. What is none
// stays as it is, to be refused.
func sheetDay(s string) string {
	if n, err := strconv.Atoi(s); err == nil && n >= firstSerial && n <= lastSerial {
		return time.Date(1899, 12, 30+n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("-/.年月日", r) })
	for i := range parts {
		if parts[i] = strings.TrimSpace(parts[i]); len(parts[i]) == 1 {
			parts[i] = "0" + parts[i]
		}
	}
	if d, ok := ParseDay(strings.Join(parts, "-")); ok {
		return d.String()
	}
	return s
}

// entriesOf takes a cell apart: by lines, or where there is one line by semicolons.
func entriesOf(s string) (out []string) {
	sep := func(r rune) bool { return r == '\n' || r == '\r' }
	if !strings.ContainsFunc(s, sep) {
		sep = func(r rune) bool { return r == ';' || r == '；' }
	}
	for _, p := range strings.FieldsFunc(s, sep) {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// between the parts of a basis or an office in a cell.
const between = " | "

func partsOf(s string, n int) []string {
	parts := strings.SplitN(s, strings.TrimSpace(between), n)
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return append(parts, make([]string, n-len(parts))...)
}

var columns = []column{
	textColumn("编号", func(r *record) *string { return &r.ID }), textColumn("标题", func(r *record) *string { return &r.Title }),
	textColumn("类别", func(r *record) *string { return &r.Kind }), textColumn("业务", func(r *record) *string { return &r.Category }),
	textColumn("层级", func(r *record) *string { return &r.Level }), textColumn("地区", func(r *record) *string { return &r.Region }),
	listColumn("关键词", func(r *record) *[]string { return &r.Keywords }), listColumn("市民说法", func(r *record) *[]string { return &r.Synonyms }),
	{"依据", func(r *record) string {
		var lines []string
		for _, b := range r.Basis {
			line := b.Doc + between + b.Number + between + strings.Join(b.Articles, "、")
			if b.Short != "" {
				line += between + b.Short
			}
			lines = append(lines, line)
		}
		return strings.Join(lines, "\n")
	}, func(r *record, s string) {
		for _, l := range entriesOf(s) {
			p := partsOf(l, 4)
			b := recordBasis{Doc: p[0], Number: p[1], Short: p[3]}
			if p[2] != "" {
				b.Articles = strings.Split(p[2], "、")
			}
			r.Basis = append(r.Basis, b)
		}
	}},
	dayColumn("施行", func(r *record) *string { return &r.Effective }), dayColumn("失效", func(r *record) *string { return &r.Expires }),
	dayColumn("复核", func(r *record) *string { return &r.Reviewed }), dayColumn("下次复核", func(r *record) *string { return &r.ReviewDue }),
	textColumn("核对", func(r *record) *string { return &r.Verified }), textColumn("未核对", func(r *record) *string { return &r.Unverified }),
	listColumn("相关", func(r *record) *[]string { return &r.Related }), listColumn("来源", func(r *record) *[]string { return &r.Sources }),
	listColumn("材料", func(r *record) *[]string { return &r.Papers }), listColumn("不得承诺", func(r *record) *[]string { return &r.Never }),
	{"办理地点", func(r *record) string {
		if r.Office == nil {
			return ""
		}
		return strings.Join([]string{r.Office.Name, r.Office.Address, r.Office.Phone, r.Office.Hours}, between)
	}, func(r *record, s string) {
		if s != "" {
			p := partsOf(s, 4)
			r.Office = &recordOffice{p[0], p[1], p[2], p[3]}
		}
	}},
	textColumn("正文", func(r *record) *string { return &r.Body }),
}

// ParseTable reads articles from a CSV or XLSX table; the first line names the columns, of which 编号, 标题 and 正文 must be
// there. The error is a *Refusal that names the lines.
func ParseTable(file string, data []byte) ([]Article, error) {
	no := &Refusal{}
	rows, err := sheet.Read(file, data, sheet.Limits{Bytes: maxWhole, Rows: maxRows, Columns: len(columns)})
	var f *sheet.Fault
	if errors.As(err, &f) {
		no.add(Problem{file, f.Line, f.Text + "，请改好后再导入"})
		return nil, no
	}
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		no.add(Problem{file, 0, "文件是空的，请检查"})
		return nil, no
	}
	fields := heads(file, rows[0].Cells, no)
	var out []Article
	seen := map[string]int{}
	for _, row := range rows[1:] {
		if strings.TrimSpace(strings.Join(row.Cells, "")) == "" {
			continue
		}
		var r record
		for i, cell := range row.Cells {
			if i < len(fields) && fields[i] != nil {
				fields[i].set(&r, unguarded(strings.TrimSpace(cell)))
			}
		}
		a := checker{file: file, refusal: no, line: func(string) int { return row.Line }}.record(r)
		if first := seen[a.edition()]; first > 0 {
			no.add(Problem{file, row.Line, fmt.Sprintf("编号 %s 与第 %d 行重复，请改掉一个", a.ID, first)})
		}
		seen[a.edition()] = row.Line
		out = append(out, a)
	}
	return out, no.err()
}

// heads finds the columns that the first line names.
func heads(file string, cells []string, no *Refusal) (fields []*column) {
	have := map[string]bool{}
	for _, cell := range cells {
		cell = strings.TrimSpace(cell)
		var found *column
		for i := range columns {
			if columns[i].head == cell {
				found = &columns[i]
			}
		}
		switch {
		case cell != "" && found == nil:
			no.add(Problem{file, 1, "不认识“" + firstRunes(cell, 20) + "”这一列，请删掉或改名"})
		case have[cell] && cell != "":
			no.add(Problem{file, 1, "“" + cell + "”这一列写了两次，请删掉一列"})
		}
		have[cell] = true
		fields = append(fields, found)
	}
	for _, must := range []string{"编号", "标题", "正文"} {
		if !have[must] {
			no.add(Problem{file, 1, "缺少“" + must + "”这一列，请补上"})
		}
	}
	return fields
}

// guarded keeps a spreadsheet from taking a text for a formula; unguarded takes that off again.
func guarded(s string) string {
	if s != "" && strings.ContainsRune("'=+-@", rune(s[0])) {
		return "'" + s
	}
	return s
}

func unguarded(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune("'=+-@", rune(s[1])) {
		return s[1:]
	}
	return s
}

// tabled writes articles as the rows of a table, the heads first.
func tabled(list []Article) (rows [][]string) {
	head := make([]string, len(columns))
	for i, c := range columns {
		head[i] = c.head
	}
	rows = append(rows, head)
	for _, a := range list {
		r := recordOf(a)
		cells := make([]string, len(columns))
		for i, c := range columns {
			cells[i] = guarded(c.get(&r))
		}
		rows = append(rows, cells)
	}
	return rows
}

// CSV writes articles so that ParseTable reads the same again. It begins with the mark by which spreadsheets know UTF-8.
func CSV(list []Article) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\xef\xbb\xbf")
	w := csv.NewWriter(&b)
	if err := w.WriteAll(tabled(list)); err != nil {
		return nil, fmt.Errorf("write table: %w", err)
	}
	return b.Bytes(), nil
}

// XLSX writes articles so that ParseTable reads the same again.
func XLSX(list []Article) ([]byte, error) {
	book := excelize.NewFile()
	defer book.Close()
	for y, row := range tabled(list) {
		for x, cell := range row {
			if len([]rune(cell)) > maxCell {
				return nil, fmt.Errorf("条目 %s 的“%s”超过 %d 字，电子表格放不下，请用 Markdown 或 JSONL", row[0], columns[x].head, maxCell)
			}
			name, err := excelize.CoordinatesToCellName(x+1, y+1)
			if err == nil {
				err = book.SetCellStr("Sheet1", name, cell)
			}
			if err != nil {
				return nil, fmt.Errorf("write table: %w", err)
			}
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		return nil, fmt.Errorf("write table: %w", err)
	}
	return b.Bytes(), nil
}

// JSONL writes articles so that ParseJSONL reads the same again.
func JSONL(list []Article) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, a := range list {
		if err := enc.Encode(recordOf(a)); err != nil {
			return nil, fmt.Errorf("write article %s: %w", a.ID, err)
		}
	}
	return b.Bytes(), nil
}
