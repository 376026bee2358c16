package exam

import (
	"math"
	"time"

	"zuoxi/media/level"
	"zuoxi/rules/quality"
)

// spans follows who speaks when.
type spans struct {
	on                bool
	from              int // of the utterance
	quiet             int // since its end
	turn              int // samples of speech in this turn
	list              []quality.Span
	power, clipped, n float64 // of the speech
}

// mouth is what the caller says and has said.
type mouth struct {
	queue []int16
	since int // samples since the line began, 0 when silent
	list  []quality.Span
	lines []Line
}

// Line is one utterance of the transcript.
type Line struct {
	MS   int64
	Text string
}

// say gives the next samples of the caller and notes when they speak.
func (m *mouth) say(out []int16, at int) {
	n := copy(out, m.queue)
	m.queue = m.queue[n:]
	if n > 0 && m.since == 0 {
		m.list = append(m.list, quality.Span{From: stamp(at)})
	}
	if n > 0 {
		m.since += n
		m.list[len(m.list)-1].To = stamp(at + n)
	}
	if len(m.queue) == 0 {
		m.since = 0
	}
}

// hear keeps the list of utterances, with the detector's delays put back.
func (t *spans) hear(speech bool, at, n int) {
	switch {
	case speech && !t.on:
		t.from = max(0, at-n-onset)
	case !speech && t.on:
		t.list = append(t.list, quality.Span{From: stamp(t.from), To: stamp(at - tail)})
	}
	t.on = speech
	if speech {
		t.turn += n
		t.quiet = 0
	} else {
		t.quiet += n
	}
}

// weigh measures how loud the speech is, and how often it hits the ceiling.
func (t *spans) weigh(pcm []int16) {
	for _, v := range pcm {
		t.power += float64(v) * float64(v)
		if v == math.MaxInt16 || v == math.MinInt16 {
			t.clipped++
		}
	}
	t.n += float64(len(pcm))
}

// level is that in dBFS, and as a share.
func (t *spans) level() (dbfs, clipped float64) {
	if t.n == 0 || t.power == 0 {
		return level.Floor, 0
	}
	return 10 * math.Log10(t.power/t.n/(32768*32768)), t.clipped / t.n
}

// length adds up spans, in seconds.
func length(list []quality.Span) float64 {
	sum := time.Duration(0)
	for _, s := range list {
		sum += s.To - s.From
	}
	return sum.Seconds()
}
