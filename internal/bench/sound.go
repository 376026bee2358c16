package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"zuoxi/internal/bench/rig"
	"zuoxi/media/mediatest"
	"zuoxi/media/tone"
)

const (
	ms = rig.Rate / 1000 // samples

	chirpGap   = 700 // ms from one chirp to the next
	chirpSway  = 97  // ms that the gap varies by, so that nothing locks on to it
	recognised = 0.55
)

// chirp lies inside every codec's band and has one sharp peak when compared.
func chirp() []int16 { return tone.Chirp(rig.Rate, 400, 3000, 0.040, -6) }

func floats(pcm []int16) []float32 {
	out := make([]float32, len(pcm))
	for i, v := range pcm {
		out[i] = float32(v) / 32768
	}
	return out
}

func shorts(x []float32) []int16 {
	out := make([]int16, len(x))
	for i, v := range x {
		out[i] = int16(max(-32768, min(32767, math.Round(float64(v)*32768))))
	}
	return out
}

// steady is a tone of some length.
func steady(hz, seconds float64) []float32 {
	pcm := make([]int16, int(seconds*rig.Rate))
	tone.New(rig.Rate, -12, hz).Fill(pcm)
	return floats(pcm)
}

// chirps are the moments at which two headsets say them, in turns, so that
// neither hears the other's.
type chirps struct{ a, b []int }

// schedule puts n chirps a side on a take from a sample on, and says when the
// last may have been heard.
func schedule(t *rig.Take, a, b *rig.Headset, from, n int, seed uint64) (chirps, int) {
	rng := rand.New(rand.NewPCG(seed, 1))
	sound := floats(chirp())
	var c chirps
	at := from
	for range n {
		t.Say(a, at, sound)
		half := at + chirpGap*ms/2
		t.Say(b, half, sound)
		c.a, c.b = append(c.a, at), append(c.b, half)
		at += chirpGap*ms + rng.IntN(chirpSway)*ms
	}
	return c, at + chirpGap*ms
}

// Sounds that take long to make are made once, before anything is timed.
var (
	voices = sync.OnceValue(func() [2][]float32 {
		var out [2][]float32
		for i := range out {
			pcm, _ := mediatest.Speech(rig.Rate, chatterSeconds, uint64(i+1))
			out[i] = inRoom(floats(pcm))[:len(pcm)]
		}
		return out
	})
	hiss = sync.OnceValue(func() []float32 { return floats(mediatest.Noise(takeSeconds*rig.Rate, -75, 3)) })
)

// inRoom is speech over the faint noise that goes on after it. A microphone that
// gives digital silence between two sentences is rightly taken for one that was
// pulled out.
func inRoom(said []float32) []float32 {
	out := slices.Clone(hiss())
	for i, v := range said {
		out[i] += v
	}
	return out
}

const chatterSeconds = 8

// chatter lets two headsets talk at once from a sample on, and says until when.
func chatter(t *rig.Take, from int, a, b *rig.Headset) int {
	t.Say(a, from, voices()[0])
	t.Say(b, from, voices()[1])
	return from + chatterSeconds*rig.Rate
}

// quietly leaves the faint noise of a room to microphones from a sample on:
// without any, the program rightly takes them for dead.
func quietly(t *rig.Take, from int, sets ...*rig.Headset) {
	for _, h := range sets {
		t.Say(h, from, hiss()[:t.Len-from])
	}
}

// delays are the milliseconds after which each chirp was heard; one that was
// lost or bent beyond recognition is left out.
func delays(t *rig.Take, ear *rig.Headset, said []int) sample {
	mark := chirp()
	var out sample
	for _, at := range said {
		heard := shorts(t.Heard(ear, at, at+chirpGap*ms))
		if lag, quality := tone.Find(heard, mark); quality > recognised {
			out = append(out, float64(lag)/ms)
		}
	}
	return out
}

// The window that a tone is looked for in, and its step. A window half filled
// is 6 dB down, so an edge is known to about its step.
const (
	window = 10 * ms
	hop    = ms
	edgeDB = 6
	faint  = -45.0 // dBFS below which a tone is not there
)

// tones is how loud one frequency is over time, a value a hop.
func tones(x []float32, hz float64) []float64 {
	pcm := shorts(x)
	var out []float64
	for at := 0; at+window <= len(pcm); at += hop {
		out = append(out, tone.Level(pcm[at:at+window], rig.Rate, hz))
	}
	return out
}

// edges finds the first stretch of a tone that lasts, in samples of x.
func edges(x []float32, hz float64) (on, off int, ok bool) {
	const lasts, gone = 50, 30 // hops
	levels := tones(x, hz)
	top := sample(levels).at(0.98)
	if math.IsNaN(top) || top < faint {
		return 0, 0, false
	}
	above := func(i int) bool { return i < len(levels) && levels[i] > top-edgeDB }
	run := func(i int, want bool, n int) bool {
		for k := range n {
			if i+k < len(levels) && above(i+k) != want {
				return false
			}
		}
		return true
	}
	for i := range levels {
		if !run(i, true, lasts) {
			continue
		}
		for j := i; j <= len(levels); j++ {
			if run(j, false, gone) {
				return i*hop + window/2, j*hop + window/2, true
			}
		}
	}
	return 0, 0, false
}
