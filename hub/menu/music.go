package menu

import (
	"math"
	"sync"

	"zuoxi/media/g711"
	"zuoxi/media/tone"
)

// The hold music is ours: a slow pentatonic tune over broken chords, made of decaying sines, so that nobody's rights and
// no file are needed. It stays below the level of speech and inside the telephone band.
const (
	beat      = 0.5  // seconds
	peak      = 6000 // of 32767, about -15 dBFS
	lowest    = 261.63
	scaleSize = 5
)

// scale are the steps of the pentatonic scale above C, in semitones.
var scale = [scaleSize]int{0, 2, 4, 7, 9}

// tune is the melody: degree of the scale (0 is C4, 5 is C5) and length in beats; -1 rests.
var tune = [][2]int{
	{5, 2}, {4, 1}, {3, 1}, {4, 2}, {2, 2}, {3, 1}, {4, 1}, {5, 2}, {3, 4},
	{2, 2}, {3, 1}, {4, 1}, {5, 2}, {6, 2}, {5, 1}, {4, 1}, {3, 2}, {2, 4},
	{7, 2}, {6, 1}, {5, 1}, {6, 2}, {4, 2}, {5, 1}, {6, 1}, {7, 2}, {5, 4},
	{4, 2}, {3, 1}, {2, 1}, {3, 2}, {1, 2}, {2, 1}, {3, 1}, {2, 1}, {1, 1}, {0, 3}, {-1, 1},
}

// chords are the degrees under every four beats.
var chords = [][3]int{{0, 2, 3}, {4, 2, 0}, {3, 1, 4}, {0, 2, 3}}

// melody renders the music once: about half a minute of A-law that loops without a seam.
func melody() []byte {
	beats := 0
	for _, n := range tune {
		beats += n[1]
	}
	sound := make([]float64, int(float64(beats)*beat*rate))
	at := 0
	for _, n := range tune {
		if n[0] >= 0 {
			strike(sound, at, pitch(n[0]), 1, 1.1)
		}
		at += n[1]
	}
	for b := range beats {
		chord := chords[b/4%len(chords)]
		strike(sound, b, pitch(chord[b%3]), 0.35, 0.6)
	}
	return encode(sound)
}

func pitch(degree int) float64 {
	semitones := scale[degree%scaleSize] + 12*(degree/scaleSize)
	return lowest * math.Pow(2, float64(semitones)/12)
}

// strike adds a decaying note that rings over the seam of the loop.
func strike(sound []float64, at int, hz, level, decay float64) {
	start := int(float64(at) * beat * rate)
	length := int(4 * decay * rate)
	for i := range length {
		t := float64(i) / rate
		attack := math.Min(1, t/0.015)
		v := math.Sin(2*math.Pi*hz*t) + 0.3*math.Sin(4*math.Pi*hz*t)*math.Exp(-2*t)
		sound[(start+i)%len(sound)] += level * attack * math.Exp(-t/decay) * v
	}
}

func encode(sound []float64) []byte {
	top := 0.0
	for _, v := range sound {
		top = math.Max(top, math.Abs(v))
	}
	pcm := make([]int16, len(sound))
	for i, v := range sound {
		pcm[i] = int16(v / top * peak)
	}
	out := make([]byte, len(pcm))
	g711.EncodeALaw(out, pcm)
	return out
}

// ringing is the tone of a telephone that rings elsewhere: 450 Hz, one second of five (GF 002).
var ringing = sync.OnceValue(func() []byte {
	pcm := make([]int16, 5*rate)
	tone.New(rate, -20, 450).Fill(pcm[:rate])
	out := make([]byte, len(pcm))
	g711.EncodeALaw(out, pcm)
	return out
})
