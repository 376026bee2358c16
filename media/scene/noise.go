package scene

import "math"

// loop is how long a noise lasts before it begins again. Everything periodic in it has a whole number of periods.
const loop = 8 * Rate

// dice are numbers that look random and are the same everywhere (splitmix64).
type dice struct{ state uint64 }

func (d *dice) next() uint64 {
	d.state += 0x9E3779B97F4A7C15
	z := d.state
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// even is between 0 and 1.
func (d *dice) even() float64 { return float64(d.next()>>11) / (1 << 53) }

// street is rumble below 400 Hz with some hiss of tyres, and three cars that go by.
func street(d *dice) []float64 {
	rumble, hiss := lowpass(300, 0.7), lowpass(1800, 0.7)
	out := make([]float64, loop)
	for i := -Rate; i < loop; i++ { // a second to settle
		white := 2*d.even() - 1
		v := 6*rumble.next(white) + 0.25*hiss.next(white)
		if i >= 0 {
			out[i] = v * (0.6 + 0.4*math.Sin(2*math.Pi*3*float64(i)/loop))
		}
	}
	return seamless(out)
}

// talkers is how many people talk in the background.
const talkers = 6

// babble is voices of different height, each with syllables of its own and a formant that moves; no words.
func babble(d *dice) []float64 {
	out := make([]float64, loop)
	for range talkers {
		turns := math.Round(d.even()*100+100) * loop / Rate // of the voice, in the loop
		beat := math.Round(d.even()*2+3) * loop / Rate      // syllables
		shift, first, second := d.even()*2*math.Pi, 300+400*d.even(), 900+900*d.even()
		for i := range out {
			at := 2 * math.Pi * float64(i) / loop
			swell := math.Max(0, math.Sin(beat*at+shift))
			wander := 1 + 0.25*math.Sin(beat/2*at+shift)
			v := 0.0
			for h := 1.0; h*turns*Rate/loop < 3200; h++ {
				f := h * turns * Rate / loop
				v += (bell(f, first*wander) + 0.5*bell(f, second*wander) + 0.02) * math.Sin(h*turns*at)
			}
			out[i] += swell * v
		}
	}
	return out
}

// bell is how much a formant lets through.
func bell(f, formant float64) float64 {
	x := (f - formant) / 150
	return 1 / (1 + x*x)
}

// seamless fades the end of a loop into its beginning.
func seamless(x []float64) []float64 {
	const fade = Rate / 4
	for i := range fade {
		w := float64(i) / fade
		x[len(x)-fade+i] = x[len(x)-fade+i]*math.Sqrt(1-w) + x[fade-1-i]*math.Sqrt(w)
	}
	return x
}

// leveled brings a sound to a level, of full scale.
func leveled(x []float64, rms float64) []int16 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	gain := rms * 32768 / math.Sqrt(sum/float64(len(x)))
	out := make([]int16, len(x))
	for i, v := range x {
		out[i] = clip(v * gain)
	}
	return out
}

// section is a filter of the second order.
type section struct{ b0, b1, b2, a1, a2, x1, x2, y1, y2 float64 }

// lowpass is one by the bilinear transform.
func lowpass(hz, q float64) *section {
	w := 2 * math.Pi * hz / Rate
	alpha, cos := math.Sin(w)/(2*q), math.Cos(w)
	a0 := 1 + alpha
	return &section{b0: (1 - cos) / 2 / a0, b1: (1 - cos) / a0, b2: (1 - cos) / 2 / a0, a1: -2 * cos / a0, a2: (1 - alpha) / a0}
}

func (s *section) next(x float64) float64 {
	y := s.b0*x + s.b1*s.x1 + s.b2*s.x2 - s.a1*s.y1 - s.a2*s.y2
	s.x2, s.x1, s.y2, s.y1 = s.x1, x, s.y1, y
	return y
}
