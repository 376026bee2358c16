package dtmf

import (
	"math/rand/v2"
	"testing"
)

func press(keys string) []Packet {
	var s Sender
	for i := range len(keys) {
		s.Press(keys[i])
	}
	var out []Packet
	for ts := uint32(0xFFFFF000); s.Busy(); ts += step {
		if p, ok := s.Next(ts); ok {
			out = append(out, p)
		}
	}
	return out
}

func heard(ps []Packet) string {
	var r Receiver
	var got []byte
	for _, p := range ps {
		if k, ok := r.Push(p.TS, p.Marker, p.Payload[:]); ok {
			got = append(got, k)
		}
	}
	return string(got)
}

func TestEachKeyOnce(t *testing.T) {
	const keys = "11223*#0ABCD99"
	if got := heard(press(keys)); got != keys {
		t.Fatalf("pressed %s, heard %s", keys, got)
	}
}

func TestPressOnTheWire(t *testing.T) {
	ps := press("5")
	if len(ps) != 10 {
		t.Fatalf("%d packets, want 7 updates and 3 ends", len(ps))
	}
	for i, p := range ps {
		end := p.Payload[1]&endFlag != 0
		if p.TS != ps[0].TS || p.Marker != (i == 0) || end != (i >= 7) || p.Payload[0] != 5 {
			t.Fatalf("packet %d is %+v", i, p)
		}
	}
	if d := int(ps[9].Payload[2])<<8 | int(ps[9].Payload[3]); d != 1280 {
		t.Fatalf("the press lasts %d units, want 1280", d)
	}
}

// As long as one packet of each press arrives, every key is heard once.
func TestLossOfStartOrEnd(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const keys = "1123334*"
	all := press(keys)
	for range 200 {
		var ps []Packet
		for k := range len(keys) {
			one := all[k*10 : k*10+10]
			from := rng.IntN(10)
			to := from + 1 + rng.IntN(10-from)
			ps = append(ps, one[from:to]...)
		}
		if got := heard(ps); got != keys {
			t.Fatalf("pressed %s, heard %s", keys, got)
		}
	}
}

func TestOvertakenAndDoubled(t *testing.T) {
	ps := press("12")
	ps = append(ps, ps[9], ps[3], ps[19])
	ps[9], ps[10] = ps[10], ps[9]
	if got := heard(ps); got != "12" {
		t.Fatalf("heard %s", got)
	}
}

func TestLongPressInSegments(t *testing.T) {
	ps := []Packet{
		{TS: 1000, Marker: true, Payload: [4]byte{3, 10, 0, 160}},
		{TS: 1000, Payload: [4]byte{3, 10, 0xFF, 0xFF}},
		{TS: 1000 + 0xFFFF, Payload: [4]byte{3, 10, 0, 160}},
	}
	if got := heard(ps); got != "3" {
		t.Fatalf("heard %q", got)
	}
}

// Gateways that move the timestamp along with the press.
func TestMovingTimestamp(t *testing.T) {
	var ps []Packet
	for i := range uint32(8) {
		d := (i + 1) * step
		ps = append(ps, Packet{TS: 5000 + i*step, Marker: i == 0, Payload: [4]byte{7, 10, byte(d >> 8), byte(d)}})
	}
	if got := heard(ps); got != "7" {
		t.Fatalf("heard %q", got)
	}
}

func TestBadInput(t *testing.T) {
	var r Receiver
	for _, p := range [][]byte{nil, {1}, {1, 2, 3}, {16, 0, 0, 160}, {255, 0, 0, 0}} {
		if _, ok := r.Push(1, true, p); ok {
			t.Errorf("% x gave a key", p)
		}
	}
	var s Sender
	if s.Press('x') || s.Press('a') {
		t.Error("a letter was taken for a key")
	}
	if Valid("12a") || !Valid(Digits) || !Valid("") {
		t.Error("Valid is wrong")
	}
}

func TestNoAllocation(t *testing.T) {
	var s Sender
	var r Receiver
	ts := uint32(0)
	if n := testing.AllocsPerRun(200, func() {
		s.Press('1')
		ts += step
		if p, ok := s.Next(ts); ok {
			r.Push(p.TS, p.Marker, p.Payload[:])
		}
	}); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func FuzzReceiver(f *testing.F) {
	f.Add(uint32(1), true, []byte{1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, ts uint32, marker bool, payload []byte) {
		var r Receiver
		if k, ok := r.Push(ts, marker, payload); ok && !Valid(string(k)) {
			t.Fatalf("key %q", k)
		}
		if _, ok := r.Push(ts, marker, payload); ok {
			t.Fatal("the same packet gave a key twice")
		}
	})
}
