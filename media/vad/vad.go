// Package vad tells speech from background in a telephone voice: a likelihood
// ratio over twelve bands against a background that is followed band by band.
// It serves the marking of dead air and of people talking over each other, so
// it aims at the extent of utterances, not at syllables. One goroutine owns a
// Detector; after New nothing allocates.
package vad

import "math"

const (
	frameMS   = 10
	windowMS  = 32
	bands     = 12
	lowHz     = 150.0
	highHz    = 3500.0
	quietest  = 30.0 // RMS (-61 dBFS) below which nothing is speech
	threshold = 1.1  // mean log likelihood ratio of a band
	onFrames  = 4    // this many of the last seven
	ofFrames  = 7
	hangover  = 20 // frames that speech is said to go on for
)

// Detector follows one stream.
type Detector struct {
	fft    fft
	frame  int
	frames int
	have   int       // new samples since the last frame
	past   []float64 // the window, oldest first
	edges  [bands + 1]int
	ground ground
	prior  [bands]float64
	recent uint
	hang   int
	score  float64
}

// New returns a Detector for 8000 or 16000 samples a second.
func New(rate int) *Detector {
	size := 256
	if rate > 8000 {
		size = 512
	}
	d := &Detector{frame: rate * frameMS / 1000, past: make([]float64, size)}
	d.fft.init(size)
	// Equal steps on the Bark-like scale of asinh.
	low, high := math.Asinh(lowHz/600), math.Asinh(highHz/600)
	for i := range d.edges {
		hz := 600 * math.Sinh(low+(high-low)*float64(i)/bands)
		d.edges[i] = int(math.Round(hz * float64(size) / float64(rate)))
	}
	d.ground.floor = quietest * quietest
	return d
}

// Push takes the next samples and says whether someone speaks at their end.
// The answer changes at most every 10 ms; it comes about 40 ms after speech
// begins and 200 ms after it ends.
func (d *Detector) Push(pcm []int16) bool {
	for len(pcm) > 0 {
		n := min(len(pcm), d.frame-d.have)
		copy(d.past, d.past[n:])
		for i, v := range pcm[:n] {
			d.past[len(d.past)-n+i] = float64(v)
		}
		pcm = pcm[n:]
		if d.have += n; d.have == d.frame {
			d.have = 0
			d.step()
		}
	}
	return d.Speech()
}

// Speech says whether someone speaks.
func (d *Detector) Speech() bool { return d.hang > 0 }

// Score is the evidence of the last frame; above about one is speech.
func (d *Detector) Score() float64 { return d.score }

// Rest forgets what was being said, for a stream that is not listened to for a
// while; what is known of the background stays.
func (d *Detector) Rest() {
	clear(d.prior[:])
	d.have, d.frames, d.recent, d.hang, d.score = 0, 0, 0, 0, 0
}

func (d *Detector) step() {
	// A window that still holds the silence before the start would make the
	// background too quiet to ever be found again.
	if d.frames++; d.frames*d.frame < len(d.past) {
		return
	}
	power := d.powers()
	d.ground.follow(&power, d.hang > 0)
	sum := 0.0
	for b, p := range power {
		ratio := min(1000, p/d.ground.noise[b])
		// The expected ratio leans on the frame before: speech lasts.
		expect := 0.9*d.prior[b] + 0.1*max(0, ratio-1)
		d.prior[b] = expect / (1 + expect) * ratio * expect / (1 + expect)
		expect = max(expect, 0.003)
		sum += ratio*expect/(1+expect) - math.Log(1+expect)
	}
	d.score = min(50, sum/bands)
	if d.ground.n <= learnStart {
		return
	}
	d.recent = d.recent<<1 | bit(d.score > threshold)
	count := 0
	for i := range ofFrames {
		count += int(d.recent >> i & 1)
	}
	switch {
	case count >= onFrames:
		d.hang = hangover
	case d.hang > 0 && d.recent&1 == 1:
		d.hang = max(d.hang, hangover/2)
	case d.hang > 0:
		d.hang--
	}
}

func bit(b bool) uint {
	if b {
		return 1
	}
	return 0
}

// powers returns the mean power in each band, as if of the whole spectrum.
func (d *Detector) powers() (p [bands]float64) {
	x := d.fft.power(d.past, d.edges[bands])
	for b := range p {
		for k := d.edges[b]; k < d.edges[b+1]; k++ {
			p[b] += x[k]
		}
		p[b] = p[b]/float64(max(1, d.edges[b+1]-d.edges[b])) + 1e-3
	}
	return p
}
