package session

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// Typed text goes to the disk beside the session: an old disk may take seconds
// over a write, and a call that rings, a key, a hold wait for none. What must
// stand before something is said (a submitted record, a text that goes along
// with its caller) is written in the session's own goroutine, after all that is
// under way here: a file has one writer at a time.

// disk is what of the form is under way to it.
type disk struct {
	saving  bool              // the text
	writing <-chan struct{}   // ends with the last write that was asked for; nil: all have
	unkept  map[string]string // by place: the number of a draft whose last words the disk did not take
	again   time.Time         // when those are tried next
	unread  int               // drafts of an earlier session that could not be read
}

// onDisk writes to the disk in the order of the asking, and has then run in the
// session's goroutine.
func (s *Session) onDisk(write func() error, then func(error)) {
	before, done := s.form.writing, make(chan struct{})
	s.form.writing = done
	s.spawn(func(ctx context.Context) {
		if before != nil {
			<-before
		}
		err := write()
		close(done)
		s.later(ctx, func() {
			if s.form.writing == done {
				s.form.writing = nil
			}
			then(err)
		})
	})
}

// settle waits for what is being written.
func (d *disk) settle() {
	if d.writing != nil {
		<-d.writing
		d.writing = nil
	}
}

// saveBeside saves the form in its own time; one save at a time.
func (s *Session) saveBeside() {
	r, box := s.view.Record, s.box
	if r == nil || r.Sent || !s.form.dirty || box == nil || s.form.saving {
		return
	}
	s.form.saves++
	s.form.saving = true
	d := s.form.draft(r)
	d.Fields.Articles = slices.Clone(d.Fields.Articles)
	s.onDisk(func() error { return box.SaveDraft(d.key(), d) }, func(err error) { s.savedBeside(d, err) })
}

// savedBeside takes what became of it: the text may be another one by now, which
// is saved next, or have been saved since.
func (s *Session) savedBeside(d draft, err error) {
	s.form.saving = false
	defer s.countLoose()
	r := s.view.Record
	switch {
	case r == nil || r.Sent || s.form.draft(r).key() != d.key() || s.form.saves != d.Saves: // saved since, or done with
	case err != nil:
		s.draftLost(d, err)
		s.form.due = s.cfg.Now().Add(saveEvery)
	default:
		delete(s.form.unkept, d.key())
		if now, text := s.form.draft(r), encoded(d); encoded(now) == text {
			s.form.dirty = false
			next := *r
			next.Saved = s.cfg.Now()
			s.view.Record = &next
		}
		s.form.due = s.cfg.Now().Add(saveEvery)
		s.form.tell(s)
	}
}

// keepBeside saves a draft that leaves the screen, or has left it.
func (s *Session) keepBeside(d draft) {
	box := s.box
	s.onDisk(func() error { return box.SaveDraft(d.key(), d) }, func(err error) {
		held := slices.ContainsFunc(s.form.drafts, func(o draft) bool { return o.key() == d.key() && o.Saves == d.Saves })
		switch {
		case err == nil:
			delete(s.form.unkept, d.key())
		case held: // else it is open again, or the hub has it
			s.draftLost(d, err)
		}
		s.countLoose()
	})
}

// retry tries again what the disk did not take of the drafts in the list.
func (s *Session) retry() {
	now := s.cfg.Now()
	if s.box == nil || len(s.form.unkept) == 0 || now.Before(s.form.again) || s.form.writing != nil {
		return
	}
	s.form.again = now.Add(saveEvery)
	for _, d := range s.form.drafts {
		if _, un := s.form.unkept[d.key()]; un {
			s.keepBeside(d)
		}
	}
}

// encoded is a draft as it is written.
func encoded(d draft) string {
	raw, err := json.Marshal(d)
	if err != nil {
		return ""
	}
	return string(raw)
}
