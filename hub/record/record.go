// Package record keeps what agents write about calls: it checks a record as it
// comes from a seat, seals its personal data, gives it its first state and due
// date, and stores it once however often it is sent. The hub's seats use it; it
// knows no call and no screen. It promises that what it acknowledged is on the
// disk, that a record changed by somebody else meanwhile is never overwritten,
// and that a plain number leaves it to nobody but its own agent.
package record

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/rules/deadline"
	"zuoxi/wire"
)

// Author is who writes.
type Author struct {
	No, District string
}

// Service keeps records. Any goroutine may use it.
type Service struct {
	db       *store.Store
	keys     *seal.Keys
	calendar deadline.Calendar
	now      func() time.Time
}

// New makes the service.
func New(db *store.Store, keys *seal.Keys, calendar deadline.Calendar, now func() time.Time) *Service {
	return &Service{db: db, keys: keys, calendar: calendar, now: now}
}

// number is MMDD-seat-n.
var number = regexp.MustCompile(`^(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])-[0-9A-Za-z]{1,16}-[0-9]{1,5}$`)

// fields are the parts of a record that have no column of their own.
type fields struct {
	Topic    string        `json:"topic,omitempty"`
	Callback bool          `json:"callback,omitempty"` // wanted, to Party.Phone
	Handling wire.Handling `json:"handling"`
}

// Save keeps a record for the command id. callers gives the sealed number of a
// call, which stands in for a masked number in the form.
func (s *Service) Save(ctx context.Context, by Author, id string, m wire.Record, callers func(call string) seal.Value) (wire.RecordSaved, error) {
	if field, text := check(m); field != "" {
		return wire.RecordSaved{Number: m.Number, Version: m.Version, Code: wire.CodeInvalid, Field: field, Text: text}, nil
	}
	digest, err := digestOf(m)
	if err != nil {
		return wire.RecordSaved{}, err
	}
	cmd := store.Command{Agent: by.No, ID: id, District: by.District, Kind: "record.save", Digest: digest, At: s.now()}
	raw, _, err := s.db.Commands.Once(ctx, cmd, func(p store.Ports) ([]byte, error) {
		saved, err := s.keep(ctx, p, by, m, callers)
		if err != nil {
			return nil, err
		}
		return json.Marshal(saved)
	})
	if err != nil {
		return s.refused(ctx, m, err)
	}
	var saved wire.RecordSaved
	if err := json.Unmarshal(raw, &saved); err != nil {
		return saved, fmt.Errorf("reading back the answer to a record: %w", err)
	}
	return saved, nil
}

func digestOf(m wire.Record) ([]byte, error) {
	raw, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("digesting a record: %w", err)
	}
	sum := sha256.Sum256(raw)
	return sum[:], nil
}

// refused turns what the store says into an answer for the seat; the record
// stays in its outbox or form.
func (s *Service) refused(ctx context.Context, m wire.Record, err error) (wire.RecordSaved, error) {
	out := wire.RecordSaved{Number: m.Number, Version: m.Version}
	switch {
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrDuplicate):
		out.Code, out.Text = wire.CodeConflict, "这张单已被别人改过，您的修改没有保存；请对照后再提交"
		if theirs, err := s.Get(ctx, m.Number); err == nil {
			out.Theirs = &theirs
		}
		return out, nil
	case errors.Is(err, store.ErrInvalid):
		out.Code, out.Text = wire.CodeInvalid, store.ErrInvalid.Error()
		return out, nil
	}
	return out, err
}

func check(m wire.Record) (field, text string) {
	switch {
	case !number.MatchString(m.Number):
		return "number", "单号格式不对，没有保存；请联系管理员检查坐席程序"
	case first[m.Kind] == (states{}):
		return "kind", "没有选择业务种类，没有保存；请选择后再提交"
	case strings.TrimSpace(m.Question) == "":
		return "question", "诉求是空的，没有保存；请填写后再提交"
	case m.Handling.How == "forward" && m.Handling.Dept == "":
		return "handling", "转办没有选部门，没有保存；请选择后再提交"
	case m.Handling.How != "forward" && strings.TrimSpace(m.Answer) == "":
		return "answer", "当场办结要写答复，没有保存；请填写后再提交"
	}
	return "", ""
}

// states are the first states of a kind: answered at once, or passed on.
type states struct{ onSpot, forwarded string }

// first holds the kinds of domain.md section 5 that a call can lead to.
var first = map[string]states{
	"consult": {"answered", "with_dept"}, "inquiry": {"answered", "open"}, "complaint": {"explained", "forwarded"},
	"report": {"explained", "forwarded"}, "suggestion": {"registered", "forwarded"}, "help": {"done", "assigned"},
	"conduct_complaint": {"registered", "forwarded"},
}

// ended are the states in which nobody has to act any more.
var ended = map[string]bool{"answered": true, "closed": true, "done": true, "explained": true, "noted": true, "refused": true}

// keep writes the record within one transaction.
func (s *Service) keep(ctx context.Context, p store.Ports, by Author, m wire.Record, callers func(string) seal.Value) (wire.RecordSaved, error) {
	now := s.now()
	old, err := find(ctx, p, m.Number)
	known := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return wire.RecordSaved{}, err
	}
	if known && int64(m.Version) != old.Version || !known && m.Version > 0 {
		return wire.RecordSaved{}, store.ErrConflict
	}
	r, err := s.fill(old, by, m, callers)
	if err != nil {
		return wire.RecordSaved{}, err
	}
	change := store.Change{At: now, By: by.No, Action: "submit"}
	if known {
		change.Action = "update"
		r, err = p.Records.Update(ctx, r, change)
	} else {
		r.ID, r.Created = store.NewID(now), now
		r, err = p.Records.Create(ctx, r, change)
	}
	if err != nil {
		return wire.RecordSaved{}, fmt.Errorf("keeping record %s: %w", m.Number, err)
	}
	return wire.RecordSaved{Number: r.No, Version: int(r.Version), Code: wire.CodeOK}, nil
}

// fill puts what the seat sent over what is there.
func (s *Service) fill(r store.Record, by Author, m wire.Record, callers func(string) seal.Value) (store.Record, error) {
	now := s.now()
	if r.No == "" {
		r.No, r.Year, r.District, r.Agent = m.Number, now.Year(), by.District, by.No
		r.Channel = "call"
	}
	r.Kind, r.Subject, r.Region = m.Kind, m.Subject, m.Region
	r.Calls = m.CallIDs
	r.Updated = now
	var err error
	if r.Party.Name, err = s.keys.Name(m.Name); err != nil {
		return r, fmt.Errorf("sealing a name: %w", err)
	}
	if r.Party.Phone, err = s.phone(r.Party.Phone, m, callers); err != nil {
		return r, err
	}
	r.Body = store.RecordBody{Summary: m.Question, Answer: m.Answer}
	for _, a := range m.Articles {
		r.Body.Articles = append(r.Body.Articles, store.ArticleRef{ID: a.ID, Version: a.Version})
	}
	if r.Body.Fields, err = json.Marshal(fields{Topic: m.Topic, Callback: m.Callback != "", Handling: m.Handling}); err != nil {
		return r, fmt.Errorf("encoding a record's fields: %w", err)
	}
	s.progress(&r, m)
	return r, nil
}

// phone is the number to call back. A masked one in the form is the caller's
// own, which the seat never had.
func (s *Service) phone(old seal.Value, m wire.Record, callers func(string) seal.Value) (seal.Value, error) {
	switch {
	case m.Callback == "" || strings.Contains(m.Callback, "*"):
		if !old.IsZero() {
			return old, nil
		}
		for _, id := range m.CallIDs {
			if v := callers(id); !v.IsZero() {
				return v, nil
			}
		}
		return seal.Value{}, nil
	}
	v, err := s.keys.Phone(m.Callback)
	if err != nil {
		return v, fmt.Errorf("sealing a number: %w", err)
	}
	return v, nil
}

// progress gives the record its state and due date.
func (s *Service) progress(r *store.Record, m wire.Record) {
	r.Status.Urgency, r.Status.Secrecy = "", ""
	if m.Urgent {
		r.Status.Urgency = "urgent"
	}
	if m.Kind == "report" || m.Kind == "conduct_complaint" {
		r.Status.Secrecy = "restricted"
	}
	if r.Status.State != "" && m.State == "" {
		return // a later save by the form changes the text only
	}
	st := first[m.Kind]
	r.Status.State, r.Status.Owner = st.onSpot, ""
	if m.Handling.How == "forward" {
		r.Status.State, r.Status.Owner = st.forwarded, m.Handling.Dept
		r.Dues = []store.Due{s.due(m)}
	}
	if m.Callback != "" && m.Handling.How != "forward" {
		r.Status.Owner = r.Agent
	}
}

// due is the promised time, or the centre's for a hard question.
func (s *Service) due(m wire.Record) store.Due {
	if !m.Handling.At.IsZero() {
		return store.Due{Name: "reply", At: m.Handling.At, Unit: "day", From: "record", Source: "坐席承诺：" + m.Handling.Due}
	}
	const days = 3
	return store.Due{
		Name: "reply", At: deadline.Of(s.now(), deadline.Days(days), s.calendar).At, Length: days, Unit: "day", From: "record", Source: "疑难问题答复时限",
	}
}
