package app

import (
	"fmt"
	"maps"
	"slices"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/call"
	"zuoxi/rules/identity"
	"zuoxi/session"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/page/idle"
	"zuoxi/ui/pop"
	"zuoxi/ui/theme"
)

// actions are the commands that the program itself carries out; all others are
// the page's.
var actions map[keys.Command]func(*Model) tea.Cmd

func init() {
	verb := func(f func(m *Model) session.Verb) func(*Model) tea.Cmd {
		return func(m *Model) tea.Cmd {
			if v := f(m); v != nil {
				m.do(v)
			}
			return nil
		}
	}
	open := func(f func(m *Model) pop.Box) func(*Model) tea.Cmd {
		return func(m *Model) tea.Cmd { m.box = f(m); return nil }
	}
	onCall := func(f func(id string) session.Verb) func(*Model) tea.Cmd {
		return verb(func(m *Model) session.Verb { return f(m.view.Call.ID) })
	}
	actions = map[keys.Command]func(*Model) tea.Cmd{
		keys.Answer:        verb((*Model).answer),
		keys.Mute:          verb(func(m *Model) session.Verb { return session.Mute{On: !m.view.Call.Muted} }),
		keys.Hold:          verb((*Model).hold),
		keys.Swap:          onCall(func(id string) session.Verb { return session.Swap{Call: id} }),
		keys.AcceptTarget:  onCall(func(id string) session.Verb { return session.AcceptTarget{Call: id} }),
		keys.Merge:         (*Model).merge,
		keys.HandOver:      onCall(func(id string) session.Verb { return session.HandOver{Call: id} }),
		keys.CancelConsult: onCall(func(id string) session.Verb { return session.CancelTransfer{Call: id} }),
		keys.Release:       onCall(func(id string) session.Verb { return session.Release{Call: id} }),
		keys.Emergency:     onCall(func(id string) session.Verb { return session.Emergency{Call: id} }),
		keys.AskLead:       verb(func(*Model) session.Verb { return session.CallHelp{Text: "请班长协助"} }),
		keys.CallBack:      open((*Model).dialBox),
		keys.Dial:          open((*Model).dialBox),
		keys.Verify:        open((*Model).identityBox),
		keys.Step:          open(func(m *Model) pop.Box { return pop.Steps(m.view.Record) }),
		keys.Unmask:        open(func(m *Model) pop.Box { return pop.Unmask(m.view.Record) }),
		keys.Link:          open(func(m *Model) pop.Box { return pop.Link(m.view.Record) }),
		keys.Reject:        open(func(m *Model) pop.Box { return pop.Reject(m.view.Offer.ID) }),
		keys.Transfer:      open(func(m *Model) pop.Box { return m.transferBox(false) }),
		keys.Blind:         open(func(m *Model) pop.Box { return m.transferBox(true) }),
		keys.Reach:         open((*Model).reachBox),
		keys.Dismiss:       open(func(m *Model) pop.Box { return pop.Dismiss(m.view.Call.ID) }),
		keys.SendKeys:      open(func(m *Model) pop.Box { return pop.SendKeys(m.view.Call.ID) }),
		keys.State:         open(func(*Model) pop.Box { return pop.Presence() }),
		keys.Palette:       open(func(m *Model) pop.Box { return pop.Palette(&m.env) }),
		keys.Help:          open(func(m *Model) pop.Box { return pop.Help(&m.env) }),
		keys.PlainView:     (*Model).plainView,
		keys.ChooseMic:     open(deviceBox(session.KindInput)),
		keys.ChooseEar:     open(deviceBox(session.KindOutput)),
		keys.ChooseRinger:  open(deviceBox(session.KindRinger)),
		keys.SoundOptions:  open(func(*Model) pop.Box { return pop.NewSoundSettings() }),
		keys.PauseRecord:   (*Model).pauseRecording,
		keys.CloseRecord:   verb(func(*Model) session.Verb { return session.CloseRecord{} }),
		keys.Copy:          (*Model).copy,
		keys.Redraw:        (*Model).redraw,
		keys.SignOut:       (*Model).signOut,
		keys.Quit:          (*Model).quit,
	}
	maps.Copy(actions, floorActions)
}

// answer takes the offer that is on the screen, no other.
func (m *Model) answer() session.Verb {
	if o := m.view.Offer; o != nil && o.ID == m.frame.offer {
		return session.Answer{Offer: o.ID}
	}
	return nil
}

func (m *Model) hold() session.Verb {
	c := m.view.Call
	return session.Hold{Call: c.ID, On: !slices.Contains(c.Allowed, call.EventResume)}
}

// merge joins the parties, or opens the box where there is nobody to join.
func (m *Model) merge() tea.Cmd {
	if slices.Contains(m.view.Call.Allowed, call.EventMerge) {
		m.do(session.Merge{Call: m.view.Call.ID})
	} else {
		m.box = m.transferBox(false)
	}
	return nil
}

// transferBox opens with everybody who can be asked.
func (m *Model) transferBox(blind bool) pop.Box {
	m.do(session.FindTarget{})
	return pop.NewTransfer(m.view.Call.ID, blind)
}

// reachBox opens with every number of the directory.
func (m *Model) reachBox() pop.Box {
	m.do(session.FindTarget{Outside: true})
	record := ""
	if m.view.Record != nil {
		record = m.view.Record.Number
	}
	return pop.Reach(record)
}

// deviceBox opens with what the machine has.
func deviceBox(kind string) func(*Model) pop.Box {
	return func(m *Model) pop.Box {
		m.do(session.ListDevices{})
		return pop.NewDevices(kind)
	}
}

// identityBox asks who the caller is; what is said from now on is masked when the recording leaves the house.
func (m *Model) identityBox() pop.Box {
	c := m.view.Call
	if q := c.Caller.Inquiry; q == nil || q.Phase == identity.StateOpen || q.Phase == "" {
		m.do(session.BeginIdentity{Call: c.ID})
	}
	return pop.Identity(c.ID, m.view.Seat.Substitute)
}

// dialBox offers the person whom the page is about.
func (m *Model) dialBox() pop.Box {
	v := &m.view
	switch {
	case v.Call != nil:
		c := pop.Callee{Target: "call:" + v.Call.ID, Label: v.Call.Caller.Masked}
		if v.Record != nil {
			c.Record = v.Record.Number
		}
		return pop.Dial(c)
	case m.recordOpen():
		return pop.Dial(pop.Callee{Target: "record:" + v.Record.Number, Label: "单 " + v.Record.Number + " 的来电人", Record: v.Record.Number})
	}
	target, label := m.pages.idle.(*idle.Page).Chosen(&m.env)
	return pop.Dial(pop.Callee{Target: target, Label: label})
}

func (m *Model) pauseRecording() tea.Cmd {
	c := m.view.Call
	if slices.Contains(c.Allowed, call.EventContinueRec) && !slices.Contains(c.Allowed, call.EventPauseRec) {
		m.do(session.PauseRecording{Call: c.ID})
		return nil
	}
	m.box = pop.PauseRecording(c.ID)
	return nil
}

func (m *Model) copy() tea.Cmd {
	text := m.page().Copy(&m.env)
	if b, ok := m.box.(interface{ Copy() string }); ok {
		text = b.Copy()
	}
	return m.clip(text)
}

// clip puts a text on the desktop's clipboard, or asks the terminal to (OSC 52),
// of which nobody learns whether it did.
func (m *Model) clip(text string) tea.Cmd {
	own := m.opt.Copy
	switch {
	case text == "":
		m.say("没有可复制的 · 剪贴板没有变 · 把光标放到字段里或先打开条目", theme.Warn)
		return nil
	case own == nil:
		m.say("已交给终端复制 · 粘不出来就按 Ctrl+O 用鼠标选取", theme.Good)
		return tea.SetClipboard(text)
	}
	m.say("已复制", theme.Good)
	return func() tea.Msg {
		if own(text) == nil {
			return nil
		}
		return tea.SetClipboard(text)()
	}
}

// plainView shows the page as text.
func (m *Model) plainView() tea.Cmd {
	words := m.plain()
	if words == "" {
		m.say("这里没有可看的文字 · 纯文本没有打开 · 先打开条目、评分表或报表", theme.Warn)
		return nil
	}
	m.box = pop.NewPlainText(words)
	return nil
}

// plain is the page as text: what it copies, but where a record is written all of it, unless its article is read.
func (m *Model) plain() string {
	words := m.page().Copy(&m.env)
	switch m.page() {
	case m.pages.talk, m.pages.wrapup:
		if m.form.Number() != "" && (words == "" || words != m.look.Copy()) {
			return "受理单 " + m.form.Number() + "\n" + m.form.Summary()
		}
	}
	return words
}

func (m *Model) signOut() tea.Cmd {
	if n := m.view.Link.Loose; n > 0 || m.unsent() {
		title, going := "受理单还没有提交", "签出，没写完的进待办"
		if n > 0 {
			title, going = fmt.Sprintf("本机存不下，有 %d 件中心还没有收下", n), "签出，没收下的就丢了"
		}
		m.box = pop.Confirm(title, "不签出，接着写", going, func(e *page.Env) pop.Result {
			e.Do(session.SignOut{})
			return pop.Result{}
		})
		return nil
	}
	m.do(session.SignOut{})
	return nil
}

func (m *Model) unsent() bool { return m.view.Record != nil && !m.view.Record.Sent }

func (m *Model) quit() tea.Cmd {
	switch n := m.view.Link.Loose; {
	case n > 0:
		m.box = m.confirmQuit(fmt.Sprintf("本机存不下，有 %d 件中心还没有收下", n), "退出，没收下的就丢了")
	case m.unsent():
		m.box = m.confirmQuit("受理单还没有提交", draftsStay)
	default:
		return m.leave()
	}
	return nil
}

// draftsStay is what becomes of what was not submitted.
const draftsStay = "退出，没写完的进待办"

func (m *Model) confirmQuit(title, going string) pop.Box {
	return pop.Confirm(title, "不退出", going, func(*page.Env) pop.Result {
		return pop.Result{Cmd: m.leave()}
	})
}

// leave signs out and ends the program.
func (m *Model) leave() tea.Cmd {
	if c := m.view.Call; c != nil && m.opt.QuitInCall && m.env.Mode&keys.OnCall != 0 {
		m.do(session.Release{Call: c.ID})
	}
	if m.view.SignIn.SignedIn {
		m.do(session.SignOut{})
	}
	return tea.Quit
}

// redraw has the whole screen sent again: a line to the terminal may have lost a part.
func (m *Model) redraw() tea.Cmd {
	if m.opt.Stage != nil {
		m.opt.Stage.Redraw()
	}
	return nil
}
