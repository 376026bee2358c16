package line

import (
	"sync/atomic"
	"time"

	"github.com/pion/rtp"

	"zuoxi/internal/voiceline"
	"zuoxi/media/adapt"
	"zuoxi/media/g711"
	"zuoxi/media/opus"
	"zuoxi/media/plc"
	"zuoxi/media/resample"
)

const (
	// A hole up to this long is filled before it is coded; a longer one is a pause.
	longestHole = 3 * frameSamples
	doubling    = opus.Rate / alawRate
	opusPerALaw = opus.Clock / alawRate
)

// speaking brings A-law towards a seat into the coding that the seat asked
// for. It belongs to the line's write goroutine; ask may be called by any.
type speaking struct {
	want atomic.Pointer[adapt.Coding]

	rooms   joint
	now     adapt.Coding
	coder   *coder // from the first Opus packet on
	started bool
	inSeq   uint16 // what comes next, while Opus is spoken
	inTS    uint32
	offSeq  uint16 // from its numbers to ours, while A-law is spoken
	seq     uint16 // our last packet
	clock   uint32 // Opus' next timestamp
	fresh   bool   // the next Opus packet begins a spurt
	packet  rtp.Packet
}

// coder is what Opus needs.
type coder struct {
	enc     *opus.Encoder
	up      *resample.Resampler
	conceal *plc.Concealer
	narrow  [maxALaw]int16
	pcm     []int16 // waiting, at opus.Rate
	out     [opus.MaxPacket]byte
}

const maxALaw = 1500 // samples in a packet, at most

func newSpeaking() *speaking {
	s := &speaking{now: adapt.Plain()}
	s.ask(adapt.Plain())
	return s
}

func (s *speaking) ask(c adapt.Coding) { s.want.Store(&c) }

// joint makes one row of numbers of what several rooms send one after the
// other. Each room begins anew; to the seat's replay check its numbers would be
// packets that it has seen, and the agent would hear nothing.
type joint struct {
	any  bool
	next uint16
	off  uint16
}

// Numbers further apart belong to two rooms.
const farBack, farAhead = 200, 1000

// number gives a packet its place in the row.
func (j *joint) number(p *rtp.Packet) {
	p.SequenceNumber += j.off
	ahead := int16(p.SequenceNumber - j.next)
	if j.any && (ahead < -farBack || ahead > farAhead || p.Marker && ahead < 0) {
		j.off -= uint16(ahead)
		p.SequenceNumber, p.Marker, ahead = j.next, true, 0
	}
	if !j.any || ahead >= 0 {
		j.next, j.any = p.SequenceNumber+1, true
	}
}

// take brings a packet into the coding and writes what is ready.
func (s *speaking) take(p *rtp.Packet, write func(*rtp.Packet)) {
	s.rooms.number(p)
	if want := *s.want.Load(); want != s.now && !s.change(want, p) {
		s.ask(s.now)
	}
	if !s.now.Opus {
		p.SequenceNumber += s.offSeq
		if !s.started || int16(p.SequenceNumber-s.seq) > 0 {
			s.seq, s.started = p.SequenceNumber, true
		}
		write(p)
		return
	}
	s.encode(p, write)
}

// change takes up another coding; false if it cannot be had.
func (s *speaking) change(to adapt.Coding, p *rtp.Packet) bool {
	if !to.Opus {
		s.offSeq = s.seq + 1 - p.SequenceNumber
		p.Marker = true
		s.now = to
		return true
	}
	settings := opus.Settings{Bitrate: to.Bitrate, FEC: to.FEC, ExpectedLoss: to.Expected, Complexity: opus.Effort}
	if s.coder == nil {
		enc, err := opus.NewEncoder(settings)
		if err != nil {
			return false
		}
		s.coder = &coder{enc: enc, up: resample.New(alawRate, opus.Rate), conceal: plc.New(alawRate)}
	}
	if s.coder.enc.Apply(settings) != nil {
		return false
	}
	if !s.now.Opus {
		s.restart(p)
		if !s.started {
			s.seq, s.started = p.SequenceNumber-1, true
		}
	}
	s.now = to
	return true
}

// restart begins to code with p.
func (s *speaking) restart(p *rtp.Packet) {
	_ = s.coder.enc.Reset()
	s.coder.up.Reset()
	s.coder.conceal.Reset()
	s.coder.pcm = s.coder.pcm[:0]
	s.inSeq, s.inTS, s.fresh = p.SequenceNumber, p.Timestamp, true
}

// encode adds a packet to what waits, and what is missing before it.
func (s *speaking) encode(p *rtp.Packet, write func(*rtp.Packet)) {
	if len(p.Payload) > maxALaw || int16(p.SequenceNumber-s.inSeq) < 0 {
		return // too late: its place was filled
	}
	hole := int32(p.Timestamp - s.inTS)
	switch {
	case hole > 0 && hole <= longestHole && p.SequenceNumber != s.inSeq:
		gap := s.coder.narrow[:hole]
		s.coder.conceal.Conceal(gap)
		s.add(gap, write)
	case hole != 0:
		s.clock += uint32(max(0, hole)) * opusPerALaw
		s.restart(p)
	}
	pcm := s.coder.narrow[:g711.DecodeALaw(s.coder.narrow[:], p.Payload)]
	s.coder.conceal.Good(pcm)
	s.inSeq, s.inTS = p.SequenceNumber+1, p.Timestamp+uint32(len(pcm))
	s.add(pcm, write)
}

// add codes what is enough for a packet.
func (s *speaking) add(pcm []int16, write func(*rtp.Packet)) {
	c := s.coder
	var wide [doubling*maxALaw + 8]int16
	n, _ := c.up.ProcessInt16(wide[:], pcm)
	if s.fresh && len(c.pcm) == 0 {
		// What the doubling holds back is made up for, so that packets stay in
		// step with what comes.
		for range doubling*len(pcm) - n {
			c.pcm = append(c.pcm, 0)
		}
	}
	c.pcm = append(c.pcm, wide[:n]...)
	size := int(s.now.Packet/time.Millisecond) * opus.Rate / 1000
	for len(c.pcm) >= size {
		n, err := c.enc.Encode(c.out[:], c.pcm[:size])
		c.pcm = c.pcm[:copy(c.pcm, c.pcm[size:])]
		s.seq++
		s.packet.Header = rtp.Header{Version: 2, PayloadType: voiceline.PayloadOpus, Marker: s.fresh, SequenceNumber: s.seq, Timestamp: s.clock}
		s.clock += uint32(size) * (opus.Clock / opus.Rate)
		if err != nil {
			continue // heard as a lost packet
		}
		s.fresh = false
		s.packet.Payload = c.out[:n]
		write(&s.packet)
	}
}
