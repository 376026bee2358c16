package jitter

import (
	"fmt"

	"zuoxi/media/g711"
	"zuoxi/media/opus"
	"zuoxi/media/resample"
)

// Decoder is what the buffer needs of a codec. One Decoder serves one stream.
type Decoder interface {
	// Decode fills dst and returns the number of samples.
	Decode(dst []int16, payload []byte) (int, error)
	// Recover fills dst in place of a lost packet of that length, from the
	// packet after it or, given nil, from what came before. A codec without
	// such means returns 0.
	Recover(dst []int16, after []byte) (int, error)
	// Duration returns the samples in a payload, 0 if it makes no sense.
	Duration(payload []byte) int
	// Repeats says whether the payload holds a copy of the one before it.
	Repeats(payload []byte) bool
}

// Codec describes a payload type.
type Codec struct {
	Name    string
	Clock   int // units per second of its RTP timestamps
	Rate    int // samples per second of its Decoder: the buffer's, or half of it
	Decoder Decoder
}

// PCMA returns A-law; New doubles its rate where needed.
func PCMA() Codec { return Codec{"PCMA", 8000, 8000, companded{g711.DecodeALaw}} }

// PCMU returns µ-law.
func PCMU() Codec { return Codec{"PCMU", 8000, 8000, companded{g711.DecodeULaw}} }

// Opus returns a new Opus decoder at the given rate.
func Opus(rate int) (Codec, error) {
	d, err := opus.NewDecoder(rate)
	if err != nil {
		return Codec{}, fmt.Errorf("jitter: %w", err)
	}
	return Codec{"Opus", opus.Clock, rate, opusDecoder{d, rate}}, nil
}

// Telephone returns the payload types a seat and a trunk speak: PCMU 0, PCMA
// 8 and Opus 111.
func Telephone(rate int) (map[uint8]Codec, error) {
	o, err := Opus(rate)
	if err != nil {
		return nil, err
	}
	return map[uint8]Codec{0: PCMU(), 8: PCMA(), 111: o}, nil
}

type companded struct {
	decode func([]int16, []byte) int
}

func (c companded) Decode(dst []int16, p []byte) (int, error) { return c.decode(dst, p), nil }
func (companded) Recover([]int16, []byte) (int, error)        { return 0, nil }
func (companded) Duration(p []byte) int                       { return len(p) }
func (companded) Repeats([]byte) bool                         { return false }

type opusDecoder struct {
	*opus.Decoder
	rate int
}

func (d opusDecoder) Duration(p []byte) int { return opus.Duration(p, d.rate) }
func (opusDecoder) Repeats(p []byte) bool   { return opus.HasFEC(p) }

type kind uint8

const (
	kindUnknown kind = iota
	kindSound
	kindEvent
	kindNoise
)

// codec is a Codec brought to the buffer's rate.
type codec struct {
	Codec
	kind   kind
	factor int // buffer samples per decoder sample
	up     *resample.Resampler
	half   []int16
	lag    int64 // buffer samples the doubling holds back
}

const maxFrame = 120 * 16 // samples in the longest packet, 120 ms

func newCodec(k Codec, rate int) codec {
	c := codec{Codec: k, kind: kindSound, factor: rate / k.Rate}
	if c.factor > 1 {
		c.up = resample.New(k.Rate, rate)
		c.half = make([]int16, maxFrame)
		c.lag = int64(c.up.Delay() * c.factor)
	}
	return c
}

func (c *codec) duration(p []byte) int { return c.Decoder.Duration(p) * c.factor }

// decode fills dst; contiguous says whether the packet before was decoded
// last, so that the doubling can go on where it was.
func (c *codec) decode(dst []int16, p []byte, contiguous bool) (int, error) {
	if c.up == nil {
		return c.Decoder.Decode(dst, p)
	}
	n, err := c.Decoder.Decode(c.half, p)
	if err != nil {
		return 0, err
	}
	if !contiguous {
		c.up.Reset()
	}
	w, _ := c.up.ProcessInt16(dst, c.half[:n])
	return w, nil
}
