// Package score judges speech that came through a telephone against what was
// said, by public formulas: how intelligible it is (ESTOI, Jensen and Taal 2016,
// at 10 kHz in 15 bands), how late it comes, and how much of it is missing. Each
// utterance is aligned by itself, because playout buffers move the delay while
// people speak. Only internal/bench uses it. Figures compare with each other
// within one run; they are not those of listeners.
package score

import (
	"errors"
	"math"
	"slices"
)

// Result is what became of some speech.
type Result struct {
	ESTOI  float64 // 1: the same; below 0.5 hard to follow
	Delay  float64 // ms, the median of the utterances
	Spread float64 // ms from the earliest to the latest of them
	Holes  float64 // share of 20 ms pieces of speech that are 20 dB down
}

// ErrNoSpeech says that there is too little speech to judge.
var ErrNoSpeech = errors.New("no speech to judge by")

const (
	rate     = 16000 // to which both are brought for aligning
	estoi    = 10000 // Hz, of the measure's definition
	stray    = 0.160 // s by which an utterance may stray from the mean delay
	enough   = rate  // samples of speech
	piece    = rate / 50
	farDown  = 0.01 // of the energy: 20 dB
	unheard  = 0.01 // of the mean energy: not counted as speech
	noEnergy = 1e-12
)

// Compare judges what was heard. Both begin at the same moment; what is heard
// comes up to longest seconds later.
func Compare(said, heard []float64, hz int, longest float64) (Result, error) {
	ref, deg := Resample(said, hz, rate), Resample(heard, hz, rate)
	mean := lag(ref, deg, 0, 0, int(longest*rate))
	var x, y, late []float64
	for _, u := range utterances(ref) {
		part := ref[u.from:u.to]
		d := lag(part, deg, u.from, max(mean-int(stray*rate), 0), mean+int(stray*rate))
		late = append(late, float64(d)/rate*1000)
		x = append(x, part...)
		for i := u.from; i < u.to; i++ {
			v := 0.0
			if k := i + d; k < len(deg) {
				v = deg[k]
			}
			y = append(y, v)
		}
	}
	if len(x) < enough {
		return Result{}, ErrNoSpeech
	}
	level(x, y)
	slices.Sort(late)
	return Result{
		ESTOI: intelligible(Resample(x, rate, estoi), Resample(y, rate, estoi)),
		Delay: late[len(late)/2], Spread: late[len(late)-1] - late[0], Holes: holes(x, y),
	}, nil
}

// level brings y to the loudness of x.
func level(x, y []float64) {
	gain := math.Sqrt(energy(x) / (energy(y) + noEnergy))
	for i := range y {
		y[i] *= gain
	}
}

func energy(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return sum
}

func holes(x, y []float64) float64 {
	mean := energy(x) / float64(len(x))
	missing, speech := 0, 0
	for at := 0; at+piece <= len(x); at += piece {
		e := energy(x[at : at+piece])
		if e/piece <= mean*unheard {
			continue
		}
		speech++
		if energy(y[at:at+piece]) < e*farDown {
			missing++
		}
	}
	return float64(missing) / float64(max(1, speech))
}

type span struct{ from, to int }

// The stretches of speech: pieces of 20 ms within 35 dB of the loudest, joined
// over short pauses.
const (
	belowTop  = 35.0
	pause     = 12  // pieces
	shortest  = 15  // pieces
	longestIn = 200 // pieces
)

func utterances(x []float64) []span {
	var loud []float64
	for at := 0; at+piece <= len(x); at += piece {
		loud = append(loud, energy(x[at:at+piece]))
	}
	if len(loud) == 0 {
		return nil
	}
	floor := slices.Max(loud) * math.Pow(10, -belowTop/10)
	var out []span
	for i := 0; i < len(loud); i++ {
		if loud[i] <= floor {
			continue
		}
		last := i
		for k := i; k < len(loud) && k-last < pause && k-i < longestIn; k++ {
			if loud[k] > floor {
				last = k
			}
		}
		if last-i >= shortest {
			out = append(out, span{i * piece, (last + 1) * piece})
		}
		i = last
	}
	return out
}

// lag is where ref sits best in deg, lo to hi samples after start: the peak of
// the correlation with its spectrum half whitened, so that the period of the
// voice is not taken for the delay.
func lag(ref, deg []float64, start, lo, hi int) int {
	n := 1
	for n < 2*len(ref)+hi-lo {
		n <<= 1
	}
	a, b := make([]complex128, n), make([]complex128, n)
	for i, v := range ref {
		a[i] = complex(v, 0)
	}
	for i := range len(ref) + hi - lo {
		if k := start + lo + i; k >= 0 && k < len(deg) {
			b[i] = complex(deg[k], 0)
		}
	}
	transform(a, false)
	transform(b, false)
	for i := range a {
		a[i] = cross(a[i], b[i])
	}
	transform(a, true)
	best, at := math.Inf(-1), 0
	for i := range hi - lo + 1 {
		if v := real(a[i]); v > best {
			best, at = v, i
		}
	}
	return lo + at
}
