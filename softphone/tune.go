package softphone

import (
	"sync/atomic"
	"time"

	"zuoxi/media/adapt"
	"zuoxi/media/jitter"
	"zuoxi/softphone/rtc"
)

const (
	tuneEvery = time.Second
	// The hub's reports come once a second; without a new one nothing is
	// decided before this.
	reportLate = 3 * time.Second
	// What the hub is asked for is said again: at once a few times, in case it
	// was lost, and then now and then.
	askTimes, askEvery = 3, 5
)

// tuning is what the tuner tells everybody else.
type tuning struct {
	pinned   atomic.Pointer[Coding] // set by SetCoding: nothing is decided
	decision atomic.Pointer[adapt.Decision]
	recent   atomic.Pointer[Recent]
}

// tuner fits the coding to the line, once a second. It belongs to the owner.
type tuner struct {
	control *adapt.Controller
	line    *line // whose figures the last ones are
	at      time.Time
	reports uint64
	past    [recentSteps]jitter.Stats // readings, the oldest at step
	step    int
	asked   Coding
	said    int // steps since what is asked for changed
}

// SetCoding fixes how voice is sent, both ways, from the next packets on.
// Without it the phone decides by itself.
func (p *Phone) SetCoding(c Coding) {
	p.pinned.Store(&c)
	p.voice.set(c)
	if l := p.ear.line.Load(); l != nil {
		l.conn.Ask(c)
	}
}

// Adapt ends what SetCoding began.
func (p *Phone) Adapt() { p.pinned.Store(nil) }

// tune looks at the line.
func (o *owner) tune(now time.Time) {
	l, t := o.ear.line.Load(), &o.tuner
	if l == nil || o.Status().Path != Up {
		return
	}
	heard, far := l.sound.Stats(), l.conn.Far()
	if l != t.line {
		o.tuner = tuner{control: adapt.New(), line: l, at: now, asked: Plain()}
		for i := range o.tuner.past {
			o.tuner.past[i] = heard
		}
		return
	}
	since := now.Sub(t.at)
	if since < tuneEvery || far.Count == t.reports && since < reportLate {
		return
	}
	last := t.past[(t.step+recentSteps-1)%recentSteps]
	oldest := t.past[t.step]
	t.past[t.step] = heard
	t.step = (t.step + 1) % recentSteps
	t.at, t.reports = now, far.Count
	r := recent(oldest, heard, far, t.asked)
	o.recent.Store(&r)
	o.decide(l, far, recent(last, heard, far, t.asked).Loss)
}

// decide lets the controller speak, unless the coding is fixed or the phone is
// at rest, where five packets a second tell nothing.
func (o *owner) decide(l *line, far rtc.Report, down float64) {
	t := &o.tuner
	ask := t.asked
	if fixed := o.pinned.Load(); fixed != nil {
		ask = *fixed
	} else if !o.mic.parked.Load() {
		d := t.control.Step(adapt.Sample{Up: far.Loss, Down: down, RTT: far.RTT})
		d.Send, d.Ask = o.cfg.Only.Hold(d.Send), o.cfg.Only.Hold(d.Ask)
		o.decision.Store(&d)
		o.voice.set(d.Send)
		ask = d.Ask
	}
	if ask != t.asked {
		t.asked, t.said = ask, 0
	}
	if t.said < askTimes || t.said%askEvery == 0 {
		l.conn.Ask(ask)
	}
	t.said++
}
