package session

import (
	"encoding/json"
	"slices"
	"strings"

	"zuoxi/rules/mask"
	"zuoxi/rules/ticket"
	"zuoxi/session/outbox"
	"zuoxi/wire"
)

// sendEntry sends one command of the outbox under its own id. It stays in the
// box until the hub has answered.
func (s *Session) sendEntry(e outbox.Entry) {
	if isExam(e.Kind) && s.examWaits(e) {
		return // the line is for voice too: a few at a time
	}
	if s.hasTime(e.Kind) {
		return
	}
	body := wire.New(e.Kind)
	if body == nil {
		s.cfg.Log.Error("outbox entry of an unknown kind", "kind", e.Kind)
		return
	}
	if err := json.Unmarshal(e.Body, body); err != nil {
		s.cfg.Log.Error("outbox entry not readable", "kind", e.Kind, "id", e.ID)
		return
	}
	if _, sent := s.waiting[e.ID]; sent {
		return
	}
	if err := s.send(wire.Message{ID: e.ID, Session: s.id.session, Body: body}); err != nil {
		if isExam(e.Kind) || isNote(e.Kind) {
			return // it waits in the box; nobody has to do anything
		}
		if s.isLoose(e) {
			return // of which more is said than that the link is cut
		}
		s.notify(NoticeWarn, "与中心的连接中断 · 受理单已存在本机 · 恢复后自动送出，不必重填")
		return
	}
	s.waiting[e.ID] = func(m wire.Message) {
		if isExam(e.Kind) {
			s.examAnswered(e, m)
			return
		}
		s.entryAnswered(e, m)
	}
}

// flush sends what waits, in order, after each welcome and each call.
func (s *Session) flush() {
	s.keepLoose()
	for _, e := range s.pending() {
		s.sendEntry(e)
	}
	s.countUnsent()
}

func (s *Session) countUnsent() {
	s.view.Link.Unsent = s.unsent()
	s.countLoose()
}

func (s *Session) unsent() int {
	n := 0
	for _, e := range s.pending() {
		if e.Kind != kindAsked {
			n++
		}
	}
	return n
}

func (s *Session) entryAnswered(e outbox.Entry, m wire.Message) {
	if isNote(e.Kind) {
		s.noted(e, m)
		return
	}
	if e.Kind == stepKind {
		s.stepped(e, m)
		return
	}
	saved, ok := m.Body.(*wire.RecordSaved)
	if a, isAck := m.Body.(*wire.Ack); isAck {
		if a.Code == wire.CodeUnreachable {
			return // the link went; flush sends it again
		}
		saved, ok = &wire.RecordSaved{Code: a.Code, Text: a.Text}, true
	}
	if !ok {
		return
	}
	var sent wire.RecordSave
	if err := json.Unmarshal(e.Body, &sent); err != nil {
		return
	}
	switch saved.Code {
	case wire.CodeOK:
		s.recordAccepted(sent, saved.Version)
	case wire.CodeConflict:
		if saved.Theirs == nil && sent.Record.Version == 0 { // the number is taken: this seat's counter was lost
			s.renumber(e, sent)
			return
		}
		s.recordRefused(sent.Record.Number, orElse(saved.Text, "这张单子在中心已被改过 · 您写的内容还在这里 · 请对照后再提交"))
		s.beside(saved.Theirs)
	case wire.CodeInternal: // the hub's own trouble: it stays in the box, and goes again with the next call, sign-in or F9
		s.notify(NoticeWarn, orElse(saved.Text, "受理单没有保存到中心 · 内容已留在本席 · 稍后自动重发"))
		return
	default:
		s.recordRefused(sent.Record.Number, orElse(saved.Text, "中心没有接受这张单子 · 内容还在这里 · 请按提示修改后再提交"))
	}
	s.settle(e)
}

// settle takes an answered entry out of the box.
func (s *Session) settle(e outbox.Entry) {
	s.form.loose = slices.DeleteFunc(s.form.loose, func(l outbox.Entry) bool { return l.ID == e.ID })
	if s.box != nil {
		if err := s.box.Done(e.ID); err != nil {
			s.cfg.Log.Error("outbox entry not removed", "err", err)
		}
	}
	s.countUnsent()
}

// beside shows what the hub has instead. Submitting again is then meant to
// replace it.
func (s *Session) beside(theirs *wire.Record) {
	if r := s.view.Record; r != nil && theirs != nil && r.Number == theirs.Number {
		next := *r
		fields := fieldsOf(theirs)
		next.Theirs, next.Base, next.Life = &fields, theirs.Version, s.lifeView(theirs)
		s.view.Record, s.form.loaded = &next, &fields
	}
}

// underway is the submission of a record that the hub has not answered yet.
func (s *Session) underway(number string) (outbox.Entry, bool) {
	for _, e := range s.pending() {
		var sent wire.RecordSave
		if e.Kind == saveKind && json.Unmarshal(e.Body, &sent) == nil && sent.Record.Number == number {
			return e, true
		}
	}
	return outbox.Entry{}, false
}

// renumber gives a refused number's record the next one and sends it again.
func (s *Session) renumber(e outbox.Entry, sent wire.RecordSave) {
	old := sent.Record.Number
	sent.Record.Number = s.nextNumber()
	raw, err := json.Marshal(&sent)
	if err != nil {
		return
	}
	next := outbox.Entry{ID: newID(), Kind: e.Kind, Body: raw}
	s.settle(e)
	s.queue(next)
	s.form.rename(s, old, sent.Record.Number)
	s.listTodo()
	s.sendEntry(next)
}

// recordAccepted takes what the hub has off the list and off the disk. What
// was written since it was sent stays.
func (s *Session) recordAccepted(sent wire.RecordSave, version int) {
	n := sent.Record.Number
	rest := s.form.accepted(s, &sent.Record, version)
	s.keepOwn(sent.Record)
	s.listTodo()
	if rest {
		s.notify(NoticeWarn, "受理单 "+n+" 已到中心 · 之后写的还在本席，没有提交 · 请在这张单上再按 F9")
		return
	}
	s.notify(NoticeInfo, "受理单 "+n+" 已到中心")
}

func (s *Session) recordRefused(number, text string) {
	if r := s.view.Record; r != nil && r.Number == number {
		s.setRecordError(text)
	}
	s.notify(NoticeError, text)
}

// listTodo shows the unfinished, and how many there are.
func (s *Session) listTodo() {
	s.view.Todo = s.todo()
	s.view.Today.Open = len(s.view.Todo)
}

// todo lists the unfinished: this seat's drafts first, then the hub's open records.
func (s *Session) todo() []TodoRow {
	var out []TodoRow
	here := map[string]bool{}
	for _, d := range s.form.drafts {
		here[d.Number] = true
		row := TodoRow{Number: d.Number, Who: orElse(d.Masked, mask.Phone(d.Fields.Callback)), Matter: matter(d.Fields), State: "未提交"}
		if _, waits := s.underway(d.Number); waits {
			row.State = "待送达"
		}
		if k := ticket.Kind(d.Fields.Kind); k.Secret() {
			row.Who, row.Matter = "（保密）", k.Label()
		}
		out = append(out, row)
	}
	for _, t := range s.desk.Todo {
		if here[t.Number] {
			continue // the newer text is here
		}
		out = append(out, TodoRow{
			Number: t.Number, Who: t.Masked, Matter: t.Matter, State: ticket.Status(t.State).Label(), Due: lastDay(t.Due),
			Overdue: s.past(t.Due), Soon: !t.Due.IsZero() && s.past(t.Due.Add(-soon)) && !s.past(t.Due),
		})
	}
	return out
}

// matter is what a record is about in one line; the business, while no question is written.
func matter(f RecordFields) string {
	about := orElse(f.Topic, f.Subject)
	switch {
	case f.Question != "":
		return firstLine(f.Question)
	case !empty(f) && about != "":
		return about
	case about != "":
		return about + "（还没有填写）"
	}
	return "还没有填写"
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// open brings an unfinished record onto the screen, if no call holds the form.
func (f *form) open(s *Session, number string) {
	if s.desk.Call != nil {
		s.notify(NoticeWarn, "通话的受理单正在填写 · 先完成这一张 · 待办不会丢")
		return
	}
	if r := s.view.Record; r != nil && r.Number == number {
		return // with what was written in it
	}
	f.close(s)
	s.todoAsk++
	for i, d := range f.drafts {
		if d.Number == number {
			f.drafts = append(f.drafts[:i:i], f.drafts[i+1:]...)
			f.callID, f.active, f.onCall, f.owed, f.masked, f.loaded = d.CallID, true, false, true, d.Masked, d.Loaded
			f.second = second{saves: d.Saves}
			_, f.dirty = f.unkept[d.key()]
			s.view.Record = &RecordView{Number: d.Number, Fields: d.Fields, Missing: s.missing(d.Fields), Base: d.Base}
			s.listTodo()
			if s.online() { // else the next welcome asks
				f.course(s)
			}
			return
		}
	}
	n := s.todoAsk
	s.ask(&wire.RecordGet{Number: number}, func(m wire.Message) {
		if n == s.todoAsk && s.view.SignIn.SignedIn {
			f.opened(s, m)
		}
	})
}

// course asks how the record on the screen has gone on, where the hub has it and
// only a draft was opened here: a draft knows its text and no more.
func (f *form) course(s *Session) {
	if r := s.view.Record; r != nil && r.Base > 0 && r.Life == nil {
		s.look(r.Number)
	}
}

// opened shows the record that was asked for last, unless something else is
// being written by now.
func (f *form) opened(s *Session, m wire.Message) {
	r, ok := m.Body.(*wire.Record)
	if !ok {
		s.refusal(m)
		return
	}
	if s.desk.Call != nil || s.view.Record != nil {
		s.notify(NoticeWarn, "单 "+r.Number+" 来晚了，没有打开 · 正在写的单不受影响 · 办完再从待办打开它")
		return
	}
	f.callID, f.active, f.onCall, f.owed, f.masked = "", true, false, false, r.Callback
	if len(r.CallIDs) > 0 {
		f.callID = r.CallIDs[0]
	}
	fields := fieldsOf(r)
	f.second, f.loaded = second{}, &fields
	s.view.Record = &RecordView{Number: r.Number, Fields: fields, Missing: s.missing(fields), Base: r.Version, Life: s.lifeView(r)}
}

func fieldsOf(r *wire.Record) RecordFields {
	f := RecordFields{
		Kind: r.Kind, Subject: r.Subject, Topic: r.Topic, Region: r.Region, Name: r.Name, Callback: r.Callback, Urgent: r.Urgent,
		Question: r.Question, Answer: r.Answer, Handling: r.Handling.How, Forward: r.Handling.Dept, Due: r.Handling.Due,
	}
	for _, v := range r.Fields {
		f.Set(v.Code, v.Value)
	}
	for _, a := range r.Articles {
		f.Articles = append(f.Articles, ArticleRef{ID: a.ID, Version: a.Version, At: a.At})
	}
	return f
}
