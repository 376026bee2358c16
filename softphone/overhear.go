package softphone

import (
	"context"
	"time"

	"zuoxi/media/resample"
	"zuoxi/softphone/lane"
)

// What is overheard waits in a ring of a second and is handed on ten times in it: words come in sentences.
const (
	overheardRing  = voiceRate
	overheardEvery = 100 * time.Millisecond
)

// overheard is the line's sound on its way to who wants it beside the ear. The output device's callback writes, run reads.
type overheard struct {
	ring *lane.Samples
	wide [voiceRate / 50]float32 // the callback's own
	end  context.CancelFunc
}

// write is of the output device's callback.
func (o *overheard) write(pcm []int16) {
	for len(pcm) > 0 {
		n := min(len(pcm), len(o.wide))
		for i, v := range pcm[:n] {
			o.wide[i] = float32(v) / 32768
		}
		o.ring.Write(o.wide[:n])
		pcm = pcm[n:]
	}
}

// run hands on what was written until ctx ends.
func (o *overheard) run(ctx context.Context, f func(pcm []int16)) {
	half := resample.New(voiceRate, asideRate)
	var wide, narrow [voiceRate / 10]float32
	var pcm [len(narrow)]int16
	tick := time.NewTicker(overheardEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for n := o.ring.Read(wide[:]); n > 0; n = o.ring.Read(wide[:]) {
			made, _ := half.Process(narrow[:], wide[:n])
			for i, v := range narrow[:made] {
				pcm[i] = int16(max(-32768, min(32767, v*32768)))
			}
			f(pcm[:made])
		}
	}
}

// Overhear hands what the hub lets be heard to f, 8000 samples a second, until it is called with nil: the line alone, without
// tones, ringing or clips of the phone's own. f is called by a goroutine of its own, perhaps once more after the end; it must
// copy. Where f is late, the newest sound is left out and the ear hears it all the same. One goroutine calls Overhear.
func (p *Phone) Overhear(f func(pcm []int16)) {
	var next *overheard
	if f != nil && p.ctx.Err() == nil {
		ctx, end := context.WithCancel(p.ctx)
		next = &overheard{ring: lane.NewSamples(overheardRing), end: end}
		p.work.Go(func() { next.run(ctx, f) })
	}
	if old := p.ear.overheard.Swap(next); old != nil {
		old.end()
	}
}
