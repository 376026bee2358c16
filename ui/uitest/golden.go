package uitest

import (
	"os"
	"path/filepath"
	"strings"

	"zuoxi/ui/text"
)

// Golden compares the screen with testdata/NAME.golden, and checks that every
// row is exactly as wide as the terminal. UPDATE=1 writes the file.
func (s *Screen) Golden(name string) {
	s.tb.Helper()
	for y, l := range s.Lines() {
		if w := text.Width(l); w != s.emu.Width() {
			s.tb.Fatalf("%s: row %d is %d wide, want %d: %q", name, y, w, s.emu.Width(), l)
		}
	}
	path := filepath.Join("testdata", name+".golden")
	got := s.Text() + "\n"
	if os.Getenv("UPDATE") != "" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			s.tb.Fatalf("%v", err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			s.tb.Fatalf("%v", err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		s.tb.Fatalf("%v (UPDATE=1 writes it)", err)
	}
	if got == string(want) {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			s.tb.Fatalf("%s: row %d differs (UPDATE=1 accepts)\n got %s\nwant %s\nscreen:\n%s", name, i, g[i], w[i], got)
		}
	}
	s.tb.Fatalf("%s: %d rows, want %d", name, len(g), len(w))
}
