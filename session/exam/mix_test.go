package exam

import (
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"zuoxi/media/g711"
	"zuoxi/media/vad"
	"zuoxi/rules/quality"
)

// clips are spoken lines of the shipped voices, two to six seconds long.
func clips(t *testing.T) [][]int16 {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("..", "..", "hub", "exam", "voice", "*.al"))
	if err != nil {
		t.Fatal(err)
	}
	var out [][]int16
	for _, n := range names {
		b, err := voices(filepath.Base(n[:len(n)-3]))
		if err != nil {
			t.Fatal(err)
		}
		if len(b) > 2*Rate && len(b) < 6*Rate {
			pcm := make([]int16, len(b))
			g711.DecodeALaw(pcm, b)
			out = append(out, pcm)
		}
	}
	return out
}

// TestFiftyMixedRecordings: recordings mixed from clips at known times; what the detector hears in them gives the
// automatic items that follow from those times.
func TestFiftyMixedRecordings(t *testing.T) {
	t.Parallel()
	voice := clips(t)
	rubric := quality.Ministry2015()
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var placed quality.Talk
		channels := [2][]int16{}
		room := func(n int) {
			for c := range channels {
				for range n {
					channels[c] = append(channels[c], int16(rng.IntN(9)-4))
				}
			}
		}
		at := func() time.Duration { return stamp(len(channels[0])) }
		say := func(c int) {
			from := len(channels[0])
			pcm := voice[rng.IntN(len(voice))]
			room(len(pcm))
			for i, v := range pcm {
				channels[c][from+i] += v
			}
			span := quality.Span{From: stamp(from), To: at()}
			if c == 0 {
				placed.Caller = append(placed.Caller, span)
			} else {
				placed.Agent = append(placed.Agent, span)
			}
		}
		// Every pause is well on one side of the limits of 3 s and 5 s: clips begin and end with a breath of their own.
		room([]int{Rate, 2 * Rate, 4 * Rate}[rng.IntN(3)])
		for range 3 + rng.IntN(3) {
			say(1)
			room(Rate / 2)
			say(0)
			switch rng.IntN(4) {
			case 0:
				room(7 * Rate)
			case 1:
				from := at()
				room([]int{20, 50, 70}[rng.IntN(3)] * Rate)
				placed.Waits = append(placed.Waits, quality.Span{From: from, To: at()})
			default:
				room(Rate)
			}
		}
		say(1)
		placed.End, placed.Release = at(), []quality.Release{quality.ReleaseCaller, quality.ReleaseAgent}[rng.IntN(2)]
		heard := placed
		heard.Caller, heard.Agent = utterances(channels[0]), utterances(channels[1])
		want, got := rubric.Propose(quality.Measure(placed)), rubric.Propose(quality.Measure(heard))
		for i := range want {
			item, _ := rubric.Item(want[i].Item)
			if item.How == quality.Auto && (want[i].Points != got[i].Points || want[i].Excluded != got[i].Excluded) {
				t.Errorf("recording %d: %s is %+v, should be %+v", seed, item.ID, got[i], want[i])
			}
		}
	}
}

func utterances(pcm []int16) []quality.Span {
	var out []quality.Span
	for _, s := range vad.Spans(pcm, Rate, 700*time.Millisecond) {
		out = append(out, quality.Span{From: stamp(s.From), To: stamp(s.To)})
	}
	return out
}
