package storetest

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"zuoxi/hub/store"
)

// NewAgent is a certified agent.
func NewAgent(no string) store.Agent {
	return store.Agent{
		No: no, Name: "测试坐席" + no, District: "130100", Roles: []string{"agent"},
		Skills:    []store.Skill{{Region: "130100", Subject: "养老保险", Level: 1}},
		Certified: true, Path: "certified", Password: "$argon2id$none", MustChange: true,
		Created: Day, Updated: Day, Version: 1,
	}
}

func testAgents(t *testing.T, s *store.Store) {
	ctx := t.Context()
	a := NewAgent("8001")
	ok(t, s.Agents.Create(ctx, a))
	if got := get(s.Agents.Get(ctx, "8001"))(t); !reflect.DeepEqual(got, a) {
		t.Fatalf("got %+v, want %+v", got, a)
	}
	want(t, s.Agents.Create(ctx, a), store.ErrDuplicate)
	want(t, s.Agents.Create(ctx, store.Agent{No: "8002"}), store.ErrInvalid)
	_, err := s.Agents.Get(ctx, "9999")
	want(t, err, store.ErrNotFound)

	a.Certified, a.Disabled, a.Roles = false, true, []string{"agent", "lead"}
	next := get(s.Agents.Update(ctx, a))(t)
	if next.Version != 2 {
		t.Errorf("version = %d", next.Version)
	}
	stale, err := s.Agents.Update(ctx, a)
	want(t, err, store.ErrConflict)
	if stale.Version != 1 {
		t.Error("a failed update changed the version")
	}
	ghost := NewAgent("9999")
	_, err = s.Agents.Update(ctx, ghost)
	want(t, err, store.ErrNotFound)
}

func testLogin(t *testing.T, s *store.Store) {
	ctx := t.Context()
	ok(t, s.Agents.Create(ctx, NewAgent("8001")))
	rule := store.LoginRule{Failures: 3, Lock: 10 * time.Minute}
	for i := range 2 {
		a := get(s.Agents.Login(ctx, "8001", false, Day, rule))(t)
		if a.FailedLogins != i+1 || !a.LockedUntil.IsZero() {
			t.Fatalf("after %d failures: %+v", i+1, a)
		}
	}
	a := get(s.Agents.Login(ctx, "8001", false, Day, rule))(t)
	if !a.LockedUntil.Equal(Day.Add(10 * time.Minute)) {
		t.Fatalf("not locked: %+v", a)
	}
	// An editor who opened the account before may still save it, and the lock stays.
	edit := NewAgent("8001")
	edit.Name = "改名"
	ok(t, func() error { _, err := s.Agents.Update(ctx, edit); return err }())
	if a = get(s.Agents.Get(ctx, "8001"))(t); a.LockedUntil.IsZero() || a.Name != "改名" {
		t.Fatalf("editing lifted the lock: %+v", a)
	}
	if a = get(s.Agents.Login(ctx, "8001", true, Day, rule))(t); !a.LockedUntil.IsZero() || a.FailedLogins != 0 {
		t.Fatalf("a right password did not reset: %+v", a)
	}
	_, err := s.Agents.Login(ctx, "9999", false, Day, rule)
	want(t, err, store.ErrNotFound)
}

func testAgentPages(t *testing.T, s *store.Store) {
	ctx := t.Context()
	for i := range 25 {
		a := NewAgent(fmt.Sprintf("8%03d", i))
		a.District = []string{"130100", "130200", "130300"}[i%3]
		a.Disabled = i == 24
		if i%5 == 0 {
			a.Roles = []string{"lead"}
		}
		ok(t, s.Agents.Create(ctx, a))
	}
	var nos []string
	f := store.AgentFilter{Districts: []string{"130300", "130100"}, Page: store.Page{Limit: 4}}
	for {
		rows, next, err := s.Agents.List(ctx, f)
		ok(t, err)
		for _, a := range rows {
			nos = append(nos, a.No)
		}
		if f.After = next; next == "" {
			break
		}
	}
	if len(nos) != 16 || !increasing(nos) {
		t.Errorf("two districts gave %v", nos)
	}
	leads, _, err := s.Agents.List(ctx, store.AgentFilter{Role: "lead"})
	ok(t, err)
	all, _, err := s.Agents.List(ctx, store.AgentFilter{Disabled: true})
	ok(t, err)
	some := get(s.Agents.Count(ctx))(t)
	if len(leads) != 5 || len(all) != 25 || some != 24 {
		t.Errorf("leads %d, all %d, may sign in %d", len(leads), len(all), some)
	}
}

func increasing(list []string) bool {
	for i := 1; i < len(list); i++ {
		if list[i] <= list[i-1] {
			return false
		}
	}
	return true
}

func testStates(t *testing.T, s *store.Store) {
	ctx := t.Context()
	for i, name := range []string{"ready", "ringing", "talking"} {
		from := Day.Add(time.Duration(i) * time.Minute)
		ok(t, s.States.Append(ctx, store.State{
			ID: store.NewID(from), Agent: "8001", District: "130100", State: name, From: from,
		}))
	}
	last := get(s.States.Latest(ctx, "8001"))(t)
	if last.State != "talking" || !last.Until.IsZero() {
		t.Fatalf("latest = %+v", last)
	}
	rows, _, err := s.States.List(ctx, store.StateFilter{Agent: "8001"})
	ok(t, err)
	if len(rows) != 3 || !rows[1].Until.Equal(rows[0].From) || !rows[2].Until.Equal(rows[1].From) {
		t.Fatalf("the spans do not join: %+v", rows)
	}
	_, err = s.States.Latest(ctx, "8002")
	want(t, err, store.ErrNotFound)
	want(t, s.States.Append(ctx, store.State{Agent: "8001"}), store.ErrInvalid)
	if n := get(s.States.CloseOpen(ctx, Day.Add(time.Hour)))(t); n != 1 {
		t.Errorf("closed %d spans", n)
	}
	if n := get(s.States.CloseOpen(ctx, Day.Add(time.Hour)))(t); n != 0 {
		t.Errorf("closed %d spans again", n)
	}
}
