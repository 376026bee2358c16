package level

import (
	"math"
	"testing"

	"zuoxi/media/tone"
)

func TestSineReadsItsLevel(t *testing.T) {
	m, pcm := New(8000), make([]int16, 160)
	g := tone.New(8000, -20, 1000)
	for range 100 {
		g.Fill(pcm)
		m.Push(pcm)
	}
	r := m.Read()
	if math.Abs(r.RMS+23) > 0.1 || math.Abs(r.Peak+20) > 0.1 || r.Clipped != 0 {
		t.Fatalf("%+v", r)
	}
	if got := RMS(pcm); math.Abs(got+23) > 0.1 {
		t.Fatalf("the piece reads %.2f", got)
	}
}

func TestDecayAndSilence(t *testing.T) {
	m := New(8000)
	if r := m.Read(); r.RMS != Floor || r.Peak != Floor {
		t.Fatalf("before any sound %+v", r)
	}
	pcm := make([]int16, 80)
	tone.New(8000, -6, 500).Fill(pcm)
	m.Push(pcm)
	loud := m.Read()
	for range 100 {
		m.Push(make([]int16, 80))
	}
	quiet := m.Read()
	if quiet.Peak > loud.Peak-8 || quiet.RMS > loud.RMS-25 {
		t.Fatalf("after a second of silence %+v", quiet)
	}
	if quiet.Sound != loud.Sound || loud.Sound == 0 {
		t.Fatal("digital silence counted as sound")
	}
}

func TestClipping(t *testing.T) {
	m, pcm := New(8000), make([]int16, 8000)
	g := tone.New(8000, 0, 200)
	g.Fill(pcm)
	for i, v := range pcm {
		pcm[i] = int16(max(-32768, min(32767, int(v)*3)))
	}
	m.Push(pcm)
	if c := m.Read().Clipped; c < 350 || c > 450 {
		t.Fatalf("200 Hz cut at both ends for 1 s: %d clips", c)
	}
}

func TestNoAllocation(t *testing.T) {
	m, pcm := New(8000), make([]int16, 160)
	if n := testing.AllocsPerRun(50, func() { m.Push(pcm); m.Read() }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}
