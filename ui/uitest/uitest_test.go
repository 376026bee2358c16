package uitest

import (
	"encoding/xml"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"zuoxi/ui/sample"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDriverSeesWhatWasTyped(t *testing.T) {
	s := Start(t, 80, 24, sample.Idle(), nil)
	s.Press("f7", "养老")
	if !s.Has("查 养老") || s.Before() == "" {
		t.Errorf("screen:\n%s", s.Text())
	}
	if n := s.Sent(); n == 0 || s.Sent() != 0 {
		t.Errorf("%d bytes", n)
	}
	if len(s.Said()) != 0 {
		t.Error("typing spoke to the session")
	}
}

func TestKeyBytes(t *testing.T) {
	for k, want := range map[string]string{"f3": "\x1bOR", "ctrl+p": "\x10", "养": "养", "enter": "\r"} {
		if got := Bytes(k); got != want {
			t.Errorf("%s: %q", k, got)
		}
	}
}

func TestPictureHoldsTheWords(t *testing.T) {
	s := Start(t, 120, 36, sample.Talking(), nil)
	svg := s.SVG()
	if err := xml.Unmarshal([]byte(svg), new(struct{})); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"来电人", "139****0042", `textLength="16.8"`} {
		if !strings.Contains(svg, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(svg, "│") {
		t.Error("lines are drawn as characters")
	}
}
