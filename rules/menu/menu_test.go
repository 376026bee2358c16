package menu

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zuoxi/rules/deadline"
)

// sample is a menu with everything that a menu can have.
func sample() *Menu {
	return &Menu{
		Version: 1, Start: "region",
		Limits:  Limits{Key: 6 * time.Second, Digit: 4 * time.Second, Repeats: 2, Wrong: 2, Steps: 30},
		Regions: map[string]string{"025": "南京", "0512": "苏州"},
		Nodes: map[ID]Node{
			"region": {ID: "region", Say: []string{"region"}, Collect: &Collect{First: "0", Min: 3, Max: 4, Region: true}, Goto: "root", Silence: "root",
				Choices: []Choice{{Key: "1", Say: "region_1", Label: "省本级", To: "root", Region: "省本级"}}},
			"root": {ID: "root", Choices: []Choice{
				{Key: "1", Say: "root_1", To: "query"}, {Key: "4", Say: "root_4", Label: "留言", To: OutVoicemail},
				{Key: "0", Say: "root_0", Label: "人工服务", To: "topic", When: Day}, {Key: "8", To: "region"}}},
			"topic": {ID: "topic", Once: true, Silence: OutQueue, Back: "root", Choices: []Choice{{Key: "4", Say: "topic_4", Label: "劳动关系", To: OutQueue, Subject: "劳动关系"}}},
			"query": {ID: "query", Say: []string{"query_id"}, Back: OutBack, Collect: &Collect{First: "0123456789", Min: 15, Max: 18, Secret: true, Service: "query"},
				Routes: map[string]ID{"ok": "result", "fail": "query", "locked": "root"}},
			"result": {ID: "result", Service: "query", Routes: map[string]ID{"ok": OutEnd}},
			"note":   {ID: "note", Say: []string{"note"}, Goto: "root"},
		},
	}
}

var (
	day   = Env{Day: true}
	night = Env{}
	full  = Env{Day: true, Has: map[string]bool{"query": true}}
)

// walk presses keys; a space is silence, "." lets the prompts be heard out, and letters a, b are answers ok and fail.
func walk(m *Menu, env Env, keys string) (State, Action) {
	s, a := m.Step(State{}, Event{Kind: EventStart}, env)
	for _, k := range []byte(keys) {
		e := Event{Kind: EventKey, Key: k}
		switch k {
		case ' ':
			e = Event{Kind: EventSilence}
		case '.':
			e = Event{Kind: EventPlayed}
		case 'a':
			e = Event{Kind: EventAnswer, Answer: "ok"}
		case 'b':
			e = Event{Kind: EventAnswer, Answer: "broken"}
		}
		s, a = m.Step(s, e, env)
	}
	return s, a
}

func TestWalks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		env  Env
		keys string
		do   Do
		at   string // node, or the way out
	}{
		{"start", day, "", DoPlay, "region"},
		{"heard out", day, ".", DoWait, "region"},
		{"province", day, "1", DoPlay, "root"},
		{"area code is known at its last digit", day, "025", DoPlay, "root"},
		{"longer area code", day, "0512", DoPlay, "root"},
		{"unknown area code", day, "0999", DoPlay, "region"},
		{"0 alone is a person", day, "0 ", DoLeave, "@queue"},
		{"0 and # is a person", day, "0#", DoLeave, "@queue"},
		{"0 at night is nobody", night, "0 ", DoPlay, "region"},
		{"input begun again", day, "02*1", DoPlay, "root"},
		{"nothing at all", day, ". . . ", DoPlay, "root"},
		{"person and subject", day, "104", DoLeave, "@queue"},
		{"silence at the subject", day, "10. ", DoLeave, "@queue"},
		{"0 at the subject", day, "100", DoLeave, "@queue"},
		{"back from the subject", day, "10*", DoPlay, "root"},
		{"again", day, "109", DoPlay, "topic"},
		{"message", day, "14", DoLeave, "@voicemail"},
		{"no person at night", night, "10", DoPlay, "root"},
		{"silence at night is a message", night, "1. . . ", DoLeave, "@voicemail"},
		{"back end that is not there", day, "11", DoPlay, "root"},
		{"three wrong keys", day, "1555", DoLeave, "@queue"},
		{"other region", day, "18", DoPlay, "region"},
		{"secret input", full, "1111010119900101000*", DoServe, "query"},
		{"short input", full, "1112#", DoPlay, "query"},
		{"result", full, "1111010119900101000*a", DoPlay, "result"},
		{"result is fetched", full, "1111010119900101000*a.", DoServe, "result"},
		{"goodbye", full, "1111010119900101000*a.a", DoLeave, "@end"},
		{"broken back end", full, "1111010119900101000*b", DoLeave, "@queue"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, a := walk(sample(), tt.env, tt.keys)
			at := string(s.Node)
			if a.Do == DoLeave {
				at = string(a.To)
			}
			if a.Do != tt.do || at != tt.at {
				t.Errorf("%q: %s at %s, want %s at %s", tt.keys, a.Do, at, tt.do, tt.at)
			}
		})
	}
}

func TestWhatIsAnnounced(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		env  Env
		keys string
		want []string
	}{
		{day, "1", []string{"root_4", "root_0", SayRepeat}},
		{full, "1", []string{"root_1", "root_4", "root_0", SayRepeat}},
		{night, "1", []string{"root_4", SayRepeat}},
		{day, "10", []string{"topic_4", SayPerson, SayRepeat, SayBack}},
		{day, "15", []string{SayWrong, "root_4", "root_0", SayRepeat}},
	} {
		if _, a := walk(sample(), tt.env, tt.keys); !slices.Equal(a.Say, tt.want) {
			t.Errorf("%q: %v, want %v", tt.keys, a.Say, tt.want)
		}
	}
}

func TestWhatTheAgentSees(t *testing.T) {
	t.Parallel()
	s, _ := walk(sample(), day, "051204")
	if s.Region != "苏州" || s.RegionBy != "menu" || s.Subject != "劳动关系" {
		t.Errorf("%+v", s)
	}
	want := []Pressed{{"region", "0512", "苏州"}, {"root", "0", "人工服务"}, {"topic", "4", "劳动关系"}}
	if !slices.Equal(s.Keys, want) {
		t.Errorf("keys %v", s.Keys)
	}
	s, a := walk(sample(), full, "1111010119900101000*")
	if a.Digits != "11010119900101000X" {
		t.Errorf("digits %q", a.Digits)
	}
	for _, k := range s.Keys {
		if strings.Contains(k.Key, "1990") {
			t.Errorf("a secret input is in the keys: %v", s.Keys)
		}
	}
}

func TestHours(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("CST", 8*3600)
	h := Hours{Zone: zone, Calendar: deadline.Builtin(), Human: []Window{{Workdays, 510, 720}, {Workdays, 810, 1050}}}
	for at, want := range map[string][2]bool{
		"2026-10-12 08:29": {false, false}, "2026-10-12 08:30": {true, false}, "2026-10-12 12:00": {false, false},
		"2026-10-12 17:29": {true, false}, "2026-10-11 09:00": {false, false}, "2026-10-10 09:00": {true, false},
		"2026-10-01 09:00": {false, false}, "2027-01-04 09:00": {true, true}, "2027-01-03 09:00": {false, true},
	} {
		when, err := time.ParseInLocation("2006-01-02 15:04", at, zone)
		if err != nil {
			t.Fatal(err)
		}
		if open, guessed := h.Open(when.UTC()); open != want[0] || guessed != want[1] {
			t.Errorf("%s: %v %v, want %v", at, open, guessed, want)
		}
	}
	if open, guessed := (Hours{Always: true}).Open(time.Time{}); !open || guessed {
		t.Error("always is not always")
	}
	if open, _ := (Hours{Human: []Window{{Everyday, 0, 1440}}}).Open(time.Date(2026, 10, 11, 3, 0, 0, 0, zone)); !open {
		t.Error("every day is not every day")
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	m := sample()
	prompts := map[string]bool{}
	for _, p := range []string{"region", "region_1", "root_1", "root_4", "root_0", "topic_4", "query_id", "note"} {
		prompts[p] = true
	}
	if errs := m.Check(prompts); len(errs) != 0 {
		t.Fatalf("the sample has faults: %v", errs)
	}
	m.Nodes["bad"] = Node{ID: "bad", Say: []string{"unsaid"}, Choices: []Choice{{Key: "12", To: "nowhere"}, {Key: "1", To: OutEnd}, {Key: "1", To: OutEnd}}, Collect: &Collect{}}
	m.Nodes["dead"] = Node{ID: "dead"}
	m.Start = "gone"
	text := ""
	for _, err := range m.Check(prompts) {
		text += err.Error() + "\n"
	}
	for _, want := range []string{"gone: the menu starts", `"nowhere"`, `"unsaid"`, `"12" is no key`, "key 1 is there twice", "collects nothing", "dead: leads nowhere"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not reported in:\n%s", want, text)
		}
	}
}

// TestAlwaysEnds: whatever a caller presses, silence alone leads out of the menu in a bounded number of steps, and the
// actions are always ones that the line can do.
func TestAlwaysEnds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := sample()
		env := Env{Day: rapid.Bool().Draw(t, "day"), Has: map[string]bool{"query": rapid.Bool().Draw(t, "query")}}
		s, a := m.Step(State{}, Event{Kind: EventStart}, env)
		next := func(e Event) {
			s, a = m.Step(s, e, env)
			if a.Do == DoLeave && a.To == OutQueue && !env.Day {
				t.Fatalf("queued at night after %+v", e)
			}
		}
		for range rapid.IntRange(0, 100).Draw(t, "keys") {
			if a.Do == DoLeave {
				return
			}
			switch kind := rapid.SampledFrom([]Kind{EventKey, EventKey, EventKey, EventPlayed, EventSilence, EventAnswer}).Draw(t, "event"); kind {
			case EventAnswer:
				next(Event{Kind: kind, Answer: rapid.SampledFrom([]string{"ok", "fail", "?"}).Draw(t, "answer")})
			default:
				next(Event{Kind: kind, Key: rapid.SampledFrom([]byte("0123456789*#")).Draw(t, "key")})
			}
		}
		for range 40 {
			switch a.Do {
			case DoLeave:
				return
			case DoPlay:
				next(Event{Kind: EventPlayed})
			case DoWait:
				next(Event{Kind: EventSilence})
			case DoServe:
				next(Event{Kind: EventAnswer, Answer: "?"})
			}
		}
		t.Fatalf("still in the menu at %s", s.Node)
	})
}
