package main

import (
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestVerdictsAreNeverKind(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		got  row
		held string
	}{
		{limit("x", 50, 50, "ms", ""), yes}, {limit("x", 50.1, 50, "ms", ""), no}, {limit("x", math.NaN(), 50, "ms", ""), missing},
		{least("x", 0.98, 0.98, "", ""), yes}, {least("x", 0.97, 0.98, "", ""), no}, {plain("x", "3"), noAim},
	} {
		if tt.got.held != tt.held {
			t.Errorf("%+v, want %q", tt.got, tt.held)
		}
	}
}

func TestTheWorstRunCounts(t *testing.T) {
	for want, s := range map[string]sample{
		yes: {10, 20, 50}, no: {10, 20, 51}, missing: nil,
	} {
		if r := worst("w", s, 50); r.held != want {
			t.Errorf("%v: %+v", s, r)
		}
	}
	for _, s := range []sample{{10, nan, 20}, {nan}} { // a screen that told nothing
		if r := worst("w", s, 50); r.held != no || !strings.Contains(r.measured, missing) {
			t.Errorf("%v: %+v", s, r)
		}
	}
}

func TestSample(t *testing.T) {
	t.Parallel()
	s := sample{5, 1, 4, 2, 3}
	if s.median() != 3 || s.at(0.99) != 5 || s.at(0) != 1 {
		t.Errorf("%v %v %v", s.median(), s.at(0.99), s.at(0))
	}
	if !math.IsNaN(sample(nil).median()) || figure(math.NaN(), "ms") != missing {
		t.Error("nothing measured looks like something")
	}
}

func TestColumnsStandBelowEachOther(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	table{"标题", []row{plain("按键到画面", "3 ms"), limit("a", 1, 2, "ms", "")}}.print(&b)
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 4 {
		t.Fatalf("%q", lines)
	}
	at := func(line, word string) int { return ansi.StringWidth(line[:strings.Index(line, word)]) }
	if at(lines[1], "实测") != at(lines[2], "3 ms") || at(lines[1], "目标") != at(lines[3], "≤") {
		t.Errorf("columns:\n%s", b.String())
	}
}
