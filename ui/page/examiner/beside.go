package examiner

import (
	"fmt"

	"zuoxi/rules/access"
	"zuoxi/rules/call"
	"zuoxi/rules/exam"
	"zuoxi/rules/region"
	"zuoxi/session"
	"zuoxi/session/examiner"
	"zuoxi/ui/canvas"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// ways are what can be done beside somebody at a live call, by the key for it. A trainee only listens.
var ways = []struct {
	key, label string
	teaches    bool
}{
	{"1", "只听", false}, {"2", "耳语（只有学员听得到）", true}, {"3", "对讲（学员没有通话时）", true}, {"9", "接管（按两次）", true},
}

// sit is a key on the list of whose live calls one may be at.
func (p *Page) sit(v *examiner.View, typed string, e *page.Env) bool {
	i := p.chosen(v)
	if typed == "" || i < 0 {
		return false
	}
	b := v.Beside[i]
	for _, w := range ways {
		if w.key == typed && (b.Teaches || !w.teaches) {
			if w.key != "1" && p.list[tabBeside].Slid(e.Now) {
				e.Say("刚才选的席不在表里了 · 没有执行 · 光标现在在 " + b.Agent + " " + b.Name + "，是他就再按一次")
				return true
			}
			p.besides(b, typed, e)
			return true
		}
	}
	return false
}

func (p *Page) besides(b exam.Beside, key string, e *page.Env) {
	if key != "9" {
		p.armed = armed{}
	}
	switch key {
	case "1":
		e.Do(session.Observe{Seat: b.Agent, Way: call.EarMonitor})
	case "2":
		e.Do(session.Observe{Seat: b.Agent, Way: call.EarWhisper})
	case "3":
		e.Do(session.Intercom{Seat: b.Agent})
	default:
		if !p.twice(b.Agent+key, e) {
			e.Say(b.Name + "的来电由您接管？再按一次 " + key + " 执行")
			return
		}
		e.Do(session.TakeOver{Seat: b.Agent, Reason: access.RoleMentor.Label() + "接管"})
	}
}

// jot writes a note down beside the call that is listened to, or was last.
func (p *Page) jot(t string, e *page.Env) {
	n := examiner.Note{Seat: p.heard.Seat, Call: p.heard.Call, Text: t}
	if w := e.View.Watch; w != nil {
		n.Seat, n.Call, n.Into = w.Seat, w.Call, e.Since(w.Since)
	}
	do(e, examiner.Jot{Note: n})
}

// drawBeside is the call that is listened to, and one's own notes.
func (p *Page) drawBeside(r canvas.Region, v *examiner.View, e *page.Env) page.Cursor {
	const top, foot = 8, 3
	p.drawHeard(r.Sub(0, 0, r.W, min(top, r.H)), v, e)
	in := r.Sub(0, top, r.W, max(r.H-top-foot, 0)).Box(e.Theme, "我的笔记（只存在本机，只有自己看得到）", theme.Frame)
	for y, n := range v.Notes[:max(0, min(len(v.Notes), in.H))] {
		at := page.Day(n.At) + " " + page.Clock(n.Into) + "  "
		in.Text(0, y, text.Short(at+or(n.Seat, "----")+"  "+n.Text, in.W), theme.Plain)
	}
	note := r.Sub(0, r.H-foot, r.W, foot)
	e.Focuses(note, &p.at, areaNote)
	in = note.Box(e.Theme, "记一笔（Tab 过来，回车记下）", page.Frame(p.at == areaNote && e.Focus))
	x, y := p.note.Draw(in, p.at == areaNote && e.Focus)
	if p.at != areaNote || !e.Focus {
		return page.Cursor{}
	}
	return page.At(in, x, y)
}

func (p *Page) drawHeard(r canvas.Region, v *examiner.View, e *page.Env) {
	caption, tok := "没有在听", theme.Frame
	w := e.View.Watch
	if w != nil {
		p.heard = *w
		caption, tok = "在听 "+w.Who+" "+page.Clock(e.Since(w.Since)), theme.Focus
	}
	in := r.Box(e.Theme, caption, tok)
	if w != nil {
		how := map[call.Ear]string{call.EarMonitor: "只听", call.EarWhisper: "耳语", session.WayTalk: "对讲", session.WayExam: "考核"}[w.Way]
		line := fmt.Sprintf("%s  %s  %s  %s  %s", how, w.Phase.Label(), w.Subject, region.Name(w.Region), w.Masked)
		in.Text(0, 0, text.Short(line, in.W), theme.Bold)
		in.Text(0, 1, "F8 停止；本席在听的时候不派来电", theme.Dim)
	}
	i := p.chosen(v)
	if i < 0 {
		in.Text(0, 2, text.Short("跟听阶段的学员能听自己的老师；老师能在带教上线的学员旁边；由培训员安排", in.W), theme.Dim)
		return
	}
	x := 0
	for _, k := range ways {
		if v.Beside[i].Teaches || !k.teaches {
			x = in.Text(x, 3, k.key+" "+k.label+"   ", theme.Key)
		}
	}
	if v.Beside[i].Teaches {
		in.Text(0, 4, text.Short("学员置闲后只接您转的来电：咨询到他，转交，再到这里耳语", in.W), theme.Dim)
	}
}
