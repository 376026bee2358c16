package citizen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

const (
	// pause is a silence of the other side after which one speaks oneself.
	pause = 900 * time.Millisecond
	// bridgePause is the silence that ends hold music and the announcement of the agent's number.
	bridgePause = 1300 * time.Millisecond
	// listenStep is how often the citizen notices whether it has become quiet.
	listenStep = 50 * time.Millisecond
	// ratingWait is how long the citizen waits for the hotline's question after the last step.
	ratingWait = 30 * time.Second
	// byeWait bounds the goodbye.
	byeWait = 4 * time.Second
)

// Outcome is how a call went, in one word.
type Outcome string

// Outcomes of a citizen's call.
const (
	Served    Outcome = "served"    // the script was played to its end, or the hotline ended the call after the bridge
	GaveUp    Outcome = "gave-up"   // patience ran out while waiting for a person
	Refused   Outcome = "refused"   // the hotline did not take the call
	CutOff    Outcome = "cut-off"   // the hotline ended the call before a person was there
	Cancelled Outcome = "cancelled" // the context ended
	Failed    Outcome = "failed"
)

// Who ends a call.
const (
	EndedByCaller  = "caller"
	EndedByHotline = "hotline"
)

// Report is what a citizen tells after the call.
type Report struct {
	Script  string        `json:"script"`
	Number  string        `json:"number"`
	Outcome Outcome       `json:"outcome"`
	EndedBy string        `json:"ended_by,omitempty"` // who hung up first; empty: nobody had answered
	SIP     int           `json:"sip,omitempty"`      // the refusal
	Setup   time.Duration `json:"setup_ns"`           // INVITE to answer
	Waited  time.Duration `json:"waited_ns"`          // for a person, from the answer to where they began to speak
	Talked  time.Duration `json:"talked_ns"`          // from there to the end
	// Answered: something was said after the first words to the person, for whom Listened is how long there was time.
	Answered bool          `json:"answered,omitempty"`
	Listened time.Duration `json:"listened_ns,omitempty"`
	Said     int           `json:"said"` // lines
	Keys     string        `json:"keys"`
	Packets  int           `json:"packets"`
	Lost     int           `json:"lost"`
}

// Caller is one citizen with one call to make.
type Caller struct {
	Line   *Line
	Script *Script
	Number string    // instead of the script's
	Voice  Voice     // nil takes Embedded
	Record io.Writer // gets what the citizen heard, A-law at 8000 Hz
	Spoken io.Writer // gets what the citizen sent, in the same form and time
	Wary   bool      // takes no beep and no ringing for a person
}

// call is a citizen's call while it lasts.
type call struct {
	id     string // Call-ID
	line   *Line
	dialog *sipgo.DialogClientSession
	sound  *sound
	over   context.Context // ends when the hotline hangs up
	hungUp context.CancelCauseFunc

	caller  *Caller
	report  *Report
	up      time.Time
	bridged time.Time
	down    time.Time
}

var errPatience = errors.New("patience ran out")

// Run makes the call and plays the script. The error is only set when the call could not be made at all or ctx
// ended; a refusal is an outcome.
func (c Caller) Run(ctx context.Context) (Report, error) {
	r := Report{Script: c.Script.Name, Number: c.Number}
	if r.Number == "" {
		r.Number = c.Script.Number
	}
	if c.Voice == nil {
		c.Voice = Embedded
	}
	s, err := openSound(c.Line.cfg.Local, c.Record)
	if err != nil {
		r.Outcome = Failed
		return r, err
	}
	s.spoke = c.Spoken
	defer s.stop()
	k := &call{line: c.Line, sound: s, caller: &c, report: &r}
	k.over, k.hungUp = context.WithCancelCause(ctx)
	defer k.hungUp(nil)
	defer c.Line.drop(k)
	begin := time.Now()
	if err := c.Line.dial(ctx, k, r.Number); err != nil {
		return r, k.notAnswered(ctx, err)
	}
	k.up = time.Now()
	r.Setup = k.up.Sub(begin)
	err = k.play(c.Script.Steps)
	if err == nil {
		err = k.rate()
	}
	k.down = time.Now()
	k.goodbye()
	k.judge(ctx, err)
	s.stop()
	r.Packets, r.Lost = s.packets, s.lost
	if asked, ok := s.answered(); !asked.IsZero() {
		r.Answered, r.Listened = ok, k.down.Sub(asked)
	}
	if r.Outcome == Cancelled {
		return r, ctx.Err()
	}
	if r.Outcome == Failed {
		return r, err
	}
	return r, nil
}

// notAnswered turns the failure of a dial into an outcome.
func (k *call) notAnswered(ctx context.Context, err error) error {
	var refused *sipgo.ErrDialogResponse
	switch {
	case errors.As(err, &refused):
		k.report.Outcome, k.report.SIP = Refused, refused.Res.StatusCode
		return nil
	case ctx.Err() != nil:
		k.report.Outcome = Cancelled
		return ctx.Err()
	default:
		k.report.Outcome = Failed
		return err
	}
}

func (k *call) judge(ctx context.Context, err error) {
	r := k.report
	if !k.bridged.IsZero() {
		r.Waited, r.Talked = k.bridged.Sub(k.up), k.down.Sub(k.bridged)
	} else {
		r.Waited = k.down.Sub(k.up)
	}
	switch {
	case err == nil:
		r.Outcome = Served
	case errors.Is(err, errPatience):
		r.Outcome = GaveUp
	case errors.Is(err, errHotline) && !k.bridged.IsZero():
		r.Outcome = Served
	case errors.Is(err, errHotline):
		r.Outcome = CutOff
	case ctx.Err() != nil:
		r.Outcome = Cancelled
	default:
		r.Outcome = Failed
	}
}

// play does the steps.
func (k *call) play(steps []Step) error {
	for i := range steps {
		if err := k.step(&steps[i]); err != nil {
			return err
		}
	}
	return nil
}

func (k *call) step(s *Step) error {
	switch s.Verb {
	case Say:
		b, err := k.caller.Voice(*s)
		if err != nil {
			return fmt.Errorf("第 %d 行: %w", s.Line, err)
		}
		k.report.Said++
		err = k.await(k.sound.say(b))
		if asked, _ := k.sound.answered(); !k.bridged.IsZero() && asked.IsZero() {
			k.sound.ask()
		}
		return err
	case Press:
		k.report.Keys += s.Text
		return k.await(k.sound.press(s.Text))
	case Wait:
		return k.sleep(s.For)
	case Listen:
		_, err := k.quiet(pause, s.For, false)
		return err
	case Bridge:
		begin := time.Now()
		there, err := k.quiet(bridgePause, k.caller.Script.Patience, k.caller.Wary)
		switch {
		case err != nil: // who hangs up now has not reached anybody
			return err
		case !there:
			return errPatience
		}
		k.bridged = k.sound.began(begin)
	case Repeat:
		for range s.Times {
			if err := k.play(s.Steps); err != nil {
				return err
			}
		}
	}
	return nil
}

// rate waits for the hotline's question and answers with the script's key.
func (k *call) rate() error {
	if k.caller.Script.Rating == "" {
		return nil
	}
	if asked, err := k.quiet(pause, ratingWait, false); err != nil || !asked {
		return err
	}
	k.report.Keys += k.caller.Script.Rating
	if err := k.await(k.sound.press(k.caller.Script.Rating)); err != nil {
		return err
	}
	return k.sleep(2 * time.Second)
}

// await waits for c or the end of the call.
func (k *call) await(c <-chan struct{}) error {
	select {
	case <-c:
		return nil
	case <-k.over.Done():
		return context.Cause(k.over)
	}
}

func (k *call) sleep(d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-k.over.Done():
		return context.Cause(k.over)
	}
}

// quiet waits until something was heard, of a person when it must be, and then nothing for gap; false when limit passed first.
func (k *call) quiet(gap, limit time.Duration, person bool) (bool, error) {
	begin := time.Now()
	tick := time.NewTicker(listenStep)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			if quiet, ok := k.sound.quietFor(begin, now, person); ok && quiet >= gap {
				return true, nil
			}
			if now.Sub(begin) >= limit {
				return false, nil
			}
		case <-k.over.Done():
			return false, context.Cause(k.over)
		}
	}
}

// goodbye hangs up if the hotline has not.
func (k *call) goodbye() {
	if errors.Is(context.Cause(k.over), errHotline) {
		k.report.EndedBy = EndedByHotline
		return
	}
	k.report.EndedBy = EndedByCaller
	ctx, cancel := context.WithTimeout(context.Background(), byeWait)
	defer cancel()
	_ = k.dialog.Bye(ctx) // whoever does not answer is gone
}

func (k *call) contact() sip.Header { return sip.HeaderClone(k.dialog.InviteRequest.Contact()) }
