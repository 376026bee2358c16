package main

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

func TestTableTellsWhatWasNotHeld(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	tab := newTable(&out)
	tab.row(promise{group: "门", text: "守住的"}, "3 次", time.Second, nil)
	tab.row(promise{group: "门", text: "没守住的"}, "", time.Second, errors.New("the reason\nand the rest"))
	if broken := tab.end(0); broken != 1 {
		t.Errorf("%d broken", broken)
	}
	for _, want := range []string{"守住的", "3 次", "否 1.0 s", "    the reason", "    and the rest", "守住 1 条，没有守住 1 条", "没有守住： 没守住的 · the reason\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

// TestUnseenIsNeither: what could not be looked at is not held, breaks nothing and is said.
func TestUnseenIsNeither(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	tab := newTable(&out)
	tab.row(promise{text: "a"}, "lacks something", 0, errUnseen)
	if broken := tab.end(0); broken != 0 || tab.held != 0 || !strings.Contains(out.String(), "| 没有查\n没有查的 1 条") || !strings.Contains(out.String(), "守住 0 条") {
		t.Errorf("%d held, %v broken:\n%s", tab.held, tab.broken, out.String())
	}
}

// TestProofsBesideEachOther: the first ends only when the second has begun, and is printed first all the same.
func TestProofsBesideEachOther(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{})
	list := []promise{
		{"门", "first", false, func(*stage) (string, error) { <-begun; return "waited", nil }},
		{"门", "second", false, func(*stage) (string, error) { close(begun); return "", errors.New("broken") }},
		{"门", "third", false, func(s *stage) (string, error) { _, err := os.Stat(s.dir); return "", err }},
	}
	var out strings.Builder
	tab, s := newTable(&out), &stage{}
	if err := s.prove(tab, t.TempDir(), list); err != nil {
		t.Fatal(err)
	}
	first, second, third := strings.Index(out.String(), "first"), strings.Index(out.String(), "second"), strings.Index(out.String(), "third")
	if first < 0 || first > second || second > third || tab.held != 2 || len(tab.broken) != 1 {
		t.Errorf("%d held, %v broken:\n%s", tab.held, tab.broken, out.String())
	}
	if s.long = true; s.beside(list[0]) || !(&stage{}).beside(list[0]) || (&stage{}).beside(promise{group: "冲击"}) {
		t.Error("a proof of load, or of the long run, has another one beside it")
	}
}

// TestMustEndsTheProof: what ends a proof in the middle is its error; any other panic is a fault of the proof.
func TestMustEndsTheProof(t *testing.T) {
	t.Parallel()
	want := errors.New("broken")
	_, err := promise{prove: func(s *stage) (string, error) {
		s.must(nil)
		s.mustWhen("breaking", want)
		return "never", nil
	}}.measure(&stage{})
	if !errors.Is(err, want) || !strings.HasPrefix(err.Error(), "breaking: ") {
		t.Errorf("error %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a fault of the proof was taken for a broken promise")
		}
	}()
	_, _ = promise{prove: func(*stage) (string, error) { panic("fault") }}.measure(&stage{})
}

// The vector of RFC 6238 appendix B: the proof's own code must not be wrong in the same way as the program's.
func TestOwnCode(t *testing.T) {
	t.Parallel()
	if got := totp([]byte("12345678901234567890"), time.Unix(1111111109, 0)); got != "081804" {
		t.Errorf("code %s", got)
	}
}
