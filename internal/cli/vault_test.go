package cli

import (
	"context"
	"testing"
	"time"
)

// asked is a vault whose keyring was asked a minute ago.
func asked() *vault {
	v := &vault{}
	v.once.Do(func() { v.answered, v.until = make(chan struct{}), time.Now().Add(-time.Minute) })
	return v
}

// TestKeyringThatHasAnsweredStays: its time to answer is over, and what it answered holds all the same, each time.
func TestKeyringThatHasAnsweredStays(t *testing.T) {
	t.Parallel()
	v := asked()
	v.there = true
	close(v.answered)
	over, end := context.WithCancel(t.Context())
	end()
	for range 100 {
		if !v.available() || !v.Answers(over) {
			t.Fatal("a keyring that answers is taken for none")
		}
	}
}

// TestKeyringThatIsSilentIsNotWaitedFor beyond its time, by who cannot wait.
func TestKeyringThatIsSilentIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	v := asked()
	if v.available() {
		t.Error("a keyring that has not answered is there")
	}
	v.there = true
	close(v.answered)
	if !v.available() {
		t.Error("its late answer does not count")
	}
}
