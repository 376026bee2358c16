package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zuoxi/hub/store"
)

// shelf is an audit log in memory that a test can tamper with.
type shelf struct {
	rows []store.AuditRow
	seq  int64
	hash []byte
	full bool
}

func (s *shelf) Append(_ context.Context, r store.AuditRow, link func(store.AuditRow) []byte) (store.AuditRow, error) {
	if s.full {
		return r, store.ErrFull
	}
	r.Seq, r.Prev = s.seq+1, s.hash
	r.Hash = link(r)
	s.rows, s.seq, s.hash = append(s.rows, r), r.Seq, r.Hash
	return r, nil
}

func (s *shelf) Head(context.Context) (int64, []byte, error) { return s.seq, s.hash, nil }

func (s *shelf) Walk(_ context.Context, seq int64, visit func(store.AuditRow) error) error {
	for _, r := range s.rows {
		if r.Seq > seq {
			if err := visit(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *shelf) List(context.Context, store.AuditFilter) ([]store.AuditRow, string, error) {
	return s.rows, "", nil
}

var day = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

func filled(t testing.TB, n int) (*Log, *shelf) {
	t.Helper()
	s := &shelf{}
	l := New(s, []byte("a key of a test, thirty-two bytes"), func() time.Time { return day })
	for i := range n {
		e := Entry{Who: "8001", Role: "agent", District: "130100", Action: "unmask", Object: fmt.Sprint("record/", i), Reason: "核对"}
		if _, err := l.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	return l, s
}

func TestSoundChain(t *testing.T) {
	for _, n := range []int{0, 1, 20} {
		l, _ := filled(t, n)
		if good, err := l.Verify(t.Context()); err != nil || good != int64(n) {
			t.Errorf("%d rows: %d good, %v", n, good, err)
		}
	}
}

func TestTampering(t *testing.T) {
	for name, c := range map[string]struct {
		tamper func(*shelf)
		kind   Kind
		seq    int64
	}{
		"changed":   {func(s *shelf) { s.rows[4].Reason = "别的" }, Changed, 5},
		"time":      {func(s *shelf) { s.rows[4].At = day.Add(time.Hour) }, Changed, 5},
		"moved":     {func(s *shelf) { s.rows[4].Who, s.rows[4].Role = "8001a", "gent" }, Changed, 5},
		"missing":   {func(s *shelf) { s.rows = slices.Delete(s.rows, 4, 5) }, Missing, 5},
		"first":     {func(s *shelf) { s.rows = s.rows[1:] }, Missing, 1},
		"last":      {func(s *shelf) { s.rows = s.rows[:9] }, CutOff, 9},
		"all":       {func(s *shelf) { s.rows = nil }, CutOff, 0},
		"head":      {func(s *shelf) { s.hash = []byte("x") }, CutOff, 10},
		"reordered": {swap, Reordered, 4},
		"renumbered": {func(s *shelf) {
			s.rows = slices.Delete(s.rows, 4, 5)
			for i := range s.rows {
				s.rows[i].Seq = int64(i + 1)
			}
		}, Reordered, 5},
	} {
		t.Run(name, func(t *testing.T) {
			l, s := filled(t, 10)
			c.tamper(s)
			_, err := l.Verify(t.Context())
			var f *Fault
			if !errors.As(err, &f) || f.Kind != c.kind || f.Seq != c.seq {
				t.Fatalf("got %v, want %s at %d", err, c.kind, c.seq)
			}
			if strings.Count(f.Error(), " · ") != 2 || strings.Contains(f.Error(), "\n") {
				t.Errorf("not one line: %q", f.Error())
			}
		})
	}
}

// swap exchanges two rows and gives them each other's number.
func swap(s *shelf) {
	s.rows[3], s.rows[6] = s.rows[6], s.rows[3]
	s.rows[3].Seq, s.rows[6].Seq = 4, 7
}

// A chain that is made again without the key does not fit.
func TestForgedChain(t *testing.T) {
	l, s := filled(t, 5)
	forger := New(s, []byte("another key"), func() time.Time { return day })
	s.rows[2].Reason = "别的"
	s.seq, s.hash = 0, nil
	for i := range s.rows {
		s.rows[i].Prev, s.rows[i].Hash = s.hash, nil
		s.rows[i].Hash = forger.link(s.rows[i])
		s.seq, s.hash = s.rows[i].Seq, s.rows[i].Hash
	}
	if _, err := l.Verify(t.Context()); err == nil {
		t.Error("a forged chain fits")
	}
}

func TestAnyChangeShows(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l, s := filled(t, rapid.IntRange(1, 12).Draw(rt, "rows"))
		i := rapid.IntRange(0, len(s.rows)-1).Draw(rt, "row")
		field := rapid.SampledFrom([]*string{
			&s.rows[i].Who, &s.rows[i].Role, &s.rows[i].District,
			&s.rows[i].Action, &s.rows[i].Object, &s.rows[i].Reason,
		}).Draw(rt, "field")
		old := *field
		*field = rapid.String().Draw(rt, "text")
		if _, err := l.Verify(t.Context()); (err == nil) != (*field == old) {
			rt.Fatalf("row %d became %q: %v", i, *field, err)
		}
	})
}

// TestNobodyWritesOnTheReadersScreen: what was typed into a reason, or sent as the object, stands in the log without what
// a terminal obeys.
func TestNobodyWritesOnTheReadersScreen(t *testing.T) {
	l, s := filled(t, 0)
	hostile := "复核\x1b[2J\u009b31m\u202e\n伪造"
	if _, err := l.Append(t.Context(), Entry{Who: hostile, Action: hostile, Object: hostile, Reason: hostile}); err != nil {
		t.Fatal(err)
	}
	for _, got := range []string{s.rows[0].Who, s.rows[0].Action, s.rows[0].Object, s.rows[0].Reason} {
		if got != "复核 伪造" {
			t.Errorf("%q", got)
		}
	}
	if _, err := l.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAppendFails(t *testing.T) {
	l, s := filled(t, 1)
	s.full = true
	if _, err := l.On(store.Ports{Audit: s}).Append(t.Context(), Entry{Who: "8001", Action: "export"}); !errors.Is(err, store.ErrFull) {
		t.Errorf("got %v", err)
	}
	if rows, _, err := l.List(t.Context(), store.AuditFilter{}); err != nil || len(rows) != 1 {
		t.Errorf("list %d, %v", len(rows), err)
	}
}
