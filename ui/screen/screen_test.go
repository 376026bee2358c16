package screen

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"
	"pgregory.net/rapid"

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

// send writes to the stage and returns how many bytes reached the terminal.
func (r *rig) send(t testing.TB, s string) int {
	t.Helper()
	before := r.sent.Len()
	if _, err := r.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return r.sent.Len() - before
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

func diffRows(t interface{ Fatalf(string, ...any) }, got, want *vt.Emulator, what string) {
	g, w := cells(got), cells(want)
	for y := range w {
		if g[y] != w[y] {
			t.Fatalf("%s: row %d\n got %q\nwant %q", what, y, g[y], w[y])
		}
	}
	if got.CursorPosition() != want.CursorPosition() {
		t.Fatalf("%s: cursor %v, want %v", what, got.CursorPosition(), want.CursorPosition())
	}
}

const alt = "\x1b[?1049h\x1b[H\x1b[2J"

func TestUnchangedFrameCostsNothing(t *testing.T) {
	r := newRig(t, 40, 4)
	frame := "\x1b[H\x1b[K养老金未到账\r\n\x1b[K要求核实\x1b[2;9H"
	r.send(t, alt+frame)
	if n := r.send(t, frame); n != 0 {
		t.Errorf("the same frame again cost %d bytes", n)
	}
	n := r.send(t, "\x1b[H\x1b[K养老金未到账\r\n\x1b[K要求核实情\x1b[2;11H")
	if n > 24 {
		t.Errorf("one character cost %d bytes: %q", n, r.sent.Bytes()[r.sent.Len()-n:])
	}
	if n := r.send(t, "\x1b[1;1H"); n == 0 || n > 8 {
		t.Errorf("a cursor move cost %d bytes", n)
	}
}

func TestOutsideAlternateScreenIsAPipe(t *testing.T) {
	r := newRig(t, 20, 3)
	in := "登录\x1b[31m失败\x1b[0m\r\n\x1b]0;坐席\x07"
	r.send(t, in)
	if r.sent.String() != in {
		t.Errorf("got %q", r.sent.String())
	}
}

func TestModesPassAndOwnOnesDoNot(t *testing.T) {
	r := newRig(t, 20, 3)
	r.send(t, alt)
	r.sent.Reset()
	r.send(t, "\x1b[?2026h\x1b[?25l\x1b[?1002h\x1b[?1006h\x1b]2;来电\x07\x1b[>1u\x1b[6n中\x1b[1;3H\x1b[?25h\x1b[?2026l")
	out := r.sent.String()
	for _, s := range []string{"\x1b[?1002h", "\x1b[?1006h", "\x1b]2;来电\x07", "\x1b[>1u", "\x1b[6n"} {
		if strings.Count(out, s) != 1 {
			t.Errorf("%q came %d times in %q", s, strings.Count(out, s), out)
		}
	}
	if !strings.Contains(out, "\x1b[?2026h") || !strings.HasSuffix(out, "\x1b[?2026l") {
		t.Errorf("frame is not inside mode 2026: %q", out)
	}
}

func TestTitleIsReportedAfterItsFrame(t *testing.T) {
	r := newRig(t, 20, 3)
	var title, row string
	r.OnTitle(func(s string) { title, row = s, cells(r.emu)[0] })
	r.send(t, alt+"\x1b]2;▶来电\x07来电人")
	if title != "▶来电" || !strings.Contains(row, "来") {
		t.Errorf("title %q over %q", title, row)
	}
}

func TestHidePaintRestoreWithoutSync(t *testing.T) {
	r := newRig(t, 20, 3)
	r.send(t, alt+"\x1b[?25h")
	r.sent.Reset()
	r.send(t, "\x1b[2;1H话后\x1b[3;5H")
	if got := r.sent.String(); got != "\x1b[?25l\x1b[2;1H话后\x1b[3;5H\x1b[?25h" {
		t.Errorf("%q", got)
	}
}

func TestSplitAnywhere(t *testing.T) {
	stream := alt + "\x1b[1;31m养老\x1b[0m保险\x1b[3;4H“到账”\x1b]2;题\x1b\\完"
	want := vt.NewEmulator(20, 4)
	_, _ = want.WriteString(stream)
	for i := range len(stream) {
		r := newRig(t, 20, 4)
		r.send(t, stream[:i])
		r.send(t, stream[i:])
		diffRows(t, r.emu, want, fmt.Sprintf("split at %d", i))
	}
}

func TestRepaintSendsRestOfRow(t *testing.T) {
	r := newRig(t, 20, 2)
	r.send(t, alt+"养老保险待遇")
	r.Repaint(5, 0)
	n := r.send(t, "\x1b[1;13H")
	if got := string(r.sent.Bytes()[r.sent.Len()-n:]); !strings.Contains(got, "险待遇") || strings.Contains(got, "养") {
		t.Errorf("%q", got)
	}
}

func TestMeasureAsksAndPutsBack(t *testing.T) {
	r := newRig(t, 20, 3)
	r.send(t, alt+"\x1b[3;1H通话\x1b[1;1H")
	r.sent.Reset()
	if err := r.Measure(theme.Probe); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(r.sent.String(), "\x1b[6n"); got != len(theme.Probe) {
		t.Errorf("%d questions", got)
	}
	if got := cells(r.emu)[2]; !strings.Contains(strings.ReplaceAll(got, "\x1b[m", ""), "通话") {
		t.Errorf("row was not put back: %q", got)
	}
}

func TestWideTerminalGetsColumnsNamed(t *testing.T) {
	r := newRig(t, 20, 2)
	r.Wide(true)
	r.send(t, alt+"“您好”│x")
	if got := r.sent.String(); !strings.Contains(got, "“\x1b[2G您好”\x1b[7G│\x1b[8Gx") {
		t.Errorf("%q", got)
	}
}

// Any stream that a renderer may write shows the same with and without the
// stage between.
func TestStageIsTransparent(outer *testing.T) {
	rapid.Check(outer, func(t *rapid.T) {
		w, h := rapid.IntRange(8, 30).Draw(t, "w"), rapid.IntRange(2, 6).Draw(t, "h")
		r, plain := newRig(outer, w, h), vt.NewEmulator(w, h)
		_, _ = r.Write([]byte(alt))
		_, _ = plain.WriteString(alt)
		for i := range rapid.IntRange(1, 20).Draw(t, "frames") {
			s := stream(t, w, h)
			_, _ = r.Write([]byte(s))
			_, _ = plain.WriteString(s)
			diffRows(t, r.emu, plain, fmt.Sprintf("after %d, %q", i, s))
		}
	})
}

// stream draws one frame in the vocabulary of Bubble Tea's renderer: rows with
// wide characters (the even ones) are erased and rewritten, others edited.
func stream(t *rapid.T, w, h int) string {
	var b strings.Builder
	for range rapid.IntRange(1, 8).Draw(t, "ops") {
		x, y := rapid.IntRange(0, w-1).Draw(t, "x"), rapid.IntRange(0, h-1).Draw(t, "y")
		b.WriteString(rapid.SampledFrom([]string{"", "\x1b[1m", "\x1b[0m", "\x1b[32;7m", "\x1b[38;5;208m", "\x1b[48;2;1;2;3m", "\x1b[4m", "\x1b[22;39m"}).Draw(t, "sgr"))
		if y%2 == 0 {
			fmt.Fprintf(&b, "\x1b[%d;1H\x1b[K%s", y+1, words(t, w))
			continue
		}
		fmt.Fprintf(&b, "\x1b[%d;%dH", y+1, x+1)
		switch rapid.IntRange(0, 7).Draw(t, "op") {
		case 0:
			b.WriteString("\x1b[K")
		case 1:
			b.WriteString("\x1b[J")
		case 2:
			fmt.Fprintf(&b, "\x1b[%dX", rapid.IntRange(1, w).Draw(t, "n"))
		case 3:
			fmt.Fprintf(&b, "\x1b[m\x1b[1;%dr\x1b[2S\x1b[1;%dr", y+1, h)
		case 4:
			fmt.Fprintf(&b, "\x1b[%d@%s", 1+x%3, "ab"[:1+x%2])
		case 5:
			fmt.Fprintf(&b, "\x1b[1Gx\x1b[%db", min(3, w-2))
		case 6:
			b.WriteString("\x1b[m\x1b[2J") // emulators differ on the colour of the erased
		default:
			b.WriteString("narrow ●│“"[:min(w-x, 7)])
		}
	}
	fmt.Fprintf(&b, "\x1b[m\x1b[%d;%dH", 1+rapid.IntRange(0, h-1).Draw(t, "cy"), 1+rapid.IntRange(0, w-1).Draw(t, "cx"))
	return b.String()
}

func words(t *rapid.T, room int) string {
	var b strings.Builder
	for _, c := range rapid.SliceOfN(rapid.SampledFrom([]string{"养", "老", "a", " ", "“", "│", "●", "　", "e\u0301", "险"}), 1, 12).Draw(t, "text") {
		n := 1
		if len(c) == 3 && c[0] >= 0xe3 {
			n = 2
		}
		if room -= n; room < 0 {
			break
		}
		b.WriteString(c)
	}
	return b.String()
}

// Frames of Chinese text, whole rows rewritten as the renderer does: the
// emulator ends with exactly the frame, and a letter costs little.
func TestRandomScreens(t *testing.T) {
	const w, h = 100, 30
	rng := rand.New(rand.NewPCG(1, 2))
	th := theme.New(theme.Mode{})
	r := newRig(t, w, h)
	r.send(t, alt)
	for i := range 200 {
		c := canvas.New(w, h)
		for range 40 {
			c.All().Text(rng.IntN(w), rng.IntN(h), strings.Repeat("养老金ab“到账”", 1+rng.IntN(4)), theme.Token(rng.IntN(12)))
		}
		r.send(t, rewrite(c.Render(th)))
		for y, want := range c.Lines() {
			if got := row(r.emu, y); got != want {
				t.Fatalf("screen %d row %d\n got %q\nwant %q", i, y, got, want)
			}
		}
	}
}

// rewrite writes a frame the costly way: erase and write every row.
func rewrite(frame string) string {
	var b strings.Builder
	for y, l := range strings.Split(frame, "\n") {
		fmt.Fprintf(&b, "\x1b[?7l\x1b[%d;1H\x1b[K%s\x1b[?7h", y+1, l)
	}
	return b.String() + "\x1b[1;1H"
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

func FuzzWrite(f *testing.F) {
	f.Add([]byte(alt + "\x1b[1;31m养老\x1b[3;9999999999H中\x1b[99P\x1b[99@\x1b[-1S"))
	f.Add([]byte("\x1b[?1049h\x1b[38:2::1:2:3m\x1b[38;5m\x1b]8;;x\x07a\x1bP1;2q"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := New(writerFunc(func(b []byte) (int, error) { return len(b), nil }), 10, 4)
		if n, err := s.Write(b); n != len(b) || err != nil {
			t.Fatal(n, err)
		}
		s.Resize(3, 2)
		_, _ = s.Write([]byte("\x1b[?1049h中中中\n\n\n"))
	})
}

func BenchmarkFullRepaint(b *testing.B) {
	c := canvas.New(120, 40)
	for y := range 40 {
		c.All().Text(0, y, strings.Repeat("养老金未到账：核查步骤与答复口径", 4), theme.Plain)
	}
	frame := []byte(rewrite(c.Render(theme.New(theme.Mode{}))))
	s := New(writerFunc(func(b []byte) (int, error) { return len(b), nil }), 120, 40)
	_, _ = s.Write([]byte(alt))
	b.ReportAllocs()
	for b.Loop() {
		_, _ = s.Write(frame)
	}
}
