// Package obs is how the program is watched: structured logs, metrics and the health listener.
//
// It owns redaction: what goes through its logger holds no number, name or address of a citizen, whatever the caller
// passed, and nothing that a terminal obeys. Everybody except rules, media and wire may import it; it imports nothing of ours. It promises JSON lines,
// a registry of its own instead of a global one, and a health listener that exists on loopback only.
package obs

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Redacted stands in the log where personal data was.
const Redacted = "[redacted]"

// personal names the attributes whose value is never written, whatever it is.
var personal = map[string]bool{
	"number": true, "phone": true, "tel": true, "mobile": true, "caller": true, "callee": true, "contact": true,
	"idno": true, "id_no": true, "id_number": true, "id_card": true, "card": true, "bank": true,
	"name": true, "display_name": true, "person": true, "employer": true, "address": true,
	"password": true, "passwd": true, "secret": true, "token": true, "pin": true, "authorization": true,
	"digits": true, "dtmf": true, "keys": true, "summary": true, "answer": true, "text": true, "body": true,
	"data": true, "sdp": true, "query": true,
}

// handles name the attributes that carry our own identifiers. Those may hold long runs of digits by chance.
var handles = map[string]bool{
	"id": true, "call": true, "leg": true, "offer": true, "record": true, "recording": true, "order": true, "trace": true,
}

var (
	longDigits = regexp.MustCompile(`\p{Nd}{6,}[\p{Nd}Xx]`)
	spaced     = regexp.MustCompile(`\b1\d{2}[ -]\d{4}[ -]\d{4}\b`)
	allDigits  = regexp.MustCompile(`^\p{Nd}{7,}[Xx]?$`)
)

// Logger writes JSON lines to w from level on, redacted.
func Logger(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(slog.NewJSONHandler(escaper{w}, &slog.HandlerOptions{Level: level, ReplaceAttr: redact}))
}

// escaper writes what has no picture of its own as JSON's escape: slog does so below U+0020 only, and a terminal obeys some
// of the rest, such as C1 controls and changes of direction.
type escaper struct{ w io.Writer }

// Write implements io.Writer. The handler hands over whole lines.
func (e escaper) Write(line []byte) (int, error) {
	hidden := func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) }
	if bytes.IndexFunc(line, hidden) < 0 {
		return e.w.Write(line)
	}
	var out []byte
	for _, r := range string(line) {
		switch {
		case !hidden(r):
			out = utf8.AppendRune(out, r)
		case r <= 0xFFFF:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		}
	}
	if _, err := e.w.Write(out); err != nil {
		return 0, err
	}
	return len(line), nil
}

func redact(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
		return a
	}
	key := strings.ToLower(a.Key)
	if personal[key] {
		return slog.String(a.Key, Redacted)
	}
	switch a.Value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, maskFor(key, a.Value.String()))
	case slog.KindAny:
		return slog.String(a.Key, maskFor(key, anyText(a.Value.Any())))
	}
	return a
}

// anyText writes a value as text, so that no digits escape inside a structure.
func anyText(v any) string {
	if err, ok := v.(error); ok && err != nil {
		return err.Error()
	}
	return fmt.Sprint(v)
}

func maskFor(key, s string) string {
	if (handles[key] || strings.HasSuffix(key, "_id")) && !allDigits.MatchString(s) {
		return s
	}
	return Mask(s)
}

// Mask blanks every run of seven or more digits in s, and mobile numbers written in groups: what is left can be logged.
func Mask(s string) string {
	stars := func(run string) string { return strings.Repeat("*", len([]rune(run))) }
	return spaced.ReplaceAllStringFunc(longDigits.ReplaceAllStringFunc(s, stars), stars)
}
