package session

import (
	"zuoxi/session/review"
)

// newReview makes the desk of who looks back.
func (s *Session) newReview() *review.Desk {
	c := review.Config{Ask: s.askOffice, Now: s.cfg.Now, Taken: s.earTaken, Say: s.sayOffice}
	if head := s.cfg.Exam.Head; head != nil {
		c.Play = head.Play
	}
	return review.New(c)
}

// earTaken tells whether a call rings on this seat or is on it: it has the ear to itself.
func (s *Session) earTaken() bool { return s.desk.Offer != nil || s.desk.Call != nil }
