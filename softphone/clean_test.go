package softphone

import (
	"testing"

	"zuoxi/media/level"
	"zuoxi/media/mediatest"
)

// TestEchoOfTheEarIsTakenOut: what the ear plays comes back at the microphone,
// 20 ms late and 14 dB down.
func TestEchoOfTheEarIsTakenOut(t *testing.T) {
	ear, _ := mediatest.Speech(voiceRate, 10, 1)
	const late = voiceRate / 50
	run := func(c Clean) (out []int16) {
		k := newCleaning(c)
		defer k.close()
		for at := 0; at+cleanFrame <= len(ear); at += cleanFrame {
			k.played(ear[at : at+cleanFrame])
			mic := make([]int16, cleanFrame)
			if at >= late {
				for i := range mic {
					mic[i] = ear[at-late+i] / 5
				}
			}
			k.process(mic, func(pcm []int16) { out = append(out, pcm...) })
		}
		return out
	}
	plain, clean := run(Clean{}), run(Clean{Echo: true})
	if len(plain) != len(clean) || len(plain) != len(ear)/cleanFrame*cleanFrame {
		t.Fatalf("%d and %d samples of %d", len(plain), len(clean), len(ear))
	}
	before, after := level.RMS(plain[5*voiceRate:]), level.RMS(clean[5*voiceRate:])
	t.Logf("echo from %.1f to %.1f dBFS", before, after)
	if after > before-15 {
		t.Fatalf("echo from %.1f to %.1f dBFS", before, after)
	}
	if before < -50 {
		t.Fatalf("with all off the microphone is at %.1f dBFS", before)
	}
}

func TestCleaningAllocatesNothing(t *testing.T) {
	k := newCleaning(Clean{Echo: true, Noise: true, Gain: true})
	defer k.close()
	pcm := make([]int16, cleanFrame)
	next := func([]int16) {}
	k.process(pcm, next)
	if n := testing.AllocsPerRun(200, func() {
		k.played(pcm)
		k.process(pcm, next)
	}); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}
