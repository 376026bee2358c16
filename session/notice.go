package session

import (
	"slices"
	"strings"
	"time"

	"zuoxi/wire"
)

// readable is how long a line needs to be read.
const readable = 4 * time.Second

// unreadKept is how many lines wait to be shown again.
const unreadKept = 4

// notify shows one line; it takes the place of the one before.
func (s *Session) notify(level NoticeLevel, text string) {
	now := s.cfg.Now()
	if n := s.view.Notice; n.Unasked && now.Sub(n.At) < readable {
		s.unread = append(s.unread, n)
		s.unread = s.unread[max(0, len(s.unread)-unreadKept):]
	}
	s.view.Notice = Notice{ID: s.view.Notice.ID + 1, Level: level, Text: text, At: now}
}

// announce shows what others did. The agent did not ask for it and cannot ask
// again, so that such a line comes back if the next one came too soon.
func (s *Session) announce(level NoticeLevel, text string) {
	s.notify(level, text)
	s.view.Notice.Unasked = true
}

// showAgain brings back, once the newest line can have been read, what it
// pushed aside. An error stays until something takes its place and waits its
// turn again.
func (s *Session) showAgain() {
	n := s.view.Notice
	last := len(s.unread) - 1
	if last < 0 || s.cfg.Now().Sub(n.At) < readable {
		return
	}
	back := s.unread[last]
	s.unread = s.unread[:last]
	if n.Level == NoticeError && back.Level != NoticeError {
		s.unread = append([]Notice{n}, s.unread...)
	}
	s.announce(back.Level, back.Text)
	s.view.Notice.Step = back.Step
}

// notTaken says that a step was not taken, until it is.
func (s *Session) notTaken(b wire.Body, level NoticeLevel, text string) {
	s.notify(level, text)
	s.view.Notice.Step = stepOf(b)
}

// taken takes the line away that asked for a step once more: whoever still saw
// it would press again, and undo what they have just done.
func (s *Session) taken(b wire.Body) {
	if _, dialled := b.(*wire.Dial); dialled {
		s.view.Dialled++
	}
	step := stepOf(b)
	s.forget(func(n Notice) bool { return n.Step == step })
}

// wentOn takes the lines away about steps on a call that is not here, also where
// the link was cut when it went: none can be taken again, and beside the next caller
// they would be read as about that one. Of a call that has ended, nobody need read that it could not be ended.
func (s *Session) wentOn() {
	now, here := s.desk.Call, s.callID()
	s.forget(func(n Notice) bool {
		_, call, onCall := strings.Cut(n.Step, " ")
		return onCall && call != here
	})
	if now != nil && !now.Ended.IsZero() {
		release := stepOf(&wire.CallVerb{Do: wire.DoRelease, Call: now.ID})
		s.forget(func(n Notice) bool { return n.Step == release })
	}
}

func (s *Session) forget(about func(Notice) bool) {
	s.unread = slices.DeleteFunc(s.unread, about)
	if about(s.view.Notice) {
		s.view.Notice = Notice{ID: s.view.Notice.ID + 1, At: s.cfg.Now()}
	}
}

// overtaken tells that a step wanted no more than has happened anyhow: both sides
// hang up at once more often than not.
func (s *Session) overtaken(b wire.Body) bool {
	v, ok := b.(*wire.CallVerb)
	c := s.desk.Call
	return ok && v.Do == wire.DoRelease && (c == nil || c.ID != v.Call || !c.Ended.IsZero())
}

// stepOf names what a command wants, so that a repetition is known for one.
func stepOf(b wire.Body) string {
	if v, ok := b.(*wire.CallVerb); ok {
		return v.Do + " " + v.Call
	}
	return b.Type()
}
