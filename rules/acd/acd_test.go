package acd

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var t0 = time.Date(2026, 10, 12, 9, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return t0.Add(time.Duration(seconds) * time.Second) }

func skills(region, subject string, level int) []Skill { return []Skill{{region, subject, level}} }

// seat is certified, ready and idle since the given second.
func seat(id string, idle int, s []Skill) Seat {
	return Seat{ID: id, Certified: true, Ready: true, Media: true, IdleSince: at(idle), Skills: s}
}

func call(id string, entered int) Waiting {
	return Waiting{ID: id, Region: "杭州", Subject: "养老保险", Entered: at(entered)}
}

func pairs(ds []Decision) string {
	var out []string
	for _, d := range ds {
		out = append(out, d.Call+">"+d.Seat)
	}
	return fmt.Sprint(out)
}

func TestDecide(t *testing.T) {
	t.Parallel()
	local := skills("杭州", "养老保险", 1)
	with := func(w Waiting, change func(*Waiting)) Waiting { change(&w); return w }
	seatWith := func(s Seat, change func(*Seat)) Seat { change(&s); return s }
	tests := []struct {
		name    string
		now     int
		waiting []Waiting
		seats   []Seat
		want    string
	}{
		{"nobody waits", 0, nil, []Seat{seat("1", 0, local)}, "[]"},
		{"longest wait first", 10, []Waiting{call("b", 5), call("a", 1)}, []Seat{seat("1", 0, local)}, "[a>1]"},
		{"longest idle first", 10, []Waiting{call("a", 1)}, []Seat{seat("1", 5, local), seat("2", 2, local)}, "[a>2]"},
		{"priority before time", 10, []Waiting{call("a", 1), with(call("u", 9), func(w *Waiting) { w.Priority = 1 })}, []Seat{seat("1", 0, local)}, "[u>1]"},
		{"returned before priority", 10, []Waiting{with(call("u", 1), func(w *Waiting) { w.Priority = 9 }), with(call("r", 9), func(w *Waiting) { w.Returned = true })}, []Seat{seat("1", 0, local)}, "[r>1]"},
		{"not certified", 500, []Waiting{call("a", 1)}, []Seat{seatWith(seat("1", 0, local), func(s *Seat) { s.Certified = false })}, "[]"},
		{"not ready", 500, []Waiting{call("a", 1)}, []Seat{seatWith(seat("1", 0, local), func(s *Seat) { s.Ready = false })}, "[]"},
		{"sound not warm", 500, []Waiting{call("a", 1)}, []Seat{seatWith(seat("1", 0, local), func(s *Seat) { s.Media = false })}, "[]"},
		{"wrong subject", 500, []Waiting{call("a", 1)}, []Seat{seat("1", 0, skills("杭州", "失业保险", 1))}, "[]"},
		{"every subject", 0, []Waiting{call("a", 0)}, []Seat{seat("1", 0, skills("杭州", Any, 1))}, "[a>1]"},
		{"low level while a better one is busy", 10, []Waiting{call("a", 0)}, []Seat{seat("1", 0, skills("杭州", Any, 7)), seatWith(seat("2", 0, local), func(s *Seat) { s.Ready = false })}, "[]"},
		{"low level after a while", 40, []Waiting{call("a", 0)}, []Seat{seat("1", 0, skills("杭州", Any, 7)), seatWith(seat("2", 0, local), func(s *Seat) { s.Ready = false })}, "[a>1]"},
		{"low level at once when nobody is better", 0, []Waiting{call("a", 0)}, []Seat{seat("1", 0, skills("杭州", Any, 7))}, "[a>1]"},
		{"other region before the overflow", 119, []Waiting{call("a", 0)}, []Seat{seat("1", 0, skills("宁波", Any, 1)), seatWith(seat("2", 0, local), func(s *Seat) { s.Ready = false })}, "[]"},
		{"other region after it", 120, []Waiting{call("a", 0)}, []Seat{seat("1", 0, skills("宁波", Any, 1)), seatWith(seat("2", 0, local), func(s *Seat) { s.Ready = false })}, "[a>1]"},
		{"preferred seat before the longest idle", 5, []Waiting{with(call("a", 0), func(w *Waiting) { w.Preferred = "2" })}, []Seat{seat("1", 0, local), seat("2", 4, local)}, "[a>2]"},
		{"waits for the preferred seat", 5, []Waiting{with(call("a", 0), func(w *Waiting) { w.Preferred = "2" })}, []Seat{seat("1", 0, local), seatWith(seat("2", 4, local), func(s *Seat) { s.Ready = false })}, "[]"},
		{"who lost it gets it again when it is free, however late", 50, []Waiting{with(call("a", 0), func(w *Waiting) { w.Preferred, w.Returned = "2", true })}, []Seat{seat("1", 0, local), seat("2", 4, local)}, "[a>2]"},
		{"and does not wait for it", 50, []Waiting{with(call("a", 0), func(w *Waiting) { w.Preferred, w.Returned = "2", true })}, []Seat{seat("1", 0, local), seatWith(seat("2", 4, local), func(s *Seat) { s.Ready = false })}, "[a>1]"},
		{"not for long", 10, []Waiting{with(call("a", 0), func(w *Waiting) { w.Preferred = "2" })}, []Seat{seat("1", 0, local), seatWith(seat("2", 4, local), func(s *Seat) { s.Ready = false })}, "[a>1]"},
		{"not when it is off duty", 5, []Waiting{with(call("a", 0), func(w *Waiting) { w.Preferred = "2" })}, []Seat{seat("1", 0, local)}, "[a>1]"},
		{"seat that refused is passed over", 5, []Waiting{with(call("a", 0), func(w *Waiting) { w.Refused = []string{"1"} })}, []Seat{seat("1", 0, local), seat("2", 4, local)}, "[a>2]"},
		{"and waited past while another is busy", 5, []Waiting{with(call("a", 0), func(w *Waiting) { w.Refused = []string{"1"} })}, []Seat{seat("1", 0, local), seatWith(seat("2", 4, local), func(s *Seat) { s.Ready = false })}, "[]"},
		{"unless it is the only one on duty", 5, []Waiting{with(call("a", 0), func(w *Waiting) { w.Refused = []string{"1"} })}, []Seat{seat("1", 0, local)}, "[a>1]"},
		{"a call that nobody can take holds up no other", 5, []Waiting{with(call("a", 0), func(w *Waiting) { w.Subject = "人事人才" }), call("b", 3)}, []Seat{seat("1", 0, local)}, "[b>1]"},
		{"two calls, two seats", 5, []Waiting{call("a", 0), call("b", 1)}, []Seat{seat("1", 3, local), seat("2", 2, local)}, "[a>2 b>1]"},
		{"no region, no subject", 0, []Waiting{{ID: "a", Entered: at(0)}}, []Seat{seat("1", 0, local)}, "[a>1]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := pairs(Decide(at(tt.now), tt.waiting, tt.seats, DefaultSettings())); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestWhy(t *testing.T) {
	t.Parallel()
	d := Decide(at(12), []Waiting{call("a", 0)}, []Seat{seat("1", 0, skills("杭州", Any, 1))}, DefaultSettings())
	if len(d) != 1 || d[0].Why.String() != "等候最久（已等12秒） · 技能相符（1级） · 空闲最久" {
		t.Errorf("%v", d)
	}
	for k := range labels {
		if k.Label() == string(k) {
			t.Errorf("%s has no label", k)
		}
	}
	busy := seat("2", 0, skills("杭州", Any, 1))
	busy.Ready = false
	for _, tt := range []struct {
		now   int
		seats []Seat
		want  Key
	}{
		{0, []Seat{seat("1", 0, skills("杭州", Any, 7))}, SkillEarly},
		{40, []Seat{seat("1", 0, skills("杭州", Any, 7)), busy}, SkillRelaxed},
		{120, []Seat{seat("1", 0, skills("宁波", Any, 1))}, SkillOverflow},
	} {
		d := Decide(at(tt.now), []Waiting{call("a", 0)}, tt.seats, DefaultSettings())
		if len(d) != 1 || d[0].Why.Skill != tt.want {
			t.Errorf("after %d s: %v, want %s", tt.now, d, tt.want)
		}
	}
}

func TestNextAndOverflow(t *testing.T) {
	t.Parallel()
	w := call("a", 0)
	w.Preferred = "1"
	set := DefaultSettings()
	for now, want := range map[int]time.Time{0: at(10), 10: at(20), 20: at(40), 119: at(120), 120: {}} {
		if got := Next(at(now), []Waiting{w}, set); !got.Equal(want) {
			t.Errorf("Next at %d s: %v, want %v", now, got, want)
		}
	}
	if Overflowed(at(119), w, set) || !Overflowed(at(120), w, set) {
		t.Error("overflow is not at 120 s")
	}
}

func TestAhead(t *testing.T) {
	t.Parallel()
	ws := []Waiting{call("b", 5), call("a", 1)}
	if Ahead(ws, "a") != 0 || Ahead(ws, "b") != 1 || Ahead(ws, "c") != -1 {
		t.Errorf("ahead: %d %d %d", Ahead(ws, "a"), Ahead(ws, "b"), Ahead(ws, "c"))
	}
}

func TestEstimate(t *testing.T) {
	t.Parallel()
	if d, ok := Estimate(2, 3, 210*time.Second); !ok || d != 210*time.Second {
		t.Errorf("Estimate = %v, %v", d, ok)
	}
	if _, ok := Estimate(0, 0, time.Minute); ok {
		t.Error("an estimate without anybody on duty")
	}
}

// TestPromises: whatever the lists hold, no seat that must not be offered a call is, and nothing is used twice.
func TestPromises(t *testing.T) {
	t.Parallel()
	regions, subjects := []string{"杭州", "宁波", Any}, []string{"养老保险", "失业保险", Any}
	rapid.Check(t, func(t *rapid.T) {
		var seats []Seat
		for i := range rapid.IntRange(0, 6).Draw(t, "seats") {
			flags := rapid.SliceOfN(rapid.Bool(), 3, 3).Draw(t, "flags")
			s := seat(fmt.Sprint(i), rapid.IntRange(0, 5).Draw(t, "idle"), skills(rapid.SampledFrom(regions).Draw(t, "region"), rapid.SampledFrom(subjects).Draw(t, "subject"), rapid.IntRange(0, 4).Draw(t, "level")))
			s.Certified, s.Ready, s.Media = flags[0], flags[1], flags[2]
			seats = append(seats, s)
		}
		var waiting []Waiting
		for i := range rapid.IntRange(0, 6).Draw(t, "calls") {
			w := call(fmt.Sprint("c", i), rapid.IntRange(0, 100).Draw(t, "entered"))
			w.Refused = rapid.SliceOf(rapid.SampledFrom([]string{"0", "1", "2"})).Draw(t, "refused")
			w.Priority = rapid.IntRange(0, 2).Draw(t, "priority")
			waiting = append(waiting, w)
		}
		kept := slices.Clone(waiting)
		used := map[string]bool{}
		for _, d := range Decide(at(rapid.IntRange(100, 400).Draw(t, "now")), waiting, seats, DefaultSettings()) {
			i := slices.IndexFunc(seats, func(s Seat) bool { return s.ID == d.Seat })
			if s := seats[i]; !s.Certified || !s.Ready || !s.Media {
				t.Fatalf("%s was offered to %+v", d.Call, s)
			}
			if used[d.Call] || used[d.Seat] {
				t.Fatalf("%s or %s was used twice", d.Call, d.Seat)
			}
			used[d.Call], used[d.Seat] = true, true
		}
		for i := range kept {
			if kept[i].ID != waiting[i].ID {
				t.Fatal("Decide changed its input")
			}
		}
	})
}
