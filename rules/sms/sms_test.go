package sms

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

var plain = Template{ID: "a", Title: "受理", Text: "您的诉求已登记，单号{单号}。{事项}请留意{单号}。", Legal: "（{落款}）"}

func TestFill(t *testing.T) {
	t.Parallel()
	if got := plain.Blanks(); !slices.Equal(got, []string{"单号", "事项", "落款"}) {
		t.Fatalf("blanks %q", got)
	}
	text, err := plain.Fill(map[string]string{"单号": "0312-8001-1", "事项": "缴费{年限}", "落款": "12333"})
	if err != nil || text != "您的诉求已登记，单号0312-8001-1。缴费（年限）请留意0312-8001-1。（12333）" {
		t.Errorf("%q, %v", text, err)
	}
	for _, v := range []map[string]string{
		{"单号": "1", "事项": " ", "落款": "x"}, {"单号": "1", "事项": "证号 320199 19900101 0019", "落款": "x"}, {"单号": "1", "事项": strings.Repeat("长", 600), "落款": "x"}, nil,
	} {
		_, err := plain.Fill(v)
		var fault *FaultError
		if !errors.As(err, &fault) || strings.Count(fault.Error(), " · ") != 2 {
			t.Errorf("%v: %v", v, err)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	if err := plain.Check(); err != nil {
		t.Error(err)
	}
	for _, bad := range []Template{{}, {ID: "a", Title: "b", Text: "{单号"}, {ID: "a", Title: "b", Text: "一定能办成"}} {
		if bad.Check() == nil {
			t.Errorf("%+v passed", bad)
		}
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{0: 1, 70: 1, 71: 2, 134: 2, 135: 3} {
		if got := Parts(strings.Repeat("字", n)); got != want {
			t.Errorf("%d characters are %d parts, want %d", n, got, want)
		}
	}
	if Parts(strings.Repeat("😀", 36)) != 2 {
		t.Error("a character of two units counts once")
	}
}
