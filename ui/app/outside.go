package app

import (
	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/keys"
	"zuoxi/ui/pop"
	"zuoxi/ui/theme"
)

// The commands that look things up and write to others.
func init() {
	for c, box := range map[keys.Command]func(*Model) pop.Box{
		keys.Find:       func(*Model) pop.Box { return pop.NewSearch() },
		keys.SendText:   (*Model).textBox,
		keys.DeptLink:   (*Model).sheetBox,
		keys.CallerTags: func(m *Model) pop.Box { return pop.Tags(m.view.Call) },
	} {
		actions[c] = func(m *Model) tea.Cmd { m.box = box(m); return nil }
	}
}

// textBox asks the centre for its texts and lets one be chosen.
func (m *Model) textBox() pop.Box {
	m.do(session.AskTexts{})
	return pop.NewTexts(m.writeTo())
}

// writeTo names the call and the record that a text belongs to.
func (m *Model) writeTo() (call, record string) {
	if c := m.view.Call; c != nil {
		call = c.ID
	}
	if r := m.view.Record; r != nil {
		record = r.Number
	}
	return call, record
}

// sendPapers offers the checklist of the open article to the caller.
func (m *Model) sendPapers() tea.Cmd {
	switch a := m.look.Article(); {
	case a.Papers == "":
		m.say("打开的条目没有材料清单 · 没有发短信 · 先打开办事指南", theme.Warn)
	case a.Held != "":
		m.say("“"+a.Title+"”"+a.Held+" · 没有发短信 · 请另找有效的条目，或告诉来电人以窗口为准", theme.Warn)
	default:
		m.do(session.AskTexts{})
		call, record := m.writeTo()
		m.box = pop.NewPapers(call, record, a.Papers)
	}
	return nil
}

func (m *Model) sheetBox() pop.Box {
	m.do(session.AskSheet{Number: m.view.Record.Number})
	return pop.NewSheet(m.view.Record.Number)
}
