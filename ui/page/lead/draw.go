package lead

import (
	"fmt"
	"strings"
	"time"

	"zuoxi/rules/agent"
	"zuoxi/rules/call"
	"zuoxi/rules/region"
	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// stale is how old the board may be without being marked.
const stale = 3 * time.Second

// roomy is in how many rows inside the frame today's figures have two.
const roomy = 6

// figure is a number with its name.
type figure struct {
	name, value string
	tok         theme.Token
}

func (p *Page) drawSums(r canvas.Region, e *page.Env) {
	b, s := &e.View.Board, &e.View.Board.Sums
	caption := "大屏"
	if b.Scope != "" {
		caption += " " + region.Name(b.Scope)
	}
	tok := theme.Frame
	switch age := e.Since(b.At); {
	case b.At.IsZero():
		caption += "  还没有收到"
		tok = theme.Bad
	case age > stale:
		caption += "  数据是 " + page.Clock(age) + " 以前的"
		tok = theme.Bad
	default:
		caption += "  数据 " + b.At.Local().Format("15:04:05")
	}
	if e.Wall != "" {
		caption += "  浏览器 " + e.Wall
	}
	in := r.Box(e.Theme, caption, tok)
	y := figures(in, 0, p.nowFigures(s, e))
	if in.H < roomy {
		y = figures(in, y, append(flowFigures(s), workFigures(s)...))
	} else {
		y = figures(in, figures(in, y, flowFigures(s)), workFigures(s))
	}
	p.drawAlarmLines(in.Sub(0, y, in.W, in.H-y), e)
}

// figures writes them side by side as far as there is room, and returns the next row.
func figures(r canvas.Region, y int, list []figure) int {
	x := 0
	for _, f := range list {
		w := text.Width(f.name) + 1 + text.Width(f.value)
		if x > 0 {
			w += 3
		}
		if x+w > r.W {
			break
		}
		if x > 0 {
			x += 3
		}
		x = r.Text(x, y, f.name+" ", theme.Dim)
		x = r.Text(x, y, f.value, f.tok)
	}
	return y + 1
}

func (p *Page) nowFigures(s *session.SumsView, e *page.Env) []figure {
	out := []figure{{"排队", fmt.Sprint(s.Waiting), warnIf(s.Waiting > 0)}}
	if !s.Longest.IsZero() {
		out = append(out, figure{"最久", page.Clock(e.Since(s.Longest)), badIf(e.Since(s.Longest) > 2*time.Minute)})
	}
	if s.Estimate >= 0 {
		out = append(out, figure{"预计等候", page.Clock(s.Estimate), theme.Plain})
	}
	states := []string{}
	for _, st := range []agent.Phase{agent.StateReady, agent.StateTalking, agent.StateHold, agent.StateWrapUp, agent.StateBreak, agent.StateLost} {
		states = append(states, fmt.Sprintf("%s %d", st.Label(), s.States[st]))
	}
	out = append(out, figure{"坐席", strings.Join(states, " / "), badIf(s.States[agent.StateLost] > 0)})
	if s.TrunkMax > 0 {
		out = append(out, figure{"线路", fmt.Sprintf("%d/%d", s.Trunk, s.TrunkMax), badIf(s.Trunk*10 > s.TrunkMax*9)})
	}
	return out
}

// flowFigures are what became of today's callers.
func flowFigures(s *session.SumsView) []figure {
	d := &s.Today
	total := fmt.Sprint(d.Total)
	if !d.At.IsZero() {
		total = asOf(total, d.At, time.TimeOnly)
	}
	out := []figure{{"今日", total, theme.Plain}}
	if n := d.Decided(); n > 0 {
		out = append(out,
			figure{"15秒接通", share(d.In15, n), badIf(d.In15*10 < n*8)},
			figure{"20秒接通", share(d.In20, n), badIf(d.In20*10 < n*8)},
			figure{"放弃", share(d.GaveUp, n), badIf(d.GaveUp*10 > n*2)})
	}
	out = append(out, figure{"平均等待", mean(d.Wait, d.Answered > 0), theme.Plain})
	if s.Overdue > 0 {
		out = append(out, figure{"逾期单", asOf(fmt.Sprint(s.Overdue), s.RecordsAt, minutes), theme.Bad})
	}
	if d.Faults > 0 {
		out = append(out, figure{"线路丢失", fmt.Sprint(d.Faults), theme.Bad})
	}
	return out
}

// workFigures are how callers were served: of today, but for what only later days can tell.
func workFigures(s *session.SumsView) []figure {
	d := &s.Today
	out := []figure{{"平均通话", mean(d.Talk, d.Human > 0), theme.Plain}, {"平均话后", mean(d.Wrap, d.Wrap > 0), theme.Plain}}
	if f := s.Filed; f.Filed > 0 {
		out = append(out, figure{"转办", asOf(share(f.Passed, f.Filed), s.RecordsAt, minutes), theme.Plain})
	}
	if f := s.First; f.Of > 0 {
		out = append(out, figure{"一次解决", fmt.Sprintf("%s（%s）", share(f.Once, f.Of), f.Day), theme.Plain})
	}
	if d.Rated > 0 {
		out = append(out, figure{"满意", fmt.Sprintf("%s（%d 评）", share(d.Content, d.Rated), d.Rated), theme.Plain})
	}
	return out
}

// minutes is the form of a time that is told to the minute.
const minutes = "15:04"

// asOf is a figure with the time that it is of.
func asOf(figure string, at time.Time, form string) string {
	return figure + "（" + at.Local().Format(form) + "）"
}

// mean is a mean time, of something: "-" is not zero.
func mean(d time.Duration, some bool) string {
	if some {
		return page.Clock(d)
	}
	return "-"
}

func share(n, of int) string { return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(of)) }

// whole is share where there is little room.
func whole(n, of int) string { return fmt.Sprintf("%.0f%%", 100*float64(n)/float64(of)) }

func warnIf(b bool) theme.Token {
	if b {
		return theme.Warn
	}
	return theme.Plain
}

func badIf(b bool) theme.Token {
	if b {
		return theme.Bad
	}
	return theme.Plain
}

// drawAlarmLines shows the most urgent alarms.
func (p *Page) drawAlarmLines(r canvas.Region, e *page.Env) {
	rows := e.View.Board.Alarms
	if len(rows) == 0 {
		r.Text(0, 0, "没有预警", theme.Dim)
		return
	}
	for y := range min(r.H, len(rows)) {
		line := alarmText(&rows[y], e)
		if y == r.H-1 && len(rows) > r.H {
			line += fmt.Sprintf("   另有 %d 条", len(rows)-r.H)
		}
		r.Text(0, y, text.Short(line, r.W), alarmTok(&rows[y]))
	}
}

func alarmText(a *session.AlarmRow, e *page.Env) string {
	mark := "预警 "
	if a.Level == session.NoticeError {
		mark = "告警 "
	}
	line := mark + a.Text
	if !a.From.IsZero() {
		line += "，现在 " + page.Clock(e.Since(a.From))
	}
	line += "（已 " + page.Clock(e.Since(a.Since)) + "）"
	if a.By != "" {
		line += " " + a.By + " 处理中"
	}
	return line
}

func alarmTok(a *session.AlarmRow) theme.Token {
	switch {
	case a.By != "":
		return theme.Dim
	case a.Level == session.NoticeError:
		return theme.Bad
	}
	return theme.Warn
}

// The columns of the seats: those on the right go first where room is short.
var seatColumns = []struct {
	name string
	w    int
	cell func(r *session.SeatRow, e *page.Env) (string, theme.Token)
}{
	{"席位", 7, func(r *session.SeatRow, _ *page.Env) (string, theme.Token) { return r.No, theme.Plain }},
	{"姓名", 8, func(r *session.SeatRow, _ *page.Env) (string, theme.Token) { return r.Name, theme.Plain }},
	{"区县", 11, func(r *session.SeatRow, _ *page.Env) (string, theme.Token) {
		return region.Name(r.District), theme.Plain
	}},
	{"状态", 11, stateCell},
	{"时长", 8, func(r *session.SeatRow, e *page.Env) (string, theme.Token) {
		d := e.Since(r.Since)
		return page.Clock(d), badIf(r.State == agent.StateTalking && d > 15*time.Minute || r.State == agent.StateHold && d > time.Minute)
	}},
	{"质量", 8, lineCell},
	{"业务", 10, func(r *session.SeatRow, _ *page.Env) (string, theme.Token) { return dash(r.Subject), theme.Plain }},
	{"今日", 5, func(r *session.SeatRow, _ *page.Env) (string, theme.Token) {
		return fmt.Sprint(r.Answered), theme.Plain
	}},
	{"监听", 5, func(r *session.SeatRow, _ *page.Env) (string, theme.Token) {
		if r.Ears == 0 {
			return "", theme.Plain
		}
		return fmt.Sprintf("%d 人", r.Ears), theme.Warn
	}},
	{"技能", 20, func(r *session.SeatRow, _ *page.Env) (string, theme.Token) { return skills(r.Skills), theme.Dim }},
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// skills are the subjects of a seat, each once.
func skills(s string) string {
	var out []string
	seen := map[string]bool{}
	for _, k := range strings.Split(s, ",") {
		_, subject, _ := strings.Cut(k, "/")
		if subject == "*" {
			subject = "全部"
		}
		if subject != "" && !seen[subject] {
			seen[subject] = true
			out = append(out, subject)
		}
	}
	return strings.Join(out, " ")
}

var stateToks = map[agent.Phase]theme.Token{
	agent.StateReady: theme.Good, agent.StateTalking: theme.Good, agent.StateHold: theme.Warn, agent.StateWrapUp: theme.Warn,
	agent.StateLost: theme.Bad, agent.StateRinging: theme.Ring, agent.StateSignedOut: theme.Dim,
}

func stateCell(r *session.SeatRow, e *page.Env) (string, theme.Token) {
	g := e.Theme.Glyph
	mark := map[agent.Phase]string{
		agent.StateReady: g.Ring, agent.StateTalking: g.Dot, agent.StateHold: g.Hold, agent.StateWrapUp: g.Half, agent.StateLost: g.Off2,
		agent.StateRinging: g.Arm,
	}[r.State]
	if mark == "" {
		mark = g.Ring
	}
	switch r.Help {
	case "help":
		return mark + r.State.Label() + " 求助", theme.Bad
	case "emergency":
		return mark + r.State.Label() + " 紧急", theme.Bad
	}
	return mark + r.State.Label(), stateToks[r.State]
}

// lineCell is the quality of a seat's voice: a bar and the figure; never older than twelve seconds.
func lineCell(r *session.SeatRow, e *page.Env) (string, theme.Token) {
	switch {
	case r.NoVoice && r.State != agent.StateSignedOut:
		return "无声", theme.Bad
	case r.MOS == 0:
		return "-", theme.Dim
	}
	levels := e.Theme.Glyph.Levels
	i := max(0, min(int((r.MOS-1)/3.5*float64(len(levels))), len(levels)-1))
	tok := theme.Good
	if r.MOS < 3.6 {
		tok = theme.Warn
	}
	if r.MOS < 3 {
		tok = theme.Bad
	}
	return fmt.Sprintf("%s %.1f", levels[i], r.MOS), tok
}

func (p *Page) drawSeats(r canvas.Region, e *page.Env) page.Cursor {
	rows := p.rows(e)
	caption := fmt.Sprintf("坐席 %d（按%s）", len(rows), sorts[p.sort].label)
	sel := p.seats.Draw(len(rows), func(i int) string { return rows[i].No }, e.Now)
	if sel >= 0 && sel < len(rows) && rows[sel].Line != "" {
		caption += " · " + rows[sel].No + " 线路 " + rows[sel].Line
	}
	focus := (p.at == areaSeats || p.at == areaFind) && e.Focus
	e.Focuses(r, &p.at, areaSeats)
	in := r.Box(e.Theme, caption, page.Frame(focus))
	cur := p.drawFind(in.Sub(0, 0, in.W, 1), e)
	in = in.Sub(0, 1, in.W, in.H-1)
	x := 1
	for _, c := range seatColumns {
		if x+c.w > in.W {
			break
		}
		x = in.Cell(x, 0, c.w, c.name, theme.Dim)
	}
	if len(rows) == 0 {
		in.Text(1, 1, "没有这样的坐席", theme.Dim)
		return cur
	}
	top := p.seats.Window(len(rows), in.H-1)
	for y := range min(in.H-1, len(rows)-top) {
		p.drawSeat(in.Sub(0, 1+y, in.W, 1), rows[top+y], top+y == sel, e)
	}
	return cur
}

func (p *Page) drawSeat(r canvas.Region, row *session.SeatRow, sel bool, e *page.Env) {
	if sel {
		r.Text(0, 0, e.Theme.Glyph.Sel, theme.Key)
	}
	x := 1
	for i, c := range seatColumns {
		if x+c.w > r.W {
			break
		}
		s, tok := c.cell(row, e)
		if row.State == agent.StateSignedOut {
			tok = theme.Dim
		}
		if w := e.View.Watch; i == 0 && w != nil && w.Seat == row.No {
			tok = theme.Hit
		}
		x = r.Cell(x, 0, c.w, text.Short(s, c.w-1), tok)
	}
}

// drawFind is the search field above the seats.
func (p *Page) drawFind(r canvas.Region, e *page.Env) page.Cursor {
	on := p.at == areaFind && e.Focus
	x := r.Text(0, 0, "筛选 ", theme.Dim)
	box := r.Sub(x, 0, max(r.W-x-12, 10), 1)
	e.Focuses(box, &p.at, areaFind)
	cx, cy := p.find.Draw(box, on)
	if !on {
		return page.Cursor{}
	}
	return page.At(box, cx, cy)
}

// ways are the ways of listening in the order of the keys.
var ways = []struct {
	way   call.Ear
	label string
}{{"", "不听"}, {call.EarMonitor, "监听"}, {call.EarWhisper, "耳语（只有坐席听见）"}, {call.EarBarge, "插话（三方）"}}

// drawWatch draws the call that is listened to, as the hub has confirmed it.
func (p *Page) drawWatch(r canvas.Region, e *page.Env) {
	w := e.View.Watch
	caption, now := "监听：没有在听", call.Ear("")
	tok := theme.Frame
	if w != nil && w.Way == session.WayTalk {
		in := r.Box(e.Theme, "对讲 "+w.Who+" "+page.Clock(e.Since(w.Since)), theme.Focus)
		in.Text(0, 0, "两边都听得到 · F8 结束", theme.Plain)
		return
	}
	if w != nil {
		caption, now, tok = "监听 "+w.Who+" "+page.Clock(e.Since(w.Since)), w.Way, theme.Focus
	}
	in := r.Box(e.Theme, caption, tok)
	g := e.Theme.Glyph
	x := 0
	for _, k := range ways {
		mark := g.Off
		if k.way == now {
			mark = g.On
		}
		x = in.Text(x, 0, mark+k.label+"  ", theme.Plain)
	}
	if w == nil {
		return
	}
	shown := "否"
	if w.Shown {
		shown = "是"
	}
	in.Text(x, 0, "坐席端显示“在听”："+shown, theme.Dim)
	s := &e.View.Sound
	line := fmt.Sprintf("%s  %s  %s  %s", w.Phase.Label(), dash(w.Subject), dash(region.Name(w.Region)), w.Masked)
	x = in.Text(0, 1, line, theme.Plain)
	x = in.Text(x, 1, "   收 ", theme.Dim)
	x = in.Text(x, 1, meter(g.Levels, s.OutLevel), theme.Good)
	if now == call.EarWhisper || now == call.EarBarge {
		x = in.Text(x, 1, "  发 ", theme.Dim)
		in.Text(x, 1, meter(g.Levels, s.InLevel), theme.Good)
	}
}

// meterCells is the width of a level meter.
const meterCells = 6

func meter(levels []string, dbfs float64) string {
	n := 0
	if dbfs != 0 && dbfs >= -70 {
		n = max(0, min(int((dbfs+60)/10)+1, meterCells))
	}
	return strings.Join(levels[1:1+n], "") + strings.Repeat(" ", meterCells-n)
}
