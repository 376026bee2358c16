package menu

import (
	"context"
	"strings"
)

// attempts bounds how often a caller is asked again for a message or a number.
const attempts = 3

// Message lets the caller leave a message. One that is shorter than the least or silent is asked for again; what was
// said before a hang-up counts, and is for who asked to keep.
func (g *Guide) Message(ctx context.Context, e Ear, v Visit) Message {
	l := line{ear: e}
	for range attempts {
		if l.play(ctx, g.prompts.all([]string{"vm_start", "beep"}, nil)) != nil {
			return Message{}
		}
		m, full := l.record(ctx, g.script.Times.Message)
		switch {
		case ctx.Err() != nil:
			return m
		case m.Recording == "" || m.Voiced == 0 || m.Length < g.script.Times.MessageMin:
			_ = l.play(ctx, g.prompts.Say("vm_empty", nil))
			continue
		case full && g.again(ctx, l):
			continue
		}
		v.Mark("voicemail", "留言"+count(int(m.Length.Seconds()))+"秒")
		said := "vm_done"
		if !v.Keep(m.Recording, m.Length) {
			said = "sys_busy" // nobody is told that it is saved before it is
		}
		_ = l.play(ctx, g.prompts.Say(said, nil))
		return m
	}
	return Message{}
}

// again asks a caller whose message filled the time whether to record it anew; silence keeps it.
func (g *Guide) again(ctx context.Context, l line) bool {
	key, _ := l.ask(ctx, g.prompts.Say("vm_long", nil), g.script.Menu.Limits.Key)
	return key == '2'
}

// Callback asks for the number to be called back. Empty means the caller's own number.
func (g *Guide) Callback(ctx context.Context, e Ear, v Visit) string {
	l := line{ear: e}
	question := []string{"callback_ask"}
	if v.Number != "" {
		question = []string{"callback_own", "callback_ask"}
	}
	for range attempts {
		number := g.number(ctx, l, question)
		switch {
		case ctx.Err() != nil, number == "" && v.Number != "":
			return ""
		case !dialable(number):
			_ = l.play(ctx, g.prompts.Say("callback_bad", nil))
			continue
		}
		key, _ := l.ask(ctx, g.prompts.Say("callback_read", map[string]string{"number": number}), g.script.Menu.Limits.Key)
		if key != '2' {
			return number
		}
	}
	return ""
}

// number collects digits until # or a pause.
func (g *Guide) number(ctx context.Context, l line, question []string) string {
	const longest = 12
	limits := g.script.Menu.Limits
	key, ok := l.ask(ctx, g.prompts.all(question, nil), limits.Key)
	digits := ""
	for ok && key != '#' && len(digits) < longest {
		if key == '*' {
			digits = ""
		} else {
			digits += string(key)
		}
		key, ok = l.key(ctx, limits.Digit)
	}
	return digits
}

// dialable tells whether a number can be somebody's: a mobile, or a landline with or without area code.
func dialable(n string) bool {
	if strings.HasPrefix(n, "1") {
		return len(n) == 11
	}
	return len(n) >= 7 && len(n) <= 12
}
