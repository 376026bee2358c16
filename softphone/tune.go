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
	only     atomic.Int64           // an adapt.Only
	decision atomic.Pointer[adapt.Decision]
	recent   atomic.Pointer[Recent]
}

// tuner fits the coding to the line, once a second. It belongs to the owner.
type tuner struct {
	control *adapt.Controller
	line    *line // whose figures the last ones are
	at      time.Time
	reports uint64
	widths  uint64                    // findings of the hub that were taken
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

// SetOnly keeps the line to one codec, whatever is decided, in a call too.
func (p *Phone) SetOnly(o adapt.Only) { p.only.Store(int64(o)) }

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
	o.narrowed(l, far.Width)
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
		ask = o.take(t.control.Step(adapt.Sample{Up: far.Loss, Down: down, RTT: far.RTT}))
	}
	t.ask(l, ask)
}

// narrowed does at once what is to be done where either end sees voice queue in
// the link: each second of it would be a second that is heard late.
func (o *owner) narrowed(l *line, far rtc.Width) {
	found, told := l.width.Found(), 0
	if far.Count != o.tuner.widths {
		o.tuner.widths, told = far.Count, far.Bits
	}
	if found == 0 || told > 0 && told < found {
		found = told
	}
	if found > 0 && o.pinned.Load() == nil && !o.mic.parked.Load() {
		o.log.Debug("voice queues in the link", "bps", found)
		o.tuner.ask(l, o.take(o.tuner.control.Found(found)))
	}
}

// take puts a decision into force at this end, and is what to ask of the other.
func (o *owner) take(d adapt.Decision) Coding {
	only := adapt.Only(o.only.Load())
	d.Send, d.Ask = only.Hold(d.Send), only.Hold(d.Ask)
	o.decision.Store(&d)
	o.voice.set(d.Send)
	return d.Ask
}

// ask asks the hub for a coding where it is time to.
func (t *tuner) ask(l *line, ask Coding) {
	if ask != t.asked {
		t.asked, t.said = ask, 0
	}
	if t.said < askTimes || t.said%askEvery == 0 {
		l.conn.Ask(ask)
	}
	t.said++
}
