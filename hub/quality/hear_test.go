package quality

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"zuoxi/media/g711"
	"zuoxi/media/level"
	rules "zuoxi/rules/quality"
)

// clips are spoken lines of the shipped voices, without the silence at their ends.
func clips(t *testing.T) [][]int16 {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("..", "exam", "voice", "*.al"))
	if err != nil {
		t.Fatal(err)
	}
	var out [][]int16
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		pcm := make([]int16, len(b))
		g711.DecodeALaw(pcm, b)
		from, to := 0, len(pcm)
		for from < to && pcm[from] < 300 && pcm[from] > -300 {
			from++
		}
		for to > from && pcm[to-1] < 300 && pcm[to-1] > -300 {
			to--
		}
		if to-from > 3*Rate/2 && to-from < 6*Rate {
			out = append(out, pcm[from:to])
		}
	}
	if len(out) < 10 {
		t.Fatalf("%d clips", len(out))
	}
	return out
}

// mix is two channels with the times at which the script put each voice.
type mix struct {
	pcm    [2][]float64
	placed rules.Talk
}

// noises are what lies under the voices.
type noises struct {
	name  string
	snr   float64
	make  func(rng *rand.Rand, n int, voices [][]int16) []float64
	cross float64 // dB at which the other side leaks over, 0: not
}

func line(rng *rand.Rand, n int, _ [][]int16) []float64 {
	out := make([]float64, n)
	low := 0.0
	for i := range out {
		low += 0.3 * (rng.NormFloat64() - low)
		out[i] = low + 0.3*math.Sin(2*math.Pi*50*float64(i)/Rate)
	}
	return out
}

// babble is many voices at once.
func babble(rng *rand.Rand, n int, voices [][]int16) []float64 {
	out := make([]float64, n)
	for range 24 {
		for at := -rng.IntN(4 * Rate); at < n; {
			clip := voices[rng.IntN(len(voices))]
			for i, v := range clip {
				if at+i >= 0 && at+i < n {
					out[at+i] += float64(v)
				}
			}
			at += len(clip)
		}
	}
	return out
}

func power(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return sum / float64(max(1, len(x)))
}

// script mixes a talk: turns, one talking into the other, pauses on both sides of the limit of dead air.
func script(rng *rand.Rand, voices [][]int16) *mix {
	m := &mix{}
	room := func(until int) {
		for c := range m.pcm {
			m.pcm[c] = append(m.pcm[c], make([]float64, max(0, until-len(m.pcm[c])))...)
		}
	}
	say := func(c, at int) (end int) {
		clip := voices[rng.IntN(len(voices))]
		room(at + len(clip))
		gain := 8000 / math.Pow(10, level.RMS(clip)/20) / 32768 * 0.35
		for i, v := range clip {
			m.pcm[c][at+i] += gain * float64(v)
		}
		span := rules.Span{From: stamp(at), To: stamp(at + len(clip))}
		if c == 0 {
			m.placed.Caller = append(m.placed.Caller, span)
		} else {
			m.placed.Agent = append(m.placed.Agent, span)
		}
		return at + len(clip)
	}
	at := Rate * (1 + rng.IntN(2))
	for range 12 {
		a := say(1, at)
		c := say(0, a+Rate*9/10)
		switch rng.IntN(3) {
		case 0: // the agent talks into the caller's next turn
			from := c + Rate*9/10
			next := say(0, from)
			at = say(1, from+(next-from)/2)
			at = max(at, next) + Rate*9/10
		case 1:
			at = c + Rate*(6+rng.IntN(4)) // dead air
		default:
			at = c + Rate*(1+rng.IntN(3))
		}
	}
	room(at)
	m.placed.End = stamp(at)
	return m
}

// channels put noise and leak under the voices and make samples of them.
func (m *mix) channels(rng *rand.Rand, n noises, voices [][]int16) (caller, agent []int16) {
	var out [2][]int16
	for c := range m.pcm {
		var spoken []float64
		for _, s := range [][]rules.Span{m.placed.Caller, m.placed.Agent}[c] {
			spoken = append(spoken, m.pcm[c][s.From*Rate/time.Second:s.To*Rate/time.Second]...)
		}
		under := n.make(rng, len(m.pcm[c]), voices)
		scale := math.Sqrt(power(spoken) / power(under) / math.Pow(10, n.snr/10))
		leak := 0.0
		if n.cross != 0 {
			leak = math.Pow(10, n.cross/20)
		}
		for i, v := range m.pcm[c] {
			v += scale*under[i] + leak*m.pcm[1-c][max(0, i-40)]
			out[c] = append(out[c], int16(math.Max(-32768, math.Min(32767, v))))
		}
	}
	return out[0], out[1]
}

// agree counts the samples of two lists of spans that agree, 200 ms about each edge of the placed ones left out.
func agree(placed, found []rules.Span, end time.Duration) (both, missed, extra float64) {
	const step, slack = 10 * time.Millisecond, 200 * time.Millisecond
	in := func(list []rules.Span, at time.Duration) bool {
		for _, s := range list {
			if at >= s.From && at < s.To {
				return true
			}
		}
		return false
	}
	for at := time.Duration(0); at < end; at += step {
		near := false
		for _, s := range placed {
			near = near || (at-s.From).Abs() <= slack || (at-s.To).Abs() <= slack
		}
		p, f := in(placed, at), in(found, at)
		switch {
		case near:
		case p && f:
			both++
		case p:
			missed++
		case f:
			extra++
		}
	}
	return both, missed, extra
}

// TestDeadAirAndOverlap: the labels are the times at which the mixing script placed the voices. Dead air, people talking
// over each other and interruptions are found within 200 ms, with a precision and recall of 0.95 or better, under line noise and babble of 20
// and 10 dB and with the other side leaking over.
func TestDeadAirAndOverlap(t *testing.T) {
	t.Parallel()
	voices := clips(t)
	for _, n := range []noises{
		{"line noise at 20 dB", 20, line, 0}, {"line noise at 10 dB", 10, line, 0}, {"babble at 20 dB", 20, babble, 0}, {"babble at 10 dB", 10, babble, 0},
		{"cross-talk at 40 dB", 40, line, -24}, {"cross-talk and line noise at 20 dB", 20, line, -24}, {"cross-talk and babble at 10 dB", 10, babble, -24},
	} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			var dead, over, cuts [3]float64
			for seed := range uint64(2) {
				rng := rand.New(rand.NewPCG(seed, 7))
				m := script(rng, voices)
				heard := m.placed
				caller, agent := m.channels(rng, n, voices)
				heard.Caller, heard.Agent = Hear(caller, agent, 0)
				for i, v := range triple(agree(m.placed.DeadAir(), heard.DeadAir(), m.placed.End)) {
					dead[i] += v
				}
				for i, v := range triple(agree(m.placed.Overlap(), heard.Overlap(), m.placed.End)) {
					over[i] += v
				}
				for i, v := range triple(begun(m.placed.CutIns(), heard.CutIns())) {
					cuts[i] += v
				}
			}
			for what, x := range map[string][3]float64{"dead air": dead, "overlap": over, "interruptions": cuts} {
				precision, recall := x[0]/math.Max(1, x[0]+x[2]), x[0]/math.Max(1, x[0]+x[1])
				t.Logf("%s: precision %.3f, recall %.3f", what, precision, recall)
				if x[0] == 0 || precision < 0.95 || recall < 0.95 {
					t.Errorf("%s: precision %.3f, recall %.3f", what, precision, recall)
				}
			}
		})
	}
}

// begun counts the spans of two lists that begin within 200 ms of each other, those only placed, and those only found.
func begun(placed, found []rules.Span) (both, missed, extra float64) {
	const slack = 200 * time.Millisecond
	left := slices.Clone(found)
	for _, p := range placed {
		i := slices.IndexFunc(left, func(f rules.Span) bool { return (f.From - p.From).Abs() <= slack })
		if i < 0 {
			missed++
			continue
		}
		both++
		left = slices.Delete(left, i, i+1)
	}
	return both, missed, float64(len(left))
}

func triple(a, b, c float64) [3]float64 { return [3]float64{a, b, c} }
