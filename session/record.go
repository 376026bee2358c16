package session

import (
	"maps"
	"time"

	"zuoxi/rules/deadline"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// place is where a field of the forms is kept, nil for those of a kind.
func (f *RecordFields) place(code string) *string {
	switch code {
	case "category":
		return &f.Subject
	case "topic":
		return &f.Topic
	case "region":
		return &f.Region
	case "summary":
		return &f.Question
	case "answer":
		return &f.Answer
	case "contact":
		return &f.Callback
	case "name", "complainant", "reporter":
		return &f.Name
	}
	return f.placeOfCourse(code)
}

// placeOfCourse is where the fields are kept that say how the matter goes on.
func (f *RecordFields) placeOfCourse(code string) *string {
	switch code {
	case "kind":
		return &f.Kind
	case "handling":
		return &f.Handling
	case "dept":
		return &f.Forward
	case "due":
		return &f.Due
	}
	return nil
}

// urgent is the word for an urgent record.
const urgent = "紧急"

// Value is a field by its rules/ticket code.
func (f *RecordFields) Value(code string) string {
	if p := f.place(code); p != nil {
		return *p
	}
	if code == "urgency" {
		return either(f.Urgent, urgent, "")
	}
	return f.Own[code]
}

// Set puts a value in. Fields that were copied before keep theirs.
func (f *RecordFields) Set(code, value string) {
	if p := f.place(code); p != nil {
		*p = value
		return
	}
	if code == "urgency" {
		f.Urgent = value == urgent
		return
	}
	f.Own = maps.Clone(f.Own)
	if f.Own == nil {
		f.Own = map[string]string{}
	}
	f.Own[code] = value
}

// own lists the kind's fields in the order of its form; what another kind left
// behind stays here.
func (f *RecordFields) own() []wire.Field {
	var out []wire.Field
	for _, d := range ticket.Fields(ticket.Kind(f.Kind)) {
		if v := f.Own[d.Code]; v != "" && f.place(d.Code) == nil && d.Code != "urgency" {
			out = append(out, wire.Field{Code: d.Code, Value: v})
		}
	}
	return out
}

// LifeView is the course of a record as the hub knows it.
type LifeView struct {
	State      ticket.Status
	Owner      string // who has to act next
	Allowed    []ticket.Event
	Dues       []DueView
	History    []ChangeView
	Recordings int
	Disclaimer string // version that the caller heard
	Identity   string
	Told       []string
	Linked     []string
}

// DueView is one deadline.
type DueView struct {
	Name, Length, Source string
	Paused               string // why it stands still
	Last                 string // the last day, for people
	Done, Overdue        bool
}

// ChangeView is one line of a record's history.
type ChangeView struct {
	At           time.Time
	By, What     string
	Reason, Note string
}

// PlainView is one field in full, for a while.
type PlainView struct {
	Field string // of rules/ticket
	Value string
	Until time.Time
}

func (s *Session) lifeView(r *wire.Record) *LifeView {
	v := &LifeView{
		State: ticket.Status(r.State), Owner: r.Owner, Recordings: len(r.Recordings), Disclaimer: r.Disclaimer, Identity: r.Identity,
		Told: r.Told, Linked: r.Linked,
	}
	for _, e := range r.Allowed {
		v.Allowed = append(v.Allowed, ticket.Event(e))
	}
	for _, d := range r.Dues {
		v.Dues = append(v.Dues, DueView{
			Name: d.Name, Length: d.Length, Source: d.Source, Paused: d.Paused, Last: lastDay(d.At), Done: !d.Done.IsZero(),
			Overdue: d.Done.IsZero() && s.past(d.At),
		})
	}
	for _, c := range r.History {
		v.History = append(v.History, ChangeView{
			At: s.local(c.At), By: c.By, What: changeWord(c.Action, ticket.Status(c.State)), Reason: c.Reason, Note: c.Note,
		})
	}
	return v
}

// postStates are where something that went out stands.
var postStates = map[string]string{"queued": "待发", "sending": "在发", "sent": "已交出", "done": "了结", "failed": "没有送到", "unknown": "不知道是否送到"}

func changeWord(action string, state ticket.Status) string {
	if w := map[string]string{"submit": "登记", "update": "修改", "link": "关联"}[action]; w != "" {
		return w + "（" + state.Label() + "）"
	}
	if w := map[string]string{"sms.out": "短信", "sms.in": "回信", "handover": "移送", "reply.link": "部门答复链接"}[action]; w != "" {
		return w + "（" + orElse(postStates[string(state)], string(state)) + "）"
	}
	return ticket.Event(action).Label() + "（" + state.Label() + "）"
}

// lastDay writes the end of a deadline: its first moment that is too late is a
// midnight, which people call the day before.
func lastDay(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	at = at.In(centreZone)
	if day := deadline.DateOf(at); day.Start(centreZone).Equal(at) {
		return at.Add(-time.Nanosecond).Format("01-02")
	}
	return at.Format("01-02 15:04")
}

// centreZone is where deadlines end.
var centreZone = time.FixedZone("CST", 8*3600)

// past tells whether a time of the hub's clock is over.
func (s *Session) past(at time.Time) bool {
	return !at.IsZero() && !s.cfg.Now().Before(s.local(at))
}

// soon is how long before its end a deadline is called due.
const soon = 24 * time.Hour

// remind looks at the deadlines once a minute: what has passed is said once.
func (s *Session) remind() {
	now := s.cfg.Now()
	if now.Sub(s.form.looked) < time.Minute {
		return
	}
	s.form.looked = now
	before := map[string]bool{}
	for _, t := range s.view.Todo {
		before[t.Number] = t.Overdue
	}
	s.listTodo()
	for _, t := range s.view.Todo {
		if was, known := before[t.Number]; known && t.Overdue && !was {
			s.notify(NoticeWarn, "单 "+t.Number+" 已过时限 · 来电人还在等答复 · 请在待办里打开它")
		}
	}
}

// unmask shows one field of the open record for a while.
func (s *Session) unmask(v Unmask) {
	s.ask(&wire.RecordUnmask{Number: v.Number, Field: v.Field, Reason: v.Reason}, func(m wire.Message) {
		p, ok := m.Body.(*wire.RecordPlain)
		r := s.view.Record
		if !ok || r == nil || r.Number != p.Number {
			s.refusal(m)
			return
		}
		next := *r
		next.Plain = &PlainView{Field: p.Field, Value: p.Value, Until: s.cfg.Now().Add(time.Duration(p.Seconds) * time.Second)}
		s.view.Record = &next
	})
}

// mask hides what was shown in full when its time is over.
func (s *Session) mask() {
	if r := s.view.Record; r != nil && r.Plain != nil && !s.cfg.Now().Before(r.Plain.Until) {
		next := *r
		next.Plain = nil
		s.view.Record = &next
	}
}

// look asks for the record again.
func (s *Session) look(number string) {
	s.ask(&wire.RecordGet{Number: number}, func(m wire.Message) {
		r, ok := m.Body.(*wire.Record)
		if old := s.view.Record; ok && old != nil && old.Number == r.Number {
			s.form.reread(s, r)
		}
	})
}
