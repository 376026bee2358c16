package pop

import (
	tea "charm.land/bubbletea/v2"

	"zuoxi/ui/canvas"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/theme"
)

// reach finds whom to call after the conversation: the department that was promised to be asked, or that hung up.
type reach struct {
	passive
	picker
	record string
}

// Reach opens the box; the call belongs to the record.
func Reach(record string) Box {
	return &reach{picker: newPicker(true, "单位、姓名、首字母、地名、号码"), record: record}
}

// Alive is true while there is time for a call.
func (b *reach) Alive(e *page.Env) bool { return e.Mode&keys.WrapUp != 0 }

// Update types, moves and chooses; the box for calling comes after it, where a reason can be written.
func (b *reach) Update(msg tea.Msg, e *page.Env) Result {
	switch key(msg) {
	case "up":
		b.move(-1, e)
	case "down":
		b.move(1, e)
	case "esc":
		return Result{Used: true, Close: true}
	case "enter":
		return b.choose(e)
	default:
		used, _ := b.typed(msg, e)
		return Result{Used: used}
	}
	return Result{Used: true}
}

func (b *reach) choose(e *page.Env) Result {
	t, ok := b.chosen(e)
	if ok {
		return Result{Used: true, Open: Dial(Callee{Target: t.ID, Label: t.Who, Record: b.record})}
	}
	e.Say(b.nobody(e, "没有拨出", "单位、姓名或号码"))
	return Result{Used: true}
}

// Draw draws the field and the targets.
func (b *reach) Draw(r canvas.Region, e *page.Env) page.Cursor {
	in := frame(r, e, 78, 16, "再次联系")
	cur := b.field(in)
	b.draw(in.Sub(0, 2, in.W, max(in.H-4, 1)), e, true)
	in.Text(0, in.H-1, "↑↓ 选   Enter 选定，再按 F3 拨出   Esc 收起", theme.Dim)
	return cur
}
