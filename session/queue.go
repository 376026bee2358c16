package session

import (
	"cmp"
	"encoding/json"
	"slices"

	"zuoxi/session/outbox"
)

// queue keeps a command until the hub has answered it. Where the disk takes
// nothing, it is in memory only, and no second one is made for it either.
func (s *Session) queue(e outbox.Entry) {
	s.form.loose = append(s.form.loose, e)
	s.keepLoose()
}

// keepLoose puts on the disk what it did not take before.
func (s *Session) keepLoose() {
	if s.box == nil {
		return
	}
	s.form.loose = slices.DeleteFunc(s.form.loose, func(e outbox.Entry) bool {
		err := s.box.Put(e)
		if err != nil {
			s.cfg.Log.Error("command not kept", "kind", e.Kind, "err", err)
		}
		return err == nil
	})
	s.countLoose()
}

// countLoose says how much is in memory only. A record counts once, whether its
// draft is not on the disk, or what was made of it.
func (s *Session) countLoose() {
	only := map[string]bool{}
	for _, number := range s.form.unkept {
		only[number] = true
	}
	for _, e := range s.form.loose {
		of := struct {
			Number string                  `json:"number"` // of a step
			Record struct{ Number string } `json:"record"` // that is submitted
		}{}
		_ = json.Unmarshal(e.Body, &of) // what names no record counts by itself
		only[cmp.Or(of.Record.Number, of.Number, e.ID)] = true
	}
	s.view.Link.Loose = len(only) + s.exam.Loose()
}

// lastTry puts on the disk what it did not take before, at the end of a duty or
// of the program, and says how much it does not take now.
func (s *Session) lastTry() int {
	s.saveDraft()
	s.form.settle()
	s.exam.Retry()
	s.keepLoose()
	for _, d := range s.form.drafts {
		if _, un := s.form.unkept[d.key()]; un {
			d.keep(s)
		}
	}
	return s.view.Link.Loose
}

// isLoose tells whether a command would be lost with this program.
func (s *Session) isLoose(e outbox.Entry) bool {
	return slices.ContainsFunc(s.form.loose, func(l outbox.Entry) bool { return l.ID == e.ID })
}

// pending are the commands that the hub has not answered, in order.
func (s *Session) pending() []outbox.Entry {
	if s.box == nil {
		return slices.Clone(s.form.loose)
	}
	return append(s.box.Pending(), s.form.loose...)
}
