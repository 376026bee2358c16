package audit

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"zuoxi/hub/store"
)

// anchored is a log of n rows whose anchor has seen them.
func anchored(t *testing.T, n int) (l *Log, s *shelf, file string) {
	t.Helper()
	l, s = filled(t, n)
	file = filepath.Join(t.TempDir(), "anchor")
	if made, err := l.Hold(t.Context(), file); err != nil || !made {
		t.Fatal(made, err)
	}
	return l, s, file
}

// again is the hub's next start over the same rows and file.
func again(t *testing.T, s *shelf, file string) (*Log, error) {
	t.Helper()
	l := New(s, []byte("a key of a test, thirty-two bytes"), func() time.Time { return day.Add(time.Hour) })
	_, err := l.Hold(t.Context(), file)
	return l, err
}

func wants(t *testing.T, what string, err error, k Kind) {
	t.Helper()
	var f *Fault
	if !errors.As(err, &f) || f.Kind != k {
		t.Errorf("%s: %v, want %s", what, err, k)
	}
}

// cutTo takes the rows after n away and sets the head back to an older one.
func cutTo(s *shelf, n int) {
	s.rows, s.seq, s.hash = s.rows[:n], int64(n), nil
	if n > 0 {
		s.hash = s.rows[n-1].Hash
	}
}

// TestCutTailWithItsHead: the head in the database goes with the rows, the anchor does not; also when the log has grown longer
// than it was before anybody looks.
func TestCutTailWithItsHead(t *testing.T) {
	for _, left := range []int{4, 0} {
		_, s, file := anchored(t, 10)
		cutTo(s, left)
		l, err := again(t, s, file)
		wants(t, "at start", err, CutOff)
		for range 20 {
			if _, err := l.Append(t.Context(), Entry{Who: "8001", Action: "unmask"}); err != nil {
				t.Fatal(err)
			}
		}
		_, err = l.Verify(t.Context())
		wants(t, "at Verify", err, CutOff)
		_, err = again(t, s, file)
		wants(t, "at the start after that", err, CutOff)
	}
}

// TestCutUnderARunningHub: rows that vanish before the file knows of them are missed too, and the next start still knows.
func TestCutUnderARunningHub(t *testing.T) {
	l, s, file := anchored(t, 3)
	if _, err := l.Append(t.Context(), Entry{Who: "8001", Action: "unmask"}); err != nil {
		t.Fatal(err)
	}
	cutTo(s, 3)
	wants(t, "while it runs", l.Anchor(t.Context()), CutOff)
	_, err := again(t, s, file)
	wants(t, "at start", err, CutOff)
}

// TestAnchorFollows: what was appended is anchored, also what was written in a transaction, and the beginning stays.
func TestAnchorFollows(t *testing.T) {
	l, s, file := anchored(t, 0)
	if _, err := l.On(store.Ports{Audit: s}).Append(t.Context(), Entry{Who: "8001", Action: "unmask"}); err != nil {
		t.Fatal(err)
	}
	if n, err := l.Verify(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	l, err := again(t, s, file)
	if err != nil || !l.Since().Equal(day) {
		t.Errorf("since %v, %v", l.Since(), err)
	}
	cutTo(s, 0)
	_, err = l.Verify(t.Context())
	wants(t, "all rows gone", err, CutOff)
}

// TestForgedAnchor: one that is not ours, and one of an older row that says it is newer.
func TestForgedAnchor(t *testing.T) {
	for _, text := range []string{"", "{}", `{"seq":0,"since":1772413200,"mac":"AAAA"}`} {
		_, s, file := anchored(t, 2)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := again(t, s, file)
		wants(t, text, err, Unanchored)
		if m, err := l.Mark(t.Context()); !l.Since().IsZero() || m.Since != 0 || err != nil {
			t.Errorf("%q is believed: since %v, %+v, %v", text, l.Since(), m, err)
		}
		if left, err := os.ReadFile(file); err != nil || string(left) != text {
			t.Errorf("it became %q, %v", left, err)
		}
	}
}

// TestAnchorThatCannotBeRead is no reason to begin a new one.
func TestAnchorThatCannotBeRead(t *testing.T) {
	_, s, file := anchored(t, 2)
	if err := errors.Join(os.Remove(file), os.Mkdir(file, 0o700)); err != nil {
		t.Fatal(err)
	}
	l, err := again(t, s, file)
	wants(t, "at start", err, Unanchored)
	if !l.Since().IsZero() { // recordings of before would be taken for forged
		t.Error("since", l.Since())
	}
	_, err = l.Verify(t.Context())
	wants(t, "at Verify", err, Unanchored)
}

// TestAnchorThatCannotBeWritten costs no row of the log.
func TestAnchorThatCannotBeWritten(t *testing.T) {
	l, _, file := anchored(t, 1)
	if err := os.RemoveAll(filepath.Dir(file)); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(t.Context(), Entry{Who: "8001", Action: "unmask"}); err != nil {
		t.Fatal(err)
	}
	if err := l.Anchor(t.Context()); !errors.Is(err, ErrAnchor) {
		t.Errorf("got %v", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if n, err := l.Verify(t.Context()); n != 2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}
