package hear

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scripted builds the recogniser of the tests.
func scripted(t *testing.T) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "scripted")
	if text, err := exec.Command("go", "build", "-o", out, "./scripted").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return out
}

func next(t *testing.T, p *Process) Event {
	t.Helper()
	e, ok := <-p.Events()
	if !ok {
		t.Fatal("no more events")
	}
	return e
}

func pcm(ms int, v int16) []int16 {
	out := make([]int16, 8*ms)
	for i := range out {
		out[i] = v
	}
	return out
}

// TestHearsThroughAProcess: a sentence with its place in the stream; the end leaves no process and closes the events.
func TestHearsThroughAProcess(t *testing.T) {
	t.Parallel()
	p := Start(Config{Command: []string{scripted(t), "请问您户口在哪里"}})
	if e := next(t, p); !e.Ready {
		t.Fatalf("%+v", e)
	}
	p.Open("trainee", 8000)
	p.Push("trainee", pcm(500, 0))
	p.Push("trainee", pcm(800, 4000))
	p.Push("trainee", pcm(600, 0))
	if e := next(t, p); e.Text != "请问您户口在哪里" || e.Stream != "trainee" || e.From != 4001-1 && e.From != 4000 || e.To != 10400 {
		t.Errorf("%+v", e)
	}
	p.End("trainee")
	p.Close()
	if _, open := <-p.Events(); open {
		t.Error("events after the end")
	}
}

// TestMissingProgram: it is said once, pushing goes on into nothing, and nothing waits.
func TestMissingProgram(t *testing.T) {
	t.Parallel()
	p := Start(Config{Command: []string{"no-such-recogniser-here"}})
	if e := next(t, p); !strings.Contains(e.Problem, "语音识别停了") {
		t.Errorf("%+v", e)
	}
	for range 2 * maxQueue {
		p.Push("x", pcm(20, 0))
	}
	if p.Dropped() < maxQueue {
		t.Errorf("%d dropped", p.Dropped())
	}
	p.Close()
}

// TestDyingProgram is told and does not stop the seat; what it wrote before counts.
func TestDyingProgram(t *testing.T) {
	t.Parallel()
	const dies = `echo '{"type":"ready"}'; echo rubbish; echo '{"type":"final","stream":"a","text":"半句","to_ms":10}'; exit 3`
	p := Start(Config{Command: []string{"sh", "-c", dies}})
	defer p.Close()
	if a, b, c := next(t, p), next(t, p), next(t, p); !a.Ready || b.Text != "半句" || b.To != 80 || c.Problem == "" {
		t.Errorf("%+v %+v %+v", a, b, c)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"type":"final","stream":"a","text":"您好","from_ms":1,"to_ms":2}`))
	f.Add([]byte(`{"type":"partial","stream":"a","text":"\u001b[31m"}`))
	f.Add([]byte(`{"type":"error","text":"x"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, ok := parse(raw)
		if ok && (strings.ContainsAny(e.Text+e.Problem, "\x1b\x00\n\x7f") || len(e.Text) > cleanText || e.From < 0 || e.To < 0) {
			t.Errorf("%q gives %+v", raw, e)
		}
	})
}
