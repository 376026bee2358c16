package deadline

import "testing"

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Span{
		"2 个工作日": Workdays(2), "三天": Days(3), "４８小时": Hours(48), "十日": Days(10), "1年": Years(1), "5工作日": Workdays(5),
	} {
		got, ok := Parse(in)
		if !ok || got != want {
			t.Errorf("%q is %v", in, got)
		}
		if unit, n := Unit(got); SpanOf(unit, n) != got {
			t.Errorf("%q does not come back from %s %d", in, unit, n)
		}
	}
	for _, in := range []string{"", "尽快", "天", "0天", "-1天", "99999天", "03-14 前"} {
		if got, ok := Parse(in); ok {
			t.Errorf("%q is %v", in, got)
		}
	}
	if SpanOf("fortnight", 1) != nil {
		t.Error("an unknown unit")
	}
}
