package session

import (
	"slices"
	"strings"

	"zuoxi/internal/clean"
	"zuoxi/rules/call"
	"zuoxi/session/hear"
	"zuoxi/wire"
)

// Recogniser hears words (package hear); the seat works without one. None of it blocks.
type Recogniser interface {
	Open(stream string, rate int)
	Push(stream string, pcm []int16)
	End(stream string)
	Events() <-chan hear.Event
}

// listening is how the recogniser stands to callers.
type listening struct {
	ready  bool   // it can hear
	stream string // that is open, empty: none
	failed bool   // the person was told, and no word came since
}

// words is the recogniser's events; nil, which never comes, where there is none.
func (s *Session) words() <-chan hear.Event {
	if s.cfg.Recogniser == nil {
		return nil
	}
	return s.cfg.Recogniser.Events()
}

// deafened goes on without a recogniser: it has ended for good.
func (s *Session) deafened() {
	s.caller.ready = false
	s.listen()
	s.cfg.Recogniser = nil
}

// heard takes what the recogniser heard. Of a recogniser that keeps dying the person is told once.
func (s *Session) heard(e hear.Event) {
	switch {
	case e.Ready:
		s.exam.Listening(true)
		s.caller.ready = true
		s.listen()
	case e.Problem != "":
		s.exam.Listening(false)
		s.caller.ready = false // the next process knows of no stream: it is opened anew
		s.listen()
		if !s.caller.failed {
			s.notify(NoticeWarn, e.Problem)
		}
		s.caller.failed = true
	case !e.Final:
	case e.Stream == examStream:
		s.caller.failed = false
		s.exam.Heard(e.Text, e.From, e.To)
	default:
		if id, ok := strings.CutPrefix(e.Stream, callerStream); ok {
			s.caller.failed = false
			s.heardCaller(id, e.Text)
		}
	}
}

// callerStream begins the recogniser's name for the caller of a call; the call's id follows, so that a late word is
// never taken for another caller's.
const callerStream = "caller-"

// callerRate is samples a second of a Line.
const callerRate = 8000

// hearsCaller is the stream that the line's sound belongs to, empty where it is not the caller's alone, or not to be heard:
// on hold, with others in the call, while the microphone is off, and while a lead is seen to take part, who may be whispering.
func (s *Session) hearsCaller() string {
	c := s.desk.Call
	switch {
	case !s.caller.ready, s.cfg.Line == nil, c == nil, s.view.Call == nil:
	case call.Phase(c.Phase) != call.StateTalking, !c.Ended.IsZero(), c.Watched != "", s.view.Call.Muted, s.exam.Busy(), s.desk.Watch != nil:
	case slices.ContainsFunc(c.Legs, func(l wire.Leg) bool { return l.Role == "caller" && (l.Held || l.Muted) }):
	default:
		return callerStream + c.ID
	}
	return ""
}

// listen lets the recogniser hear the caller while there is one to be heard.
func (s *Session) listen() {
	old, now := s.caller.stream, s.hearsCaller()
	if old == now {
		return
	}
	s.caller.stream = now
	if old != "" {
		s.cfg.Recogniser.End(old)
	}
	if now != "" {
		s.cfg.Recogniser.Open(now, callerRate)
	}
	s.cfg.Line.Overhear(now != "")
}

// callerVoice is what is heard on the line; nil, which never comes, where nobody wants it.
func (s *Session) callerVoice() <-chan []int16 {
	if s.caller.stream == "" {
		return nil
	}
	return s.cfg.Line.Overheard()
}

// callerFrame gives sound of the line to the recogniser, and to nobody else.
func (s *Session) callerFrame(pcm []int16) {
	if s.listen(); s.caller.stream != "" {
		s.cfg.Recogniser.Push(s.caller.stream, pcm)
	}
}

// saidKept is how many characters are kept of what the caller said.
const saidKept = 200

// heardCaller adds what the caller of a call was heard to say. It is kept for the call and sent nowhere.
func (s *Session) heardCaller(id, text string) {
	c := s.view.Call
	if c == nil || c.ID != id {
		return
	}
	next := *c
	rs := []rune(strings.TrimSpace(c.Caller.Said + clean.Line(text, saidKept)))
	next.Caller.Said = string(rs[max(len(rs)-saidKept, 0):])
	s.view.Call = &next
}
