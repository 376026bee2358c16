package session

import (
	"zuoxi/session/review"
)

// newReview makes the desk of who looks back. A call on this seat has the ear to itself.
func (s *Session) newReview() *review.Desk {
	c := review.Config{Ask: s.askOffice, Now: s.cfg.Now, Say: func(line string) { s.notify(NoticeInfo, line) }}
	if head := s.cfg.Exam.Head; head != nil {
		c.Play = func(pcm []int16) {
			if s.desk.Call == nil && s.desk.Offer == nil {
				head.Play(pcm)
			}
		}
	}
	return review.New(c)
}
