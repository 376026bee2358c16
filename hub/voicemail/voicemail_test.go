package voicemail

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/rules/deadline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// beforeSpringFestival is a Friday; the calendar of 2026 says what follows.
var beforeSpringFestival = time.Date(2026, 2, 13, 2, 0, 0, 0, time.UTC)

func open() (*Service, *seal.Keys) {
	db := &store.Store{Ports: store.Ports{Voicemails: &memory{rows: map[string]store.Voicemail{}}}}
	return New(db, deadline.Builtin(), func() time.Time { return beforeSpringFestival }), seal.New()
}

// memory is as much of a store as messages need.
type memory struct {
	rows map[string]store.Voicemail
	away int // so many answers get lost
	race int // so often somebody else moves a message first
}

func (m *memory) Create(_ context.Context, v store.Voicemail) error {
	if _, there := m.rows[v.ID]; there {
		return store.ErrDuplicate
	}
	m.rows[v.ID] = v
	if m.away > 0 {
		m.away--
		return store.ErrUnavailable // the answer was lost
	}
	return nil
}

func (m *memory) Get(_ context.Context, id string) (store.Voicemail, error) {
	v, ok := m.rows[id]
	if !ok {
		return v, store.ErrNotFound
	}
	return v, nil
}

func (m *memory) Update(_ context.Context, v store.Voicemail) (store.Voicemail, error) {
	switch {
	case m.race > 0:
		m.race--
		other := m.rows[v.ID]
		other.State = StateCalled
		m.rows[v.ID] = other
		return v, store.ErrConflict
	case m.away > 0:
		m.away--
		return v, store.ErrUnavailable
	}
	v.Version++
	m.rows[v.ID] = v
	return v, nil
}

func (m *memory) List(_ context.Context, f store.VoicemailFilter) ([]store.Voicemail, string, error) {
	var out []store.Voicemail
	for _, v := range m.rows {
		if v.Due.Before(f.DueBefore) && v.State != StateClosed && slices.Contains(f.Districts, v.District) {
			out = append(out, v)
		}
	}
	return out, "", nil
}

func TestMessageRunsItsCourse(t *testing.T) {
	s, keys := open()
	number, err := keys.Phone("13900000042")
	if err != nil {
		t.Fatal(err)
	}
	v, err := s.Keep(t.Context(), Message{Call: "c1", Recording: "r1", District: "320100", Number: number, Length: 12 * time.Second, At: beforeSpringFestival})
	if err != nil {
		t.Fatal(err)
	}
	want := deadline.Of(beforeSpringFestival, deadline.Workdays(3), deadline.Builtin()).At
	if !v.Due.Equal(want) || v.Due.Sub(beforeSpringFestival) < 7*24*time.Hour {
		t.Errorf("due %v, want %v: the festival does not count", v.Due, want)
	}
	list, err := s.List(t.Context(), "320100")
	if err != nil || len(list) != 1 || list[0].Masked != "139****0042" || list[0].Seconds != 12 || list[0].State != StateNew {
		t.Fatalf("list %+v, %v", list, err)
	}
	if other, _ := s.List(t.Context(), "320200"); len(other) != 0 {
		t.Error("another district hears it")
	}
	for _, state := range []string{StateHeard, StateHeard, StateCalled} {
		if v, err = s.Move(t.Context(), v.ID, state, "8001", ""); err != nil || v.State != state {
			t.Fatalf("%s: %+v, %v", state, v, err)
		}
	}
	if _, err := s.Move(t.Context(), v.ID, StateHeard, "8001", ""); !errors.Is(err, ErrState) {
		t.Errorf("went back: %v", err)
	}
	if v, err = s.Move(t.Context(), v.ID, StateClosed, "8001", "rec-1"); err != nil || v.RecordID != "rec-1" {
		t.Errorf("%+v, %v", v, err)
	}
	if list, _ := s.List(t.Context(), "320100"); len(list) != 0 {
		t.Errorf("a closed message is still listed: %+v", list)
	}
	if _, err := s.Move(t.Context(), "nothing", StateHeard, "8001", ""); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("unknown message: %v", err)
	}
}

// TestMovedInTheEnd: what was answered is off the list, though the store was away, or somebody heard it in the same moment.
func TestMovedInTheEnd(t *testing.T) {
	for name, m := range map[string]memory{"away": {away: 3}, "a race": {race: 1}} {
		synctest.Test(t, func(t *testing.T) {
			s, _ := open()
			rows := s.db.Voicemails.(*memory)
			v, err := s.Keep(t.Context(), Message{Call: "c1", Recording: "r1", District: "320100", At: beforeSpringFestival})
			if err != nil {
				t.Fatal(err)
			}
			rows.away, rows.race = m.away, m.race
			if v, err = s.Move(t.Context(), v.ID, StateClosed, "8001", ""); err != nil || v.State != StateClosed || v.Agent != "8001" {
				t.Errorf("%s: %+v, %v", name, v, err)
			}
		})
	}
}

// TestKeptOnce: a message whose keeping was not answered, or is asked for again, is there once and stays as it is.
func TestKeptOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := open()
		rows := s.db.Voicemails.(*memory)
		rows.away = 1
		m := Message{Call: "c1", Recording: "r1", District: "320100", Length: 12 * time.Second, At: beforeSpringFestival}
		v, err := s.Keep(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Move(t.Context(), v.ID, StateHeard, "8001", ""); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Keep(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if len(rows.rows) != 1 || rows.rows["r1"].State != StateHeard {
			t.Errorf("%+v", rows.rows)
		}
	})
}
