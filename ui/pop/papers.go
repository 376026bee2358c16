package pop

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/sms"
	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// blankPapers is the blank of the text that a checklist goes into.
const blankPapers = "材料"

// mostPapers is how much of a value goes into a text; a checklist is never cut.
const mostPapers = 500

// Papers shows the checklist of an article as the citizen will read it. It was
// reviewed with the article and is sent as it is.
type Papers struct {
	citizen
	papers string
}

// NewPapers opens it for the citizen of a call, a record or both.
func NewPapers(call, record, papers string) *Papers { return &Papers{citizen{call, record}, papers} }

// template is the centre's text for checklists: the one with nothing else to fill.
func (p *Papers) template(e *page.Env) (session.TextTemplate, bool) {
	i := slices.IndexFunc(e.View.Texts, func(t session.TextTemplate) bool { return slices.Equal(t.Blanks, []string{blankPapers}) })
	if i < 0 {
		return session.TextTemplate{}, false
	}
	return e.View.Texts[i], true
}

func (p *Papers) message(t session.TextTemplate) string {
	return strings.ReplaceAll(t.Text+t.Legal, "{"+blankPapers+"}", p.papers)
}

func (p *Papers) tooLong(t session.TextTemplate) bool {
	return utf8.RuneCountInString(p.papers) > mostPapers || sms.Parts(p.message(t)) > sms.MostParts
}

// Update closes it.
func (p *Papers) Update(msg tea.Msg, _ *page.Env) Result {
	return Result{Used: true, Close: key(msg) == "esc"}
}

// Act sends with F9.
func (p *Papers) Act(c keys.Command, e *page.Env) Result {
	if c != keys.Save && c != keys.OpenTodo && c != keys.HandOver { // what F9 is called on the page below
		return Result{}
	}
	t, ok := p.template(e)
	switch {
	case !ok:
		e.Say("中心没有发材料的短信模板 · 没有发 · 请口头告知，或稍后再试")
		return Result{Used: true}
	case p.tooLong(t):
		e.Say("材料清单太长，短信装不下 · 没有发 · 请用“发短信”只写最要紧的")
		return Result{Used: true}
	}
	e.Do(session.SendText{Call: p.call, Record: p.record, Template: t.ID, Values: map[string]string{blankPapers: p.papers}})
	return Result{Used: true, Close: true}
}

// Draw shows the whole text and how many messages it takes.
func (p *Papers) Draw(r canvas.Region, e *page.Env) page.Cursor {
	t, ok := p.template(e)
	lines, foot := []string{"正在向中心要模板…   没有接短信网关时发不了"}, "Esc 收起"
	if ok {
		lines = text.Wrap(p.message(t), min(72, r.W-4))
		foot = fmt.Sprintf("约 %d 条   F9 发出   Esc 收起", sms.Parts(p.message(t)))
	}
	if ok && p.tooLong(t) {
		foot = "太长，短信装不下，请用“发短信”只写最要紧的   Esc 收起"
	}
	in := frame(r, e, 76, len(lines)+5, "给来电人发材料短信")
	for y, l := range lines {
		if y < in.H-2 {
			in.Text(0, y, l, theme.Plain)
		}
	}
	in.Text(0, in.H-1, foot, theme.Dim)
	return page.Cursor{}
}
