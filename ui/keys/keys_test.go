package keys

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"zuoxi/rules/access"
	"zuoxi/rules/call"
	"zuoxi/rules/quality"
	"zuoxi/session"
)

var update = flag.Bool("update", false, "write docs/keys.md")

func TestNoKeyTwiceInOneSituation(t *testing.T) {
	for _, c := range contextNames {
		seen := map[string]string{}
		for _, b := range Default().For(c.c) {
			if b.Key == "" {
				continue
			}
			if other, ok := seen[b.Key]; ok {
				t.Errorf("%s: %s is both %s and %s", c.name, b.Key, other, b.Label)
			}
			seen[b.Key] = b.Label
		}
	}
}

func TestNoBareLetterAndNoReservedKey(t *testing.T) {
	for _, b := range table {
		if b.Key != "" && bare(b.Key) {
			t.Errorf("%s is bound to the bare key %q", b.Cmd, b.Key)
		}
		if b.Key != "tab" && b.Key != "shift+tab" && b.Key != "esc" && Reserved(b.Key) != "" {
			t.Errorf("%s is bound to %s, which belongs to %s", b.Cmd, b.Key, Reserved(b.Key))
		}
		if b.Label == "" || b.Help == "" {
			t.Errorf("%s lacks words", b.Cmd)
		}
	}
}

func TestRemap(t *testing.T) {
	m, warn := Remap(map[string]string{"answer": "F6", "mute": "m", "help": "ctrl+s", "release": "f9", "nonsense": "f3"})
	if b, ok := m.Find(Offer, "f6"); !ok || b.Cmd != Answer {
		t.Error("answer was not moved to F6")
	}
	if b, _ := m.Find(Talk, "f4"); b.Cmd != Mute {
		t.Error("a bare letter was accepted")
	}
	if b, _ := m.Find(Talk, "ctrl+s"); b.Cmd != Help {
		t.Error("a reserved key warns and is used")
	}
	if b, _ := m.Find(Talk, "f8"); b.Cmd != Release {
		t.Error("a taken key was accepted")
	}
	if len(warn) != 4 {
		t.Errorf("%d warnings: %q", len(warn), warn)
	}
	for _, w := range warn {
		if strings.Count(w, " · ") != 2 {
			t.Errorf("not what · means · do: %q", w)
		}
	}
}

func TestFindAndWhy(t *testing.T) {
	m := Default()
	if b, _ := m.Find(Idle, "f1"); b.Cmd != Help {
		t.Error("F1 is not help")
	}
	if _, ok := m.Find(Talk, "ctrl+x"); ok {
		t.Error("one can quit in a call")
	}
	hold, _ := m.Find(Talk, "f5")
	v := &session.View{Call: &session.CallView{}}
	if hold.Why(v) == "" {
		t.Error("hold is on although the call does not allow it")
	}
	v.Call.Allowed = []call.Kind{call.EventResume}
	if why := hold.Why(v); why != "" {
		t.Error(why)
	}
	if Name("shift+tab") != "Shift+Tab" || Name("ctrl+t") != "Ctrl+T" || Name("f12") != "F12" || Name("ctrl++") != "Ctrl++" {
		t.Error(Name("shift+tab"), Name("ctrl+t"), Name("ctrl++"))
	}
}

// TestWhileTheNumberIsPlayed: until the caller hears the agent, each key of the call that does nothing says the same line,
// why and what to do; a colleague of a conference may leave it.
func TestWhileTheNumberIsPlayed(t *testing.T) {
	v := &session.View{Call: &session.CallView{Phase: call.StateAnnouncing}}
	for _, c := range []Command{Transfer, Blind, Hold, Release, PauseRecord, Dismiss} {
		i := slices.IndexFunc(table, func(b Binding) bool { return b.Cmd == c && b.In&Talk != 0 })
		if table[i].Why == nil || table[i].Why(v) != announcing {
			t.Errorf("%s says nothing of it", c)
		}
	}
	v.Call.Allowed = []call.Kind{call.EventRelease, call.EventMute, call.EventUnmute}
	if release, _ := Default().Find(Talk, "f8"); release.Why(v) != "" {
		t.Errorf("a colleague cannot leave: %s", release.Why(v))
	}
}

// TestWhoDoubtsAMark: on an open sheet a scorer and a lead can have the mark scored again; who was scored appeals.
func TestWhoDoubtsAMark(t *testing.T) {
	i := slices.IndexFunc(reviewTable, func(b Binding) bool { return b.Cmd == ScoreSecond })
	v := &session.View{}
	for role, want := range map[access.Role]bool{access.RoleQA: true, access.RoleLead: true, access.RoleAgent: false, access.RoleTrainer: false} {
		v.Seat.Role, v.Review.Work = string(role), nil
		if reviewTable[i].Why(v) == "" {
			t.Errorf("%s without a sheet", role)
		}
		v.Review.Work = &quality.Work{}
		if got := reviewTable[i].Why(v) == ""; got != want {
			t.Errorf("%s: %v", role, got)
		}
	}
}

func TestDocumentIsCurrent(t *testing.T) {
	const path = "../../docs/keys.md"
	want := Default().Document()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("docs/keys.md is stale: go generate ./ui/keys (%v)", err)
	}
}
