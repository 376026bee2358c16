package session

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"zuoxi/rules/call"
	"zuoxi/session/hear"
	"zuoxi/wire"
)

// fakeEar is line and recogniser: it notes what it was told, in order.
type fakeEar struct {
	mu     sync.Mutex
	log    []string
	voice  chan []int16
	events chan hear.Event
}

func (e *fakeEar) note(s string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.log = append(e.log, s)
}

func (e *fakeEar) Overhear(on bool)              { e.note("line" + map[bool]string{true: "+", false: "-"}[on]) }
func (e *fakeEar) Overheard() <-chan []int16     { return e.voice }
func (e *fakeEar) Open(stream string, _ int)     { e.note("open " + stream) }
func (e *fakeEar) Push(stream string, _ []int16) { e.note("push " + stream) }
func (e *fakeEar) End(stream string)             { e.note("end " + stream) }
func (e *fakeEar) Events() <-chan hear.Event     { return e.events }
func (e *fakeEar) told() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := strings.Join(e.log, ", ")
	e.log = nil
	return s
}

func newFakeEar() *fakeEar {
	return &fakeEar{voice: make(chan []int16), events: make(chan hear.Event)}
}

// startListening is a seat with a line that can be overheard.
func startListening(t *testing.T, h *fakeHub, folder string, r Recogniser, l Line) *seat {
	t.Helper()
	x := &seat{t: t, phone: &fakePhone{}}
	x.s = New(Config{
		Way: Way{URL: h.url}, AgentNo: "3027", Folder: folder, Phone: x.phone, Vault: fakeVault{map[string]string{}}, Recogniser: r, Line: l,
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); x.s.Run(ctx) }()
	x.stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(x.stop)
	signIn(h, x)
	x.see("the desk", func(v View) bool { return v.SignIn.SignedIn && v.Presence.State != "" })
	return x
}

// becomes puts the desk into a state and waits until the session has taken it.
func (x *seat) becomes(h *fakeHub, n uint64, change func(*wire.DeskState)) {
	x.t.Helper()
	h.say(wire.Message{Seq: n, Body: desk(1000+n, func(d *wire.DeskState) {
		if change != nil {
			change(d)
		}
		d.Today.Answered = int(n)
	})})
	x.see("the desk's next state", func(v View) bool { return v.Today.Answered == int(n) })
}

// TestOnlyTheCallerIsHeard: the recogniser gets the line's sound while agent and caller talk, and at no other time.
func TestOnlyTheCallerIsHeard(t *testing.T) {
	h, e := newFakeHub(t), newFakeEar()
	x := startListening(t, h, t.TempDir(), e, e)
	n := uint64(2)
	next := func(change func(*wire.DeskState)) string {
		x.becomes(h, n, change)
		n++
		return e.told()
	}
	const opens, ends = "open caller-c1, line+", "end caller-c1, line-"
	if got := next(onCall(call.StateTalking)); got != "" {
		t.Fatalf("before it is ready: %s", got)
	}
	e.events <- hear.Event{Ready: true, Final: true}
	e.voice <- make([]int16, 800)
	e.events <- hear.Event{Stream: "caller-c1", Text: "猜"}
	if got := e.told(); got != opens+", push caller-c1" {
		t.Fatalf("talking: %s", got)
	}
	talking := func(more func(*wire.Call)) func(*wire.DeskState) {
		return func(d *wire.DeskState) { onCall(call.StateTalking)(d); more(d.Call) }
	}
	for name, change := range map[string]func(*wire.DeskState){
		"hold":         onCall(call.StateHeld),
		"consulting":   onCall(call.StateConsulting),
		"three":        onCall(call.StateThreeParty),
		"announcing":   onCall(call.StateAnnouncing),
		"no call":      nil,
		"over":         talking(func(c *wire.Call) { c.Ended = c.Since.AddDate(1, 0, 0) }),
		"a lead":       talking(func(c *wire.Call) { c.Watched = "周某在耳语" }),
		"caller muted": talking(func(c *wire.Call) { c.Legs = []wire.Leg{{ID: "caller", Role: "caller", Muted: true}} }),
		"listening in": func(d *wire.DeskState) {
			onCall(call.StateTalking)(d)
			d.Watch = &wire.Watch{Call: "c2", Way: wire.ObserveMonitor}
		},
	} {
		if got := next(change); got != ends {
			t.Errorf("%s: %s", name, got)
		}
		select {
		case e.voice <- make([]int16, 800):
			t.Errorf("%s: sound was taken", name)
		default:
		}
		if got := next(onCall(call.StateTalking)); got != opens {
			t.Errorf("after %s: %s", name, got)
		}
	}
	x.s.Do(Mute{On: true})
	x.see("the mute", func(v View) bool { return v.Call.Muted })
	if got := e.told(); got != ends {
		t.Errorf("mute: %s", got)
	}
	x.s.Do(Mute{On: false})
	x.see("no mute", func(v View) bool { return !v.Call.Muted })
	if got := e.told(); got != opens {
		t.Errorf("after the mute: %s", got)
	}
}

// TestWhatTheCallerSaid stands in the view of the call, its end only; it goes neither to the hub nor to the disk nor into
// the record, and words of another call, and guesses, are nobody's.
func TestWhatTheCallerSaid(t *testing.T) {
	h, e := newFakeHub(t), newFakeEar()
	folder := t.TempDir()
	x := startListening(t, h, folder, e, e)
	e.events <- hear.Event{Ready: true, Final: true}
	x.becomes(h, 2, onCall(call.StateTalking))
	before := x.see("the record", func(v View) bool { return v.Record != nil }).Record.Fields
	e.events <- hear.Event{Stream: "caller-c0", Text: "上一通的话", Final: true}
	e.events <- hear.Event{Stream: "caller-c1", Text: "还会变的"}
	e.events <- hear.Event{Stream: "caller-c1", Text: "我想问社保卡", Final: true}
	e.events <- hear.Event{Stream: "caller-c1", Text: "丢了怎么挂失", Final: true}
	const all = "我想问社保卡丢了怎么挂失"
	v := x.see("the words", func(v View) bool { return v.Call.Caller.Said == all })
	if v.Record.Fields.Question != before.Question || v.Record.Fields.Answer != before.Answer {
		t.Errorf("written by itself: %+v", v.Record.Fields)
	}
	x.becomes(h, 3, onCall(call.StateHeld))
	e.events <- hear.Event{Stream: "caller-c1", Text: strings.Repeat("嗯", 3*saidKept), Final: true}
	v = x.see("the words to the end", func(v View) bool { return v.Call.Caller.Said != all })
	if got := []rune(v.Call.Caller.Said); len(got) != saidKept {
		t.Errorf("%d characters kept", len(got))
	}
	x.becomes(h, 4, nil)
	x.becomes(h, 5, onCall(call.StateTalking))
	if v := x.see("the call anew", func(v View) bool { return v.Call != nil }); v.Call.Caller.Said != "" {
		t.Errorf("kept after the call: %s", v.Call.Caller.Said)
	}
	x.stop()
	for len(h.in) > 0 {
		raw, err := wire.Encode(<-h.in)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), "挂失") {
			t.Errorf("the hub was told: %s", raw)
		}
	}
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if strings.Contains(string(raw), "挂失") {
			t.Errorf("%s holds what was said", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestNoRecogniser: where none is configured nothing is taken off the line.
func TestNoRecogniser(t *testing.T) {
	h, e := newFakeHub(t), newFakeEar()
	x := startListening(t, h, t.TempDir(), nil, e)
	x.becomes(h, 2, onCall(call.StateTalking))
	x.becomes(h, 3, onCall(call.StateHeld))
	x.becomes(h, 4, onCall(call.StateTalking))
	if got := e.told(); got != "" {
		t.Error(got)
	}
}

// TestRecogniserDiesInACall: a program that hears one word and dies is one line to the agent, however often it is started
// again without hearing anything; the call is there, and the next program hears it from its ready on.
func TestRecogniserDiesInACall(t *testing.T) {
	const dies = `
echo '{"type":"ready"}'
while read -r l; do
	case $l in *'"audio"'*) echo '{"type":"final","stream":"caller-c1","text":"社保卡","to_ms":10}'; exit 3 ;; esac
done`
	h, e := newFakeHub(t), newFakeEar()
	r := hear.Start(hear.Config{Command: []string{"sh", "-c", dies}})
	defer r.Close()
	x := startListening(t, h, t.TempDir(), r, e)
	defer x.stop()
	x.becomes(h, 2, onCall(call.StateTalking))
	e.voice <- make([]int16, 800)
	v := x.see("the line", func(v View) bool { return strings.Contains(v.Notice.Text, "语音识别停了") })
	if v.Call == nil || v.Call.Phase != call.StateTalking || v.Call.Caller.Said != "社保卡" {
		t.Errorf("the call is %+v", v.Call)
	}
	e.voice <- make([]int16, 800) // taken as soon as the next one is ready
	x.see("the same word of the next one", func(v View) bool { return v.Call.Caller.Said == "社保卡社保卡" })
	if got := e.told(); !strings.HasPrefix(got, "line+, line-, line+") {
		t.Errorf("the line was told %s", got)
	}
}

// TestRecogniserThatKeepsDying is told of once until it hears a word.
func TestRecogniserThatKeepsDying(t *testing.T) {
	h, e := newFakeHub(t), newFakeEar()
	x := startListening(t, h, t.TempDir(), e, e)
	dies := hear.Event{Problem: "语音识别停了", Final: true}
	said := func(word string) hear.Event { return hear.Event{Stream: "caller-c1", Text: word, Final: true} }
	x.becomes(h, 2, onCall(call.StateTalking))
	e.events <- dies
	id := x.see("the line", func(v View) bool { return v.Notice.Text == dies.Problem }).Notice.ID
	e.events <- hear.Event{Ready: true, Final: true}
	e.events <- dies
	e.events <- said("甲")
	if v := x.see("the word", func(v View) bool { return v.Call.Caller.Said == "甲" }); v.Notice.ID != id {
		t.Errorf("told again: %+v", v.Notice)
	}
	e.events <- dies
	x.see("the line anew", func(v View) bool { return v.Notice.ID == id+1 })
	e.events <- hear.Event{Ready: true, Final: true}
	close(e.events) // it ends for good
	got := e.told()
	for n := uint64(3); !strings.HasSuffix(got, "end caller-c1, line-"); n++ {
		if n == 100 {
			t.Fatalf("in the end %s", got)
		}
		x.becomes(h, n, onCall(call.StateTalking)) // a turn of the session, or two
		got += e.told()
	}
}
