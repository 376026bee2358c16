package hub

import (
	"math"
	"testing"

	"zuoxi/wire"
)

func TestWhatASeatSaysOfItsLineIsSane(t *testing.T) {
	got := saneReport(wire.MediaReport{MOS: math.NaN(), RTT: math.Inf(1), Loss: -3, Concealed: 7, Jitter: 12})
	if want := (wire.MediaReport{RTT: 60_000, Concealed: 1, Jitter: 12}); got != want {
		t.Fatalf("%+v", got)
	}
}

func TestBoardSaysWhyALineIsBad(t *testing.T) {
	if s := lineFigures(wire.MediaReport{MOS: 4.2}); s != "" {
		t.Errorf("a good line: %q", s)
	}
	if s := lineFigures(wire.MediaReport{MOS: 3.1, Codec: "Opus", RTT: 80, Jitter: 41, Depth: 66, Loss: 0.12, Concealed: 0.04}); s != "Opus 往返80 抖动41 缓冲66 丢12.0% 补4.0%" {
		t.Errorf("%q", s)
	}
}
