package device

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/gordonklaus/portaudio"
)

// A sound server that died may leave a call into the library hanging for ten
// minutes. After this long the call is given up, and with it all that is open.
const (
	patience = 5 * time.Second // starting takes a quarter of a second here
	briefly  = time.Second     // starting and stopping a stream, 10 ms
)

// System is the machine's sound, one per program. Its methods may be called by
// any goroutine; they take turns, because PortAudio is one thing.
type System struct {
	noise   string
	watch   *watch
	mu      sync.Mutex
	quiet   *quiet
	running bool // PortAudio is initialised
	open    int  // its open streams
	stuck   bool // a call was given up; Rescan may get over it
	noisy   bool // one was, some time: its thread may print for ever
}

// NewSystem is the machine's sound, whose library starts with the first device.
// What sound libraries write to stderr goes to the file noise, for as long as
// the System lives; an empty name throws it away.
func NewSystem(noise string) *System {
	return &System{noise: noise, watch: newWatch()}
}

// Open opens a device by name: "" is the system's default, "null" is silence,
// "file:PATH[?loop=1&cue=1]" plays or records a WAV file.
func (s *System) Open(dir Direction, name string, prepare Prepare) (Stream, error) {
	if IsStandIn(name) {
		return openStandIn(dir, name, prepare)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.start(); err != nil {
		return nil, err
	}
	stream, err := s.openHardware(dir, name, prepare)
	if err != nil {
		return nil, fmt.Errorf("opening %s %q: %w", dir, name, err)
	}
	s.open++
	return stream, nil
}

func openStandIn(dir Direction, name string, prepare Prepare) (Stream, error) {
	switch {
	case name == nullName:
		return openNull(prepare), nil
	case dir == Output:
		return openFileOutput(name, prepare)
	default:
		return openFileInput(name, prepare)
	}
}

// List names the devices as they were at the last Rescan.
func (s *System) List() ([]Info, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.start(); err != nil {
		return nil, err
	}
	devices, err := portaudio.Devices()
	if err != nil {
		return nil, fmt.Errorf("listing sound devices: %w", err)
	}
	in, out := defaults()
	all := make([]Info, 0, len(devices))
	for _, d := range devices {
		info := Info{
			Name: d.Name, Input: d.MaxInputChannels > 0, Output: d.MaxOutputChannels > 0,
			DefaultInput: d == in, DefaultOutput: d == out,
		}
		if d.HostApi != nil {
			info.Host = d.HostApi.Name
		}
		all = append(all, info)
	}
	return all, nil
}

// Rescan reads the list of devices afresh. PortAudio does so only when it
// starts, so no stream may be open: ErrBusy.
func (s *System) Rescan() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open > 0 {
		return ErrBusy
	}
	s.watch.deafen()
	defer s.watch.forget()
	if s.running {
		// Our own build gets over a hanging call here, by a fresh copy of the
		// library; another one hangs again.
		s.stuck = false
		if err := s.bounded(patience, portaudio.Terminate); err != nil {
			return fmt.Errorf("restarting sound: %w", err)
		}
		s.running = false
	}
	return s.start()
}

// Changed tells, some 200 ms late and merged, that devices may have come or
// gone; nil on a machine that cannot say so.
func (s *System) Changed() <-chan struct{} { return s.watch.changed }

// Close ends PortAudio and gives stderr back, unless a call that was given up
// may go on printing there. Streams must be closed before.
func (s *System) Close() error {
	s.watch.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	if s.running && !s.stuck {
		err = s.bounded(patience, portaudio.Terminate)
		s.running = false
	}
	if s.quiet != nil && !s.noisy {
		err = errors.Join(err, s.quiet.end())
		s.quiet = nil
	}
	return err
}

func (s *System) start() error {
	if s.stuck {
		return ErrStuck
	}
	if s.running {
		return nil
	}
	if s.quiet == nil {
		q, err := hush(s.noise)
		if err != nil {
			return err
		}
		s.quiet = q
	}
	s.watch.deafen()
	err := s.bounded(patience, portaudio.Initialize)
	s.watch.forget()
	if errors.Is(err, portaudio.HostApiNotFound) {
		return ErrNoLibrary
	}
	if err != nil {
		return fmt.Errorf("starting sound: %w", err)
	}
	s.running = true
	calm()
	return nil
}

// bounded runs a call into PortAudio that may never return.
func (s *System) bounded(limit time.Duration, call func() error) error {
	if s.stuck {
		return ErrStuck
	}
	done := make(chan error, 1)
	go func() { done <- call() }()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		s.stuck, s.noisy = true, true
		return ErrStuck
	}
}

func defaults() (in, out *portaudio.DeviceInfo) {
	// An error means that there is none.
	in, _ = portaudio.DefaultInputDevice()
	out, _ = portaudio.DefaultOutputDevice()
	return in, out
}

// find looks a device up by its name, a card's number not counting.
func find(dir Direction, name string) (*portaudio.DeviceInfo, error) {
	in, out := defaults()
	if name == "" {
		if d := map[Direction]*portaudio.DeviceInfo{Input: in, Output: out}[dir]; d != nil {
			return d, nil
		}
		return nil, ErrNoDevice
	}
	devices, err := portaudio.Devices()
	if err != nil {
		return nil, err
	}
	var like *portaudio.DeviceInfo
	for _, d := range devices {
		if channels(dir, d) == 0 {
			continue
		}
		if d.Name == name {
			return d, nil
		}
		if like == nil && SameDevice(d.Name, name) {
			like = d
		}
	}
	if like == nil {
		return nil, ErrNoDevice
	}
	return like, nil
}

func channels(dir Direction, d *portaudio.DeviceInfo) int {
	if dir == Output {
		return d.MaxOutputChannels
	}
	return d.MaxInputChannels
}

// isJACK matters for the rate: JACK takes its own and no other.
func isJACK(d *portaudio.DeviceInfo) bool {
	return d.HostApi != nil && (d.HostApi.Type == portaudio.JACK || strings.Contains(d.HostApi.Name, "JACK"))
}
