package app

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/page"
	"zuoxi/ui/page/login"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// lock covers the screen of a desk where nobody has touched a key for a while.
// Behind it everything goes on: the seat stays what it was, and a call rings
// with nothing said about who calls. It never comes down in a call. Once shut it
// opens to no password and no call: only the end of the session takes it away.
type lock struct {
	on    bool
	last  time.Time // of a key, a click or a call
	field *field.Field
	wrong int
	line  string
	told  bool // the session knows, and so a program that is started again
}

// wrongMost is how many wrong passwords end in a sign-out.
const wrongMost = 5

// shut tells that there were too many. A sign-out that is refused, as while a
// call rings, is asked for again.
func (l *lock) shut() bool { return l.wrong >= wrongMost }

// behindLock notes that somebody is there, and keeps what they do from the
// pages while the screen is locked.
func (m *Model) behindLock(msg tea.Msg) bool {
	l := &m.frame.lock
	l.last = m.opt.Now()
	if !l.on {
		return false
	}
	if k, ok := msg.(tea.KeyPressMsg); ok {
		m.lockKey(k)
	}
	return true
}

func (m *Model) lockKey(k tea.KeyPressMsg) {
	l := &m.frame.lock
	if l.shut() {
		return
	}
	if k.String() != "enter" {
		l.field.Key(k)
		return
	}
	typed := l.field.Value()
	l.field.Forget()
	if m.opt.Knows(typed) {
		m.unlock(l.last)
		return
	}
	l.wrong++
	l.line = "口令不对 · 仍然锁定 · 请再输入"
	if l.shut() {
		l.line = "口令错了五次 · 不再接受口令，正在签出 · 签出后请重新登录"
		m.pages.login.(*login.Page).Forget()
		m.opt.Do(session.SignOut{Guessed: true})
	}
}

// lockWhenIdle locks when the time has come, and unlocks what must not be
// locked: a call, an examination, a desk where nobody is signed in.
func (m *Model) lockWhenIdle(now time.Time) {
	l, v := &m.frame.lock, &m.live
	if m.opt.Idle <= 0 || m.opt.Knows == nil {
		return
	}
	switch {
	case !v.SignIn.SignedIn:
		*l = lock{last: now}
		return
	case l.shut():
		m.opt.Do(session.SignOut{Guessed: true})
		return
	case v.Call != nil || v.Exam.Sitting != nil || l.last.IsZero():
		m.unlock(now)
		return
	case l.on && !l.told:
		l.told = m.opt.Do(session.LockScreen{On: true})
	}
	if l.on || now.Sub(l.last) < m.opt.Idle || v.Offer != nil {
		return
	}
	l.on, l.wrong, l.line = true, 0, ""
	l.field = field.New(field.Options{Kind: field.Secret, Max: 128})
	l.told = m.opt.Do(session.LockScreen{On: true})
}

// unlock takes the lock away; last is when somebody was there.
func (m *Model) unlock(last time.Time) {
	if m.frame.lock.on {
		m.opt.Do(session.LockScreen{})
	}
	m.frame.lock = lock{last: last}
}

// drawLock draws all that a passer-by may see.
func (m *Model) drawLock(r canvas.Region) page.Cursor {
	l := &m.frame.lock
	y := max(r.H/3, 0)
	put := func(dy int, s string, tok theme.Token) {
		r.Text(max((r.W-text.Width(s))/2, 0), y+dy, s, tok)
	}
	put(0, "屏幕已锁定", theme.Title)
	put(2, "工号 "+m.view.Seat.AgentNo+" 仍在岗，状态不变", theme.Dim)
	switch {
	case m.live.Offer != nil && l.shut():
		put(4, "▶ 有来电振铃 · 这里不能接了 · 没人接时来电人会转给别的坐席", theme.Ring)
	case m.live.Offer != nil:
		put(4, "▶ 有来电振铃 · 输入口令按 Enter 解锁后再接听", theme.Ring)
	}
	x := max((r.W-36)/2, 0)
	r.Text(x, y+6, "口令", theme.Dim)
	box := r.Sub(x+6, y+6, min(30, max(r.W-x-6, 1)), 1)
	cx, cy := l.field.Draw(box, true)
	if l.line != "" {
		put(8, l.line, theme.Bad)
	}
	return page.Cursor{X: min(x+6+cx, max(r.W-1, 0)), Y: min(y+6+cy, max(r.H-1, 0)), On: true}
}
