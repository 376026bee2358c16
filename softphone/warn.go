package softphone

import (
	"time"

	"zuoxi/softphone/device"
)

const (
	// A live microphone is never digitally silent for this long.
	silentAfter = 3 * time.Second
	// A person is told that the microphone clips for this long after it did.
	clipHold = 5 * time.Second
	// An agent who is heard says something this often, if only 嗯.
	unheardAfter = 30 * time.Second
)

// warnings is what is wrong with the microphone's sound, as it was last seen.
type warnings struct {
	silent   bool // it gives nothing but zeros
	clipping bool
	unheard  bool // it is open, and nobody speaks into it
	raw      bool // it should be cleaned and is not

	clipped int64
	voiced  uint64
	clip    time.Time // when it last clipped
	voice   time.Time // when somebody last spoke, or could not
}

// line is the one that stands now, empty for none.
func (w *warnings) line() string {
	switch {
	case w.clipping:
		return clippingText
	case w.unheard:
		return unheardText
	}
	return ""
}

// micNow is the microphone at one moment.
type micNow struct {
	silent  bool   // for longer than silentAfter
	open    bool   // the agent talks
	live    bool   // and should be heard: not muted, from a real device
	clipped int64  // times that it hit the ceiling
	voiced  uint64 // grows while somebody speaks
}

// see compares with the last look and tells whether there is news.
func (w *warnings) see(now time.Time, m micNow) bool {
	old := *w
	if m.clipped > w.clipped && m.open {
		w.clip = now
	}
	if m.voiced != w.voiced || !m.live {
		w.voice = now
	}
	w.clipped, w.voiced = m.clipped, m.voiced
	w.silent = m.silent
	w.clipping = now.Sub(w.clip) < clipHold
	w.unheard = !m.silent && now.Sub(w.voice) > unheardAfter
	return w.silent != old.silent || w.clipping != old.clipping || w.unheard != old.unheard
}

// listen judges the microphone by what it gives.
func (o *owner) listen(now time.Time) {
	var quiet time.Duration
	var hushed bool
	real := o.in.hardware() && o.in.running
	if real {
		quiet, hushed = o.mic.silence()
	}
	// Some systems go on delivering silence for a device that is gone.
	if o.suspect && hushed && quiet > suspectAfter && quiet < now.Sub(o.hinted)+silentAfter {
		o.suspect = false
		o.rebuild()
	}
	old := o.warn
	if o.warn.see(now, micNow{
		silent: quiet > silentAfter, open: o.mic.open.Load(), live: real && o.mic.live(),
		clipped: o.mic.meter.Read().Clipped, voiced: o.mic.voiced.Load(),
	}) {
		o.warned(old)
	}
	if !o.warn.raw && o.mic.clean.failed.Load() {
		o.warn.raw = true
		o.emit(Event{Kind: CleanMissing, Dir: device.Input, Text: cleanText})
	}
	if n := o.mic.spoken.Load(); n != o.spoken {
		o.spoken = n
		o.emit(Event{Kind: Spoke})
	}
}

// warned tells what is new.
func (o *owner) warned(old warnings) {
	o.publish()
	w := o.warn
	switch {
	case w.silent && !old.silent:
		o.emit(Event{Kind: MicSilent, Dir: device.Input, Text: micSilentText})
	case old.silent && !w.silent:
		o.emit(Event{Kind: MicAlive, Dir: device.Input})
	}
	if w.clipping && !old.clipping {
		o.emit(Event{Kind: Clipping, Dir: device.Input, Text: clippingText})
	}
	if w.unheard && !old.unheard {
		o.emit(Event{Kind: Unheard, Dir: device.Input, Text: unheardText})
	}
}
