// Package opus wraps libopus for one telephone voice: mono, 16 kHz in, 20, 40
// or 60 ms packets of 6 to 24 kbit/s with in-band error correction, and a
// decoder at 8 or 16 kHz. It adds what the binding lacks: looking into a
// packet without decoding it. One goroutine owns an Encoder or a Decoder;
// coding a frame does not allocate. Build with -tags nolibopusfile.
package opus

import (
	"errors"
	"fmt"

	lib "gopkg.in/hraban/opus.v2"
)

// Rate is what an Encoder takes; Clock is what RTP timestamps count in
// (RFC 7587), whatever the rate.
const (
	Rate  = 16000
	Clock = 48000
)

// MaxPacket is enough for any packet an Encoder makes.
const MaxPacket = 400

// MostBitrate makes of speech the 24 kbit/s that a voice may take (ADR 0061).
const MostBitrate = 28000

// Effort is how hard the coder works at a packet, as Settings.Complexity: more
// of it can no longer be told, less of it can where packets get lost (ADR 0061).
const Effort = 8

// ErrFrame is for sound that is not 20, 40 or 60 ms long.
var ErrFrame = errors.New("opus: frame is not 20, 40 or 60 ms")

// Settings are what may change between two packets.
type Settings struct {
	Bitrate      int  // bits per second, 6000 to MostBitrate; of speech some six sevenths of it come out
	FEC          bool // repeat each packet coarsely in the next one
	ExpectedLoss int  // percent; how much of the bitrate FEC is worth
	DTX          bool // send nearly nothing while nobody speaks
	Complexity   int  // 0 to 10; Effort is the one for people
}

// Encoder makes packets.
type Encoder struct {
	enc *lib.Encoder
	now Settings
}

// NewEncoder returns an Encoder with s applied.
func NewEncoder(s Settings) (*Encoder, error) {
	enc, err := lib.NewEncoder(Rate, 1, lib.AppVoIP)
	if err != nil {
		return nil, fmt.Errorf("opus: new encoder: %w", err)
	}
	if err := enc.SetMaxBandwidth(lib.Wideband); err != nil {
		return nil, fmt.Errorf("opus: bandwidth: %w", err)
	}
	e := &Encoder{enc: enc, now: Settings{Bitrate: -1, FEC: !s.FEC, ExpectedLoss: -1, DTX: !s.DTX, Complexity: -1}}
	return e, e.Apply(s)
}

// Apply changes the settings from the next packet on; values out of range are
// brought into it.
func (e *Encoder) Apply(s Settings) error {
	s.Bitrate = min(MostBitrate, max(6000, s.Bitrate))
	s.ExpectedLoss = min(100, max(0, s.ExpectedLoss))
	s.Complexity = min(10, max(0, s.Complexity))
	var errs [5]error
	if s.Bitrate != e.now.Bitrate {
		errs[0] = e.enc.SetBitrate(s.Bitrate)
	}
	if s.FEC != e.now.FEC {
		errs[1] = e.enc.SetInBandFEC(s.FEC)
	}
	if s.ExpectedLoss != e.now.ExpectedLoss {
		errs[2] = e.enc.SetPacketLossPerc(s.ExpectedLoss)
	}
	if s.DTX != e.now.DTX {
		errs[3] = e.enc.SetDTX(s.DTX)
	}
	if s.Complexity != e.now.Complexity {
		errs[4] = e.enc.SetComplexity(s.Complexity)
	}
	for _, err := range errs {
		if err != nil {
			return fmt.Errorf("opus: apply %+v: %w", s, err)
		}
	}
	e.now = s
	return nil
}

// Settings returns what is in force.
func (e *Encoder) Settings() Settings { return e.now }

// Encode codes one frame of 320, 640 or 960 samples. Two bytes or fewer mean
// that DTX found nothing worth sending; the timestamp moves on all the same.
func (e *Encoder) Encode(dst []byte, frame []int16) (int, error) {
	if n := len(frame); n != Rate/50 && n != Rate/25 && n != Rate*3/50 {
		return 0, ErrFrame
	}
	n, err := e.enc.Encode(frame, dst[:len(dst):len(dst)])
	if err != nil {
		return 0, fmt.Errorf("opus: encode: %w", err)
	}
	return n, nil
}

// Reset forgets the sound so far, as at the start of a call.
func (e *Encoder) Reset() error {
	if err := e.enc.Reset(); err != nil {
		return fmt.Errorf("opus: reset: %w", err)
	}
	return nil
}

// Decoder turns packets into sound.
type Decoder struct {
	dec  *lib.Decoder
	rate int
}

// NewDecoder returns a Decoder that gives 8000 or 16000 samples a second.
func NewDecoder(rate int) (*Decoder, error) {
	dec, err := lib.NewDecoder(rate, 1)
	if err != nil {
		return nil, fmt.Errorf("opus: new decoder: %w", err)
	}
	return &Decoder{dec: dec, rate: rate}, nil
}

// Decode returns how many samples of dst the packet filled.
func (d *Decoder) Decode(dst []int16, packet []byte) (int, error) {
	n, err := d.dec.Decode(packet, dst[:len(dst):len(dst)])
	if err != nil {
		return 0, fmt.Errorf("opus: decode: %w", err)
	}
	return n, nil
}

// Recover fills dst, which must be as long as what is missing (a multiple of
// 10 ms), from the packet after the gap if that repeats it, else by libopus'
// own concealment. A nil packet means there is none.
func (d *Decoder) Recover(dst []int16, after []byte) (int, error) {
	var err error
	if gap := dst[:len(dst):len(dst)]; len(after) > 0 {
		err = d.dec.DecodeFEC(after, gap)
	} else {
		err = d.dec.DecodePLC(gap)
	}
	if err != nil {
		return 0, fmt.Errorf("opus: recover %d samples: %w", len(dst), err)
	}
	return len(dst), nil
}

// Duration returns how many samples at the given rate a packet holds, from
// its first byte (RFC 6716 section 3.1); 0 for one that is malformed.
func Duration(packet []byte, rate int) int {
	if len(packet) == 0 {
		return 0
	}
	config := packet[0] >> 3
	var frame int // in units of 2.5 ms
	switch {
	case config < 12:
		frame = [...]int{4, 8, 16, 24}[config&3]
	case config < 16:
		frame = [...]int{4, 8}[config&1]
	default:
		frame = [...]int{1, 2, 4, 8}[config&3]
	}
	count := 2
	switch packet[0] & 3 {
	case 0:
		count = 1
	case 3:
		if len(packet) < 2 {
			return 0
		}
		count = int(packet[1] & 63)
	}
	if frame*count > 48 {
		return 0
	}
	return frame * count * rate / 400
}

// HasFEC says whether a mono packet repeats the one before it (the LBRR flag
// of RFC 6716 section 4.2.3, which follows one voice flag per 20 ms).
func HasFEC(packet []byte) bool {
	if len(packet) < 2 || packet[0]&0x80 != 0 || packet[0]&3 != 0 {
		return false
	}
	flags := 1
	if config := packet[0] >> 3; config < 12 {
		flags = [...]int{1, 1, 2, 3}[config&3]
	}
	return packet[1]>>(7-flags)&1 == 1
}
