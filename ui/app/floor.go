package app

import (
	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/page/lead"
	"zuoxi/ui/pop"
	"zuoxi/ui/theme"
)

// floor is the board, the home of who looks after other seats.
type floor struct {
	board *lead.Page
	bench bool // the person has gone to the own workbench
}

// floorActions are the commands of the board that open a box or change the page.
var floorActions = map[keys.Command]func(*Model) tea.Cmd{
	keys.ForceSeat: (*Model).forceBox, keys.PushCall: (*Model).pushBox, keys.TakeOver: (*Model).takeBox, keys.Board: (*Model).toBoard, keys.Workbench: (*Model).toBench,
	keys.Broadcast: func(m *Model) tea.Cmd { m.box = pop.Broadcast(); return nil },
}

// home is the page between calls.
func (m *Model) home() page.Page {
	switch m.pages.at {
	case keys.Review:
		return m.pages.quality
	case keys.Report:
		return m.pages.report
	}
	if m.atDesk() {
		return m.pages.desk
	}
	if m.view.Seat.Leads() && !m.pages.bench {
		return m.pages.board
	}
	return m.pages.idle
}

// toBoard and toBench change between the board and the own workbench.
func (m *Model) toBoard() tea.Cmd { return m.bench(false) }
func (m *Model) toBench() tea.Cmd { return m.bench(true) }

func (m *Model) bench(on bool) tea.Cmd {
	m.pages.bench = on
	m.env.Mode = m.mode()
	return nil
}

// forceBox asks what is to become of the marked seat.
func (m *Model) forceBox() tea.Cmd {
	if row, ok := m.pages.board.Seat(&m.env); ok {
		m.box = pop.ForceSeat(row)
	} else {
		m.say("没有选中的坐席 · 没有执行 · 用 ↑↓ 选一个", theme.Warn)
	}
	return nil
}

// pushBox asks why the marked caller is to go to the marked seat.
func (m *Model) pushBox() tea.Cmd {
	row, seat := m.pages.board.Seat(&m.env)
	w, caller := m.pages.board.Waiting(&m.env)
	switch {
	case !caller:
		m.say("没有人在等 · 没有派出 · 有人排队时再派", theme.Warn)
	case !seat:
		m.say("没有选中的坐席 · 没有派出 · 用 ↑↓ 选一个空闲的坐席", theme.Warn)
	default:
		m.box = pop.PushCall(w, row)
	}
	return nil
}

// takeBox asks why the call that is listened to, or that of the marked seat, is taken over.
func (m *Model) takeBox() tea.Cmd {
	switch row, ok := m.pages.board.Heard(&m.env); {
	case !ok:
		m.say("没有选中的坐席 · 没有接管 · 用 ↑↓ 选一个", theme.Warn)
	case row.State != "" && !row.State.OnCall(): // unknown while the seat that is heard is not on the board
		m.say(row.No+" "+row.Name+" 没有在通话（"+row.State.Label()+"） · 没有可接管的 · 选一个通话中的坐席再按", theme.Warn)
	case row.State == "" && m.heardCall() == "": // spoken with beside any call
		m.say(row.No+" 不在看板上 · 没有可接管的 · 选一个通话中的坐席再按", theme.Warn)
	default:
		m.box = pop.TakeOver(row, m.heardCall())
	}
	return nil
}

// heardCall is the call that is listened to.
func (m *Model) heardCall() string {
	if w := m.view.Watch; w != nil {
		return w.Call
	}
	return ""
}

// inBox is what a key does while a box is open: F9 goes on in it, whatever it does on the page.
func (m *Model) inBox(b keys.Binding) keys.Binding {
	if m.box != nil && (b.Cmd == keys.TakeOver || b.Cmd == keys.KBOpen) {
		return keys.Binding{Cmd: keys.Save, Key: b.Key}
	}
	return b
}

// spokenTo says that somebody talks with the agent without a call.
func (m *Model) spokenTo() string {
	if w := m.view.Watch; w != nil && w.Way == session.WayTalk && m.env.Mode != keys.Floor {
		return w.Who + " 正在和您对讲 · 他听得到您 · 对讲中不派来电"
	}
	return ""
}

// rings tells whether an alarm has come that is to be heard, or come again to who looks after it.
func rings(now, old *session.View) bool {
	known := map[string]bool{}
	for _, a := range old.Board.Alarms {
		known[a.ID] = a.By == ""
	}
	for _, a := range now.Board.Alarms {
		if a.Sound && a.By == "" && !known[a.ID] {
			return true
		}
	}
	return false
}
