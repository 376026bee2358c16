package app

import (
	"maps"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/access"
	"zuoxi/session"
	"zuoxi/ui/keys"
	"zuoxi/ui/page/editor"
	"zuoxi/ui/pop"
	"zuoxi/ui/theme"
)

func init() {
	maps.Copy(actions, map[keys.Command]func(*Model) tea.Cmd{
		keys.KBDesk:     (*Model).toDesk,
		keys.KBLeave:    (*Model).leaveDesk,
		keys.KBNew:      (*Model).begin,
		keys.KBStep:     (*Model).entryStep,
		keys.KBWrong:    (*Model).tellWrong,
		keys.KBQuestion: (*Model).tellQuestion,
		keys.KBJump:     (*Model).jump,
		keys.KBPapers:   (*Model).papers,
		keys.KBNarrow:   (*Model).narrow,
		keys.KBSend:     (*Model).sendPapers,
	})
}

// writing is the editors' page and who is there.
type writing struct {
	desk *editor.Page
	away bool // who edits has gone to the workbench
	sent bool // who does other work has come
}

// mayEdit tells whether somebody writes or reviews the knowledge base; only tells that they do nothing else.
func mayEdit(v *session.View) (may, only bool) {
	may = v.Seat.Can(access.KBEdit) || v.Seat.Can(access.KBReview)
	return may, may && !v.Seat.Can(access.CallTake)
}

// atDesk tells whether the editors' page is the one between calls.
func (m *Model) atDesk() bool {
	may, only := mayEdit(&m.view)
	return may && (only && !m.pages.away || m.pages.sent)
}

// toDesk and leaveDesk change between the editors' page and the workbench.
func (m *Model) toDesk() tea.Cmd {
	if may, _ := mayEdit(&m.view); !may {
		m.say("您的角色不编辑也不审核知识库 · 没有打开 · 需要时请联系知识库管理员", theme.Warn)
		return nil
	}
	m.pages.away, m.pages.sent = false, true
	m.env.Mode = m.mode()
	m.pages.desk.Follow(&m.env)
	return nil
}

func (m *Model) leaveDesk() tea.Cmd {
	m.pages.away, m.pages.sent = true, false
	m.env.Mode = m.mode()
	return nil
}

// begin asks what is to be written anew.
func (m *Model) begin() tea.Cmd {
	if m.pages.desk.Dirty() {
		m.say("正在写的还没有存 · 没有另起 · 先按 F9 存稿", theme.Warn)
		return nil
	}
	m.box = pop.Blanks(m.pages.desk.Begin)
	return nil
}

// entryStep opens what may be done: with the open entry, or with what the hotline told.
func (m *Model) entryStep() tea.Cmd {
	row, told := m.pages.desk.Row(&m.env)
	x := m.view.Editor.Entry
	switch {
	case m.pages.desk.Dirty():
		m.say("正在写的还没有存 · 没有办理 · 先按 F9 存稿", theme.Warn)
	case told:
		m.box = pop.Settle(row)
	case x == nil || len(x.Allowed) == 0:
		m.say("没有打开条目，或您现在没有可办的步骤 · 没有变化 · 先在左边打开一条", theme.Warn)
	default:
		m.box = pop.EntrySteps(x)
	}
	return nil
}

// tellWrong reports the open article; tellQuestion a question without one.
func (m *Model) tellWrong() tea.Cmd {
	a := m.look.Article()
	version, _ := strconv.Atoi(a.Version)
	if a.ID == "" {
		m.say("没有打开条目 · 没有可报的 · 先打开说错的那一条", theme.Warn)
		return nil
	}
	m.box = pop.TellWrong(a.ID, a.Title, version)
	return nil
}

func (m *Model) tellQuestion() tea.Cmd {
	m.box = pop.TellQuestion(m.look.Typed())
	return nil
}

// jump opens what the open article rests on or is related to.
func (m *Model) jump() tea.Cmd {
	a := m.look.Article()
	if len(a.Links) == 0 {
		m.say("打开的条目没有依据和相关条目 · 没有变化 · 先打开一条", theme.Warn)
		return nil
	}
	m.box = pop.Links(a.Links, m.look.Open)
	return nil
}

// narrow asks what the search is held to.
func (m *Model) narrow() tea.Cmd {
	m.box = pop.Narrow(m.look.Narrowed(), m.look.Facets(&m.env), m.look.Narrow)
	return nil
}

// papers copies the checklist of the open article, as it goes out as a text message.
func (m *Model) papers() tea.Cmd {
	text := m.look.Article().Papers
	if text == "" {
		m.say("打开的条目没有材料清单 · 没有复制 · 先打开办事指南", theme.Warn)
		return nil
	}
	return m.clip(text)
}
