package pop

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/identity"
	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// checker asks for three elements as the caller says them, and then reads out
// what may be. Nothing is filled in and nothing hinted at.
type checker struct {
	call  string
	lines []question
	at    int    // a line, or the row that refuses
	read  string // wording on the screen because the caller is somebody else
}

// Identity opens the check for a call. The substitute is what the centre lets
// people without an employer say; without one there is no such line.
func Identity(call, substitute string) Box {
	b := &checker{call: call, lines: []question{
		{"身份证号码", field.New(field.Options{Kind: field.Number, Max: 20, Hint: "照来电者说的写"}), true},
		{"姓名", field.New(field.Options{Max: 40, Hint: "照来电者说的写"}), true},
		{"工作单位", field.New(field.Options{Max: 100, Hint: "请来电者说全称"}), true},
	}}
	if substitute != "" {
		b.lines = append(b.lines, question{substitute, field.New(field.Options{Max: 100, Hint: "退休、灵活就业没有单位的才问，会记入审计"}), false})
	}
	return b
}

// wordingOther is read out when the insured person is not the one who calls.
var wordingOther = []string{identity.WordingRefuse, identity.WordingRisk}

func (b *checker) view(e *page.Env) session.InquiryView {
	if c := e.View.Call; c != nil && c.Caller.Inquiry != nil {
		return *c.Caller.Inquiry
	}
	return session.InquiryView{Phase: identity.StateOpen}
}

// Alive is true while the call goes on.
func (b *checker) Alive(e *page.Env) bool { return sameCall(b.call)(e) }

// Act checks, or notes that the wording was read.
func (b *checker) Act(c keys.Command, e *page.Env) Result {
	if c != keys.Save {
		return Result{}
	}
	q := b.view(e)
	switch {
	case q.Busy:
	case b.read != "":
		for _, w := range wordingOther {
			e.Do(session.ReadOut{Call: b.call, Text: w})
		}
		return Result{Used: true, Close: true}
	case q.Read != "" && !q.WasRead:
		e.Do(session.ReadOut{Call: b.call, Text: q.Read})
	case q.Phase == identity.StateOpen || q.Phase == "":
		v := session.CheckIdentity{Call: b.call, Number: b.lines[0].input.Value(), Name: b.lines[1].input.Value(), Employer: b.lines[2].input.Value()}
		if len(b.lines) > 3 {
			v.Substitute = b.lines[3].input.Value()
		}
		e.Do(v)
	}
	return Result{Used: true}
}

// asks are what may be asked after a match, by digit.
var asks = []struct{ label, what string }{
	{"参保信息", session.AskAccount}, {"社保卡状态", session.AskCard}, {"社保卡临时挂失", session.AskCardLoss},
}

// Update types, or chooses what to ask after a match.
func (b *checker) Update(msg tea.Msg, e *page.Env) Result {
	q := b.view(e)
	if q.Phase == identity.StateMatched {
		if n := digit(msg); n >= 1 && n <= len(asks) && !q.Busy {
			return b.ask(n - 1)(e)
		}
		return Result{Used: true, Close: key(msg) == "esc"}
	}
	n := len(b.lines) + 1
	switch key(msg) {
	case "esc":
		if b.read != "" {
			b.read = ""
			return Result{Used: true}
		}
		return Result{Used: true, Close: true}
	case "tab", "down":
		b.at = (b.at + 1) % n
	case "shift+tab", "up":
		b.at = (b.at + n - 1) % n
	case "enter":
		if b.at == len(b.lines) {
			b.read = wordingOther[0] + wordingOther[1]
		} else {
			b.at++
		}
	default:
		if b.at < len(b.lines) && b.read == "" {
			return Result{Used: typed(b.lines[b.at].input, msg, e)}
		}
	}
	return Result{Used: true}
}

// ask asks the business system; a loss is confirmed first.
func (b *checker) ask(i int) func(e *page.Env) Result {
	do := func(e *page.Env) Result {
		e.Do(session.AskBusiness{Call: b.call, What: asks[i].what})
		return Result{Used: true, Open: b}
	}
	if asks[i].what != session.AskCardLoss {
		return do
	}
	return func(*page.Env) Result {
		return Result{Used: true, Open: Confirm("给来电人办理社保卡临时挂失？", "不办理", "办理挂失", do)}
	}
}

// Draw draws the fields, or what was found.
func (b *checker) Draw(r canvas.Region, e *page.Env) page.Cursor {
	q := b.view(e)
	in := frame(r, e, 76, 14, "核验身份（三要素，全对才算）")
	switch {
	case b.read != "":
		drawWording(in, b.read, "F9 已读出   Esc 返回")
	case q.Phase == identity.StateMatched:
		b.drawMatched(in, q)
	case q.Read != "":
		in.Text(0, 0, q.Text, theme.Bad)
		foot := "F9 已读出   Esc 收起"
		if q.WasRead {
			foot = "已记下读过这段用语   Esc 收起"
		}
		drawWording(in.Sub(0, 1, in.W, in.H-1), q.Read, foot)
	case q.Phase == identity.StateRefused || q.Phase == identity.StateLocked:
		in.Text(0, 1, "本通电话不能再核验", theme.Bad)
		in.Text(0, in.H-1, "Esc 收起", theme.Dim)
	default:
		return b.drawFields(in, q, e)
	}
	return page.Cursor{}
}

func (b *checker) drawFields(in canvas.Region, q session.InquiryView, e *page.Env) page.Cursor {
	var cur page.Cursor
	label, below := 0, len(b.lines)+2
	for _, l := range b.lines {
		label = max(label, text.Width(l.label))
	}
	for i, l := range b.lines {
		c := drawQuestion(in.Sub(0, 1+i, in.W, 1), l, label, i == b.at)
		if i == b.at {
			cur = c
		}
	}
	if b.at == len(b.lines) {
		in.Text(0, below, e.Theme.Glyph.Sel, theme.Key)
	}
	in.Text(2, below, "来电人不是参保人本人，或说不全：读拒答用语（Enter）", theme.Plain)
	note, tok := "不提示、不补全；对或不对都只说结果。", theme.Dim
	switch {
	case q.Busy:
		note, tok = "正在核对…", theme.Plain
	case q.Answer != "" && q.Answer != identity.Match:
		note, tok = fmt.Sprintf("%s · 还可核验 %d 次 · 不要告诉来电者哪一项不对", q.Text, q.Left), theme.Warn
	case q.Text != "":
		note, tok = q.Text, theme.Warn
	}
	for i, l := range text.Wrap(note, in.W) {
		in.Text(0, below+2+i, l, tok)
	}
	in.Text(0, in.H-1, "F9 核对   Tab 下一项   Esc 收起", theme.Dim)
	return cur
}

func (b *checker) drawMatched(in canvas.Region, q session.InquiryView) {
	in.Text(0, 0, identity.Match.Label(), theme.Good)
	x := 14
	for i, a := range asks {
		x = in.Text(x, 0, fmt.Sprintf("%d %s", i+1, a.label), theme.Key) + 2
	}
	y := 2
	for _, row := range q.Rows {
		c := in.Cell(0, y, 14, row.Label, theme.Dim)
		in.Text(c, y, text.Short(row.Value, in.W-c), theme.Plain)
		y++
	}
	switch {
	case q.Busy:
		in.Text(0, y, "正在查询…", theme.Plain)
	case q.Text != "":
		in.Text(0, y, text.Short(q.Text, in.W), theme.Warn)
	case q.Sandbox:
		in.Text(0, y+1, "沙箱数据，都是虚构的，不能读给来电者", theme.Warn)
	}
	in.Text(0, in.H-1, "按数字查询   Esc 收起，挂机后不再显示", theme.Dim)
}

// drawWording shows what is to be read out.
func drawWording(in canvas.Region, wording, foot string) {
	in.Text(0, 0, "请读给来电者：", theme.Dim)
	for i, l := range text.Wrap("“"+wording+"”", in.W) {
		in.Text(0, 2+i, l, theme.Bold)
	}
	in.Text(0, in.H-1, foot, theme.Dim)
}
