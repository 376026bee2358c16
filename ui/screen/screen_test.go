package screen

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"

	"zuoxi/ui/canvas"
	"zuoxi/ui/theme"
)

// rig is a stage before an emulator, counting what passes between them.
type rig struct {
	*Writer
	emu  *vt.Emulator
	sent bytes.Buffer
}

func newRig(t testing.TB, w, h int) *rig {
	r := &rig{emu: vt.NewEmulator(w, h)}
	// The emulator answers questions into a pipe nobody reads here.
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(io.Discard, r.emu)
	}()
	t.Cleanup(func() {
		_ = r.emu.InputPipe().(io.Closer).Close() // Close is not safe beside a reader
		<-done
	})
	r.Writer = New(writerFunc(func(b []byte) (int, error) {
		r.sent.Write(b)
		return r.emu.Write(b)
	}), w, h)
	return r
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// write lets Bubble Tea speak and returns what reached the terminal.
func (r *rig) write(t testing.TB, s string) string {
	t.Helper()
	before := r.sent.Len()
	if _, err := r.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return r.sent.String()[before:]
}

// show shows a frame and returns what reached the terminal.
func (r *rig) show(t testing.TB, f Frame) string {
	t.Helper()
	before := r.sent.Len()
	r.Show(f)
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}
	return r.sent.String()[before:]
}

// page is a frame of some rows, with the cursor behind the last one.
func page(w, h int, rows ...string) Frame {
	f := Frame{Canvas: canvas.New(w, h), Theme: theme.New(theme.Mode{})}
	for y, row := range rows {
		f.X, f.Y = f.Canvas.All().Text(0, y, row, theme.Plain), y
	}
	return f
}

// cells describes every cell of an emulator with its attributes, blanks alike.
func cells(e *vt.Emulator) []string {
	rows := make([]string, e.Height())
	for y := range rows {
		var b strings.Builder
		for x := 0; x < e.Width(); x++ {
			c := e.CellAt(x, y)
			if c == nil || c.Content == "" && (c.Width != 0 || !wideBefore(e, x, y)) {
				c = &uv.EmptyCell // the emulator may leave half of an overwritten character
			}
			fmt.Fprintf(&b, "%s%s", c.Style.String(), c.Content)
		}
		rows[y] = b.String()
	}
	return rows
}

func wideBefore(e *vt.Emulator, x, y int) bool {
	c := e.CellAt(x-1, y)
	return c != nil && c.Width == 2
}

func TestUnchangedFrameCostsNothing(t *testing.T) {
	r := newRig(t, 40, 4)
	r.show(t, page(40, 4, "养老金未到账", "要求核实"))
	if got := r.show(t, page(40, 4, "养老金未到账", "要求核实")); got != "" {
		t.Errorf("the same frame again cost %q", got)
	}
	if got := r.show(t, page(40, 4, "养老金未到账", "要求核实情")); len(got) > 24 {
		t.Errorf("one character cost %d bytes: %q", len(got), got)
	}
	f := page(40, 4, "养老金未到账", "要求核实情")
	f.X, f.Y = 0, 0
	if got := r.show(t, f); got == "" || len(got) > 8 {
		t.Errorf("a cursor move cost %q", got)
	}
}

func TestOutsideAlternateScreenIsAPipe(t *testing.T) {
	r := newRig(t, 20, 3)
	in := "登录\x1b[31m失败\x1b[0m\r\n\x1b]0;坐席\x07"
	if got := r.write(t, in); got != in {
		t.Errorf("got %q", got)
	}
}

func TestOnlyWhatDoesNotDrawPasses(t *testing.T) {
	r := newRig(t, 20, 3)
	r.show(t, page(20, 3, "来电人"))
	got := r.write(t, "\x1b[?1049h\x1b[H\x1b[2J\x1b[?25l画\x1b[?1002h\x1b[3;1Hx\x1b[K\x1b[?1006h\r\n\x1b[>1u\x1b[6n\a\x1b[1;31m中\x1b7\x1b]8;;x\a\x1b[?2026h\x1b]11;?\a\x1b[?2026l")
	if want := "\x1b[?1002h\x1b[?1006h\x1b[>1u\x1b[6n\a\x1b]11;?\a"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestSplitAnywhere(t *testing.T) {
	const stream = "\x1b[?1049h\x1b[1;31m养老\x1b[?1002h保险\x1b]11;?\x1b\\\x1b[>1u完\x1bP+q\x1b\\"
	const want = "\x1b[?1002h\x1b]11;?\x1b\\\x1b[>1u\x1bP+q\x1b\\"
	for i := range len(stream) {
		r := newRig(t, 20, 4)
		r.show(t, page(20, 4, "完"))
		if got := r.write(t, stream[:i]) + r.write(t, stream[i:]); got != want {
			t.Fatalf("split at %d: %q", i, got)
		}
	}
}

// What Bubble Tea says is answered by what is on the screen: a mark or a
// question comes behind the frame that was shown before it.
func TestAFrameGoesBeforeWhatIsSaidAfterIt(t *testing.T) {
	r := newRig(t, 20, 3)
	r.Show(page(20, 3, "来电人"))
	if got := r.write(t, "\x1b[6n"); !strings.HasSuffix(got, "\x1b[6n") || !strings.Contains(got, "来电人") {
		t.Errorf("%q", got)
	}
}

func TestTitleIsReportedAfterItsFrame(t *testing.T) {
	r := newRig(t, 20, 3)
	var title, row string
	r.OnTitle(func(s string) { title, row = s, cells(r.emu)[0] })
	f := page(20, 3, "来电人")
	f.Title, f.Bells = "▶来电", 1
	got := r.show(t, f)
	if title != "▶来电" || !strings.Contains(row, "来") {
		t.Errorf("title %q over %q", title, row)
	}
	if strings.Count(strings.ReplaceAll(got, "▶来电\a", ""), "\a") != 1 {
		t.Errorf("the bell in %q", got)
	}
	f.X = 1
	if got := r.show(t, f); strings.Contains(got, "\a") {
		t.Errorf("told again: %q", got)
	}
}

func TestCursorIsNotSeenOnItsWay(t *testing.T) {
	r := newRig(t, 20, 3)
	r.show(t, page(20, 3, "来电"))
	if got := r.show(t, page(20, 3, "来电", "话后")); got != "\x1b[?25l\x1b[2;1H话后\x1b[?25h" {
		t.Errorf("%q", got)
	}
	r.Sync()
	if got := r.show(t, page(20, 3, "来电", "话后", "在")); got != "\x1b[?2026h\x1b[3;1H在\x1b[?2026l" {
		t.Errorf("with mode 2026 %q", got)
	}
}

// While Bubble Tea is suspended the terminal is not ours; then all comes back.
func TestSuspendAndResume(t *testing.T) {
	r := newRig(t, 20, 3)
	f := page(20, 3, "养老保险")
	f.Title = "坐席 3027"
	r.show(t, f)
	if got := r.write(t, "\x1b[?1049l"); !strings.HasSuffix(got, "\x1b]2;\a\x1b[?7h\x1b[?25h\x1b[?1049l") {
		t.Errorf("left with %q", got)
	}
	if got := r.show(t, page(20, 3, "养老保险待遇")); got != "" {
		t.Errorf("drew on another's screen: %q", got)
	}
	if got := r.write(t, "\x1b[?1049h"); !strings.HasPrefix(got, "\x1b[?1049h") || !strings.Contains(got, "养老保险待遇") {
		t.Errorf("came back with %q", got)
	}
}

func TestRepaintSendsRestOfRow(t *testing.T) {
	r := newRig(t, 20, 2)
	r.show(t, page(20, 2, "养老保险待遇"))
	r.Repaint(5, 0)
	if got := r.show(t, page(20, 2, "养老保险待遇")); !strings.Contains(got, "险待遇") || strings.Contains(got, "养") {
		t.Errorf("%q", got)
	}
	r.Redraw()
	if got := r.show(t, page(20, 2, "养老保险待遇")); !strings.Contains(got, "养老保险待遇") {
		t.Errorf("redrawn: %q", got)
	}
}

func TestMeasureAsksAndPutsBack(t *testing.T) {
	r := newRig(t, 20, 3)
	r.show(t, page(20, 3, "", "", "通话"))
	r.sent.Reset()
	if err := r.Measure(theme.Probe); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(r.sent.String(), "\x1b[6n"); got != len(theme.Probe) {
		t.Errorf("%d questions", got)
	}
	if got := row(r.emu, 2); strings.TrimSpace(got) != "通话" {
		t.Errorf("row was not put back: %q", got)
	}
}

func TestWideTerminalGetsColumnsNamed(t *testing.T) {
	r := newRig(t, 20, 2)
	r.Wide(true)
	if got := r.show(t, page(20, 2, "“您好”│x")); !strings.Contains(got, "“\x1b[2G您好”\x1b[7G│\x1b[8Gx") {
		t.Errorf("%q", got)
	}
}

// A terminal that takes no more bytes does not hold up who shows.
func TestAStuckTerminalHoldsNobodyUp(t *testing.T) {
	stuck := make(chan struct{})
	s := New(writerFunc(func(b []byte) (int, error) { <-stuck; return len(b), nil }), 20, 2)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx, 120) }()
	for i := range 100 {
		s.Show(page(20, 2, strings.Repeat("养", i%10)))
		s.Repaint(0, 0)
	}
	cancel()
	close(stuck)
	<-done
}

// Run shows the newest frame, with no more writes than frames a second.
func TestRunMergesABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent []byte
		s := New(writerFunc(func(b []byte) (int, error) { sent = append(sent, b...); return len(b), nil }), 20, 2)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); s.Run(ctx, 100) }()
		for i := range 100 {
			s.Show(page(20, 2, fmt.Sprint("第", i)))
			<-time.After(time.Millisecond)
		}
		s.Show(page(20, 2, "完"))
		<-time.After(10 * time.Millisecond)
		synctest.Wait()
		if n := s.Stats().Writes; n < 9 || n > 12 {
			t.Errorf("%d writes in 100 ms at 100 a second", n)
		}
		if !strings.Contains(string(sent), "完") {
			t.Error("the newest frame was not shown")
		}
		cancel()
		<-done
	})
}

// Frames of Chinese text, whole rows rewritten as the renderer does: the
// emulator ends with exactly the frame, and a letter costs little.
func TestRandomScreens(t *testing.T) {
	const w, h = 100, 30
	rng := rand.New(rand.NewPCG(1, 2))
	th := theme.New(theme.Mode{})
	r := newRig(t, w, h)
	for i := range 200 {
		c := canvas.New(w, h)
		for range 40 {
			c.All().Text(rng.IntN(w), rng.IntN(h), strings.Repeat("养老金ab“到账”", 1+rng.IntN(4)), theme.Token(rng.IntN(12)))
		}
		r.show(t, Frame{Canvas: c, Theme: th, X: rng.IntN(w), Y: rng.IntN(h)})
		for y, want := range c.Lines() {
			if got := row(r.emu, y); got != want {
				t.Fatalf("screen %d row %d\n got %q\nwant %q", i, y, got, want)
			}
		}
	}
}

func row(e *vt.Emulator, y int) string {
	var b strings.Builder
	for x := 0; x < e.Width(); x++ {
		c := e.CellAt(x, y)
		switch {
		case c == nil || c.Content == "" && c.Width != 0:
			b.WriteByte(' ')
		default:
			b.WriteString(c.Content)
		}
	}
	return b.String()
}

// Whatever Bubble Tea says in whatever pieces, the screen shows the frame.
func FuzzWrite(f *testing.F) {
	f.Add([]byte("\x1b[1;31m养老\x1b[3;9999999999H中\x1b[99P\x1b[99@\x1b[-1S"), 3)
	f.Add([]byte("\x1b[?1049l\x1b[38:2::1:2:3m\x1b[?1049h\x1b]8;;x\x07a\x1bP1;2q"), 9)
	f.Fuzz(func(t *testing.T, b []byte, at int) {
		var sent bytes.Buffer
		s := New(&sent, 10, 4)
		s.Show(page(10, 4, "养老"))
		at = max(0, min(at, len(b)))
		for _, part := range [][]byte{b[:at], b[at:]} {
			if n, err := s.Write(part); n != len(part) || err != nil {
				t.Fatal(n, err)
			}
		}
		s.Resize(3, 2)
		s.Show(page(3, 2, "险"))
		_, _ = s.Write([]byte("\x1b\\\x1b[?1049h"))
		if !strings.Contains(sent.String(), "险") {
			t.Fatalf("the frame did not come: %q", sent.String())
		}
	})
}

func BenchmarkFullRepaint(b *testing.B) {
	c := canvas.New(120, 40)
	for y := range 40 {
		c.All().Text(0, y, strings.Repeat("养老金未到账：核查步骤与答复口径", 4), theme.Plain)
	}
	f := Frame{Canvas: c, Theme: theme.New(theme.Mode{})}
	s := New(io.Discard, 120, 40)
	b.ReportAllocs()
	for b.Loop() {
		s.Redraw()
		s.Show(f)
		_ = s.Flush()
	}
}
