package exam

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/sqlite"
	"zuoxi/rules/exam"
	"zuoxi/rules/quality"
	"zuoxi/wire"
)

var day = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

func office(t *testing.T) (*Office, store.Agent) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	a := store.Agent{No: "5001", Name: "陈某", District: "320100", Roles: []string{"trainee"}, Password: "x", Created: day, Updated: day}
	if err := db.Agents.Create(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	return New(Config{DB: db, Material: builtin(t), Key: make([]byte, 32), Now: func() time.Time { return day }}), a
}

func raw(t *testing.T, v any) json.RawMessage {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func code(err error) wire.Code {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

// sit draws a paper, opens it as a seat does and hands in what answer says.
func sit(t *testing.T, o *Office, a store.Agent, in exam.Order, answer func(*exam.Handout, *exam.Result)) (string, *wire.ExamResult) {
	t.Helper()
	ctx := t.Context()
	made, err := o.Make(ctx, raw(t, in))
	if err != nil {
		t.Fatal(err)
	}
	id := made.([]exam.Row)[0].ID
	papers, err := o.Papers(ctx, a, nil)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := o.Open(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range papers.Papers {
		if p.ID != id {
			continue
		}
		s := exam.Sealed{ID: p.ID, Room: p.Room, Agent: p.Agent, Box: p.Box, Sign: p.Sign}
		if _, err := s.Unseal("00000-00000", ed25519.PublicKey(papers.Key)); !errors.Is(err, exam.ErrCode) {
			t.Fatalf("opened without the code: %v", err)
		}
		h, err := s.Unseal(opened.(exam.Row).Code, ed25519.PublicKey(papers.Key))
		if err != nil {
			t.Fatal(err)
		}
		r := exam.Result{Paper: id, Agent: a.No, Sitting: "s1", Answers: map[string][]string{}}
		answer(&h, &r)
		return id, &wire.ExamResult{Paper: id, Sitting: r.Sitting, Body: raw(t, r)}
	}
	t.Fatal("the paper was not handed out")
	return "", nil
}

func rightAnswers(o *Office) func(*exam.Handout, *exam.Result) {
	return func(h *exam.Handout, r *exam.Result) {
		for _, a := range h.Items {
			if len(a.Right) > 0 || a.Explain != "" {
				panic("an exam's paper holds its answers")
			}
			q, _ := o.cfg.Material.Question(a.ID)
			r.Answers[a.ID] = q.Right()
			if q.Type == exam.Fill {
				r.Answers[a.ID] = q.Right()[:1]
			}
		}
	}
}

func TestWrittenPaperIsMarked(t *testing.T) {
	t.Parallel()
	o, a := office(t)
	ctx := t.Context()
	rule := &exam.PaperRule{Single: 6, Multiple: 2, Judge: 2}
	id, m := sit(t, o, a, exam.Order{Agents: []string{"5001"}, Title: "月考", Rule: rule, Seed: 7}, rightAnswers(o))
	for range 3 { // sent again and again
		if err := o.Result(ctx, "5001", m); err != nil {
			t.Fatal(err)
		}
	}
	other := *m
	other.Sitting, other.Body = "s2", json.RawMessage(strings.Replace(string(m.Body), `"s1"`, `"s2"`, 1))
	if err := o.Result(ctx, "5001", &other); code(err) != wire.CodeConflict {
		t.Errorf("a second sitting: %v", err)
	}
	if err := o.Result(ctx, "5002", m); code(err) != wire.CodeForbidden {
		t.Errorf("somebody else's paper: %v", err)
	}
	out, err := o.Report(ctx, id, true)
	if err != nil || out.Written != 100 || !out.Passed() {
		t.Errorf("%+v, %v", out, err)
	}
	papers, err := o.Papers(ctx, a, []string{id})
	if err != nil || len(papers.Results) != 1 || papers.Results[0].Written != 100 || len(papers.Withdrawn) != 1 {
		t.Errorf("%+v, %v", papers, err)
	}
	if _, err := o.Open(ctx, id); code(err) != wire.CodeImpossible {
		t.Errorf("opened twice: %v", err)
	}
}

// TestCallIsMarkedByPeople: no total before every item has a person's mark; then the scenario's rules decide.
func TestCallIsMarkedByPeople(t *testing.T) {
	t.Parallel()
	o, a := office(t)
	ctx := t.Context()
	id, m := sit(t, o, a, exam.Order{Agents: []string{"5001"}, Title: "技能", NoWritten: true, Calls: []string{"s04"}}, func(_ *exam.Handout, r *exam.Result) {
		data := []byte{1, 2, 3, 4}
		r.Parts, r.Head = 1, exam.Chain(nil, 1, data)
		r.Calls = []exam.Called{{Scenario: "s04", Seconds: 60, Parts: []int{1}, Facts: quality.Facts{Release: quality.ReleaseCaller}, Progress: exam.Progress{Facts: []string{"f4"}}}}
		for range 2 {
			if err := o.Part(ctx, "5001", &wire.ExamPart{Paper: r.Paper, Sitting: r.Sitting, Number: 1, Head: r.Head, Data: data}); err != nil {
				t.Fatal(err)
			}
		}
	})
	if err := o.Result(ctx, "5001", m); err != nil {
		t.Fatal(err)
	}
	if sound, err := o.Sound(ctx, id, "s04"); err != nil || len(sound) != 4 {
		t.Errorf("%d bytes, %v", len(sound), err)
	}
	mark := func(by string, in exam.Marking) (exam.Work, error) {
		in.ID = id
		w, err := o.Mark(ctx, by, raw(t, in))
		if err != nil {
			return exam.Work{}, err
		}
		return w.(exam.Work), nil
	}
	if w, err := mark("6001", exam.Marking{}); err != nil || len(w.Notes) != 0 || len(w.Open) == 0 {
		t.Errorf("%+v, %v", w, err)
	}
	if _, err := mark("5001", exam.Marking{Scenario: "s04", Accept: true}); code(err) != wire.CodeForbidden {
		t.Errorf("an own paper: %v", err)
	}
	if _, err := mark("6001", exam.Marking{Scenario: "s04", Accept: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Report(ctx, id, false); code(err) != wire.CodeImpossible {
		t.Errorf("a total without a person: %v", err)
	}
	full := map[string]int{"A2": 5, "A3": 5, "B1": 5, "B2": 5, "B3c": 3, "C1a": 3, "C3": 7, "C4": 5}
	if _, err := mark("6001", exam.Marking{Scenario: "s04", Items: full, Points: []string{"p1", "p2", "p3"}}); err != nil {
		t.Fatal(err)
	}
	if out, err := o.Report(ctx, id, false); err != nil || out.Calls[0] != 100 || !out.Passed() {
		t.Errorf("%+v, %v", out, err)
	}
	if _, err := mark("6001", exam.Marking{Scenario: "s04", Points: []string{"p1", "p2", "p3"}, Broken: []int{1}}); err != nil {
		t.Fatal(err)
	}
	if out, err := o.Report(ctx, id, true); err != nil || out.Calls[0] != 0 || out.Passed() {
		t.Errorf("a leak passes: %+v, %v", out, err)
	}
	if _, err := mark("6001", exam.Marking{Scenario: "s04", Accept: true}); code(err) != wire.CodeImpossible {
		t.Errorf("marked after publication: %v", err)
	}
}

// TestBrokenChainIsNoted: sound that was changed on the way does not cost the result, but is told.
func TestBrokenChainIsNoted(t *testing.T) {
	t.Parallel()
	o, a := office(t)
	ctx := t.Context()
	id, m := sit(t, o, a, exam.Order{Agents: []string{"5001"}, Title: "技能", NoWritten: true, Calls: []string{"s01"}}, func(_ *exam.Handout, r *exam.Result) {
		r.Parts, r.Head = 1, exam.Chain(nil, 1, []byte{1})
		if err := o.Part(ctx, "5001", &wire.ExamPart{Paper: r.Paper, Sitting: r.Sitting, Number: 1, Head: r.Head, Data: []byte{9}}); err != nil {
			t.Fatal(err)
		}
	})
	if err := o.Result(ctx, "5001", m); err != nil {
		t.Fatal(err)
	}
	w, err := o.Mark(ctx, "6001", raw(t, exam.Marking{ID: id}))
	if err != nil || len(w.(exam.Work).Notes) != 1 || w.(exam.Work).Notes[0].Kind != "chain" {
		t.Errorf("%+v, %v", w, err)
	}
}

func TestOrdersAreChecked(t *testing.T) {
	t.Parallel()
	o, _ := office(t)
	for name, c := range map[string]struct {
		in   exam.Order
		want wire.Code
	}{
		"nobody":      {exam.Order{Title: "x"}, wire.CodeInvalid},
		"nothing":     {exam.Order{Agents: []string{"5001"}, Title: "x", NoWritten: true}, wire.CodeInvalid},
		"no scenario": {exam.Order{Agents: []string{"5001"}, Title: "x", Calls: []string{"s99"}}, wire.CodeNotFound},
		"too many":    {exam.Order{Agents: []string{"5001"}, Title: "x", Rule: &exam.PaperRule{Single: 9999}}, wire.CodeInvalid},
		"no agent":    {exam.Order{Agents: []string{"7777"}, Title: "x"}, wire.CodeNotFound},
	} {
		if _, err := o.Make(context.Background(), raw(t, c.in)); code(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
