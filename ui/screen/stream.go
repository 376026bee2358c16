package screen

import "bytes"

// maxParams bounds what one sequence may carry; more are left out.
const maxParams = 32

// sequence is a piece of the stream: a run of text, a control or an escape
// sequence.
type sequence struct {
	raw    []byte
	kind   byte // 't' text, 'c' a control, '[' CSI, ']' OSC, 0 a plain escape, 's' another string
	prefix byte // ? > < =
	inter  byte
	final  byte
	params []int
}

// drawing are the final bytes of the CSI sequences that move the cursor or
// change cells, ECMA-48 and xterm.
const drawing = "@ABCDEFGHIJKLMPSTXZ`abdefmrsu"

// draws reports whether a piece belongs to the picture, which is not Bubble
// Tea's here. A link (OSC 8) would be painted in the wrong place.
func (q *sequence) draws() bool {
	switch q.kind {
	case 't':
		return true
	case 'c':
		return q.final != '\a'
	case '[':
		return q.prefix == 0 && q.inter == 0 && bytes.IndexByte([]byte(drawing), q.final) >= 0 || q.prefix == '?' && q.final == 'W'
	case ']':
		return bytes.HasPrefix(q.raw, []byte("\x1b]8;"))
	case 0:
		return q.inter == 0 && bytes.IndexByte([]byte("78DEHM"), q.final) >= 0
	}
	return false
}

// next takes the first piece off b. rest is nil when b ends inside one, which
// then waits for the next Write.
func next(b []byte, q *sequence) (rest []byte) {
	switch c := b[0]; {
	case c == 0x1b:
		return escape(b, q)
	case c < 0x20 || c == 0x7f:
		*q = sequence{kind: 'c', raw: b[:1], final: c, params: q.params[:0]}
		return b[1:]
	}
	n := bytes.IndexFunc(b, func(r rune) bool { return r < 0x20 || r == 0x7f })
	if n < 0 {
		n = len(b)
	}
	*q = sequence{kind: 't', raw: b[:n], params: q.params[:0]}
	return b[n:]
}

// escape reads the sequence at the beginning of b.
func escape(b []byte, q *sequence) (rest []byte) {
	*q = sequence{params: q.params[:0]}
	if len(b) < 2 {
		return nil
	}
	switch b[1] {
	case '[':
		return csi(b, q)
	case ']', 'P', 'X', '^', '_':
		return stringSequence(b, q)
	default:
		i := 1
		for i < len(b) && b[i] >= 0x20 && b[i] <= 0x2f {
			q.inter = b[i]
			i++
		}
		if i == len(b) {
			return nil
		}
		q.raw, q.final = b[:i+1], b[i]
		return b[i+1:]
	}
}

func csi(b []byte, q *sequence) (rest []byte) {
	q.kind = '['
	cur, any := 0, false
	for i := 2; i < len(b); i++ {
		switch c := b[i]; {
		case c >= '0' && c <= '9':
			cur, any = min(cur*10+int(c-'0'), 1<<20), true
		case c == ';' || c == ':':
			q.add(cur)
			cur, any = 0, true
		case c >= '<' && c <= '?':
			q.prefix = c
		case c >= 0x20 && c <= 0x2f:
			q.inter = c
		case c >= 0x40 && c <= 0x7e:
			if any {
				q.add(cur)
			}
			q.raw, q.final = b[:i+1], c
			return b[i+1:]
		default: // broken off: drop what there is
			q.kind, q.final, q.raw = 0, 0, nil
			return b[i:]
		}
	}
	return nil
}

func (q *sequence) add(n int) {
	if len(q.params) < maxParams {
		q.params = append(q.params, n)
	}
}

// stringSequence reads OSC, DCS, SOS, PM and APC up to BEL or ST.
func stringSequence(b []byte, q *sequence) (rest []byte) {
	q.kind = 's'
	if b[1] == ']' {
		q.kind = ']'
	}
	for i := 2; i < len(b); i++ {
		switch {
		case b[i] == 0x07 && q.kind == ']':
			q.raw = b[:i+1]
			return b[i+1:]
		case b[i] == 0x1b && i+1 < len(b):
			if b[i+1] != '\\' {
				q.kind = 0
				return b[i:]
			}
			q.raw = b[:i+2]
			return b[i+2:]
		}
	}
	return nil
}
