package session

import (
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
	s.view.Link.Loose = len(s.form.loose)
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
