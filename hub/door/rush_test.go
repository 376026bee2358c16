package door

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// host is one of many addresses.
func host(n int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, 0, byte(n)}) }

// TestRushKeepsInLine: no more handshakes abreast than there are places, a place
// that is not given back is free after a moment, who waits can give up, and who
// has ended is gone.
func TestRushKeepsInLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRush()
		for n := range rushAbreast {
			if _, err := r.enter(t.Context(), host(n)); err != nil {
				t.Fatal(err)
			}
		}
		began := time.Now()
		short, cancel := context.WithTimeout(t.Context(), rushHold/2)
		defer cancel()
		if _, err := r.enter(short, host(rushAbreast)); err == nil {
			t.Error("let in though every place was taken")
		}
		shaking, over := context.WithCancel(t.Context())
		if _, err := r.enter(shaking, host(rushAbreast)); err != nil || time.Since(began) != rushHold {
			t.Errorf("let in after %v, %v", time.Since(began), err)
		}
		over()
		synctest.Wait()
		if n := len(r.places); n != 0 || r.waiting.Load() != 0 || len(r.shares) != 0 {
			t.Errorf("%d places taken, %d wait, %d addresses known", n, r.waiting.Load(), len(r.shares))
		}
	})
}

// TestRushIsShared: however many come from one address, the next one finds a
// place, and they keep nobody from being accepted.
func TestRushIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRush()
		many, stop := context.WithCancel(t.Context())
		for range 512 {
			go func() { _, _ = r.enter(many, host(1)) }()
		}
		synctest.Wait()
		began := time.Now()
		if _, err := r.enter(t.Context(), host(2)); err != nil || time.Since(began) != 0 {
			t.Errorf("let in after %v, %v", time.Since(began), err)
		}
		if n := r.waiting.Load(); n != 0 {
			t.Errorf("%d wait in everybody's line", n)
		}
		stop()
		<-time.After(rushHold)
		synctest.Wait()
		if len(r.places) != 0 || len(r.shares) != 0 {
			t.Errorf("%d places taken, %d addresses known", len(r.places), len(r.shares))
		}
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
