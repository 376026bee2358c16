package jitter

import (
	"testing"
	"time"
)

func TestArrivalsOverAChangeOfClock(t *testing.T) {
	var a Arrivals
	const packet = 20 * time.Millisecond
	at := time.Second
	send := func(n int, clock int, wander time.Duration) {
		for i := range n {
			late := time.Duration(i%2) * wander
			a.Add(uint32(i*clock/50), clock, at+late)
			at += packet
		}
	}
	send(100, 8000, 0)
	send(100, 48000, 0)
	send(100, 8000, 0)
	if j := a.Jitter(); j != 0 {
		t.Fatalf("a steady stream has jitter %v", j)
	}
	send(300, 48000, 10*time.Millisecond)
	if j := a.Jitter(); j < 9*time.Millisecond || j > 11*time.Millisecond {
		t.Fatalf("10 ms to and fro are %v", j)
	}
}
