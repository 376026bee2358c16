package citizen

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"time"

	"zuoxi/media/g711"
)

// Centre is a hotline that is called without telling who calls.
type Centre struct {
	Region string // province
	City   string
	Target string // sip:…
}

// Visit is how a mystery call to a centre went: of several tries the one that reached a person, else the last.
type Visit struct {
	Centre
	Report
	At     time.Time
	Tries  int
	Caller []byte // A-law of what the citizen said, from the answer on
	Heard  []byte // and of what was heard, of the same length
}

// Opened tells whether somebody or something answered.
func (v *Visit) Opened() bool {
	return v.Outcome != Refused && v.Outcome != Failed && len(v.Heard) > 0
}

// answerWait is how long a person who was asked something is silent at most.
const answerWait = 10 * time.Second

// Manual tells whether a person was there: somebody who says something to the question. Who is silent after it, or hangs up
// on it, is an announcement or a machine that takes a message. Of a script that hangs up on its own question it cannot be told,
// and counts.
func (v *Visit) Manual() bool {
	silent := !v.Answered && (v.EndedBy == EndedByHotline || v.Listened >= answerWait)
	return v.Outcome == Served && v.Talked > 0 && !silent
}

// Mystery calls centres with one preset question.
type Mystery struct {
	Script *Script
	Voice  Voice
	Number string
	Tries  int           // at most; at least one
	Gap    time.Duration // between two tries
	AtOnce int           // calls at a time in a round; at least one
	Local  string

	lines chan struct{} // a place for each call at a time; nil: no limit
}

// Round visits every centre, AtOnce calls at a time: a centre that waits for its next try keeps none of the others waiting.
// done is told of each visit that came to its end, one after another. The error is only set when ctx ended; done is not told of
// the visits that were broken off by it.
func (m Mystery) Round(ctx context.Context, centres []Centre, done func(i int, v *Visit)) error {
	m.lines = make(chan struct{}, max(m.AtOnce, 1))
	var told sync.Mutex
	var round sync.WaitGroup
	for i, c := range centres {
		round.Go(func() {
			v, err := m.Visit(ctx, c)
			if err != nil {
				return // ctx ended
			}
			told.Lock()
			defer told.Unlock()
			done(i, &v)
		})
	}
	round.Wait()
	return ctx.Err()
}

// place waits until one more call may be made.
func (m Mystery) place(ctx context.Context) (leave func(), err error) {
	if m.lines == nil {
		return func() {}, nil
	}
	select {
	case m.lines <- struct{}{}:
		return func() { <-m.lines }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Visit calls a centre, again where no person was reached. The error is only set when ctx ended.
func (m Mystery) Visit(ctx context.Context, c Centre) (Visit, error) {
	v := Visit{Centre: c}
	for try := 1; try <= max(m.Tries, 1); try++ {
		if try > 1 && !pausing(ctx, m.Gap) {
			return v, ctx.Err()
		}
		one, err := m.once(ctx, c)
		one.Tries = try
		v = one
		if errors.Is(err, context.Canceled) || ctx.Err() != nil {
			return v, ctx.Err()
		}
		if v.Manual() {
			break
		}
	}
	return v, nil
}

func pausing(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// once makes one call on a line of its own. A centre that cannot be reached at all is a result, no error.
func (m Mystery) once(ctx context.Context, c Centre) (Visit, error) {
	v := Visit{Centre: c, At: time.Now(), Report: Report{Outcome: Failed}}
	leave, err := m.place(ctx)
	if err != nil {
		return v, err
	}
	defer leave()
	v.At = time.Now()
	line, err := NewLine(LineConfig{Target: c.Target, Local: m.Local})
	if err != nil {
		return v, nil //nolint:nilerr // the report says that it failed
	}
	defer func() { _ = line.Close() }()
	var said, heard bytes.Buffer
	v.Report, err = Caller{Line: line, Script: m.Script, Number: m.Number, Voice: m.Voice, Record: &heard, Spoken: &said, Wary: true}.Run(ctx)
	v.Caller, v.Heard = said.Bytes(), heard.Bytes()
	for len(v.Caller) < len(v.Heard) {
		v.Caller = append(v.Caller, g711.SilenceALaw)
	}
	for len(v.Heard) < len(v.Caller) {
		v.Heard = append(v.Heard, g711.SilenceALaw)
	}
	if errors.Is(err, context.Canceled) {
		return v, err
	}
	return v, nil
}
