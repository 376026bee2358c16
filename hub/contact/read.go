package contact

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zuoxi/internal/clean"
)

// Limits of a list.
const (
	maxFile   = 8 << 20
	maxRows   = 20000
	maxCell   = 100      // runes
	maxGrown  = 64 << 20 // bytes of an XLSX unpacked
	maxRatio  = 100      // unpacked to packed
	maxParts  = 1000
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
	if len(data) > maxFile {
		return nil, &Fault{Text: "文件超过 8 MiB"}
	}
	var rows []row
	var err error
	switch strings.ToLower(path.Ext(name)) {
	case ".csv":
		rows, err = readCSV(data)
	case ".xlsx":
		rows, err = readXLSX(data)
	default:
		return nil, &Fault{Text: "只认得 .csv 和 .xlsx"}
	}
	if err != nil {
		return nil, err
	}
	return entries(rows)
}

// row is a line of a list with its place in the file.
type row struct {
	line  int
	cells []string
}

// readCSV takes UTF-8, with or without a mark, and GB18030.
func readCSV(data []byte) ([]row, error) {
	text, _ := bytes.CutPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(text) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text)
		if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
			return nil, &Fault{Text: "文字既不是 UTF-8 也不是 GB18030"}
		}
		text = decoded
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	var rows []row
	for {
		cells, err := r.Read()
		var parse *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return rows, nil
		case errors.As(err, &parse):
			return nil, &Fault{Line: parse.Line, Column: 0, Text: "引号或分隔不对"}
		case err != nil:
			return nil, &Fault{Text: "读不出来"}
		case len(rows) > maxRows:
			return nil, &Fault{Line: len(rows), Text: fmt.Sprintf("超过 %d 行", maxRows)}
		}
		line, _ := r.FieldPos(0)
		rows = append(rows, row{line, cells})
	}
}

// readXLSX looks at the packed sizes before anything is unpacked.
func readXLSX(data []byte) ([]row, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, &Fault{Text: "不是有效的 XLSX 文件"}
	}
	var grown uint64
	for _, f := range z.File {
		grown += f.UncompressedSize64
		if f.UncompressedSize64 > 1<<20 && f.UncompressedSize64 > maxRatio*max(f.CompressedSize64, 1) {
			grown = maxGrown + 1
		}
	}
	if grown > maxGrown || len(z.File) > maxParts {
		return nil, &Fault{Text: "文件展开后大得不正常，可能是压缩炸弹"}
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxGrown, UnzipXMLSizeLimit: maxGrown, RawCellValue: true})
	if err != nil {
		return nil, &Fault{Text: "不是有效的 XLSX 文件，或展开后太大"}
	}
	defer func() { _ = book.Close() }()
	return sheetRows(book)
}

func sheetRows(book *excelize.File) ([]row, error) {
	sheets := book.GetSheetList()
	if len(sheets) == 0 {
		return nil, &Fault{Text: "没有工作表"}
	}
	it, err := book.Rows(sheets[0])
	if err != nil {
		return nil, &Fault{Text: "工作表读不出来"}
	}
	defer func() { _ = it.Close() }()
	var rows []row
	for it.Next() {
		cells, err := it.Columns()
		if err != nil || len(rows) > maxRows {
			return nil, &Fault{Line: len(rows) + 1, Text: "读不出来，或行数太多"}
		}
		rows = append(rows, row{len(rows) + 1, cells})
		for c := range min(len(cells)+1, len(columns)) {
			name, err := excelize.CoordinatesToCellName(c+1, len(rows))
			if err != nil {
				continue
			}
			if formula, err := book.GetCellFormula(sheets[0], name); err != nil || formula != "" {
				return nil, &Fault{Line: len(rows), Column: c + 1, Text: "单元格里是公式，不是文字"}
			}
		}
	}
	return rows, nil
}

// entries checks every cell before any is taken.
func entries(rows []row) ([]Entry, error) {
	if len(rows) == 0 {
		return nil, &Fault{Text: "文件是空的"}
	}
	for c, head := range columns {
		got := ""
		if c < len(rows[0].cells) {
			got = strings.TrimSpace(rows[0].cells[c])
		}
		if got != head && (c < required || got != "") {
			return nil, &Fault{Line: 1, Column: c + 1, Text: fmt.Sprintf("表头应为“%s”，现在是“%s”", head, clean.Line(got, 20))}
		}
	}
	var out []Entry
	seen := map[string]int{}
	for _, r := range rows[1:] {
		if blank(r.cells) {
			continue
		}
		e, err := entry(r.cells, r.line)
		if err != nil {
			return nil, err
		}
		key := e.Name + "\x00" + e.Number
		if first, twice := seen[key]; twice {
			return nil, &Fault{Line: r.line, Column: 2, Text: fmt.Sprintf("与第%d行重复", first)}
		}
		seen[key] = r.line
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
