package screen

import (
	"bytes"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// maxParams bounds what one sequence may carry; more are left out.
const maxParams = 32

// sequence is an escape sequence taken from the stream.
type sequence struct {
	raw    []byte
	kind   byte // '[' CSI, ']' OSC, 0 a plain escape, 's' another string
	prefix byte // ? > < =
	inter  byte
	final  byte
	params []param
}

// n is the i-th parameter, def when it is absent or zero.
func (s *sequence) n(i, def int) int {
	if i < len(s.params) && s.params[i].n > 0 {
		return s.params[i].n
	}
	return def
}

// next takes the first piece off b: a cluster of text, a control or a sequence.
// rest is nil when b ends inside a piece, which then waits for the next Write.
func next(b []byte, m ansi.Method, seq *sequence) (text []byte, width int, rest []byte) {
	c := b[0]
	switch {
	case c == 0x1b:
		return nil, 0, escape(b, seq)
	case c >= 0x20 && c < 0x7f && (len(b) < 2 || b[1] < utf8.RuneSelf):
		return b[:1], 1, b[1:]
	case c < 0x20 || c == 0x7f:
		*seq = sequence{raw: b[:1], final: c}
		return nil, 0, b[1:]
	}
	cluster, w := ansi.FirstGraphemeCluster(b, m)
	return cluster, w, b[len(cluster):]
}

// whole splits off a character whose last bytes are still to come.
func whole(b []byte) (ready, rest []byte) {
	for i := len(b) - 1; i >= max(0, len(b)-utf8.UTFMax); i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				return b[:i], b[i:]
			}
			break
		}
	}
	return b, nil
}

// escape reads the sequence at the beginning of b.
func escape(b []byte, seq *sequence) (rest []byte) {
	*seq = sequence{params: seq.params[:0]}
	if len(b) < 2 {
		return nil
	}
	switch c := b[1]; c {
	case '[':
		return csi(b, seq)
	case ']', 'P', 'X', '^', '_':
		return stringSequence(b, seq)
	default:
		i := 1
		for i < len(b) && b[i] >= 0x20 && b[i] <= 0x2f {
			seq.inter = b[i]
			i++
		}
		if i == len(b) {
			return nil
		}
		seq.raw, seq.final = b[:i+1], b[i]
		return b[i+1:]
	}
}

func csi(b []byte, seq *sequence) (rest []byte) {
	seq.kind = '['
	cur, sub, any := 0, false, false
	for i := 2; i < len(b); i++ {
		switch c := b[i]; {
		case c >= '0' && c <= '9':
			cur, any = min(cur*10+int(c-'0'), 1<<20), true
		case c == ';' || c == ':':
			seq.add(cur, sub)
			cur, sub, any = 0, c == ':', true
		case c >= '<' && c <= '?':
			seq.prefix = c
		case c >= 0x20 && c <= 0x2f:
			seq.inter = c
		case c >= 0x40 && c <= 0x7e:
			if any {
				seq.add(cur, sub)
			}
			seq.raw, seq.final = b[:i+1], c
			return b[i+1:]
		default: // broken off: drop what there is
			seq.kind, seq.final, seq.raw = 0, 0, nil
			return b[i:]
		}
	}
	return nil
}

func (s *sequence) add(n int, sub bool) {
	if len(s.params) < maxParams {
		s.params = append(s.params, param{n, sub})
	}
}

// stringSequence reads OSC, DCS, SOS, PM and APC up to BEL or ST.
func stringSequence(b []byte, seq *sequence) (rest []byte) {
	seq.kind = 's'
	if b[1] == ']' {
		seq.kind = ']'
	}
	for i := 2; i < len(b); i++ {
		switch {
		case b[i] == 0x07 && seq.kind == ']':
			seq.raw = b[:i+1]
			return b[i+1:]
		case b[i] == 0x1b && i+1 < len(b):
			if b[i+1] != '\\' {
				seq.kind = 0
				return b[i:]
			}
			seq.raw = b[:i+2]
			return b[i+2:]
		}
	}
	return nil
}

// link reports OSC 8, which drawing here never uses and which would be painted
// in the wrong place if it were passed through.
func (s *sequence) link() bool {
	return s.kind == ']' && bytes.HasPrefix(s.raw, []byte("\x1b]8;"))
}

// title is the text of OSC 0 or 2.
func (s *sequence) title() (string, bool) {
	if s.kind != ']' || len(s.raw) < 5 || (s.raw[2] != '0' && s.raw[2] != '2') || s.raw[3] != ';' {
		return "", false
	}
	t := bytes.TrimSuffix(bytes.TrimSuffix(s.raw[4:], []byte{0x07}), []byte("\x1b\\"))
	return string(t), true
}
