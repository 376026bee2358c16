package device

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gordonklaus/portaudio"
)

// The reported latency can be nonsense (a day, with JACK), so it is only a wish
// between these.
const (
	leastLatency = 10 * time.Millisecond
	mostLatency  = 40 * time.Millisecond
)

// mostFrames is the longest block that is turned into stereo in one go.
const mostFrames = 4096

// hardware is a PortAudio stream.
type hardware struct {
	guarded
	system  *System
	stream  *portaudio.Stream
	rate    int
	mono    []float32
	started bool
}

// openHardware is called with the System locked and started.
func (s *System) openHardware(dir Direction, name string, prepare Prepare) (Stream, error) {
	d, err := find(dir, name)
	if err != nil {
		return nil, err
	}
	var last error
	for _, rate := range ratesOf(d) {
		h := &hardware{system: s, rate: rate}
		err := s.bounded(patience, func() error { return h.open(dir, d) })
		if err == nil {
			h.call = prepare(rate)
			return h, nil
		}
		last = err
		if !errors.Is(err, portaudio.InvalidSampleRate) {
			break
		}
	}
	return nil, last
}

// ratesOf is the order in which rates are tried: 48 kHz is the cheapest to
// resample from, then what the device likes, then what is left.
func ratesOf(d *portaudio.DeviceInfo) []int {
	own := int(d.DefaultSampleRate)
	if isJACK(d) {
		return []int{own}
	}
	rates := []int{48000}
	for _, r := range []int{own, 44100, 32000, 16000, 8000} {
		if r > 0 && !slices.Contains(rates, r) {
			rates = append(rates, r)
		}
	}
	return rates
}

func (h *hardware) open(dir Direction, d *portaudio.DeviceInfo) error {
	p := portaudio.StreamParameters{SampleRate: float64(h.rate), FramesPerBuffer: h.rate / blocksPerSecond}
	var callback any
	if dir == Input {
		p.Input = portaudio.StreamDeviceParameters{Device: d, Channels: 1, Latency: wish(d.DefaultLowInputLatency)}
		callback = h.run
	} else {
		// Mono on a stereo device would sound in one ear.
		n := min(2, d.MaxOutputChannels)
		p.Output = portaudio.StreamDeviceParameters{Device: d, Channels: n, Latency: wish(d.DefaultLowOutputLatency)}
		callback = h.run
		if n == 2 {
			h.mono = make([]float32, mostFrames)
			callback = h.stereo
		}
	}
	stream, err := portaudio.OpenStream(p, callback)
	if err != nil {
		return fmt.Errorf("%d Hz: %w", h.rate, err)
	}
	h.stream = stream
	return nil
}

func wish(reported time.Duration) time.Duration {
	return max(leastLatency, min(mostLatency, reported))
}

// stereo plays the mono callback in both ears.
func (h *hardware) stereo(out []float32) {
	for len(out) > 0 {
		n := min(len(out)/2, mostFrames)
		if n == 0 {
			clear(out)
			return
		}
		mono := h.mono[:n]
		h.run(mono)
		for i, v := range mono {
			out[2*i], out[2*i+1] = v, v
		}
		out = out[2*n:]
	}
}

// Run implements Stream. It aborts where it stops: what is in the device's
// buffers then is a few milliseconds that nobody waits for.
func (h *hardware) Run(on bool) error {
	if h.off.Load() {
		return ErrClosed
	}
	if h.started == on {
		return nil
	}
	h.system.mu.Lock()
	defer h.system.mu.Unlock()
	call := h.stream.Start
	if !on {
		call = h.stream.Abort
	}
	if err := h.system.bounded(briefly, call); err != nil {
		return fmt.Errorf("running a sound device: %w", err)
	}
	h.started = on
	return nil
}

// Close implements Stream.
func (h *hardware) Close() error {
	if h.off.Swap(true) {
		return nil
	}
	h.system.mu.Lock()
	defer h.system.mu.Unlock()
	h.system.open--
	err := h.system.bounded(briefly, func() error {
		var aborted error
		if h.started {
			aborted = h.stream.Abort()
		}
		return errors.Join(aborted, h.stream.Close())
	})
	if err != nil {
		return fmt.Errorf("closing a sound device: %w", err)
	}
	return nil
}

// Rate implements Stream.
func (h *hardware) Rate() int { return h.rate }
