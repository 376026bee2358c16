package softphone

import (
	"errors"
	"time"

	"zuoxi/media/jitter"
	"zuoxi/softphone/device"
	"zuoxi/softphone/rtc"
)

const (
	watchEvery = 200 * time.Millisecond
	// A live microphone is never digitally silent for this long.
	silentAfter = 3 * time.Second
	// How often a missing device is looked for without a hint from the
	// operating system: looking interrupts the devices that are there.
	lookAlone   = time.Second
	lookBesides = 15 * time.Second
	// After so many vain looks nothing is expected any more but a hint.
	lookOften = 20
	// And after a hint that devices have changed, not even for this long.
	suspectAfter = 300 * time.Millisecond
	// A hint this old has nothing to do with a microphone that falls silent.
	hintLasts = 2 * silentAfter
	clipQuiet = 5 * time.Second
	// Devices are paused when the phone has not been used for this long: most
	// of what a phone at rest costs is waking up for them. Starting again takes
	// 10 ms, and the ring comes before the talk.
	restAfter = 5 * time.Second
	// At rest the hub still sees five packets a second.
	pulseEvery = watchEvery
	// The library itself would try for ever to reach a hub that is not there.
	setUp = 8 * time.Second
)

// owner is the goroutine that all changes of devices and connections go through.
type owner struct {
	*Phone
	in, out, aloud *port // aloud is the ringer's own device, nil for the headset
	coming         *line // offered, not yet standing
	since          time.Time
	silent         bool // the microphone is, and it has been said
	suspect        bool // devices have changed: silence means that ours is gone
	hinted         time.Time
	looked         time.Time
	looks          int // in vain, in a row
	clipped        int64
	clipSaid       time.Time
	spoken         uint64
	tuner          tuner
}

func newOwner(p *Phone) *owner {
	o := &owner{Phone: p}
	o.in = &port{dir: device.Input, prepare: p.mic.prepare}
	o.out = &port{dir: device.Output, prepare: p.ear.prepare}
	return o
}

func (o *owner) run() {
	o.stirred.Store(int64(jitter.Now()))
	_ = o.choose(o.cfg.Selection)
	watch := time.NewTicker(watchEvery)
	defer watch.Stop()
	meters := time.NewTicker(meterEvery)
	defer meters.Stop()
	for {
		select {
		case <-o.ctx.Done():
			o.end()
			return
		case f := <-o.verbs:
			f(o)
		case <-o.nudges:
			o.pace(time.Now())
			if o.mic.used() {
				device.Cue(o.in.stream)
			}
		case s := <-o.states:
			o.changed(s)
		case <-o.cfg.Devices.Changed():
			o.hint(time.Now())
		case now := <-watch.C:
			o.watch(now)
		case <-meters.C:
			if o.in.running {
				o.emit(Event{Kind: Meters})
			}
		}
	}
}

func (o *owner) end() {
	o.closeLines()
	for _, p := range o.ports() {
		p.close()
	}
	// After the last callback, which would ring it.
	_ = o.mic.bell.Close()
	if err := o.cfg.Devices.Close(); err != nil {
		o.log.Warn("closing sound", "err", err)
	}
}

func (o *owner) ports() []*port {
	if o.aloud == nil {
		return []*port{o.in, o.out}
	}
	return []*port{o.in, o.out, o.aloud}
}

// choose opens what is selected and not open already.
func (o *owner) choose(s Selection) error {
	var errs []error
	set := func(p *port, name string) {
		if p.stream != nil && p.wanted == name && !p.standIn {
			return
		}
		p.wanted = name
		if err := o.open(p); err != nil {
			errs = append(errs, err)
		} else {
			o.emit(Event{Kind: DeviceChanged, Dir: p.dir})
		}
	}
	set(o.in, s.Input)
	set(o.out, s.Output)
	if s.Ringer == "" || s.Ringer == s.Output {
		if o.aloud != nil {
			o.aloud.close()
			o.aloud = nil
		}
	} else {
		if o.aloud == nil {
			o.aloud = &port{dir: device.Output, prepare: func(rate int) device.Callback { return outlet(rate, o.ringOnly) }}
		}
		set(o.aloud, s.Ringer)
	}
	o.publish()
	return errors.Join(errs...)
}

// ringOnly is what a ringer's own device plays.
func (o *owner) ringOnly(pcm []int16) {
	clear(pcm)
	o.bell.Mix(pcm)
}

// open opens a port and says what came of it.
func (o *owner) open(p *port) error {
	missing := p.standIn
	err := p.open(o.cfg.Devices, time.Now())
	switch {
	case err != nil && !missing:
		o.log.Warn("sound device", "direction", p.dir.String(), "name", p.wanted, "err", err)
		o.emit(Event{Kind: DeviceMissing, Dir: p.dir, Text: p.trouble})
	case err == nil && missing:
		o.emit(Event{Kind: DeviceBack, Dir: p.dir})
	}
	o.publish()
	return err
}

// publish brings Status up to date, and the ringer to where it can be heard.
func (o *owner) publish() {
	shown := func(p *port) string {
		if p == nil {
			return ""
		}
		if p.standIn {
			return "null"
		}
		return p.wanted
	}
	// With the ringer's device gone the headset rings instead.
	o.ear.here.Store(o.aloud == nil || o.aloud.standIn)
	o.status.Store(&Status{
		Input: shown(o.in), Output: shown(o.out), Ringer: shown(o.aloud),
		Problem: problem(o.out, o.in, o.aloud, o.silent),
	})
}

// watch looks for what nobody reports.
func (o *owner) watch(now time.Time) {
	for _, p := range o.ports() {
		if !p.stalled(now, o.suspect) {
			continue
		}
		if err := p.stream.Err(); err != nil {
			o.log.Error("sound device stopped", "direction", p.dir.String(), "err", err)
		}
		o.rebuild()
		break
	}
	o.pace(now)
	o.suspect = o.suspect && now.Sub(o.hinted) < hintLasts
	o.listen(now)
	o.look(false)
	o.tune(now)
	if o.coming != nil && now.Sub(o.since) > setUp {
		o.changed(lineState{o.coming, rtc.Failed})
	}
}

// pace pauses the devices at rest and has them run otherwise.
func (o *owner) pace(now time.Time) {
	rest := !o.mic.used() && !o.ring.On() && int64(jitter.Now())-o.stirred.Load() > int64(restAfter)
	for _, p := range o.ports() {
		on := !rest
		if p == o.aloud {
			on = o.bell.On() // nothing else ever sounds there
		}
		if err := p.run(on, now); err != nil {
			o.log.Warn("pacing a sound device", "direction", p.dir.String(), "err", err)
			o.rebuild()
			break
		}
	}
	o.mic.parked.Store(!o.in.running)
	if !o.in.running {
		o.mic.bell.Ring()
	}
}

// listen judges the microphone by what it gives.
func (o *owner) listen(now time.Time) {
	var quiet time.Duration
	var hushed bool
	if o.in.hardware() && o.in.running {
		quiet, hushed = o.mic.silence()
	}
	silent := quiet > silentAfter
	// Some systems go on delivering silence for a device that is gone.
	if o.suspect && hushed && quiet > suspectAfter && quiet < now.Sub(o.hinted)+silentAfter {
		o.suspect = false
		o.rebuild()
	}
	if silent != o.silent {
		o.silent = silent
		if silent {
			o.emit(Event{Kind: MicSilent, Dir: device.Input, Text: micSilentText})
		} else {
			o.emit(Event{Kind: MicAlive, Dir: device.Input})
		}
		o.publish()
	}
	in := o.mic.meter.Read()
	if in.Clipped > o.clipped && o.mic.open.Load() && now.Sub(o.clipSaid) > clipQuiet {
		o.clipSaid = now
		o.emit(Event{Kind: Clipping, Dir: device.Input, Text: clippingText})
	}
	o.clipped = in.Clipped
	if n := o.mic.spoken.Load(); n != o.spoken {
		o.spoken = n
		o.emit(Event{Kind: Spoke})
	}
}

// hint deals with a change of the operating system's list. At rest nobody
// minds an interruption; in a call only what is missing is worth one.
func (o *owner) hint(now time.Time) {
	o.hinted, o.suspect = now, true
	if o.in.running {
		o.look(true)
	} else {
		o.rebuild()
	}
}

// look tries to get missing devices back.
func (o *owner) look(hint bool) {
	missing, alive := false, false
	for _, p := range o.ports() {
		missing = missing || p.standIn
		alive = alive || p.hardware()
	}
	if !missing {
		o.looks = 0
		return
	}
	wait := lookAlone
	if alive || o.looks > lookOften {
		wait = lookBesides
	}
	if !hint && time.Since(o.looked) < wait {
		return
	}
	o.looks++
	o.rebuild()
}

// rebuild reads the list of devices afresh and opens all hardware again; the
// sound library can do no less.
func (o *owner) rebuild() {
	for _, p := range o.ports() {
		if p.hardware() || p.standIn {
			p.close()
		}
	}
	if err := o.cfg.Devices.Rescan(); err != nil && !errors.Is(err, device.ErrNoLibrary) {
		o.log.Warn("reading the list of sound devices", "err", err)
	}
	for _, p := range o.ports() {
		if p.stream == nil {
			_ = o.open(p)
		}
	}
	o.looked = time.Now()
}
