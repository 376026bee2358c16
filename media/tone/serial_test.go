package tone

import (
	"math/rand/v2"
	"slices"
	"testing"

	"zuoxi/media/g711"
	"zuoxi/media/mediatest"
)

// TestSerial: a number is heard again after what happens to a recording that is passed on, and speech says none.
func TestSerial(t *testing.T) {
	t.Parallel()
	const number = "9048217357"
	speech, _ := mediatest.Speech(8000, 20, 1)
	said := slices.Concat(speech[:8000], Serial(8000, number), speech, Serial(8000, number))
	for name, change := range map[string]func([]int16) ([]int16, int){
		"as it is": func(p []int16) ([]int16, int) { return p, 8000 },
		"A-law": func(p []int16) ([]int16, int) {
			coded := make([]byte, len(p))
			g711.EncodeALaw(coded, p)
			g711.DecodeALaw(p, coded)
			return p, 8000
		},
		"20 dB softer, in noise": func(p []int16) ([]int16, int) {
			r := rand.New(rand.NewPCG(1, 2))
			out := make([]int16, len(p))
			for i, v := range p {
				out[i] = v/10 + int16(r.IntN(100)-50)
			}
			return out, 8000
		},
		"twice the rate": func(p []int16) ([]int16, int) {
			out := make([]int16, 0, 2*len(p))
			for i, v := range p {
				next := p[min(i+1, len(p)-1)]
				out = append(out, v, int16((int(v)+int(next))/2))
			}
			return out, 16000
		},
	} {
		if got := Serials(change(slices.Clone(said))); !slices.Equal(got, []string{number, number}) {
			t.Errorf("%s: %q", name, got)
		}
	}
	long, _ := mediatest.Speech(8000, 60, 2)
	if got := Serials(long, 8000); len(got) != 0 {
		t.Errorf("speech says %q", got)
	}
	half := Serial(8000, number)
	if got := Serials(half[:len(half)/2], 8000); len(got) != 0 {
		t.Errorf("half a number is %q", got)
	}
	if got := Serials(nil, 0); got != nil {
		t.Errorf("nothing says %q", got)
	}
}
