package score

import (
	"errors"
	"math"
	"testing"

	"go.uber.org/goleak"

	"zuoxi/media/mediatest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const hz = 16000

func speech(seconds float64) []float64 {
	pcm, _ := mediatest.Speech(hz, seconds, 4)
	return float(pcm)
}

func float(pcm []int16) []float64 {
	out := make([]float64, len(pcm))
	for i, v := range pcm {
		out[i] = float64(v) / 32768
	}
	return out
}

func compare(t *testing.T, said, heard []float64) Result {
	t.Helper()
	r, err := Compare(said, heard, hz, 1)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// late is x some samples later.
func late(x []float64, n int) []float64 { return append(make([]float64, n), x...) }

func TestTheSameSpeechLater(t *testing.T) {
	x := speech(8)
	r := compare(t, x, late(x, hz/8))
	if r.ESTOI < 0.999 || r.Delay != 125 || r.Spread != 0 || r.Holes != 0 {
		t.Errorf("%+v", r)
	}
}

func TestQuieterIsNotWorse(t *testing.T) {
	x := speech(8)
	y := make([]float64, len(x))
	for i := range y {
		y[i] = x[i] / 8
	}
	if r := compare(t, x, y); r.ESTOI < 0.999 || r.Holes != 0 {
		t.Errorf("%+v", r)
	}
}

// drop silences every n-th piece of 20 ms.
func drop(x []float64, n int) []float64 {
	y := append([]float64(nil), x...)
	for i := 0; i*320+320 <= len(y); i++ {
		if i%n == 0 {
			clear(y[i*320 : i*320+320])
		}
	}
	return y
}

func TestWorseSpeechScoresLess(t *testing.T) {
	x := speech(12)
	last := Result{ESTOI: 1}
	for _, n := range []int{20, 10, 5, 3} {
		r := compare(t, x, late(drop(x, n), 800))
		if r.ESTOI >= last.ESTOI || r.Holes <= last.Holes {
			t.Errorf("every %d. piece lost: %+v, before %+v", n, r, last)
		}
		if math.Abs(r.Holes-1/float64(n)) > 0.05 {
			t.Errorf("every %d. piece lost: %.3f holes", n, r.Holes)
		}
		last = r
	}
	noise := mediatest.Noise(len(x), -20, 2)
	if r := compare(t, x, float(noise)); r.ESTOI > 0.3 {
		t.Errorf("noise scores %.3f", r.ESTOI)
	}
}

// A buffer that grows in mid-call moves what comes after; that is not a fault
// of the sound.
func TestUtterancesAreAlignedEachByItself(t *testing.T) {
	x := speech(12)
	pcm, spans := mediatest.Speech(hz, 12, 4)
	cut := (spans[1].To + spans[2].From) / 2
	y := append(late(float(pcm[:cut]), 800), late(x[cut:], 640)...)
	r := compare(t, x, y)
	if r.ESTOI < 0.98 || r.Spread < 39 || r.Spread > 41 {
		t.Errorf("%+v", r)
	}
}

func TestNoSpeech(t *testing.T) {
	if _, err := Compare(make([]float64, hz), make([]float64, hz), hz, 1); !errors.Is(err, ErrNoSpeech) {
		t.Errorf("silence gives %v", err)
	}
	if _, err := Compare(nil, nil, hz, 1); !errors.Is(err, ErrNoSpeech) {
		t.Errorf("nothing gives %v", err)
	}
}

func TestResampleKeepsTimeAndLevel(t *testing.T) {
	x := make([]float64, 48000)
	for i := range x {
		x[i] = math.Sin(2 * math.Pi * 1000 * float64(i) / 48000)
	}
	y := Resample(x, 48000, 8000)
	for i := 200; i < 7800; i++ {
		if want := math.Sin(2 * math.Pi * 1000 * float64(i) / 8000); math.Abs(y[i]-want) > 0.01 {
			t.Fatalf("sample %d is %.3f, want %.3f", i, y[i], want)
		}
	}
}
