package screen

import (
	"io"
	"os"
	"strconv"
	"sync"

	"github.com/charmbracelet/x/ansi"
)

const (
	modeWrap    = 7
	modeCursor  = 25
	modeAlt     = 1049
	modeSync    = 2026
	modeCluster = 2027

	maxInterned = 8192
)

// Writer is the output stage. Outside the alternate screen it is a pipe.
type Writer struct {
	mu  sync.Mutex
	out io.Writer

	want   *grid  // what the stream has drawn
	shown  []cell // what the terminal shows, as large as want
	method ansi.Method
	rest   []byte // an unfinished piece of the last Write
	seq    sequence

	interned map[string]string

	mode  mode
	fresh bool // the terminal's cells are not known: paint all
	// cursor is whether the terminal shows it, and whether that is known.
	cursor struct{ known, visible bool }
	paint  painter
	stats  Stats
	title  struct {
		seen bool // a title came through in this Write
		text string
		hook func(string)
	}
}

// mode is what the stream has switched.
type mode struct {
	alt     bool // the alternate screen is on
	sync    bool // the renderer found mode 2026
	visible bool // the cursor is to be shown
	shut    bool // nothing is sent any more
}

// Stats counts what went to the terminal.
type Stats struct{ Writes, Bytes int64 }

// unknown equals no cell that a stream can draw.
var unknown = cell{s: "\x00"}

// New puts a stage before out, whose size is w by h.
func New(out io.Writer, w, h int) *Writer {
	s := &Writer{out: out, method: ansi.WcWidth, mode: mode{visible: true}}
	s.size(w, h)
	return s
}

// MapNewline says that the renderer believes the terminal to turn a line feed
// into a new line, as Bubble Tea does when its input is no terminal.
func (s *Writer) MapNewline() { s.want.mapNL = true }

// Resize must be called before the renderer learns of a new size.
func (s *Writer) Resize(w, h int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w != s.want.w || h != s.want.h {
		s.size(w, h)
	}
}

func (s *Writer) size(w, h int) {
	if s.want == nil {
		s.want = newGrid(w, h)
	} else {
		s.want.resize(w, h)
	}
	s.shown = make([]cell, len(s.want.cells))
	s.fresh = true
}

// Wide tells the stage that the terminal draws ambiguous characters two columns
// wide, so that it names the column anew after each of them.
func (s *Writer) Wide(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paint.apart = on
}

// Repaint makes the next Write send a row again from a column on: an input
// method's window may have left traces there that nobody reported.
func (s *Writer) Repaint(x, y int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if y < 0 || y >= s.want.h || x < 0 || x >= s.want.w {
		return
	}
	row := s.shownRow(y)
	if row[x].tail {
		x--
	}
	for ; x < s.want.w; x++ {
		row[x] = unknown
	}
	s.want.dirty[y] = true
}

func (s *Writer) shownRow(y int) []cell { return s.shown[y*s.want.w : (y+1)*s.want.w] }

// Measure writes each glyph at the beginning of the last row and asks the
// terminal where the cursor then stands, and puts the row back. The answers
// come as cursor position reports, one for each glyph.
func (s *Writer) Measure(glyphs []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.mode.alt {
		return nil
	}
	b := []byte("\x1b[?25l\x1b[m")
	for _, g := range glyphs {
		b = append(b, "\x1b["...)
		b = append(strconv.AppendInt(b, int64(s.want.h), 10), ";1H"...)
		b = append(b, g...)
		b = append(b, "\x1b[6n"...)
	}
	last := s.shownRow(s.want.h - 1)
	for x := range last {
		last[x] = unknown
	}
	s.want.dirty[s.want.h-1] = true
	s.cursor.visible, s.paint.pen, s.paint.x, s.paint.y = false, pen{}, -1, -1
	return s.flush(b)
}

// OnTitle has f called with each new window title, after the frame it came with
// has been handed to the terminal: so one knows that a screen pop is visible. f
// runs under the stage's lock: it must not block nor call the stage.
func (s *Writer) OnTitle(f func(title string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.title.hook = f
}

// Stats is what has been sent so far.
func (s *Writer) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats
}

// Usual makes a terminal that showed a Writer's pictures show its usual page again.
const Usual = "\x1b[?2026l\x1b[m\x1b[?7h\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[>4m\x1b[<u\x1b[?1049l\r\n"

// Shut gives the terminal back as it was and drops everything that follows: for
// the moment before a crash ends the program.
func (s *Writer) Shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode.shut = true
	_, _ = io.WriteString(s.out, Usual)
}

// Write plays the stream and sends the difference on.
func (s *Writer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(b)
	if s.mode.shut {
		return n, nil
	}
	if len(s.rest) > 0 {
		b = append(s.rest, b...)
	}
	b, tail := whole(b)
	var through []byte
	for len(b) > 0 {
		text, width, rest := next(b, s.method, &s.seq)
		if rest == nil && len(text) == 0 {
			tail = append(b[:len(b):len(b)], tail...)
			break
		}
		switch {
		case !s.mode.alt && text != nil:
			through = append(through, text...)
		case text != nil:
			s.want.print(s.text(text), width)
		default:
			through = s.sequence(through)
		}
		b = rest
	}
	s.rest = append([]byte(nil), tail...)
	return n, s.flush(through)
}

// text is b as a string, the same one for the same characters: a frame holds
// thousands of them and few different ones.
func (s *Writer) text(b []byte) string {
	if t, ok := s.interned[string(b)]; ok {
		return t
	}
	if s.interned == nil || len(s.interned) > maxInterned {
		s.interned = make(map[string]string)
	}
	t := string(b)
	s.interned[t] = t
	return t
}

// sequence plays one sequence and returns what passes through to the terminal.
func (s *Writer) sequence(through []byte) []byte {
	q := &s.seq
	switch {
	case q.kind == '[' && q.prefix == '?' && q.inter == 0 && (q.final == 'h' || q.final == 'l'):
		return s.modes(through, q.final == 'h')
	case !s.mode.alt:
		return append(through, q.raw...)
	case q.link():
		return through
	}
	if q.kind == '[' && q.prefix == 0 && q.final == 'J' && q.n(0, 0) == 2 {
		s.fresh = true // the renderer distrusts the screen: so do we
	}
	if s.want.control(q) {
		return through
	}
	if t, ok := q.title(); ok {
		s.title.seen, s.title.text = true, t
	}
	return append(through, q.raw...)
}

// modes plays the private modes that the stage owns and passes on the others.
func (s *Writer) modes(through []byte, on bool) []byte {
	for _, p := range s.seq.params {
		switch {
		case p.n == modeAlt:
			through = s.switchScreen(through, on)
			continue
		case p.n == modeCluster:
			s.method = ansi.WcWidth
			if on {
				s.method = ansi.GraphemeWidth
			}
		case p.n == modeSync:
			s.mode.sync = s.mode.sync || on
			continue
		case s.mode.alt && p.n == modeCursor:
			s.mode.visible = on
			continue
		case s.mode.alt && p.n == modeWrap:
			s.want.wrap = on
			continue
		}
		through = append(through, private(p.n, on)...)
	}
	return through
}

// switchScreen turns the stage on and off. Autowrap stays off while it is on:
// a terminal that draws a character wider than expected must not run into the
// next row.
func (s *Writer) switchScreen(through []byte, on bool) []byte {
	s.mode.alt = on
	if !on {
		through = append(through, "\x1b[m"...)
		through = append(through, private(modeWrap, true)...)
		if s.mode.visible != s.cursor.visible || !s.cursor.known {
			through = append(through, private(modeCursor, s.mode.visible)...)
		}
		return append(through, private(modeAlt, false)...)
	}
	s.want.resize(s.want.w, s.want.h)
	s.want.pen, s.want.wrap = pen{}, true
	s.fresh, s.cursor.known = true, false
	through = append(through, private(modeAlt, true)...)
	return append(through, private(modeWrap, false)...)
}

func private(mode int, on bool) []byte {
	b := append(strconv.AppendInt([]byte("\x1b[?"), int64(mode), 10), 'l')
	if on {
		b[len(b)-1] = 'h'
	}
	return b
}

// flush sends what passes through, then the cells that differ, then the cursor.
func (s *Writer) flush(through []byte) error {
	out := through
	if s.mode.alt {
		out = s.frame(out)
	}
	if len(out) == 0 {
		return nil
	}
	s.stats.Writes++
	s.stats.Bytes += int64(len(out))
	_, err := s.out.Write(out)
	if s.title.seen && s.title.hook != nil && err == nil {
		s.title.hook(s.title.text)
	}
	s.title.seen = false
	return err
}

// frame appends the painting of one frame to out.
func (s *Writer) frame(out []byte) []byte {
	p := &s.paint
	p.out = p.out[:0]
	if s.fresh {
		p.pen, p.x, p.y = pen{}, 0, 0
		p.out = append(p.out, "\x1b[m\x1b[H\x1b[2J"...)
		clear(s.shown)
	}
	for y := range s.want.h {
		if s.fresh || s.want.dirty[y] {
			p.row(y, s.shownRow(y), s.want.row(y))
			s.want.dirty[y] = false
		}
	}
	s.fresh = false
	painted := len(p.out) > 0
	p.setPen(pen{})
	p.move(s.want.x, s.want.y)
	if len(p.out) == 0 && s.cursor.known && s.cursor.visible == s.mode.visible {
		return out
	}
	return s.wrapFrame(out, painted)
}

// wrapFrame keeps the cursor from being seen on its way over the screen.
func (s *Writer) wrapFrame(out []byte, painted bool) []byte {
	shownNow := s.cursor.visible || !s.cursor.known
	if painted && s.mode.sync {
		out = append(out, private(modeSync, true)...)
	} else if painted && shownNow {
		out = append(out, private(modeCursor, false)...)
		shownNow = false
	}
	out = append(out, s.paint.out...)
	if shownNow != s.mode.visible || (!s.cursor.known && !painted) {
		out = append(out, private(modeCursor, s.mode.visible)...)
	}
	if painted && s.mode.sync {
		out = append(out, private(modeSync, false)...)
	}
	s.cursor.known, s.cursor.visible = true, s.mode.visible
	return out
}

// Fd is that of the terminal behind the stage: with Read and Close it lets
// Bubble Tea take the stage for the terminal and ask it for its size.
func (s *Writer) Fd() uintptr {
	if f, ok := s.out.(*os.File); ok {
		return f.Fd()
	}
	return ^uintptr(0)
}

// Read reads from the terminal behind the stage.
func (s *Writer) Read(b []byte) (int, error) {
	if r, ok := s.out.(io.Reader); ok {
		return r.Read(b)
	}
	return 0, io.EOF
}

// Close leaves the terminal open: it is not the stage's own.
func (s *Writer) Close() error { return nil }
