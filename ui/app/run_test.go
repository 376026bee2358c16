package app_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"zuoxi/session"
	"zuoxi/ui/app"
	"zuoxi/ui/sample"
)

// crash is run in a process of its own by the test below.
func crash() {
	in, _ := io.Pipe()
	views := make(chan session.View)
	go func() {
		_ = app.Run(context.Background(), app.Options{Do: func(session.Verb) bool { return true }}, views,
			app.Terminal{In: in, Out: os.Stdout, FPS: 120, Width: 80, Height: 24})
	}()
	views <- sample.Idle()
	views <- sample.Idle()
	<-app.Go(func() { panic("test panic in a goroutine of ours") })
}

func TestPanicInOurGoroutineRestoresTheTerminal(t *testing.T) {
	if os.Getenv("ZUOXI_TEST_CRASH") != "" {
		crash()
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestPanicInOurGoroutine")
	cmd.Env = append(os.Environ(), "ZUOXI_TEST_CRASH=1", "TERM=xterm-256color")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err == nil {
		t.Fatal("the program survived the panic")
	}
	if !strings.Contains(errs.String(), "test panic in a goroutine of ours") {
		t.Errorf("the panic was swallowed: %q", errs.String())
	}
	for _, seq := range []string{"\x1b[?25h", "\x1b[?7h", "\x1b[?2004l"} {
		if !strings.Contains(out.String(), seq) {
			t.Errorf("%q was not sent", seq)
		}
	}
	if strings.LastIndex(out.String(), "\x1b[?1049l") < strings.LastIndex(out.String(), "\x1b[?1049h") {
		t.Error("the alternate screen was not left")
	}
}

func TestRunEndsWithItsContextAndWithItsViews(t *testing.T) {
	for _, how := range []string{"context", "views"} {
		ctx, cancel := context.WithCancel(t.Context())
		in, keys := io.Pipe()
		views := make(chan session.View)
		done := make(chan error, 1)
		go func() {
			done <- app.Run(ctx, app.Options{Do: func(session.Verb) bool { return true }}, views,
				app.Terminal{In: in, Out: io.Discard, FPS: 120, Width: 80, Height: 24})
		}()
		views <- sample.Idle()
		if how == "context" {
			cancel()
		} else {
			close(views)
		}
		if err := <-done; err != nil {
			t.Errorf("%s: %v", how, err)
		}
		_ = keys.Close()
		cancel()
	}
}
