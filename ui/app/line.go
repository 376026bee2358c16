package app

import (
	"fmt"
	"maps"
	"time"

	"zuoxi/rules/agent"
	"zuoxi/session"
	"zuoxi/ui/keys"
	"zuoxi/ui/theme"
)

// said is one line about what needs a person's eye. kind stays while its words
// change: figures that run are no news.
type said struct {
	kind, text string
	tok        theme.Token
	answer     bool // to a key, or from a person
}

// turns has room for one line and lets all that hold be read: the one that was
// shown the longest ago comes next. An answer is shown at once, and what is new
// before anything less urgent. So none hides another, however long it stands or
// often it comes and goes.
type turns struct {
	shown map[string]time.Time // by kind, when last
	kind  string               // of the line that is shown
	since time.Time
}

// turnTime is how long a line stands before the next; forgotten is when one that was gone is new again.
const (
	turnTime  = 4 * time.Second
	forgotten = time.Minute
)

// pick chooses among lines, of which there is one at least and the most urgent
// stands first.
func (t *turns) pick(lines []said, now time.Time) said {
	maps.DeleteFunc(t.shown, func(_ string, last time.Time) bool { return now.Sub(last) > forgotten })
	at, next, answer := -1, 0, -1
	for i, s := range lines {
		if s.kind == t.kind {
			at = i
		}
		if t.shown[s.kind].Before(t.shown[lines[next].kind]) {
			next = i
		}
		if s.answer && t.shown[s.kind].IsZero() {
			answer = i
		}
	}
	switch {
	case answer >= 0:
		next = answer
	case at >= 0 && now.Sub(t.since) < turnTime && (next >= at || !t.shown[lines[next].kind].IsZero()):
		next = at
	}
	if next != at {
		t.kind, t.since = lines[next].kind, now
	}
	if t.shown == nil {
		t.shown = map[string]time.Time{}
	}
	t.shown[t.kind] = now
	return lines[next]
}

// line is the one line about what needs a person's eye. What a key has just
// done goes before all.
func (m *Model) line() (string, theme.Token) {
	now := m.opt.Now()
	switch {
	case m.arm.cmd != "" && now.Before(m.arm.until):
		return m.arm.text, theme.Bad
	case m.note.text != "" && now.Before(m.note.until):
		return m.note.text, m.note.tok
	}
	lines := m.standing(now)
	if len(lines) == 0 {
		if m.env.Mode == keys.Idle && m.view.Presence.State == agent.StateNotReady {
			return "现在不接来电（" + m.view.Presence.Reason.Label() + "） · 按 " + keys.Name(m.keyOf(keys.State)) + " 再按 1 转空闲", theme.Warn
		}
		return "", theme.Plain
	}
	s := m.turns.pick(lines, now)
	return s.text, s.tok
}

// standing is all that holds now, the most urgent first.
func (m *Model) standing(now time.Time) []said {
	v := &m.view
	var lines []said
	add := func(kind, text string, tok theme.Token) {
		if text != "" {
			lines = append(lines, said{kind: kind, text: text, tok: tok})
		}
	}
	add("problem", v.Sound.Problem, theme.Warn)
	add("warning", v.Sound.Warning, theme.Warn)
	if m.env.Mode&keys.OnCall != 0 {
		if who := silent(v.Call.Legs); who != "" {
			add("silent "+who, "听不到"+who+"的声音 · 线路还在 · 先问一声，再等等", theme.Warn)
		}
	}
	if n := v.Notice; n.Text != "" && (n.Level == session.NoticeError || now.Sub(n.At) < noticeTime) {
		tok := map[session.NoticeLevel]theme.Token{session.NoticeWarn: theme.Warn, session.NoticeError: theme.Bad}[n.Level]
		lines = append(lines, said{fmt.Sprint("notice ", n.ID), n.Text, tok, true})
	}
	add("link", v.Link.Why, theme.Warn)
	switch l := &v.Link; {
	case l.Loose > 0:
		add("loose", fmt.Sprintf("有 %d 件没送到中心，本机也存不下 · 中心收下前请不要退出 · 请管理员检查磁盘", l.Loose), theme.Bad)
	case l.Unsent > 0:
		add("unsent", fmt.Sprintf("有 %d 件没送到中心 · 都存在本机，不会丢 · 连上后自动补送", l.Unsent), theme.Warn)
	}
	add("intercom", m.spokenTo(), theme.Warn)
	return lines
}

// silent names a party of whom nothing is heard.
func silent(legs []session.LegView) string {
	for _, l := range legs {
		switch {
		case l.Silent && l.Role == "caller":
			return "来电人"
		case l.Silent && l.Role != "agent":
			return l.Who
		}
	}
	return ""
}
