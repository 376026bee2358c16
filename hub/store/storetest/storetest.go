// Package storetest is the contract of package store as a test suite. Every
// driver passes the same one; what it does not ask for is not promised.
package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
)

// Opener opens one place again and again: what was written must still be there.
type Opener func() (*store.Store, error)

// Run runs the suite. fresh gives an empty place for one test.
func Run(t *testing.T, fresh func(t *testing.T) Opener) {
	for name, test := range map[string]func(*testing.T, *store.Store){
		"agents":           testAgents,
		"login":            testLogin,
		"agent pages":      testAgentPages,
		"states":           testStates,
		"calls":            testCalls,
		"call closed once": testCallClosedOnce,
		"call list":        testCallList,
		"call pages":       testCallPages,
		"orphans":          testOrphans,
		"timeline":         testTimeline,
		"legs":             testLegs,
		"legs dialled":     testLegsDialled,
		"records":          testRecords,
		"record history":   testRecordHistory,
		"record numbers":   testRecordNumbers,
		"record list":      testRecordList,
		"record model":     testRecordModel,
		"record dues":      testRecordDues,
		"commands":         testCommands,
		"command model":    testCommandModel,
		"commands at once": testCommandsAtOnce,
		"voicemails":       testVoicemails,
		"recordings":       testRecordings,
		"audit":            testAudit,
		"settings":         testSettings,
		"exams":            testExams,
		"sums":             testSums,
		"record sums":      testRecordSums,
		"texts by week":    testWeeks,
		"first contacts":   testFirst,
		"changed contacts": testFirstChanged,
		"find":             testFind,
		"posts":            testPosts,
		"marks":            testMarks,
		"find pages":       testFindPages,
		"find far back":    testFindFarBack,
		"kb entries":       testKBEntries,
		"kb notes":         testKBNotes,
		"sheets":           testSheets,
		"transaction":      testTransaction,
		"cursor":           testBadCursor,
		"conflict":         testConflictAtOnce,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, mustOpen(t, fresh(t)))
		})
	}
	t.Run("reopen", func(t *testing.T) { testReopen(t, fresh(t)) })
	t.Run("in use", func(t *testing.T) { testInUse(t, fresh(t)) })
}

func mustOpen(t *testing.T, open Opener) *store.Store {
	t.Helper()
	s, err := open()
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// Day is the day on which the fixtures happen.
var Day = time.Date(2026, 3, 2, 1, 0, 0, 123456000, time.UTC)

var keys = seal.New()

// Phone seals a number with the suite's own keys.
func Phone(t testing.TB, number string) seal.Value {
	t.Helper()
	v, err := keys.Phone(number)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// NewCall is a call that has just come in.
func NewCall(n int) store.Call {
	at := Day.Add(time.Duration(n) * time.Second)
	return store.Call{
		ID: store.NewID(at), Direction: store.Inbound, District: "130100", Trunk: "gw1",
		Origin: store.Origin{Prefix: "0311", City: "石家庄", Region: "130100", RegionHow: "number"},
		Times:  store.CallTimes{Arrive: at}, Version: 1,
	}
}

// NewRecord is a record as a seat hands it in.
func NewRecord(n int) store.Record {
	at := Day.Add(time.Duration(n) * time.Second)
	return store.Record{
		ID: store.NewID(at), No: fmt.Sprintf("0302-8001-%d", n), Year: 2026, District: "130100", Agent: "8001",
		RecordTopic: store.RecordTopic{Kind: "consult", Subject: "养老保险", Region: "130100", Channel: "call"},
		Body: store.RecordBody{Summary: "问缴费年限", Answer: "已按口径答复",
			Articles: []store.ArticleRef{{ID: "pension-years", Version: "3"}}},
		Status: store.RecordStatus{State: "open", Urgency: "normal"}, Created: at, Updated: at,
	}
}

// By is a change to a record.
func By(n int, action string) store.Change {
	return store.Change{At: Day.Add(time.Duration(n) * time.Second), By: "8001", Action: action}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Fatalf("got error %v, want %v", err, target)
	}
}

func get[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// Fill writes a row into every table that is evidence.
func Fill(t *testing.T, s *store.Store) {
	t.Helper()
	ctx := t.Context()
	k := NewCall(0)
	ok(t, s.Calls.Open(ctx, k))
	ok(t, s.Timeline.Append(ctx, event(k, 1, "arrive")))
	ok(t, s.States.Append(ctx, store.State{ID: store.NewID(Day), Agent: "8001", District: "130100", State: "ready", From: Day}))
	get(s.Records.Create(ctx, NewRecord(1), By(1, "create")))(t)
	_, err := s.Audit.Append(ctx, store.AuditRow{At: Day, Who: "8001", Action: "unmask"}, func(store.AuditRow) []byte { return []byte{1} })
	ok(t, err)
}

// Tampering is what the database must refuse of its own, after Fill.
var Tampering = []string{
	"UPDATE audit SET reason = 'x'", "DELETE FROM audit",
	"UPDATE call_events SET kind = 'x'", "DELETE FROM call_events",
	"UPDATE record_history SET reason = 'x'", "DELETE FROM record_history",
	"DELETE FROM records", "DELETE FROM calls", "DELETE FROM agent_states",
}
