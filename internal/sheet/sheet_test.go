package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

var most = Limits{Bytes: 1 << 20, Rows: 100, Columns: 10}

func TestReadCSV(t *testing.T) {
	t.Parallel()
	const text = "名称,号码\n\"示例,一\",1\n示例二,2\n"
	chinese, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	want := []Row{{1, []string{"名称", "号码"}}, {2, []string{"示例,一", "1"}}, {3, []string{"示例二", "2"}}}
	for form, data := range map[string]string{"UTF-8": text, "with a mark": "\xef\xbb\xbf" + text, "GB18030": chinese} {
		got, err := Read("名单.CSV", []byte(data), most)
		if err != nil || !slices.EqualFunc(got, want, func(a, b Row) bool { return a.Line == b.Line && slices.Equal(a.Cells, b.Cells) }) {
			t.Errorf("%s: %v %v", form, got, err)
		}
	}
}

func TestReadXLSX(t *testing.T) {
	t.Parallel()
	got, err := Read("a.xlsx", book(t, func(f *excelize.File) error { return f.SetCellValue("Sheet1", "B2", "示例") }), most)
	if err != nil || len(got) != 2 || got[1].Line != 2 || !slices.Equal(got[1].Cells, []string{"", "示例"}) {
		t.Errorf("%v %v", got, err)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file string
		data       []byte
		line, col  int
		text       string
	}{
		{"another form", "a.ods", []byte("x"), 0, 0, "只认得"},
		{"too large", "a.csv", make([]byte, most.Bytes+1), 0, 0, "超过 1 MiB"},
		{"too many lines", "a.csv", []byte(strings.Repeat("a\n", 200)), 101, 0, "超过 100 行"},
		{"an open quote", "a.csv", []byte("a,b\n\"c,d\n"), 2, 1, "引号"},
		{"no encoding", "a.csv", []byte("a\nb,\xff\xff\n"), 2, 2, "GB18030"},
		{"no archive", "a.xlsx", []byte("PK not really"), 0, 0, "打不开"},
		{"a formula", "a.xlsx", book(t, func(f *excelize.File) error { return f.SetCellFormula("Sheet1", "C1", "=1+1") }), 1, 3, "公式"},
		{"dates of 1904", "a.xlsx", book(t, func(f *excelize.File) error {
			yes := true
			return f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes})
		}), 0, 0, "CSV"},
		{"a bomb", "a.xlsx", bomb(t), 0, 0, "压缩炸弹"},
	} {
		_, err := Read(c.file, c.data, most)
		var f *Fault
		if !errors.As(err, &f) || f.Line != c.line || f.Column != c.col || !strings.Contains(f.Text, c.text) {
			t.Errorf("%s: %#v", c.name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a.csv", []byte("a,b\n1,2\n"))
	f.Add("a.xlsx", []byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		rows, err := Read(name, data, most)
		var fault *Fault
		if err != nil && !errors.As(err, &fault) {
			t.Errorf("%v is not a fault with a place", err)
		}
		if len(rows) > most.Rows+1 {
			t.Errorf("%d rows", len(rows))
		}
	})
}

// book is a workbook that fill has written to.
func book(t *testing.T, fill func(*excelize.File) error) []byte {
	t.Helper()
	f := excelize.NewFile()
	if err := fill(f); err != nil {
		t.Fatal(err)
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bomb is a small archive that grows two hundred times and more.
func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("xl/workbook.xml")
	if err == nil {
		_, err = w.Write(make([]byte, 8<<20))
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
