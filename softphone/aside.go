package softphone

import (
	"sync/atomic"

	"zuoxi/media/resample"
	"zuoxi/softphone/lane"
)

// asideRate is what Listen and Say speak: telephone sound.
const asideRate = 8000

// aside takes the microphone's sound out beside the line.
type aside struct {
	half  *resample.Resampler
	f     func(pcm []int16)
	block [asideRate / 50]int16
}

// push hands one block of the microphone on.
func (a *aside) push(pcm []int16) {
	for len(pcm) > 0 {
		made, used := a.half.ProcessInt16(a.block[:], pcm)
		pcm = pcm[used:]
		if made > 0 {
			a.f(a.block[:made])
		}
	}
}

// Listen hands the microphone's sound to f, 8000 samples a second, until it is called with nil; the hub gets none of it
// unless SetTalk says so. f is called by the goroutine that also makes packets: it must copy and not wait.
func (p *Phone) Listen(f func(pcm []int16)) {
	if f == nil {
		p.mic.aside.Store(nil)
		return
	}
	p.mic.aside.Store(&aside{half: resample.New(voiceRate, asideRate), f: f})
	p.stir()
}

// airRing holds what waits for the next packet; airMost of it is more than the two clocks need.
const (
	airRing = voiceRate / 2
	airMost = voiceRate / 10
)

// air is sound of our own on its way to the hub.
type air struct {
	on   atomic.Bool
	up   *resample.Resampler
	ring *lane.Samples
	wide []int16
	in   []float32
	out  []float32 // the microphone's goroutine's own
}

func newAir() *air {
	return &air{up: resample.New(asideRate, voiceRate), ring: lane.NewSamples(airRing), out: make([]float32, voiceRate/50)}
}

// Air sends sound, 8000 samples a second, to the hub in place of the microphone until it is called with nil. One goroutine
// calls it, about as fast as the sound lasts; what comes too fast is left out.
func (p *Phone) Air(pcm []int16) {
	a := p.mic.air
	if pcm == nil {
		a.on.Store(false)
		return
	}
	if need := a.up.MaxOut(len(pcm)); need > len(a.wide) {
		a.wide, a.in = make([]int16, need), make([]float32, need)
	}
	n, _ := a.up.ProcessInt16(a.wide, pcm)
	for i, v := range a.wide[:n] {
		a.in[i] = float32(v) / 32768
	}
	a.ring.Write(a.in[:n])
	a.on.Store(true)
}

// take replaces the microphone's block; false while there is nothing of our own to be sent.
func (a *air) take(pcm []int16) bool {
	if !a.on.Load() {
		a.ring.Discard(0)
		return false
	}
	a.ring.Discard(airMost)
	clear(pcm)
	n := a.ring.Read(a.out[:min(len(pcm), len(a.out))])
	for i, v := range a.out[:n] {
		pcm[i] = int16(max(-32768, min(32767, v*32768)))
	}
	return true
}

// used tells whether anybody wants to hear the microphone.
func (m *mic) used() bool { return m.open.Load() || m.aside.Load() != nil || m.air.on.Load() }

// clip is sound of our own in the ear, played once. It belongs to the output device's callback once it is stored.
type clip struct{ pcm []int16 }

// Say plays sound, 8000 samples a second, into the ear over whatever is heard there, in place of what it played before;
// nothing hushes it.
func (p *Phone) Say(pcm []int16) {
	if len(pcm) == 0 {
		p.ear.clip.Store(nil)
		return
	}
	up := resample.New(asideRate, voiceRate)
	wide := make([]int16, up.MaxOut(len(pcm)+up.Delay()))
	n, _ := up.ProcessInt16(wide, append(pcm[:len(pcm):len(pcm)], make([]int16, up.Delay())...))
	p.ear.clip.Store(&clip{wide[:n]})
	p.stir()
}

// mix adds the clip and tells whether there is more of it.
func (c *clip) mix(dst []int16) bool {
	n := min(len(dst), len(c.pcm))
	for i, v := range c.pcm[:n] {
		dst[i] = int16(max(-32768, min(32767, int(dst[i])+int(v))))
	}
	c.pcm = c.pcm[n:]
	return len(c.pcm) > 0
}
