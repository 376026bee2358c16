package main

import (
	"errors"
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
	if broken := tab.end(); broken != 1 {
		t.Errorf("%d broken", broken)
	}
	for _, want := range []string{"守住的", "3 次", "否 1.0 s", "    the reason", "    and the rest", "守住 1 条，没有守住 1 条"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
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
