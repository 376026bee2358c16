package sample

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/theme"
)

// Desk is what a page or a box needs around it when it is tested alone.
type Desk struct {
	page.Env
	View session.View
	Said []session.Verb
}

// Alone makes the surroundings for a picture of the session.
func Alone(v session.View, mode keys.Context) *Desk {
	d := &Desk{View: v}
	d.Env = page.Env{
		Ctx: context.Background(), View: &d.View, Now: Noon, Theme: theme.New(theme.Mode{}), Keys: keys.Default(), Mode: mode, Focus: true,
		Do: func(v session.Verb) { d.Said = append(d.Said, v) }, Say: func(string) {},
	}
	return d
}

// Last is the last verb spoken, nil when there was none.
func (d *Desk) Last() session.Verb {
	if len(d.Said) == 0 {
		return nil
	}
	return d.Said[len(d.Said)-1]
}

// Press gives keys to something that takes messages, and runs what they ask for.
func (d *Desk) Press(update func(tea.Msg, *page.Env) (bool, tea.Cmd), names ...string) {
	for _, n := range names {
		if _, cmd := update(Msg(n), &d.Env); cmd != nil {
			update(cmd(), &d.Env)
		}
	}
}

// Draw draws something at a size and gives its text and cursor.
func (d *Desk) Draw(draw func(canvas.Region, *page.Env) page.Cursor, w, h int) (string, page.Cursor) {
	c := canvas.New(w, h)
	cur := draw(c.All(), &d.Env)
	lines := c.Lines()
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n"), cur
}

// Msg is the message of a key's name; anything else is text typed at once.
func Msg(name string) tea.KeyPressMsg {
	codes := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
		"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd, "backspace": tea.KeyBackspace, "tab": tea.KeyTab,
	}
	if c, ok := codes[name]; ok {
		return tea.KeyPressMsg{Code: c}
	}
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		if c, ok := codes[rest]; ok {
			return tea.KeyPressMsg{Code: c, Mod: tea.ModCtrl}
		}
		return tea.KeyPressMsg{Code: rune(rest[0]), Mod: tea.ModCtrl}
	}
	if name == "space" {
		return tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}
