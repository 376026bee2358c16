package retain

import (
	"strings"
	"testing"
	"time"
)

func TestTheLongestKindRules(t *testing.T) {
	start := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	d, err := Defaults().With(map[string]int{"call": 30, "message": 60, "complaint": 400})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		of   []Kind
		days int
	}{
		{nil, 30}, {[]Kind{Call}, 30}, {[]Kind{Call, Message}, 60}, {[]Kind{Message, Call}, 60}, {[]Kind{Call, Complaint, Message}, 400},
		{[]Kind{Outbound}, 1095}, {[]Kind{Call, Abuse}, 1825}, {[]Kind{"unknown"}, 30},
	} {
		if got := d.Until(start, c.of...); !got.Equal(start.AddDate(0, 0, c.days)) {
			t.Errorf("%v: until %s, want %d days", c.of, got, c.days)
		}
	}
	if got := d.Least(start); !got.Equal(start.AddDate(0, 0, 30)) {
		t.Errorf("at least until %s", got)
	}
	if Defaults()[Call] != 1095 {
		t.Error("a centre's days changed what ships")
	}
}

func TestWhatACentreMayNotWrite(t *testing.T) {
	for own, want := range map[string]int{"calls": 30, "call": 0, "message": -1} {
		if _, err := Defaults().With(map[string]int{own: want}); err == nil || !strings.Contains(err.Error(), own) {
			t.Errorf("%s = %d: %v", own, want, err)
		}
	}
}
