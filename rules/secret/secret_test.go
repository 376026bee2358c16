package secret

import (
	"strings"
	"testing"
	"time"
)

func TestPasswordRules(t *testing.T) {
	t.Parallel()
	for p, good := range map[string]bool{
		"synthetic-3027": true, "Nanjing-Yuhua7": true, "correct horse battery staple": true, "钟山风雨起苍黄，百万雄师过大江": false, "钟山风雨起苍黄，百万雄师过大江。7a": true,
		"short1!": false, "12345678": false, "abcdefgh": false, "Password1!": false, "3027-3027": false, "Aaaaaaa1!": false, "Abcdefg1!": false,
		"zuoxi@12333": false, "a\x1bB1-synthetic": false, strings.Repeat("长", 129): false, "\xffSynthetic-1": false,
	} {
		if fault := Fault(p, "3027"); (fault == "") != good {
			t.Errorf("%q: %q", p, fault)
		} else if fault != "" && strings.Count(fault, " · ") != 2 {
			t.Errorf("%q is not said in one line of three: %q", p, fault)
		}
	}
}

// The vectors of RFC 6238 appendix B, cut to six digits.
func TestCodesOfTheRFC(t *testing.T) {
	t.Parallel()
	key := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := Code(key, StepAt(time.Unix(at, 0))); got != want {
			t.Errorf("%d: %s, want %s", at, got, want)
		}
	}
}

func TestCodeOnce(t *testing.T) {
	t.Parallel()
	key, now := []byte("12345678901234567890"), time.Unix(1111111109, 0)
	step, ok := Check(key, "081804", now, 0)
	if !ok || step != StepAt(now) {
		t.Fatalf("step %d, %v", step, ok)
	}
	if _, ok := Check(key, "081804", now, step); ok {
		t.Error("a code was good twice")
	}
	if _, ok := Check(key, "081804", now.Add(Step), 0); !ok {
		t.Error("a slow clock was not borne")
	}
	if _, ok := Check(key, "081804", now.Add(3*Step), 0); ok {
		t.Error("an old code was good")
	}
	if p, c := Split("synthetic-3027 123456"); p != "synthetic-3027" || c != "123456" {
		t.Errorf("split into %q and %q", p, c)
	}
	if p, c := Split("synthetic-12345x"); p != "synthetic-12345x" || c != "" {
		t.Errorf("split into %q and %q", p, c)
	}
}
