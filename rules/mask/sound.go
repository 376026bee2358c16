package mask

import (
	"cmp"
	"slices"
	"time"
)

// Step is what the timeline of a call marks, at its place in the recording.
type Step struct {
	Kind string
	At   time.Duration
}

// Span is a piece of a recording; To is no part of it.
type Span struct{ From, To time.Duration }

// The steps that matter, as the timeline names them.
const (
	stepPause    = "pause_recording"
	stepContinue = "continue_recording"
	stepBegin    = "identity_begin" // the agent begins to ask
	stepIdentity = "identity"       // the answer to a check; what was asked and said for it stands before
)

const (
	// SpokenBefore is how long an identity check is taken to last where the timeline has one end of it only: a check that was
	// begun and came to no answer, and an answer of a seat whose version did not tell when it began. A name, eighteen digits
	// and an employer are said and read back within that. An assumption of the project.
	SpokenBefore = 90 * time.Second
	// Margin is added to both ends of a pause: a key is pressed a little before or after the words.
	Margin = time.Second
)

// Sound tells which spans of a recording hold what must not leave the house: identity checks and secure pauses. Steps come
// in the order of the timeline; the spans are within length, in order, and do not overlap.
func Sound(steps []Step, length time.Duration) []Span {
	const none = time.Duration(-1)
	var out []Span
	paused, begun, answered := none, none, false
	unanswered := func(end time.Duration) {
		if begun != none && !answered {
			out = append(out, Span{begun - Margin, min(begun+SpokenBefore, end)})
		}
	}
	for _, s := range steps {
		switch s.Kind {
		case stepBegin:
			unanswered(s.At)
			begun, answered = s.At, false
		case stepIdentity:
			from := s.At - SpokenBefore
			if begun != none {
				from = begun - Margin
				begun = s.At // another try in the same box is said from here on
			}
			out, answered = append(out, Span{from, s.At + Margin}), true
		case stepPause:
			paused = s.At
		case stepContinue:
			if paused >= 0 {
				out = append(out, Span{paused - Margin, s.At + Margin})
			}
			paused = none
		}
	}
	unanswered(length)
	if paused >= 0 {
		out = append(out, Span{paused - Margin, length})
	}
	return joined(out, length)
}

// joined cuts spans to the recording and puts together those that touch.
func joined(in []Span, length time.Duration) (out []Span) {
	slices.SortFunc(in, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	for _, s := range in {
		s.From, s.To = max(s.From, 0), min(s.To, length)
		switch n := len(out); {
		case s.From >= s.To:
		case n > 0 && s.From <= out[n-1].To:
			out[n-1].To = max(out[n-1].To, s.To)
		default:
			out = append(out, s)
		}
	}
	return out
}
