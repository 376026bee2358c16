// Package pop holds the boxes that open over a page: menus, confirmations,
// help, the palette, the transfer box. ui/app keeps at most one on the screen.
// It promises that Esc closes a box and changes nothing else, that the default
// of a confirmation is the harmless one, and that answers are digits, in any
// width of digit.
package pop

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"zuoxi/ui/canvas"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// Result is what a box wants after a key.
type Result struct {
	Used  bool         // the key was the box's
	Close bool         // the box is done
	Run   keys.Command // a command to carry out, for the palette
	Open  Box          // another box in its place
	Cmd   tea.Cmd
}

// Box is one of the boxes.
type Box interface {
	Draw(r canvas.Region, e *page.Env) page.Cursor
	Update(msg tea.Msg, e *page.Env) Result
	// Act is offered a command of the key table before anybody else.
	Act(c keys.Command, e *page.Env) Result
	// Alive is false when what the box is about is over.
	Alive(e *page.Env) bool
}

// Clocked is a box that follows what changes by itself; Tick comes once a second.
type Clocked interface {
	Tick(e *page.Env)
}

// Guard is a box under which a key may be meant for what is just over: it says
// why the command is not carried out, or nothing.
type Guard interface {
	Forbids(c keys.Command) string
}

// frame draws an empty box of a size in the middle and returns its inside.
func frame(r canvas.Region, e *page.Env, w, h int, caption string) canvas.Region {
	w, h = min(w, r.W-2), min(h, r.H)
	b := r.Sub((r.W-w)/2, max((r.H-h)/3, 0), w, h)
	b.Fill(theme.Plain)
	return b.Box(e.Theme, caption, theme.Focus)
}

// digit is the number typed, 0 when it is none.
func digit(msg tea.Msg) int {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(text.Fold(k.Text))
	if err != nil {
		return 0
	}
	return n
}

// key is the name of a pressed key, empty for other messages.
func key(msg tea.Msg) string {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		return k.String()
	}
	return ""
}

// passive is for boxes that carry out no command and outlive everything.
type passive struct{}

func (passive) Act(keys.Command, *page.Env) Result { return Result{} }
func (passive) Alive(*page.Env) bool               { return true }
