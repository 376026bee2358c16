package app

import (
	tea "charm.land/bubbletea/v2"

	"zuoxi/ui/keys"
	"zuoxi/ui/pop"
	"zuoxi/ui/theme"
)

// key gives a pressed key to the command table, then to the open box, then to
// the page. Text always goes to the field that has the focus.
func (m *Model) key(k tea.KeyPressMsg) tea.Cmd {
	if k.Text != "" {
		m.typed(k.Text)
	}
	b, bound := m.env.Keys.Find(m.env.Mode, k.String())
	switch {
	case bound && !(m.box != nil && boxed[b.Cmd]):
		return m.command(m.inBox(b))
	case m.tooSmall():
		return nil
	case m.box != nil:
		return m.result(m.box.Update(k, &m.env))
	case m.opt.QuitInCall && m.env.Mode&(keys.OnCall|keys.Offer) != 0 && k.String() == m.keyOf(keys.Quit):
		m.box = m.confirmQuit("正在通话：结束通话并退出？", draftsStay)
		return nil
	}
	used, cmd := m.page().Update(k, &m.env)
	if !used && k.String() == "ctrl+c" {
		m.say("Ctrl+C 不退出 · 什么也没有变 · 要退出请按 "+keys.Name(m.keyOf(keys.Quit)), theme.Warn)
	}
	return cmd
}

// boxed are the commands whose keys an open box has for itself.
var boxed = map[keys.Command]bool{keys.Next: true, keys.Previous: true, keys.CloseRecord: true}

// typed notes that somebody writes. After text from an input method the rest of
// the row is sent again: its window may have left traces there.
func (m *Model) typed(s string) {
	m.pace.typed = m.opt.Now()
	if s[len(s)-1] >= 0x80 && m.opt.Stage != nil && m.frame.cursor.On {
		m.opt.Stage.Repaint(m.frame.cursor.X, m.frame.cursor.Y)
	}
}

// keyOf is the key of a command; where it has none in a situation, that of
// another.
func (m *Model) keyOf(c keys.Command) string {
	for _, b := range m.env.Keys.For(keys.Always) {
		if b.Cmd == c && b.Key != "" {
			return b.Key
		}
	}
	return ""
}

// paste gives pasted text to the field that has the focus.
func (m *Model) paste(p tea.PasteMsg) tea.Cmd {
	m.typed(p.Content)
	if m.box != nil {
		return m.result(m.box.Update(p, &m.env))
	}
	_, cmd := m.page().Update(p, &m.env)
	return cmd
}

// command carries out a binding: at once, or on the second press.
func (m *Model) command(b keys.Binding) tea.Cmd {
	if b.Why != nil {
		if why := b.Why(&m.view); why != "" {
			m.say(why, theme.Warn)
			m.note.no = b.Cmd
			return nil
		}
		if m.note.no == b.Cmd {
			m.note = note{} // it can, now: who still saw the line would press again
		}
	}
	if g, ok := m.box.(pop.Guard); ok {
		if why := g.Forbids(b.Cmd); why != "" {
			m.say(why, theme.Warn)
			return nil
		}
	}
	if b.Twice && !m.armedFor(b) {
		m.arm = armed{cmd: b.Cmd, until: m.opt.Now().Add(armTime), text: m.armText(b), of: m.about()}
		return nil
	}
	m.arm = armed{}
	return m.act(b.Cmd)
}

// armedFor tells whether a command was pressed before for the same thing, and
// what was said then still holds: a guest to whom the caller was handed since
// would not leave, but hang up.
func (m *Model) armedFor(b keys.Binding) bool {
	a := &m.arm
	return a.cmd == b.Cmd && m.opt.Now().Before(a.until) && a.of == m.about() && a.text == m.armText(b)
}

// about names what an irreversible command is about.
func (m *Model) about() string {
	switch v := &m.view; {
	case v.Call != nil:
		return v.Call.ID
	case v.Offer != nil:
		return v.Offer.ID
	case v.Review.Work != nil:
		return v.Review.Work.ID
	}
	return ""
}

// armText names who is on the line before something irreversible.
func (m *Model) armText(b keys.Binding) string {
	who := "来电人"
	switch {
	case m.view.Call != nil:
		who = m.view.Call.Caller.Masked
	case m.view.Offer != nil:
		who = m.view.Offer.Caller.Masked
	}
	again := "两秒内再按一次 " + keys.Name(b.Key) + " "
	switch b.Cmd {
	case keys.Release:
		if guest(&m.view) {
			return "您是被请来的一方 · " + again + "离开，来电人和坐席继续"
		}
		return who + " 还在线 · " + again + "请他评价并进入话后"
	case keys.Reject:
		return who + " 在等 · " + again + "选拒接原因"
	case keys.CancelConsult:
		return who + " 在听音乐 · " + again + "放掉对方，接回来电人"
	case keys.Emergency:
		return who + " · " + again + "告警班长，线路保持"
	}
	return again + b.Label
}

// act carries a command out: the box first, then the program, then the page.
func (m *Model) act(c keys.Command) tea.Cmd {
	if m.box != nil {
		if r := m.box.Act(c, &m.env); r.Used {
			return m.result(r)
		}
	}
	if f, ok := actions[c]; ok {
		return f(m)
	}
	p := m.page()
	if m.env.Mode == keys.Offer {
		p = m.below()
	}
	_, cmd := p.Act(c, &m.env)
	return cmd
}

// result does what a box asked for.
func (m *Model) result(r pop.Result) tea.Cmd {
	switch {
	case r.Open != nil:
		m.box = r.Open
	case r.Close:
		m.box = nil
	}
	if r.Run != "" {
		return tea.Batch(r.Cmd, m.run(r.Run))
	}
	return r.Cmd
}

// run carries out a command chosen in the palette.
func (m *Model) run(c keys.Command) tea.Cmd {
	for _, b := range m.env.Keys.For(m.env.Mode) {
		if b.Cmd == c {
			return m.command(b)
		}
	}
	return m.act(c)
}

// click gives a click to the part of the screen under it.
func (m *Model) click(x, y int) tea.Cmd {
	if m.box != nil {
		return nil
	}
	for _, z := range m.frame.zones {
		if x >= z.X && x < z.X+z.W && y >= z.Y && y < z.Y+z.H {
			return z.Do()
		}
	}
	return nil
}

// wheel scrolls by pages where there is something to scroll.
func (m *Model) wheel(b tea.MouseButton) tea.Cmd {
	k := tea.KeyPressMsg{Code: tea.KeyPgDown}
	if b == tea.MouseWheelUp {
		k.Code = tea.KeyPgUp
	}
	if m.box != nil {
		return m.result(m.box.Update(k, &m.env))
	}
	_, cmd := m.page().Update(k, &m.env)
	return cmd
}
