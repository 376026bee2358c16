package record

import (
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/rules/deadline"
	"zuoxi/wire"
)

var (
	thursday = time.Date(2026, 3, 12, 2, 0, 0, 0, time.UTC)
	wang     = Author{No: "8001", District: "320100"}
	li       = Author{No: "8002", District: "320100"}
)

func open(t *testing.T) (*Service, *store.Store, *seal.Keys) {
	t.Helper()
	db, keys := newMemory(), seal.New()
	return New(db, keys, deadline.Builtin(), func() time.Time { return thursday }), db, keys
}

func nobody(string) (Evidence, error) { return Evidence{Present: true}, nil }

func consult() wire.Record {
	return wire.Record{
		Number: "0312-8001-1", Kind: "consult", Subject: "养老保险", Region: "320100", Question: "养老金何时到账", Answer: "每月十五日前", Name: "张某某",
		Callback: "13900000042", Handling: wire.Handling{How: "on_spot"}, CallIDs: []string{"c1"},
		Articles: []wire.Article{{ID: "k-1", Version: "3"}},
	}
}

func save(t *testing.T, s *Service, by Author, id string, m wire.Record) wire.RecordSaved {
	t.Helper()
	out, err := s.Save(t.Context(), by, id, m, nobody)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSavedOnceAndSealed(t *testing.T) {
	s, db, keys := open(t)
	for range 3 { // the seat did not hear the answer
		if out := save(t, s, wang, "cmd-1", consult()); out.Code != wire.CodeOK || out.Version != 1 {
			t.Fatalf("saved %+v", out)
		}
	}
	rows, _, err := db.Records.List(t.Context(), store.RecordFilter{})
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d records, %v", len(rows), err)
	}
	r := rows[0]
	if strings.Contains(string(r.Body.Fields), "13900000042") || r.Party.Phone.Masked != "139****0042" || r.Status.State != "answered" {
		t.Errorf("record %+v", r)
	}
	if n, err := keys.Open(seal.KindPhone, r.Party.Phone); n != "13900000042" {
		t.Errorf("opened %q, %v", n, err)
	}
	v, err := s.Get(t.Context(), "0312-8001-1")
	if err != nil || v.Callback != "139****0042" || v.Name == "张某某" || v.Question != "养老金何时到账" || len(v.Articles) != 1 {
		t.Errorf("view %+v, %v", v, err)
	}
}

// TestMaskedNumberIsTheCallers: the seat never had the plain one.
func TestMaskedNumberIsTheCallers(t *testing.T) {
	s, db, keys := open(t)
	own, err := keys.Phone("13900000042")
	if err != nil {
		t.Fatal(err)
	}
	m := consult()
	m.Callback = "139****0042"
	if _, err := s.Save(t.Context(), wang, "cmd", m, func(id string) (Evidence, error) {
		return Evidence{Present: id == "c1", Caller: own}, nil
	}); err != nil {
		t.Fatal(err)
	}
	rows, _, _ := db.Records.List(t.Context(), store.RecordFilter{PhoneHash: keys.Hash(seal.KindPhone, "13900000042")})
	if len(rows) != 1 {
		t.Error("the record is not found by the caller's number")
	}
}

func TestChangedMeanwhile(t *testing.T) {
	s, _, _ := open(t)
	save(t, s, wang, "a", consult())
	m := consult()
	m.Version, m.Answer = 1, "改正后的答复"
	if out := save(t, s, wang, "b", m); out.Code != wire.CodeOK || out.Version != 2 {
		t.Fatalf("saved %+v", out)
	}
	m.Answer = "另一处的答复"
	out := save(t, s, li, "c", m)
	if out.Code != wire.CodeConflict || out.Theirs == nil || out.Theirs.Answer != "改正后的答复" {
		t.Errorf("saved %+v", out)
	}
	m = consult() // the same number once more, as if it were new
	if out := save(t, s, wang, "d", m); out.Code != wire.CodeConflict {
		t.Errorf("a second record of the number: %+v", out)
	}
}

func TestIncomplete(t *testing.T) {
	s, _, _ := open(t)
	for field, spoil := range map[string]func(*wire.Record){
		"number":   func(m *wire.Record) { m.Number = "99-x" },
		"kind":     func(m *wire.Record) { m.Kind = "no such kind" },
		"summary":  func(m *wire.Record) { m.Question = "  " },
		"answer":   func(m *wire.Record) { m.Answer = "" },
		"region":   func(m *wire.Record) { m.Region = "" },
		"dept":     func(m *wire.Record) { m.Handling = wire.Handling{How: "forward"} },
		"employer": func(m *wire.Record) { m.Kind, m.Fields = "report", []wire.Field{{Code: "facts", Value: "欠薪"}} },
		"colour":   func(m *wire.Record) { m.Fields = []wire.Field{{Code: "colour", Value: "red"}} },
		"id_number": func(m *wire.Record) {
			*m = complaint()
			m.Fields[0].Value = "320199190001010010"
		},
	} {
		m := consult()
		spoil(&m)
		if out := save(t, s, wang, "x-"+field, m); out.Code != wire.CodeInvalid || out.Field != field || out.Text == "" {
			t.Errorf("%s: %+v", field, out)
		}
	}
}

func TestForwardedIsOnTheList(t *testing.T) {
	s, _, _ := open(t)
	m := consult()
	m.Handling = wire.Handling{How: "forward", Dept: "待遇核定科"}
	save(t, s, wang, "a", m)
	done := consult()
	done.Number, done.Callback = "0312-8001-2", ""
	save(t, s, wang, "b", done)
	list, err := s.Todo(t.Context(), wang)
	if err != nil || len(list) != 1 || list[0].State != "with_dept" {
		t.Fatalf("list %+v, %v", list, err)
	}
	if d := list[0].Due.Sub(thursday); d < 48*time.Hour || d > 5*24*time.Hour {
		t.Errorf("due in %v", d)
	}
	s.now = func() time.Time { return thursday.AddDate(0, 0, 10) }
	if list, _ := s.Todo(t.Context(), wang); !list[0].Overdue {
		t.Error("not overdue after ten days")
	}
	if list, _ := s.Todo(t.Context(), Author{No: "8002", District: "320100"}); len(list) != 0 {
		t.Errorf("another agent has %+v", list)
	}
}

// TestACallStaysWithItsRecord: reports find the question of a record by its
// calls, whatever list comes with a later text.
func TestACallStaysWithItsRecord(t *testing.T) {
	s, db, _ := open(t)
	save(t, s, wang, "a", consult())
	for n, calls := range [][]string{{"c2"}, nil, {"c2", "c1"}} {
		m := consult()
		m.Version, m.CallIDs = n+1, calls
		if out := save(t, s, wang, strings.Repeat("b", n+1), m); out.Code != wire.CodeOK {
			t.Fatalf("saved %+v", out)
		}
	}
	rows, _, err := db.Records.List(t.Context(), store.RecordFilter{})
	if err != nil || len(rows) != 1 || strings.Join(rows[0].Calls, " ") != "c1 c2" {
		t.Errorf("records %+v, %v", rows, err)
	}
}
