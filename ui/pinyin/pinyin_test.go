package pinyin

import "testing"

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		label, query string
		want         bool
	}{
		{"转接/三方", "zj", true},
		{"转接/三方", "zhuanjie", true},
		{"转接/三方", "zhuanj", true},
		{"转接/三方", "sf", true},
		{"转接/三方", "三f", true},
		{"暂停录音", "ZTLY", true},
		{"重庆", "chongqing", true},
		{"重庆", "zq", true},
		{"长沙", "changsha", true},
		{"再要 60 秒", "６０", true},
		{"再要 60 秒", "zy60m", true},
		{"静音", "x", false},
		{"静音", "jingx", false},
		{"静音", "", true},
		{"", "a", false},
	} {
		if got := Match(c.label, c.query); got != c.want {
			t.Errorf("Match(%q, %q) = %v", c.label, c.query, got)
		}
	}
}
