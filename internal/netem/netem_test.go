package netem

import (
	"bytes"
	"errors"
	"math"
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 10 * time.Second

// pair is a relay between a speaker and an echo.
type pair struct {
	t     *testing.T
	relay *Relay
	mouth *net.UDPConn
	echo  *net.UDPConn
}

func newPair(t *testing.T, cfg Config) *pair {
	t.Helper()
	echo, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	_ = echo.SetReadBuffer(readSpace) // the tests read late
	cfg.Target = echo.LocalAddr().String()
	relay, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	mouth, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(relay.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = mouth.Close()
		_ = echo.Close()
		if err := relay.Close(); err != nil {
			t.Error(err)
		}
	})
	return &pair{t, relay, mouth, echo}
}

// packet is a voice packet with a number in it.
func packet(n int) []byte {
	p := make([]byte, 20)
	p[0], p[1], p[12], p[13] = 0x80, 8, byte(n>>8), byte(n)
	return p
}

func number(p []byte) int { return int(p[12])<<8 | int(p[13]) }

func (p *pair) say(n int) {
	p.t.Helper()
	if _, err := p.mouth.Write(packet(n)); err != nil {
		p.t.Fatal(err)
	}
}

// heard reads numbers until the one given comes.
func (p *pair) heard(last int) []int {
	p.t.Helper()
	var out []int
	buf := make([]byte, largest)
	_ = p.echo.SetReadDeadline(time.Now().Add(patience))
	for {
		n, err := p.echo.Read(buf)
		if err != nil {
			p.t.Fatalf("after %d packets: %v", len(out), err)
		}
		k := number(buf[:n])
		if k == last {
			return out
		}
		out = append(out, k)
	}
}

func TestPerfectLineChangesNothing(t *testing.T) {
	p := newPair(t, Config{})
	for i := range 200 {
		p.say(i)
	}
	got := p.heard(199)
	if len(got) != 199 {
		t.Fatalf("%d packets", len(got))
	}
	for i, k := range got {
		if i != k {
			t.Fatalf("packet %d is number %d", i, k)
		}
	}
	up, _ := p.relay.Stats()
	if up.Packets != 200 || up.Lost != 0 || up.Voice[8] != 200 {
		t.Errorf("stats %d packets, %d lost, %d voice", up.Packets, up.Lost, up.Voice[8])
	}
}

func TestAnswersComeBack(t *testing.T) {
	p := newPair(t, Config{})
	p.say(1)
	buf := make([]byte, largest)
	_ = p.echo.SetReadDeadline(time.Now().Add(patience))
	n, from, err := p.echo.ReadFrom(buf)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.echo.WriteTo(buf[:n], from); err != nil {
		t.Fatal(err)
	}
	back := make([]byte, largest)
	_ = p.mouth.SetReadDeadline(time.Now().Add(patience))
	k, err := p.mouth.Read(back)
	if err != nil || !bytes.Equal(back[:k], packet(1)) {
		t.Fatalf("answer %v, %v", back[:k], err)
	}
}

const other = 0xFFFF // the number in packets that are not voice

// lostOf says which of n packets are lost with a seed.
func lostOf(t *testing.T, seed uint64, n int, noise bool) []int {
	p := newPair(t, Config{Seed: seed})
	p.relay.Set(Profile{Loss: 0.3}, Profile{})
	for i := range n {
		if noise { // packets of another kind must not move the dice
			other := packet(other)
			other[0] = 1
			_, _ = p.mouth.Write(other)
		}
		p.say(i)
	}
	p.awaitPackets(n)
	if noise {
		p.awaitPackets(2 * n)
	}
	p.relay.Set(Profile{}, Profile{})
	p.say(n)
	var out []int
	next := 0
	for _, k := range p.heard(n) {
		if k == other {
			continue
		}
		for ; next < k; next++ {
			out = append(out, next)
		}
		next = k + 1
	}
	return out
}

func TestSameSeedSameFate(t *testing.T) {
	a, b := lostOf(t, 7, 300, false), lostOf(t, 7, 300, true)
	if len(a) < 60 || len(a) > 120 {
		t.Errorf("%d of 300 lost at 30 %%", len(a))
	}
	if len(a) != len(b) {
		t.Fatalf("%d and %d lost with one seed", len(a), len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("loss %d: %d and %d", i, a[i], b[i])
		}
	}
	if c := lostOf(t, 8, 300, false); len(c) == len(a) && c[0] == a[0] && c[1] == a[1] && c[2] == a[2] {
		t.Error("another seed loses the same packets")
	}
}

func TestJitterReordersUnlessForbidden(t *testing.T) {
	for _, inOrder := range []bool{false, true} {
		p := newPair(t, Config{Seed: 3})
		p.relay.Set(Profile{Delay: time.Millisecond, Jitter: 20 * time.Millisecond, InOrder: inOrder}, Profile{})
		for i := range 100 {
			p.say(i)
		}
		seen, last, back := 0, -1, 0
		buf := make([]byte, largest)
		_ = p.echo.SetReadDeadline(time.Now().Add(patience))
		for seen < 100 {
			n, err := p.echo.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			if k := number(buf[:n]); k < last {
				back++
			} else {
				last = k
			}
			seen++
		}
		if inOrder != (back == 0) {
			t.Errorf("in order %v: %d packets came late", inOrder, back)
		}
		up, _ := p.relay.Stats()
		if inOrder != (up.Late == 0) {
			t.Errorf("in order %v: %d packets counted late", inOrder, up.Late)
		}
	}
}

func TestDoubledAndCut(t *testing.T) {
	p := newPair(t, Config{})
	p.relay.Set(Profile{Duplicate: 1}, Profile{})
	p.say(1)
	p.relay.Cut(true)
	p.awaitPackets(1)
	p.say(2)
	p.awaitPackets(2)
	p.relay.Cut(false)
	p.relay.Set(Profile{}, Profile{})
	p.say(3)
	got := p.heard(3)
	// The first may have been under way, both copies, when the cable was pulled.
	for _, k := range got {
		if k == 2 {
			t.Error("a packet passed a cut line")
		}
	}
	if up, _ := p.relay.Stats(); up.Lost < 1 {
		t.Error("what the cut took is not counted")
	}
}

// awaitPackets waits until the relay has seen n of them.
func (p *pair) awaitPackets(n int) {
	p.t.Helper()
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	deadline := time.After(patience)
	for {
		if up, _ := p.relay.Stats(); up.Packets >= n {
			return
		}
		select {
		case <-poll.C:
		case <-deadline:
			p.t.Fatalf("the relay has not seen %d packets", n)
		}
	}
}

func TestPassSeesAndChanges(t *testing.T) {
	p := newPair(t, Config{Pass: func(d Direction, b []byte, _ time.Time) []byte {
		if d == Up && number(b) == 1 {
			return nil
		}
		b[13]++
		return b
	}})
	p.say(1)
	p.say(4)
	p.say(8)
	if got := p.heard(9); len(got) != 1 || got[0] != 5 {
		t.Errorf("heard %v", got)
	}
}

func TestWrongAddresses(t *testing.T) {
	if _, err := New(Config{Target: "nowhere"}); err == nil {
		t.Error("a target without a port was taken")
	}
	p := newPair(t, Config{})
	_, err := New(Config{Target: "127.0.0.1:9", Listen: p.relay.Addr().String()})
	var op *net.OpError
	if !errors.As(err, &op) {
		t.Errorf("a taken port gives %v", err)
	}
}

func TestReportsCanBeWithheld(t *testing.T) {
	p := newPair(t, Config{})
	p.relay.Set(Profile{NoReports: true}, Profile{})
	report := packet(1)
	report[1] = 201
	if _, err := p.mouth.Write(report); err != nil {
		t.Fatal(err)
	}
	p.say(2)
	p.say(3)
	if got := p.heard(3); len(got) != 1 || got[0] != 2 {
		t.Errorf("heard %v", got)
	}
}

func TestNewTermsBeginTheDiceAnew(t *testing.T) {
	var j judge
	fate := func(with *terms) (out [100]bool) {
		for i := range out {
			out[i] = j.decide(with, voice, 100, time.Time{}).lost
		}
		return out
	}
	first := fate(&terms{Profile{Loss: 0.3}, 1})
	if fate(&terms{Profile{Loss: 0.3}, 2}) == first {
		t.Error("another seed has the same fate")
	}
	if fate(&terms{Profile{Loss: 0.3}, 1}) != first {
		t.Error("the same seed has another fate")
	}
}

// The share of losses and the length of their runs are what was asked for.
func TestLossesAreAsAsked(t *testing.T) {
	for _, p := range []Profile{{Loss: 0.05}, {Loss: 0.2}, {Loss: 0.1, Burst: 4}} {
		var j judge
		t0 := &terms{p, 5}
		const n = 200_000
		lost, runs, before := 0, 0, false
		for range n {
			s := j.decide(t0, voice, 100, time.Time{})
			if s.lost {
				lost++
				if !before {
					runs++
				}
			}
			before = s.lost
		}
		if share := float64(lost) / n; math.Abs(share-p.Loss) > 0.1*p.Loss {
			t.Errorf("%+v: %.4f lost", p, share)
		}
		want := max(p.Burst, 1/(1-p.Loss))
		if got := float64(lost) / float64(runs); math.Abs(got-want) > 0.1*want {
			t.Errorf("%+v: runs of %.2f, want %.2f", p, got, want)
		}
	}
}

func TestDueIsNeverBeforeArrivalNorPastTheProfile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Profile{
			Delay:  time.Duration(rapid.IntRange(0, 1e9).Draw(t, "delay")),
			Jitter: time.Duration(rapid.IntRange(0, 1e9).Draw(t, "jitter")),
			Loss:   rapid.Float64Range(0, 1).Draw(t, "loss"), Reorder: rapid.Float64Range(0, 1).Draw(t, "reorder"),
		}
		var j judge
		with := &terms{p, rapid.Uint64().Draw(t, "seed")}
		now := time.Unix(0, 0)
		for range 50 {
			s := j.decide(with, rapid.IntRange(0, kinds-1).Draw(t, "kind"), 100, now)
			if d := s.due.Sub(now); d < 0 || d > p.Delay+p.Jitter {
				t.Fatalf("due after %v with %+v", d, p)
			}
			now = now.Add(time.Millisecond)
		}
	})
}

// A queue with an end throws away what finds no room, and takes again what comes later.
func TestPipeOverflows(t *testing.T) {
	p := NewPipe(8000) // a byte each millisecond
	p.Room = 150 * time.Millisecond
	with := &terms{Profile{Pipe: p}, 1}
	now := time.Unix(0, 0)
	var j judge
	for i, lost := range []bool{false, false, true} {
		if s := j.decide(with, voice, 100-datagram, now); s.lost != lost {
			t.Fatalf("packet %d lost: %v", i, s.lost)
		}
	}
	if s := j.decide(with, voice, 100-datagram, now.Add(100*time.Millisecond)); s.lost || s.due != now.Add(300*time.Millisecond) {
		t.Fatalf("later: %+v", s)
	}
}

// What shares a line leaves it in turn, at the rate of the line, whatever flow it belongs to.
func TestPipeIsSharedInTurn(t *testing.T) {
	p := NewPipe(8000) // a byte each millisecond
	now := time.Unix(0, 0)
	with := &terms{Profile{Pipe: p, Delay: time.Second}, 1}
	var a, b judge
	if first := a.decide(with, voice, 100-datagram, now); first.due != now.Add(1100*time.Millisecond) {
		t.Errorf("alone due %v", first.due)
	}
	if p.Took() != 100 {
		t.Fatalf("%d bytes of 100", p.Took())
	}
	if through := p.Through(50, now.Add(20*time.Millisecond)); through != now.Add(150*time.Millisecond) {
		t.Errorf("behind it through %v", through)
	}
	if next := b.decide(with, voice, 100-datagram, now.Add(30*time.Millisecond)); next.due != now.Add(1250*time.Millisecond) {
		t.Errorf("another flow due %v", next.due)
	}
	if later := b.decide(with, voice, 100-datagram, now.Add(time.Minute)); later.due != now.Add(time.Minute+1100*time.Millisecond) {
		t.Errorf("on an empty line due %v", later.due)
	}
}
