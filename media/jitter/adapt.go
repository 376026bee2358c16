package jitter

// Limits of time-stretching, in milliseconds.
const (
	leastMS      = 2   // smaller excess is left alone
	speechMS     = 8   // and in speech, this much
	urgentMS     = 50  // above it the buffer shrinks faster
	overlapMS    = 4   // the cross-fade
	longestMS    = 15  // removed or inserted at once
	shortestMS   = 2   // in a pause
	periodMS     = 3   // shortest pitch period
	spacingMS    = 90  // between two operations
	urgentGapMS  = 30  // between two when it is urgent
	alike        = 0.6 // squared correlation that may be spliced
	repeatMemory = 100 // packets
)

// excess is by how many samples the buffer is deeper (above 0) or shallower
// (below) than the arrivals of the last seconds ask for.
func (b *Buffer) excess() int64 {
	earliest, known := b.delays.earliest(b.player.drawn)
	if !known {
		return 0
	}
	if b.delays.lossy() && b.repeating() {
		earliest -= b.line.dur
	}
	return earliest - (b.playhead() - b.player.drawn)
}

// repeating says whether packets come with repetitions of the ones before
// them, which not every one needs to.
func (b *Buffer) repeating() bool { return b.store.high-b.line.repeated < repeatMemory }

// adjust makes the buffer a little deeper or shallower where it should be.
func (b *Buffer) adjust() {
	b.trim.Trim(b.drift.trim())
	p := &b.player
	if !b.started || p.drawn < p.nextOp || p.conceal.Lost() > 0 {
		return
	}
	excess := b.excess()
	ms := p.perMS
	switch {
	case excess > leastMS*ms && !b.delays.holding(p.drawn):
		b.ahead((longestMS + overlapMS) * ms)
		b.shrink(excess)
	case excess < -leastMS*ms:
		b.ahead(overlapMS * ms)
		b.grow(-excess)
	}
}

// ahead decodes what is already there until the fifo is long enough to
// compare.
func (b *Buffer) ahead(samples int64) {
	p := &b.player
	for int64(len(p.fifo)) < samples {
		e := b.store.first()
		if e == nil || e.kind != kindSound || e.seq != p.decoded+1 || e.pos-p.next > b.codecs[e.pt].lag {
			return
		}
		b.decode(e, &b.codecs[e.pt])
	}
}

// shrink leaves out up to excess samples: any piece of a pause, whole periods
// of speech.
func (b *Buffer) shrink(excess int64) {
	p := &b.player
	ms, w := p.perMS, overlapMS*p.perMS
	most := min(excess, longestMS*ms, int64(len(p.fifo))-w)
	if most < shortestMS*ms {
		return
	}
	f := p.fifo
	cut := most
	if !p.noise.silent(f[:most+w]) {
		if excess < speechMS*ms {
			return
		}
		var like float64
		cut, like = bestLag(f[:w], f, periodMS*ms, most)
		if cut == 0 || like < alike && excess < urgentMS*ms {
			return
		}
	}
	for i := range w {
		f[cut+i] = blend(f[i], f[cut+i], i, w)
	}
	n := copy(p.room[:cap(p.room)], f[cut:])
	p.fifo = p.room[:n]
	p.spaced(excess)
	b.count.stretched += cut
}

// grow repeats up to a period of what was just played, so that what waits
// waits longer.
func (b *Buffer) grow(need int64) {
	p := &b.player
	ms := p.perMS
	h := p.conceal.History()
	w := min(overlapMS*ms, int64(len(p.fifo)))
	if w < shortestMS*ms {
		return
	}
	add := min(longestMS*ms, max(need, overlapMS*ms))
	f := p.fifo[:w]
	if !p.noise.silent(f) {
		most := min(longestMS*ms, max(need, speechMS*ms))
		lag, like := bestBack(f, h, overlapMS*ms, most)
		if lag == 0 || like < alike && need < urgentMS*ms {
			return
		}
		add = lag
	}
	if int64(len(p.fifo))+add > int64(cap(p.room)) {
		return
	}
	tail := h[int64(len(h))-add:]
	copy(p.scratch, f)
	all := p.room[:int64(len(p.fifo))+add]
	copy(all[add:], p.fifo)
	copy(all, tail)
	for i := range w {
		all[i] = blend(p.scratch[i], tail[i], i, w)
	}
	p.fifo = all
	p.spaced(need)
	b.count.stretched += add
}

// spaced forbids the next operation for a while.
func (p *player) spaced(amount int64) {
	gap := int64(spacingMS)
	if amount > speechMS*2*p.perMS {
		gap = urgentGapMS
	}
	p.nextOp = p.drawn + gap*p.perMS
}

// blend cross-fades from a to b.
func blend(a, b int16, i, w int64) int16 {
	return int16((int64(a)*(w-i) + int64(b)*i) / w)
}

// bestLag finds the shift between from and to at which x goes on most like
// ref.
func bestLag(ref, x []int16, from, to int64) (lag int64, like float64) {
	for l := from; l <= to; l++ {
		if q := correlation(ref, x[l:]); q > like {
			lag, like = l, q
		}
	}
	return lag, like
}

// bestBack is bestLag backwards into the history.
func bestBack(ref, h []int16, from, to int64) (lag int64, like float64) {
	for l := from; l <= to; l++ {
		if q := correlation(ref, h[int64(len(h))-l:]); q > like {
			lag, like = l, q
		}
	}
	return lag, like
}

// correlation is normalised and squared: 1 is the same shape, 0 nothing in
// common.
func correlation(a, b []int16) float64 {
	b = b[:len(a)]
	var cross, aa, bb int64 = 0, 1, 1
	for i, v := range a {
		x, y := int64(v), int64(b[i])
		cross += x * y
		aa += x * x
		bb += y * y
	}
	if cross <= 0 {
		return 0
	}
	c := float64(cross)
	return c * c / (float64(aa) * float64(bb))
}
