package screen_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"zuoxi/ui/canvas"
	"zuoxi/ui/screen"
	"zuoxi/ui/theme"
)

const (
	tmuxWidth  = 90
	tmuxHeight = 25
	tmuxFrames = 40
)

// frameN is the n-th random screen; it overlaps much with the one before.
func frameN(n int) *canvas.Canvas {
	c := canvas.New(tmuxWidth, tmuxHeight)
	for i := range 60 {
		rng := rand.New(rand.NewPCG(uint64(i), uint64(n/(1+i%7))))
		c.All().Text(rng.IntN(tmuxWidth), rng.IntN(tmuxHeight), strings.Repeat("养老金ab“到账”│●", 1+rng.IntN(3)), theme.Token(rng.IntN(12)))
	}
	return c
}

// painter shows the next frame for each key.
type painter struct {
	n     int
	stage *screen.Writer
}

func (p painter) Init() tea.Cmd { return nil }

func (p painter) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(tea.KeyPressMsg); ok {
		p.n++
	}
	if p.n == tmuxFrames {
		return p, tea.Quit
	}
	return p, nil
}

func (p painter) View() tea.View {
	p.stage.Show(screen.Frame{Canvas: frameN(p.n), Theme: theme.New(theme.Mode{}), X: p.n * 3 % tmuxWidth, Y: p.n % tmuxHeight})
	return tea.View{Content: " ", AltScreen: true, Cursor: tea.NewCursor(0, 0)}
}

// The library's renderer and the stage together, on a terminal that we did not
// write: what tmux shows is the frame, cell by cell.
func TestFramesInTmux(t *testing.T) {
	if os.Getenv("ZUOXI_TEST_TMUX") != "" {
		stage := screen.New(os.Stdout, tmuxWidth, tmuxHeight)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); stage.Run(ctx, 120) }()
		_, err := tea.NewProgram(painter{stage: stage}, tea.WithOutput(stage), tea.WithFPS(10)).Run()
		cancel()
		<-done
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	sock := filepath.Join(t.TempDir(), "tmux")
	tmux := func(args ...string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), "tmux", append([]string{"-u", "-S", sock, "-f", "/dev/null"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("tmux %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	tmux("new-session", "-d", "-x", fmt.Sprint(tmuxWidth), "-y", fmt.Sprint(tmuxHeight+1), "-e", "ZUOXI_TEST_TMUX=1",
		os.Args[0]+" -test.run='^TestFramesInTmux$'")
	t.Cleanup(func() { _ = exec.CommandContext(context.Background(), "tmux", "-S", sock, "kill-server").Run() })
	tmux("set", "-g", "status", "off")
	tmux("resize-window", "-x", fmt.Sprint(tmuxWidth), "-y", fmt.Sprint(tmuxHeight))
	for n := range tmuxFrames - 1 {
		want := frameN(n).Lines()
		var got []string
		for end := time.Now().Add(time.Minute); !same(got, want); {
			if time.Now().After(end) {
				t.Fatalf("frame %d\n got %s\nwant %s", n, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			got = rows(tmux("capture-pane", "-p"))
		}
		tmux("send-keys", "x")
	}
}

func rows(s string) []string {
	var out []string
	for sc := bufio.NewScanner(strings.NewReader(s)); sc.Scan(); {
		out = append(out, sc.Text())
	}
	return out
}

func same(got, want []string) bool {
	if len(got) != len(want) {
		return false
	}
	for i := range want {
		if strings.TrimRight(got[i], " ") != strings.TrimRight(want[i], " ") {
			return false
		}
	}
	return true
}
