package session

import (
	"slices"
)

// Where drafts are on the disk.
const (
	callDraft   = "call-"   // and the call
	recordDraft = "record-" // and the number, where no call led to the record
)

// draft is what is kept on disk.
type draft struct {
	Number string       `json:"number"`
	CallID string       `json:"call_id"`
	Masked string       `json:"masked"`
	Fields RecordFields `json:"fields"`
	Base   int          `json:"base"` // version of the hub that was edited, 0 = new
	Saves  int          `json:"saves"`
}

// key is where the draft is on the disk.
func (d draft) key() string {
	if d.CallID == "" {
		return recordDraft + d.Number
	}
	return callDraft + d.CallID
}

// keep puts the draft on disk; false, and the person is told, where it cannot.
func (d draft) keep(s *Session) bool {
	if s.box == nil {
		return false
	}
	if err := s.box.SaveDraft(d.key(), d); err != nil {
		s.cfg.Log.Error("draft not saved", "err", err)
		s.notify(NoticeError, "草稿没有存到本机 · 通话不受影响，已写内容仍在屏幕上 · 请尽快提交")
		return false
	}
	return true
}

// saveDraft puts the form on disk.
func (s *Session) saveDraft() {
	r := s.view.Record
	if r == nil || r.Sent || !s.form.dirty || s.box == nil {
		return
	}
	s.form.saves++
	if !s.form.draft(r).keep(s) {
		s.form.due = s.cfg.Now().Add(saveEvery)
		return
	}
	s.form.dirty = false
	next := *r
	next.Saved = s.cfg.Now()
	s.view.Record = &next
	s.form.tell(s)
}

// recover takes the draft that was begun for the call, before this seat was lost.
func (f *form) recover(s *Session, callID string) draft {
	for i, d := range f.drafts {
		if d.CallID == callID {
			f.drafts = append(f.drafts[:i:i], f.drafts[i+1:]...)
			return d
		}
	}
	return draft{CallID: callID}
}

// load reads the drafts that an earlier session left.
func (f *form) load(s *Session) {
	f.move(s)
	for _, key := range slices.Concat(s.box.Drafts(callDraft), s.box.Drafts(recordDraft)) {
		var d draft
		if ok, err := s.box.LoadDraft(key, &d); err != nil || !ok {
			s.cfg.Log.Warn("draft not read", "err", err)
			continue
		}
		if r := s.view.Record; r == nil || !f.active || f.draft(r).key() != d.key() {
			f.drafts = append(f.drafts, d)
		}
	}
	f.passed(s)
}

// shelve keeps the unfinished record on the screen in the list, if there is
// anything in it that the hub does not have.
func (f *form) shelve(s *Session) bool {
	r := s.view.Record
	if r == nil || r.Sent || !f.active || !f.owed {
		return false
	}
	f.drafts = append(f.drafts, f.draft(r))
	return true
}

// draft is the form as it is kept.
func (f *form) draft(r *RecordView) draft {
	return draft{Number: r.Number, CallID: f.callID, Masked: f.masked, Fields: r.Fields, Base: r.Base, Saves: f.saves}
}

// move gives the draft of the empty call, where once every record without a
// call was kept, a place of its own.
func (f *form) move(s *Session) {
	var d, there draft
	if ok, err := s.box.LoadDraft(callDraft, &d); err != nil || !ok {
		return
	}
	if moved, _ := s.box.LoadDraft(d.key(), &there); moved && there.Saves >= d.Saves || d.keep(s) {
		f.dropKey(s, callDraft)
	}
}

// drop takes a draft off the disk.
func (f *form) drop(s *Session, d draft) { f.dropKey(s, d.key()) }

func (f *form) dropKey(s *Session, key string) {
	if s.box == nil {
		return
	}
	if err := s.box.DropDraft(key); err != nil {
		s.cfg.Log.Warn("draft not removed", "err", err)
	}
}
