package line

import (
	"sync"
	"time"

	"github.com/pion/rtp"

	"zuoxi/internal/voiceline"
	"zuoxi/media/g711"
	"zuoxi/media/jitter"
	"zuoxi/media/opus"
)

const (
	alawRate     = 8000
	frameSamples = alawRate / 50
	frameTime    = 20 * time.Millisecond
	// A packet may be this late before sound is made up in its place, or less as
	// packets come evenly: a telephone's buffer may hold no more than one ...
	grace      = 10 * time.Millisecond
	leastGrace = 2 * time.Millisecond
	// ... which is so many times their jitter above the least ...
	graceJitter = 4
	// ... and after so long without any, the seat is silent and not late.
	giveUp = 8 * frameTime
	// A packet may bring out a frame this much before its turn.
	early = 10 * time.Millisecond
	// What waits longer is old: the present matters.
	mostWaiting = 200 * time.Millisecond
	// Packets that come more unevenly than this (RFC 3550's jitter) would be
	// late for a telephone with a short buffer, so that they are played out
	// here, until they have come half as unevenly for a while. Opus is held to
	// more: what brings out frames on arrival must not run ahead. As long holes
	// are filled after one was seen, as a telephone need not do it.
	roughALaw = 8 * time.Millisecond
	roughOpus = 3 * time.Millisecond
	smoothFor = 10 * time.Second
	// More missing numbers than this are a seat that went away, not a hole.
	mostHole = 50
)

// hearing brings what a seat says to A-law in one stream of numbers and
// timestamps. On an even line without holes A-law goes through untouched. Opus,
// and A-law where packets get lost, goes through a jitter buffer whose clock is
// the arrival of packets: each brings out a frame at once; only when one is
// late, or holds several frames, a timer does. Then the buffer fills the hole,
// by the repetition in the next packet where there is one. On a rough line
// everything goes through the buffer, and only the timer brings frames out: the
// telephone network gets them evenly. While nobody listens packets are counted
// only: most seats wait for a call, and a buffer takes 200 KB.
type hearing struct {
	pass   func(*rtp.Packet, time.Time)
	wanted func() bool // whether anybody is there for pass
	now    func() time.Time

	mu     sync.Mutex
	sound  *jitter.Buffer // from the first packet on that is not handed on
	timer  *time.Timer
	played bool // through the buffer, not handed on
	any    bool // something was spoken
	evenness
	count
	ledger
	arrived time.Time // when the seat's last packet came
	packet  int       // samples of it
	made    sheet
	closed  bool
}

// sheet is what a frame is made on.
type sheet struct {
	frame rtp.Packet
	pcm   [frameSamples]int16
	alaw  [frameSamples]byte
}

// count is where the seat's numbers stand and ours.
type count struct {
	newest uint16 // number of the seat's newest packet
	ssrc   uint32 // of the seat's stream
	offSeq uint16 // from the seat's numbers to ours, while A-law is spoken
	offTS  uint32
	seq    uint16 // our last packet
	ts     uint32
	last   time.Time // when it left
	turn   time.Time // when it should have
}

// evenness tells a rough line from an even one.
type evenness struct {
	arrivals jitter.Arrivals
	rough    bool
	uneven   time.Time // when it was last not smooth
	latest   time.Time // when the last packet came
	holed    bool
	hole     time.Time // when a packet was last missed
}

// note takes a packet's arrival.
func (e *evenness) note(p *rtp.Packet, at time.Time) {
	if at.Sub(e.latest) > giveUp {
		e.arrivals.Add(p.Timestamp, 0, time.Duration(at.UnixNano())) // after a pause: the next is compared with nothing
	}
	e.latest = at
	e.arrivals.Add(p.Timestamp, voiceline.ClockOf(p.PayloadType), time.Duration(at.UnixNano()))
	limit := roughALaw
	if p.PayloadType == voiceline.PayloadOpus {
		limit = roughOpus
	}
	switch j := e.arrivals.Jitter(); {
	case j > limit:
		e.rough, e.uneven = true, at
	case j > limit/2:
		e.uneven = at
	case at.Sub(e.uneven) > smoothFor:
		e.rough = false
	}
}

// missed takes how many packets are missing before one that has come.
func (e *evenness) missed(n int, at time.Time) {
	switch {
	case n > 0 && n <= mostHole:
		e.holed, e.hole = true, at
	case at.Sub(e.hole) > smoothFor:
		e.holed = false
	}
}

func newHearing(now func() time.Time, wanted func() bool, pass func(*rtp.Packet, time.Time)) *hearing {
	return &hearing{now: now, wanted: wanted, pass: pass}
}

// take takes a packet of the seat; it may change its header.
func (h *hearing) take(p *rtp.Packet, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(p.Payload) == 0 {
		return
	}
	h.judge(p, at)
	fresh := !h.any || int16(p.SequenceNumber-h.newest) > 0
	if fresh && h.any {
		n := int(p.SequenceNumber-h.newest) - 1
		h.missed(n, at)
		h.tally.missed(n, h.packet, !h.played)
	}
	play := p.PayloadType == voiceline.PayloadOpus || h.rough || h.holed
	if h.any && !fresh && play != h.played {
		return // from before the coding changed
	}
	h.tally.came(p, !fresh, !play)
	if fresh {
		h.newest, h.ssrc = p.SequenceNumber, p.SSRC
	}
	switch {
	case !h.wanted():
		h.handed += int64(samplesOf(p))
	case !play:
		h.relay(p, at, fresh)
	case h.begin(p, at):
		h.play(p, at)
	}
	h.any = true
}

// judge takes a packet's arrival. What waited for late ones waits no longer when
// the line is even again.
func (h *hearing) judge(p *rtp.Packet, at time.Time) {
	rough := h.rough
	h.note(p, at)
	if rough && !h.rough && h.played {
		h.clear()
	}
}

// relay hands A-law on.
func (h *hearing) relay(p *rtp.Packet, at time.Time, fresh bool) {
	if h.played {
		h.played = false
		h.timer.Stop()
		h.offSeq = h.seq + 1 - p.SequenceNumber
		h.offTS = h.resume(at) - p.Timestamp
	}
	h.packet = len(p.Payload)
	p.SequenceNumber += h.offSeq
	p.Timestamp += h.offTS
	if fresh {
		h.seq, h.ts, h.last = p.SequenceNumber, p.Timestamp, at
	}
	h.handOn(p, at)
}

// resume is the timestamp of something that begins now.
func (h *hearing) resume(at time.Time) uint32 {
	frames := uint32(max(frameTime, at.Sub(h.last)+frameTime/2) / frameTime)
	return h.ts + frames*frameSamples
}

// begin readies the buffer where it is first needed, or again.
func (h *hearing) begin(p *rtp.Packet, at time.Time) bool {
	if h.sound == nil {
		codec, err := jitter.Opus(alawRate)
		if err != nil {
			return false
		}
		if h.sound, err = jitter.New(jitter.Config{Rate: alawRate, Codecs: map[uint8]jitter.Codec{voiceline.PayloadOpus: codec, voiceline.PayloadALaw: jitter.PCMA()}, MaxDelay: mostWaiting}); err != nil {
			return false
		}
		h.timer = time.AfterFunc(time.Hour, h.late)
	}
	if !h.played {
		h.played = true
		h.clear()
		switch {
		case !h.last.IsZero() && p.PayloadType == voiceline.PayloadALaw:
			// What was missed keeps its place in the stream.
			h.seq, h.ts = p.SequenceNumber+h.offSeq-1, p.Timestamp+h.offTS-frameSamples
		case h.last.IsZero(): // nothing was handed on yet
			h.seq, h.ts, h.last = p.SequenceNumber-1, p.Timestamp/uint32(voiceline.ClockOf(p.PayloadType)/alawRate)-frameSamples, at.Add(-frameTime)
		}
	}
	return true
}

// clear empties the buffer. What is drawn once from an empty one fills its
// filters, so that a packet then gives as much as it holds.
func (h *hearing) clear() {
	h.sound.Reset()
	h.sound.Pull(h.made.pcm[:])
}

// play puts a packet into the buffer, and brings out a frame if it is time.
func (h *hearing) play(p *rtp.Packet, at time.Time) {
	n := samplesOf(p)
	if n == 0 {
		return
	}
	if at.Sub(h.arrived) > giveUp {
		h.clear() // it was silent; the buffer's idea of lateness is void
	}
	h.packet, h.arrived = n, at
	h.sound.Push(jitter.Packet{
		PT: p.PayloadType, Marker: p.Marker, Seq: p.SequenceNumber, TS: p.Timestamp, SSRC: p.SSRC, Payload: p.Payload,
	}, jitter.Now())
	if !h.rough && at.Sub(h.turn) >= frameTime-early && h.sound.Waiting() >= frameSamples {
		h.turn = at // packets set the pace
		h.emit(at)
	}
	h.await(at)
}

// samplesOf is how much sound a packet holds.
func samplesOf(p *rtp.Packet) int {
	if p.PayloadType == voiceline.PayloadOpus {
		return opus.Duration(p.Payload, alawRate)
	}
	return len(p.Payload)
}

// await sets the timer for the next frame. Of a packet with several frames the
// rest is due in step; of packets with one, the next is waited for a little, but
// not on a rough line, where the buffer's depth does that.
func (h *hearing) await(at time.Time) {
	if h.rough && at.Sub(h.turn) > giveUp {
		h.turn = at // it begins here
	}
	wait := frameTime - at.Sub(h.turn)
	if !h.rough && (h.packet <= frameSamples || h.sound.Waiting() < frameSamples) {
		wait += min(grace, leastGrace+graceJitter*h.arrivals.Jitter())
	}
	h.timer.Reset(max(0, wait))
}

// late is the timer's: a frame is due, whether its packet came or not.
func (h *hearing) late() {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := h.now()
	if h.closed || !h.played {
		return
	}
	if h.sound.Waiting() < frameSamples && at.Sub(h.arrived) > giveUp {
		return // take wakes it
	}
	h.turn = h.turn.Add(frameTime)
	h.emit(at)
	h.await(at)
}

// emit hands on one frame.
func (h *hearing) emit(at time.Time) {
	h.sound.Pull(h.made.pcm[:])
	g711.EncodeALaw(h.made.alaw[:], h.made.pcm[:])
	ts := h.ts + frameSamples
	pause := at.Sub(h.last) > giveUp+frameTime
	if pause {
		ts = h.resume(at)
	}
	h.seq, h.ts, h.last = h.seq+1, ts, at
	h.made.frame.Header = rtp.Header{Version: 2, PayloadType: voiceline.PayloadALaw, Marker: pause, SequenceNumber: h.seq, Timestamp: h.ts, SSRC: h.ssrc}
	h.made.frame.Payload = h.made.alaw[:]
	h.handOn(&h.made.frame, at)
}

func (h *hearing) handOn(p *rtp.Packet, at time.Time) {
	h.handed += int64(len(p.Payload))
	h.pass(p, at)
}

func (h *hearing) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	if h.timer != nil {
		h.timer.Stop()
	}
}
