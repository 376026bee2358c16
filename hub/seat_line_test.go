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

// TestBoardTellsTheWorseWay: what the caller hears counts as much as what the
// agent does.
func TestBoardTellsTheWorseWay(t *testing.T) {
	good := wire.MediaReport{MOS: 4.3, RTT: 80, Codec: "PCMA"}
	bad := wire.MediaReport{MOS: 2.6, Codec: "PCMA", Jitter: 4, Loss: 0.2, Concealed: 0.19}
	for _, k := range []struct {
		down, up wire.MediaReport
		mos      float64
		why      string
	}{
		{good, bad, 2.6, "来电人听 PCMA 往返80 抖动4 缓冲0 丢20.0% 补19.0%"},
		{bad, good, 2.6, "PCMA 往返0 抖动4 缓冲0 丢20.0% 补19.0%"},
		{good, good, 4.3, ""},
		{good, wire.MediaReport{}, 4.3, ""},
		{wire.MediaReport{}, bad, 2.6, "来电人听 PCMA 往返0 抖动4 缓冲0 丢20.0% 补19.0%"},
	} {
		if mos, why := (&heardLine{down: k.down, up: k.up}).worse(); mos != k.mos || why != k.why {
			t.Errorf("%.1f %q, want %.1f %q", mos, why, k.mos, k.why)
		}
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
