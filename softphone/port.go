package softphone

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"zuoxi/softphone/device"
)

// A stream must call back this soon after Start (some sound servers take two
// seconds) and never pause for longer than the second.
const (
	firstBeat = 4 * time.Second
	nextBeat  = 500 * time.Millisecond
	// Nor for longer than this where devices are known to have changed.
	suspectBeat = 150 * time.Millisecond
)

// port is one place where a device is plugged in: the microphone's, the ear's,
// the ringer's. There always is a stream behind it, silence if nothing else,
// because the stream is the clock. It belongs to the owner.
type port struct {
	dir     device.Direction
	wanted  string // as chosen
	prepare device.Prepare

	// home is the device that belongs here: the one that was chosen or, without a
	// choice, the one that the system's default was. away tells that it is gone
	// and the system's default of now stands in for it.
	home string
	away bool
	// other is the default that stood in for home while it was gone. That it still
	// is the default is nobody's choice: home goes on being what belongs here.
	other string

	stream  device.Stream
	name    string // of the device behind it, empty for silence
	standIn bool   // silence instead of what was wanted
	trouble string // why, in Chinese
	running bool   // not paused
	beating bool   // it has called back since it began to run
	beats   uint64
	moved   time.Time // when beats last grew
}

// choose says what is wanted here from now on.
func (p *port) choose(name string) {
	p.wanted, p.home, p.away, p.other = name, name, false, ""
	if device.IsStandIn(name) {
		p.home = ""
	}
}

// hardware tells whether a real device is open.
func (p *port) hardware() bool {
	return p.stream != nil && !p.standIn && !device.IsStandIn(p.wanted)
}

// wantsHardware tells whether a real device is asked for, there or not.
func (p *port) wantsHardware() bool { return !device.IsStandIn(p.wanted) }

// astray tells whether anything but what is wanted is in use.
func (p *port) astray() bool { return p.standIn || p.away }

// shown is the device in use, as people know it.
func (p *port) shown() string {
	switch {
	case p == nil:
		return ""
	case p.standIn:
		return "null"
	case p.name != "":
		return p.name
	}
	return p.wanted
}

// open opens what is wanted, else silence.
func (p *port) open(d Devices, now time.Time) error {
	p.close()
	stream, err := p.begin(d)
	p.standIn = stream == nil
	p.trouble = device.Text(p.dir, p.wanted, err)
	if stream == nil {
		// Silence opens always.
		stream, _ = d.Open(p.dir, "null", p.prepare)
		_ = stream.Run(true)
	}
	p.stream, p.running, p.beats, p.moved = stream, true, stream.Beats(), now
	p.beating = false
	p.name = device.NameOf(stream)
	p.settle(d)
	return err
}

// bridge puts silence in the place of what is open until open is called.
func (p *port) bridge(d Devices, now time.Time) {
	p.close()
	p.stream, _ = d.Open(p.dir, "null", p.prepare) // silence opens always
	_ = p.stream.Run(true)
	p.running, p.beating, p.beats, p.moved = true, false, p.stream.Beats(), now
}

// begin opens the device that belongs here, and where that is gone the system's
// default: a call is not left without a voice over a plug. With the stream comes
// what is wrong with a chosen one; without a stream nothing could be opened.
func (p *port) begin(d Devices) (device.Stream, error) {
	if p.home == "" || p.wanted == "" && !p.away && !p.kept(d) {
		return p.start(d, p.wanted)
	}
	s, err := p.start(d, p.home)
	if err == nil || p.wanted != "" && !errors.Is(err, device.ErrNoDevice) {
		return s, err
	}
	other, none := p.start(d, "")
	if p.wanted == "" {
		return other, none
	}
	if none != nil {
		return nil, err
	}
	return other, err
}

func (p *port) start(d Devices, name string) (device.Stream, error) {
	stream, err := d.Open(p.dir, name, p.prepare)
	if err != nil {
		return nil, err
	}
	if err := stream.Run(true); err != nil {
		return nil, errors.Join(err, stream.Close())
	}
	return stream, nil
}

// settle notes which device belongs here and whether it is here. Another default
// is a choice made in the system while the one before is still there; otherwise
// it stands in.
func (p *port) settle(d Devices) {
	switch {
	case p.wanted != "":
		p.away = !p.standIn && p.home != "" && !device.SameDevice(p.name, p.home)
		if p.away {
			p.trouble = awayText(p.dir, p.home, p.name)
		}
	case p.standIn:
		p.away = p.home != ""
	case p.home == "" || device.SameDevice(p.name, p.home) || !p.away && !p.kept(d) && p.listed(d, p.home):
		p.home, p.away = p.name, false
		if !p.kept(d) {
			p.other = ""
		}
	default:
		p.away, p.other = true, p.name
		p.trouble = awayText(p.dir, p.home, p.name)
	}
}

// kept tells whether the system's default is still the one that stood in.
func (p *port) kept(d Devices) bool {
	return p.other != "" && p.lists(d, func(i device.Info) bool {
		return device.SameDevice(i.Name, p.other) && (p.dir == device.Input && i.DefaultInput || p.dir == device.Output && i.DefaultOutput)
	})
}

func (p *port) listed(d Devices, name string) bool {
	return p.lists(d, func(i device.Info) bool {
		return device.SameDevice(i.Name, name) && (p.dir == device.Input && i.Input || p.dir == device.Output && i.Output)
	})
}

func (p *port) lists(d Devices, such func(device.Info) bool) bool {
	all, err := d.List()
	return err == nil && slices.ContainsFunc(all, such)
}

func awayText(dir device.Direction, home, now string) string {
	if dir == device.Input {
		return fmt.Sprintf("麦克风“%s”不见了 · 暂用“%s”，对方从它听您说话 · 插回后自动换回，或在命令面板里另选", home, now)
	}
	return fmt.Sprintf("耳机“%s”不见了 · 暂用“%s”，对方的声音在它上面 · 插回后自动换回，或在命令面板里另选", home, now)
}

// run pauses the stream or lets it go on. A file has to keep time with the
// world and is never paused.
func (p *port) run(on bool, now time.Time) error {
	if p.stream == nil || p.running == on || !on && device.IsFile(p.wanted) && !p.standIn {
		return nil
	}
	p.running, p.beating, p.beats, p.moved = on, false, p.stream.Beats(), now
	return p.stream.Run(on)
}

// close closes the stream, whose error would only say that it is gone already.
func (p *port) close() {
	if p.stream != nil {
		_ = p.stream.Close()
		p.stream = nil
	}
}

// stalled tells whether the stream has stopped calling back; suspect means that
// devices have just changed.
func (p *port) stalled(now time.Time, suspect bool) bool {
	if p.stream == nil || !p.running {
		return false
	}
	if p.stream.Err() != nil {
		return true
	}
	limit := nextBeat
	if suspect && p.hardware() {
		limit = suspectBeat
	}
	if !p.beating {
		limit = firstBeat
	}
	if b := p.stream.Beats(); b != p.beats {
		p.beats, p.moved, p.beating = b, now, true
	}
	return now.Sub(p.moved) > limit
}
