package pop

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// question is one field of a box that asks for text.
type question struct {
	label string
	input *field.Field
	must  bool
}

func line(label, hint string, must bool) question {
	return question{label, field.New(field.Options{Max: 200, Hint: hint}), must}
}

// asker asks for a few texts. F9 goes on, never Enter.
type asker struct {
	title, do string // do is what F9 is called
	lines     []question
	at        int
	run       func(e *page.Env, answers []string) Result
	alive     func(e *page.Env) bool
}

// Act goes on when what must be written is.
func (a *asker) Act(c keys.Command, e *page.Env) Result {
	if c != keys.Save && c != keys.OpenTodo && c != keys.HandOver { // what F9 is called on the page below
		return Result{}
	}
	answers := make([]string, len(a.lines))
	for i, q := range a.lines {
		answers[i] = strings.TrimSpace(q.input.Value())
		if q.must && answers[i] == "" {
			a.at = i
			e.Say("“" + q.label + "”还没有写 · 没有办理 · 写好再按 F9")
			return Result{Used: true}
		}
	}
	r := a.run(e, answers)
	r.Used, r.Close = true, r.Open == nil
	return r
}

// Alive asks whether what the box is about is still there.
func (a *asker) Alive(e *page.Env) bool { return a.alive == nil || a.alive(e) }

// Update types into the fields.
func (a *asker) Update(msg tea.Msg, e *page.Env) Result {
	switch key(msg) {
	case "esc":
		return Result{Used: true, Close: true}
	case "tab", "down", "enter":
		a.at = (a.at + 1) % len(a.lines)
	case "shift+tab", "up":
		a.at = (a.at + len(a.lines) - 1) % len(a.lines)
	default:
		return Result{Used: typed(a.lines[a.at].input, msg, e)}
	}
	return Result{Used: true}
}

// Draw draws the fields below each other.
func (a *asker) Draw(r canvas.Region, e *page.Env) page.Cursor {
	in := frame(r, e, 72, len(a.lines)+5, a.title)
	label := 0
	for _, q := range a.lines {
		label = max(label, text.Width(q.label))
	}
	var cur page.Cursor
	for i, q := range a.lines {
		c := drawQuestion(in.Sub(0, 1+i, in.W, 1), q, label, i == a.at)
		if i == a.at {
			cur = c
		}
	}
	in.Text(0, in.H-1, "F9 "+a.do+"   Tab 下一项   Esc 收起", theme.Dim)
	return cur
}

// drawQuestion draws a field with its label; room is left for the candidate window.
func drawQuestion(r canvas.Region, q question, label int, focused bool) page.Cursor {
	tok := theme.Dim
	if focused {
		tok = theme.Key
	}
	r.Text(0, 0, q.label, tok)
	box := r.Sub(label+2, 0, max(r.W-label-14, 8), 1)
	x, y := q.input.Draw(box, focused)
	return page.At(box, x, y)
}
