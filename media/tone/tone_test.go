package tone

import (
	"math"
	"math/rand/v2"
	"testing"

	"zuoxi/media/g711"
)

func TestLevelOfEachTone(t *testing.T) {
	g := New(8000, -6, 700, 1200)
	pcm := make([]int16, 800)
	g.Fill(pcm)
	for hz, want := range map[float64]float64{700: -12, 1200: -12} {
		if got := Level(pcm, 8000, hz); math.Abs(got-want) > 0.2 {
			t.Errorf("%v Hz at %.1f dBFS, want %v", hz, got, want)
		}
	}
	if got := Level(pcm, 8000, 950); got > -60 {
		t.Errorf("950 Hz is not there but measures %.1f dBFS", got)
	}
	if Level(nil, 8000, 700) != -120 || Level(make([]int16, 80), 8000, 700) != -120 {
		t.Error("silence has a level")
	}
}

func TestFillIsContinuous(t *testing.T) {
	whole, parts := make([]int16, 1000), make([]int16, 1000)
	New(8000, -3, 440).Fill(whole)
	g := New(8000, -3, 440)
	for i := 0; i < 1000; i += 50 {
		g.Fill(parts[i : i+50])
	}
	for i := range whole {
		if whole[i] != parts[i] {
			t.Fatalf("sample %d differs", i)
		}
	}
}

func TestFindInNoiseThroughCodec(t *testing.T) {
	mark := Chirp(8000, 400, 3000, 0.04, -10)
	rng := rand.New(rand.NewPCG(3, 4))
	rec := make([]int16, 8000)
	for i := range rec {
		rec[i] = int16(rng.NormFloat64() * 300)
	}
	for i, v := range mark {
		rec[4321+i] += v / 4
	}
	coded := make([]byte, len(rec))
	g711.EncodeALaw(coded, rec)
	g711.DecodeALaw(rec, coded)
	at, q := Find(rec, mark)
	if at != 4321 || q < 0.8 {
		t.Fatalf("found at %d with %.2f", at, q)
	}
	if _, q := Find(rec[:4000], mark); q > 0.4 {
		t.Fatalf("found in noise with %.2f", q)
	}
}

func TestFindNothing(t *testing.T) {
	if at, q := Find(make([]int16, 100), Chirp(8000, 400, 800, 0.005, 0)); at != -1 || q != 0 {
		t.Fatal("found in silence")
	}
	if at, _ := Find(make([]int16, 3), make([]int16, 4)); at != -1 {
		t.Fatal("found a mark longer than the recording")
	}
}

func TestNoAllocation(t *testing.T) {
	g, pcm := New(8000, -3, 440, 480), make([]int16, 160)
	if n := testing.AllocsPerRun(50, func() { g.Fill(pcm); Level(pcm, 8000, 440) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}
