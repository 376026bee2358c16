package plc

import (
	"math/rand/v2"
	"slices"
	"testing"

	"zuoxi/media/level"
	"zuoxi/media/mediatest"
	"zuoxi/media/tone"
)

// lose plays speech with packets missing and the gaps filled by fill.
func lose(pcm []int16, rate int, share float64, seed uint64, fill func(gap, before []int16), good func([]int16)) []int16 {
	rng := rand.New(rand.NewPCG(seed, 5))
	out := append([]int16(nil), pcm...)
	n := rate / 50
	for at := n; at+n <= len(out); at += n {
		if rng.Float64() < share {
			fill(out[at:at+n], out[at-n:at])
		} else {
			good(out[at : at+n])
		}
	}
	return out
}

func TestBetterThanHolesAndRepetition(t *testing.T) {
	none := func([]int16) {}
	for _, rate := range []int{8000, 16000} {
		for _, share := range []float64{0.05, 0.1, 0.2} {
			pcm, _ := mediatest.Speech(rate, 20, 3)
			c := New(rate)
			ours := mediatest.ESTOI(pcm, lose(pcm, rate, share, 1, func(gap, _ []int16) { c.Conceal(gap) }, c.Good), rate)
			holes := mediatest.ESTOI(pcm, lose(pcm, rate, share, 1, func(gap, _ []int16) { clear(gap) }, none), rate)
			again := mediatest.ESTOI(pcm, lose(pcm, rate, share, 1, func(gap, before []int16) { copy(gap, before) }, none), rate)
			t.Logf("%d Hz, %v lost: concealed %.4f, holes %.4f, repetition %.4f", rate, share, ours, holes, again)
			if ours < holes+share/10 || ours < again+share/20 {
				t.Errorf("%d Hz, %v lost: concealed %.4f, holes %.4f, repetition %.4f", rate, share, ours, holes, again)
			}
		}
	}
}

func TestSteadyToneGoesOnWithoutAStep(t *testing.T) {
	pcm := make([]int16, 1600)
	tone.New(8000, -6, 160).Fill(pcm)
	c := New(8000)
	c.Good(pcm[:800])
	c.Conceal(pcm[800:880])
	c.Good(pcm[880:])
	whole := make([]int16, 1600)
	tone.New(8000, -6, 160).Fill(whole)
	if got, natural := mediatest.SteepestStep(pcm), mediatest.SteepestStep(whole); got > natural*5/4 {
		t.Fatalf("a step of %d where the tone has %d", got, natural)
	}
	for i := 800; i < 880; i++ {
		if off := int(pcm[i]) - int(whole[i]); off > 2000 || off < -2000 {
			t.Fatalf("sample %d of a lost tone is off by %d", i, off)
		}
	}
}

func TestFadesToSilenceAndBack(t *testing.T) {
	pcm := make([]int16, 1600)
	g := tone.New(8000, -6, 200)
	g.Fill(pcm)
	c := New(8000)
	c.Good(pcm)
	gap := make([]int16, 800)
	for i := 0; i < 800; i += 37 {
		c.Conceal(gap[i:min(800, i+37)])
	}
	if l := level.RMS(gap[:80]); l < -10.5 {
		t.Errorf("the first 10 ms at %.1f dBFS", l)
	}
	if l := level.RMS(gap[320:400]); l > -18 || l < -35 {
		t.Errorf("after 40 ms at %.1f dBFS", l)
	}
	if l := level.RMS(gap[480:]); l != level.Floor {
		t.Errorf("after 60 ms still %.1f dBFS", l)
	}
	if c.Lost() != 800 {
		t.Errorf("the gap counts %d samples", c.Lost())
	}
	g.Fill(pcm)
	want := pcm[200]
	c.Good(pcm)
	if c.Lost() != 0 || pcm[200] != want {
		t.Error("good speech is still touched after the fade")
	}
}

func TestGoodSpeechIsUntouched(t *testing.T) {
	pcm, _ := mediatest.Speech(8000, 1, 1)
	got := append([]int16(nil), pcm...)
	c := New(8000)
	for i := 0; i+80 <= len(got); i += 80 {
		c.Good(got[i : i+80])
	}
	if !slices.Equal(pcm, got) {
		t.Fatal("a line without loss is changed")
	}
	c.Reset()
	gap := make([]int16, 160)
	c.Conceal(gap)
	if level.RMS(gap) > -80 {
		t.Fatal("sound remembered after Reset")
	}
}

func TestNoAllocation(t *testing.T) {
	pcm, _ := mediatest.Speech(8000, 3, 1)
	c, at := New(8000), 0
	if n := testing.AllocsPerRun(100, func() {
		c.Good(pcm[at : at+80])
		c.Conceal(pcm[at+80 : at+160])
		at += 160
	}); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func BenchmarkConceal(b *testing.B) {
	pcm, _ := mediatest.Speech(8000, 3, 1)
	c, gap := New(8000), make([]int16, 160)
	for b.Loop() {
		c.Good(pcm[8000:8320])
		c.Conceal(gap)
	}
}
