package kb

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"
)

// whole is an article with every field.
func whole(t *rapid.T, id string) Article {
	word := rapid.StringMatching(`[一-龥a-z0-9：“”#=+@'-]{1,8}`)
	words := rapid.SliceOfN(word, 1, 3)
	day := Day{2025, 1, rapid.IntRange(1, 28).Draw(t, "day")}
	return Article{
		ID: id, Title: word.Draw(t, "title"), Kind: rapid.SampledFrom(Kinds).Draw(t, "kind"), Category: Categories[2],
		Scope:   Scope{Level: Levels[1], Region: word.Draw(t, "region"), Effective: day, Expires: Day{2030, 12, 31}},
		Words:   Words{words.Draw(t, "keywords"), words.Draw(t, "synonyms")},
		Basis:   []Basis{{"《甲法》", "主席令", words.Draw(t, "articles"), "甲"}, {"《乙办法》", "", nil, ""}},
		Review:  Review{"part", word.Draw(t, "unverified"), day, Day{2026, 1, 0}},
		Related: words.Draw(t, "related"), Sources: words.Draw(t, "sources"), Papers: words.Draw(t, "papers"), Never: words.Draw(t, "never"),
		Office: &Office{"窗口", "某路1号", "0000-000", ""}, Body: "## 口径\n" + word.Draw(t, "body") + "\n\n| 甲 | 乙 |\n- 丙",
	}
}

// What is written in any form is read again without loss.
func TestEveryFormRoundTrips(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		list := []Article{whole(r, "a-1"), whole(r, "a-2")}
		for name, form := range map[string]struct {
			write func([]Article) ([]byte, error)
			read  func([]byte) ([]Article, error)
		}{
			"csv":   {CSV, func(b []byte) ([]Article, error) { return ParseTable("t.csv", b) }},
			"xlsx":  {XLSX, func(b []byte) ([]Article, error) { return ParseTable("t.xlsx", b) }},
			"jsonl": {JSONL, func(b []byte) ([]Article, error) { return ParseJSONL("t.jsonl", bytes.NewReader(b)) }},
		} {
			data, err := form.write(list)
			if err != nil {
				r.Fatal(err)
			}
			again, err := form.read(data)
			if err != nil || !reflect.DeepEqual(again, list) {
				r.Fatalf("%s: %v\n%+v\n%+v", name, err, again, list)
			}
		}
	})
}

// Dates are read as spreadsheets keep them, and written back as ours; in other columns a number stays what it is.
func TestDatesOfASpreadsheet(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2025, 1, d, 0, 0, 0, 0, time.UTC) }
	book := excelize.NewFile()
	defer book.Close()
	for cell, v := range map[string]any{
		"A1": "编号", "B1": "标题", "C1": "类别", "D1": "正文", "E1": "施行", "F1": "失效", "G1": "复核", "H1": "下次复核",
		"A2": 45658, "B2": "挂失", "C2": Kinds[1], "D2": "45658", "E2": day(1), "F2": day(31), "G2": 2024, "H2": "2026年3月",
	} {
		if err := book.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	var data bytes.Buffer
	if err := book.Write(&data); err != nil {
		t.Fatal(err)
	}
	want := Article{
		ID: "45658", Title: "挂失", Kind: Kinds[1], Scope: Scope{Effective: Day{2025, 1, 1}, Expires: Day{2025, 1, 31}},
		Review: Review{Reviewed: Day{2024, 0, 0}, Due: Day{2026, 3, 0}}, Body: "45658",
	}
	csv := "编号,标题,类别,正文,施行,失效,复核,下次复核\n45658,挂失,问题解答,45658,2025/1/1,2025年1月31日,2024,2026.3\n"
	for name, file := range map[string][]byte{"a.xlsx": data.Bytes(), "a.csv": []byte(csv)} {
		list, err := ParseTable(name, file)
		if err != nil || len(list) != 1 || !reflect.DeepEqual(list[0], want) {
			t.Fatalf("%s: %+v, %v", name, list, err)
		}
		again, err := CSV(list)
		if err != nil {
			t.Fatal(err)
		}
		if list, err = ParseTable("b.csv", again); err != nil || !reflect.DeepEqual(list[0], want) {
			t.Errorf("%s again: %+v, %v", name, list, err)
		}
	}
	for _, no := range []string{"1/1/2025", "2025/13/1", "2025/2/30", "199", "明年"} {
		if _, err := ParseTable("a.csv", []byte("编号,标题,类别,正文,施行\na,b,问题解答,c,"+no+"\n")); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", no, err)
		}
	}
}

func TestTablesAreRefusedInPlainWords(t *testing.T) {
	for text, want := range map[string]string{
		"编号,标题\na,b\n":             "缺少“正文”这一列",
		"编号,标题,正文,颜色\na,b,c,d\n":   "不认识“颜色”",
		"编号,标题,正文\na,b,c\na,d,e\n": "t.csv 第 3 行：编号 a 与第 2 行重复",
		"编号,标题,正文,施行\na,b,c,明年\n":  "t.csv 第 2 行：施行日期“明年”",
		"编号,标题,正文,标题\n":            "写了两次",
		"":                         "文件是空的",
		"编号,标题,正文\n\"a,b\n":        "引号",
	} {
		_, err := ParseTable("t.csv", []byte(text))
		var no *Refusal
		if !errors.As(err, &no) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte("编号,标题,正文\nsbk-1,社保卡,三个工作日\x1b[31m\n"))
	if err != nil {
		t.Fatal(err)
	}
	list, err := ParseTable("t.csv", gb)
	if err != nil || len(list) != 1 || list[0].Body != "三个工作日" {
		t.Errorf("from GB18030, without escape sequences: %+v, %v", list, err)
	}
}

func docx(t *testing.T, body string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.Create("word/document.xml")
	if err == nil {
		_, err = f.Write([]byte(`<w:document xmlns:w="w"><w:body>` + body + `</w:body></w:document>`))
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func para(s string) string { return "<w:p><w:r><w:t>" + s + "</w:t></w:r></w:p>" }

func TestWordDocuments(t *testing.T) {
	list, err := ParseDOCX("dir/sbk-7.docx", docx(t, para("社保卡补领")+`<w:p><w:pPr><w:pStyle w:val="Heading2"/></w:pPr><w:r><w:t>口径</w:t></w:r></w:p>`+
		para("三个工作日。")+`<w:tbl><w:tr><w:tc>`+para("材料")+`</w:tc><w:tc>`+para("份数|张")+`</w:tc></w:tr><w:tr><w:tc>`+para("身份证")+`</w:tc><w:tc>`+para("1")+`</w:tc></w:tr></w:tbl>`))
	if err != nil || len(list) != 1 {
		t.Fatal(err)
	}
	a := list[0]
	if a.ID != "sbk-7" || a.Title != "社保卡补领" || a.Answer() == "" || !strings.Contains(a.Body, "| 材料 | 份数／张 |\n| --- | --- |\n| 身份证 | 1 |") {
		t.Errorf("%+v", a)
	}
	list, err = ParseDOCX("law.docx", docx(t, para("甲法")+para("第一章　总　则")+para("第一条　为了甲。")+para("本条第二款。")+para("第十条规定的除外。")+
		para("第二条　乙。")+para("第二章　附则")+para("第三条之一　丙。")))
	if err != nil || len(list) != 3 {
		t.Fatalf("%d articles, %v", len(list), err)
	}
	if a := list[0]; a.ID != "甲法第一条" || a.Title != "甲法第一条 总则" || a.Body != "为了甲。\n\n本条第二款。\n\n第十条规定的除外。" || a.Kind != "政策法规" || a.Scope.Level != "国家" {
		t.Errorf("%+v", a)
	}
	if a := list[2]; a.ID != "甲法第三条之一" || a.Title != "甲法第三条之一 附则" {
		t.Errorf("%+v", a)
	}
}

func TestHostileOfficeFiles(t *testing.T) {
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	f, _ := z.Create("word/document.xml")
	_, _ = f.Write(bytes.Repeat([]byte{'x'}, 8<<20))
	_ = z.Close()
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"bomb":    {bomb.Bytes(), "压缩炸弹"},
		"no zip":  {[]byte("not a zip"), "打不开"},
		"deep":    {docx(t, strings.Repeat("<a>", 300)+strings.Repeat("</a>", 300)), "嵌套太深"},
		"no body": {docx(t, "<w:p>"), "格式错误"},
	} {
		_, err := ParseDOCX("f.docx", c.data)
		var no *Refusal
		if !errors.As(err, &no) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := ParseTable("f.xlsx", bomb.Bytes()); err == nil || !strings.Contains(err.Error(), "压缩炸弹") {
		t.Errorf("a bomb as a table: %v", err)
	}
	dir := t.TempDir()
	long := filepath.Join(dir, "long.txt")
	if err := os.WriteFile(long, append([]byte("甲法\n第一条 "), bytes.Repeat([]byte("字"), 4<<20)...), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(long); err == nil || !strings.Contains(err.Error(), "第 2 行") {
		t.Errorf("a line of 12 MB: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "law.txt"), []byte("甲法\n第一条 为了甲。\n第二条 乙。\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := Load(filepath.Join(dir, "law.txt")); err != nil || len(b.Articles) != 2 {
		t.Errorf("a statute as text: %d, %v", len(b.Articles), err)
	}
}
