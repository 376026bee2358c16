package citizen

import (
	"math"
	"time"

	"zuoxi/media/level"
)

const (
	// loud is the level, in dBFS, from which a frame counts as sound and not as the noise of a quiet line.
	loud = -45.0
	// breath is how long somebody may pause within an utterance.
	breath = 700 * time.Millisecond
	// stall is for how long nothing may come, not even silence, before the line may stand still.
	stall = 200 * time.Millisecond
	// greeting is what nobody's first words are longer than: it is music into which somebody spoke.
	greeting = 15 * time.Second
	// pure is the share of a frame's power in one sine from which it is a beep or the ringing of the network, and beepFrames how
	// many of them make one.
	pure       = 0.97
	beepFrames = 10
	// echo is how long the own voice may come back from the line, and answerFrames how much sound after it is an answer.
	echo         = 300 * time.Millisecond
	answerFrames = 10
)

// ear is what the citizen notices.
type ear struct {
	first, last time.Time // of the last utterance's loud frames
	came        time.Time // the last frame, loud or not
	ever        bool
	beep, other int // frames of a single sine that the utterance ends in so far, and others after them
	seq         uint16
	started     bool

	asked, spoke time.Time // since when an answer is waited for, and when the citizen last spoke
	answer       int       // frames
}

func (s *sound) note(seq uint16, pcm []int16, now time.Time) {
	isLoud := level.RMS(pcm) >= loud
	beep := isLoud && sine(pcm) >= pure
	s.mu.Lock()
	defer s.mu.Unlock()
	e := &s.heard
	s.packets++
	if e.started {
		if step := int16(seq - e.seq); step > 1 {
			s.lost += int(step) - 1
		}
	}
	e.started, e.seq, e.came = true, seq, now
	if s.spoken != nil {
		e.spoke = now
	}
	if !isLoud {
		return
	}
	if now.Sub(e.last) > breath {
		e.first, e.beep, e.other = now, 0, 0
	}
	e.last, e.ever = now, true
	if beep {
		e.beep, e.other = e.beep+1, 0
		return
	}
	if e.other++; e.other > 2 { // a beep begins and ends within a frame
		e.beep = 0
	}
	if !e.asked.IsZero() && now.Sub(e.spoke) > echo {
		e.answer++
	}
}

// ask waits for an answer from now on.
func (s *sound) ask() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard.asked, s.heard.spoke = time.Now(), time.Now()
}

// answered tells when the answer was asked for and whether there was one.
func (s *sound) answered() (asked time.Time, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heard.asked, s.heard.answer >= answerFrames
}

// quietFor is how long the hotline has been silent; ok is false while it never made a sound since. With person it is false
// after a beep too: that is a machine that takes a message, or it rings elsewhere. Where nothing comes at all, a third of the
// time counts: a line that stands still for a moment in the middle of music is no silence.
func (s *sound) quietFor(since, now time.Time, person bool) (quiet time.Duration, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.heard.ever || s.heard.last.Before(since) || person && s.heard.beep >= beepFrames {
		return 0, false
	}
	quiet = now.Sub(s.heard.last)
	if still := now.Sub(s.heard.came); still > stall {
		quiet -= still * 2 / 3
	}
	return quiet, true
}

// began is when the last utterance began, at the earliest since. Where somebody spoke into music that cannot be told, and it is
// when they ended.
func (s *sound) began(since time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := &s.heard; {
	case e.last.Sub(e.first) > greeting:
		return e.last
	case e.first.After(since):
		return e.first
	}
	return since
}

// sine is the share of the power that is in the one sine which fits best.
func sine(pcm []int16) float64 {
	var x2, xy float64
	for n := 1; n+1 < len(pcm); n++ {
		x := float64(pcm[n])
		x2 += x * x
		xy += x * (float64(pcm[n-1]) + float64(pcm[n+1]))
	}
	if x2 == 0 {
		return 0
	}
	turn := max(-1, min(1, xy/x2/2)) // of a sine x[n-1]+x[n+1] = 2cos(w)x[n]
	over := math.Sqrt(1 - turn*turn)
	var all, cc, ss, cs, xc, xs float64
	c, s := 1.0, 0.0
	for _, v := range pcm {
		x := float64(v)
		all, cc, ss, cs, xc, xs = all+x*x, cc+c*c, ss+s*s, cs+c*s, xc+x*c, xs+x*s
		c, s = c*turn-s*over, s*turn+c*over
	}
	det := cc*ss - cs*cs
	if det < 1e-6 {
		return 0
	}
	return (xc*xc*ss - 2*xc*xs*cs + xs*xs*cc) / det / all
}
