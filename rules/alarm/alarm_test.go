package alarm

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)

func at(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }

// wait is a queue whose first caller came at that second.
func wait(since int) []Fact {
	return []Fact{{Measure: LongestWait, Object: "养老保险", From: at(since)}}
}

func TestRaisedOnceAndClearedWhenCalm(t *testing.T) {
	t.Parallel()
	var s State
	rules := Defaults()
	if c := s.Judge(rules, wait(-120), at(0)); len(c) != 0 {
		t.Errorf("at the limit: %v", c)
	}
	c := s.Judge(rules, wait(-120), at(1))
	if len(c) != 1 || c[0].Kind != Raised || c[0].Alarm.ID != "wait/养老保险" || c[0].Alarm.Says(at(1)) != "养老保险 最久等待超过 02:00，现在 02:01" {
		t.Fatalf("%+v", c)
	}
	if c := s.Judge(rules, wait(-120), at(2)); len(c) != 0 {
		t.Errorf("raised twice: %v", c)
	}
	if c := s.Judge(rules, nil, at(5)); len(c) != 0 {
		t.Errorf("cleared after 3 s: %v", c)
	}
	s.Judge(rules, wait(-120), at(6)) // there again: no flicker
	if c := s.Judge(rules, nil, at(15)); len(c) != 0 {
		t.Errorf("cleared 9 s after the cause: %v", c)
	}
	if c := s.Judge(rules, nil, at(16)); len(c) != 1 || c[0].Kind != Cleared || len(s.List()) != 0 {
		t.Errorf("%v", c)
	}
}

func TestMustLastAndStandForEnough(t *testing.T) {
	t.Parallel()
	var s State
	line := []Fact{{Measure: LineBad, Object: "3019 钱某", Seat: "3019", Value: 2.4}}
	rules := Defaults()
	s.Judge(rules, line, at(0))
	s.Judge(rules, nil, at(5)) // good meanwhile: counts anew
	s.Judge(rules, line, at(6))
	if c := s.Judge(rules, line, at(15)); len(c) != 0 {
		t.Errorf("raised after 9 s: %v", c)
	}
	if c := s.Judge(rules, line, at(16)); len(c) != 1 || c[0].Alarm.ID != "line/3019" || !c[0].Alarm.Since.Equal(at(6)) {
		t.Errorf("%v", c)
	}
	few := []Fact{{Measure: GaveUp, Object: "失业保险", Value: 50, Cases: 19}}
	if c := s.Judge(rules, few, at(17)); len(c) != 0 {
		t.Errorf("19 cases were judged: %v", c)
	}
	few[0].Cases = 20
	if c := s.Judge(rules, few, at(18)); len(c) != 1 {
		t.Errorf("%v", c)
	}
}

// TestAlarmSaysHowBadItIsNow: one that was raised for a single late record must not say so when fifty are late.
func TestAlarmSaysHowBadItIsNow(t *testing.T) {
	t.Parallel()
	var s State
	late := func(n float64) []Fact {
		return []Fact{{Measure: Overdue, Object: "苏州", District: "320500", Value: n}}
	}
	s.Judge(Defaults(), late(1), at(0))
	c := s.Judge(Defaults(), late(50), at(1))
	if len(c) != 1 || c[0].Kind != Moved || c[0].Alarm.Text != "苏州 有 50 张单逾期，超过 0 张" || !c[0].Alarm.Since.Equal(at(0)) {
		t.Errorf("fifty are late, and told was %+v", c)
	}
	if c := s.Judge(Defaults(), late(50), at(2)); len(c) != 0 {
		t.Errorf("nothing moved, and told was %+v", c)
	}
	s = State{}
	s.Judge(Defaults(), wait(-121), at(0))
	if c := s.Judge(Defaults(), wait(-121), at(360)); len(c) != 0 {
		t.Errorf("a time that runs was told again: %+v", c)
	}
	if a := s.List()[0]; a.Says(at(360)) != "养老保险 最久等待超过 02:00，现在 08:01" {
		t.Errorf("after six minutes it says %s", a.Says(at(360)))
	}
	if c := s.Judge(Defaults(), wait(200), at(361)); len(c) != 1 || c[0].Alarm.Says(at(361)) != "养老保险 最久等待超过 02:00，现在 02:41" {
		t.Errorf("the next one is first now, and told was %+v", c)
	}
}

// TestTwiceAsBadIsRaisedAgain: whoever looks after an alarm may have forgotten it.
func TestTwiceAsBadIsRaisedAgain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		measure         Measure
		acked, not, bad float64
	}{{Overdue, 3, 5, 6}, {Service20, 70, 36, 35}, {LineBad, 2.8, 1.5, 1.4}} {
		var s State
		fact := func(v float64) []Fact { return []Fact{{Measure: tt.measure, Object: "甲", Value: v, Cases: 50}} }
		s.Judge(Defaults(), fact(tt.acked), at(-20))
		s.Judge(Defaults(), fact(tt.acked), at(0))
		id := s.List()[0].ID
		s.Acknowledge(id, "1001 周某", at(0))
		s.Judge(Defaults(), fact(tt.bad), at(59))
		if s.List()[0].By == "" {
			t.Errorf("%s rose again within a minute", tt.measure)
		}
		s.Judge(Defaults(), fact(tt.not), at(60))
		if s.List()[0].By == "" {
			t.Errorf("%s rose again at %g", tt.measure, tt.not)
		}
		c := s.Judge(Defaults(), fact(tt.bad), at(61))
		if a := s.List()[0]; len(c) != 1 || c[0].Kind != Raised || a.By != "" || !a.ByAt.IsZero() {
			t.Errorf("%s at %g: %+v", tt.measure, tt.bad, c)
		}
	}
	if measures[Service20].doubled(0, 0) {
		t.Error("what cannot get worse got worse")
	}
}

func TestAcknowledgedByName(t *testing.T) {
	t.Parallel()
	var s State
	s.Judge(Defaults(), wait(-200), at(0))
	if a, ok := s.Acknowledge("wait/养老保险", "1001 周某", at(3)); !ok || a.By != "1001 周某" || len(s.List()) != 1 {
		t.Errorf("%+v %v", a, ok)
	}
	if _, ok := s.Acknowledge("wait/没有", "1001 周某", at(3)); ok {
		t.Error("acknowledged what is not there")
	}
	a := s.Call(Alarm{Code: CodeEmergency, Seat: "3027", Level: LevelError, Text: "3027 李某报告紧急情况"}, at(4))
	s.Judge(Defaults(), nil, at(100))
	if l := s.List(); len(l) != 1 || l[0].ID != a.ID {
		t.Errorf("the alarm of a person went away by itself: %v", l)
	}
	s.Acknowledge(a.ID, "1001 周某", at(101))
	if l := s.List(); len(l) != 0 {
		t.Errorf("%v", l)
	}
}

func TestEveryRuleCanBeRaisedAndSaid(t *testing.T) {
	t.Parallel()
	rules := With([]Rule{{Code: "wait", Measure: LongestWait, Limit: 60, Level: LevelWarn}, {Code: "own", Measure: Waiting, Limit: 3, Level: LevelWarn}})
	if len(rules) != len(Defaults())+1 || rules[0].Limit != 60 {
		t.Fatalf("%d rules", len(rules))
	}
	for _, r := range rules {
		if text := r.Check(); text != "" {
			t.Error(text)
		}
		r.Off, r.For, r.Least = false, 0, 0
		v := r.Limit + 1
		if measures[r.Measure].under {
			v = r.Limit - 1
		}
		var s State
		c := s.Judge([]Rule{r}, []Fact{{Measure: r.Measure, Object: "甲", Value: v}}, at(0))
		if len(c) != 1 || !strings.HasPrefix(c[0].Alarm.Text, "甲 ") || strings.Contains(c[0].Alarm.Text, "%!") {
			t.Errorf("%s: %+v", r.Code, c)
		}
		if r.Off = true; len((&State{}).Judge([]Rule{r}, []Fact{{Measure: r.Measure, Object: "甲", Value: v}}, at(0))) != 0 {
			t.Errorf("%s is off and was raised", r.Code)
		}
	}
	for _, r := range []Rule{{}, {Code: "x", Measure: "y"}, {Code: "x", Measure: Wrap, Level: "loud"}, {Code: "x", Measure: Wrap, Level: LevelWarn, Limit: -1}} {
		if r.Check() == "" {
			t.Errorf("%+v was taken", r)
		}
	}
}

// TestDocumentNamesEveryRule: a centre finds the measures and rules in docs/alarms.md as they are.
func TestDocumentNamesEveryRule(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "alarms.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range Defaults() {
		var row string
		for _, line := range strings.Split(string(doc), "\n") {
			if strings.HasPrefix(line, "| `"+string(r.Measure)+"`") {
				row = line
			}
		}
		for _, want := range []string{fmt.Sprintf("`%s` %g", r.Code, r.Limit)} {
			if !strings.Contains(strings.ReplaceAll(row, ".0", ""), want) {
				t.Errorf("docs/alarms.md says %q, not %s", row, want)
			}
		}
	}
	if got, want := len(Defaults()), len(measures); got != want {
		t.Errorf("%d rules ship for %d measures", got, want)
	}
}
