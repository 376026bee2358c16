// Package sms is what the hotline may write to a citizen: templates with blanks,
// the wording that the law asks for, and how many parts a text takes. Whoever
// owns the file of templates parses it into these structs. It promises that a
// filled text has no blank left and tells no identity or card number, and that a
// template that promises a result or an amount is not taken into use.
package sms

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// Template is one text. A blank is written {like this}; {单号} and {落款} are
// filled by the hub.
type Template struct {
	ID    string
	Title string
	Text  string
	// Legal is appended to the text: what the citizen has to know of it.
	Legal string
}

// Blanks lists the blanks in the order of the text, each once.
func (t Template) Blanks() []string {
	var out []string
	rest := t.Text + t.Legal
	for {
		_, after, ok := strings.Cut(rest, "{")
		if !ok {
			return out
		}
		name, more, ok := strings.Cut(after, "}")
		if !ok {
			return out
		}
		if rest = more; !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
}

// FaultError says what of a template or text cannot be sent.
type FaultError struct{ Why string }

func (e *FaultError) Error() string { return e.Why + " · 短信没有发 · 请改好再发" }

// MostParts is how many messages a text may be charged as.
const MostParts = 8

// promises are what no text of the hotline may say (domain.md, rule 10).
var promises = []string{"一定能", "肯定能", "保证", "必定", "您肯定", "包办"}

// Check tells what is wrong with a template.
func (t Template) Check() error {
	switch {
	case t.ID == "" || t.Title == "" || strings.TrimSpace(t.Text) == "":
		return &FaultError{"模板“" + t.ID + "”缺编号、名称或文字"}
	case strings.Count(t.Text+t.Legal, "{") != strings.Count(t.Text+t.Legal, "}"):
		return &FaultError{"模板“" + t.ID + "”的花括号不成对"}
	}
	for _, p := range promises {
		if strings.Contains(t.Text, p) {
			return &FaultError{"模板“" + t.ID + "”里的“" + p + "”是承诺结果"}
		}
	}
	return nil
}

// Fill puts values into the blanks.
func (t Template) Fill(values map[string]string) (string, error) {
	text := t.Text + t.Legal
	for _, name := range t.Blanks() {
		v := strings.TrimSpace(strings.NewReplacer("{", "（", "}", "）").Replace(values[name]))
		if v == "" {
			return "", &FaultError{"“" + name + "”没有填"}
		}
		if long := longest(v); long >= 15 {
			return "", &FaultError{"“" + name + "”里有证件号或卡号"}
		}
		text = strings.ReplaceAll(text, "{"+name+"}", v)
	}
	if n := Parts(text); n > MostParts {
		return "", &FaultError{fmt.Sprintf("太长，要分 %d 条，最多 %d 条", n, MostParts)}
	}
	return text, nil
}

// longest is the longest run of digits.
func longest(s string) int {
	most, n := 0, 0
	for _, r := range s {
		if r >= '0' && r <= '9' || r >= '０' && r <= '９' {
			n++
			most = max(most, n)
		} else if r != ' ' && r != '-' {
			n = 0
		}
	}
	return most
}

// Parts is how many messages a Chinese text takes: 70 units of UTF-16 alone, 67
// in a chain (3GPP TS 23.040).
func Parts(text string) int {
	n := len(utf16.Encode([]rune(text)))
	if n <= 70 {
		return 1
	}
	return (n + 66) / 67
}
