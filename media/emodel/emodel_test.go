package emodel

import (
	"math"
	"testing"
	"time"
)

func TestPublishedPoints(t *testing.T) {
	// A perfect narrow-band call is rated 93.2, which is a MOS of 4.41.
	r := Estimate(Input{OneWay: 50 * time.Millisecond, Codec: G711})
	if r.R != 93.2 || math.Abs(r.MOS-4.41) > 0.005 {
		t.Errorf("a perfect call: %+v", r)
	}
	// G.107 annex B: R of 50, 60, 70, 80, 90 and their MOS.
	for rating, mos := range map[float64]float64{50: 2.58, 60: 3.10, 70: 3.60, 80: 4.02, 90: 4.34} {
		if got := MOS(rating); math.Abs(got-mos) > 0.01 {
			t.Errorf("R %v is MOS %.3f, want %.2f", rating, got, mos)
		}
	}
	// Idd alone is about 3.5 at 200 ms and 15 at 300 ms.
	for ms, want := range map[int]float64{100: 0, 200: 3.1, 300: 15.0, 400: 24.0} {
		if got := delay(time.Duration(ms) * time.Millisecond); math.Abs(got-want) > 1.5 {
			t.Errorf("%d ms cost %.2f, want about %.1f", ms, got, want)
		}
	}
	// G.113: A-law with concealment at 5 % random loss costs about 16.
	if got := Estimate(Input{Loss: 0.05, Codec: G711}).IeEff; math.Abs(got-15.8) > 0.1 {
		t.Errorf("5 %% loss cost %.2f", got)
	}
}

func TestMonotonic(t *testing.T) {
	for _, c := range []Codec{G711Plain, G711, Opus, OpusLow, OpusFEC, OpusFECLow} {
		last := 5.0
		for loss := 0.0; loss <= 0.4; loss += 0.01 {
			r := Estimate(Input{OneWay: 80 * time.Millisecond, Loss: loss, Burst: 1.2, Codec: c})
			if r.MOS > last || r.MOS < 1 || r.R < 0 {
				t.Fatalf("%s at %.2f: %+v after MOS %.3f", c.Name, loss, r, last)
			}
			last = r.MOS
		}
	}
	if a, b := Estimate(Input{Loss: 0.1, Codec: Opus}).R, Estimate(Input{Loss: 0.1, Codec: OpusFEC}).R; a >= b {
		t.Errorf("repeating is worth nothing at 10 %%: %v and %v", a, b)
	}
	if a, b := Estimate(Input{Codec: Opus}).R, Estimate(Input{Codec: OpusFEC}).R; a <= b {
		t.Errorf("repeating costs nothing on a clean line: %v and %v", a, b)
	}
}

func TestInputsComeBackAndAreBounded(t *testing.T) {
	in := Input{OneWay: 150 * time.Millisecond, Loss: 0.02, Burst: 1.5, Codec: G711}
	if r := Estimate(in); r.Input != in {
		t.Errorf("%+v", r.Input)
	}
	r := Estimate(Input{OneWay: -time.Second, Loss: 9, Burst: -1, Codec: G711})
	if r.Input.Loss != 1 || r.Input.Burst != 1 || r.Input.OneWay != 0 || r.MOS < 1 || math.IsNaN(r.R) {
		t.Errorf("%+v", r)
	}
}
