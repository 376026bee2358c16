package find

import (
	"errors"
	"strings"
	"testing"
	"time"

	"zuoxi/rules/ticket"
)

var noon = time.Date(2026, 3, 11, 12, 0, 0, 0, time.FixedZone("CST", 8*3600)) // a Wednesday

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line, words string
		check       func(Query) bool
	}{
		{"", "", Query.Empty},
		{"工伤 认定", "文字 工伤 · 文字 认定", func(q Query) bool { return q.Text == "工伤 认定" }},
		{"投诉 今天 工号：8001", "种类 投诉 · 2026-03-11 · 工号 8001", func(q Query) bool {
			return q.Kind == ticket.KindComplaint && q.Agent == "8001" && q.From.Day() == 11 && q.To.Day() == 12
		}},
		{"“投诉”", "文字 投诉", func(q Query) bool { return q.Text == "投诉" && q.Kind == "" }},
		{"139-0000-0042", "号码 139****0042", func(q Query) bool { return q.Person == "139-0000-0042" }},
		{"32019919000101001x", "号码 320***********001X", func(q Query) bool { return q.Person != "" }},
		{"0312-8001-1 受理单", "单号 0312-8001-1 · 受理单", func(q Query) bool { return q.Number == "0312-8001-1" && q.Type == TypeRecord }},
		{"wh:0042 留言", "尾号 0042 · 留言", func(q Query) bool { return q.Tail == "0042" && q.Type == TypeMessage }},
		{"xm:测试甲", "姓名 测*", func(q Query) bool { return q.Name == "测试甲" }},
		{"yw:养老保险 2026-02", "业务 养老保险 · 2026-02-01 至 2026-02-28", func(q Query) bool { return q.Subject == "养老保险" && q.To.Month() == 3 }},
		{"上周", "2026-03-02 至 2026-03-08", nil},
		{"近7天", "2026-03-05 至 2026-03-11", nil},
		{"12-31", "2025-12-31", nil},
		{"3月1日", "2026-03-01", nil},
		{"3-1~3-5", "2026-03-01 至 2026-03-05", nil},
		{"２０２６-０３-０１", "2026-03-01", nil},
		{"近万天", "文字 近万天", nil},
	} {
		q, err := Parse(c.line, noon)
		if err != nil || q.String() != c.words || c.check != nil && !c.check(q) {
			t.Errorf("%q: %q %+v, %v", c.line, q.String(), q, err)
		}
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	for _, k := range ticket.Kinds {
		for _, s := range ticket.States(k) {
			if q, err := Parse("zt:"+s.Label(), noon); err != nil || q.State.Label() != s.Label() {
				t.Errorf("%s: %+v, %v", s.Label(), q, err)
			}
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"工号:", "天气:晴", "业务:彩票", "种类:x", "尾号:12", "3-5~3-1", strings.Repeat("长", MaxLength+1)} {
		_, err := Parse(line, noon)
		var fault *FaultError
		if !errors.As(err, &fault) || strings.Count(fault.Error(), " · ") != 2 {
			t.Errorf("%q: %v", line, err)
		}
	}
	if _, err := Parse("天气:13900000042", noon); err == nil || strings.Contains(err.Error(), "13900000042") {
		t.Errorf("a fault tells a number: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"投诉 今天", `"`, "3-1~", "：", "13900000042 wh:0042"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := Parse(s, noon)
		if err == nil && q.Empty() != (len(parts(s)) == 0) {
			t.Errorf("%q: something was ignored: %+v", s, q)
		}
	})
}
