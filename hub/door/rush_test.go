package door

import (
	"context"
	"crypto/tls"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestRushKeepsInLine: no more handshakes abreast than there are places, a place
// that is not given back is free after a moment, and who waits can give up.
func TestRushKeepsInLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRush()
		for range rushAbreast {
			if _, err := r.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		began := time.Now()
		short, cancel := context.WithTimeout(t.Context(), rushHold/2)
		defer cancel()
		if _, err := r.enter(short); err == nil {
			t.Error("let in though every place was taken")
		}
		leave, err := r.enter(t.Context())
		if err != nil || time.Since(began) != rushHold {
			t.Errorf("let in after %v, %v", time.Since(began), err)
		}
		leave()
		leave() // the timer's turn comes too
		synctest.Wait()
		if n := len(r.places); n != 0 || r.waiting.Load() != 0 {
			t.Errorf("%d places taken, %d wait", n, r.waiting.Load())
		}
		<-time.After(rushHold)
	})
}

// TestManyAtOnce: many more than there are places all come in, with the device
// check of each.
func TestManyAtOnce(t *testing.T) {
	a, _, err := OpenAuthority(t.TempDir(), nil, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	addr, err := newSet(t).TLS("127.0.0.1:0", Lock{Authority: a}, http.HandlerFunc(hello))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 * rushAbreast {
		all.Go(func() {
			c, err := tls.Dial("tcp", addr.String(), &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // whose certificate it is does not matter here
			if err != nil {
				t.Error(err)
				return
			}
			_ = c.Close()
		})
	}
	all.Wait()
}
