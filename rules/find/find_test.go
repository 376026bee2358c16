package find

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"zuoxi/rules/call"
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
		{"不满意 坐席先挂 >10分钟", "评价 不满意 · 坐席先挂 · 时长 >10分钟", asks("rating.unhappy by.agent over.10")},
		{"评价:满意 发生:转接 结果:人工", "评价 满意 · 发生 转接 · 结果 人工", asks("rating.good step.transfer class.human")},
		{"结果：排队放弃 ＜１ 分钟", "结果 排队放弃 · 时长 <1分钟", asks("place.queue under.1")},
		{"原因:按规定终止 时长:>5 sc:<20分 fs:求助", "结束原因 按规定终止 · 时长 >5 · 时长 <20分 · 发生 求助", asks("cause.dismissed over.5 under.20 step.help")},
		{"有标记 标记:有 bj:态度 标记：13900000042", "有标记 · 标记 有 · 标记 态度 · 标记 139****0042", func(q Query) bool {
			return asks("mark.set mark.set")(q) && q.Mark == "态度 13900000042"
		}},
		{"“不满意” 分钟", "文字 不满意 · 文字 分钟", asks("")},
		{"大家先挂 >7分钟", "文字 大家先挂 · 文字 >7分钟", asks("")},
	} {
		q, err := Parse(c.line, noon)
		if err != nil || q.String() != c.words || c.check != nil && !c.check(q) {
			t.Errorf("%q: %q %+v, %v", c.line, q.String(), q, err)
		}
	}
}

// asks tells whether a query asks for these traits of a call.
func asks(traits string) func(Query) bool {
	return func(q Query) bool { return strings.Trim(fmt.Sprint(q.Traits), "[]") == traits }
}

// TestTraits: what is asked of a call is what the log of one is found by.
func TestTraits(t *testing.T) {
	t.Parallel()
	if got := fmt.Sprintf("%s %s %s%s", Talked(10*time.Minute), Happened([]string{"blind_transfer", "observe"}), Because("dial_busy"), Rated("")); got !=
		"[over.1 over.3 over.5 under.10 under.15 under.20 under.30 under.60] [step.transfer step.blind] cause.dial_failed" {
		t.Error(got)
	}
	for _, c := range call.Causes() {
		if q, err := Parse("yy:"+c.Label(), noon); err != nil || len(q.Traits) != 1 || q.Traits[0] != Because(string(c)) {
			t.Errorf("%s: %+v %v", c, q, err)
		}
	}
	if _, err := Parse("发生:监听", noon); err == nil || !strings.Contains(err.Error(), "能写") {
		t.Errorf("that somebody listened in was asked for: %v", err)
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
	for _, line := range []string{"工号:", "天气:晴", "业务:彩票", "种类:x", "尾号:12", "评价:好", "时长:10分钟", "时长:>7分钟", "3-5~3-1", strings.Repeat("长", MaxLength+1)} {
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
