package crash

import (
	"bytes"
	"regexp"
)

var (
	header   = regexp.MustCompile(`^goroutine \d+ [a-z0-9=. ]*\[[a-zA-Z0-9 ,.()]+\]:$`)
	place    = regexp.MustCompile(`^\t[\w./@+~-]+\.(go|s|c|h):\d+`)
	function = regexp.MustCompile(`^((?:created by )?[\w./@~-]+\.[\w.*()\[\]-]*?)(?:\([^()]*\)| in goroutine \d+)?$`)
	digits   = regexp.MustCompile(`\d+`)
	kinds    = []*regexp.Regexp{
		regexp.MustCompile(`(?m)^SIG[A-Z]+: [a-z ]+`),
		regexp.MustCompile(`(?m)^panic: runtime error: (index out of range|slice bounds out of range|integer divide by zero|invalid memory address or nil pointer dereference|makeslice: len out of range)\b`),
		regexp.MustCompile(`(?m)^panic: (interface conversion|assignment to entry in nil map|send on closed channel|close of closed channel|close of nil channel|sync: [a-zA-Z ]+)`),
	}
)

// kind is what of the first words comes from the runtime and never from us.
func kind(words []byte) string {
	for _, k := range kinds {
		if m := k.Find(words); m != nil {
			return string(digits.ReplaceAll(m, []byte("N")))
		}
	}
	if bytes.HasPrefix(words, []byte("panic: ")) {
		return "panic"
	}
	return "fatal error" // the runtime says which only on stderr; the frames tell it
}
