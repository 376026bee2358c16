package quality

import (
	"math"
	"time"

	"zuoxi/media/level"
	"zuoxi/media/vad"
	rules "zuoxi/rules/quality"
)

// Rate is the samples a second of a recording's channels.
const Rate = 8000

const (
	// pauseIn is how long a speaker may pause within an utterance.
	pauseIn = 700 * time.Millisecond
	// step and around are the pieces in which an utterance is looked at again.
	step   = Rate / 20
	around = Rate * 3 / 20
	// above is what speech has over the background: the murmur of a room full of agents has less.
	above = 5.0 // dB
	// leakBelow is how much less than the other side a channel holds when all it holds is the other side's leak.
	leakBelow = 15.0 // dB
	// shortest is the least that is left of an utterance when all that is not this side's is taken out.
	shortest = 150 * time.Millisecond
)

// Hear finds who speaks when in the two channels of a recording, from the sample at which the bridge stood. What the detector
// took for speech is looked at twice: it must stand out of the channel's own background, which may be voices too, and it must
// not be what leaks over from the other side of the line.
func Hear(caller, agent []int16, bridge int) (c, a []rules.Span) {
	bridge = min(max(bridge, 0), len(caller), len(agent))
	n := min(len(caller), len(agent))
	sides := [2]side{{pcm: caller[bridge:n]}, {pcm: agent[bridge:n]}}
	for i := range sides {
		sides[i].spans = vad.Spans(sides[i].pcm, Rate, pauseIn)
		sides[i].sum()
	}
	for i := range sides {
		sides[i].listen(&sides[1-i])
	}
	return sides[0].own(&sides[1]), sides[1].own(&sides[0])
}

// side is one channel.
type side struct {
	pcm    []int16
	spans  []vad.Span
	energy []float64 // summed up to each step
	ground float64   // power of the background
}

func (s *side) sum() {
	s.energy = make([]float64, 1, len(s.pcm)/step+2)
	for at := 0; at < len(s.pcm); at += step {
		e := 0.0
		for _, v := range s.pcm[at:min(at+step, len(s.pcm))] {
			e += float64(v) * float64(v)
		}
		s.energy = append(s.energy, s.energy[len(s.energy)-1]+e)
	}
}

// power is the mean power about a sample.
func (s *side) power(at int) float64 {
	from, to := max(0, (at-around)/step), min(len(s.energy)-1, (at+around)/step)
	return (s.energy[to] - s.energy[from]) / float64(max(1, to-from)*step)
}

// listen measures the background: where neither side speaks.
func (s *side) listen(other *side) {
	n, sum := 0, 0.0
	for i := 0; i+1 < len(s.energy); i++ {
		if !within(s.spans, i*step, (i+1)*step) && !within(other.spans, i*step, (i+1)*step) {
			sum += s.energy[i+1] - s.energy[i]
			n++
		}
	}
	if n > 0 {
		s.ground = sum / float64(n*step)
	}
}

// own are the utterances of this side.
func (s *side) own(other *side) []rules.Span {
	out, floor, leak := []rules.Span(nil), s.ground*math.Pow(10, above/10), math.Pow(10, -leakBelow/10)
	for _, u := range s.spans {
		from := u.From
		for at := u.From; at < u.To; at += step {
			p := s.power(at + step/2)
			leaks := within(other.spans, at, at+step) && p-s.ground < leak*other.power(at+step/2)
			if p >= floor && !leaks {
				continue
			}
			out = keep(out, from, at)
			from = min(at+step, u.To)
		}
		out = keep(out, from, min(u.To, len(s.pcm)))
	}
	return out
}

// keep adds an utterance; one that goes on after a breath is the same.
func keep(list []rules.Span, from, to int) []rules.Span {
	s := rules.Span{From: stamp(from), To: stamp(to)}
	if s.To-s.From < shortest {
		return list
	}
	if n := len(list); n > 0 && s.From-list[n-1].To < pauseIn {
		list[n-1].To = s.To
		return list
	}
	return append(list, s)
}

func within(spans []vad.Span, from, to int) bool {
	for _, s := range spans {
		if s.From < to && s.To > from {
			return true
		}
	}
	return false
}

func stamp(sample int) time.Duration { return time.Duration(sample) * time.Second / Rate }

// loudness is the level of an agent's speech in dBFS and the share of frames that are clipped.
func loudness(pcm []int16, spans []rules.Span) (dbfs, clipped float64) {
	const frame = Rate / 50
	const top = 32000
	frames, cut, power := 0, 0, 0.0
	for _, s := range spans {
		for at := int(s.From * Rate / time.Second); at+frame <= min(len(pcm), int(s.To*Rate/time.Second)); at += frame {
			frames++
			power += math.Pow(10, level.RMS(pcm[at:at+frame])/10)
			for _, v := range pcm[at : at+frame] {
				if v > top || v < -top {
					cut++
					break
				}
			}
		}
	}
	if frames == 0 {
		return level.Floor, 0
	}
	return 10 * math.Log10(power/float64(frames)), float64(cut) / float64(frames)
}
