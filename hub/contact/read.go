package contact

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"zuoxi/internal/clean"
	"zuoxi/internal/sheet"
)

// Limits of a list.
const (
	maxFile   = 8 << 20
	maxRows   = 20000
	maxCell   = 100 // runes
	minDigits = 3
	maxDigits = 20
)

// Fault is what is wrong with a list, with the place.
type Fault struct {
	Line, Column int // from 1, 0 when it is not of a cell
	Text         string
}

// Error is one line for the person who imports.
func (f *Fault) Error() string {
	where := ""
	if f.Line > 0 {
		where = fmt.Sprintf("第%d行", f.Line)
	}
	if f.Column > 0 {
		where += fmt.Sprintf("第%d列", f.Column)
	}
	if where != "" {
		where += "："
	}
	return where + f.Text + " · 什么都没有导入 · 请改好后再导入"
}

// columns are the heads of a list; the first five must be there.
var columns = []string{"类别", "名称", "职责", "地区", "号码", "备注"}

const required = 5

// Read reads a list. The name tells its form: .csv or .xlsx.
func Read(name string, data []byte) ([]Entry, error) {
	rows, err := sheet.Read(name, data, sheet.Limits{Bytes: maxFile, Rows: maxRows, Columns: len(columns)})
	var f *sheet.Fault
	if errors.As(err, &f) {
		return nil, (*Fault)(f)
	}
	if err != nil {
		return nil, err
	}
	return entries(rows)
}

// entries checks every cell before any is taken.
func entries(rows []sheet.Row) ([]Entry, error) {
	if len(rows) == 0 {
		return nil, &Fault{Text: "文件是空的"}
	}
	for c, head := range columns {
		got := ""
		if c < len(rows[0].Cells) {
			got = strings.TrimSpace(rows[0].Cells[c])
		}
		if got != head && (c < required || got != "") {
			return nil, &Fault{Line: 1, Column: c + 1, Text: fmt.Sprintf("表头应为“%s”，现在是“%s”", head, clean.Line(got, 20))}
		}
	}
	var out []Entry
	seen := map[string]int{}
	for _, r := range rows[1:] {
		if blank(r.Cells) {
			continue
		}
		e, err := entry(r.Cells, r.Line)
		if err != nil {
			return nil, err
		}
		key := e.Name + "\x00" + e.Number
		if first, twice := seen[key]; twice {
			return nil, &Fault{Line: r.Line, Column: 2, Text: fmt.Sprintf("与第%d行重复", first)}
		}
		seen[key] = r.Line
		out = append(out, e)
	}
	if len(out) == 0 {
		return nil, &Fault{Text: "只有表头，没有内容"}
	}
	return out, nil
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(s string) bool { return strings.TrimSpace(s) != "" })
}

func entry(raws []string, line int) (Entry, error) {
	cells := make([]string, len(columns))
	for c, raw := range raws {
		if c >= len(columns) {
			if strings.TrimSpace(raw) != "" {
				return Entry{}, &Fault{Line: line, Column: c + 1, Text: "多出一列"}
			}
			continue
		}
		v := strings.TrimSpace(raw)
		switch {
		case acts(v):
			return Entry{}, &Fault{Line: line, Column: c + 1, Text: "以 = + - @ 开头，会被电子表格当成公式"}
		case utf8.RuneCountInString(v) > maxCell:
			return Entry{}, &Fault{Line: line, Column: c + 1, Text: fmt.Sprintf("超过 %d 个字", maxCell)}
		case clean.Line(v, maxCell) != v:
			return Entry{}, &Fault{Line: line, Column: c + 1, Text: "有看不见的控制字符"}
		}
		cells[c] = v
	}
	e := Entry{Kind: cells[0], Name: cells[1], Duty: cells[2], Place: cells[3], Number: digits(cells[4]), Note: cells[5]}
	switch {
	case !slices.Contains(Kinds, e.Kind):
		return e, &Fault{Line: line, Column: 1, Text: "类别只能是" + strings.Join(Kinds, "、")}
	case e.Name == "":
		return e, &Fault{Line: line, Column: 2, Text: "名称是空的"}
	case len(e.Number) < minDigits || len(e.Number) > maxDigits || strings.Trim(e.Number, "0123456789") != "":
		return e, &Fault{Line: line, Column: 5, Text: "号码不对，只能是 3 到 20 位数字"}
	}
	return e, nil
}

// acts tells a cell that a spreadsheet would carry out.
func acts(v string) bool { return v != "" && strings.ContainsRune("=+-@\t\r", rune(v[0])) }

// digits folds a number as people write it: full width, hyphens, spaces, brackets.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case strings.ContainsRune(" -—－()（）\u3000", r):
			return -1
		}
		return r
	}, s)
}
