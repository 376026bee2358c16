// Package resample changes the rate of a mono stream: any rate to any other,
// by a windowed sinc whose position moves in fractions of a sample, so that
// the ratio can also be trimmed in parts per million while it runs. That is
// how two clocks that disagree are brought together without a click. One
// goroutine owns a Resampler; after New nothing allocates.
package resample

import (
	"fmt"
	"math"
)

const (
	zeros     = 12  // half-width of the kernel in samples of the slower side
	trimZeros = 8   // the same when only the clock is trimmed
	phases    = 256 // kernel positions per sample of the slower side
	mostExact = 512 // as many positions there may be for each to be met exactly
	beta      = 6.0 // Kaiser: about 60 dB down in the stop band
	block     = 512 // input samples taken at a time
)

// MaxPPM is the most a clock can be trimmed; worse clocks are broken ones.
const MaxPPM = 5000

// Resampler carries the state of one stream.
type Resampler struct {
	ratio  float64 // input samples per output sample, before trimming
	step   float64
	taps   int
	half   int
	table  []float32 // (points+1) rows of taps
	points int

	hist []float32
	have int     // samples in hist
	pos  int     // first tap of the next output sample
	frac float64 // and how far past it, 0 to 1
	grid
}

// grid is the position while nothing is trimmed: every output sample then lies
// on a row of the table, and whole numbers lead from one to the next.
type grid struct {
	on      bool // it holds, not frac
	row     int  // how far past pos, in rows
	samples int  // from one output sample to the next
	rows    int
}

// New returns a Resampler from in to out samples per second. With in equal to
// out it copies sample by sample until it is trimmed.
func New(in, out int) *Resampler {
	if in < 1 || out < 1 {
		panic(fmt.Sprintf("resample: from %d to %d Hz", in, out))
	}
	r := &Resampler{ratio: float64(in) / float64(out)}
	r.step = r.ratio
	width, cutoff := max(1, r.ratio), 0.94
	halfZeros := zeros
	if in == out {
		cutoff, halfZeros = 1, trimZeros
	}
	r.half = int(math.Ceil(float64(halfZeros) * width))
	r.taps = 2 * r.half
	r.points = max(32, int(phases/width))
	if q := out / gcd(in, out); q <= mostExact {
		r.points = (r.points + q - 1) / q * q
		r.samples, r.rows = in/out, in%out*r.points/out
		r.on = true
	}
	r.table = tabulate(r.points, r.taps, cutoff/width, float64(halfZeros)*width)
	r.hist = make([]float32, r.taps+block+int(width)+2)
	r.Reset()
	return r
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// tabulate makes the table of the windowed sinc: row p holds the taps of an output
// sample that lies p/points past the middle.
func tabulate(points, taps int, cutoff, halfWidth float64) []float32 {
	table := make([]float32, (points+1)*taps)
	for p := range points + 1 {
		row := table[p*taps : (p+1)*taps]
		sum := 0.0
		for i := range row {
			x := float64(i-taps/2+1) - float64(p)/float64(points)
			v := sinc(x*cutoff) * cutoff * kaiser(x/halfWidth)
			row[i] = float32(v)
			sum += v
		}
		for i := range row {
			row[i] /= float32(sum)
		}
	}
	return table
}

func sinc(x float64) float64 {
	if math.Abs(x) < 1e-12 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

func kaiser(x float64) float64 {
	if x <= -1 || x >= 1 {
		return 0
	}
	return bessel0(beta*math.Sqrt(1-x*x)) / bessel0(beta)
}

func bessel0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > sum*1e-12; k++ {
		term *= x / (2 * k) * x / (2 * k)
		sum += term
	}
	return sum
}

// Reset forgets the stream; the next output starts from silence.
func (r *Resampler) Reset() {
	clear(r.hist)
	r.have = r.half - 1
	r.pos, r.frac, r.row = 0, 0, 0
}

// Trim changes the ratio: positive ppm consumes the input faster, for a
// source whose clock runs ahead of the sink's. It takes effect with the next
// sample and does not move the position.
func (r *Resampler) Trim(ppm float64) {
	if r.on && ppm == 0 {
		return
	}
	r.frac, r.on = r.past(), false
	r.step = r.ratio * (1 + min(MaxPPM, max(-MaxPPM, ppm))*1e-6)
}

// past is how far past pos the next output sample lies, 0 to 1.
func (r *Resampler) past() float64 {
	if r.on {
		return float64(r.row) / float64(r.points)
	}
	return r.frac
}

// Delay is how many input samples beyond an output sample's own moment must
// have come in before it is given.
func (r *Resampler) Delay() int { return r.half }

// MaxOut is the most output that n input samples can give.
func (r *Resampler) MaxOut(n int) int { return int(float64(n)/r.step) + 2 }

// Need is how many more input samples make n output samples certain.
func (r *Resampler) Need(n int) int {
	if n < 1 {
		return 0
	}
	last := r.pos + int(r.past()+float64(n-1)*r.step+1e-6)
	return max(0, last+r.taps-r.have)
}

// Process converts until src is used up or dst is full, and says how much of
// each it dealt with. What it took from src but has not given yet stays
// inside.
func (r *Resampler) Process(dst, src []float32) (written, read int) {
	for {
		for written < len(dst) && r.pos+r.taps <= r.have {
			dst[written] = r.next()
			written++
		}
		n := r.room(len(src) - read)
		if n == 0 || written == len(dst) {
			return written, read
		}
		copy(r.hist[r.have:], src[read:read+n])
		r.have += n
		read += n
	}
}

// ProcessInt16 is Process for 16-bit samples, rounded and limited.
func (r *Resampler) ProcessInt16(dst, src []int16) (written, read int) {
	for {
		for written < len(dst) && r.pos+r.taps <= r.have {
			dst[written] = toInt16(r.next())
			written++
		}
		n := r.room(len(src) - read)
		if n == 0 || written == len(dst) {
			return written, read
		}
		for i, s := range src[read : read+n] {
			r.hist[r.have+i] = float32(s)
		}
		r.have += n
		read += n
	}
}

func toInt16(v float32) int16 {
	return int16(math.RoundToEven(float64(max(-32768, min(32767, v)))))
}

// room makes space for up to want new samples and says for how many.
func (r *Resampler) room(want int) int {
	if want > len(r.hist)-r.have && r.pos > 0 {
		gone := min(r.pos, r.have)
		copy(r.hist, r.hist[gone:r.have])
		r.have -= gone
		r.pos -= gone
	}
	return min(want, len(r.hist)-r.have)
}

// next computes one output sample and moves on.
func (r *Resampler) next() float32 {
	x := r.hist[r.pos : r.pos+r.taps]
	if r.on {
		out := x[r.half-1] // the same rate in and out
		if r.ratio != 1 {
			out = dot(x, r.kernel(r.row))
		}
		r.pos += r.samples
		if r.row += r.rows; r.row >= r.points {
			r.row -= r.points
			r.pos++
		}
		return out
	}
	at := r.frac * float64(r.points)
	p := int(at)
	a, b := dot(x, r.kernel(p)), dot(x, r.kernel(p+1))
	r.frac += r.step
	whole := int(r.frac)
	r.pos += whole
	r.frac -= float64(whole)
	return a + (b-a)*float32(at-float64(p))
}

// kernel is a row of the table.
func (r *Resampler) kernel(row int) []float32 { return r.table[row*r.taps : (row+1)*r.taps] }

// plainDot is dot where there is nothing quicker, and what dot is tested by.
func plainDot(x, h []float32) float32 {
	h = h[:len(x)]
	var a, b float32
	for i := 0; i+1 < len(x); i += 2 {
		a += x[i] * h[i]
		b += x[i+1] * h[i+1]
	}
	if len(x)&1 == 1 {
		a += x[len(x)-1] * h[len(x)-1]
	}
	return a + b
}
