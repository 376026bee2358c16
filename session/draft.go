package session

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"zuoxi/wire"
)

// saveKind is the outbox's name for a record that is submitted.
var saveKind = wire.RecordSave{}.Type()

// Where drafts are on the disk.
const (
	callDraft   = "call-"   // and the call
	recordDraft = "record-" // and the number, where no call led to the record
)

// draft is what is kept on disk.
type draft struct {
	Number string        `json:"number"`
	CallID string        `json:"call_id"`
	Masked string        `json:"masked"`
	Fields RecordFields  `json:"fields"`
	Base   int           `json:"base"` // version of the hub that was edited, 0 = new
	Saves  int           `json:"saves"`
	Loaded *RecordFields `json:"loaded,omitempty"` // text of that version
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
	defer s.countLoose()
	s.form.settle()
	if err := s.box.SaveDraft(d.key(), d); err != nil {
		s.draftLost(d, err)
		return false
	}
	delete(s.form.unkept, d.key())
	return true
}

// draftLost tells that what is on the screen is nowhere else.
func (s *Session) draftLost(d draft, err error) {
	if s.form.unkept == nil {
		s.form.unkept = map[string]string{}
	}
	s.form.unkept[d.key()] = d.Number
	s.cfg.Log.Error("draft not saved", "err", err)
	s.notify(NoticeError, "草稿没有存到本机 · 通话不受影响，已写内容仍在屏幕上 · 请尽快提交")
}

// saveDraft puts the form on disk and tells the hub.
func (s *Session) saveDraft() {
	if s.keepDraft() {
		s.form.tell(s)
	}
}

// keepDraft puts the form on disk, if there is something new in it.
func (s *Session) keepDraft() bool {
	r := s.view.Record
	if r == nil || r.Sent || !s.form.dirty || s.box == nil {
		return false
	}
	s.form.saves++
	if !s.form.draft(r).keep(s) {
		s.form.due = s.cfg.Now().Add(saveEvery)
		return false
	}
	s.form.dirty = false
	next := *r
	next.Saved = s.cfg.Now()
	s.view.Record = &next
	return true
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
	f.read = true
	f.move(s)
	f.settle()
	for _, key := range slices.Concat(s.box.Drafts(callDraft), s.box.Drafts(recordDraft)) {
		var d draft
		if ok, err := s.box.LoadDraft(key, &d); err != nil || !ok {
			s.cfg.Log.Warn("draft not read", "err", err)
			f.unread++
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

// putAway shelves the record on the screen, because of a call: what is new in it is saved beside.
func (f *form) putAway(s *Session) {
	r := s.view.Record
	save := r != nil && !r.Sent && f.dirty && s.box != nil
	if save {
		f.saves, f.dirty = f.saves+1, false
	}
	f.shelve(s)
	if save {
		s.keepBeside(f.draft(r))
	}
}

// draft is the form as it is kept.
func (f *form) draft(r *RecordView) draft {
	return draft{Number: r.Number, CallID: f.callID, Masked: f.masked, Fields: r.Fields, Base: r.Base, Saves: f.saves, Loaded: f.loaded}
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
	delete(f.unkept, key)
	s.countLoose()
	box := s.box
	s.onDisk(func() error { return box.DropDraft(key) }, func(err error) {
		if err != nil {
			s.cfg.Log.Warn("draft not removed", "err", err)
		}
	})
}

// rename gives a record its next number, wherever it is.
func (f *form) rename(s *Session, old, number string) {
	if r := s.view.Record; r != nil && r.Number == old {
		was, next := f.draft(r), *r
		next.Number = number
		s.view.Record, f.dirty = &next, true
		s.saveDraft()
		f.moved(s, was, f.draft(&next))
	}
	for i := range f.drafts {
		if was := f.drafts[i]; was.Number == old {
			f.drafts[i].Number = number
			f.drafts[i].keep(s)
			f.moved(s, was, f.drafts[i])
		}
	}
}

// moved takes a draft off its old place on the disk.
func (f *form) moved(s *Session, from, to draft) {
	if from.key() != to.key() {
		f.drop(s, from)
	}
}

// editShelved takes the keys that were typed before another record came onto
// the screen: they belong to the one that went into the list.
func (f *form) editShelved(s *Session, v EditRecord) {
	for i := range f.drafts {
		if d := &f.drafts[i]; d.Number == v.Number {
			v.Fields.Articles = d.Fields.Articles
			d.Fields, d.Saves = v.Fields, d.Saves+1
			d.keep(s)
		}
	}
}

// accepted takes off the list and off the disk what the hub has of a record
// now. True: something was written since, which stays as a change of that version.
func (f *form) accepted(s *Session, sent *wire.Record, version int) bool {
	said := fieldsOf(sent)
	if r := s.view.Record; r != nil && r.Number == sent.Number && !r.Sent {
		return f.acceptedHere(s, said, version)
	}
	i := slices.IndexFunc(f.drafts, func(d draft) bool { return d.Number == sent.Number })
	switch {
	case i < 0:
		d := draft{Number: sent.Number}
		if len(sent.CallIDs) > 0 {
			d.CallID = sent.CallIDs[0]
		}
		f.drop(s, d)
	case same(f.drafts[i].Fields, said):
		f.drop(s, f.drafts[i])
		f.drafts = slices.Delete(slices.Clone(f.drafts), i, i+1)
	default:
		d := &f.drafts[i]
		d.Base, d.Loaded = version, nil
		d.keep(s)
		return true
	}
	return false
}

// acceptedHere is accepted of the record on the screen.
func (f *form) acceptedHere(s *Session, said RecordFields, version int) bool {
	next := *s.view.Record
	next.Base, next.Error, next.Theirs = version, "", nil
	next.Sent = same(next.Fields, said)
	if s.view.Record = &next; !next.Sent {
		f.loaded, f.dirty = nil, true
		s.saveDraft()
		s.look(next.Number)
		return true
	}
	f.dirty = false
	f.drop(s, f.draft(&next))
	if s.desk.Call == nil {
		s.view.Record, f.active, f.callID = nil, false, ""
	}
	return false
}

// reread brings the open record up to the hub's version. Text that somebody
// else has changed is taken where nothing was written here, else it stands
// beside: submitted unseen, it would be overwritten.
func (f *form) reread(s *Session, r *wire.Record) {
	next, theirs := *s.view.Record, fieldsOf(r)
	if r.Version < next.Base || next.Base == 0 && !next.Sent {
		return // older, or maybe another's record under the same number: submitting finds out
	}
	read := readToo(theirs.Articles, next.Fields.Articles)
	if f.changed(&next, r.Version, theirs) {
		if f.loaded == nil || !same(next.Fields, *f.loaded) {
			s.beside(r)
			return
		}
		next.Fields, next.Missing = theirs, s.missing(theirs)
		next.Reread++
	}
	next.Fields.Articles = read
	next.Base, next.Life = r.Version, s.lifeView(r)
	s.view.Record, f.loaded = &next, &theirs
}

// changed tells whether the hub's text is another one than was loaded here.
func (f *form) changed(r *RecordView, version int, theirs RecordFields) bool {
	if r.Sent || version == r.Base || same(theirs, r.Fields) {
		return false
	}
	return f.loaded == nil || !same(theirs, *f.loaded)
}

// readToo adds the articles that were read here to those of the hub, which may
// keep times less exactly.
func readToo(there, here []ArticleRef) []ArticleRef {
	out := slices.Clone(there)
	for _, a := range here {
		known := func(b ArticleRef) bool {
			return a.ID == b.ID && a.Version == b.Version && a.At.Sub(b.At).Abs() < time.Second
		}
		if !slices.ContainsFunc(there, known) {
			out = append(out, a)
		}
	}
	return out
}

// same tells whether two forms say the same when they are submitted. To have
// read an article is not to have written.
func same(a, b RecordFields) bool {
	a.Articles, b.Articles = nil, nil
	x, errX := json.Marshal(wireRecord(&RecordView{Fields: a}, ""))
	y, errY := json.Marshal(wireRecord(&RecordView{Fields: b}, ""))
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
