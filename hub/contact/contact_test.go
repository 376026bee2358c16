package contact

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zuoxi/hub/store"
)

const list = "类别,名称,职责,地区,号码,备注\n部门,待遇核定科,养老待遇核定,南京,025-8888 0001,工作日\n热线,医保热线,,全国,12393,\n\n窗口,玄武窗口,社保卡,玄武区,（025）88880002,\n"

func TestReadsEitherEncoding(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(list)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"UTF-8": list, "with a mark": "\ufeff" + list, "GB18030": gb} {
		got, err := Read("a.CSV", []byte(data))
		if err != nil || len(got) != 3 || got[0].Number != "02588880001" || got[2].Number != "02588880002" || got[0].Name != "待遇核定科" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestRefusedWithItsPlace: nothing is taken, and the cell is named.
func TestRefusedWithItsPlace(t *testing.T) {
	head := "类别,名称,职责,地区,号码,备注\n部门,甲科,,南京,12333,\n"
	for name, c := range map[string]struct {
		file, data   string
		line, column int
	}{
		"a wrong head":      {"a.csv", "类别,姓名,职责,地区,号码\n", 1, 2},
		"a column too many": {"a.csv", head + "部门,乙科,,南京,12333,,多\n", 3, 7},
		"an unknown kind":   {"a.csv", head + "公司,乙科,,南京,12333,\n", 3, 1},
		"no name":           {"a.csv", head + "部门,,,南京,12333,\n", 3, 2},
		"no number":         {"a.csv", head + "部门,乙科,,南京,总机,\n", 3, 5},
		"a formula":         {"a.csv", head + "部门,=HYPERLINK(1),,南京,12333,\n", 3, 2},
		"a command":         {"a.csv", head + "部门,乙科,@SUM(1),南京,12333,\n", 3, 3},
		"an escape":         {"a.csv", head + "部门,乙\x1b[2J科,,南京,12333,\n", 3, 2},
		"the same twice":    {"a.csv", head + "部门,甲科,,北京,12333,\n", 3, 2},
		"a long cell":       {"a.csv", head + "部门," + strings.Repeat("科", maxCell+1) + ",,南京,12333,\n", 3, 2},
		"behind a gap":      {"a.csv", head + "\n\n部门,乙科,,南京,总机,\n", 5, 5},
		"an open quote":     {"a.csv", head + "部门,\"乙科,,南京,12333,\n", 3, 2},
		"no text":           {"a.csv", "\xff\xfe\x00\x81", 1, 1},
		"nothing":           {"a.csv", "", 0, 0},
		"only a head":       {"a.csv", "类别,名称,职责,地区,号码\n", 0, 0},
		"another form":      {"a.xls", head, 0, 0},
		"no XLSX":           {"a.xlsx", head, 0, 0},
	} {
		got, err := Read(c.file, []byte(c.data))
		var f *Fault
		if !errors.As(err, &f) || len(got) != 0 || f.Line != c.line || f.Column != c.column {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// spreadsheet makes an XLSX of cells.
func spreadsheet(t *testing.T, set func(*excelize.File) error) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	var err error
	for i, row := range strings.Split(strings.TrimSpace(list), "\n") {
		for c, v := range strings.Split(row, ",") {
			name, _ := excelize.CoordinatesToCellName(c+1, i+1)
			err = errors.Join(err, f.SetCellStr("Sheet1", name, v))
		}
	}
	if set != nil {
		err = errors.Join(err, set(f))
	}
	var b bytes.Buffer
	if err = errors.Join(err, f.Write(&b)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSpreadsheet(t *testing.T) {
	got, err := Read("a.xlsx", spreadsheet(t, nil))
	if err != nil || len(got) != 3 || got[1].Number != "12393" {
		t.Fatalf("%+v, %v", got, err)
	}
	_, err = Read("a.xlsx", spreadsheet(t, func(f *excelize.File) error { return f.SetCellFormula("Sheet1", "C3", "1+1") }))
	var fault *Fault
	if !errors.As(err, &fault) || fault.Line != 3 || fault.Column != 3 {
		t.Errorf("a formula: %v", err)
	}
}

// TestZipBomb is refused before it is unpacked.
func TestZipBomb(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 4 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Read("a.xlsx", b.Bytes())
	var f *Fault
	if !errors.As(err, &f) || !strings.Contains(f.Text, "压缩炸弹") {
		t.Errorf("%d bytes: %v", b.Len(), err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a.csv", []byte(list))
	f.Add("a.xlsx", []byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		got, err := Read(name, data)
		if (err == nil) == (len(got) == 0) {
			t.Errorf("%d entries, %v", len(got), err)
		}
	})
}

// shelf keeps settings in memory.
type shelf struct {
	store.Settings
	kept map[string]store.Setting
}

func (s shelf) Get(_ context.Context, key string) (store.Setting, error) {
	v, ok := s.kept[key]
	if !ok {
		return v, store.ErrNotFound
	}
	return v, nil
}

func (s shelf) Put(_ context.Context, v store.Setting) (store.Setting, error) {
	if s.kept[v.Key].Version != v.Version {
		return v, store.ErrConflict
	}
	v.Version++
	s.kept[v.Key] = v
	return v, nil
}

func TestFoundByEverything(t *testing.T) {
	s := shelf{kept: map[string]store.Setting{}}
	b, err := Open(t.Context(), s, "320000", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := Read("a.csv", []byte(list))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second list replaces the first
		if err := b.Replace(t.Context(), entries); err != nil {
			t.Fatal(err)
		}
	}
	if b, err = Open(t.Context(), s, "320000", time.Now); err != nil { // after a restart
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"核定": "待遇核定科", "dyhdk": "待遇核定科", "daiyu nj": "待遇核定科", "社保卡 xw": "玄武窗口", "12393": "医保热线", "窗口": "玄武窗口",
	} {
		got := b.Find(query, 10)
		if len(got) != 1 || got[0].Name != want {
			t.Errorf("%q finds %+v", query, got)
		}
	}
	if n := len(b.Find("", 10)); n != 3 {
		t.Errorf("everything is %d", n)
	}
	if e, ok := b.Named("12393"); !ok || e.Name != "医保热线" {
		t.Errorf("named %+v", e)
	}
}
