package hub

import (
	"slices"

	"zuoxi/hub/call"
	"zuoxi/wire"
)

// papers is the record of the call on the desk as far as it is written, in
// memory only, and what was written here and finished elsewhere.
type papers struct {
	draft  *wire.Record
	unread bool // the program at the desk may not have it
	passed []wire.Passed
}

// passedKept is how many records that went on with their callers a seat is
// told of when it returns.
const passedKept = 8

// written keeps the record as the desk has it now.
func (s *seat) written(b *wire.RecordDraft) {
	c := s.bound.call
	if c == nil {
		c = s.bound.wrapOf
	}
	if c == nil || c.ID() != b.Call {
		return
	}
	r := b.Record
	if s.bound.late(&r) {
		return
	}
	s.bound.draft, s.bound.unread = &r, false
	c.Written(s, r)
}

// late tells whether a text came behind what is kept: an older one, or the form
// that the desk had begun before the record of its caller reached it.
func (p *papers) late(r *wire.Record) bool {
	old := p.draft
	if old == nil {
		return false
	}
	if old.Number != r.Number {
		return p.unread
	}
	return old.Saves > r.Saves
}

// Entrust implements call.Seat.
func (s *seat) Entrust(c *call.Call, draft *wire.Record) {
	s.box.Post(func() {
		if s.bound.call != c {
			return
		}
		s.bound.draft, s.bound.unread = draft, true
		s.bound.passed = slices.DeleteFunc(slices.Clone(s.bound.passed), func(p wire.Passed) bool { return p.Call == c.ID() })
		s.changed()
	})
}

// Passed implements call.Seat.
func (s *seat) Passed(c *call.Call, p wire.Passed) {
	s.box.Post(func() {
		s.bound.passed = append(slices.Clone(s.bound.passed), p)
		if n := len(s.bound.passed); n > passedKept {
			s.bound.passed = s.bound.passed[n-passedKept:]
		}
		if v := s.bound.view; v != nil && v.ID == c.ID() && s.bound.wrapOf == c {
			next := *v
			next.RecordNo = p.Number
			s.bound.view, s.bound.draft = &next, nil
		}
		s.changed()
	})
}
