package conf

import (
	"time"

	"github.com/pion/rtp"

	"zuoxi/media/g711"
	"zuoxi/media/jitter"
)

const payloadALaw = 8

var aLaw = map[uint8]jitter.Codec{payloadALaw: jitter.PCMA()}

// pullInputs takes one frame of each speaker who is heard in some mix.
func (r *Room) pullInputs(at time.Time) map[string]*[FrameSamples]int16 {
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
				frames[s] = sp.in.pull(at)
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

// unheard is how long a speaker is in no mix before what waits of it is old.
const unheard = 100 * time.Millisecond

// input plays a speaker out for mixes: the pacer is its clock. It is made when
// somebody first hears the speaker in a mix.
type input struct {
	sound  *jitter.Buffer
	pulled time.Time
	pcm    [FrameSamples]int16
}

// reset forgets what waits.
func (in *input) reset() {
	if in.sound != nil {
		in.sound.Reset()
	}
}

func (in *input) push(p *rtp.Packet) {
	if in.sound == nil {
		b, err := jitter.New(jitter.Config{Rate: sampleRate, Codecs: aLaw})
		if err != nil {
			panic(err) // the configuration is a constant
		}
		in.sound = b
	}
	in.sound.Push(jitter.Packet{
		PT: payloadALaw, Marker: p.Marker, Seq: p.SequenceNumber, TS: p.Timestamp, SSRC: p.SSRC, Payload: p.Payload,
	}, jitter.Now())
}

// pull gives the next frame; silence from who has not spoken.
func (in *input) pull(at time.Time) *[FrameSamples]int16 {
	if in.sound == nil {
		return &in.pcm
	}
	if at.Sub(in.pulled) > unheard {
		in.sound.Reset()
	}
	in.pulled = at
	in.sound.Pull(in.pcm[:])
	return &in.pcm
}
