// Package jitter plays out one RTP stream: packets go in as the network gives
// them, a continuous stream of samples comes out whenever the sound device or
// the mixer asks. The consumer is the only clock; nothing here ticks.
//
// How deep the buffer stands is decided by what arrived in the last seconds:
// a late packet makes it deeper at once, and when lateness stops it shrinks
// within seconds by time-stretching, in pauses first. On a clean line it holds
// between nothing and one packet. Losses are filled from Opus' own error
// correction where there is any and by waveform substitution otherwise; the
// difference between the sender's clock and the device's is taken out by
// resampling in parts per million.
//
// Push may be called from one goroutine, Pull from another (an audio
// callback), Reset and Stats from any. Between Push and Pull lies a fixed
// single-producer single-consumer ring: there is no lock, no channel and,
// after New, no allocation in either.
package jitter

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"zuoxi/media/resample"
)

// Packet is the part of an RTP packet that playing it needs. The payload is
// copied by Push.
type Packet struct {
	PT      uint8
	Marker  bool
	Seq     uint16
	TS      uint32
	SSRC    uint32
	Payload []byte
}

// Config says what comes in and what goes out.
type Config struct {
	Rate   int             // samples per second out: 8000 or 16000
	Codecs map[uint8]Codec // by payload type; packets of others are counted and dropped
	// Events are payload types that take sequence numbers without carrying
	// sound (RFC 4733): their numbers are not lost packets.
	Events []uint8
	// MaxDelay bounds what may wait in the buffer; 0 is 400 ms.
	MaxDelay time.Duration
	// Now is the clock that Push's arrival times come from; nil is the
	// package's own Now. It is read in Pull, only to compare clocks.
	Now func() time.Duration
}

// ErrConfig is what New's errors wrap.
var ErrConfig = errors.New("jitter: bad configuration")

var epoch = time.Now()

// Now is a monotonic clock for Push's arrival argument.
func Now() time.Duration { return time.Since(epoch) }

const (
	defaultMaxDelay = 400 * time.Millisecond
	comfortNoise    = 13 // RFC 3389, static payload type
	chunkMS         = 20 // Pull works through longer requests in pieces
)

// Buffer plays one stream. Make it with New.
type Buffer struct {
	ring  ring
	reset atomic.Uint64 // ring position + 1 up to which everything is to be forgotten

	// The rest belongs to Pull's goroutine.
	rate    int64
	max     int64 // samples
	now     func() time.Duration
	codecs  [128]codec
	line    timeline
	store   store
	delays  delays
	drift   drift
	player  player
	trim    *resample.Resampler
	in      []int16
	count   counters
	public  published
	started bool
}

// New returns an empty Buffer.
func New(c Config) (*Buffer, error) {
	if c.Rate != 8000 && c.Rate != 16000 {
		return nil, fmt.Errorf("%w: %d samples a second", ErrConfig, c.Rate)
	}
	b := &Buffer{rate: int64(c.Rate), now: c.Now, trim: resample.New(c.Rate, c.Rate)}
	if b.now == nil {
		b.now = Now
	}
	if c.MaxDelay == 0 {
		c.MaxDelay = defaultMaxDelay
	}
	b.max = int64(c.MaxDelay.Seconds() * float64(c.Rate))
	for pt, k := range c.Codecs {
		if pt > 127 || k.Decoder == nil || k.Clock < 8000 || k.Rate != c.Rate && k.Rate*2 != c.Rate {
			return nil, fmt.Errorf("%w: payload type %d, %q", ErrConfig, pt, k.Name)
		}
		b.codecs[pt] = newCodec(k, c.Rate)
	}
	for _, pt := range append([]uint8{comfortNoise}, c.Events...) {
		if pt < 128 && b.codecs[pt].kind == kindUnknown {
			b.codecs[pt].kind = kindEvent
		}
	}
	b.codecs[comfortNoise].kind = kindNoise
	b.in = make([]int16, c.Rate*chunkMS/1000+64)
	b.drift.rate = float64(c.Rate)
	b.delays.rate = b.rate
	b.player.init(c.Rate)
	return b, nil
}

// Push hands over a packet that arrived at the given time of Now's clock. It
// returns false if the packet was not taken: too long, or the ring is full
// because nobody has pulled for more than a second.
func (b *Buffer) Push(p Packet, arrival time.Duration) bool {
	if b.ring.push(&p, arrival) {
		return true
	}
	b.public.refused.Add(1)
	return false
}

// Reset empties the buffer: what has been pushed so far will not be played,
// the next packet starts afresh. For unmuting, re-attaching and thawing.
func (b *Buffer) Reset() { b.reset.Store(b.ring.head.Load() + 1) }

// Pull fills out with the next samples; there always are some, be it silence.
func (b *Buffer) Pull(out []int16) {
	b.clear()
	b.drift.pulled(b.now())
	b.intake()
	b.measure(len(out))
	b.adjust()
	size := int(b.rate) * chunkMS / 1000
	for len(out) > 0 {
		piece := out[:min(len(out), size)]
		in := b.in[:b.trim.Need(len(piece))]
		b.draw(in)
		b.trim.ProcessInt16(piece, in)
		b.drift.out += int64(len(piece))
		out = out[len(piece):]
	}
	b.publish()
}

// Waiting is how many samples lie between what was pulled last and the end of
// what has been pushed. It is for consumers without a clock of their own, and
// called from Pull's goroutine only.
func (b *Buffer) Waiting() int {
	b.clear()
	b.intake()
	if !b.started {
		return 0
	}
	return int(b.waiting())
}

// clear does what Reset asked for.
func (b *Buffer) clear() {
	if mark := b.reset.Swap(0); mark != 0 {
		b.ring.skipTo(mark - 1)
		b.forget()
	}
}

// intake places what has been pushed.
func (b *Buffer) intake() {
	for s := b.ring.next(); s != nil; s = b.ring.next() {
		b.take(s)
		b.ring.release()
	}
}

// forget returns to the state before the first packet; what is known about
// the clocks stays.
func (b *Buffer) forget() {
	b.started = false
	b.store.clear()
	b.player.clear()
	b.delays.clear()
	b.drift.restart()
	b.trim.Reset()
}
