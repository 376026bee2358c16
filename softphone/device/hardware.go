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
	system   *System
	stream   paStream
	seat     int
	name     string
	rate     int
	channels int
	block    func(samples []float32) // of all channels
	mono     []float32
	started  bool
}

// openHardware is called with the System locked and started.
func (s *System) openHardware(dir Direction, name string, prepare Prepare) (Stream, error) {
	d, err := find(dir, name)
	if err != nil {
		return nil, err
	}
	var last error
	for _, rate := range ratesOf(d) {
		h := &hardware{system: s, name: d.Name, rate: rate}
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

// open may be given up and go on: what it took stays taken then.
func (h *hardware) open(dir Direction, d *portaudio.DeviceInfo) error {
	latency := wish(d.DefaultLowInputLatency)
	h.channels, h.block = 1, h.run
	if dir == Output {
		latency = wish(d.DefaultLowOutputLatency)
		// Mono on a stereo device would sound in one ear.
		if h.channels = min(2, d.MaxOutputChannels); h.channels == 2 {
			h.mono = make([]float32, mostFrames)
			h.block = h.stereo
		}
	}
	var err error
	if h.seat, err = sit(h); err != nil {
		return err
	}
	if h.stream, err = openStream(d.Index, dir, h.channels, h.rate, latency, h.seat); err != nil {
		leave(h.seat)
		return fmt.Errorf("%d Hz: %w", h.rate, err)
	}
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
	call := h.stream.start
	if !on {
		call = h.stream.abort
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
			aborted = h.stream.abort()
		}
		closed := h.stream.close()
		leave(h.seat) // one that hangs in there may still call back, and keeps it
		return errors.Join(aborted, closed)
	})
	if err != nil {
		return fmt.Errorf("closing a sound device: %w", err)
	}
	return nil
}

// Rate implements Stream.
func (h *hardware) Rate() int { return h.rate }

// Name is the device's, see NameOf.
func (h *hardware) Name() string { return h.name }
