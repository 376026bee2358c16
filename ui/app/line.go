package app

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"zuoxi/rules/agent"
	"zuoxi/session"
	"zuoxi/ui/keys"
	"zuoxi/ui/theme"
)

// said is one line about what needs a person's eye. kind stays while its words
// change: a count that goes up is no news.
type said struct {
	kind, text string
	tok        theme.Token
}

// turns has room for one line and lets all that hold be read: what is new at
// once, then each in its turn. None hides another, however long it stands.
type turns struct {
	known []string // kinds
	kind  string   // the one that is shown
	since time.Time
}

// turnTime is how long a line stands before the next.
const turnTime = 4 * time.Second

// pick chooses among lines, of which there is one at least and the most urgent
// stands first.
func (t *turns) pick(lines []said, now time.Time) said {
	fresh := slices.IndexFunc(lines, func(s said) bool { return !slices.Contains(t.known, s.kind) })
	shown := slices.IndexFunc(lines, func(s said) bool { return s.kind == t.kind })
	t.known = t.known[:0]
	for _, s := range lines {
		t.known = append(t.known, s.kind)
	}
	switch {
	case fresh >= 0:
		shown = fresh
	case shown >= 0 && now.Sub(t.since) < turnTime:
		return lines[shown]
	default:
		shown = (shown + 1) % len(lines)
	}
	t.kind, t.since = lines[shown].kind, now
	return lines[shown]
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
		m.turns = turns{}
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
			lines = append(lines, said{kind, text, tok})
		}
	}
	if n := v.Notice; n.Level == session.NoticeError || now.Sub(n.At) < noticeTime {
		add(fmt.Sprint("notice ", n.ID), n.Text, map[session.NoticeLevel]theme.Token{session.NoticeWarn: theme.Warn, session.NoticeError: theme.Bad}[n.Level])
	}
	add("sound "+v.Sound.Problem, v.Sound.Problem, theme.Warn)
	add("sound "+v.Sound.Warning, v.Sound.Warning, theme.Warn)
	if m.env.Mode&keys.OnCall != 0 {
		if who := silent(v.Call.Legs); who != "" {
			add("silent "+who, "听不到"+who+"的声音 · 线路还在 · 先问一声，再等等", theme.Warn)
		}
	}
	add("link "+figureless(v.Link.Why), v.Link.Why, theme.Warn)
	switch l := &v.Link; {
	case l.Loose > 0:
		add("loose", fmt.Sprintf("有 %d 件没送到中心，本机也存不下 · 中心收下前请不要退出 · 请管理员检查磁盘", l.Loose), theme.Bad)
	case l.Unsent > 0:
		add("unsent", fmt.Sprintf("有 %d 件没送到中心 · 都存在本机，不会丢 · 连上后自动补送", l.Unsent), theme.Warn)
	}
	add("intercom", m.spokenTo(), theme.Warn)
	return lines
}

// figureless is a text without its figures: a loss or a jitter that is another
// one each second would be news each second, and nothing else be read.
func figureless(text string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return -1
		}
		return r
	}, text)
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
