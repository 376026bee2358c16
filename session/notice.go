package session

import "time"

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
}
