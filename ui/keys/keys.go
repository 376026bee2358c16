// Package keys holds every key of the workstation as data: what it does, in
// which situation, how it is named on the screen, and why it may be off. ui/app
// acts on the commands, the help page and the palette list them, and
// docs/keys.md is made from the same table. It promises that no command is a
// bare letter, that no key is bound twice in one situation, and that a key other
// programs take away is reported.
package keys

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"zuoxi/session"
)

// Command names what a key does; the names are those of [keys] in the configuration.
type Command string

// Context is a set of situations.
type Context uint16

// The situations.
const (
	Login Context = 1 << iota
	Idle
	Offer   // a call is offered or rings
	Talk    // caller and agent
	Consult // a third party is asked or in the talk
	WrapUp
	Record  // an open record from the list, without a call
	Exam    // papers, a sitting, a simulated call
	Floor   // the board of who looks after other seats
	Marking // the papers, sittings and ways of others
	Review  // recordings and the scoring of calls
	Report  // statistics
	Desk    // the editors' desk of the knowledge base

	OnCall = Talk | Consult
	Duty   = Idle | Offer | Talk | Consult | WrapUp | Record
	Always = Login | Duty | Exam | Floor | Marking | Review | Report | Desk
)

// names of the situations in the documents.
var contextNames = []struct {
	c    Context
	name string
}{{Login, "登录"}, {Idle, "空闲"}, {Offer, "来电"}, {Talk, "通话"}, {Consult, "三方"}, {WrapUp, "话后"}, {Record, "待办单"}, {Exam, "考试"}, {Floor, "看板"}, {Marking, "阅卷"}, {Review, "质检"}, {Report, "报表"}, {Desk, "编辑台"}}

// Binding is one key in some situations.
type Binding struct {
	Cmd   Command
	Key   string // as Bubble Tea spells it; empty = palette only
	In    Context
	Label string // in the bottom line, short
	Help  string // a sentence
	Twice bool   // irreversible: acts on the second press within two seconds
	Bar   bool   // shown in the bottom line
	// Why says why the key is off now, in one Chinese line; empty = on. Nil = always on.
	Why func(*session.View) string
}

// Map is the table with the configuration's changes.
type Map struct {
	rows []Binding
}

// Default is the table as it ships.
func Default() *Map { return &Map{rows: slices.Clone(table)} }

// Remap is the table with other keys for some commands, and one Chinese line
// for each change that was not made or that other programs may swallow.
func Remap(changes map[string]string) (*Map, []string) {
	m := Default()
	var warn []string
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		key := strings.ToLower(strings.TrimSpace(changes[name]))
		switch {
		case !m.has(Command(name)):
			warn = append(warn, fmt.Sprintf("改键 %s 不认识 · 没有改动 · 名字见 docs/keys.md", name))
		case bare(key):
			warn = append(warn, fmt.Sprintf("改键 %s = %s 不能用 · 字母数字会被输入法拿走，仍用原键 · 请换功能键或 Ctrl+字母", name, key))
		case m.taken(Command(name), key) != "":
			warn = append(warn, fmt.Sprintf("改键 %s = %s 与“%s”相同 · 仍用原键 · 请换一个键", name, key, m.taken(Command(name), key)))
		default:
			m.set(Command(name), key)
			if who := Reserved(key); who != "" {
				warn = append(warn, fmt.Sprintf("改键 %s = %s 可能按了没有反应 · 这个键归%s · 建议换一个键", name, key, who))
			}
		}
	}
	return m, warn
}

func (m *Map) has(c Command) bool {
	return slices.ContainsFunc(m.rows, func(b Binding) bool { return b.Cmd == c })
}

func (m *Map) set(c Command, key string) {
	for i := range m.rows {
		if m.rows[i].Cmd == c {
			m.rows[i].Key = key
		}
	}
}

// taken is the label of another command that has the key in one of c's situations.
func (m *Map) taken(c Command, key string) string {
	var in Context
	for _, b := range m.rows {
		if b.Cmd == c {
			in |= b.In
		}
	}
	for _, b := range m.rows {
		if b.Cmd != c && b.Key == key && b.In&in != 0 {
			return b.Label
		}
	}
	return ""
}

// Find is the binding of a key in a situation.
func (m *Map) Find(in Context, key string) (Binding, bool) {
	if key == "f1" {
		key = "f12" // help's second name
	}
	for _, b := range m.rows {
		if b.Key == key && key != "" && b.In&in != 0 {
			return b, true
		}
	}
	return Binding{}, false
}

// For lists what can be done in a situation, in the order of the table.
func (m *Map) For(in Context) []Binding {
	var out []Binding
	for _, b := range m.rows {
		if b.In&in != 0 {
			out = append(out, b)
		}
	}
	return out
}

// Key is how the key of a command is written in a situation, empty when the
// command is not there or only in the palette.
func (m *Map) Key(in Context, c Command) string {
	for _, b := range m.rows {
		if b.Cmd == c && b.In&in != 0 {
			return Name(b.Key)
		}
	}
	return ""
}

// Name is how a key is written for people: Ctrl+T, F3, Shift+Tab.
func Name(key string) string {
	if key == "" {
		return "" // palette only
	}
	rest, plus := strings.CutSuffix(key, "++")
	parts := strings.Split(rest, "+")
	for i, p := range parts {
		switch {
		case len(p) == 1:
			parts[i] = strings.ToUpper(p)
		default:
			parts[i] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	if plus {
		parts = append(parts, "+")
	}
	return strings.Join(parts, "+")
}

// bare reports keys that produce text.
func bare(key string) bool {
	return len([]rune(strings.TrimPrefix(key, "shift+"))) <= 1 || key == "space"
}

// Reserved says who else takes a key, empty when nobody is known.
func Reserved(key string) string {
	for _, r := range reserved {
		if slices.Contains(r.keys, key) || (r.prefix != "" && strings.HasPrefix(key, r.prefix)) {
			return r.who
		}
	}
	return ""
}

var reserved = []struct {
	who    string
	prefix string
	keys   []string
}{
	{who: "终端的全屏", keys: []string{"f11", "alt+enter"}},
	{who: "终端的菜单", keys: []string{"f10", "alt+space"}},
	{who: "深度终端的重命名", keys: []string{"f2"}},
	{who: "终端的标签页", keys: []string{"ctrl+pgup", "ctrl+pgdown", "alt+pgup", "alt+pgdown", "ctrl+tab"}},
	{who: "终端的窗格", keys: []string{"alt+left", "alt+right", "alt+up", "alt+down", "alt+w", "alt+q", "alt+insert", "alt+delete"}},
	{who: "终端的标签页", keys: []string{"alt+0", "alt+1", "alt+2", "alt+3", "alt+4", "alt+5", "alt+6", "alt+7", "alt+8", "alt+9"}},
	{who: "终端的缩放和设置", keys: []string{"ctrl+0", "ctrl++", "ctrl+=", "ctrl+-", "ctrl+,"}},
	{who: "输入法", keys: []string{"ctrl+space", "shift+space", "ctrl+.", "ctrl+;"}},
	{who: "终端的流控", keys: []string{"ctrl+s", "ctrl+q"}},
	{who: "终端的挂起", keys: []string{"ctrl+z"}},
	{who: "退格、制表和回车（同一个字节）", keys: []string{"ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m", "ctrl+["}},
	{who: "文字编辑", keys: []string{"enter", "tab", "shift+tab", "esc", "up", "down", "left", "right", "home", "end", "backspace", "delete", "pgup", "pgdown", "ctrl+u"}},
	{who: "终端", prefix: "ctrl+shift+"},
	{who: "系统", prefix: "ctrl+alt+"},
}
