package softphone

import "zuoxi/media/resample"

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

// used tells whether anybody wants to hear the microphone.
func (m *mic) used() bool { return m.open.Load() || m.aside.Load() != nil }

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
