package citizen

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"
)

const short = `
name: 试验
number: "13900000042"
patience: 2s
rating: "1"
steps:
  - wait: 20ms
  - key: "0#"
  - bridge: true
  - repeat: 2
    steps:
      - say: 你好
      - listen: 1s
`

func TestReadScript(t *testing.T) {
	t.Parallel()
	s, err := ReadScript(strings.NewReader(short))
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "试验" || s.Patience != 2*time.Second || len(s.Steps) != 4 || s.Steps[1].Text != "0#" {
		t.Errorf("%+v", s)
	}
	if r := s.Steps[3]; r.Verb != Repeat || r.Times != 2 || len(r.Steps) != 2 || r.Steps[0].Text != "你好" || r.Steps[0].Line != 12 {
		t.Errorf("%+v", r)
	}
}

func TestBadScripts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"steps:\n  - key: x", "第 2 行"},
		{"steps:\n  - wait: 1s\n  - say: ''", "第 3 行"},
		{"steps:\n  - wait: 1s\n    key: '1'", "第 2 行"},
		{"steps:\n  - wait: 9h", "第 2 行"},
		{"steps:\n  - wait: soon", "第 2 行"},
		{"name: x\nstep: []", "第 2 行"},
		{"steps:\n  - repeat: 2\n    steps:\n      - repeat: 2\n        steps:\n          - key: '1'", "第 4 行"},
		{"steps:\n  - repeat: 50\n    steps: [{wait: 1s},{wait: 1s},{wait: 1s},{wait: 1s},{wait: 1s}]", "步"},
		{"steps: []", "步"},
		{"rating: '12'\nsteps:\n  - wait: 1s", "rating"},
		{"number: 我\nsteps:\n  - wait: 1s", "number"},
		{"patience: 2h\nsteps:\n  - wait: 1s", "patience"},
		{"steps:\n - [", "第 2 行"},
		{strings.Repeat("#", maxScript+1), "KB"},
	} {
		_, err := ReadScript(strings.NewReader(c.text))
		if !errors.Is(err, ErrScript) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %s in one line", c.text, err, c.want)
		}
	}
}

// TestEmbedded: every line of the embedded scripts has its sound, and no sound is left over.
func TestEmbedded(t *testing.T) {
	t.Parallel()
	scripts, err := Scripts()
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, s := range scripts {
		length := time.Duration(0)
		for _, step := range s.Steps {
			length += step.For
			if step.Verb != Say {
				continue
			}
			used["voice/"+SoundName(step.Text)+".al"] = true
			b, err := Embedded(step)
			if err != nil {
				t.Errorf("%s line %d: %v", s.Name, step.Line, err)
			}
			length += time.Duration(len(b)) * time.Second / 8000
		}
		if s.Number == "" || !strings.HasPrefix(s.Number, "13900000") {
			t.Errorf("%s: number %q is not one of the made-up ones", s.Name, s.Number)
		}
	}
	names, err := fs.Glob(files, "voice/*.al")
	if err != nil || len(names) != len(used) {
		t.Errorf("%d sounds for %d lines (%v): go generate ./citizen", len(names), len(used), err)
	}
}

func FuzzScript(f *testing.F) {
	f.Add(short)
	f.Add("steps:\n  - &a {repeat: 3, steps: [*a]}")
	f.Add("steps: [{say: x, sound: ../../x}]")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := ReadScript(strings.NewReader(text)); err != nil && !errors.Is(err, ErrScript) {
			t.Errorf("unnamed error %v", err)
		}
	})
}
