package quality

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zuoxi/hub/store"
	"zuoxi/media/g711"
	fsm "zuoxi/rules/call"
	rules "zuoxi/rules/quality"
	"zuoxi/wire"
)

// happened is a step of a call so many seconds after the bridge, or with leg a word about the caller in a conference.
type happened struct {
	at    float64
	kind  fsm.Kind
	party fsm.Party
	leg   string
}

func at(s float64, kind fsm.Kind) happened { return happened{at: s, kind: kind} }
func ask(s float64, kind fsm.Kind, p fsm.Party) happened {
	return happened{at: s, kind: kind, party: p}
}

// part is a seat's leg, in seconds after the bridge.
type part struct {
	agent, role string
	from, to    float64
}

// bridgedAfter is how long after the beginning of the recording the two hear each other.
const bridgedAfter = 3.0

// lived files a call that went as told, as the hub logs it: the way to the seat, then the story. The sheet is about agent.
func (d *desk) lived(agent string, story []happened, legs []part) rules.Row {
	d.t.Helper()
	bridge := time.Date(2026, 10, 2, 10, 0, 0, 0, zone).UTC()
	when := func(s float64) time.Time { return bridge.Add(time.Duration(s * float64(time.Second))) }
	c := store.Call{ID: "lived", Direction: store.Inbound, District: "320102", Agent: agent, Times: store.CallTimes{Arrive: when(-10)}, Version: 1}
	d.must(d.DB.Calls.Open(d.t.Context(), c))
	way := []happened{at(-10, "accepted"), at(-9, "disclaimer_done"), at(-8, "to_queue"), at(-6, "offer"), at(-5, "offer_drawn"), at(-bridgedAfter, "answer"), at(0, "announced")}
	state, seq := fsm.State{}, int64(0)
	for _, h := range append(way, story...) {
		data := map[string]any{"text": "…", "leg": h.leg}
		if h.leg == "" {
			next, _, err := fsm.Step(state, fsm.Event{Kind: h.kind, Party: h.party})
			d.must(err)
			state = next
			data = map[string]any{"text": h.kind.Label(), "phase": string(state.Phase)}
		}
		raw, err := json.Marshal(data)
		d.must(err)
		seq++
		d.must(d.DB.Timeline.Append(d.t.Context(), store.Event{CallID: c.ID, District: c.District, Seq: seq, At: when(h.at), Kind: string(h.kind), Data: raw}))
	}
	for i, l := range legs {
		id := fmt.Sprint("leg", i)
		d.must(d.DB.Legs.Add(d.t.Context(), store.Leg{ID: id, CallID: c.ID, District: c.District, Role: l.role, Agent: l.agent, From: when(l.from)}))
		d.must(d.DB.Legs.End(d.t.Context(), id, when(l.to), "…"))
	}
	last := story[len(story)-1].at
	c.Outcome = store.Outcome{Disposition: store.DispositionHuman, ReleaseBy: "caller"}
	c.Times.Bridge, c.Times.Release, c.Times.Closed = bridge, when(last), when(last+1)
	_, err := d.DB.Calls.Save(d.t.Context(), c)
	d.must(err)
	long := time.Duration((bridgedAfter + last) * float64(time.Second))
	d.must(d.DB.Recordings.Start(d.t.Context(), store.Recording{ID: "reclived", CallID: c.ID, District: c.District, Path: "x", Start: when(-bridgedAfter), End: when(last), Samples: int64(long * Rate / time.Second), Version: 1}))
	s, err := d.Draw(d.t.Context(), "1007", Drawing{From: "2026-10-02", To: "2026-10-02", Each: 1})
	d.must(err)
	return s.Rows[0]
}

// chat is the sound of a call: both speak by turns, each every ten seconds, but not in the stretch from quiet to loud again.
func chat(t *testing.T, end, quiet, again float64) *tapes {
	t.Helper()
	voice := clips(t)[0]
	voice = voice[:min(len(voice), 2*Rate)]
	pcm := [2][]int16{make([]int16, int((bridgedAfter+end)*Rate)), make([]int16, int((bridgedAfter+end)*Rate))}
	for i, s := 0, 1.0; s+2 < end; i, s = i+1, s+5 {
		if s+2 < quiet || s >= again {
			copy(pcm[1-i%2][int((bridgedAfter+s)*Rate):], voice)
		}
	}
	out := &tapes{caller: make([]byte, len(pcm[0])), rest: make([]byte, len(pcm[1]))}
	g711.EncodeALaw(out.caller, pcm[0])
	g711.EncodeALaw(out.rest, pcm[1])
	return out
}

// turns are the places of the same talk, with so many seconds from one turn to the next.
func turns(end, quiet, again, gap float64) (out [2][]rules.Span) {
	for i, s := 0, 1.0; s+2 < end; i, s = i+1, s+gap {
		if s+2 < quiet || s >= again {
			out[i%2] = append(out[i%2], rules.Span{From: time.Duration(s * float64(time.Second)), To: time.Duration((s + 2) * float64(time.Second))})
		}
	}
	return out
}

// judged is what the machine proposes for an item.
type judged struct {
	points  int
	exclude bool
	sure    bool
}

func (d *desk) judged(item string, said [2][]rules.Span) judged {
	d.t.Helper()
	c, err := d.DB.Calls.Get(d.t.Context(), "lived")
	d.must(err)
	events, err := d.DB.Timeline.List(d.t.Context(), c.ID)
	d.must(err)
	legs, err := d.DB.Legs.List(d.t.Context(), c.ID)
	d.must(err)
	own := follow(c, events)
	talk := own.talk()
	for i, list := range []*[]rules.Span{&talk.Agent, &talk.Caller} {
		for _, s := range said[i] { // what listen hears: this agent's part
			if at := own.from.Sub(c.Times.Bridge); s.From >= at && s.To <= at+talk.End {
				*list = append(*list, rules.Span{From: s.From - at, To: s.To - at})
			}
		}
	}
	h := &heard{Facts: rules.Measure(talk), Doubt: own.doubt(c.Agent, legs)}
	list := h.propose(d.rubric)
	p := list[slices.IndexFunc(list, func(p rules.Proposal) bool { return p.Item == item })]
	return judged{p.Points, p.Excluded, p.Sure}
}

// TestCourse: waits and the end follow from the call's states, whatever led into them, and only this agent's part counts.
func TestCourse(t *testing.T) {
	t.Parallel()
	const out = fsm.PartyOutside
	full, none, person := judged{points: 5, sure: true}, judged{sure: true}, judged{}
	for name, c := range map[string]struct {
		end, quiet, again float64
		story             []happened
		legs              []part // besides the agent's own
		item              string
		want              judged
	}{
		"hold, a third party that is not reached, back": {item: "C5", want: full, end: 100, story: []happened{
			at(10, "hold"), ask(20, "consult", out), at(30, "third_failed"), at(100, "caller_hangup"),
		}},
		"hold, consult, a talk of three": {item: "C5", want: full, end: 100, story: []happened{
			at(10, "hold"), ask(15, "consult", out), at(20, "third_answered"), at(22, "third_accepted"), at(30, "merge"), at(100, "caller_hangup"),
		}},
		"music while the agent asks, without hold": {item: "C5", want: none, end: 100, story: []happened{
			ask(10, "consult", out), at(20, "third_answered"), at(22, "third_accepted"), at(75, "cancel"), at(100, "caller_hangup"),
		}},
		"back with the caller in between": {item: "C5", want: full, end: 100, story: []happened{
			ask(10, "consult", out), at(12, "third_answered"), at(15, "third_accepted"), at(40, "swap"), at(50, "swap"), at(75, "cancel"), at(100, "caller_hangup"),
		}},
		"muted all through": {item: "C5", want: none, end: 100, story: []happened{
			at(10, "mute"), at(20, "hold"), at(40, "resume"), at(75, "unmute"), at(100, "caller_hangup"),
		}},
		"the caller waits beside a conference": {item: "C5", want: none, end: 110, story: []happened{
			ask(5, "consult", out), at(6, "third_answered"), at(7, "third_accepted"), at(10, "merge"),
			{at: 20, kind: wire.DoLegHold, leg: "caller"}, {at: 85, kind: wire.DoLegResume, leg: "caller"}, at(110, "caller_hangup"),
		}},
		"a pause that may have been announced": {item: "C5", want: person, end: 130, quiet: 15, again: 105, story: []happened{at(130, "caller_hangup")}},
		"and is no dead air for sure":          {item: "B6", want: judged{points: 4}, end: 130, quiet: 15, again: 105, story: []happened{at(130, "caller_hangup")}},
		"a password is not recorded": {item: "B6", want: full, end: 100, quiet: 20, again: 70, story: []happened{
			at(20, "pause_recording"), at(70, "continue_recording"), at(100, "caller_hangup"),
		}},
		"a seat that came back": {item: "A1b", want: judged{points: 3, sure: true}, end: 100, story: []happened{
			at(20, "seat_lost"), at(30, "seat_back"), at(100, "caller_hangup"),
		}},
		"and its silence is our fault": {item: "B6", want: full, end: 100, quiet: 16, again: 46, story: []happened{
			at(20, "seat_lost"), at(46, "seat_back"), at(100, "caller_hangup"),
		}},
		"a seat that was lost when the caller gave up": {item: "A1b", want: judged{exclude: true, sure: true}, end: 50, story: []happened{at(20, "seat_lost"), at(50, "caller_hangup")}},
		"a transfer that came back": {item: "A1b", want: judged{sure: true}, end: 100, story: []happened{
			ask(20, "blind_transfer", out), at(30, "third_failed"), at(100, "release"),
		}},
		"a transfer that was taken": {item: "A1b", want: judged{exclude: true, sure: true}, end: 200, quiet: 42, again: 200, story: []happened{
			ask(30, "blind_transfer", out), at(35, "third_answered"), at(40, "third_accepted"), at(200, "caller_hangup"),
		}},
		"what comes after it is not the agent's": {item: "C5", want: full, end: 200, quiet: 42, again: 200, story: []happened{
			ask(30, "blind_transfer", out), at(35, "third_answered"), at(40, "third_accepted"), at(200, "caller_hangup"),
		}},
		"an abusive caller": {item: "A1b", want: judged{exclude: true}, end: 50, story: []happened{at(50, "dismiss")}},
		"another agent before": {item: "C5", want: full, end: 200, legs: []part{{"8001", "agent", -bridgedAfter, 112}}, story: []happened{
			at(10, "hold"), at(90, "resume"), ask(100, "consult", fsm.PartySeat), at(105, "third_accepted"), at(112, "hand_over"), at(115, "announced"), at(200, "caller_hangup"),
		}},
		"another agent beside": {item: "C5", want: judged{points: 5}, end: 60, legs: []part{{"8001", "target", 12, 50}}, story: []happened{
			ask(10, "consult", fsm.PartySeat), at(12, "third_accepted"), at(20, "merge"), ask(50, "member_gone", fsm.PartySeat), at(60, "caller_hangup"),
		}},
		"a question to another agent": {item: "C5", want: full, end: 60, legs: []part{{"8001", "target", 12, 20.2}}, story: []happened{
			ask(10, "consult", fsm.PartySeat), at(12, "third_accepted"), at(20, "third_hangup"), at(60, "caller_hangup"),
		}},
		"a lead who listens": {item: "A1b", want: judged{points: 3, sure: true}, end: 60, legs: []part{{"8001", "monitor", 12, 50}}, story: []happened{at(60, "caller_hangup")}},
		"the same agent twice": {item: "C5", want: judged{points: 5}, end: 60, legs: []part{{"8002", "agent", -bridgedAfter, 20}}, story: []happened{
			at(20, "to_queue"), at(21, "offer"), at(22, "offer_drawn"), at(25, "answer"), at(28, "announced"), at(60, "caller_hangup"),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			if c.again == 0 {
				c.quiet, c.again = c.end, c.end
			}
			d.lived("8002", c.story, append(c.legs, part{"8002", "agent", own(c.story), c.end}))
			gap := 5.0
			if c.item == "B6" && c.want.points == 5 { // speech without a pause of five seconds
				gap = 3
			}
			if got := d.judged(c.item, turns(c.end, c.quiet, c.again, gap)); got != c.want {
				t.Errorf("%s: %+v, want %+v", c.item, got, c.want)
			}
		})
	}
}

// own is where the agent of the sheet came into the call: where its number was announced last, a little before.
func own(story []happened) float64 {
	from := -bridgedAfter
	for _, h := range story {
		if h.kind == fsm.EventAnnounced {
			from = h.at - bridgedAfter
		}
	}
	return from
}

// TestStepsAgain: though the log does not say of which kind a third party was, it is known after any walk through the machine
// whether the caller hears somebody.
func TestStepsAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		state := fsm.State{Phase: fsm.StateTalking}
		told := []fsm.State{state}
		for range 60 {
			e := fsm.Event{Kind: rapid.SampledFrom(fsm.Allowed(state)).Draw(t, "event"), Party: rapid.SampledFrom([]fsm.Party{fsm.PartySeat, fsm.PartyOutside}).Draw(t, "party")}
			next, _, err := fsm.Step(state, e)
			if err != nil || !next.Phase.SeatBound() && next.Phase != fsm.StateOutside {
				continue
			}
			state, told = next, stepped(told, e.Kind, next.Phase)
			if again := told[0]; again.Phase != state.Phase || behind(again) != behind(state) || state.Phase.SeatBound() && alone(again) != alone(state) || again.Paused != state.Paused {
				t.Fatalf("after %v: %+v, told by the log %+v", e, state, told)
			}
		}
	})
}

// TestWithoutALog: of a call whose log does not say who spoke when the machine is sure of nothing, and says why.
func TestWithoutALog(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	w, err := d.Score(t.Context(), "1007", Score{ID: d.drawn(1)[0].ID, Accept: true})
	d.must(err)
	for _, it := range w.Items {
		if it.Points >= 0 || it.ID == "C5" && !strings.Contains(it.Why, "请听") {
			t.Errorf("%+v", it)
		}
	}
}

// TestWhoTookPart: nobody judges a call that they were in, whoever answered for it in the end; who only listened in may.
func TestWhoTookPart(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	*d.tapes = *chat(t, 60, 60, 60)
	asked := []happened{ask(10, "consult", fsm.PartySeat), at(12, "third_accepted"), at(20, "third_hangup"), at(60, "caller_hangup")}
	r := d.lived("8002", asked, []part{{"1008", "target", 12, 20}, {"1009", "monitor", 5, 15}, {"8002", "agent", -bridgedAfter, 60}})
	_, err := d.Score(t.Context(), "1008", Score{ID: r.ID, Items: full(nil)})
	d.refused(err)
	if w, err := d.Show(t.Context(), r.ID, "1008"); err != nil || proposes(w) {
		t.Errorf("1008 is shown %+v %v", w, err)
	}
	_, err = d.Draw(t.Context(), "1008", Drawing{From: "2026-10-02", To: "2026-10-02", Each: 1})
	d.refused(err)
	rows, err := d.Calibrate(t.Context(), Calibration{Calls: []string{"lived"}, Scorers: []string{"1008", "1009"}, Expert: "1007"})
	if d.must(err); len(rows) != 2 || rows[0].Scorer != "1007" || rows[1].Scorer != "1009" {
		t.Errorf("calibrate %+v", rows)
	}
	_, err = d.Score(t.Context(), "1007", Score{ID: r.ID, Items: full(nil), Submit: true})
	d.must(err)
	d.must(d.Object(t.Context(), "8002", r.ID, "不服"))
	_, err = d.Score(t.Context(), "1009", Score{ID: r.ID, Items: full(nil), Submit: true})
	d.must(err)
	d.refused(d.Settle(t.Context(), "1008", Settling{ID: r.ID}))
	d.must(d.Settle(t.Context(), "1010", Settling{ID: r.ID}))
}
