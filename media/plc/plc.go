// Package plc conceals what is missing from a mono speech stream by waveform
// substitution, in the manner of ITU-T G.711 Appendix I: the last pitch
// periods are repeated, after a while more of them, from 10 ms on quieter,
// silent at 60 ms, and the first good samples are faded in over the
// substitute. Unlike the Appendix it adds no delay: the seam at the start is
// closed by the ringing of a linear predictor and not by holding sound back.
//
// One goroutine owns a Concealer; after New nothing allocates. It works at 8
// and 16 kHz on pieces of any length.
package plc

import "math"

// Times in milliseconds, as in the Appendix unless said otherwise.
const (
	minLagMS   = 5  // 200 Hz; higher voices repeat several periods at once
	maxLagMS   = 15 // 66 Hz
	windowMS   = 20 // compared to find the pitch
	historyMS  = 60
	fullMS     = 10 // at full loudness
	silentMS   = 60
	moreMS     = 20 // another period is repeated for each of these
	fadeMS     = 4  // fading back in; longer fades, as the Appendix has them, scored worse
	ringMS     = 2  // the predictor's ringing into the first repeated period
	maxRingLen = ringMS * 16
	maxHistory = historyMS * 16
)

// Concealer follows one stream.
type Concealer struct {
	perMS  int
	hist   []int16 // the last historyMS that were played
	lost   int     // samples substituted since the last good one
	pitch  int
	cycles int // periods repeated now
	at     int // position in the repeated stretch
	fade   int // samples of fading in left

	source [maxHistory]float32 // history as it was when the loss began
	loop   [maxHistory]float32 // the stretch being repeated, its end bent to meet its start
	ring   [maxRingLen]float32
	work   [maxHistory / 4]float32
}

// New returns a Concealer for a stream of 8000 or 16000 samples a second.
func New(rate int) *Concealer {
	c := &Concealer{perMS: max(8, min(16, rate/1000))}
	c.hist = make([]int16, historyMS*c.perMS)
	return c
}

// Reset forgets the stream.
func (c *Concealer) Reset() {
	clear(c.hist)
	c.lost, c.fade = 0, 0
}

// History returns the last 60 ms that were played; it is valid until the next
// call and must not be written to.
func (c *Concealer) History() []int16 { return c.hist }

// Lost returns how long the current gap is, in samples.
func (c *Concealer) Lost() int { return c.lost }

// Good takes the next received samples and, after a gap, fades them in over
// the substitute in place.
func (c *Concealer) Good(frame []int16) {
	if c.lost > 0 && c.fade == 0 && len(frame) > 0 {
		c.fade = fadeMS * c.perMS
	}
	for i := 0; i < len(frame) && c.fade > 0; i++ {
		w := float32(c.fade) / float32(fadeMS*c.perMS+1)
		frame[i] = round(w*c.next() + (1-w)*float32(frame[i]))
		c.lost++
		if c.fade--; c.fade == 0 {
			c.lost = 0
		}
	}
	c.remember(frame)
}

// Conceal fills dst with a substitute for samples that did not come.
func (c *Concealer) Conceal(dst []int16) {
	if c.lost == 0 || c.fade > 0 {
		c.lost, c.fade = 0, 0
		c.begin()
	}
	for i := range dst {
		dst[i] = round(c.next())
		c.lost++
	}
	c.remember(dst)
}

func round(v float32) int16 {
	return int16(math.RoundToEven(float64(max(-32768, min(32767, v)))))
}

func (c *Concealer) remember(x []int16) {
	if len(x) >= len(c.hist) {
		copy(c.hist, x[len(x)-len(c.hist):])
		return
	}
	copy(c.hist, c.hist[len(x):])
	copy(c.hist[len(c.hist)-len(x):], x)
}

// begin takes stock of the sound before the gap.
func (c *Concealer) begin() {
	for i, v := range c.hist {
		c.source[i] = float32(v)
	}
	x := c.source[:len(c.hist)]
	c.pitch = findPitch(x, c.perMS, c.work[:])
	c.at = 0
	c.setCycles(1)
	ringing(c.ring[:ringMS*c.perMS], x, c.perMS)
}

// setCycles prepares the last n periods for repetition: the final quarter of
// a period is bent into what came before the stretch that follows, so that one
// runs into the other.
func (c *Concealer) setCycles(n int) {
	c.cycles = n
	length, quarter := n*c.pitch, c.pitch/4
	x := c.source[:len(c.hist)]
	loop := c.loop[:length]
	copy(loop, x[len(x)-length:])
	start := len(x) - c.cyclesAt(c.lost+length)*c.pitch
	before := x[start-quarter : start]
	tail := loop[length-quarter:]
	for i := range tail {
		w := float32(i+1) / float32(quarter+1)
		tail[i] += (before[i] - tail[i]) * w
	}
}

// cyclesAt grows with the gap: one period over and over buzzes.
func (c *Concealer) cyclesAt(lost int) int { return min(3, 1+lost/(moreMS*c.perMS)) }

// next gives one sample of the substitute.
func (c *Concealer) next() float32 {
	if c.at >= c.cycles*c.pitch {
		c.at = 0
		c.setCycles(c.cyclesAt(c.lost))
	}
	v := c.loop[c.at]
	c.at++
	if n := ringMS * c.perMS; c.lost < n {
		w := float32(c.lost+1) / float32(n+1)
		v = w*v + (1-w)*c.ring[c.lost]
	}
	return v * c.gain()
}

// gain falls from one at 10 ms to zero at 60 ms.
func (c *Concealer) gain() float32 {
	full, silent := fullMS*c.perMS, silentMS*c.perMS
	switch {
	case c.lost < full:
		return 1
	case c.lost >= silent:
		return 0
	}
	return float32(silent-c.lost) / float32(silent-full)
}
