package screen

import "strconv"

const (
	modeWrap   = 7
	modeCursor = 25
	modeAlt    = 1049
	modeSync   = 2026
)

// picture appends what makes the terminal show the last frame. The first one
// enters the alternate screen; outside of it there is nothing to show.
func (s *Writer) picture(out []byte) []byte {
	if !s.mode.begun || s.mode.left {
		return out
	}
	if !s.mode.alt {
		out = s.enter(out)
	}
	p := &s.paint
	p.out = p.out[:0]
	fresh := s.fresh
	if fresh {
		p.sgr, p.x, p.y = "", 0, 0
		p.out = append(p.out, "\x1b[m\x1b[H\x1b[2J"...)
		clear(s.shown)
		s.fresh = false
	}
	for y := range s.h {
		p.row(y, s.row(s.shown, y), s.row(s.want, y))
	}
	painted := len(p.out) > 0
	p.setPen("")
	p.move(s.x, s.y)
	out = s.beside.title.tell(out, "\x1b]2;", "\x1b]2;\a")
	out = s.beside.colour.tell(out, "\x1b]12;", "\x1b]112\a")
	if s.beside.bells > s.beside.rung {
		out = append(out, '\a')
	}
	s.beside.rung = s.beside.bells
	switch {
	case painted && s.mode.sync && !fresh && !p.hidden:
		out = append(out, private(modeSync, true)...)
		out = append(out, p.out...)
		return append(out, private(modeSync, false)...)
	case painted || p.hidden:
		if !p.hidden {
			out = append(out, private(modeCursor, false)...)
		}
		p.hidden = false
		out = append(out, p.out...)
		return append(out, private(modeCursor, true)...)
	}
	return append(out, p.out...)
}

// tell appends the sequence for a text that has changed; off is that for none.
func (m *marked) tell(out []byte, on, off string) []byte {
	switch m.want {
	case m.shown:
		return out
	case "":
		out = append(out, off...)
	default:
		out = append(append(append(out, on...), m.want...), '\a')
	}
	m.shown, m.told = m.want, true
	return out
}

// enter begins the alternate screen. Autowrap stays off while it is on: a
// terminal that draws a character wider than expected must not run into the
// next row.
func (s *Writer) enter(out []byte) []byte {
	s.mode.alt, s.mode.left, s.fresh = true, false, true
	out = append(out, private(modeAlt, true)...)
	return append(out, private(modeWrap, false)...)
}

// leave ends it, and takes back what else the terminal was told.
func (s *Writer) leave(out []byte) []byte {
	s.mode.alt, s.mode.left = false, true
	out = append(out, "\x1b[m"...)
	title, colour := marked{shown: s.beside.title.shown}, marked{shown: s.beside.colour.shown}
	out = colour.tell(title.tell(out, "", "\x1b]2;\a"), "", "\x1b]112\a")
	s.beside.title.shown, s.beside.colour.shown = "", ""
	out = append(out, private(modeWrap, true)...)
	out = append(out, private(modeCursor, true)...)
	return append(out, private(modeAlt, false)...)
}

// through appends what of Bubble Tea's stream is for the terminal: all of it
// outside the alternate screen, inside what does not draw.
func (s *Writer) through(out, b []byte) []byte {
	if len(s.said.rest) > 0 {
		b = append(s.said.rest, b...)
		s.said.rest = nil
	}
	for len(b) > 0 {
		rest := next(b, &s.said.seq)
		if rest == nil {
			s.said.rest = append([]byte(nil), b...)
			break
		}
		b = rest
		switch q := &s.said.seq; {
		case q.kind == '[' && q.prefix == '?' && q.inter == 0 && (q.final == 'h' || q.final == 'l'):
			out = s.modes(out, q.final == 'h')
		case !s.mode.alt || !q.draws():
			out = append(out, q.raw...)
		}
	}
	return out
}

// modes passes the private modes on, but for those that the stage owns.
func (s *Writer) modes(out []byte, on bool) []byte {
	for _, p := range s.said.seq.params {
		switch {
		case p == modeAlt && on:
			if !s.mode.alt {
				out = s.enter(out)
			}
		case p == modeAlt:
			if s.mode.alt {
				out = s.leave(out)
			}
		case p == modeSync, s.mode.alt && (p == modeCursor || p == modeWrap):
		default:
			out = append(out, private(p, on)...)
		}
	}
	return out
}

func private(mode int, on bool) []byte {
	b := append(strconv.AppendInt([]byte("\x1b[?"), int64(mode), 10), 'l')
	if on {
		b[len(b)-1] = 'h'
	}
	return b
}
