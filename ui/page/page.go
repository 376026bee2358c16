// Package page is what the pages of the workstation have in common: what they
// are given to draw with, how they answer, and the words for times and states.
// Pages live in the packages below it and are driven by ui/app alone. It
// promises that a page never changes state on its own: it draws a session.View
// and speaks session verbs.
package page

import (
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/keys"
	"zuoxi/ui/theme"
)

// Env is what a page draws from and acts through.
type Env struct {
	Ctx   context.Context // ends with the program; for commands
	View  *session.View
	Now   time.Time // of the last timed redraw
	Theme *theme.Theme
	Keys  *keys.Map
	Do    func(session.Verb)
	Say   func(line string) // shows one line for a while
	Mode  keys.Context
	Focus bool // the page has the keyboard, no pop-up covers it
	Zones *[]Zone
	Wall  string // where the leaders' page is, if this seat knows
}

// After is a command that answers with msg after a while, unless the program ends.
func (e *Env) After(d time.Duration, msg tea.Msg) tea.Cmd {
	return func() tea.Msg {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			return msg
		case <-e.Ctx.Done():
			return nil
		}
	}
}

// Zone is a part of the canvas that answers to a click.
type Zone struct {
	X, Y, W, H int
	Do         func() tea.Cmd
}

// Click makes a region answer to a click.
func (e *Env) Click(r canvas.Region, do func() tea.Cmd) {
	if e.Zones != nil {
		x, y := r.Origin()
		*e.Zones = append(*e.Zones, Zone{x, y, r.W, r.H, do})
	}
}

// Cursor is the cell of the canvas where the terminal's cursor belongs.
type Cursor struct {
	X, Y int
	On   bool // a text field has it
}

// Focuses makes a region take the focus when clicked: an area's number goes to at.
func (e *Env) Focuses(r canvas.Region, at *int, area int) {
	e.Click(r, func() tea.Cmd { *at = area; return nil })
}

// At is a cursor inside a region.
func At(r canvas.Region, x, y int) Cursor {
	ox, oy := r.Origin()
	return Cursor{X: ox + x, Y: oy + y, On: true}
}

// Page is one of the workstation's pages.
type Page interface {
	// Draw draws the page and says where the cursor belongs.
	Draw(r canvas.Region, e *Env) Cursor
	// Update takes keys, pasted text and the answers to the page's own
	// commands. used is false for what is not the page's.
	Update(msg tea.Msg, e *Env) (used bool, cmd tea.Cmd)
	// Act carries out a command of the key table that concerns the page.
	Act(c keys.Command, e *Env) (used bool, cmd tea.Cmd)
	// Typing reports whether a text field has the focus.
	Typing() bool
	// Copy is the text that Ctrl+Y takes.
	Copy(e *Env) string
}

// Clock is a duration as mm:ss, or h:mm:ss from an hour on.
func Clock(d time.Duration) string {
	s := max(int(d/time.Second), 0)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}

// Since is the time from t to now; an unknown t gives no time.
func (e *Env) Since(t time.Time) time.Duration {
	if t.IsZero() {
		return 0
	}
	return e.Now.Sub(t)
}

// Day is a date and time without the year.
func Day(t time.Time) string {
	if t.IsZero() {
		return "--"
	}
	return t.Local().Format("01-02 15:04")
}

// Frame is the border token of an area with or without the focus.
func Frame(focused bool) theme.Token {
	if focused {
		return theme.Focus
	}
	return theme.Frame
}

// List is a selection in a list of n rows, of which some are shown.
type List struct{ Sel, Top int }

// Move moves the selection and keeps it inside.
func (l *List) Move(by, n int) { l.Sel = max(0, min(l.Sel+by, n-1)) }

// pageStep is how far PgUp and PgDn go in a list.
const pageStep = 10

// steps are how far the keys go that move in a list.
var steps = map[string]int{"up": -1, "down": 1, "pgup": -pageStep, "pgdown": pageStep}

// Key moves by an arrow, PgUp or PgDn; false for any other key.
func (l *List) Key(key string, n int) bool {
	by, ok := steps[key]
	if ok {
		l.Move(by, n)
	}
	return ok
}

// Window keeps the selection among rows shown rows and returns the first.
func (l *List) Window(n, rows int) int {
	l.Move(0, n)
	l.Top = max(min(l.Top, l.Sel, n-rows), l.Sel-rows+1, 0)
	return l.Top
}
