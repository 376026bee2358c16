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

func wait(seconds float64) []Fact {
	return []Fact{{Measure: LongestWait, Object: "养老保险", Value: seconds}}
}

func TestRaisedOnceAndClearedWhenCalm(t *testing.T) {
	t.Parallel()
	var s State
	rules := Defaults()
	if c := s.Judge(rules, wait(120), at(0)); len(c) != 0 {
		t.Errorf("at the limit: %v", c)
	}
	c := s.Judge(rules, wait(121), at(1))
	if len(c) != 1 || c[0].Kind != Raised || c[0].Alarm.ID != "wait/养老保险" || c[0].Alarm.Text != "养老保险 最久等待 02:01，超过 02:00" {
		t.Fatalf("%+v", c)
	}
	if c := s.Judge(rules, wait(122), at(2)); len(c) != 0 {
		t.Errorf("raised twice: %v", c)
	}
	if c := s.Judge(rules, nil, at(5)); len(c) != 0 {
		t.Errorf("cleared after 3 s: %v", c)
	}
	s.Judge(rules, wait(125), at(6)) // there again: no flicker
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

func TestAcknowledgedByName(t *testing.T) {
	t.Parallel()
	var s State
	s.Judge(Defaults(), wait(200), at(0))
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
