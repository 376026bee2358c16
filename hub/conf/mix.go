package conf

import (
	"time"

	"github.com/pion/rtp"

	"zuoxi/media/g711"
)

// pullInputs takes one frame of each speaker who is heard in some mix.
func (r *Room) pullInputs() map[string]*[FrameSamples]int16 {
	var frames map[string]*[FrameSamples]int16
	for _, l := range r.ports {
		if len(l.hears) < 2 || l.clip != nil {
			continue
		}
		for s := range l.hears {
			if frames == nil {
				frames = map[string]*[FrameSamples]int16{}
			}
			if sp := r.ports[s]; sp != nil && frames[s] == nil {
				frames[s] = sp.in.pull()
			}
		}
	}
	return frames
}

// mix sums what the leg hears.
func (p *Port) mix(frames map[string]*[FrameSamples]int16) []byte {
	var sum [FrameSamples]int32
	for s := range p.hears {
		if f := frames[s]; f != nil {
			for i, v := range f {
				sum[i] += int32(v)
			}
		}
	}
	var pcm [FrameSamples]int16
	for i, v := range sum {
		pcm[i] = clip16(v)
	}
	g711.EncodeALaw(p.mixed[:], pcm[:])
	return p.mixed[:]
}

const (
	inputFrames = 16 // frames kept for a mix, 320 ms
	inputStart  = 2  // frames gathered before the first is taken, 40 ms
)

// input lines a speaker's packets up for mixing. Frames are put in their place
// by sequence number, so that reordered ones fit; what is missing when its turn
// comes is silence.
type input struct {
	frames [inputFrames][FrameSamples]int16
	filled [inputFrames]bool
	next   uint16 // sequence number of the next frame to take
	queued int
	ready  bool
	any    bool
	silent [FrameSamples]int16
}

func (in *input) reset() { *in = input{} }

func (in *input) push(p *rtp.Packet, _ time.Time) {
	if !in.any {
		in.next, in.any = p.SequenceNumber, true
	}
	d := int16(p.SequenceNumber - in.next)
	switch {
	case d < 0 && d > -inputFrames:
		return // its turn is over
	case d < 0 || d >= inputFrames:
		in.reset()
		in.next, in.any, d = p.SequenceNumber, true, 0
	}
	slot := int(p.SequenceNumber % inputFrames)
	if in.filled[slot] {
		return
	}
	frame := &in.frames[slot]
	n := g711.DecodeALaw(frame[:], p.Payload)
	clear(frame[n:])
	in.filled[slot] = true
	in.queued++
	in.ready = in.ready || in.queued >= inputStart
}

// pull takes the next frame; with none queued the input gathers anew, so that
// a pause is not turned into delay.
func (in *input) pull() *[FrameSamples]int16 {
	if !in.ready {
		return &in.silent
	}
	if in.queued == 0 {
		in.ready, in.any = false, false
		return &in.silent
	}
	slot := int(in.next % inputFrames)
	in.next++
	if !in.filled[slot] {
		return &in.silent
	}
	in.filled[slot] = false
	in.queued--
	return &in.frames[slot]
}
