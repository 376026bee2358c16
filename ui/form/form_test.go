package form

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

type rig struct {
	*Form
	env  *page.Env
	said []session.Verb

	warned string
}

func newRig() *rig {
	r := &rig{Form: New()}
	r.env = &page.Env{Theme: theme.New(theme.Mode{}), Do: func(v session.Verb) { r.said = append(r.said, v) },
		Say: func(line string) { r.warned = line }}
	r.Follow(&session.RecordView{Number: "0312-3027-1", Fields: session.RecordFields{Kind: "consult", Subject: "养老保险", Handling: "on_spot"}})
	return r
}

func (r *rig) text(s string) { r.Update(tea.KeyPressMsg{Text: s, Code: []rune(s)[0]}, r.env) }

func (r *rig) press(c rune) { r.Update(tea.KeyPressMsg{Code: c}, r.env) }

func (r *rig) draw(w, h int) ([]string, page.Cursor) {
	c := canvas.New(w, h)
	cur := r.Draw(c.All(), r.env, true)
	return c.Lines(), cur
}

func TestEveryChangeReachesTheSession(t *testing.T) {
	r := newRig()
	r.text("养老金")
	r.text("未到账")
	last := r.said[len(r.said)-1].(session.EditRecord)
	if len(r.said) != 2 || last.Fields.Question != "养老金未到账" || last.Fields.Subject != "养老保险" {
		t.Errorf("%d verbs, last %+v", len(r.said), last)
	}
	if _, cur := r.draw(40, 20); !cur.On || cur.X != 5+12 {
		t.Errorf("cursor %+v", cur)
	}
}

func TestOwnEchoDoesNotOverwrite(t *testing.T) {
	r := newRig()
	r.text("未到账")
	r.Follow(&session.RecordView{Number: "0312-3027-1", Fields: session.RecordFields{Question: "未"}})
	if r.Fields().Question != "未到账" {
		t.Error("an older echo overwrote what was typed")
	}
	r.Follow(&session.RecordView{Number: "0312-3027-2"})
	if r.Fields().Question != "" {
		t.Error("the next record begins with the last one's text")
	}
	r.Follow(nil)
	if lines, cur := r.draw(40, 5); cur.On || !strings.Contains(lines[0], "没有") {
		t.Errorf("%q %+v", lines[0], cur)
	}
}

func TestChoicesTakeDigitsInAnyWidth(t *testing.T) {
	r := newRig()
	for range 4 {
		r.Step(-1)
	}
	if it := r.items[r.at]; it.label != "方式" {
		t.Fatalf("focus on %s", it.label)
	}
	r.text("４")
	if r.Fields().Kind != "report" {
		t.Errorf("kind %q", r.Fields().Kind)
	}
	r.press(tea.KeyRight)
	if r.Fields().Kind != "suggestion" {
		t.Errorf("kind %q", r.Fields().Kind)
	}
	if used, _ := r.Update(tea.KeyPressMsg{Text: "x", Code: 'x'}, r.env); !used {
		t.Error("a stray letter leaked out of a choice")
	}
}

func TestNumberFieldSaysWhyNothingAppears(t *testing.T) {
	r := newRig()
	for r.items[r.at].label != "回电" {
		r.Step(1)
	}
	r.text("您")
	if r.warned == "" || len(r.said) != 0 {
		t.Errorf("warned %q, said %v", r.warned, r.said)
	}
}

func TestForwardShowsItsField(t *testing.T) {
	r := newRig()
	if lines, _ := r.draw(50, 30); strings.Contains(strings.Join(lines, "\n"), "\n转办 ") {
		t.Error("the department is asked for an answer on the spot")
	}
	for r.items[r.at].label != "处理" {
		r.Step(1)
	}
	r.text("2")
	r.Step(1)
	if r.items[r.at].label != "转办" {
		t.Errorf("focus on %s", r.items[r.at].label)
	}
}

func TestFocusStaysVisibleAtEverySize(t *testing.T) {
	for _, h := range []int{4, 9, 14, 30} {
		for w := 30; w < 80; w += 7 {
			r := newRig()
			r.Enter(1)
			for {
				lines, cur := r.draw(w, h)
				if r.Typing() && (!cur.On || cur.X >= w || cur.Y >= h) {
					t.Fatalf("%dx%d %s: cursor %+v", w, h, r.items[r.at].label, cur)
				}
				if !strings.Contains(strings.Join(lines, "\n"), r.items[r.at].label) {
					t.Fatalf("%dx%d: %s not shown", w, h, r.items[r.at].label)
				}
				for _, l := range lines {
					if text.Width(l) != w {
						t.Fatalf("%q", l)
					}
				}
				if !r.Step(1) {
					break
				}
			}
		}
	}
}

func TestEnterInLineMovesOnAndInAreaBreaksTheLine(t *testing.T) {
	r := newRig()
	r.press(tea.KeyEnter)
	if r.Fields().Question != "\n" {
		t.Errorf("%q", r.Fields().Question)
	}
	r.Enter(1)
	r.Step(1)
	before := r.at
	r.press(tea.KeyEnter)
	if r.at != before+1 {
		t.Error("Enter did not move on")
	}
	if len(r.said) != 1 {
		t.Error("Enter did more than that")
	}
	if !strings.Contains(r.Summary(), "业务：养老保险") {
		t.Errorf("%q", r.Summary())
	}
}
