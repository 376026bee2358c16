package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/mattn/go-runewidth"
	"golang.org/x/term"

	"zuoxi/session"
	"zuoxi/ui/screen"
)

// Terminal is where the workstation is shown.
type Terminal struct {
	In            io.Reader
	Out           io.Writer
	Env           []string // nil = the process's
	FPS           int      // frames a second at most
	Width, Height int      // when Out cannot be asked
	// Attended tells that somebody outside gives the terminal back after a panic,
	// and keeps where it was: then nobody inside may hide one.
	Attended bool
	Stop     Stop
	// Wrap lets a test stand between the library and the model.
	Wrap func(tea.Model) tea.Model
}

// narrow makes a library that other libraries ask count box drawing as one
// column: under a Chinese locale it would count two.
var narrow = sync.OnceFunc(func() { runewidth.DefaultCondition.EastAsianWidth = false })

// Run shows the workstation until the agent leaves, views ends or ctx ends. It
// returns with the terminal as it was.
func Run(ctx context.Context, o Options, views <-chan session.View, t Terminal) error {
	narrow()
	w, h := t.size()
	stage := screen.New(t.Out, w, h)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	o.Stage, o.Ctx = stage, ctx
	m := New(o)
	m.w, m.h = w, h // the first frame is not drawn for a size that is not there
	stage.OnTitle(m.Shown)
	var root tea.Model = m
	if t.Wrap != nil {
		root = t.Wrap(m)
	}
	m.colours(colorprofile.Detect(stage, t.env()) > colorprofile.ASCII)
	p := tea.NewProgram(onStage{root, m, stage}, t.options(stage, w, h)...)
	if !t.Attended {
		defer rescue(stage, t.In)()
	}
	stop := make(chan struct{})
	pumped := Go(func() { pump(ctx, p, views, stop) })
	painted := Go(func() { stage.Run(ctx, t.FPS) })
	stopped := Go(func() { t.Stop.run(ctx, p) })
	_, err := p.Run()
	close(stop)
	cancel()
	<-pumped
	<-painted
	<-stopped
	if err != nil && !errors.Is(err, tea.ErrInterrupted) {
		return fmt.Errorf("the screen stopped: %w", err)
	}
	return nil
}

// onStage hands each frame of the model to the stage; to the library it shows
// an empty screen, with the modes that the model wants.
type onStage struct {
	tea.Model
	m     *Model
	stage *screen.Writer
}

func (o onStage) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	o.Model, cmd = o.Model.Update(msg)
	return o, cmd
}

func (o onStage) View() tea.View {
	v := o.Model.View()
	o.stage.Show(screen.Frame{
		Canvas: o.m.frame.canvas, Theme: o.m.env.Theme, Bells: o.m.frame.bells,
		X: v.Cursor.X, Y: v.Cursor.Y, Colour: v.Cursor.Color, Title: v.WindowTitle,
	})
	return tea.View{Content: " ", AltScreen: v.AltScreen, MouseMode: v.MouseMode, Cursor: tea.NewCursor(0, 0)}
}

// libraryFPS is how often the library looks whether it has anything to say to
// the terminal: a mode, a question. Frames do not wait for it.
const libraryFPS = 10

func (t Terminal) options(stage *screen.Writer, w, h int) []tea.ProgramOption {
	resize := func(_ tea.Model, msg tea.Msg) tea.Msg {
		if s, ok := msg.(tea.WindowSizeMsg); ok {
			stage.Resize(s.Width, s.Height) // before the model learns of it
		}
		return msg
	}
	opts := []tea.ProgramOption{
		tea.WithInput(t.In), tea.WithOutput(stage), tea.WithFPS(libraryFPS), tea.WithFilter(resize), tea.WithWindowSize(w, h),
	}
	if t.Attended {
		opts = append(opts, tea.WithoutCatchPanics())
	}
	opts = append(opts, tea.WithEnvironment(t.env()))
	return opts
}

// pump is the one way by which the session's pictures reach the model, so that
// their order stays. An ending context becomes a clean goodbye.
func pump(ctx context.Context, p *tea.Program, views <-chan session.View, stop <-chan struct{}) {
	defer p.Quit()
	for {
		select {
		case v, ok := <-views:
			if !ok {
				return
			}
			p.Send(ViewMsg{v})
		case <-ctx.Done():
			return
		case <-stop:
			return
		}
	}
}

func (t Terminal) size() (w, h int) {
	if f, ok := t.Out.(*os.File); ok {
		if w, h, err := term.GetSize(int(f.Fd())); err == nil && w > 0 && h > 0 {
			return w, h
		}
	}
	return max(t.Width, 1), max(t.Height, 1)
}

func (t Terminal) env() []string {
	if t.Env != nil {
		return t.Env
	}
	return os.Environ()
}

// restore gives the terminal back while a Run is under way.
var restore atomic.Pointer[func()]

// rescue lets Go restore the terminal until the returned function is called.
func rescue(stage *screen.Writer, in io.Reader) (end func()) {
	var state *term.State
	fd := -1
	if f, ok := in.(*os.File); ok {
		fd = int(f.Fd())
		state, _ = term.GetState(fd)
	}
	f := func() {
		stage.Shut()
		if state != nil {
			_ = term.Restore(fd, state)
		}
	}
	restore.Store(&f)
	return func() { restore.Store(nil) }
}

// Go starts one of our own goroutines: should it panic, the terminal is given
// back before the program dies, for the library does not catch it. The channel
// is closed when f has returned.
func Go(f func()) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if r := recover(); r != nil {
				Restore()
				panic(r)
			}
		}()
		f()
	}()
	return done
}

// Restore gives the terminal back at once; for a crash or a closed terminal.
func Restore() {
	if f := restore.Load(); f != nil {
		(*f)()
	}
}
