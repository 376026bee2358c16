package device

import (
	"fmt"
	"slices"
	"sync"
)

// Driven is a set of devices for tests whose clock is the test: nothing moves
// until Step. Any goroutine may use it.
type Driven struct {
	rate    int
	changed chan struct{}

	mu      sync.Mutex
	names   []string
	streams []*drivenStream
	said    map[string][]float32
	heard   map[string][]float32
}

type drivenStream struct {
	guarded
	owner   *Driven
	dir     Direction
	name    string
	started bool
	closed  bool
	gone    bool // unplugged: no callback any more
}

// NewDriven makes devices of these names, each with both directions, the first
// being the default.
func NewDriven(rate int, names ...string) *Driven {
	return &Driven{
		rate: rate, names: names, changed: make(chan struct{}, 1),
		said: map[string][]float32{}, heard: map[string][]float32{},
	}
}

// Open opens a device that is plugged in, or a stand-in.
func (d *Driven) Open(dir Direction, name string, prepare Prepare) (Stream, error) {
	if IsStandIn(name) {
		return openStandIn(dir, name, prepare)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if name == "" && len(d.names) > 0 {
		name = d.names[0]
	}
	if !slices.Contains(d.names, name) {
		return nil, fmt.Errorf("%w: %q", ErrNoDevice, name)
	}
	s := &drivenStream{owner: d, dir: dir, name: name}
	s.call = prepare(d.rate)
	d.streams = append(d.streams, s)
	return s, nil
}

// List names the devices that are plugged in.
func (d *Driven) List() ([]Info, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []Info
	for i, name := range d.names {
		all = append(all, Info{Name: name, Host: "driven", Input: true, Output: true, DefaultInput: i == 0, DefaultOutput: i == 0})
	}
	return all, nil
}

// Rescan refuses while a stream is open, as PortAudio must.
func (d *Driven) Rescan() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.streams) > 0 {
		return ErrBusy
	}
	return nil
}

// Changed reports Plug and Unplug.
func (d *Driven) Changed() <-chan struct{} { return d.changed }

// Close does nothing: streams belong to those who opened them.
func (d *Driven) Close() error { return nil }

// Plug adds a device.
func (d *Driven) Plug(name string) {
	d.mu.Lock()
	d.names = append(d.names, name)
	d.mu.Unlock()
	d.tell()
}

// Prefer adds a device that is the system's default from now on.
func (d *Driven) Prefer(name string) {
	d.mu.Lock()
	d.names = append([]string{name}, d.names...)
	d.mu.Unlock()
	d.tell()
}

// Unplug removes a device: its streams call back no more.
func (d *Driven) Unplug(name string) {
	d.mu.Lock()
	d.names = slices.DeleteFunc(d.names, func(n string) bool { return n == name })
	for _, s := range d.streams {
		s.gone = s.gone || s.name == name
	}
	d.mu.Unlock()
	d.tell()
}

func (d *Driven) tell() {
	select {
	case d.changed <- struct{}{}:
	default: // one notice is enough
	}
}

// Say queues what a device's microphone will hear; silence when it is used up.
func (d *Driven) Say(name string, samples []float32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.said[name] = append(d.said[name], samples...)
}

// Heard returns all that a device has played so far.
func (d *Driven) Heard(name string) []float32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.heard[name])
}

// Running counts the started streams of a device.
func (d *Driven) Running(name string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, s := range d.streams {
		if s.name == name && s.started && !s.gone {
			n++
		}
	}
	return n
}

// Step lets 10 ms pass for every running stream.
func (d *Driven) Step() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.streams {
		if !s.started || s.gone {
			continue
		}
		block := make([]float32, d.rate/blocksPerSecond)
		if s.dir == Input {
			n := copy(block, d.said[s.name])
			d.said[s.name] = d.said[s.name][n:]
			s.run(block)
			continue
		}
		s.run(block)
		d.heard[s.name] = append(d.heard[s.name], block...)
	}
}

// Run implements Stream.
func (s *drivenStream) Run(on bool) error {
	s.owner.mu.Lock()
	defer s.owner.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	s.started = on
	return nil
}

// Close implements Stream.
func (s *drivenStream) Close() error {
	s.owner.mu.Lock()
	defer s.owner.mu.Unlock()
	s.closed = true
	s.owner.streams = slices.DeleteFunc(s.owner.streams, func(o *drivenStream) bool { return o == s })
	return nil
}

// Name is the device's, see NameOf.
func (s *drivenStream) Name() string { return s.name }

// Rate implements Stream.
func (s *drivenStream) Rate() int { return s.owner.rate }
