// Package softphone is the seat's phone: a headset, a ringer and one warm
// connection to the hub. It owns the devices and the way of every sample
// between them and the network; internal/cli adapts it to what the session
// wants. It promises that SetTalk, SetMute and Ring take effect with the next
// 10 ms and never wait, that the hub gets a packet every 20 ms (five a second
// at rest) whatever the devices do, and that a call outlives any of them.
//
// How a sample travels: the input device's callback writes a ring; a goroutine
// cuts packets from it and sends each when it is full (mic.go, voice.go). The
// hub's packets go into a media/jitter buffer, from which the output device's
// callback pulls (ear.go). Neither callback allocates, locks or waits. One
// goroutine, the owner, opens and watches devices and connections (owner.go).
package softphone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"zuoxi/media/adapt"
	"zuoxi/media/jitter"
	"zuoxi/media/level"
	"zuoxi/softphone/device"
	"zuoxi/softphone/ringer"
)

// Reasons why the phone refuses.
var (
	ErrClosed  = errors.New("phone is closed")
	ErrNoOffer = errors.New("an answer without an offer")
)

// Devices is the machine's sound: device.System, or device.Driven in tests.
type Devices interface {
	Open(dir device.Direction, name string, prepare device.Prepare) (device.Stream, error)
	List() ([]device.Info, error)
	Rescan() error
	Changed() <-chan struct{} // nil: nothing tells of devices that come and go
	Close() error
}

// Selection names the devices: "" is the system's default, "null" silence,
// "file:PATH[?loop=1&cue=1]" a WAV file. An empty Ringer is the headset.
type Selection struct{ Input, Output, Ringer string }

// Config of a phone.
type Config struct {
	Devices   Devices // nil: the machine's own
	Noise     string  // file for what sound libraries print, if Devices is nil
	Selection Selection
	Loopback  bool // the hub is on this machine
	TCPOnly   bool // leave UDP alone
	Only      adapt.Only
	SideTone  float64 // dB below the microphone, 0: none
	Clean     Clean
}

// Phone is the seat's phone. Any goroutine may use it.
type Phone struct {
	cfg Config
	log *slog.Logger

	mic   *mic
	ear   *ear
	voice *voice
	ring  *ringer.Ringer // in the headset
	bell  *ringer.Ringer // on a device of its own

	mail
	life
	tuning

	status  atomic.Pointer[Status]
	pathNow atomic.Int32
	stirred atomic.Int64 // when the phone was last used, Unix ns

	offering sync.Mutex // one offer at a time, with its answer
	next     *line      // offered and not answered
}

// mail is what goes between the owner and everybody else.
type mail struct {
	events chan Event // to the reader, see eventQueue
	missed atomic.Uint64
	states chan lineState // unbuffered: endings must not be lost
	verbs  chan func(*owner)
	nudges chan struct{} // size 1: there may be something to do for the devices
}

// life ends every goroutine of the phone and waits for it.
type life struct {
	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup
}

// New starts a phone; devices open in the background, which takes a few tenths
// of a second.
func New(cfg Config, log *slog.Logger) (*Phone, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if cfg.Devices == nil {
		cfg.Devices = device.NewSystem(cfg.Noise)
	}
	p := &Phone{
		cfg: cfg, log: log, ring: ringer.New(voiceRate), bell: ringer.New(voiceRate),
		mail: mail{
			events: make(chan Event, eventQueue), nudges: make(chan struct{}, 1),
			states: make(chan lineState), verbs: make(chan func(*owner)),
		},
	}
	p.status.Store(&Status{})
	p.decision.Store(&adapt.Decision{Send: Plain(), Ask: Plain()})
	p.recent.Store(&Recent{})
	p.SetOnly(cfg.Only)
	var err error
	p.ear = &ear{ring: p.ring, meter: level.New(voiceRate)}
	if p.voice, err = newVoice(p.ear.line.Load); err != nil {
		return nil, fmt.Errorf("phone: %w", err)
	}
	if p.mic, err = newMic(p.voice, cfg.Clean, cfg.SideTone); err != nil {
		return nil, fmt.Errorf("phone: %w", err)
	}
	p.ear.clean, p.ear.side = p.mic.clean, p.mic.side
	p.ctx, p.stop = context.WithCancel(context.Background())
	o := newOwner(p)
	p.work.Go(p.mic.run)
	p.work.Go(o.run)
	return p, nil
}

// Close hangs up, closes every device and waits for every goroutine.
func (p *Phone) Close() error {
	p.stop()
	p.work.Wait()
	return nil
}

// do has the owner run f and waits for it.
func (p *Phone) do(f func(*owner)) error {
	done := make(chan struct{})
	select {
	case p.verbs <- func(o *owner) { defer close(done); f(o) }:
	case <-p.ctx.Done():
		return ErrClosed
	}
	<-done
	return nil
}

// Events tells what happens, in order. The channel holds 64; a reader who is
// further behind misses the newest, which Missed counts and Status makes good.
func (p *Phone) Events() <-chan Event { return p.events }

// Missed counts events that found nobody reading.
func (p *Phone) Missed() uint64 { return p.missed.Load() }

func (p *Phone) emit(e Event) {
	select {
	case p.events <- e:
	default:
		if e.Kind != Meters {
			p.missed.Add(1)
		}
	}
}

// SetTalk opens the microphone towards the hub with every queue empty and the
// ringer silent, or shuts it. Shut, the phone sends silence.
func (p *Phone) SetTalk(on bool) {
	if on {
		p.empty()
		p.ring.Set(false)
		p.bell.Set(false)
	}
	p.mic.open.Store(on)
	p.stir()
}

// Wake starts devices that rest, as something is about to be heard.
func (p *Phone) Wake() { p.stir() }

// stir keeps the devices running for a while, and lets the owner know.
func (p *Phone) stir() {
	p.stirred.Store(int64(jitter.Now()))
	select {
	case p.nudges <- struct{}{}:
	default: // one is on its way
	}
}

// SetMute silences the microphone within a call.
func (p *Phone) SetMute(on bool) { p.mic.muted.Store(on) }

// Ring starts or stops the ringer.
func (p *Phone) Ring(on bool) {
	p.ring.Set(on)
	p.bell.Set(on)
	p.stir()
}

// Levels reads the meters of the microphone and of the ear; at rest both are
// silent.
func (p *Phone) Levels() (in, out level.Reading) {
	in, out = p.mic.meter.Read(), p.ear.meter.Read()
	if p.mic.parked.Load() {
		in.RMS, in.Peak, out.RMS, out.Peak = level.Floor, level.Floor, level.Floor, level.Floor
	}
	return in, out
}

// Status is the phone now.
func (p *Phone) Status() Status {
	s := *p.status.Load()
	s.Path = Path(p.pathNow.Load())
	if l := p.ear.line.Load(); l != nil && s.Path == Up {
		s.Via = l.conn.Via()
	}
	s.Talking, s.Muted = p.mic.open.Load(), p.mic.muted.Load()
	return s
}

// Devices lists the machine's devices. Without a call the list is read afresh,
// which interrupts the sound for a moment; in a call it is the last one known.
func (p *Phone) Devices() ([]device.Info, error) {
	var all []device.Info
	var err error
	if gone := p.do(func(o *owner) {
		if !o.mic.open.Load() {
			o.rebuild()
		}
		o.scanned()
		all, err = o.cfg.Devices.List()
	}); gone != nil {
		return nil, gone
	}
	return all, err
}

// SetDevices changes devices, in a call too. The error says what could not be
// opened; the system's default, or silence, then stands in until it can be.
func (p *Phone) SetDevices(s Selection) error {
	var err error
	if gone := p.do(func(o *owner) { err = o.choose(s) }); gone != nil {
		return gone
	}
	return err
}
