package softphone

import (
	"errors"
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

	stream  device.Stream
	standIn bool   // silence instead of what was wanted
	trouble string // why, in Chinese
	running bool   // not paused
	beating bool   // it has called back since it began to run
	beats   uint64
	moved   time.Time // when beats last grew
}

// hardware tells whether a real device is open.
func (p *port) hardware() bool {
	return p.stream != nil && !p.standIn && !device.IsStandIn(p.wanted)
}

// open opens what is wanted, else silence.
func (p *port) open(d Devices, now time.Time) error {
	p.close()
	stream, err := d.Open(p.dir, p.wanted, p.prepare)
	if err == nil {
		if err = stream.Run(true); err != nil {
			err = errors.Join(err, stream.Close())
		}
	}
	p.standIn = err != nil
	p.trouble = device.Text(p.dir, p.wanted, err)
	if err != nil {
		// Silence opens always.
		stream, _ = d.Open(p.dir, "null", p.prepare)
		_ = stream.Run(true)
	}
	p.stream, p.running, p.beats, p.moved = stream, true, stream.Beats(), now
	p.beating = false
	return err
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
