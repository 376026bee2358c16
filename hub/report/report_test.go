package report

import (
	"errors"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/sqlite"
	"zuoxi/rules/call"
	rules "zuoxi/rules/report"
)

var zone = time.FixedZone("CST", 8*3600)

// office is an office over a store with a month of two agents.
func office(t *testing.T, now *time.Time) *Office {
	t.Helper()
	db, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, no := range []string{"8001", "8001", "8002"} {
		at := time.Date(2026, 10, 5+i, 9, 30, 0, 0, zone).UTC()
		k := store.Call{ID: store.NewID(at), Direction: store.Inbound, District: "320102", Agent: no, Subject: "养老保险", Origin: store.Origin{Region: "南京"}, Times: store.CallTimes{Arrive: at}, Version: 1}
		must(db.Calls.Open(t.Context(), k))
		k.Outcome = store.Outcome{Disposition: store.DispositionHuman, Rating: store.RatingGood}
		k.Times.Queue, k.Times.Answer, k.Times.Bridge = at, at.Add(10*time.Second), at.Add(12*time.Second)
		k.Times.Release, k.Times.WrapEnd, k.Times.Closed = at.Add(3*time.Minute), at.Add(4*time.Minute), at.Add(4*time.Minute)
		_, err := db.Calls.Save(t.Context(), k)
		must(err)
		must(db.States.Append(t.Context(), store.State{ID: store.NewID(at), Agent: no, District: "320102", State: "ready", From: at.Add(-time.Hour)}))
		must(db.States.Append(t.Context(), store.State{ID: store.NewID(at.Add(1)), Agent: no, District: "320102", State: "signed_out", From: at.Add(time.Hour)}))
	}
	return New(Config{DB: db, Zone: zone, Now: func() time.Time { return *now }})
}

// TestEveryReport: each report comes out of the same log, and none contradicts it.
func TestEveryReport(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 3, 12, 0, 0, 0, zone)
	o := office(t, &now)
	for name := range reports {
		if name == "exams" {
			continue // the examination office is tested with its own data
		}
		got, err := o.Make(t.Context(), Ask{Name: name, From: "2026-10-01", To: "2026-10-31"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, c := range got.Checks {
			if !c.OK() {
				t.Errorf("%s: %s", name, c.Line())
			}
		}
		for _, r := range got.Rows {
			if len(r.Cells) != len(got.Columns) {
				t.Errorf("%s: a row of %d cells under %d columns", name, len(r.Cells), len(got.Columns))
			}
		}
	}
	for by, want := range map[string]string{"city": "南京", "district": "320102", "province": "江苏", "hour": "09时", "day": "2026-10-05", "month": "2026-10", "quarter": "2026年第4季度", "agent": "8001", "subject": "养老保险", "number": "未知"} {
		got, err := o.Make(t.Context(), Ask{Name: "wait", By: by, From: "2026-10-01", To: "2026-10-31"})
		if err != nil || got.Rows[0].Cells[0].Text != want {
			t.Errorf("by %s: %+v %v", by, got.Rows, err)
		}
	}
	other, err := o.Make(t.Context(), Ask{Name: "calls", From: "2026-10-01", To: "2026-10-31", District: "330000"})
	if err != nil || len(other.Rows) != 1 || other.Rows[0].Cells[1].Num != 0 {
		t.Errorf("another district sees %+v %v", other.Rows, err)
	}
	var no *Refusal
	for _, a := range []Ask{{Name: "none"}, {Name: "calls", By: "none"}, {Name: "calls", From: "2026-13-01"}, {Name: "calls", From: "2026-10-02", To: "2026-10-01"}, {Name: "awards", From: "2026-10-02"}, {Name: "exams"}} {
		if _, err := o.Make(t.Context(), a); !errors.As(err, &no) || strings.Count(no.Text, " · ") != 2 {
			t.Errorf("%+v: %v", a, err)
		}
	}
}

// TestMissesAndAbuse: searches that led nowhere stand in the table of knowledge, calls ended for abuse in the month sheet and
// among the awards.
func TestMissesAndAbuse(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 3, 12, 0, 0, 0, zone)
	o := office(t, &now)
	at := time.Date(2026, 10, 6, 9, 0, 0, 0, zone).UTC()
	for i, kind := range []string{store.KBNoteMiss, store.KBNoteOpened, store.KBNoteMiss} {
		made := at.Add(time.Duration(i) * time.Hour)
		if err := o.DB.KBNotes.Add(t.Context(), store.KBNote{ID: store.NewID(made), Kind: kind, State: "open", District: "320102", Agent: "8001", Words: "扣卡", Created: made, Updated: made}); err != nil {
			t.Fatal(err)
		}
	}
	k := store.Call{ID: store.NewID(at), Direction: store.Inbound, District: "320102", Agent: "8002", Times: store.CallTimes{Arrive: at}, Version: 1}
	if err := o.DB.Calls.Open(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	k.Outcome, k.Times.Closed = store.Outcome{Disposition: store.DispositionHuman, ReleaseCause: string(call.CauseDismissed)}, at.Add(time.Minute)
	if _, err := o.DB.Calls.Save(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	lines := func(name string) (out string) {
		t.Helper()
		got, err := o.Make(t.Context(), Ask{Name: name, From: "2026-10-01", To: "2026-10-31"})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range got.Rows {
			out += strings.Join(got.Printed(r), " ") + "\n"
		}
		return out + strings.Join(got.Notes, "\n")
	}
	if got := lines("kb"); !strings.Contains(got, "占搜索 2 66.7\n") || !strings.Contains(got, "扣卡 2 次") {
		t.Error(got)
	}
	if got := lines("agents"); !strings.Contains(got, " 1 缺") || strings.Count(got, " 0 缺") != 1 {
		t.Error(got)
	}
	if got := lines("awards"); !strings.Contains(got, "委屈奖 8002") {
		t.Error(got)
	}
}

// TestMonthSheet: points are entered, the sheet is published once and stays, an agent appeals in time and gets an answer.
func TestMonthSheet(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 1, 8, 0, 0, 0, zone)
	o := office(t, &now)
	const district = "320102"
	score := func() string {
		t.Helper()
		got, err := o.Make(t.Context(), Ask{Name: "agents", From: "2026-10-01", To: "2026-10-31", District: district, Agent: "8001"})
		if err != nil || len(got.Rows) != 1 {
			t.Fatalf("%+v %v", got.Rows, err)
		}
		return strings.Join(got.Printed(got.Rows[0]), " ") + strings.Join(got.Notes, "")
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	refused := func(err error) {
		t.Helper()
		var no *Refusal
		if !errors.As(err, &no) {
			t.Fatalf("not refused: %v", err)
		}
	}
	month := Sheet{Month: "2026-10", District: district, Agent: "8001", By: "9001", Knowledge: 80, Discipline: 90}
	refused(o.Object(t.Context(), Sheet{Month: "2026-10", District: district, By: "8001", Text: "话务量少算了"}))
	must(o.Give(t.Context(), month))
	refused(o.Give(t.Context(), Sheet{Month: "2026-10", District: district, Agent: "8001", Discipline: 101}))
	must(o.SetWeights(t.Context(), rules.Weights{Quality: 40, Volume: 20, Operation: 15, Knowledge: 10, Discipline: 15}))
	refused(o.SetWeights(t.Context(), rules.Weights{Quality: 40}))
	before := score()
	if !strings.Contains(before, "80 90") || !strings.Contains(before, "通话质量 40") || !strings.Contains(before, "缺1项") {
		t.Errorf("sheet %q", before)
	}
	must(o.Publish(t.Context(), month))
	refused(o.Publish(t.Context(), month))
	refused(o.Give(t.Context(), month))
	must(o.SetWeights(t.Context(), rules.DefaultWeights))
	if after := score(); !strings.HasPrefix(after, before) || !strings.Contains(after, "已由 9001") {
		t.Errorf("a published sheet changed: %q, was %q", after, before)
	}
	must(o.Object(t.Context(), Sheet{Month: "2026-10", District: district, By: "8001", Text: "话务量少算了"}))
	refused(o.Object(t.Context(), Sheet{Month: "2026-10", District: district, By: "8001", Text: "再来一次"}))
	must(o.Answer(t.Context(), Sheet{Month: "2026-10", District: district, Agent: "8001", By: "9001", Text: "已核对，无误"}))
	if got := score(); !strings.Contains(got, "话务量少算了 → 答复：已核对，无误") {
		t.Error(got)
	}
	now = now.AddDate(0, 0, 14)
	refused(o.Object(t.Context(), Sheet{Month: "2026-10", District: district, By: "8002", Text: "晚了"}))
	refused(o.Publish(t.Context(), Sheet{Month: "2026-11", District: district, By: "9001"}))
}
