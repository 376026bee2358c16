package clean

import (
	"bytes"
	"encoding/json"
)

// JSON cleans every text of a JSON value by text, which is told the key that stands before it; keys become one line.
// What is clean stays byte for byte, order and numbers as well.
func JSON(raw []byte, text func(key, s string) string) []byte {
	out, key := make([]byte, 0, len(raw)), ""
	for len(raw) > 0 {
		quote := bytes.IndexByte(raw, '"')
		if quote < 0 {
			break
		}
		out = append(out, raw[:quote]...)
		n := literalLen(raw[quote:])
		literal := raw[quote : quote+n]
		raw = raw[quote+n:]
		var s, good string
		if json.Unmarshal(literal, &s) != nil {
			literal = []byte(`""`)
		}
		if bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte(":")) {
			good = Line(s, len(s))
			key = good
		} else {
			good = text(key, s)
		}
		if good != s {
			literal, _ = json.Marshal(good) // a string never fails
		}
		out = append(out, literal...)
	}
	return append(out, raw...)
}

// literalLen is the length of the string literal that s starts with, quotes included; of all of s when it does not end.
func literalLen(s []byte) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}
