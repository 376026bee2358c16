package lead

import (
	"fmt"
	"strings"

	"zuoxi/rules/region"
	"zuoxi/session"
	"zuoxi/ui/page"
)

// Copy is the board in words: what is seen of it at a glance, then line by line what it lists.
func (p *Page) Copy(e *page.Env) string {
	b := &e.View.Board
	if b.At.IsZero() {
		return ""
	}
	out := []string{
		strings.TrimSpace("大屏 "+region.Name(b.Scope)) + "  数据 " + b.At.Local().Format("15:04:05"),
		said(p.nowFigures(&b.Sums, e)), said(flowFigures(&b.Sums)), said(workFigures(&b.Sums)),
	}
	if w := e.View.Watch; w != nil {
		out = append(out, "正在听 "+w.Who+" "+page.Clock(e.Since(w.Since)))
	}
	add := func(head string, n int, line func(i int) string) {
		out = append(out, "", fmt.Sprintf("%s %d", head, n))
		for i := range n {
			out = append(out, line(i))
		}
	}
	add("预警", len(b.Alarms), func(i int) string { return alarmText(&b.Alarms[i], e) })
	rows := p.rows(e)
	add("坐席", len(rows), func(i int) string { return seatWords(rows[i], e) })
	lines := p.lines(e)
	add("队列", len(lines), func(i int) string { return queueWords(&lines[i], e) })
	line := p.waiting(e)
	add("等候", len(line), func(i int) string {
		w := &line[i]
		return words(dash(w.Subject), dash(region.Name(w.Region)), "已等 "+page.Clock(e.Since(w.Since)), waitMark(w))
	})
	add("今日热点", len(b.Topics), func(i int) string {
		return words(b.Topics[i].Name, fmt.Sprint(b.Topics[i].Count), rise(b.Topics[i]))
	})
	return strings.Join(out, "\n")
}

// words joins what there is to say.
func words(parts ...string) string {
	var out []string
	for _, s := range parts {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, "  ")
}

func said(list []figure) string {
	out := make([]string, len(list))
	for i, f := range list {
		out[i] = f.name + " " + f.value
	}
	return strings.Join(out, "，")
}

// seatWords is a seat without the marks and bars that stand for words.
func seatWords(r *session.SeatRow, e *page.Env) string {
	voice := ""
	switch {
	case r.NoVoice:
		voice = "无声"
	case r.MOS > 0:
		voice = fmt.Sprintf("线路 %.1f", r.MOS)
	}
	ears := ""
	if r.Ears > 0 {
		ears = fmt.Sprintf("%d 人在听", r.Ears)
	}
	help := map[string]string{"help": "求助", "emergency": "紧急"}[r.Help]
	return words(r.No+" "+r.Name, region.Name(r.District), r.State.Label()+" "+page.Clock(e.Since(r.Since)), help, voice, r.Subject, fmt.Sprintf("今日 %d", r.Answered), ears)
}

func queueWords(l *session.LineRow, e *page.Env) string {
	f := figuresOf(l, e)
	return fmt.Sprintf("%s  排队 %d，最久 %s，预计 %s，15秒 %s，20秒 %s，放弃 %s", l.Subject, l.Waiting, f.longest, f.expect, f.in15, f.in20, f.lost)
}
