package app

import (
	tea "charm.land/bubbletea/v2"

	"zuoxi/ui/canvas"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/page/offer"
	"zuoxi/ui/pop"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// The smallest screen that has room for a page.
const (
	minWidth  = 80
	minHeight = 24
)

func (m *Model) tooSmall() bool { return m.w < minWidth || m.h < minHeight }

// View owns the terminal's modes; the frame is drawn anew, on the canvas, only
// when a message may have changed it.
func (m *Model) View() tea.View {
	if m.frame.dirty {
		m.draw()
		m.frame.dirty = false
	}
	v := tea.View{AltScreen: true, WindowTitle: m.title(), Cursor: tea.NewCursor(m.frame.cursor.X, m.frame.cursor.Y)}
	if _, plain := m.box.(*pop.PlainText); m.opt.Look.Mouse && !plain {
		v.MouseMode = tea.MouseModeCellMotion
	}
	return v
}

// title names a ringing call. Two pops in a row never have the same title, so
// that the terminal is always told.
func (m *Model) title() string {
	o := m.view.Offer
	if o == nil {
		m.frame.offer = ""
		m.frame.marker.Store(nil)
		return text.Plain("坐席 " + m.view.Seat.AgentNo)
	}
	if m.frame.offer != o.ID {
		m.frame.offer = o.ID
		m.frame.pop++
	}
	t := text.Plain(offer.Title(o))
	if m.frame.lock.on {
		t = text.Plain("▶ 来电 · 屏幕已锁定")
	}
	if m.frame.pop%2 == 0 {
		t += " "
	}
	if k := m.frame.marker.Load(); k == nil || k.offer != o.ID || k.title != t { // the lock may come down before the first was written
		m.frame.marker.Store(&marker{t, o.ID})
	}
	return t
}

// draw draws the frame onto the canvas.
func (m *Model) draw() {
	c := m.frame.canvas
	c.Reset(m.w, m.h)
	m.frame.zones = m.frame.zones[:0]
	all := c.All()
	m.env.Focus = m.box == nil
	if m.frame.lock.on {
		m.frame.cursor = m.drawLock(all)
		return
	}
	if m.tooSmall() {
		m.drawSmall(all)
		m.frame.cursor = page.Cursor{X: max(m.w-1, 0), Y: max(m.h-1, 0)}
		return
	}
	m.drawStatus(all.Sub(0, 0, m.w, 1))
	foot := 2
	if m.env.Mode&keys.OnCall != 0 {
		foot = 3
	}
	body := all.Sub(0, 1, m.w, m.h-1-foot)
	if m.view.Offer != nil && m.env.Mode == keys.Offer {
		offer.Banner(body.Sub(0, 0, m.w, offer.BannerHeight), &m.env)
		body = body.Sub(0, offer.BannerHeight, m.w, body.H-offer.BannerHeight)
	}
	cur := m.page().Draw(body, &m.env)
	if m.box != nil {
		cur = m.box.Draw(body, &m.env)
	}
	m.drawFoot(all.Sub(0, m.h-foot, m.w, foot))
	if !cur.On {
		// A quiet cell: input methods put their window where the cursor is.
		cur = page.Cursor{X: m.w - 1, Y: m.h - 2}
	}
	m.frame.cursor = cur
}

// drawSmall is all that fits: the state, the time and the keys of the call.
func (m *Model) drawSmall(r canvas.Region) {
	word, tok := m.state()
	r.Text(0, 0, "窗口太小（需 80x24） ", theme.Warn)
	r.Text(0, 1, word, tok)
	m.drawKeys(r.Sub(0, 2, r.W, 1))
	if line, tok := m.line(); line != "" {
		r.Text(0, 3, line, tok)
	}
}
