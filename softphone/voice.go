package softphone

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"

	"zuoxi/internal/voiceline"
	"zuoxi/media/adapt"
	"zuoxi/media/g711"
	"zuoxi/media/opus"
	"zuoxi/media/resample"
)

// Coding is how the agent's voice is put into packets.
type Coding = adapt.Coding

// Plain is what a good line gets: what the telephone network gives, untouched.
func Plain() Coding { return adapt.Plain() }

const (
	maxPacket = 60
	alawRate  = 8000
)

// voice cuts sound into packets and puts each on the wire the moment it is
// full. It belongs to the microphone's goroutine; set may be called by any.
type voice struct {
	want atomic.Pointer[Coding]
	out  func() *line // where packets go, nil for nowhere
	sent atomic.Uint64

	now      Coding
	encoder  *opus.Encoder
	half     *resample.Resampler
	pcm      []int16 // waiting, at the codec's rate
	held     int     // zeros to begin with, see mic.restart
	payload  [maxPacket * alawRate / 1000]byte
	header   rtp.Header
	alawTime uint32 // each codec's clock goes on while the other speaks
	opusTime uint32
	fresh    bool // the next packet begins a spurt
}

func newVoice(out func() *line) (*voice, error) {
	encoder, err := opus.NewEncoder(opus.Settings{Bitrate: 16000})
	if err != nil {
		return nil, fmt.Errorf("voice coder: %w", err)
	}
	v := &voice{
		out: out, encoder: encoder, now: Plain(),
		half: resample.New(voiceRate, alawRate),
		pcm:  make([]int16, 0, 2*maxPacket*voiceRate/1000),
	}
	// Numbers and times begin anywhere (RFC 3550 section 5.1): a program that is
	// started again must not seem to repeat the one before.
	v.header = rtp.Header{Version: 2, SequenceNumber: uint16(rand.Uint32())}
	v.alawTime = rand.Uint32()
	v.opusTime = v.alawTime * (opus.Clock / alawRate)
	v.set(Plain())
	return v, nil
}

// set changes the coding from the next packet on.
func (v *voice) set(c Coding) { v.want.Store(&c) }

// restart drops what has been collected; held is how many samples at voiceRate
// the stages before hold back.
func (v *voice) restart(held int) {
	v.held = held
	v.pcm = v.pcm[:0]
	v.half.Reset()
	zeros := held
	if !v.now.Opus {
		zeros = (held+v.half.Delay()+1)/2 + 1
	}
	for range zeros {
		v.pcm = append(v.pcm, 0)
	}
	v.fresh = true
}

// add takes the next samples at voiceRate.
func (v *voice) add(pcm []int16) {
	if c := v.want.Load(); *c != v.now {
		v.change(*c)
	}
	if v.now.Opus {
		v.pcm = append(v.pcm, pcm...)
	} else {
		var narrow [voiceRate / 50]int16
		n, _ := v.half.ProcessInt16(narrow[:], pcm)
		v.pcm = append(v.pcm, narrow[:n]...)
	}
	size := v.frame()
	for len(v.pcm) >= size {
		v.send(v.pcm[:size])
		v.pcm = v.pcm[:copy(v.pcm, v.pcm[size:])]
	}
}

func (v *voice) change(c Coding) {
	codec := c.Opus != v.now.Opus
	v.now = c
	if c.Opus {
		// A setting that the library refuses leaves the one before in force.
		_ = v.encoder.Apply(opus.Settings{Bitrate: c.Bitrate, FEC: c.FEC, ExpectedLoss: c.Expected, Complexity: opus.Effort})
	}
	if codec {
		_ = v.encoder.Reset()
		v.restart(v.held)
	}
}

// rate is the codec's.
func (v *voice) rate() int {
	if v.now.Opus {
		return voiceRate
	}
	return alawRate
}

// frame is how many samples make a packet.
func (v *voice) frame() int { return int(v.now.Packet/time.Millisecond) * v.rate() / 1000 }

// lacks is how much sound is missing from the next packet.
func (v *voice) lacks() time.Duration {
	return time.Duration(v.frame()-len(v.pcm)) * time.Second / time.Duration(v.rate())
}

func (v *voice) send(pcm []int16) {
	l := v.out()
	if l == nil {
		v.advance()
		return
	}
	n := 0
	if v.now.Opus {
		v.header.PayloadType, v.header.Timestamp = voiceline.PayloadOpus, v.opusTime
		var err error
		if n, err = v.encoder.Encode(v.payload[:], pcm); err != nil {
			v.advance()
			return
		}
	} else {
		v.header.PayloadType, v.header.Timestamp = voiceline.PayloadALaw, v.alawTime
		n = g711.EncodeALaw(v.payload[:], pcm)
	}
	v.header.Marker = v.fresh
	v.header.SequenceNumber++
	if l.conn.Send(&v.header, v.payload[:n]) {
		v.sent.Add(1)
		v.fresh = false
	}
	v.advance()
}

// pulse sends one packet of silence in the place of all those since the last.
func (v *voice) pulse() {
	for range int(pulseEvery/v.now.Packet) - 1 {
		v.advance()
	}
	v.fresh = true
	v.pcm = v.pcm[:v.frame()]
	clear(v.pcm)
	v.send(v.pcm)
	v.pcm = v.pcm[:0]
}

// advance moves both clocks on by one packet.
func (v *voice) advance() {
	ms := uint32(v.now.Packet / time.Millisecond)
	v.alawTime += ms * alawRate / 1000
	v.opusTime += ms * opus.Clock / 1000
}
