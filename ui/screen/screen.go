package screen

import (
	"context"
	"fmt"
	"image/color"
	"io"
	"os"
	"strconv"
	"sync"
	"time"

	"zuoxi/ui/canvas"
	"zuoxi/ui/theme"
)

// Frame is a picture for the terminal.
type Frame struct {
	Canvas *canvas.Canvas
	Theme  *theme.Theme
	X, Y   int         // the cursor
	Colour color.Color // of the cursor, nil = the terminal's own
	Title  string      // of the window, plain text
	Bells  int         // rung so far
}

// Writer is the output stage. Outside the alternate screen it is a pipe. A
// terminal that takes no bytes holds up who sends, never who shows.
type Writer struct {
	line sync.Mutex // held while bytes are gathered and sent, taken before mu
	out  io.Writer

	mu sync.Mutex // guards all below

	w, h   int
	want   []cell // the last frame
	shown  []cell // what the terminal shows, as large as want
	x, y   int    // where the cursor belongs
	beside beside

	said  said
	mode  mode
	fresh bool // the terminal's cells are not known: paint all
	paint painter
	stats Stats
	wake  chan struct{} // size 1: a frame waits; more of them are one
}

// beside is what the terminal is told beside its cells.
type beside struct {
	title, colour marked
	hook          func(title string)
	bells, rung   int
}

// said is what has been read of Bubble Tea's stream.
type said struct {
	rest []byte // an unfinished piece of the last Write
	seq  sequence
}

// marked is a text of the terminal's that is told only when it changes.
type marked struct {
	want, shown string
	told        bool // in what is being gathered
}

// mode is what has been switched.
type mode struct {
	begun bool // there has been a frame of this size
	alt   bool // the alternate screen is on
	left  bool // Bubble Tea has left it, and enters it again when it resumes
	sync  bool // the terminal has mode 2026
	shut  bool // nothing is sent any more
}

// Stats counts what went to the terminal.
type Stats struct{ Writes, Bytes int64 }

// New puts a stage before out, whose size is w by h.
func New(out io.Writer, w, h int) *Writer {
	s := &Writer{out: out, wake: make(chan struct{}, 1)}
	s.size(w, h)
	return s
}

// Run paints frames as they come, fps a second at most, until ctx ends. A frame
// that comes while one is being sent replaces those that wait.
func (s *Writer) Run(ctx context.Context, fps int) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		}
		select { // from the last one on
		case <-ctx.Done():
			return
		case <-pause.C:
		}
		_ = s.Flush() // a terminal that is gone ends the input, and so the program
		pause.Reset(time.Second / time.Duration(max(fps, 1)))
	}
}

// Show takes a frame; it becomes visible with the next turn of Run, Flush or Write.
func (s *Writer) Show(f Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w, h := f.Canvas.Size(); w != s.w || h != s.h {
		s.size(w, h)
	}
	clear(s.want)
	f.Canvas.Cells(func(x, y, width int, text string, tok theme.Token) {
		if text == " " {
			text = ""
		}
		at, sgr := y*s.w+x, f.Theme.SGR(tok)
		s.want[at] = cell{s: text, sgr: sgr, wide: width == 2}
		if width == 2 {
			s.want[at+1] = cell{sgr: sgr, tail: true}
		}
	})
	s.x, s.y = max(0, min(f.X, s.w-1)), max(0, min(f.Y, s.h-1))
	s.mode.begun = true
	s.beside.title.want, s.beside.colour.want, s.beside.bells = f.Title, "", f.Bells
	if f.Colour != nil {
		r, g, b, _ := f.Colour.RGBA()
		s.beside.colour.want = fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Flush sends the last frame now.
func (s *Writer) Flush() error { return s.send(s.picture) }

// Resize says that the terminal has another size, or may have lost its picture.
func (s *Writer) Resize(w, h int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.size(w, h)
}

// Redraw makes the next frame paint everything.
func (s *Writer) Redraw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fresh = true
}

func (s *Writer) size(w, h int) {
	w, h = max(w, 1), max(h, 1)
	if w != s.w || h != s.h {
		s.w, s.h = w, h
		s.want, s.shown = make([]cell, w*h), make([]cell, w*h)
		s.mode.begun = false
	}
	s.fresh = true
}

// Wide tells the stage that the terminal draws ambiguous characters two columns
// wide, so that it names the column anew after each of them.
func (s *Writer) Wide(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paint.apart = on
}

// Sync tells the stage that the terminal shows what stands inside mode 2026 at once.
func (s *Writer) Sync() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode.sync = true
}

// Repaint makes the next frame send a row again from a column on: an input
// method's window may have left traces there that nobody reported.
func (s *Writer) Repaint(x, y int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if y < 0 || y >= s.h || x < 0 || x >= s.w {
		return
	}
	row := s.row(s.shown, y)
	if row[x].tail {
		x--
	}
	for ; x < s.w; x++ {
		row[x] = unknown
	}
}

func (s *Writer) row(cells []cell, y int) []cell { return cells[y*s.w : (y+1)*s.w] }

// Measure writes each glyph at the beginning of the last row and asks the
// terminal where the cursor then stands, and puts the row back. The answers
// come as cursor position reports, one for each glyph.
func (s *Writer) Measure(glyphs []string) error {
	return s.send(func(b []byte) []byte {
		if !s.mode.alt {
			return b
		}
		b = append(b, "\x1b[?25l\x1b[m"...)
		for _, g := range glyphs {
			b = append(b, "\x1b["...)
			b = append(strconv.AppendInt(b, int64(s.h), 10), ";1H"...)
			b = append(b, g...)
			b = append(b, "\x1b[6n"...)
		}
		last := s.row(s.shown, s.h-1)
		for x := range last {
			last[x] = unknown
		}
		s.paint.sgr, s.paint.x, s.paint.y, s.paint.hidden = "", -1, -1, true
		return s.picture(b)
	})
}

// OnTitle has f called with each new window title, after the frame it came with
// has been handed to the terminal: so one knows that a screen pop is visible. f
// must not block nor send.
func (s *Writer) OnTitle(f func(title string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beside.hook = f
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

// Write takes what Bubble Tea has to say to the terminal.
func (s *Writer) Write(b []byte) (int, error) {
	return len(b), s.send(func(out []byte) []byte {
		out = s.through(s.picture(out), b)
		if s.fresh {
			out = s.picture(out) // the alternate screen is on again
		}
		return out
	})
}

// send hands to the terminal what is gathered.
func (s *Writer) send(gather func([]byte) []byte) error {
	s.line.Lock()
	defer s.line.Unlock()
	s.mu.Lock()
	out, told := gather(nil), s.beside.title
	s.beside.title.told = false
	hook := s.beside.hook
	if len(out) == 0 || s.mode.shut {
		s.mu.Unlock()
		return nil
	}
	s.stats.Writes++
	s.stats.Bytes += int64(len(out))
	s.mu.Unlock()
	_, err := s.out.Write(out)
	if told.told && hook != nil && err == nil {
		hook(told.shown)
	}
	return err
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
