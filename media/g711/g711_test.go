package g711

import (
	"math"
	"testing"
)

// G.711 cuts each octave of magnitude into 16 equal steps (the lowest two of
// A-law share one size; µ-law counts octaves from a bias of 132): the decoded
// value may be off by half a step, plus what the law cannot see.
func TestWithinHalfAStep(t *testing.T) {
	code := make([]byte, 1)
	var lastA, lastU int16 = math.MinInt16, math.MinInt16
	for s := -32768; s <= 32767; s++ {
		in := []int16{int16(s)}
		EncodeALaw(code, in)
		a := decA[code[0]]
		octave := math.Floor(math.Log2(max(512, math.Abs(float64(a)))))
		if off := math.Abs(float64(s) - float64(a)); off > math.Exp2(octave-5)+1 {
			t.Fatalf("A-law of %d decodes to %d", s, a)
		}
		EncodeULaw(code, in)
		u := decU[code[0]]
		octave = math.Floor(math.Log2(math.Abs(float64(u)) + 132))
		if off := math.Abs(float64(s) - float64(u)); off > math.Exp2(octave-5)+4 && s > -32636 && s < 32636 {
			t.Fatalf("µ-law of %d decodes to %d", s, u)
		}
		if a < lastA || u < lastU {
			t.Fatalf("%d decodes to less than its neighbour", s)
		}
		lastA, lastU = a, u
	}
}

// Values from the tables of the recommendation, scaled to 16 bits.
func TestKnownVectors(t *testing.T) {
	for _, v := range []struct {
		code byte
		a, u int16
	}{
		{0xD5, 8, 716}, {0x55, -8, -716},
		{0xAA, 32256, 5372}, {0x2A, -32256, -5372},
		{0xFF, 848, 0}, {0x7F, -848, 0},
		{0x80, 5504, 32124}, {0x00, -5504, -32124},
	} {
		if decA[v.code] != v.a || decU[v.code] != v.u {
			t.Errorf("%#x decodes to %d and %d, want %d and %d", v.code, decA[v.code], decU[v.code], v.a, v.u)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for i := range 256 {
		in := []byte{byte(i)}
		pcm, out := make([]int16, 1), make([]byte, 1)
		DecodeALaw(pcm, in)
		EncodeALaw(out, pcm)
		if out[0] != in[0] {
			t.Errorf("A-law %#x comes back as %#x", in[0], out[0])
		}
		DecodeULaw(pcm, in)
		EncodeULaw(out, pcm)
		// µ-law has two zeros; the negative one comes back as the positive.
		if out[0] != in[0] && in[0] != 0x7F {
			t.Errorf("µ-law %#x comes back as %#x", in[0], out[0])
		}
	}
}

func TestRecodeStaysClose(t *testing.T) {
	for i := range 256 {
		b := []byte{byte(i)}
		ALawToULaw(b, b)
		was, is := float64(decA[i]), float64(decU[b[0]])
		if math.Abs(was-is) > 16+math.Abs(was)/16 {
			t.Errorf("A-law %#x = %v became µ-law %v", i, was, is)
		}
		ULawToALaw(b, b)
		if is = float64(decA[b[0]]); math.Abs(was-is) > 32+math.Abs(was)/16 {
			t.Errorf("A-law %#x = %v came back as %v", i, was, is)
		}
	}
}

func TestShortestLengthAndNoAllocation(t *testing.T) {
	src, dst := make([]int16, 160), make([]byte, 100)
	if n := EncodeALaw(dst, src); n != 100 {
		t.Fatalf("converted %d samples into 100 bytes", n)
	}
	if got := testing.AllocsPerRun(100, func() {
		EncodeALaw(dst, src)
		DecodeALaw(src, dst)
		EncodeULaw(dst, src)
		DecodeULaw(src, dst)
		ALawToULaw(dst, dst)
	}); got != 0 {
		t.Fatalf("%v allocations", got)
	}
}
