package session

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"zuoxi/rules/call"
	rule "zuoxi/rules/identity"
	"zuoxi/rules/region"
	"zuoxi/rules/ticket"
	"zuoxi/session/outbox"
	"zuoxi/wire"
)

// saveEvery is how long typed text may be only in memory.
const saveEvery = 3 * time.Second

// form is the record being written: at most one, with the call it belongs to.
type form struct {
	callID string
	active bool
	onCall bool   // opened by a call on this desk, not from the list
	owed   bool   // its citizen was talked to, or it was written in: it stays in the list
	masked string // the citizen, for the list
	dirty  bool
	due    time.Time      // next save of a dirty draft
	drafts []draft        // others, not yet submitted
	loose  []outbox.Entry // commands that the disk did not take
	read   bool           // those that an earlier session left are among them
	warned string         // the record that went on without its last words, as the agent knows
	// loaded is the text that the hub has of the version being edited; nil: not known.
	loaded *RecordFields
	second
	casework
	numbered
	disk
}

// casework is what is known of the citizen's case beside the form.
type casework struct {
	inquiry InquiryView // of the call here
	looked  time.Time   // when the deadlines were last looked at
}

// follow makes the form fit the desk's state: a new call brings a new record,
// or the draft that was begun before this seat was lost.
func (f *form) follow(s *Session) {
	f.passed(s)
	c := s.desk.Call
	if c == nil {
		if f.onCall { // wrap-up is over: what is not submitted goes to the list
			f.putAway(s)
			f.active, f.onCall, f.callID = false, false, ""
			s.view.Record = nil
		}
		return
	}
	if f.callID == c.ID && f.active {
		f.owe(s)
		if f.done(s, c.RecordNo) {
			f.gone(s)
		}
		f.inherit(s)
		return
	}
	f.putAway(s)
	f.callID, f.active, f.onCall, f.dirty, f.owed, f.masked, f.loaded = c.ID, true, true, false, false, c.Caller.Masked, nil
	if c.RecordNo != "" {
		s.view.Record = &RecordView{Number: c.RecordNo, Sent: true}
		return
	}
	d := f.recover(s, c.ID)
	f.second, f.loaded = second{saves: d.Saves}, d.Loaded
	f.owed = d.Number != ""
	if !f.owed {
		d.Number = s.nextNumber()
		d.Fields = RecordFields{
			Kind: string(ticket.KindConsult), Subject: c.Caller.Subject, Region: region.Name(orElse(c.Caller.Region, s.view.Seat.District)),
			Handling: string(ticket.OnSpot),
		}
	}
	s.view.Record = &RecordView{Number: d.Number, Fields: d.Fields, Missing: s.missing(d.Fields), Base: d.Base}
	f.course(s)
	f.owe(s)
	f.inherit(s)
}

// done tells that the call's record is at the hub or with another seat, and
// nothing is left here to be said of it: no answer, and no later text.
func (f *form) done(s *Session, number string) bool {
	r := s.view.Record
	if r == nil || r.Sent || r.Number != number || r.Base > 0 || f.ahead(s) {
		return false
	}
	_, waits := s.underway(number)
	return !waits
}

// owe notes that this desk has talked to the call's citizen and answers for the
// record: from now on it is on disk, and in the list if nobody writes it. A
// colleague who was only asked owes none.
func (f *form) owe(s *Session) {
	c, r := s.desk.Call, s.view.Record
	if f.owed || r == nil || r.Sent || c.Bridged.IsZero() || !slices.Contains(c.Allowed, string(call.EventHold)) {
		return
	}
	f.owed, f.dirty = true, true
	f.touch()
}

// close puts the record on the screen back into the list.
func (f *form) close(s *Session) {
	if s.view.Record == nil || s.desk.Call != nil {
		return
	}
	number := s.view.Record.Number
	s.saveDraft()
	if f.shelve(s) {
		s.notify(NoticeInfo, "单 "+number+" 放回待办 · 写的字存在本机，还没有提交 · 要提交请再打开它")
	}
	f.callID, f.active = "", false
	s.view.Record = nil
	s.listTodo()
}

func empty(f RecordFields) bool {
	return f.Question == "" && f.Answer == "" && f.Topic == "" && f.Name == ""
}

// numbered is how many records a day has had here.
type numbered struct {
	Day string
	N   int
}

// nextNumber gives MMDD-seat-n, behind those that the hub told of at the sign-in: of the same day last year, or from
// another PC. The counter is this seat's own and kept in the outbox; should a number be taken all the same, the hub
// answers with a conflict and the next one is tried.
func (s *Session) nextNumber() string {
	c, box := s.form.numbered, s.box
	day := s.cfg.Now().In(centreZone).Format("0102")
	if box != nil && c.Day != day {
		s.form.settle()
		if _, err := box.LoadDraft("counter", &c); err != nil {
			s.cfg.Log.Warn("record counter not read", "err", err)
		}
	}
	if c.Day != day {
		c = numbered{Day: day}
	}
	for _, t := range s.id.taken {
		if t.Day == day {
			c.N = max(c.N, t.N)
		}
	}
	c.N++
	s.form.numbered = c
	if box != nil {
		s.onDisk(func() error { return box.SaveDraft("counter", c) }, func(err error) {
			if err != nil {
				s.cfg.Log.Warn("record counter not kept", "err", err)
			}
		})
	}
	return fmt.Sprintf("%s-%s-%d", day, s.id.agent, c.N)
}

func (f *form) edit(s *Session, v EditRecord) {
	if r := s.view.Record; v.Number != "" && (r == nil || r.Number != v.Number) {
		f.editShelved(s, v)
		return
	}
	if s.view.Record == nil || s.view.Record.Sent {
		return
	}
	fields := v.Fields
	fields.Articles = s.view.Record.Fields.Articles
	f.owed = f.owed || !empty(fields)
	next := *s.view.Record
	next.Fields, next.Missing, next.Error = fields, s.missing(fields), ""
	if v.Reread != next.Reread { // typed into the text that was there before: what has come since stands beside it
		next.Theirs = f.loaded
		next.Reread++
	}
	next.Saved = time.Time{} // what is on the screen is not on disk yet
	s.view.Record = &next
	if !f.dirty {
		f.dirty, f.due = true, s.cfg.Now().Add(saveEvery)
	}
}

// touch saves soon: something happened on the call.
func (f *form) touch() { f.due = time.Time{} }

func (f *form) tick(s *Session) {
	if f.dirty && !s.cfg.Now().Before(f.due) {
		s.saveBeside()
	}
	s.retry()
	f.tell(s)
}

// missing names the required fields that are empty.
func (s *Session) missing(f RecordFields) []string {
	w := wireRecord(&RecordView{Fields: f}, "")
	verified := s.form.inquiry.Phase == rule.StateMatched
	var out []string
	for _, d := range ticket.Incomplete(ticket.Kind(f.Kind), ticket.Handling(f.Handling), verified, w.Values()) {
		out = append(out, d.Label)
	}
	return out
}

func (f *form) submit(s *Session, v SubmitRecord) {
	r := s.view.Record
	if v.Number != "" && (r == nil || r.Number != v.Number) {
		f.tooLate(s, v.Number)
		return
	}
	if r == nil || r.Sent {
		s.endWrap(v)
		return
	}
	if e, waits := s.underway(r.Number); waits {
		s.saveDraft()
		s.keepLoose()
		s.sendEntry(e) // should it not be on its way
		if f.dirty || s.isLoose(e) {
			s.onlyHere(r.Number)
			return
		}
		s.notify(NoticeWarn, "受理单 "+r.Number+" 已提交，在等中心收下 · 不再送第二份，之后写的存在本机 · 收下后请再按 F9")
		return
	}
	if len(r.Missing) > 0 {
		s.setRecordError("必填未完成：" + strings.Join(r.Missing, "、") + " · 还没有提交 · 请补上后再按 F9")
		return
	}
	end := s.desk.Call != nil && s.desk.Call.ID == f.callID && !s.desk.Call.Ended.IsZero()
	body := &wire.RecordSave{Record: wireRecord(r, f.callID), End: end, Next: nextPresence(v.Next), Reason: string(v.Reason)}
	raw, err := json.Marshal(body)
	if err != nil {
		s.setRecordError("受理单无法打包 · 还没有提交 · 请联系管理员")
		return
	}
	s.keepDraft()    // until the hub has it
	f.told = f.saves // and has it in full
	e := outbox.Entry{ID: newID(), Kind: saveKind, Body: raw}
	s.queue(e)
	s.sendEntry(e)
	s.countUnsent()
	if s.isLoose(e) {
		s.onlyHere(r.Number)
	}
}

// tooLate says that a record was not submitted that had left the screen when its
// key came: the time after the call was up, or another call is here.
func (f *form) tooLate(s *Session, number string) {
	if !slices.ContainsFunc(f.drafts, func(d draft) bool { return d.Number == number }) {
		return // it is at the hub
	}
	if _, waits := s.underway(number); !waits {
		s.notify(NoticeWarn, "单 "+number+" 刚离开屏幕 · 没有提交，写的都在待办里 · 请从待办打开它，再按 F9")
	}
}

// onlyHere says that a submitted record, or what was written since, is not on the disk.
func (s *Session) onlyHere(number string) {
	s.notify(NoticeError, "本机存不下受理单 "+number+" · 字都还在，也只会登记一张 · 中心收下前请不要退出，并请管理员检查磁盘")
}

// endWrap ends the wrap-up of a call whose record is already at the hub.
func (s *Session) endWrap(v SubmitRecord) {
	if s.desk.Call != nil && !s.desk.Call.Ended.IsZero() {
		s.tell(&wire.CallVerb{Call: s.desk.Call.ID, Do: wire.DoEndWrap, Next: nextPresence(v.Next), Reason: string(v.Reason)})
	}
}

func (s *Session) setRecordError(text string) {
	next := *s.view.Record
	next.Error = text
	s.view.Record = &next
}

func wireRecord(r *RecordView, callID string) wire.Record {
	f := r.Fields
	out := wire.Record{
		Number: r.Number, Version: r.Base, Kind: f.Kind, Subject: f.Subject, Topic: f.Topic, Region: f.Region, Name: f.Name, Callback: f.Callback,
		Urgent: f.Urgent, Question: f.Question, Answer: f.Answer, Handling: wire.Handling{How: f.Handling, Dept: f.Forward, Due: f.Due},
	}
	out.Fields = f.own()
	if callID != "" {
		out.CallIDs = []string{callID}
	}
	for _, a := range f.Articles {
		out.Articles = append(out.Articles, wire.Article{ID: a.ID, Version: a.Version, At: a.At})
	}
	return out
}

// article notes what was read: in the record, with a call or from the list, and in the call's timeline. To have read is
// not to have written: a record from the list becomes a draft by what is written in it.
func (f *form) article(s *Session, v ArticleShown) {
	if r := s.view.Record; r != nil && !r.Sent {
		next := *r
		next.Fields.Articles = append(slices.Clone(r.Fields.Articles), ArticleRef{ID: v.ID, Version: v.Version, At: s.cfg.Now()})
		s.view.Record = &next
		f.dirty = f.dirty || f.onCall || f.owed
	}
	if c := s.desk.Call; c != nil {
		f.touch()
		// Nobody pressed a key for it: where the timeline does not get it, there is nothing to press again.
		note := &wire.CallVerb{Call: c.ID, Do: wire.DoArticle, Target: v.ID + "@" + v.Version}
		_ = s.link.Send(wire.Message{ID: newID(), Session: s.id.session, Body: note})
	}
}

// along is the record as far as it is written, saved first, to go with a call
// that leaves this seat.
func (f *form) along(s *Session) *wire.Record {
	r := s.view.Record
	if r == nil || r.Sent || r.Base > 0 || !f.onCall { // a change of what the hub has stays with its writer
		return nil
	}
	f.dirty = true
	s.saveDraft()
	return f.wire(r)
}

// gone marks the record as no longer this seat's to finish: the hub has it, or
// it went along with the call.
func (f *form) gone(s *Session) {
	f.dirty = false
	f.drop(s, f.draft(s.view.Record))
	next := *s.view.Record
	next.Sent, next.Error = true, ""
	s.view.Record = &next
}
