package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestIDsSortByTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.SliceOfN(rapid.Int64Range(0, 1<<47), 2, 20).Draw(t, "ms")
		slices.Sort(ms)
		last := ""
		for i, m := range ms {
			at := time.UnixMilli(m)
			id := NewID(at)
			b, err := idText.DecodeString(id)
			if err != nil || len(id) != 26 || binary.BigEndian.Uint64(b[:8])>>16 != uint64(m) {
				t.Fatalf("%q is no id of %v: %v", id, at, err)
			}
			if i > 0 && m > ms[i-1] && id <= last {
				t.Fatalf("%q does not sort after %q", id, last)
			}
			last = id
		}
	})
	if a, b := NewID(time.Unix(0, 0)), NewID(time.Unix(0, 0)); a == b {
		t.Error("two ids are equal")
	}
}

func TestPageSize(t *testing.T) {
	for in, want := range map[int]int{0: DefaultPage, -1: DefaultPage, 7: 7, 1 << 30: MaxPage} {
		if got := (Page{Limit: in}).Size(); got != want {
			t.Errorf("Size(%d) = %d, want %d", in, got, want)
		}
	}
}

// What a person reads is one line of three parts, however deep the error.
func TestErrorsSpeakPlainly(t *testing.T) {
	for _, s := range sentinels {
		line, ok := Plain(fmt.Errorf("save call: %w", s))
		if !ok || line != s.Error() {
			t.Errorf("%v is not found again", s)
		}
		if strings.Count(line, " · ") != 2 || strings.Contains(line, "\n") {
			t.Errorf("%q does not say what happened, what it means and what to do", line)
		}
	}
	if _, ok := Plain(errors.New("other")); ok {
		t.Error("another error was taken for one of ours")
	}
}
