// Command shoot makes the README's pictures from the program's own frames:
//
//	go run ./ui/uitest/shoot docs/screens
//
// Its test tells when the pictures in docs/screens are no longer what the
// program draws.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"zuoxi/ui/sample"
	"zuoxi/ui/uitest"
)

// studio stands in for a test.
type studio struct{ after []func() }

func (s *studio) Helper()          {}
func (s *studio) Cleanup(f func()) { s.after = append(s.after, f) }
func (s *studio) Fatalf(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

func (s *studio) close() {
	for _, f := range slices.Backward(s.after) {
		f()
	}
	s.after = nil
}

// pictures are the scenes, by file name.
var pictures = map[string]func(tb uitest.TB) *uitest.Screen{
	"login": func(tb uitest.TB) *uitest.Screen { return uitest.Portrait(tb, 120, 40, sample.SignedOut()) },
	"idle": func(tb uitest.TB) *uitest.Screen {
		s := uitest.Portrait(tb, 120, 40, sample.Idle())
		s.Press("f7", "ylj")
		s.Wait("2 条")
		return s
	},
	"ringing":    func(tb uitest.TB) *uitest.Screen { return uitest.Portrait(tb, 120, 40, sample.Ringing()) },
	"talk":       func(tb uitest.TB) *uitest.Screen { return writing(tb, 120, 40) },
	"talk-80x24": func(tb uitest.TB) *uitest.Screen { return writing(tb, 80, 24) },
	"transfer": func(tb uitest.TB) *uitest.Screen {
		s := uitest.Portrait(tb, 120, 40, sample.Talking())
		s.Press("f6", "nj sb")
		s.Show(sample.Consulting())
		return s
	},
	"board":  func(tb uitest.TB) *uitest.Screen { return uitest.Portrait(tb, 120, 40, sample.Listening()) },
	"wrapup": func(tb uitest.TB) *uitest.Screen { return uitest.Portrait(tb, 120, 40, sample.WrappingUp()) },
}

// writing is an agent who reads an article and fills in the record.
func writing(tb uitest.TB, w, h int) *uitest.Screen {
	s := uitest.Portrait(tb, w, h, sample.Talking())
	s.Press("f7", "ylj wdz")
	s.Wait("1 条")
	s.Press("enter", "tab")
	for range 6 {
		s.Press("tab")
	}
	s.Press("三月份养老金未到账，要求核实发放状态并回电。")
	return s
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: shoot FOLDER")
		os.Exit(2)
	}
	dir := os.Args[1]
	st := &studio{}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		st.Fatalf("%v", err)
	}
	for name, scene := range pictures {
		if err := os.WriteFile(filepath.Join(dir, name+".svg"), []byte(scene(st).SVG()), 0o644); err != nil {
			st.Fatalf("%v", err)
		}
		st.close()
	}
}
