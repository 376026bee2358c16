package app

import (
	"slices"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"zuoxi/rules/agent"
	"zuoxi/rules/call"
	"zuoxi/session"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/page/login"
)

// Update routes a message to its handler.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.frame.dirty = true
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.KeyPressMsg, tea.PasteMsg, tea.MouseClickMsg, tea.MouseWheelMsg:
		cmd = m.input(msg)
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
		cmd = m.measure()
	case ViewMsg:
		cmd = m.follow(msg.View)
	case TickMsg:
		cmd = m.tick(msg)
	case tea.CursorPositionMsg:
		m.measured(msg.X)
	case measureMsg:
		cmd = m.ask()
	case measureOverMsg:
		m.measured(-1)
	case tea.BackgroundColorMsg:
		m.light(!msg.IsDark())
	case tea.ColorProfileMsg:
		m.colours(msg.Profile > colorprofile.ASCII)
	case tea.ModeReportMsg:
		m.reported(msg)
	case tea.KeyReleaseMsg, tea.EnvMsg, tea.MouseMotionMsg, tea.MouseReleaseMsg:
		m.frame.dirty = false
	default:
		if !m.look.Answered(msg) {
			_, cmd = m.page().Update(msg, &m.env)
		}
	}
	return m, cmd
}

// input takes what the person does; behind a locked screen nobody hears it.
func (m *Model) input(msg tea.Msg) tea.Cmd {
	if m.behindLock(msg) {
		return nil
	}
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return m.key(msg)
	case tea.PasteMsg:
		return m.paste(msg)
	case tea.MouseClickMsg:
		return m.click(msg.X, msg.Y)
	case tea.MouseWheelMsg:
		return m.wheel(msg.Button)
	}
	return nil
}

// mode is the situation that the key table speaks of.
func (m *Model) mode() keys.Context {
	v := &m.view
	switch {
	case v.Exam.Sitting != nil || v.Exam.Offline:
		return keys.Exam
	case !v.SignIn.SignedIn:
		return keys.Login
	case v.Call != nil && wrapping(v):
		return keys.WrapUp
	case v.Call != nil && consults[v.Call.Phase] && !guest(v):
		return keys.Consult
	case v.Call != nil:
		return keys.Talk
	case v.Offer != nil:
		return keys.Offer
	}
	return m.away()
}

// away is the situation of a desk without a call.
func (m *Model) away() keys.Context {
	switch {
	case m.recordOpen():
		return keys.Record
	case m.pages.papers:
		return keys.Exam
	case m.pages.marking:
		return keys.Marking
	case m.atReview() != 0:
		return m.pages.at
	case m.atDesk():
		return keys.Desk
	case m.view.Seat.Leads() && !m.pages.bench:
		return keys.Floor
	}
	return keys.Idle
}

// wrapping reports whether the caller is gone from the seat.
func wrapping(v *session.View) bool {
	return !v.Call.WrapUntil.IsZero() || !v.Call.Ended.IsZero() || v.Presence.State == agent.StateWrapUp
}

// guest reports whether this seat was asked to join somebody else's call: it can
// leave it, and no more.
func guest(v *session.View) bool {
	return v.Call != nil && consults[v.Call.Phase] && slices.Contains(v.Call.Allowed, call.EventRelease)
}

// consults are the phases in which a third party is asked or in the talk.
var consults = map[call.Phase]bool{
	call.StateConsultDial: true, call.StateConsulting: true, call.StateSwapped: true,
	call.StateThreeParty: true, call.StateTransferring: true,
}

func (m *Model) recordOpen() bool {
	r := m.view.Record
	return r != nil && !r.Sent && m.view.Exam.Sitting == nil
}

// page is the page that has the keyboard. A ringing call changes it only when
// nothing is being written.
func (m *Model) page() page.Page {
	switch m.env.Mode {
	case keys.Login:
		return m.pages.login
	case keys.Talk, keys.Consult:
		return m.pages.talk
	case keys.WrapUp, keys.Record:
		return m.pages.wrapup
	case keys.Exam:
		return m.pages.exam
	case keys.Marking:
		return m.pages.examiner
	case keys.Offer:
		if below := m.below(); below.Typing() {
			return below
		}
		return m.pages.offer
	}
	return m.home()
}

// below is the page under a ringing call.
func (m *Model) below() page.Page {
	if m.recordOpen() {
		return m.pages.wrapup
	}
	return m.home()
}

// typing reports whether a text field has the keyboard.
func (m *Model) typing() bool { return m.frame.cursor.On }

// follow takes a new picture of the session.
func (m *Model) follow(v session.View) tea.Cmd {
	old := m.view
	m.live, m.view = v, v
	m.form.Follow(v.Record)
	if v.SignIn.SignedIn || v.Exam.Offline { // not before: a wrong number costs no password
		m.pages.login.(*login.Page).Forget()
	}
	if !v.SignIn.SignedIn {
		m.leftPages() // somebody else may come
		if old.SignIn.SignedIn {
			m.box = nil
		}
	}
	if v.SignIn.SignedIn || v.Exam.Offline {
		m.taken(v.Seat.AgentNo)
	}
	before := m.env.Mode
	m.env.Mode = m.mode()
	switch {
	case m.env.Mode != before:
		m.arm = armed{}
		m.env.Now = m.opt.Now()
	case !m.pace.meters(m.opt.Now(), m.typing()):
		keep(&m.view, &old)
	}
	if m.box != nil && !m.box.Alive(&m.env) {
		m.box = nil
	}
	if m.env.Mode == keys.Desk {
		m.pages.desk.Follow(&m.env)
	}
	m.alert(&old)
	return m.look.Follow(&m.env)
}

// leftPages forgets where somebody was who has signed out.
func (m *Model) leftPages() {
	p := &m.pages
	p.papers, p.marking, p.bench = false, false, false
	p.at, p.gone = 0, false
	p.away, p.sent = false, false
}

// taken makes the pages anew where another agent has signed in than was here: what
// was typed, looked for and opened is not theirs to see. Who comes back, after a
// break or because the hub put them out, finds it as it was.
func (m *Model) taken(agent string) {
	p := &m.pages
	if p.of != "" && p.of != agent {
		m.look.Forget()
		m.pages = newPages(p.login, m.look, m.form)
	}
	p.of = agent
}

// alert rings the terminal's bell for a new call, at most once in five seconds.
func (m *Model) alert(old *session.View) {
	o := m.view.Offer
	if (o == nil || (old.Offer != nil && old.Offer.ID == o.ID)) && !rings(&m.view, old) {
		return
	}
	if now := m.opt.Now(); now.Sub(m.pace.bell) >= bellEvery {
		m.pace.bell = now
		m.frame.bells++
	}
}
