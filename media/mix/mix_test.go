package mix

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"zuoxi/media/tone"
)

func block(seed uint64, n int) []int16 {
	rng := rand.New(rand.NewPCG(seed, 0))
	b := make([]int16, n)
	for i := range b {
		b[i] = int16(rng.IntN(65536) - 32768)
	}
	return b
}

func TestSingleVoiceIsUntouched(t *testing.T) {
	var m Matrix
	m.SetGain(0, 1, 1)
	m.SetGain(1, 0, 1)
	in := [][]int16{block(1, 160), block(2, 160)}
	out := [][]int16{make([]int16, 160), make([]int16, 160)}
	m.Mix(out, in)
	if !slices.Equal(out[0], in[1]) || !slices.Equal(out[1], in[0]) {
		t.Fatal("a call of two is not passed bit by bit")
	}
}

// A lead (2) hears both and is heard by the agent (1) only.
func TestWhisper(t *testing.T) {
	var m Matrix
	for _, pair := range [][2]int{{0, 1}, {1, 0}, {1, 2}, {2, 0}, {2, 1}} {
		m.SetGain(pair[0], pair[1], 1)
	}
	in := make([][]int16, 3)
	for i, hz := range []float64{500, 900, 1500} {
		in[i] = make([]int16, 800)
		tone.New(8000, -20, hz).Fill(in[i])
	}
	out := [][]int16{make([]int16, 800), make([]int16, 800), make([]int16, 800)}
	m.Mix(out, in)
	for l, hears := range [][3]bool{{false, true, false}, {true, false, true}, {true, true, false}} {
		for s, hz := range []float64{500, 900, 1500} {
			level := tone.Level(out[l], 8000, hz)
			if hears[s] != (math.Abs(level+20) < 0.3) || !hears[s] && level > -70 {
				t.Errorf("leg %d hears leg %d at %.1f dBFS", l, s, level)
			}
		}
	}
	m.Clear(2)
	m.Mix(out, in)
	if !slices.Equal(out[1], in[0]) || tone.Level(out[2], 8000, 500) > -100 {
		t.Error("the lead is still there after leaving")
	}
}

func TestGainAndLimit(t *testing.T) {
	var m Matrix
	m.SetGain(0, 1, 0.5)
	m.SetGain(2, 0, 1)
	m.SetGain(2, 1, 1)
	in := [][]int16{{30000, -30000, 100}, {30000, -30000, 100}}
	out := [][]int16{make([]int16, 3), nil, make([]int16, 3)}
	m.Mix(out, in)
	if !slices.Equal(out[0], []int16{15000, -15000, 50}) {
		t.Errorf("half gain gives %v", out[0])
	}
	if s := out[2]; s[0] < 30000 || s[1] > -30000 || s[2] != 200 {
		t.Errorf("a sum over full scale gives %v", s)
	}
}

func TestLimitIsMonotonic(t *testing.T) {
	last := int16(math.MinInt16)
	for v := float32(-600000); v < 600000; v += 50 {
		got := Limit(v)
		if got < last {
			t.Fatalf("%v gives %d after %d", v, got, last)
		}
		last = got
	}
}

func TestSilentAndShortSpeakers(t *testing.T) {
	var m Matrix
	m.SetGain(0, 1, 1)
	m.SetGain(0, 2, 1)
	out := [][]int16{{9, 9, 9}}
	m.Mix(out, [][]int16{nil, {7, 7}, nil})
	if !slices.Equal(out[0], []int16{7, 7, 0}) {
		t.Fatalf("%v", out[0])
	}
	m.Mix(out, nil)
	if !slices.Equal(out[0], []int16{0, 0, 0}) {
		t.Fatalf("%v", out[0])
	}
	m.SetGain(-1, 99, 1)
	if _, ok := m.Sole(-1, 1); ok || m.Gain(99, 0) != 0 {
		t.Fatal("a leg that cannot be is heard")
	}
}

func TestNoAllocation(t *testing.T) {
	var m Matrix
	in, out := make([][]int16, MaxLegs), make([][]int16, MaxLegs)
	for i := range in {
		in[i], out[i] = block(uint64(i), 160), make([]int16, 160)
		for k := range in {
			m.SetGain(i, k, 1)
		}
	}
	if n := testing.AllocsPerRun(20, func() { m.Mix(out, in) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}
