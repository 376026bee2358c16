package softphone

import (
	"errors"
	"slices"
	"time"

	"zuoxi/media/jitter"
	"zuoxi/softphone/device"
	"zuoxi/softphone/rtc"
)

const (
	watchEvery = 200 * time.Millisecond
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
	warn           warnings
	suspect        bool // devices have changed: silence means that ours is gone
	owed           bool // they have, and their list has not been read since
	hinted         time.Time
	looked         time.Time
	looks          int // in vain, in a row
	spoken         uint64
	tuner          tuner
	scan           chan error // size 1: what came of reading the list; nil: nobody reads it
	bridged        []*port    // on silence for as long
}

func newOwner(p *Phone) *owner {
	o := &owner{Phone: p, warn: warnings{voice: time.Now()}}
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
		case err := <-o.scan:
			o.rebuilt(err)
		case <-o.news():
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

// news tells of changed devices, but not while their list is being read.
func (o *owner) news() <-chan struct{} {
	if o.scan != nil {
		return nil
	}
	return o.cfg.Devices.Changed()
}

func (o *owner) end() {
	o.closeLines()
	if o.scan != nil {
		o.listed(<-o.scan)
	}
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
	o.scanned()
	var errs []error
	set := func(p *port, name string) {
		if p.stream != nil && p.wanted == name {
			return // what is missing is looked for anyway
		}
		p.choose(name)
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
	missing := p.astray()
	err := p.open(o.cfg.Devices, time.Now())
	switch {
	case p.astray() && !missing:
		o.log.Warn("sound device", "direction", p.dir.String(), "name", p.wanted, "now", p.shown(), "err", err)
		o.emit(Event{Kind: DeviceMissing, Dir: p.dir, Text: p.trouble})
	case !p.astray() && missing:
		o.emit(Event{Kind: DeviceBack, Dir: p.dir})
	}
	o.publish()
	return err
}

// publish brings Status up to date, and the ringer to where it can be heard.
func (o *owner) publish() {
	// With the ringer's device gone the headset rings instead.
	o.ear.here.Store(o.aloud == nil || o.aloud.standIn)
	o.status.Store(&Status{
		Input: o.in.shown(), Output: o.out.shown(), Ringer: o.aloud.shown(),
		NoInput: o.in.trouble, NoOutput: o.out.trouble, Problem: problem(o.warn.silent, o.out, o.in, o.aloud), Warning: o.warn.line(), Clipping: o.warn.clipping,
	})
}

// watch looks for what nobody reports.
func (o *owner) watch(now time.Time) {
	if o.scan == nil {
		o.tend(now)
	}
	o.tune(now)
	if o.coming != nil && now.Sub(o.since) > setUp {
		o.changed(lineState{o.coming, rtc.Failed})
	}
}

// tend looks after the devices.
func (o *owner) tend(now time.Time) {
	for _, p := range o.ports() {
		if !p.stalled(now, o.suspect) {
			continue
		}
		if err := p.stream.Err(); err != nil {
			o.log.Error("sound device stopped", "direction", p.dir.String(), "err", err)
		}
		o.rebuild()
		return
	}
	if o.pace(now); o.scan != nil {
		return
	}
	o.suspect = o.suspect && now.Sub(o.hinted) < hintLasts
	o.listen(now)
	o.look()
}

// pace pauses the devices at rest and has them run otherwise.
func (o *owner) pace(now time.Time) {
	if o.scan != nil {
		return
	}
	rest := !o.mic.used() && !o.ear.used() && int64(jitter.Now())-o.stirred.Load() > int64(restAfter)
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
	if rest && o.owed {
		o.rebuild()
	}
	o.mic.parked.Store(!o.in.running)
	if !o.in.running {
		o.mic.bell.Ring()
	}
}

// hint deals with a change of the operating system's list. At rest nobody
// minds an interruption; in a call only what is missing is worth one, and the
// list is read when the call is over.
func (o *owner) hint(now time.Time) {
	if !slices.ContainsFunc(o.ports(), (*port).wantsHardware) {
		return // nor need the sound library be started for the news
	}
	o.hinted, o.suspect, o.owed, o.looks = now, true, true, 0
	if !o.in.running || slices.ContainsFunc(o.ports(), (*port).astray) {
		o.rebuild()
	}
}

// look tries to get devices back for which there is silence.
func (o *owner) look() {
	missing, alive := false, false
	news := time.Since(o.hinted) < hintLasts
	expected := news || o.cfg.Devices.Changed() == nil // nobody will tell: it is looked for, or it would never come back
	for _, p := range o.ports() {
		missing = missing || p.standIn || p.away && expected
		alive = alive || p.hardware()
	}
	if !missing {
		o.looks = 0
		return
	}
	wait := lookAlone
	if alive && !news || o.looks > lookOften {
		wait = lookBesides
	}
	if time.Since(o.looked) < wait {
		return
	}
	o.looks++
	o.rebuild()
}

// rebuild reads the list of devices afresh and opens all hardware again; the
// sound library can do no less. One whose server died may take seconds over it:
// it is read in the background, silence is sent meanwhile, or the hub would take
// the agent for lost, and connections go on.
func (o *owner) rebuild() {
	if o.scan != nil {
		return
	}
	for _, p := range o.ports() {
		if p.hardware() || p.standIn {
			p.bridge(o.cfg.Devices, time.Now())
			o.bridged = append(o.bridged, p)
		}
	}
	scan := make(chan error, 1)
	o.scan = scan
	o.work.Go(func() { scan <- o.cfg.Devices.Rescan() })
}

// rebuilt opens the devices once their list has been read.
func (o *owner) rebuilt(err error) {
	o.listed(err)
	again := o.bridged
	o.scan, o.bridged = nil, nil
	for _, p := range again {
		_ = o.open(p)
	}
	o.looked, o.owed = time.Now(), false
}

// listed notes what came of reading the list.
func (o *owner) listed(err error) {
	if err != nil && !errors.Is(err, device.ErrNoLibrary) {
		o.log.Warn("reading the list of sound devices", "err", err)
	}
}

// scanned waits for the list that is being read, for who cannot do without.
func (o *owner) scanned() {
	if o.scan != nil {
		o.rebuilt(<-o.scan)
	}
}
