// Package find reads what an agent types to look something up: one line, in
// which dates, numbers, kinds and names of fields are recognised and the rest is
// text. The hub, the seat with the link cut and the command line use the same
// reading. It promises that what it understood is said back in words with
// numbers masked, and that nothing that was typed is silently ignored.
package find

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"zuoxi/rules/mask"
	"zuoxi/rules/ticket"
)

// Type is what is looked for.
type Type string

// The types.
const (
	TypeCall    Type = "call"
	TypeRecord  Type = "record"
	TypeOrder   Type = "order" // a record that somebody outside the hotline has
	TypeMessage Type = "voicemail"
	TypeSMS     Type = "sms"
)

// typeWords are what people call them.
var typeWords = map[string]Type{
	"通话": TypeCall, "来电": TypeCall, "电话": TypeCall, "受理单": TypeRecord, "单子": TypeRecord, "工单": TypeOrder, "转办单": TypeOrder,
	"留言": TypeMessage, "短信": TypeSMS,
}

// Label is the Chinese name.
func (t Type) Label() string {
	switch t {
	case TypeCall:
		return "通话"
	case TypeRecord:
		return "受理单"
	case TypeOrder:
		return "工单"
	case TypeMessage:
		return "留言"
	case TypeSMS:
		return "短信"
	}
	return string(t)
}

// Matter is what a record is about and where it stands: Subject is one of the categories, Kind and State are codes.
type Matter struct {
	Subject string
	Kind    ticket.Kind
	State   ticket.Status
}

// Query is what was understood. Empty fields ask for nothing.
type Query struct {
	Type   Type
	Text   string // words, separated by spaces
	Person string // a phone or identity number in full, as typed
	Tail   string // the last four of one
	Name   string
	Number string // of a record
	Agent  string
	Owner  string
	Where  string // district code
	Region string
	Matter
	From, To time.Time // To is the first moment that is too late
	Traits   []Trait   // of a call
	Mark     string    // words in the marks on its recording, separated by spaces
	// Conditions say in words what was understood, numbers masked.
	Conditions []string
}

// Empty tells that nothing was asked.
func (q Query) Empty() bool { return len(q.Conditions) == 0 }

// String is the query in words.
func (q Query) String() string { return strings.Join(q.Conditions, " · ") }

// field is a key with its names: Chinese, and the initials of its pinyin.
type field struct {
	names []string
	label string
	set   func(q *Query, v string) bool
}

var fields = []field{
	{[]string{"工号", "gh"}, "工号", func(q *Query, v string) bool { q.Agent = v; return true }},
	{[]string{"轮到", "ld", "部门", "bm"}, "轮到", func(q *Query, v string) bool { q.Owner = v; return true }},
	{[]string{"单号", "dh"}, "单号", func(q *Query, v string) bool { q.Number = v; return true }},
	{[]string{"尾号", "wh"}, "尾号", func(q *Query, v string) bool { q.Tail = v; return digits(v) == 4 && len(v) == 4 }},
	{[]string{"姓名", "xm"}, "姓名", func(q *Query, v string) bool { q.Name = v; return true }},
	{[]string{"区县", "qx"}, "区县", func(q *Query, v string) bool { q.Where = v; return true }},
	{[]string{"地区", "dq"}, "地区", func(q *Query, v string) bool { q.Region = v; return true }},
	{[]string{"业务", "yw"}, "业务", func(q *Query, v string) bool { q.Subject = v; return slices.Contains(ticket.Categories, v) }},
	{[]string{"标记", "bj"}, "标记", (*Query).marked},
	{[]string{"种类", "zl"}, "种类", func(q *Query, v string) bool { q.Kind = kindOf(v); return q.Kind != "" }},
	{[]string{"状态", "zt"}, "状态", func(q *Query, v string) bool { q.State = stateOf(v); return q.State != "" }},
}

// marked takes the words of a mark; 有 is any.
func (q *Query) marked(v string) bool {
	if v == "有" {
		q.Traits = append(q.Traits, Marked)
		return true
	}
	q.Mark = strings.TrimSpace(q.Mark + " " + v)
	return true
}

func kindOf(label string) ticket.Kind {
	for _, k := range ticket.Kinds {
		if k.Label() == label || string(k) == label {
			return k
		}
	}
	return ""
}

func stateOf(label string) ticket.Status {
	for _, k := range ticket.Kinds {
		for _, s := range ticket.States(k) {
			if s.Label() == label || string(s) == label {
				return s
			}
		}
	}
	return ""
}

// FaultError says what of a query cannot be meant.
type FaultError struct{ Part, Why string }

func (e *FaultError) Error() string {
	return fmt.Sprintf("查询里的“%s”%s · 没有查 · 请改好再查，或加引号当文字查", mask.Text(e.Part), e.Why)
}

// MaxLength of a query in characters.
const MaxLength = 200

// Parse reads a line. now is the centre's time, in its zone.
func Parse(line string, now time.Time) (Query, error) {
	var q Query
	if n := len([]rune(line)); n > MaxLength {
		return q, &FaultError{string([]rune(line)[:10]) + "…", fmt.Sprintf("太长，最多 %d 个字", MaxLength)}
	}
	for _, p := range joined(parts(line)) {
		if err := q.take(p, now); err != nil {
			return Query{}, err
		}
	}
	if !q.From.IsZero() && !q.To.IsZero() && !q.From.Before(q.To) {
		return Query{}, &FaultError{line, "起止日期颠倒"}
	}
	return q, nil
}

// part is one word; quoted words are text whatever they look like.
type part struct {
	s      string
	quoted bool
}

// parts cuts a line at spaces, and keeps together what stands in quotes.
func parts(line string) []part {
	var out []part
	var b strings.Builder
	quoted := false
	flush := func() {
		if b.Len() > 0 {
			out = append(out, part{b.String(), quoted})
			b.Reset()
		}
	}
	for _, r := range line {
		switch r = fold(r); {
		case r == '"' || r == '“' || r == '”':
			flush()
			quoted = !quoted
		case unicode.IsSpace(r) && !quoted:
			flush()
		default:
			b.WriteRune(r)
		}
	}
	flush()
	return out
}

// joined puts together what people write with a space: >10 分钟.
func joined(list []part) (out []part) {
	for _, p := range list {
		if n := len(out); n > 0 && !p.quoted && !out[n-1].quoted && (p.s == "分钟" || p.s == "分") {
			if _, ok := lengthOf(out[n-1].s); ok {
				out[n-1].s = strings.TrimRight(out[n-1].s, "分钟") + "分钟"
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

// fold turns full-width letters, digits and marks into plain ones.
func fold(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '　':
		return ' '
	}
	return r
}

func (q *Query) take(p part, now time.Time) error {
	if p.quoted {
		q.word(p.s)
		return nil
	}
	if key, v, ok := strings.Cut(p.s, ":"); ok {
		return q.key(p.s, strings.ToLower(key), v)
	}
	if _, _, ok := days(p.s, now); ok {
		return q.dateOrWord(p.s, now)
	}
	if q.spoken(p.s) {
		return nil
	}
	switch t := typeWords[p.s]; {
	case t != "":
		q.Type = t
		q.said(t.Label())
	case kindOf(p.s) != "" && unicode.Is(unicode.Han, []rune(p.s)[0]):
		q.Kind = kindOf(p.s)
		q.said("种类 " + q.Kind.Label())
	case isNumber(p.s):
		q.Number = p.s
		q.said("单号 " + p.s)
	case isPerson(p.s):
		q.Person = p.s
		q.said("号码 " + mask.Text(strip(p.s)))
	default:
		return q.dateOrWord(p.s, now)
	}
	return nil
}

func (q *Query) key(whole, key, v string) error {
	for _, f := range fields {
		if !slices.Contains(f.names, key) {
			continue
		}
		if v == "" {
			return &FaultError{whole, "后面没有写要查什么"}
		}
		if !f.set(q, v) {
			return &FaultError{whole, "里没有这样的" + f.label}
		}
		shown := v
		if f.label == "姓名" {
			shown = mask.Name(v)
		}
		q.said(f.label + " " + mask.Text(shown))
		return nil
	}
	for _, f := range traits {
		if !slices.Contains(f.names, key) {
			continue
		}
		t, ok := f.of(v)
		if !ok {
			return &FaultError{whole, "里没有这样的" + f.label + "，能写 " + f.can()}
		}
		q.trait(f.label+" "+v, t)
		return nil
	}
	return &FaultError{whole, "不认识冒号前的字段"}
}

func (q *Query) word(s string) {
	q.Text = strings.TrimSpace(q.Text + " " + s)
	q.said("文字 " + mask.Text(s))
}

func (q *Query) said(s string) { q.Conditions = append(q.Conditions, s) }

// isNumber recognises a record's number: MMDD-seat-n.
func isNumber(s string) bool {
	p := strings.Split(s, "-")
	return len(p) == 3 && len(p[0]) == 4 && digits(p[0]) == 4 && p[0][:2] <= "12" && p[1] != "" && p[2] != "" && digits(p[2]) == len(p[2])
}

// isPerson recognises a phone or identity number: 7 digits and more.
func isPerson(s string) bool {
	s = strip(s)
	n := digits(s)
	return n >= 7 && (n == len(s) || n == len(s)-1 && strings.HasSuffix(strings.ToUpper(s), "X"))
}

// strip takes out what people write between digits.
func strip(s string) string { return strings.NewReplacer("-", "", "+", "", " ", "").Replace(s) }

func digits(s string) int {
	n := 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}
