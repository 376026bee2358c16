package jitter

import "zuoxi/media/plc"

const (
	waitMS     = 10 // a gap is filled in steps of this, in case the packet still comes
	patienceMS = 25
	silentMS   = 200 // a stream that pauses for longer has stopped: not loss
)

// player is what has been decoded and how it goes on when nothing has.
type player struct {
	perMS   int64
	next    int64   // position after what is in fifo
	drawn   int64   // samples taken out since New: the consumer's clock
	fifo    []int16 // decoded, waiting
	room    []int16 // fifo's memory
	scratch []int16
	conceal *plc.Concealer
	noise   noise
	waiting int64 // samples substituted while nothing was there to play
	quiet   bool  // the sender has said that it is silent
	expect  int64 // sequence number whose loss has been recovered already
	decoded int64 // sequence number decoded last
	end     int64 // and the position after it
	nextOp  int64 // no stretching before this many samples are drawn
}

func (p *player) init(rate int) {
	p.perMS = int64(rate / 1000)
	p.room = make([]int16, 0, rate)
	p.scratch = make([]int16, maxFrame)
	p.conceal = plc.New(rate)
	p.clear()
}

func (p *player) clear() {
	p.next = p.drawn
	p.fifo = p.room[:0]
	p.conceal.Reset()
	p.noise.clear()
	p.waiting, p.expect, p.decoded, p.nextOp = 0, -1, -1, 0
	p.quiet = false
}

// add appends decoded samples. The fifo holds a second; a packet is at most
// 120 ms and nothing decodes ahead further than a stretch needs.
func (p *player) add(x []int16) {
	free := cap(p.room) - len(p.fifo)
	n := copy(p.room[len(p.fifo):cap(p.room)], x[:min(len(x), free)])
	p.fifo = p.room[:len(p.fifo)+n]
	p.noise.listen(x)
}

// take moves samples from the fifo to dst.
func (p *player) take(dst []int16) int {
	n := copy(dst, p.fifo)
	p.conceal.Good(dst[:n])
	copy(p.room[:cap(p.room)], p.fifo[n:])
	p.fifo = p.room[:len(p.fifo)-n]
	return n
}

// draw fills dst with the next samples of the stream.
func (b *Buffer) draw(dst []int16) {
	p := &b.player
	for len(dst) > 0 {
		n := p.take(dst)
		if n == 0 {
			gap := b.fetch()
			if gap == 0 {
				continue
			}
			n = b.substitute(dst[:min(gap, int64(len(dst)))])
		}
		p.drawn += int64(n)
		b.count.played += int64(n)
		dst = dst[n:]
	}
}

// substitute fills dst with what stands in for missing sound.
func (b *Buffer) substitute(dst []int16) int {
	p := &b.player
	p.next += int64(len(dst))
	if !b.started {
		clear(dst)
		return len(dst)
	}
	p.conceal.Conceal(dst)
	p.noise.add(dst, int64(p.conceal.Lost()), p.perMS)
	if !p.quiet && p.waiting < silentMS*p.perMS {
		p.waiting += int64(len(dst))
		b.count.concealed += int64(len(dst))
	}
	return len(dst)
}

// fetch gets the next samples into the fifo, or says how many are to be
// substituted before it should be asked again.
func (b *Buffer) fetch() (gap int64) {
	p := &b.player
	for {
		e := b.due()
		if e == nil {
			return waitMS * p.perMS
		}
		if e.kind != kindSound {
			b.silent(e)
			continue
		}
		missing := e.seq - b.store.last - 1
		gap := e.pos - p.next
		c := &b.codecs[e.pt]
		switch {
		case gap <= 0 && missing == 0, gap <= c.lag && e.seq == p.decoded+1:
			if gap < 0 {
				b.delays.hold(p.drawn)
			}
			b.decode(e, c)
			return 0
		case missing == 0:
			return b.pause(gap)
		}
		if got, filled := b.recover(e, c, gap); filled {
			return got
		}
	}
}

// due returns the packet to play next. If more waits than is allowed, the
// oldest are given up: after an outage the present matters.
func (b *Buffer) due() *entry {
	for {
		e := b.store.first()
		if e == nil || e.kind != kindSound {
			return e
		}
		newest := &b.store.slot[b.store.high&(storeSize-1)]
		if !newest.used || newest.kind != kindSound || newest.pos+newest.dur-e.pos <= b.max {
			return e
		}
		b.count.late++
		b.store.done(e)
		b.player.next = e.pos + e.dur
	}
}

// silent is for packets that carry no sound: key presses and noise levels.
func (b *Buffer) silent(e *entry) {
	if e.kind == kindNoise && e.n > 0 {
		b.player.noise.set(e.data[0])
		b.player.quiet = true
	}
	b.store.done(e)
}

// pause is for a hole in the timestamps without a hole in the numbers: the
// sender had nothing to say. What waits too deep may be shortened for free.
func (b *Buffer) pause(gap int64) int64 {
	p := &b.player
	if excess := b.excess(); excess > 0 {
		cut := min(gap, excess)
		p.next += cut
		gap -= cut
	}
	return min(gap, waitMS*p.perMS)
}

// decode plays a packet.
func (b *Buffer) decode(e *entry, c *codec) {
	p := &b.player
	n, err := c.decode(p.scratch, e.data[:e.n], e.seq == p.decoded+1)
	if p.expect != e.seq {
		// What the timestamps leave out was silence, not loss.
		b.count.concealed -= min(p.waiting, max(0, e.pos-p.end))
	}
	p.waiting = 0
	b.store.done(e)
	b.count.pt = int64(e.pt)
	if err != nil {
		// As good as lost; the substitute covers it.
		b.count.lost++
		b.delays.played(true)
		return
	}
	p.add(p.scratch[:n])
	p.next = e.pos + int64(n)
	if n < int(e.dur) && c.lag > 0 {
		p.next = e.pos + e.dur - c.lag
	}
	p.decoded, p.end = e.seq, e.pos+e.dur
	p.quiet = false
	b.delays.played(false)
}

// recover deals with numbers missing before e, gap samples of them still to
// be played. It returns what is to be substituted, or false when e's turn has
// come.
func (b *Buffer) recover(e *entry, c *codec, gap int64) (substitute int64, filled bool) {
	p := &b.player
	if gap > e.dur {
		return min(gap-e.dur, waitMS*p.perMS), true
	}
	if p.expect != e.seq {
		p.expect = e.seq
		if b.repeated(e, c, gap) {
			return 0, true
		}
	}
	if gap > 0 {
		return min(gap, waitMS*p.perMS), true
	}
	if wait := b.patience(); wait > 0 {
		p.next -= wait
		return wait, true
	}
	missing := e.seq - b.store.last - 1
	b.count.lost += missing
	for range min(missing, lossMemory/8) {
		b.delays.played(true)
	}
	b.store.last = e.seq - 1
	return 0, false
}

// patience is how much longer to substitute when packets have been coming far
// later than the buffer is deep: the missing one may well be on its way, and
// the buffer gets its depth without touching good speech.
func (b *Buffer) patience() int64 {
	p := &b.player
	short := -b.excess()
	if short < patienceMS*p.perMS || int64(p.conceal.Lost()) > 2*patienceMS*p.perMS {
		return 0
	}
	return min(short, waitMS*p.perMS)
}

// repeated asks the codec for the packet before e. Of a packet whose time has
// partly passed only the rest is played, unless the buffer is to become
// deeper anyway: then it is played whole, and nothing is lost at all.
func (b *Buffer) repeated(e *entry, c *codec, gap int64) bool {
	p := &b.player
	var after []byte
	if c.Decoder.Repeats(e.data[:e.n]) {
		after = e.data[:e.n]
	}
	size := int(e.dur) / c.factor
	n, err := c.Decoder.Recover(p.scratch[:size], after)
	if err != nil || n != size || c.factor != 1 {
		return false
	}
	use := max(0, gap)
	if grow := e.dur - use; after != nil && grow > 0 && b.excess() <= -grow/2 {
		use = e.dur
		b.delays.hold(p.drawn)
	}
	if use == 0 {
		return false
	}
	p.add(p.scratch[n-int(use) : n])
	p.next = e.pos
	p.waiting = 0
	if after != nil {
		b.count.repaired++
	} else {
		b.count.concealed += use
	}
	return true
}
