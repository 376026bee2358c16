// Package scene puts a voice where its caller is: how they speak (mood), what is around them (a street, other voices), and what
// a bad line does to it. It is for voices that were rendered in a quiet room. Everything is 8 kHz mono and depends on nothing but
// what is given: the same voice at the same place sounds the same on every machine. One goroutine owns a Scene.
package scene

import (
	"math"

	"zuoxi/media/resample"
	"zuoxi/media/stretch"
)

// Rate of all sound here, samples a second.
const Rate = 8000

// Mood is how somebody speaks, compared with the voice as it was rendered.
type Mood struct {
	Speed float64 // times as fast; 0 is 1
	Pitch float64 // semitones
	Level float64 // dB
}

// Speak has a voice speak in the mood.
func (m Mood) Speak(pcm []int16) []int16 {
	speed := m.Speed
	if speed == 0 {
		speed = 1
	}
	higher := math.Pow(2, m.Pitch/12)
	out := pcm
	if higher != 1 { // read faster, which is higher and shorter; the stretcher gives the length back
		r := resample.New(int(Rate*higher), Rate)
		wide := make([]int16, r.MaxOut(len(pcm)+r.Delay()))
		n, _ := r.ProcessInt16(wide, append(pcm[:len(pcm):len(pcm)], make([]int16, r.Delay())...))
		out = wide[:n]
	}
	if by := speed / higher; by != 1 {
		out = stretched(out, by)
	}
	if m.Level == 0 {
		return out
	}
	gain, louder := math.Pow(10, m.Level/20), make([]int16, len(out))
	for i, v := range out {
		louder[i] = clip(float64(v) * gain)
	}
	return louder
}

func stretched(pcm []int16, by float64) []int16 {
	s := stretch.New(Rate)
	s.SetSpeed(by)
	out := make([]int16, int(float64(len(pcm))/by)+Rate/10)
	n, _ := s.Process(out, append(pcm[:len(pcm):len(pcm)], make([]int16, Rate/10)...))
	return out[:min(n, int(float64(len(pcm))/by))]
}

// The noises.
const (
	Street = "street" // traffic: low, swelling as cars go by
	Babble = "babble" // several people who talk
)

// Place is where a caller is, and the line from there.
type Place struct {
	Noise string  // empty: a quiet room
	SNR   float64 // dB of the voice over the noise
	Loss  float64 // per cent of the line's packets that get lost
	Band  float64 // Hz above which the line carries nothing; 0: all of the telephone's
	Seed  uint64
}

// voiceRMS is how loud the rendered voices are while they speak, of full scale.
const voiceRMS = 0.1

// Scene is a place that sounds.
type Scene struct {
	place Place
	bed   []int16 // the noise, a loop; nil in a quiet room
}

// New makes a place. Its noise lasts eight seconds and begins again without a seam.
func New(p Place) *Scene {
	s := &Scene{place: p}
	make := map[string]func(*dice) []float64{Street: street, Babble: babble}[p.Noise]
	if make == nil {
		return s
	}
	s.bed = leveled(make(&dice{p.Seed | 1}), voiceRMS*math.Pow(10, -p.SNR/20))
	s.bed = s.Line(s.bed)
	return s
}

// Noisy tells whether there is something to be heard while nobody speaks.
func (s *Scene) Noisy() bool { return s.bed != nil }

// Line takes from a sound what the line's band does not carry.
func (s *Scene) Line(pcm []int16) []int16 {
	if s.place.Band <= 0 || s.place.Band >= Rate/2 {
		return pcm
	}
	out, one, two := make([]int16, len(pcm)), lowpass(s.place.Band, 0.541), lowpass(s.place.Band, 1.307)
	for i, v := range pcm { // a Butterworth of the fourth order
		out[i] = clip(two.next(one.next(float64(v))))
	}
	return out
}

// packet is what a lost one takes away: 20 ms.
const packet = Rate / 50

// Mix adds to a call's sound from sample at on what is around the caller, and takes away what the line loses.
func (s *Scene) Mix(pcm []int16, at int) {
	for i := range pcm {
		n := at + i
		if s.lost(n / packet) {
			pcm[i] = 0
			continue
		}
		if s.bed != nil {
			pcm[i] = clip(float64(pcm[i]) + float64(s.bed[n%len(s.bed)]))
		}
	}
}

// lost tells of a packet whether the line loses it: the number alone decides, wherever one begins to listen.
func (s *Scene) lost(n int) bool {
	if s.place.Loss <= 0 {
		return false
	}
	d := dice{s.place.Seed ^ uint64(n)*0x9E3779B97F4A7C15}
	d.next()
	return d.even() < s.place.Loss/100
}

func clip(v float64) int16 { return int16(max(-32768, min(32767, math.Round(v)))) }
