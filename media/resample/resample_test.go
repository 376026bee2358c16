package resample

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"zuoxi/media/tone"
)

// run feeds a stream in uneven pieces.
func run(r *Resampler, src []int16, outs int) []int16 {
	dst := make([]int16, outs)
	rng := rand.New(rand.NewPCG(1, 1))
	w := 0
	for w < len(dst) {
		n := min(len(src), 1+rng.IntN(700))
		dw, dr := r.ProcessInt16(dst[w:min(len(dst), w+1+rng.IntN(300))], src[:n])
		w += dw
		src = src[dr:]
		if dw == 0 && len(src) == 0 {
			break
		}
	}
	return dst[:w]
}

func sine(rate int, hz float64, n int) []int16 {
	s := make([]int16, n)
	tone.New(rate, -6, hz).Fill(s)
	return s
}

func TestTonesPassAndAliasesDoNot(t *testing.T) {
	for _, c := range []struct{ in, out int }{
		{48000, 8000}, {8000, 48000}, {48000, 16000}, {16000, 48000}, {44100, 8000}, {8000, 44100}, {16000, 8000}, {8000, 16000},
	} {
		low := float64(min(c.in, c.out))
		for _, hz := range []float64{300, 1000, low * 0.39} {
			got := run(New(c.in, c.out), sine(c.in, hz, c.in), c.out)
			if math.Abs(float64(len(got)-c.out)) > float64(c.out)*0.01 {
				t.Fatalf("%v: %d samples out of a second", c, len(got))
			}
			piece := got[c.out/4 : c.out/2]
			if l := tone.Level(piece, c.out, hz); math.Abs(l+6) > 0.6 {
				t.Errorf("%v: %v Hz comes out at %.2f dBFS", c, hz, l)
			}
			if noise := residue(piece, c.out, hz); noise > -60 {
				t.Errorf("%v: beside %v Hz %.1f dBFS of something else", c, hz, noise)
			}
		}
	}
	// 5 kHz has no place at 8 kHz; it would fold to 3 kHz.
	got := run(New(48000, 8000), sine(48000, 5000, 48000), 8000)
	if l := tone.Level(got[2000:4000], 8000, 3000); l > -60 {
		t.Errorf("5 kHz folds to 3 kHz at %.1f dBFS", l)
	}
}

// residue is the level of what is left when the best fitting sine is taken away.
func residue(pcm []int16, rate int, hz float64) float64 {
	w := 2 * math.Pi * hz / float64(rate)
	var cc, cs, ss, xc, xs float64
	for i, v := range pcm {
		s, c := math.Sincos(w * float64(i))
		cc, cs, ss = cc+c*c, cs+c*s, ss+s*s
		xc, xs = xc+float64(v)*c, xs+float64(v)*s
	}
	det := cc*ss - cs*cs
	a, b := (xc*ss-xs*cs)/det, (xs*cc-xc*cs)/det
	sum := 0.0
	for i, v := range pcm {
		s, c := math.Sincos(w * float64(i))
		d := float64(v) - a*c - b*s
		sum += d * d
	}
	return 20 * math.Log10(math.Sqrt(sum/float64(len(pcm)))/32768)
}

func TestEqualRatesCopyExactly(t *testing.T) {
	r, src := New(8000, 8000), sine(8000, 777, 4000)
	got := run(r, src, 4000)
	if len(got) != len(src)-r.Delay() {
		t.Fatalf("%d samples of %d with a delay of %d", len(got), len(src), r.Delay())
	}
	for i := range got {
		if got[i] != src[i] {
			t.Fatalf("sample %d is %d, want %d", i, got[i], src[i])
		}
	}
}

func TestTrimDoesNotClick(t *testing.T) {
	r := New(8000, 8000)
	src := sine(8000, 400, 80000)
	dst := make([]int16, 160)
	var all []int16
	for i := 0; len(src) > 200; i++ {
		r.Trim(float64(i%7-3) * 300)
		w, n := r.ProcessInt16(dst, src)
		all = append(all, dst[:w]...)
		src = src[n:]
	}
	steepest := 16384 * 2 * math.Pi * 400 / 8000
	for i := 100; i < len(all); i++ {
		if d := math.Abs(float64(all[i]) - float64(all[i-1])); d > steepest*1.02 {
			t.Fatalf("step of %.0f at %d, a sine of 400 Hz has at most %.0f", d, i, steepest)
		}
	}
}

func TestTrimRatio(t *testing.T) {
	r := New(8000, 8000)
	r.Trim(200)
	src, dst := make([]int16, 80), make([]int16, 200)
	in, out := 0, 0
	for range 100 * 600 {
		w, n := r.ProcessInt16(dst, src)
		in, out = in+n, out+w
	}
	if ppm := (float64(in)/float64(out) - 1) * 1e6; math.Abs(ppm-200) > 5 {
		t.Fatalf("%d in, %d out: %.1f ppm", in, out, ppm)
	}
}

func TestNeedIsEnough(t *testing.T) {
	for _, c := range []struct{ in, out int }{{48000, 8000}, {8000, 48000}, {44100, 16000}, {8000, 8000}} {
		r := New(c.in, c.out)
		r.Trim(150)
		dst := make([]int16, 441)
		for i := range 300 {
			want := 1 + i%441
			w, n := r.ProcessInt16(dst[:want], make([]int16, r.Need(want)))
			if w != want {
				t.Fatalf("%v: asked for %d, got %d from %d", c, want, w, n)
			}
		}
	}
}

func TestFloatAndIntAgree(t *testing.T) {
	src := sine(16000, 500, 1600)
	f := make([]float32, len(src))
	for i, s := range src {
		f[i] = float32(s)
	}
	a, b := make([]int16, 4800), make([]float32, 4800)
	na, _ := New(16000, 48000).ProcessInt16(a, src)
	nb, _ := New(16000, 48000).Process(b, f)
	if na != nb {
		t.Fatalf("%d and %d samples", na, nb)
	}
	for i := range na {
		if math.Abs(float64(b[i])-float64(a[i])) > 0.51 {
			t.Fatalf("sample %d: %v and %v", i, a[i], b[i])
		}
	}
}

func TestNoAllocation(t *testing.T) {
	r, src, dst := New(48000, 8000), make([]float32, 480), make([]float32, 100)
	s16, d16 := make([]int16, 480), make([]int16, 100)
	if n := testing.AllocsPerRun(100, func() { r.Process(dst, src); r.ProcessInt16(d16, s16); r.Trim(3) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func TestDot(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for n := range 40 {
		x, h := make([]float32, n), make([]float32, n+3)
		for i := range x {
			x[i] = rng.Float32() - 0.5
		}
		for i := range h {
			h[i] = rng.Float32() - 0.5
		}
		if got, want := dot(x, h), plainDot(x, h); math.Abs(float64(got-want)) > 1e-5 {
			t.Errorf("%d products sum up to %v, want %v", n, got, want)
		}
	}
}

// TestGridIsWhatFractionsGive: untrimmed, whole numbers lead to the same samples
// as fractions do.
func TestGridIsWhatFractionsGive(t *testing.T) {
	for _, c := range []struct{ in, out int }{{48000, 16000}, {16000, 48000}, {44100, 16000}, {16000, 44100}, {16000, 16000}} {
		src := sine(c.in, 700, c.in)
		whole, parts := New(c.in, c.out), New(c.in, c.out)
		parts.on = false
		a, b := run(whole, src, c.out), run(parts, src, c.out)
		if !whole.on || len(a)-len(b) > 1 || len(b)-len(a) > 1 {
			t.Fatalf("%v: on the grid %v, %d and %d samples", c, whole.on, len(a), len(b))
		}
		for i := range min(len(a), len(b)) {
			if d := int(a[i]) - int(b[i]); d > 1 || d < -1 {
				t.Fatalf("%v: sample %d is %d and %d", c, i, a[i], b[i])
			}
		}
	}
}

// BenchmarkBlock is 10 ms.
func BenchmarkBlock(b *testing.B) {
	for _, c := range []struct{ in, out int }{{48000, 16000}, {16000, 48000}, {16000, 8000}, {8000, 16000}, {44100, 16000}, {16000, 16000}} {
		b.Run(fmt.Sprintf("%dto%d", c.in, c.out), func(b *testing.B) {
			r, src, dst := New(c.in, c.out), make([]float32, c.in/100), make([]float32, c.out/100+2)
			for b.Loop() {
				r.Process(dst, src)
			}
		})
	}
}
