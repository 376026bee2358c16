package vad

import "time"

// Span is a stretch of speech, in samples.
type Span struct{ From, To int }

// onsetMS is how far the start is put back: the detector needs some frames to
// be sure, and utterances begin softly.
const onsetMS = 70

// tailMS is how much of the hangover is taken back at the end.
const tailMS = 160

// Spans finds the utterances of a recording. Pauses shorter than bridge are
// part of the utterance.
func Spans(pcm []int16, rate int, bridge time.Duration) []Span {
	d := New(rate)
	var spans []Span
	open := false
	for at := 0; at < len(pcm); at += d.frame {
		end := min(len(pcm), at+d.frame)
		speech := d.Push(pcm[at:end])
		switch {
		case speech && !open:
			from := max(0, end-rate*onsetMS/1000)
			if n := len(spans); n > 0 && from-spans[n-1].To < int(bridge.Seconds()*float64(rate)) {
				spans[n-1].To = end
			} else {
				spans = append(spans, Span{from, end})
			}
		case speech:
			spans[len(spans)-1].To = end
		case open:
			spans[len(spans)-1].To = end - rate*tailMS/1000
		}
		open = speech
	}
	return spans
}
