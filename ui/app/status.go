package app

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/access"
	"zuoxi/rules/agent"
	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// segment is a part of the status line in a long and a short form.
type segment struct {
	long, short string
	tok         theme.Token
}

// longestWait is how long a caller may wait at one time (domain: 60 s).
const longestWait = time.Minute

// drawStatus draws row 0. Where room is short, first the long forms go, from
// the right, then whole segments from the right.
func (m *Model) drawStatus(r canvas.Region) {
	clock := m.env.Now.Local().Format("15:04")
	segs := m.segments()
	room := r.W - 1 - len(clock) - 2
	words := fit(segs, room)
	x := 1
	for i, w := range words {
		if i > 0 {
			x = r.Text(x, 0, " "+m.env.Theme.Glyph.V+" ", theme.Frame)
		}
		x = r.Text(x, 0, w, segs[i].tok)
	}
	r.Sub(0, 0, r.W-1, 1).Right(0, clock, theme.Bar)
}

// fit chooses the forms of the segments for a number of columns.
func fit(segs []segment, room int) []string {
	words := make([]string, len(segs))
	for i, s := range segs {
		words[i] = s.long
	}
	for i := len(segs) - 1; i >= 0 && width(words) > room; i-- {
		words[i] = segs[i].short
	}
	for len(words) > 0 && width(words) > room {
		words = words[:len(words)-1]
	}
	for len(words) > 0 && words[len(words)-1] == "" {
		words = words[:len(words)-1]
	}
	return words
}

func width(words []string) int {
	n := 0
	for i, w := range words {
		if i > 0 && w != "" {
			n += 3
		}
		n += text.Width(w)
	}
	return n
}

func (m *Model) segments() []segment {
	v := &m.view
	who := strings.TrimSpace(v.Seat.AgentNo + " " + v.Seat.Name)
	if who == "" {
		who = "未登录"
	}
	state, tok := m.state()
	if v.Call != nil && v.Call.Watched != "" {
		state += " " + v.Call.Watched
	}
	segs := []segment{{who, v.Seat.AgentNo, theme.Bar}, {state, state, tok}}
	if who == "未登录" {
		segs[0].short = who
	}
	segs = append(segs, m.lineSegment(), m.linkSegment())
	if v.SignIn.SignedIn && !v.Queue.At.IsZero() {
		queue := segment{long: fmt.Sprintf("待接 %d", v.Queue.Waiting), tok: theme.Plain}
		if v.Queue.Waiting > 0 {
			queue.long += " 最久 " + page.Clock(v.Queue.Longest+max(0, m.env.Now.Sub(v.Queue.At)))
		}
		segs = append(segs, queue)
	}
	if m.env.Mode == keys.Review && v.Seat.Can(access.QualityScore) && v.Review.Sheets.Count != nil {
		todo, done := v.Review.Sheets.Scored()
		work := fmt.Sprintf("待检 %d 已检 %d", todo, done)
		segs = append(segs, segment{work, work, theme.Plain}) // the home of who scores: the line's figures go first
	}
	if s, ok := dueSegment(v.Todo); ok {
		segs = append(segs, s) // last: where there is no room, the list itself is on the idle page
	}
	return segs
}

// dueSegment reminds of deadlines that have passed or are about to.
func dueSegment(todo []session.TodoRow) (segment, bool) {
	late, soon := 0, 0
	for _, t := range todo {
		switch {
		case t.Overdue:
			late++
		case t.Soon:
			soon++
		}
	}
	switch {
	case late > 0:
		word := fmt.Sprintf("待办逾期 %d", late)
		return segment{long: strings.TrimSuffix(fmt.Sprintf("%s 将到期 %d", word, soon), " 将到期 0"), tok: theme.Bad}, true
	case soon > 0:
		return segment{long: fmt.Sprintf("待办将到期 %d", soon), tok: theme.Warn}, true
	}
	return segment{}, false
}

// stateLooks are the marks of the states; all others are drawn as a ring.
var stateLooks = map[agent.Phase]struct {
	mark func(theme.Glyphs) string
	tok  theme.Token
}{
	agent.StateReady:   {func(g theme.Glyphs) string { return g.Ring }, theme.Good},
	agent.StateRinging: {func(g theme.Glyphs) string { return g.Arm }, theme.Ring},
	agent.StateTalking: {func(g theme.Glyphs) string { return g.Dot }, theme.Good},
	agent.StateHold:    {func(g theme.Glyphs) string { return g.Hold }, theme.Warn},
	agent.StateWrapUp:  {func(g theme.Glyphs) string { return g.Half }, theme.Warn},
	agent.StateLost:    {func(g theme.Glyphs) string { return g.Off2 }, theme.Bad},
}

// state is the agent's state in a word with its mark, and the time in it.
func (m *Model) state() (string, theme.Token) {
	v, g, p := &m.view, m.env.Theme.Glyph, &m.view.Presence
	if !v.SignIn.SignedIn {
		return g.Off2 + " 未上岗", theme.Dim
	}
	mark, tok := g.Ring, theme.Plain
	if l, ok := stateLooks[p.State]; ok {
		mark, tok = l.mark(g), l.tok
	}
	s, since := mark+" "+p.State.Label(), p.Since
	switch {
	case p.State == agent.StateRinging:
		s = mark + " 来电"
	case p.State == agent.StateTalking && v.Call != nil:
		since = v.Call.Bridged // no time before: it would begin anew
	case p.State == agent.StateHold && m.env.Since(since) > longestWait:
		tok = theme.Bad
	}
	waited := ""
	if d := m.callerWaits(); p.State != agent.StateHold && d > longestWait {
		waited, tok = " 来电人等 "+page.Clock(d), theme.Bad
	}
	if p.Reason != "" && p.State != agent.StateReady {
		s += "（" + p.Reason.Label() + "）"
	}
	if !since.IsZero() {
		s += " " + page.Clock(m.env.Since(since))
	}
	if p.Limit > 0 && p.State == agent.StateWrapUp {
		s += " / " + page.Clock(p.Limit)
	}
	return s + waited, tok
}

// callerWaits is for how long the caller has heard music, 0 where that is not so.
func (m *Model) callerWaits() time.Duration {
	if m.view.Call == nil {
		return 0
	}
	for _, l := range m.view.Call.Legs {
		if l.Role == "caller" && l.Held {
			return m.env.Since(l.Since)
		}
	}
	return 0
}

// lineSegment is the quality of the voice line, in a word first.
func (m *Model) lineSegment() segment {
	l := &m.view.Link
	if l.Quality == "" {
		return segment{"线路 --", "线路 --", theme.Dim}
	}
	tok := theme.Good
	if l.Quality != "良好" {
		tok = theme.Warn
	}
	if l.Quality == "差" {
		tok = theme.Bad
	}
	short := "线路 " + l.Quality
	if l.MOS == 0 { // nothing measured yet
		return segment{short, short, tok}
	}
	return segment{fmt.Sprintf("%s MOS %.1f 丢%.1f%% 抖%dms", short, l.MOS, l.Loss*100, l.Jitter.Milliseconds()), short, tok}
}

// linkSegment is the connection to the hub.
func (m *Model) linkSegment() segment {
	l, g := &m.view.Link, m.env.Theme.Glyph
	switch l.State {
	case session.LinkOnline:
		return segment{fmt.Sprintf("中心 %s %dms", g.Dot, l.RTT.Milliseconds()), "中心 " + g.Dot, theme.Good}
	case session.LinkDegraded:
		return segment{fmt.Sprintf("中心 慢 %dms", l.RTT.Milliseconds()), "中心 慢", theme.Warn}
	case session.LinkSigningIn, session.LinkResuming:
		return segment{"中心 登录中", "中心 登录中", theme.Warn}
	}
	if l.Resting {
		return segment{"中心 未连接", "中心 未连接", theme.Dim}
	}
	word := "中心 重连中"
	if !m.view.SignIn.SignedIn {
		word = "中心 连接中"
	}
	if d := m.env.Since(l.Since); d > 0 {
		word += " " + page.Clock(d)
	}
	return segment{word, word, theme.Bad}
}

// drawFoot draws the note, the call bar and the keys.
func (m *Model) drawFoot(r canvas.Region) {
	line, tok := m.line()
	switch {
	case line != "":
		r.Text(1, 0, text.Short(text.Plain(line), r.W-3), tok)
	case r.H == 3:
		r.Rule(0, m.env.Theme, theme.Frame)
	}
	if r.H == 3 {
		m.drawCallBar(r.Sub(0, 1, r.W, 1))
	}
	m.drawKeys(r.Sub(0, r.H-1, r.W, 1))
}

// drawCallBar draws recording, levels and switches.
func (m *Model) drawCallBar(r canvas.Region) {
	c := m.view.Call
	g := m.env.Theme.Glyph
	rec, tok := g.Dot+" "+c.Recording, theme.Good
	if c.Recording == "" {
		rec, tok = g.Ring+" 未录音", theme.Warn
	}
	x := r.Text(1, 0, rec, tok)
	x = r.Text(x, 0, "  收 ", theme.Dim)
	x = r.Text(x, 0, m.meter(m.view.Sound.OutLevel), theme.Good)
	x = r.Text(x, 0, "  发 ", theme.Dim)
	level := theme.Good
	if m.view.Sound.Clipping {
		level = theme.Bad
	}
	x = r.Text(x, 0, m.meter(m.view.Sound.InLevel), level)
	x = m.toggle(r, x, "静音", c.Muted)
	x = m.toggle(r, x, "保持", m.view.Presence.State == agent.StateHold)
	x = m.toggle(r, x, "三方", m.view.Call != nil && consults[m.view.Call.Phase])
	if !c.Bridged.IsZero() {
		x = r.Text(x, 0, "   通话 "+page.Clock(m.env.Since(c.Bridged)), theme.Plain)
	}
	if c.Held > 0 {
		r.Text(x, 0, "   累计保持 "+page.Clock(c.Held), theme.Dim)
	}
}

func (m *Model) toggle(r canvas.Region, x int, label string, on bool) int {
	word, tok := "关", theme.Dim
	if on {
		word, tok = "开", theme.Warn
	}
	x = r.Text(x, 0, "   "+label+" ", theme.Dim)
	return r.Text(x, 0, word, tok)
}

// meterCells is the width of a level meter.
const meterCells = 6

// meter is a level as rising bars; only as many cells change as the level moved.
func (m *Model) meter(dbfs float64) string {
	n := 0
	if dbfs != 0 {
		n = max(0, min(int((dbfs+60)/10)+1, meterCells))
	}
	if dbfs < -70 {
		n = 0
	}
	return strings.Join(m.env.Theme.Glyph.Levels[1:1+n], "") + strings.Repeat(" ", meterCells-n)
}

// drawKeys draws the keys of the situation; help always stays.
func (m *Model) drawKeys(r canvas.Region) {
	help := " F12 帮助"
	x := 1
	for _, b := range m.env.Keys.For(m.env.Mode) {
		if !b.Bar || b.Key == "" || b.Cmd == keys.Help || b.Spent(&m.view) {
			continue
		}
		label := b.Label
		if b.Twice {
			label += "(按两次)"
		}
		name := keys.Name(b.Key)
		if x+len(name)+1+text.Width(label)+1+text.Width(help) > r.W {
			continue
		}
		from := x
		x = r.Text(x, 0, name+" ", theme.Key)
		x = r.Text(x, 0, label, theme.Plain)
		cmd := b
		m.env.Click(r.Sub(from, 0, x-from, 1), func() tea.Cmd { return m.command(cmd) })
		x = r.Text(x, 0, " ", theme.Plain)
	}
	r.Text(x, 0, "F12 ", theme.Key)
	r.Text(x+4, 0, "帮助", theme.Plain)
}
