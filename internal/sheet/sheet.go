// Package sheet reads tables that people made in a spreadsheet: CSV in UTF-8 or GB18030, and XLSX. It owns the limits
// against files made to hurt; the directory and the knowledge base read their lists with it. It promises that nothing is
// unpacked before its size was looked at, that a formula is refused, and that a fault names its line in plain words.
package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Limits of a file.
const (
	maxGrown = 64 << 20 // bytes of an XLSX unpacked
	maxRatio = 100      // unpacked to packed
	maxParts = 1000
)

// Fault is what is wrong with a file, with the place.
type Fault struct {
	Line, Column int // from 1, 0 when it is not of a cell
	Text         string
}

func (f *Fault) Error() string { return f.Text }

// Row is a line of a table with its place in the file.
type Row struct {
	Line  int
	Cells []string
}

// Limits bound what is taken.
type Limits struct {
	Bytes, Rows, Columns int
}

// Read reads the first table of a file. The name tells its form: .csv or .xlsx. The error is a *Fault.
func Read(name string, data []byte, most Limits) ([]Row, error) {
	if len(data) > most.Bytes {
		return nil, &Fault{Text: fmt.Sprintf("文件超过 %d MiB", most.Bytes>>20)}
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".csv":
		return readCSV(data, most)
	case ".xlsx":
		return readXLSX(data, most)
	}
	return nil, &Fault{Text: "只认得 .csv 和 .xlsx"}
}

// readCSV takes UTF-8, with or without a mark, and GB18030.
func readCSV(data []byte, most Limits) ([]Row, error) {
	text, _ := bytes.CutPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(text) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text)
		if at := bytes.IndexRune(decoded, utf8.RuneError); err != nil || at >= 0 {
			line, col := cellAt(decoded, max(at, 0))
			return nil, &Fault{Line: line, Column: col, Text: "文字既不是 UTF-8 也不是 GB18030"}
		}
		text = decoded
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	var rows []Row
	for {
		cells, err := r.Read()
		var parse *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return rows, nil
		case errors.As(err, &parse):
			return nil, &Fault{Line: parse.Line, Column: column(lineOf(text, parse.Line), parse.Column-1), Text: "引号或分隔不对"}
		case err != nil:
			return nil, &Fault{Text: "读不出来"}
		case len(rows) > most.Rows:
			return nil, &Fault{Line: len(rows), Text: fmt.Sprintf("超过 %d 行", most.Rows)}
		}
		line, _ := r.FieldPos(0)
		rows = append(rows, Row{line, cells})
	}
}

// cellAt tells line and column, from 1, of the cell that holds a byte.
func cellAt(text []byte, at int) (int, int) {
	begin := bytes.LastIndexByte(text[:at], '\n') + 1
	return bytes.Count(text[:begin], []byte("\n")) + 1, column(text[begin:], at-begin)
}

// lineOf is the n-th line, from 1.
func lineOf(text []byte, n int) []byte {
	for range n - 1 {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return line
}

// column is that of the cell of a line that holds a byte; a comma in quotes parts no cells.
func column(line []byte, at int) int {
	n, quoted := 1, false
	for _, c := range line[:max(min(at, len(line)), 0)] {
		switch {
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			n++
		}
	}
	return n
}

// Packed checks an archive of the office programs before anything in it is unpacked.
func Packed(data []byte) (*zip.Reader, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, &Fault{Text: "不是有效的文件，打不开"}
	}
	var grown uint64
	for _, f := range z.File {
		grown += f.UncompressedSize64
		if f.UncompressedSize64 > 1<<20 && f.UncompressedSize64 > maxRatio*max(f.CompressedSize64, 1) {
			grown = maxGrown + 1
			break
		}
	}
	if grown > maxGrown || len(z.File) > maxParts {
		return nil, &Fault{Text: "文件展开后大得不正常，可能是压缩炸弹"}
	}
	return z, nil
}

func readXLSX(data []byte, most Limits) ([]Row, error) {
	if _, err := Packed(data); err != nil {
		return nil, err
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxGrown, UnzipXMLSizeLimit: maxGrown, RawCellValue: true})
	if err != nil {
		return nil, &Fault{Text: "不是有效的 XLSX 文件，或展开后太大"}
	}
	defer func() { _ = book.Close() }()
	if props, err := book.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		return nil, &Fault{Text: "工作簿的日期从 1904 年数起，读出来会差四年，请另存为 CSV"}
	}
	sheets := book.GetSheetList()
	if len(sheets) == 0 {
		return nil, &Fault{Text: "没有工作表"}
	}
	it, err := book.Rows(sheets[0])
	if err != nil {
		return nil, &Fault{Text: "工作表读不出来"}
	}
	defer func() { _ = it.Close() }()
	var rows []Row
	for it.Next() {
		cells, err := it.Columns()
		if err != nil || len(rows) > most.Rows {
			return nil, &Fault{Line: len(rows) + 1, Text: "读不出来，或行数太多"}
		}
		rows = append(rows, Row{len(rows) + 1, cells})
		for c := range min(len(cells)+1, most.Columns) {
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
