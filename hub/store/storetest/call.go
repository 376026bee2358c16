package storetest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
)

func testCalls(t *testing.T, s *store.Store) {
	ctx := t.Context()
	k := NewCall(0)
	k.Caller = Phone(t, "13900000042")
	ok(t, s.Calls.Open(ctx, k))
	want(t, s.Calls.Open(ctx, k), store.ErrDuplicate)
	want(t, s.Calls.Open(ctx, store.Call{ID: "x"}), store.ErrInvalid)

	at := k.Times.Arrive
	k.Agent, k.Subject = "8001", "养老保险"
	k.Disclaimer = store.Disclaimer{Version: "2026-1", End: at.Add(4 * time.Second)}
	k.Times.Queue, k.Times.Offer = at.Add(5*time.Second), at.Add(6*time.Second)
	k.Times.Answer, k.Times.Bridge = at.Add(8*time.Second), at.Add(10*time.Second)
	k.Quality = store.Quality{
		Packets: 900, Lost: 2, JitterMS: 1.5, MOS: 4.1, DepthMS: 20, Codecs: []string{"PCMA", "Opus"},
		Points: []store.LinePoint{{Second: 5, MOS10: 43, RTTMS: 12, DepthMS: 20}, {Second: 10, MOS10: 41, Loss: 20, Concealed: 11, Codec: 1}},
		Up:     &store.Quality{Packets: 900, Lost: 90, MOS: 3.2, Codecs: []string{"PCMA"}, Points: []store.LinePoint{{Second: 5, MOS10: 32, Loss: 100}}},
	}
	k.Outcome = store.Outcome{Disposition: store.DispositionHuman, ReleaseBy: "caller", ReleaseCause: "bye", Rating: store.RatingGood}
	saved := get(s.Calls.Save(ctx, k))(t)
	k.Version = 2
	if !reflect.DeepEqual(saved, k) {
		t.Fatalf("saved %+v, want %+v", saved, k)
	}
	got := get(s.Calls.Get(ctx, k.ID))(t)
	if !reflect.DeepEqual(got, k) {
		t.Fatalf("got %+v, want %+v", got, k)
	}
	if plain, err := keys.Open(seal.KindPhone, got.Caller); err != nil || plain != "13900000042" {
		t.Errorf("the caller's number does not open: %v", err)
	}
	_, err := s.Calls.Get(ctx, "none")
	want(t, err, store.ErrNotFound)
	ghost := NewCall(1)
	_, err = s.Calls.Save(ctx, ghost)
	want(t, err, store.ErrNotFound)
}

func testCallClosedOnce(t *testing.T, s *store.Store) {
	ctx := t.Context()
	k := NewCall(0)
	ok(t, s.Calls.Open(ctx, k))
	k.Times.Closed = Day.Add(time.Minute)
	_, err := s.Calls.Save(ctx, k)
	want(t, err, store.ErrInvalid) // without a class it could not be counted
	k.Outcome.Disposition = store.DispositionAbandoned
	_, err = s.Calls.Save(ctx, k)
	want(t, err, store.ErrInvalid) // abandoned where?
	k.Outcome.Place = "queue"
	closed := get(s.Calls.Save(ctx, k))(t)
	_, err = s.Calls.Save(ctx, closed)
	want(t, err, store.ErrClosed)
	want(t, s.Timeline.Append(ctx, event(k, 1, "late")), store.ErrClosed)
	want(t, s.Legs.Add(ctx, leg(k, "caller")), store.ErrClosed)
}

func event(k store.Call, seq int64, kind string) store.Event {
	return store.Event{
		CallID: k.ID, Seq: seq, District: k.District, Kind: kind,
		At: k.Times.Arrive.Add(time.Duration(seq) * time.Second),
	}
}

func leg(k store.Call, role string) store.Leg {
	return store.Leg{ID: store.NewID(k.Times.Arrive), CallID: k.ID, District: k.District, Role: role, From: k.Times.Arrive}
}

func testCallList(t *testing.T, s *store.Store) {
	ctx := t.Context()
	for i := range 12 {
		k := NewCall(i)
		k.District = []string{"130100", "130200", "130300"}[i%3]
		k.Agent = fmt.Sprint(8001 + i%2)
		k.Caller = Phone(t, fmt.Sprintf("1390000%04d", i%4))
		k.Origin.Region = k.District
		if i == 5 {
			k.Direction = store.Outbound
		}
		ok(t, s.Calls.Open(ctx, k))
		if i > 3 {
			k.Times.Closed, k.Outcome = Day.Add(time.Hour), store.Outcome{Disposition: store.DispositionAuto}
			get(s.Calls.Save(ctx, k))(t)
		}
	}
	for name, c := range map[string]struct {
		f    store.CallFilter
		want int
	}{
		"all":         {store.CallFilter{}, 12},
		"district":    {store.CallFilter{Districts: []string{"130100"}}, 4},
		"districts":   {store.CallFilter{Districts: []string{"130100", "130200", "130100"}}, 8},
		"agent":       {store.CallFilter{Agent: "8002"}, 6},
		"region":      {store.CallFilter{Region: "130300"}, 4},
		"open":        {store.CallFilter{Open: true}, 4},
		"disposition": {store.CallFilter{Disposition: store.DispositionAuto}, 8},
		"direction":   {store.CallFilter{Direction: store.Outbound}, 1},
		"number":      {store.CallFilter{CallerHash: keys.Hash(seal.KindPhone, "139 0000 0003")}, 3},
		"last four":   {store.CallFilter{CallerTail: keys.TailHash(seal.KindPhone, "0002")}, 3},
		"span":        {store.CallFilter{Span: store.Span{From: Day.Add(2 * time.Second), To: Day.Add(5 * time.Second)}}, 3},
		"both":        {store.CallFilter{Agent: "8001", Districts: []string{"130100"}}, 2},
		"none":        {store.CallFilter{Subject: "工伤保险"}, 0},
	} {
		rows, next, err := s.Calls.List(ctx, c.f)
		ok(t, err)
		if len(rows) != c.want || next != "" {
			t.Errorf("%s: %d rows, next %q, want %d", name, len(rows), next, c.want)
		}
	}
}

func testCallPages(t *testing.T, s *store.Store) {
	ctx := t.Context()
	const total = 60
	for i := range total {
		k := NewCall(i / 4) // several at the same moment
		k.District = []string{"130100", "130200", "130300"}[i%3]
		ok(t, s.Calls.Open(ctx, k))
	}
	for _, districts := range [][]string{nil, {"130100", "130200", "130300"}, {"130200"}} {
		f := store.CallFilter{Districts: districts, Page: store.Page{Limit: 7}}
		seen := map[string]bool{}
		last := Day.Add(time.Hour)
		for {
			rows, next, err := s.Calls.List(ctx, f)
			ok(t, err)
			for _, k := range rows {
				if seen[k.ID] || k.Times.Arrive.After(last) {
					t.Fatalf("%v: call %s twice or out of order", districts, k.ID)
				}
				seen[k.ID], last = true, k.Times.Arrive
			}
			if f.After = next; next == "" {
				break
			}
		}
		wanted := total
		if len(districts) == 1 {
			wanted = total / 3
		}
		if len(seen) != wanted {
			t.Errorf("%v: pages gave %d calls, want %d", districts, len(seen), wanted)
		}
	}
}

//nolint:cyclop // a suite that is no _test file: one call after the other, each with its own check
func testOrphans(t *testing.T, s *store.Store) {
	ctx := t.Context()
	menu, talk, done, service := NewCall(0), NewCall(1), NewCall(2), NewCall(3)
	talk.Times.Bridge = talk.Times.Arrive.Add(20 * time.Second)
	service.Outcome.Disposition = store.DispositionAuto
	for _, k := range []store.Call{menu, talk, done, service} {
		ok(t, s.Calls.Open(ctx, k))
	}
	ok(t, s.Timeline.Append(ctx, event(talk, 1, "arrive"), event(talk, 40, "hold")))
	ok(t, s.Legs.Add(ctx, leg(talk, "caller")))
	quiet := NewCall(4) // nothing was noted after the bridge, but the recording went on
	quiet.Times.Bridge = quiet.Times.Arrive.Add(20 * time.Second)
	quiet.Outcome = store.Outcome{Disposition: store.DispositionAbandoned, Place: "ringing"}
	ok(t, s.Calls.Open(ctx, quiet))
	tape := store.Recording{
		ID: store.NewID(Day), CallID: quiet.ID, District: quiet.District, Path: "2026-03-02/q.zxr", Start: quiet.Times.Bridge, KeyID: "k1", Version: 1,
		End: quiet.Times.Bridge.Add(30 * time.Second), Samples: 240_000,
	}
	ok(t, s.Recordings.Start(ctx, tape))
	done.Times.Closed, done.Outcome = Day.Add(time.Minute), store.Outcome{Disposition: store.DispositionHuman}
	get(s.Calls.Save(ctx, done))(t)

	now := Day.Add(time.Hour)
	if ids := get(s.Calls.CloseOrphans(ctx, now, "hub_restart"))(t); len(ids) != 4 {
		t.Fatalf("closed %v", ids)
	}
	if ids := get(s.Calls.CloseOrphans(ctx, now, "hub_restart"))(t); len(ids) != 0 {
		t.Fatalf("closed again %v", ids)
	}
	k := get(s.Calls.Get(ctx, talk.ID))(t)
	if k.Outcome.Disposition != store.DispositionHuman || k.Outcome.ReleaseCause != "hub_restart" ||
		!k.Times.Release.Equal(talk.Times.Arrive.Add(40*time.Second)) || !k.Times.Closed.Equal(now) {
		t.Errorf("the bridged call: %+v", k)
	}
	events := get(s.Timeline.List(ctx, talk.ID))(t)
	if n := len(events); n != 3 || events[n-1].Kind != "call.orphaned" || events[n-1].Seq != 41 {
		t.Errorf("its timeline: %+v", events)
	}
	if l := get(s.Legs.List(ctx, talk.ID))(t); l[0].To.IsZero() {
		t.Error("its leg is still open")
	}
	k = get(s.Calls.Get(ctx, quiet.ID))(t)
	if k.Outcome.Disposition != store.DispositionHuman || k.Outcome.Place != "" || !k.Times.Release.Equal(tape.End) {
		t.Errorf("the call that was talking: %+v", k)
	}
	k = get(s.Calls.Get(ctx, menu.ID))(t)
	if k.Outcome.Disposition != store.DispositionAbandoned || k.Outcome.Place != store.PlaceFault {
		t.Errorf("the call in the menu: %+v", k.Outcome)
	}
	k = get(s.Calls.Get(ctx, service.ID))(t)
	if k.Outcome.Disposition != store.DispositionAuto {
		t.Errorf("the call with a service done: %+v", k.Outcome)
	}
}

func testTimeline(t *testing.T, s *store.Store) {
	ctx := t.Context()
	k := NewCall(0)
	ok(t, s.Calls.Open(ctx, k))
	first := event(k, 1, "arrive")
	first.Data = json.RawMessage(`{"trunk":"gw1"}`)
	ok(t, s.Timeline.Append(ctx, first, event(k, 2, "disclaimer.end")))
	got := get(s.Timeline.List(ctx, k.ID))(t)
	if !reflect.DeepEqual(got, []store.Event{first, event(k, 2, "disclaimer.end")}) {
		t.Fatalf("got %+v", got)
	}
	// A sequence that is taken spoils the whole append, not half of it.
	want(t, s.Timeline.Append(ctx, event(k, 3, "queue"), event(k, 2, "queue")), store.ErrDuplicate)
	if got := get(s.Timeline.List(ctx, k.ID))(t); len(got) != 2 {
		t.Fatalf("half an append was kept: %+v", got)
	}
	want(t, s.Timeline.Append(ctx, event(NewCall(9), 1, "arrive")), store.ErrNotFound)
	want(t, s.Timeline.Append(ctx, store.Event{CallID: k.ID, Seq: 3}), store.ErrInvalid)
	bad := event(k, 3, "queue")
	bad.Data = json.RawMessage(`{"half":`)
	want(t, s.Timeline.Append(ctx, bad), store.ErrInvalid)
	ok(t, s.Timeline.Append(ctx))
}

func testLegs(t *testing.T, s *store.Store) {
	ctx := t.Context()
	k := NewCall(0)
	ok(t, s.Calls.Open(ctx, k))
	l := leg(k, "caller")
	l.Party = Phone(t, "13900000042")
	ok(t, s.Legs.Add(ctx, l))
	want(t, s.Legs.Add(ctx, l), store.ErrDuplicate)
	ok(t, s.Legs.End(ctx, l.ID, Day.Add(time.Minute), "hung_up"))
	want(t, s.Legs.End(ctx, l.ID, Day.Add(time.Hour), "again"), store.ErrClosed)
	want(t, s.Legs.End(ctx, "none", Day, ""), store.ErrNotFound)
	l.To, l.Outcome = Day.Add(time.Minute), "hung_up"
	if got := get(s.Legs.List(ctx, k.ID))(t); !reflect.DeepEqual(got, []store.Leg{l}) {
		t.Fatalf("got %+v", got)
	}
}

func testLegsDialled(t *testing.T, s *store.Store) {
	ctx := t.Context()
	var ids []string
	for i, phone := range []string{"13900000042", "13900000043", "13900000042", "13900000042"} {
		k := NewCall(i)
		k.Caller = Phone(t, "13900000042") // who phoned, and a leg of who answered, are nobody rung in
		ok(t, s.Calls.Open(ctx, k))
		for _, role := range []string{store.RoleDialled, "caller", "target"} {
			l := leg(k, role)
			l.Party = Phone(t, phone)
			if l.To = l.From; role == store.RoleDialled {
				ids = append(ids, l.ID)
			}
			ok(t, s.Legs.Add(ctx, l))
		}
	}
	hash := keys.Hash(seal.KindPhone, "139 0000 0042")
	for since, want := range map[time.Duration][]string{-time.Hour: {ids[0], ids[2], ids[3]}, time.Second: {ids[2], ids[3]}, time.Hour: nil} {
		got := get(s.Legs.Dialled(ctx, hash, Day.Add(since)))(t)
		if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
			t.Errorf("since %s: %v, want %v", since, got, want)
		}
	}
	if got := get(s.Legs.Dialled(ctx, nil, Day))(t); len(got) != 0 {
		t.Errorf("a number that is not known was dialled: %v", got)
	}
}
