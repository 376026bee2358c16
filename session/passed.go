package session

import (
	"slices"
	"strings"
	"time"

	"zuoxi/wire"
)

// tellEvery is how far apart the hub is told what stands in the form: the link
// may be narrow, and the voice goes first.
const tellEvery = 6 * time.Second

// second is the copy of the record that the hub keeps with the call, for when
// this seat is lost.
type second struct {
	saves int // of the record, at whatever seat
	told  int // of them the hub's
	next  time.Time
}

// wire is the record as it goes to the hub before it is submitted.
func (f *form) wire(r *RecordView) *wire.Record {
	w := wireRecord(r, f.callID)
	w.Saves = f.saves
	return &w
}

// tell brings the hub's copy up to date.
func (f *form) tell(s *Session) {
	r, c, now := s.view.Record, s.desk.Call, s.cfg.Now()
	if r == nil || r.Sent || r.Base > 0 || c == nil || c.ID != f.callID || f.saves <= f.told || now.Before(f.next) || !s.online() {
		return
	}
	if s.link.Send(wire.Message{Session: s.id.session, Body: &wire.RecordDraft{Call: c.ID, Record: *f.wire(r)}}) == nil {
		f.told, f.next = f.saves, now.Add(tellEvery)
	}
}

// inherit takes over the record of the call as the hub knows it: another seat
// began it, or this one lost its own copy. What was written here meanwhile
// stands below it.
func (f *form) inherit(s *Session) {
	along, own := s.desk.Draft, s.view.Record
	if along == nil || own == nil || own.Sent {
		return
	}
	same := own.Number == along.Number && f.saves > 0
	if same && f.saves >= along.Saves {
		f.told = 0 // said once more, the hub knows that it is here
		return
	}
	fields := fieldsOf(along)
	if !same {
		fields.Question = joined(fields.Question, own.Fields.Question)
		fields.Answer = joined(fields.Answer, own.Fields.Answer)
		fields.Articles = append(fields.Articles, own.Fields.Articles...)
	}
	s.view.Record = &RecordView{
		Number: along.Number, Fields: fields, Missing: s.missing(fields), Base: along.Version,
		Reread: own.Reread + 1, // the same number on the screen is another text
	}
	f.dirty, f.owed, f.saves, f.loaded = true, true, along.Saves, nil
	f.told = 0 // what was told before was another text
	s.announce(NoticeInfo, "受理单 "+along.Number+" 随来电人到了本席 · 已写的都在 · 请接着填写")
}

func joined(a, b string) string { return strings.TrimSpace(a + "\n" + b) }

// more tells whether something was written here that did not go along. A form
// that nobody has written in is no more than what went.
func (d draft) more(p wire.Passed) bool { return d.Saves > p.Saves && !empty(d.Fields) }

// ahead tells so of the record on the screen.
func (f *form) ahead(s *Session) bool {
	r := s.view.Record
	return r != nil && slices.ContainsFunc(s.desk.Passed, func(p wire.Passed) bool {
		return p.Call == f.callID && p.Number == r.Number && (f.dirty || f.draft(r).more(p))
	})
}

// passed takes out of the list, and off the disk, what another seat finishes.
func (f *form) passed(s *Session) {
	for _, p := range s.desk.Passed {
		if r := s.view.Record; r != nil && !r.Sent && f.active && f.callID == p.Call && r.Number == p.Number {
			f.passedHere(s, p)
		}
		for i, d := range f.drafts {
			if d.CallID != p.Call || d.Number != p.Number || f.warned == p.Number {
				continue
			}
			if d.more(p) {
				f.short(s, p)
				break
			}
			f.drafts = slices.Delete(slices.Clone(f.drafts), i, i+1)
			f.drop(s, d)
			s.announce(NoticeInfo, "受理单 "+p.Number+" 已随来电人交给 "+p.To+" · 由其接着填写 · 您不必再填")
			break
		}
	}
}

// passedHere is passed of the record on the screen.
func (f *form) passedHere(s *Session, p wire.Passed) {
	if f.ahead(s) {
		f.short(s, p)
		return
	}
	f.gone(s)
	if s.desk.Call == nil {
		s.view.Record, f.active, f.callID = nil, false, ""
	}
	s.announce(NoticeInfo, "受理单 "+p.Number+" 已随来电人交给 "+p.To+" · 由其接着填写 · 您不必再填")
}

// short says, once, that the last words stayed here.
func (f *form) short(s *Session, p wire.Passed) {
	if f.warned == p.Number {
		return
	}
	f.warned = p.Number
	s.announce(NoticeWarn, "受理单 "+p.Number+" 已随来电人交给 "+p.To+" · 您最后写的没有随去，仍在本席 · 请告诉对方，或由您提交")
}
