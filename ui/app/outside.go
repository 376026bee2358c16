package app

import (
	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/keys"
	"zuoxi/ui/pop"
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
	call, record := "", ""
	if c := m.view.Call; c != nil {
		call = c.ID
	}
	if r := m.view.Record; r != nil {
		record = r.Number
	}
	return pop.NewTexts(call, record)
}

func (m *Model) sheetBox() pop.Box {
	m.do(session.AskSheet{Number: m.view.Record.Number})
	return pop.NewSheet(m.view.Record.Number)
}
