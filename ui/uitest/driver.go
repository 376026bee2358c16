package uitest

import (
	"context"
	"fmt"
	"image/color"
	"io"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/vt"

	"zuoxi/session"
	"zuoxi/ui/app"
	"zuoxi/ui/sample"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// patience is how long a frame may take before a test gives up.
const patience = 20 * time.Second

// TB is what the driver needs of a test.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// Screen is a running workstation on an emulated terminal.
type Screen struct {
	tb    TB
	emu   *vt.Emulator
	in    *io.PipeWriter
	done  <-chan error
	seq   uint32
	shown chan uint32

	mu    sync.Mutex
	queue []tea.Msg // delivered in order with the keys
	said  []session.Verb
	now   time.Time

	screen sync.Mutex // guards the emulator and what follows
	sent   int64      // bytes that reached the terminal
	mark   uint32     // came with the frame being written
	bells  int
	title  string
}

// Start runs the workstation at a size with a first picture of the session.
// tune may change the options; nil = as they are.
func Start(tb TB, w, h int, first session.View, tune func(*app.Options)) *Screen {
	tb.Helper()
	return start(tb, w, h, first, tune, "TERM=xterm-256color", "SSH_TTY=x")
}

// Portrait is Start in colour, on light paper: for pictures.
func Portrait(tb TB, w, h int, first session.View) *Screen {
	tb.Helper()
	light := func(o *app.Options) { o.Look.Mode = theme.Mode{Light: true} }
	return start(tb, w, h, first, light, "TERM=xterm-256color", "SSH_TTY=x", "TTY_FORCE=1")
}

func start(tb TB, w, h int, first session.View, tune func(*app.Options), env ...string) *Screen {
	tb.Helper()
	s := &Screen{tb: tb, emu: vt.NewEmulator(w, h), shown: make(chan uint32, 64), now: sample.Noon}
	s.emu.SetCallbacks(vt.Callbacks{
		CursorColor: s.marked,
		Bell:        func() { s.bells++ },
		Title:       func(t string) { s.title = t },
	})
	o := app.Options{Do: s.do, Library: sample.Shelf{}, Version: "1.0.0", Hub: "hub.example.gov.cn:443", Now: s.Now, Still: true,
		Look: app.Look{Fixed: true}}
	if tune != nil {
		tune(&o)
	}
	in, keys := io.Pipe()
	s.in = keys
	views := make(chan session.View)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	s.done = done
	go func() {
		defer close(done)
		done <- app.Run(ctx, o, views, app.Terminal{
			In: in, Out: writer{s}, FPS: 120, Width: w, Height: h, Env: env,
			Wrap: func(m tea.Model) tea.Model { return &marker{inner: m, s: s} },
		})
	}()
	answered := make(chan struct{})
	go func() { // what the terminal answers to questions
		defer close(answered)
		_, _ = io.Copy(keys, s.emu)
	}()
	tb.Cleanup(func() {
		cancel()
		_ = keys.Close()
		for range done { // until it has ended
		}
		// Closing the emulator itself is not safe beside a reader.
		_ = s.emu.InputPipe().(io.Closer).Close()
		<-answered
	})
	s.Show(first)
	return s
}

// writer hands what the program writes to the emulator.
type writer struct{ s *Screen }

func (w writer) Write(b []byte) (int, error) {
	s := w.s
	s.screen.Lock()
	s.sent += int64(len(b))
	n, err := s.emu.Write(b)
	mark := s.mark
	s.mark = 0
	s.screen.Unlock()
	if mark != 0 { // only now the whole frame is on the screen
		s.shown <- mark
	}
	return n, err
}

// marker stands before the model. A focus report makes the next frame carry a
// number as cursor colour, a blur report delivers the queue: so both keep their
// order among the keys.
type marker struct {
	inner tea.Model
	s     *Screen
	seq   uint32
}

func (m *marker) Init() tea.Cmd { return m.inner.Init() }

func (m *marker) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg.(type) {
	case tea.FocusMsg:
		m.seq++
		return m, nil
	case tea.BlurMsg:
		msg = m.s.dequeue()
	}
	var cmd tea.Cmd
	m.inner, cmd = m.inner.Update(msg)
	return m, cmd
}

func (m *marker) View() tea.View {
	v := m.inner.View()
	if m.seq > 0 {
		v.Cursor.Color = color.RGBA{byte(m.seq >> 16), byte(m.seq >> 8), byte(m.seq), 0xff}
	}
	return v
}

func (s *Screen) marked(c color.Color) {
	r, g, b, _ := c.RGBA()
	s.mark = r>>8<<16 | g>>8<<8 | b>>8
}

func (s *Screen) do(v session.Verb) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said = append(s.said, v)
	return true
}

func (s *Screen) dequeue() tea.Msg {
	s.mu.Lock()
	defer s.mu.Unlock()
	msg := s.queue[0]
	s.queue = s.queue[1:]
	return msg
}

// Now is the program's clock.
func (s *Screen) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Send delivers a message to the model, in order with the keys, and waits for
// its frame.
func (s *Screen) Send(msg tea.Msg) {
	s.tb.Helper()
	s.mu.Lock()
	s.queue = append(s.queue, msg)
	s.mu.Unlock()
	s.Type("\x1b[O")
}

// Show gives the screen a new picture of the session.
func (s *Screen) Show(v session.View) { s.tb.Helper(); s.Send(app.ViewMsg{View: v}) }

// Pass lets time pass; the clock ticks once at its end.
func (s *Screen) Pass(d time.Duration) {
	s.tb.Helper()
	s.mu.Lock()
	s.now = s.now.Add(d)
	s.mu.Unlock()
	s.Send(app.TickMsg{})
}

// Resize changes the terminal's size.
func (s *Screen) Resize(w, h int) {
	s.tb.Helper()
	s.screen.Lock()
	s.emu.Resize(w, h)
	s.screen.Unlock()
	s.Type(fmt.Sprintf("\x1b[48;%d;%d;0;0t", h, w)) // as a terminal reports it
}

// Press presses keys by name, or types text, and waits for the frame.
func (s *Screen) Press(keys ...string) {
	s.tb.Helper()
	var b strings.Builder
	for _, k := range keys {
		b.WriteString(Bytes(k))
	}
	s.Type(b.String())
}

// Click clicks on the first place where a text stands.
func (s *Screen) Click(at string) {
	s.tb.Helper()
	for y, l := range s.Lines() {
		if left, _, ok := strings.Cut(l, at); ok {
			s.Type(fmt.Sprintf("\x1b[<0;%d;%dM", text.Width(left)+1, y+1))
			return
		}
	}
	s.tb.Fatalf("%q is not on the screen", at)
}

// Type writes raw bytes to the program and waits for the frame.
func (s *Screen) Type(raw string) {
	s.tb.Helper()
	if _, err := io.WriteString(s.in, raw); err != nil {
		s.tb.Fatalf("typing %q: %v", raw, err)
	}
	s.sync()
}

// sync waits until all that was typed before is on the screen.
func (s *Screen) sync() {
	s.tb.Helper()
	s.seq++
	if _, err := io.WriteString(s.in, "\x1b[I"); err != nil {
		s.tb.Fatalf("the program no longer reads: %v", err)
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		select {
		case n := <-s.shown:
			if n == s.seq {
				return
			}
		case <-late.C:
			s.tb.Fatalf("frame %d did not come; screen:\n%s", s.seq, s.Text())
			return
		}
	}
}

// Wait waits until a text is on the screen: for what is looked up aside.
func (s *Screen) Wait(want string) {
	s.tb.Helper()
	for end := time.Now().Add(patience); !strings.Contains(s.Text(), want); s.sync() {
		if time.Now().After(end) {
			s.tb.Fatalf("%q did not come; screen:\n%s", want, s.Text())
		}
	}
}

// Leave presses keys that end the program and waits for its end.
func (s *Screen) Leave(keys ...string) {
	s.tb.Helper()
	for _, k := range keys {
		if _, err := io.WriteString(s.in, Bytes(k)); err != nil {
			s.tb.Fatalf("typing %s: %v", k, err)
		}
	}
	select {
	case err := <-s.done:
		if err != nil {
			s.tb.Fatalf("the program ended with %v", err)
		}
	case <-time.After(patience):
		s.tb.Fatalf("the program did not end")
	}
}

// Said takes the verbs spoken since the last call.
func (s *Screen) Said() []session.Verb {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.said
	s.said = nil
	return out
}

// Sent takes the bytes written to the terminal since the last call, without the
// marks that the driver itself causes.
func (s *Screen) Sent() int64 {
	s.screen.Lock()
	defer s.screen.Unlock()
	n := s.sent
	s.sent = 0
	return n
}

// MarkBytes is what the driver's own mark adds to a frame.
const MarkBytes = int64(len("\x1b]12;#000001\a"))

// Lines are the rows of the screen, each as wide as the terminal.
func (s *Screen) Lines() []string {
	s.screen.Lock()
	defer s.screen.Unlock()
	lines := make([]string, s.emu.Height())
	for y := range lines {
		var b strings.Builder
		for x := 0; x < s.emu.Width(); x++ {
			c := s.emu.CellAt(x, y)
			switch {
			case c == nil || c.Content == "" && c.Width != 0:
				b.WriteByte(' ')
			default:
				b.WriteString(c.Content)
			}
		}
		lines[y] = b.String()
	}
	return lines
}

// Text is the screen without trailing spaces.
func (s *Screen) Text() string {
	lines := s.Lines()
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}

// Has reports whether a text is on the screen.
func (s *Screen) Has(want string) bool { return strings.Contains(s.Text(), want) }

// Cursor is the cell of the terminal's cursor.
func (s *Screen) Cursor() (x, y int) {
	s.screen.Lock()
	defer s.screen.Unlock()
	p := s.emu.CursorPosition()
	return p.X, p.Y
}

// Before is the text left of the cursor in its row.
func (s *Screen) Before() string {
	x, y := s.Cursor()
	return text.Cut(s.Lines()[y], x)
}

// Title is the window title.
func (s *Screen) Title() string {
	s.screen.Lock()
	defer s.screen.Unlock()
	return s.title
}

// Bells is how often the terminal's bell rang.
func (s *Screen) Bells() int {
	s.screen.Lock()
	defer s.screen.Unlock()
	return s.bells
}

// Move turns the program's clock on without a tick.
func (s *Screen) Move(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}
