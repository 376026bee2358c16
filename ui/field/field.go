// Package field owns text input: one line, many lines, passwords and numbers.
// Forms, pages and pop-ups use it and nothing else to take text. It promises
// that the cursor it reports stands in the column where the next character will
// appear, that it moves and deletes by whole characters as people see them, that
// Enter never submits, and that clearing can be taken back.
package field

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"zuoxi/ui/text"
)

// Kind is what a field takes.
type Kind uint8

// The kinds of fields.
const (
	Line   Kind = iota
	Area        // many lines; Enter begins a new one
	Secret      // a password: ASCII only, shown as stars
	Number      // digits and signs; full-width ones are folded
)

// Options make a field.
type Options struct {
	Kind Kind
	Max  int    // characters, 0 = 2000
	Hint string // shown while empty
}

const defaultMax = 2000

// Field is one input. It is not safe for concurrent use.
type Field struct {
	o     Options
	chars []string // characters as people see them
	at    int      // cursor: index into chars
	off   int      // first character (Line) or row (Area) shown
	width int      // columns of the last drawing, for ↑↓
	warn  string

	undo *memory // what Ctrl+U removed
}

type memory struct {
	chars []string
	at    int
}

// New makes an empty field.
func New(o Options) *Field {
	if o.Max == 0 {
		o.Max = defaultMax
	}
	return &Field{o: o, width: 40}
}

// Value is the text.
func (f *Field) Value() string { return strings.Join(f.chars, "") }

// Empty reports whether there is no text.
func (f *Field) Empty() bool { return len(f.chars) == 0 }

// Set replaces the text and puts the cursor behind it. The same text again
// leaves the cursor alone, so that a value coming back does not move it.
func (f *Field) Set(s string) {
	if s == f.Value() {
		return
	}
	f.chars, f.at, f.off = split(f.clean(s)), 0, 0
	f.at = len(f.chars)
	f.undo = nil
}

// Forget empties the field for good: nothing brings back what was in it.
func (f *Field) Forget() {
	f.chars, f.at, f.off, f.warn, f.undo = nil, 0, 0, "", nil
}

// Warning is one line about the last input, empty when all is well.
func (f *Field) Warning() string { return f.warn }

// Multiline reports whether Enter and ↑↓ belong to the field.
func (f *Field) Multiline() bool { return f.o.Kind == Area }

// Insert types s at the cursor and reports whether the text changed.
func (f *Field) Insert(s string) bool {
	f.warn = ""
	if f.o.Kind == Secret && strings.ContainsFunc(s, func(r rune) bool { return r > 0x7e }) {
		f.warn = "口令只能用英文字符 · 没有输入 · 请切换到英文输入法"
		return false
	}
	in := split(f.clean(s))
	if len(in) == 0 {
		if f.o.Kind == Number && s != "" {
			f.warn = "这里只写数字 · 没有输入 · 请切换到英文输入法"
		}
		return false
	}
	room := f.o.Max - len(f.chars)
	if len(in) > room {
		in = in[:max(room, 0)]
		f.warn = "已到字数上限 · 多出的字没有输入 · 请删减后再写"
	}
	before := strings.Join(f.chars[:f.at], "") + strings.Join(in, "")
	after := strings.Join(f.chars[f.at:], "")
	f.chars = split(before + after)
	f.at = index(f.chars, len(before))
	f.undo = nil
	return len(in) > 0
}

// Key acts on a key. used is false for keys that are not the field's.
func (f *Field) Key(k tea.KeyPressMsg) (used, changed bool) {
	if k.Text != "" && k.Mod&^(tea.ModShift|tea.ModCapsLock|tea.ModNumLock) == 0 {
		return true, f.Insert(k.Text)
	}
	f.warn = ""
	switch k.String() {
	case "left":
		f.at = max(f.at-1, 0)
	case "right":
		f.at = min(f.at+1, len(f.chars))
	case "home":
		f.at = f.lineStart()
	case "end":
		f.at = f.lineEnd()
	case "backspace", "ctrl+h":
		return true, f.remove(f.at-1, f.at)
	case "delete":
		return true, f.remove(f.at, f.at+1)
	case "ctrl+u":
		return true, f.clear()
	default:
		return f.areaKey(k.String())
	}
	return true, false
}

func (f *Field) areaKey(key string) (used, changed bool) {
	if f.o.Kind != Area {
		return false, false
	}
	switch key {
	case "up":
		return f.vertical(-1), false
	case "down":
		return f.vertical(1), false
	case "enter":
		return true, f.Insert("\n")
	}
	return false, false
}

// remove deletes characters from to to-1.
func (f *Field) remove(from, to int) bool {
	if from < 0 || to > len(f.chars) {
		return false
	}
	f.chars = slices.Delete(f.chars, from, to)
	f.at, f.undo = from, nil
	return true
}

// clear empties the line the cursor is in; the same key again takes it back.
func (f *Field) clear() bool {
	if f.undo != nil {
		f.chars, f.at, f.undo = f.undo.chars, f.undo.at, nil
		return true
	}
	from, to := f.lineStart(), f.lineEnd()
	if from == to {
		return false
	}
	f.undo = &memory{slices.Clone(f.chars), f.at}
	f.chars = slices.Delete(f.chars, from, to)
	f.at = from
	return true
}

func (f *Field) lineStart() int {
	for i := f.at; i > 0; i-- {
		if f.chars[i-1] == "\n" {
			return i
		}
	}
	return 0
}

func (f *Field) lineEnd() int {
	for i := f.at; i < len(f.chars); i++ {
		if f.chars[i] == "\n" {
			return i
		}
	}
	return len(f.chars)
}

// clean makes s fit for the field's kind. Pictographs stay in the data.
func (f *Field) clean(s string) string {
	if f.o.Kind == Number {
		s = text.Fold(s)
	}
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ").Replace(s)
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && f.o.Kind == Area:
			return r
		case r == '\n' && f.o.Kind == Line:
			return ' '
		case r < 0x20 || (r >= 0x7f && r < 0xa0) || r == 0xfffd:
			return -1
		case f.o.Kind == Number && !strings.ContainsRune("0123456789+-*#.:/Xx ", r):
			return -1
		}
		return r
	}, s)
}

func split(s string) []string {
	chars := make([]string, 0, len(s)/2)
	for s != "" {
		c, _ := text.Next(s)
		chars = append(chars, c)
		s = s[len(c):]
	}
	return chars
}

// index is the first character that begins at byte n or behind it.
func index(chars []string, n int) int {
	for i, c := range chars {
		if n <= 0 {
			return i
		}
		n -= len(c)
	}
	return len(chars)
}
