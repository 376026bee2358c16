package cli

import (
	"log/slog"
	"slices"
	"sync"

	"zuoxi/hub/exam"
	"zuoxi/session"
	"zuoxi/session/hear"
	"zuoxi/softphone"
)

// headset is the phone as a simulated caller uses it: exam.Headset.
type headset struct {
	soft *softphone.Phone
	mic  chan []int16
}

// micFrames holds two seconds; an exam that does not keep up loses the newest.
const micFrames = 200

func newHeadset(p *softphone.Phone) *headset {
	return &headset{soft: p, mic: make(chan []int16, micFrames)}
}

// Wear implements exam.Headset; so do the next ones.
func (h *headset) Wear(on bool) {
	if !on {
		h.soft.Listen(nil)
		return
	}
	h.soft.Listen(func(pcm []int16) {
		select {
		case h.mic <- append([]int16(nil), pcm...):
		default:
		}
	})
}

func (h *headset) Mic() <-chan []int16 { return h.mic }
func (h *headset) Play(pcm []int16)    { h.soft.Say(pcm) }
func (h *headset) Air(pcm []int16)     { h.soft.Air(pcm) }

// earshot is what is heard on the line as a recogniser gets it: session.Line.
type earshot struct {
	soft  *softphone.Phone
	voice chan []int16
}

// voicePieces of a tenth of a second wait at most; a session that does not keep up loses the newest.
const voicePieces = 20

func newEarshot(p *softphone.Phone) *earshot {
	return &earshot{soft: p, voice: make(chan []int16, voicePieces)}
}

// Overhear implements session.Line.
func (e *earshot) Overhear(on bool) {
	if !on {
		e.soft.Overhear(nil)
		return
	}
	for len(e.voice) > 0 { // of the call before
		<-e.voice
	}
	e.soft.Overhear(func(pcm []int16) {
		select {
		case e.voice <- slices.Clone(pcm):
		default:
		}
	})
}

// Overheard implements session.Line.
func (e *earshot) Overheard() <-chan []int16 { return e.voice }

// recogniser starts the program that hears words, where one is configured.
func (a *run) recogniser(log *slog.Logger) (session.Recogniser, func()) {
	if len(a.cfg.Seat.Recogniser) == 0 {
		return nil, func() {}
	}
	p := hear.Start(hear.Config{Command: a.cfg.Seat.Recogniser, Log: log})
	return p, p.Close
}

// examMaterial is read when the first caller speaks.
var examMaterial = sync.OnceValues(exam.Builtin)

// examPort is what exams at this seat need.
func examPort(p *softphone.Phone) session.ExamPort {
	return session.ExamPort{Files: files{}, Head: newHeadset(p), Voice: func(name string) ([]byte, error) {
		m, err := examMaterial()
		if err != nil {
			return nil, err
		}
		return m.Sound(name)
	}}
}
