package wire

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// someDesk is a state in which little is left to chance, so that parts of two
// are often the same.
func someDesk(r *rand.Rand, version uint64) *DeskState {
	at := func() time.Time { return time.Date(2026, 3, 12, 9, r.IntN(2), 0, 0, time.UTC) }
	name := func(of string) string { return fmt.Sprint(of, r.IntN(2)) }
	d := &DeskState{Version: version, Presence: Presence{State: name("p"), Since: at()}}
	if r.IntN(3) > 0 {
		d.Todo = []Todo{{Number: name("n"), Due: at()}}
		d.Voicemails = []Voicemail{{ID: name("v"), At: at()}}
		d.Today = Today{Answered: r.IntN(2), InStateS: map[string]int64{"ready": int64(r.IntN(2))}}
	}
	if r.IntN(4) == 0 {
		d.Draft = &Record{Number: name("n"), Question: name("q")}
		d.Passed = []Passed{{Call: name("c"), Number: name("n")}}
	}
	caller := func() Caller {
		return Caller{
			Masked: name("139****000"), WaitedMS: r.Int64N(3), Earlier: []Contact{{At: at(), Subject: name("s")}}, Tags: []string{name("t")},
		}
	}
	if r.IntN(2) == 0 {
		d.Offer = &Offer{ID: name("o"), CallID: name("c"), Caller: caller()}
	}
	if r.IntN(2) == 0 {
		d.Call = &Call{ID: name("c"), Caller: caller(), Legs: []Leg{{ID: name("l"), Since: at()}}, Allowed: []string{name("a")}}
		for range r.IntN(4) {
			d.Call.Timeline = append(d.Call.Timeline, Timeline{At: at(), Text: name("x")})
		}
	}
	return d
}

// TestFillUndoesThin: a seat that gets a day of thinned states has each of them
// whole; lists that the hub does not know stay as it had them.
func TestFillUndoesThin(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var told *DeskState
	seat := &DeskState{}
	unread := false
	for n := range uint64(5000) {
		d := someDesk(r, n+1)
		if r.IntN(50) == 0 { // a hub that has started anew, and then has read its lists
			told, unread = nil, true
		}
		if r.IntN(3) == 0 {
			unread = false
		}
		if unread {
			d.Kept = Lists()
		}
		data, err := Encode(Message{Body: d.Thin(told)})
		if err != nil {
			t.Fatal(err)
		}
		m, err := Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		want := *d
		if want.Kept = nil; unread {
			want.Voicemails, want.Todo, want.Today = seat.Voicemails, seat.Todo, seat.Today
		}
		got := m.Body.(*DeskState)
		if !got.Fill(seat) || !reflect.DeepEqual(got, &want) {
			t.Fatalf("state %d came as %s\nand is %+v\nnot %+v", n, data, got, want)
		}
		told, seat = d, got
	}
}

// TestThinLeavesOutWhatIsThere: of a state in which a line of the timeline is
// new, that line and the parts that change by the minute remain.
func TestThinLeavesOutWhatIsThere(t *testing.T) {
	was, now := *sample("desk.state").Body.(*DeskState), *sample("desk.state").Body.(*DeskState)
	was.Kept, now.Kept = nil, nil
	for _, d := range []*DeskState{&was, &now} {
		d.Call.Caller.Kept, d.Call.Before, d.Offer.Caller.Kept = false, 0, false
	}
	now.Call.Timeline = append(slices.Clone(now.Call.Timeline), Timeline{Text: "坐席保持"})
	whole := fmt.Sprint(mustJSON(t, &now))
	thin := now.Thin(&was)
	if len(thin.Call.Timeline) != 1 || thin.Call.Before != 1 || !thin.Call.Caller.Kept || !thin.Offer.Caller.Kept || len(thin.Kept) != len(parts) {
		t.Errorf("left: %s", mustJSON(t, thin))
	}
	if whole != mustJSON(t, &now) {
		t.Error("the state itself was thinned")
	}
	if !now.Same(&now) || now.Same(&was) || now.Same(nil) {
		t.Error("what is the same")
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestFillOfAnotherCall: what another call's state said is not taken for this one's.
func TestFillOfAnotherCall(t *testing.T) {
	before := &DeskState{Call: &Call{ID: "c1", Caller: Caller{Masked: "139****0042"}, Course: Course{Timeline: []Timeline{{Text: "来电"}}}}}
	for name, d := range map[string]*DeskState{
		"a call":                 {Call: &Call{ID: "c2", Caller: Caller{Kept: true, WaitedMS: 7}}},
		"an offer":               {Offer: &Offer{CallID: "c2", Caller: Caller{Kept: true, WaitedMS: 7}}},
		"an offer without call":  {Offer: &Offer{Caller: Caller{Kept: true}}},
		"its lines":              {Call: &Call{ID: "c2", Course: Course{Before: 1}}},
		"more lines than there":  {Call: &Call{ID: "c1", Course: Course{Before: 2}}},
		"less lines than none":   {Call: &Call{ID: "c1", Course: Course{Before: -1}}},
		"its parts, with no one": {Kept: []string{PartLegs}},
	} {
		if d.Fill(before) {
			t.Errorf("%s: filled", name)
		}
		if d.Call != nil && (d.Call.Caller.Masked != "" || d.Call.Caller.Kept || len(d.Call.Timeline) > 0) || d.Offer != nil && d.Offer.Caller.Masked != "" {
			t.Errorf("%s: %+v", name, d)
		}
	}
	d := &DeskState{Call: &Call{ID: "c1", Caller: Caller{Kept: true, WaitedMS: 7}, Course: Course{Before: 1}}}
	if !d.Fill(before) || d.Call.Caller.Masked != "139****0042" || d.Call.Caller.WaitedMS != 7 || len(d.Call.Timeline) != 1 {
		t.Errorf("the same call: %+v", d.Call)
	}
}

// FuzzFill: whatever a state says is kept, a seat takes it without harm, and
// has nothing left over to fill.
func FuzzFill(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 8 {
		was, now := someDesk(r, 1), someDesk(r, 2)
		first, _ := json.Marshal(was)
		second, _ := json.Marshal(now.Thin(was))
		f.Add(first, second)
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		var was, now DeskState
		if json.Unmarshal(first, &was) != nil || json.Unmarshal(second, &now) != nil {
			return
		}
		was.Fill(&DeskState{})
		now.Fill(&was)
		again := now
		if !again.Fill(&DeskState{}) || !reflect.DeepEqual(again, now) {
			t.Errorf("left over: %+v", now)
		}
	})
}
