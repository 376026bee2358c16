package cli

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"github.com/zalando/go-keyring"
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

// TestKeyOfDraftsIsMadeOnce, however often it is asked for at once: with a keyring, and with a salt where there is none.
func TestKeyOfDraftsIsMadeOnce(t *testing.T) { // not beside others: the keyring is everybody's
	keyring.MockInit()
	for _, there := range []bool{true, false} {
		v := asked()
		v.there = there
		close(v.answered)
		var keys [4][]byte
		var all sync.WaitGroup
		folder := t.TempDir()
		for i := range keys {
			all.Go(func() {
				var err error
				if keys[i], err = v.DraftKey("3027", "synthetic", folder); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		kept, err := v.DraftKey("3027", "synthetic", folder)
		for _, key := range keys {
			if err != nil || !bytes.Equal(key, kept) {
				t.Errorf("keyring %v: a key was made that is not kept; %v", there, err)
			}
		}
	}
}
