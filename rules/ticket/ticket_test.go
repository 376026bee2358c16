package ticket

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zuoxi/rules/deadline"
)

var update = flag.Bool("update", false, "write the matrices of docs/records.md from the table")

func matrices() string {
	var b strings.Builder
	b.WriteString("# Records: states and steps\n\nWritten from the table in `rules/ticket` by `go test ./rules/ticket -update`; do not edit. * needs a reason. Every state but voided can be\nvoided with a reason; in the states in which somebody outside the hotline has to act, marked †, a record can be supervised with a reason. Being overdue is a deadline that has passed, in whatever state.\n")
	for _, k := range Kinds {
		fmt.Fprintf(&b, "\n## %s %s\n\nBegins in %s.\n\n| state | 中文 | steps |\n|---|---|---|\n", k, k.Label(), First(k))
		for _, s := range States(k) {
			mark := ""
			if s.Theirs() {
				mark = " †"
			}
			fmt.Fprintf(&b, "| %s%s | %s | %s |\n", s, mark, s.Label(), strings.Join(steps(k, s), " · "))
		}
	}
	return b.String()
}

func steps(k Kind, s Status) []string {
	var out []string
	for _, e := range Events {
		r, ok := find(k, s, e)
		if !ok || slices.Contains(Anytime, e) {
			continue
		}
		cell := fmt.Sprintf("%s→%s", e, r.to)
		for _, m := range []struct {
			on   bool
			mark string
		}{{r.reason, "*"}, {r.urgent, " (urgent)"}, {r.anon, " (anonymous)"}} {
			if m.on {
				cell += m.mark
			}
		}
		for _, d := range r.do {
			cell += fmt.Sprintf(" [%s %s]", d.Do, d.Deadline)
		}
		out = append(out, cell)
	}
	return out
}

func TestMatricesAreFresh(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "docs", "records.md")
	if *update {
		if err := os.WriteFile(path, []byte(matrices()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(doc) != matrices() {
		t.Error("docs/records.md is stale: run go test ./rules/ticket -update and read the difference")
	}
}

// TestEveryPair steps every event in every state of every kind, under all facts.
func TestEveryPair(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds {
		for _, s := range append(slices.Clone(States(k)), "nowhere") {
			for _, e := range Events {
				for bits := range 8 {
					pair(t, k, s, e, Facts{Urgent: bits&1 != 0, Anonymous: bits&2 != 0, Reason: bits&4 != 0})
				}
			}
		}
	}
}

func pair(t *testing.T, k Kind, s Status, e Event, f Facts) {
	t.Helper()
	next, do, err := Step(k, s, e, f)
	if err != nil {
		var step *StepError
		if !errors.As(err, &step) || step.Kind != k || step.From != s || step.Event != e || next != s || do != nil {
			t.Errorf("%s: %s in %s: %s %v %v", k, e, s, next, do, err)
		}
		return
	}
	if !slices.Contains(States(k), next) {
		t.Errorf("%s: %s in %s leads to %s, which the kind does not have", k, e, s, next)
	}
	if s == StateVoided {
		t.Errorf("%s: a voided record moves to %s", k, next)
	}
	if e == EventVoid && !f.Reason {
		t.Errorf("%s: voided without a reason", k)
	}
	if e == EventSupervise && (!f.Reason || next != s || do != nil || !s.Theirs()) {
		t.Errorf("%s: supervised in %s, without a reason or with a consequence", k, s)
	}
	if e == EventTell && f.Anonymous {
		t.Errorf("%s: an anonymous caller was told", k)
	}
	for _, d := range do {
		if _, ok := deadline.Find(d.Deadline); !ok {
			t.Errorf("%s: %s in %s names no deadline: %v", k, e, s, d)
		}
	}
}

// TestEveryStateIsReached and left: no state of a kind is dead, and a record can always be ended.
func TestEveryStateIsReached(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds {
		reached := map[Status]bool{First(k): true}
		for range len(States(k)) {
			for s := range reached {
				for _, e := range Allowed(k, s, Facts{Urgent: true}) {
					next, _, _ := Step(k, s, e, Facts{Urgent: true, Reason: true})
					reached[next] = true
				}
			}
		}
		for _, s := range States(k) {
			if !reached[s] {
				t.Errorf("%s: %s is never reached", k, s)
			}
			if !ends(k, s, map[Status]bool{}) {
				t.Errorf("%s: %s has no way to an end", k, s)
			}
		}
		if len(States(k)) != len(table[k]) {
			t.Errorf("%s: %d states shown, %d in the table", k, len(States(k)), len(table[k]))
		}
	}
}

func ends(k Kind, s Status, seen map[Status]bool) bool {
	if Final(k, s) {
		return true
	}
	seen[s] = true
	for _, anonymous := range []bool{false, true} {
		f := Facts{Anonymous: anonymous, Reason: true}
		for _, e := range Allowed(k, s, f) {
			next, _, _ := Step(k, s, e, f)
			if e != EventVoid && !seen[next] && ends(k, next, seen) {
				return true
			}
		}
	}
	return false
}

// TestDeadlinesAreNotLost walks records at random: a deadline that has started is stopped before the record is closed.
func TestDeadlinesAreNotLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(Kinds).Draw(t, "kind")
		f := Facts{Anonymous: rapid.Bool().Draw(t, "anonymous"), Urgent: rapid.Bool().Draw(t, "urgent"), Reason: true}
		s, running := First(k), map[deadline.Code]bool{}
		apply := func(do []Effect) {
			for _, d := range do {
				running[d.Deadline] = d.Do != Stop
			}
		}
		apply(Begin(k))
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			allowed := slices.DeleteFunc(Allowed(k, s, f), func(e Event) bool { return e == EventVoid })
			if len(allowed) == 0 {
				break
			}
			e := rapid.SampledFrom(allowed).Draw(t, "event")
			next, do, err := Step(k, s, e, f)
			if err != nil {
				t.Fatalf("Allowed said %s is possible in %s: %v", e, s, err)
			}
			apply(do)
			s = next
			if s == StateClosed {
				for code, on := range running {
					if on {
						t.Fatalf("%s closed while %s runs", k, code)
					}
				}
			}
		}
	})
}

func TestDomainRules(t *testing.T) {
	t.Parallel()
	if _, _, err := Step(KindComplaint, StateRegistered, EventAccept, Facts{}); err == nil {
		t.Error("the hotline accepted a complaint")
	}
	if s, _, err := Step(KindComplaint, StateRegistered, EventForward, Facts{}); err != nil || s != StateForwarded {
		t.Error("a caller who insists cannot be registered without an explanation")
	}
	if s, _, err := Step(KindHelp, StateRegistered, EventAssign, Facts{Urgent: true}); err != nil || s != StateAssigned {
		t.Error("an urgent help cannot skip screening")
	}
	if _, _, err := Step(KindHelp, StateRegistered, EventAssign, Facts{}); err == nil {
		t.Error("any help skips screening")
	}
	if _, do, _ := Step(KindComplaint, StateForwarded, EventReceive, Facts{}); len(do) != 1 || do[0] != start(deadline.ComplaintAccept) {
		t.Errorf("receiving a complaint: %v", do)
	}
	if len(Begin(KindVoicemail)) != 1 {
		t.Error("a voicemail has no clock")
	}
	if !KindReport.Secret() || !KindConduct.Secret() || KindComplaint.Secret() {
		t.Error("reports and conduct complaints are secret, complaints are not")
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds {
		seen := map[string]bool{}
		for _, f := range Fields(k) {
			if seen[f.Code] || f.Label == "" || f.Max <= 0 || f.Input == InputChoice && len(f.Choices) == 0 {
				t.Errorf("%s: field %+v is double or unfinished", k, f)
			}
			seen[f.Code] = true
			if (f.Input == InputPhone || f.Input == InputID) && !f.Sealed {
				t.Errorf("%s: %s is personal and not sealed", k, f.Code)
			}
			if k == KindReport && f.Sealed && f.Required {
				t.Errorf("a report requires %s", f.Code)
			}
		}
	}
	values := map[string]string{"category": "劳动关系", "region": "某县", "summary": "欠薪"}
	if got := Missing(KindConsult, values); got != nil {
		t.Errorf("a consult lacks %v", got)
	}
	if got := Missing(KindComplaint, values); len(got) != 6 {
		t.Errorf("a complaint lacks %d fields", len(got))
	}
	if got := Missing(KindVoicemail, nil); got != nil {
		t.Errorf("a voicemail lacks %v", got)
	}
}

func TestLabels(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds {
		if k.Label() == string(k) {
			t.Errorf("kind %s has no label", k)
		}
		for _, s := range States(k) {
			if s.Label() == string(s) {
				t.Errorf("state %s has no label", s)
			}
		}
	}
	for _, e := range Events {
		if e.Label() == string(e) {
			t.Errorf("event %s has no label", e)
		}
	}
	for _, c := range Channels {
		if c.Label() == string(c) {
			t.Errorf("channel %s has no label", c)
		}
	}
}
