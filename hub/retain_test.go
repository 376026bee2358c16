package hub

import (
	"slices"
	"testing"

	"zuoxi/hub/store"
	"zuoxi/hub/store/sqlite"
	"zuoxi/hub/store/storetest"
	fsm "zuoxi/rules/call"
	"zuoxi/rules/retain"
)

// TestWhatARecordingIsOf: the kinds that retention goes by come from the call's log, its timeline and its records.
func TestWhatARecordingIsOf(t *testing.T) {
	db, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	n := 0
	call := func(change func(k *store.Call)) string {
		n++
		k := storetest.NewCall(n)
		change(&k)
		if err := db.Calls.Open(t.Context(), k); err != nil {
			t.Fatal(err)
		}
		return k.ID
	}
	plain := call(func(*store.Call) {})
	message, disputed := call(func(*store.Call) {}), call(func(*store.Call) {})
	if err := db.Timeline.Append(t.Context(), store.Event{CallID: message, Seq: 1, District: "130100", At: storetest.Day, Kind: "voicemail"}); err != nil {
		t.Fatal(err)
	}
	for i, kind := range []string{"consult", "conduct_complaint"} {
		r := storetest.NewRecord(i)
		r.Kind, r.Calls = kind, []string{disputed}
		if _, err := db.Records.Create(t.Context(), r, storetest.By(i, "create")); err != nil {
			t.Fatal(err)
		}
	}
	of := kindsOf(db)
	for id, want := range map[string][]retain.Kind{
		plain: {retain.Call}, message: {retain.Call, retain.Message}, disputed: {retain.Call, retain.Complaint},
		call(func(k *store.Call) { k.Direction = store.Outbound }):                        {retain.Outbound},
		call(func(k *store.Call) { k.Outcome.ReleaseCause = string(fsm.CauseDismissed) }): {retain.Call, retain.Abuse},
		mysteryCall + "1": {retain.Mystery},
	} {
		if got, err := of(t.Context(), store.Recording{CallID: id}); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s is of %v, want %v, %v", id, got, want, err)
		}
	}
	if _, err := of(t.Context(), store.Recording{CallID: "gone"}); err == nil {
		t.Error("a recording whose call cannot be read is not to be removed")
	}
}
