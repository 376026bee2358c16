package jitter

// timeline brings 16-bit sequence numbers and the timestamps of whatever
// codec to one axis each: packets since the start, and samples at the
// buffer's rate.
type timeline struct {
	ssrc     uint32
	old      uint32 // the source before, whose stragglers are ignored for a while
	oldUntil int64
	cur      anchor
	prev     anchor // before the last change of codec clock
	dur      int64  // of the last packet
	repeated int64  // the last packet that came with a repetition of the one before
	strange  int32  // a sequence number far off; one more in a row means a restart
}

type anchor struct {
	clock int64
	ts    uint32
	seq   int64
	pos   int64
}

func (a *anchor) place(ts uint32, rate int64) int64 {
	return a.pos + int64(int32(ts-a.ts))*rate/a.clock
}

// Further apart than this two sequence numbers do not belong together
// (RFC 3550 appendix A.1).
const (
	maxAhead  = 3000
	maxBehind = 100
)

// take places one packet from the ring: it is a straggler, a double, late, or
// goes into the store; or the stream has changed and everything starts anew.
func (b *Buffer) take(s *slot) {
	c := &b.codecs[s.pt]
	if c.kind == kindUnknown {
		b.count.unknown++
		return
	}
	if c.kind == kindEvent && (!b.started || s.ssrc != b.line.ssrc) {
		return
	}
	b.count.received++
	if b.started && s.ssrc != b.line.ssrc && s.ssrc == b.line.old && b.player.drawn < b.line.oldUntil {
		b.count.late++
		return
	}
	if !b.started || s.ssrc != b.line.ssrc {
		b.restart(s, c)
	}
	ahead := int64(int16(s.seq - uint16(b.store.high)))
	if ahead > maxAhead || ahead < -maxBehind {
		if int32(s.seq) != b.line.strange {
			b.line.strange = int32(s.seq + 1)
			return
		}
		b.restart(s, c)
		ahead = int64(int16(s.seq - uint16(b.store.high)))
	}
	b.line.strange = -1
	b.arrive(s, c, b.store.high+ahead, ahead > 0)
}

// arrive deals with a packet whose number makes sense.
func (b *Buffer) arrive(s *slot, c *codec, seq int64, newest bool) {
	var pos, dur int64
	if c.kind == kindSound {
		if dur = int64(c.duration(s.data[:s.n])); dur == 0 {
			b.count.unknown++
			return
		}
		pos = b.place(s, c, seq, newest)
		if off := pos - b.playhead(); newest && (off > 2*b.rate || off < -2*b.rate) {
			b.restart(s, c)
			seq, pos = b.store.high, b.line.cur.pos
		}
		b.drift.arrived(pos, s.arrival)
		b.count.arrived(pos, s.arrival, b.rate)
	}
	b.store.high = max(b.store.high, seq)
	if seq <= b.store.last {
		b.tooLate(seq, pos, c.kind)
		return
	}
	e := b.store.put(seq, s)
	if e == nil {
		b.count.doubled++
		return
	}
	e.kind, e.pos, e.dur = c.kind, pos, dur
	if c.kind == kindSound {
		b.line.dur = dur
		if c.Decoder.Repeats(e.data[:e.n]) {
			b.line.repeated = seq
		}
		b.learn(pos)
	}
}

// tooLate is for a packet whose turn has passed: it cannot be played, but it
// teaches how deep the buffer should have been.
func (b *Buffer) tooLate(seq, pos int64, k kind) {
	i := seq & (storeSize - 1)
	if b.store.seen[i] >= seq {
		b.count.doubled++
		return
	}
	b.store.seen[i] = seq
	b.count.late++
	b.count.lost = max(0, b.count.lost-1)
	if k == kindSound {
		b.learn(pos)
		b.delays.hold(b.player.drawn)
	}
}

// learn adds an arrival to the distribution, unless it is further out than
// the buffer would ever wait for.
func (b *Buffer) learn(pos int64) {
	if pos >= b.playhead()-b.max {
		b.delays.add(pos-b.player.drawn, b.line.dur)
	}
}

// place finds a packet's position. Timestamps count within one clock; where
// the codec's clock changes, sequence numbers carry over.
func (b *Buffer) place(s *slot, c *codec, seq int64, newest bool) int64 {
	l, clock := &b.line, int64(c.Clock)
	switch {
	case clock == l.cur.clock:
		pos := l.cur.place(s.ts, b.rate)
		if newest {
			l.cur = anchor{clock, s.ts, seq, pos}
		}
		return pos
	case !newest && clock == l.prev.clock:
		return l.prev.place(s.ts, b.rate)
	}
	pos := l.cur.pos + (seq-l.cur.seq)*l.dur
	if newest {
		l.prev = l.cur
		l.cur = anchor{clock, s.ts, seq, pos}
	}
	return pos
}

// restart begins a new stream with this packet: it plays as soon as what is
// already decoded has been.
func (b *Buffer) restart(s *slot, c *codec) {
	l := &b.line
	if b.started && s.ssrc != l.ssrc {
		l.old, l.oldUntil = l.ssrc, b.player.drawn+b.rate
		b.drift.forget()
		b.count.restarts++
	}
	b.started = true
	b.store.clear()
	b.delays.clear()
	b.drift.restart()
	b.count.restart()
	// High enough that numbers before the first stay positive.
	seq := int64(1)<<32 + int64(s.seq)
	b.store.last, b.store.high = seq-1, seq
	clock := int64(8000)
	if c.Clock != 0 {
		clock = int64(c.Clock)
	}
	l.ssrc, l.strange = s.ssrc, -1
	l.cur = anchor{clock, s.ts, seq, b.player.next}
	l.prev = anchor{}
	l.repeated = 0
}

// playhead is the position of the next sample out.
func (b *Buffer) playhead() int64 { return b.player.next - int64(len(b.player.fifo)) }
