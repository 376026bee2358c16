// Package conf is the bridge of one call: who hears whom, what is played to
// whom, and what is recorded. A Room belongs to one call and is driven by the
// hub's call actor; packets come in from the read goroutines of the legs. It
// promises that a packet with one listener is passed on when it arrives, byte
// for byte, without a clock of our own in the way; only generated sound (clips,
// mixes of several speakers) is paced. Joining a listener changes nothing in
// what the others hear.
//
// All sound here is A-law at 8 kHz. A Room's lock is held for one packet at a
// time, therefore a Sink must not block.
package conf

import (
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/pion/rtp"

	"zuoxi/internal/obs"
)

// Channel is where a leg's voice goes in the recording.
type Channel int

// The two recorded channels, and none for those who only listen.
const (
	Caller Channel = iota
	Rest
	Unrecorded
)

// FrameSamples is one paced frame: 20 ms at 8 kHz.
const FrameSamples = 160

// Sink takes packets towards a leg. It must not block; it may change SSRC and
// payload type, and keeps neither packet nor payload.
type Sink interface {
	Send(p *rtp.Packet) error
}

// Recorder keeps the two channels. at counts samples since StartRecording;
// calls come in order. It must
// neither block nor keep the slices.
type Recorder interface {
	Write(at int64, caller, rest []int16)
	Gap(from, to int64, who, why string)
}

// Config of a room. Now is for tests; nil means time.Now.
type Config struct {
	CallID string
	Log    *slog.Logger
	Now    func() time.Time
}

// Room is the bridge of one call.
type Room struct {
	cfg Config

	mu     sync.Mutex
	ports  map[string]*Port
	tape   *tape
	pacing bool
	closed bool
	work   obs.Crew
	stop   chan struct{}
}

// Port is one leg in the room.
type Port struct {
	room  *Room
	id    string
	ch    Channel
	sink  Sink
	hears map[string]bool
	clip  *playing
	out   stream
	in    input
	last  time.Time
	mixed [FrameSamples]byte
	sent  uint64
	fails uint64
}

// NewRoom makes an empty room; Close it.
func NewRoom(cfg Config) *Room {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Room{cfg: cfg, ports: map[string]*Port{}, work: obs.Crew{Log: cfg.Log}, stop: make(chan struct{})}
}

// Join adds a leg that hears nobody and is heard by nobody yet. A leg that
// comes back under its old id keeps what it hears and takes the new sink: this
// is how a returning seat is attached again.
func (r *Room) Join(leg string, ch Channel, out Sink) *Port {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p, ok := r.ports[leg]; ok {
		p.sink, p.ch = out, ch
		p.out.restart()
		p.in.reset()
		return p
	}
	p := &Port{room: r, id: leg, ch: ch, sink: out, hears: map[string]bool{}, last: r.cfg.Now()}
	r.ports[leg] = p
	return p
}

// Leave takes a leg out; clips to it end unfinished.
func (r *Room) Leave(leg string) {
	r.mu.Lock()
	var done func(bool)
	if p, ok := r.ports[leg]; ok {
		done = p.endClip()
		delete(r.ports, leg)
	}
	for _, p := range r.ports {
		if p.hears[leg] {
			delete(p.hears, leg)
			p.out.restart()
		}
	}
	if r.tape != nil {
		r.tape.forget(leg)
	}
	r.mu.Unlock()
	if done != nil {
		done(false)
	}
}

// Hear sets whether listener hears speaker. Setting what is set changes nothing.
func (r *Room) Hear(listener, speaker string, on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.ports[listener]
	if l == nil || l.hears[speaker] == on || listener == speaker {
		return
	}
	if on {
		l.hears[speaker] = true
	} else {
		delete(l.hears, speaker)
	}
	l.out.restart()
	r.wakePacer()
}

// Bridge lets every named leg hear every other named one and nobody else.
func (r *Room) Bridge(legs ...string) {
	for _, l := range legs {
		for _, s := range r.Legs() {
			r.Hear(l, s, s != l && slices.Contains(legs, s))
		}
	}
}

// Legs lists the legs in the room, sorted.
func (r *Room) Legs() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]string, 0, len(r.ports))
	for id := range r.ports {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// Hears lists whom a leg hears, sorted; what is played to it is not among them.
func (r *Room) Hears(leg string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.ports[leg]
	if p == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(p.hears))
}

// LastHeard is when the leg's last packet came, its joining at first.
func (p *Port) LastHeard() time.Time {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	return p.last
}

// Receive takes a packet that the leg sent. It is called from the leg's one
// read goroutine and does not keep the packet.
func (p *Port) Receive(pkt *rtp.Packet, at time.Time) {
	r := p.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || r.ports[p.id] != p || len(pkt.Payload) == 0 {
		return
	}
	p.last = at
	if r.tape != nil {
		r.tape.speech(p, pkt, at)
	}
	mixed := false
	for _, l := range r.ports {
		switch {
		case !l.hears[p.id] || l.clip != nil:
		case len(l.hears) == 1:
			l.send(l.out.relay(p.id, pkt, at))
		default:
			mixed = true
		}
	}
	if mixed {
		p.in.push(pkt)
	}
}

func (p *Port) send(pkt *rtp.Packet) {
	if p.sink == nil {
		return
	}
	p.sent++
	if err := p.sink.Send(pkt); err != nil {
		if p.fails++; p.fails == 1 || p.fails%500 == 0 {
			p.room.cfg.Log.Warn("leg takes no sound", "call", p.room.cfg.CallID, "leg", p.id, "fails", p.fails, "err", err)
		}
	}
}

// Close ends everything in the room and writes the rest of the recording.
func (r *Room) Close() {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return
	}
	r.closed = true
	close(r.stop)
	var dones []func(bool)
	for _, p := range r.ports {
		if d := p.endClip(); d != nil {
			dones = append(dones, d)
		}
	}
	r.mu.Unlock()
	for _, d := range dones {
		d(false)
	}
	r.work.Wait()
}
