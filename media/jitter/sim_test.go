package jitter

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"zuoxi/media/g711"
	"zuoxi/media/opus"
)

// sim is a call on made-up clocks: a sender that makes a packet of what it
// says every so often, a network, and a device that pulls.
type sim struct {
	t       testing.TB
	rate    int // out
	said    []int16
	codec   func(i int) uint8 // payload type of packet i
	frameMS int
	pullMS  float64
	sendPPM float64 // sender's clock against true time
	playPPM float64 // device's
	delay   func(i int, at time.Duration) time.Duration
	lose    func(i int, at time.Duration) bool
	opus    opus.Settings
	tweak   func(i int, p *Packet)
	now     time.Duration
	buffer  *Buffer
	seconds float64
	observe func(at time.Duration, out []int16)
}

type flight struct {
	p  Packet
	at time.Duration
}

func always(pt uint8) func(int) uint8 { return func(int) uint8 { return pt } }

func clean(int, time.Duration) time.Duration { return 5 * time.Millisecond }

func none(int, time.Duration) bool { return false }

func (s *sim) defaults() {
	if s.rate == 0 {
		s.rate = 8000
	}
	s.frameMS = cmp.Or(s.frameMS, 20)
	s.pullMS = cmp.Or(s.pullMS, 10)
	if s.codec == nil {
		s.codec = always(8)
	}
	if s.delay == nil {
		s.delay = clean
	}
	if s.lose == nil {
		s.lose = none
	}
	if s.opus.Bitrate == 0 {
		s.opus = opus.Settings{Bitrate: 24000, Complexity: 5}
	}
	s.seconds = cmp.Or(s.seconds, float64(len(s.said))/float64(s.rate))
	codecs, err := Telephone(s.rate)
	if err != nil {
		s.t.Fatal(err)
	}
	s.buffer, err = New(Config{Rate: s.rate, Codecs: codecs, Events: []uint8{101}, Now: func() time.Duration { return s.now }})
	if err != nil {
		s.t.Fatal(err)
	}
}

// encode makes packet i of the stream. The encoders' sound is at the out
// rate, brought to theirs by repeating or leaving out samples: the tests that
// listen closely use equal rates.
func (s *sim) encode(enc *opus.Encoder, pt uint8, frame []int16) []byte {
	if pt == 111 {
		pcm := convert(frame, s.rate, opus.Rate)
		buf := make([]byte, opus.MaxPacket)
		n, err := enc.Encode(buf, pcm)
		if err != nil {
			s.t.Fatal(err)
		}
		return buf[:n]
	}
	pcm := convert(frame, s.rate, 8000)
	buf := make([]byte, len(pcm))
	if pt == 0 {
		g711.EncodeULaw(buf, pcm)
	} else {
		g711.EncodeALaw(buf, pcm)
	}
	return buf
}

func convert(in []int16, from, to int) []int16 {
	out := make([]int16, len(in)*to/from)
	for i := range out {
		out[i] = in[i*from/to]
	}
	return out
}

// sender makes the packets one after the other and starts the saying again
// when it is through.
type sender struct {
	*sim
	enc *opus.Encoder
	i   int
	ts  uint32
}

// next returns the next packet and when it is sent.
func (s *sender) next() (Packet, time.Duration) {
	n := s.rate * s.frameMS / 1000
	at := s.i % (len(s.said) / n) * n
	pt := s.codec(s.i)
	p := Packet{PT: pt, Seq: uint16(65000 + s.i), TS: s.ts, SSRC: 1, Payload: s.encode(s.enc, pt, s.said[at:at+n])}
	if s.tweak != nil {
		s.tweak(s.i, &p)
	}
	s.i++
	s.ts += uint32(s.frameMS * 8)
	if pt == 111 {
		s.ts += uint32(s.frameMS * 40)
	}
	return p, time.Duration(float64(s.i) * float64(s.frameMS) * 1e6 / (1 + s.sendPPM*1e-6))
}

// run plays the call and returns what was heard, from time 0.
func (s *sim) run() []int16 {
	s.defaults()
	enc, err := opus.NewEncoder(s.opus)
	if err != nil {
		s.t.Fatal(err)
	}
	from := &sender{sim: s, enc: enc, ts: 0xFFFFF000}
	packet, sent := from.next()
	var flying []flight
	var heard []int16
	out := make([]int16, int(s.pullMS*float64(s.rate)/1000))
	step := s.pullMS * 1e6 / (1 + s.playPPM*1e-6)
	for k := 0; ; k++ {
		s.now = time.Duration(3e6 + float64(k)*step)
		if s.now.Seconds() > s.seconds {
			return heard
		}
		for sent <= s.now {
			if i := from.i - 1; !s.lose(i, sent) {
				flying = append(flying, flight{packet, sent + s.delay(i, sent)})
			}
			packet, sent = from.next()
		}
		slices.SortStableFunc(flying, func(a, b flight) int { return cmp.Compare(a.at, b.at) })
		for len(flying) > 0 && flying[0].at <= s.now {
			s.buffer.Push(flying[0].p, flying[0].at)
			flying = flying[1:]
		}
		s.buffer.Pull(out)
		if s.observe != nil {
			s.observe(s.now, out)
		} else {
			heard = append(heard, out...)
		}
	}
}

// uniform is a delay between 5 ms and that much more, packets overtaking.
func uniform(seed uint64, most time.Duration) func(int, time.Duration) time.Duration {
	rng := rand.New(rand.NewPCG(seed, 1))
	return func(int, time.Duration) time.Duration {
		return 5*time.Millisecond + time.Duration(rng.Int64N(int64(most)))
	}
}

// inOrder is uniform without overtaking.
func inOrder(seed uint64, most time.Duration) func(int, time.Duration) time.Duration {
	d, last := uniform(seed, most), time.Duration(0)
	return func(i int, at time.Duration) time.Duration {
		last = max(last, at+d(i, at))
		return last - at
	}
}

func random(seed uint64, share float64) func(int, time.Duration) bool {
	rng := rand.New(rand.NewPCG(seed, 2))
	return func(int, time.Duration) bool { return rng.Float64() < share }
}
