package app

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/pop"
)

const (
	meterEvery = 200 * time.Millisecond // level meters while nothing is written
	typeHold   = 250 * time.Millisecond // an input method may be composing
	armTime    = 2 * time.Second
	noteTime   = 8 * time.Second
	noticeTime = 20 * time.Second
	bellEvery  = 5 * time.Second
)

// pace decides when figures in the background may change the screen.
type pace struct {
	typed time.Time // last text key
	meter time.Time // last change of the meters
	bell  time.Time
	late  bool // a tick waits for the end of typing
}

// TickMsg is the clock: once a second.
type TickMsg struct {
	Late bool // the repetition of one that came while somebody typed
}

// nextTick ticks at the full second.
func (m *Model) nextTick(now time.Time) tea.Cmd {
	return m.env.After(time.Second-time.Duration(now.Nanosecond()), TickMsg{})
}

// meters reports whether a change of meters and line figures may be drawn now.
func (p *pace) meters(now time.Time, typing bool) bool {
	if typing || now.Sub(p.typed) < typeHold || now.Sub(p.meter) < meterEvery {
		return false
	}
	p.meter = now
	return true
}

// tick redraws what runs with time, but not while somebody types.
func (m *Model) tick(t TickMsg) tea.Cmd {
	now := m.opt.Now()
	var next tea.Cmd
	if !t.Late && !m.opt.Still {
		next = m.nextTick(now)
	}
	if wait := typeHold - now.Sub(m.pace.typed); wait > 0 {
		m.frame.dirty = false
		if m.pace.late || m.opt.Still {
			return next
		}
		m.pace.late = true
		return tea.Batch(next, m.env.After(wait, TickMsg{Late: true}))
	}
	if t.Late {
		m.pace.late = false
	}
	m.env.Now, m.pace.meter = now, now
	m.lockWhenIdle(now)
	m.view.Link, m.view.Sound, m.view.Queue = m.live.Link, m.live.Sound, m.live.Queue
	if b, ok := m.box.(pop.Clocked); ok && !t.Late {
		b.Tick(&m.env)
	}
	if m.arm.cmd != "" && !now.Before(m.arm.until) {
		m.arm = armed{}
	}
	return next
}

// keep puts figures that only decorate back to what is drawn.
func keep(v, old *session.View) {
	if v.Link.State == old.Link.State && v.Link.Quality == old.Link.Quality && v.Link.Unsent == old.Link.Unsent && v.Link.Loose == old.Link.Loose {
		v.Link = old.Link
	}
	sound := old.Sound
	sound.InLevel, sound.OutLevel = v.Sound.InLevel, v.Sound.OutLevel
	if v.Sound == sound {
		v.Sound = old.Sound
	}
	v.Queue = old.Queue
}
