// Package record keeps what agents write about calls: it checks a record as it
// comes from a seat, seals its personal data, steps it by rules/ticket with the
// deadlines of rules/deadline, and stores it once however often it is sent. The
// hub's seats use it; it knows no call and no screen. It promises that what it
// acknowledged is on the disk, that a record changed by somebody else meanwhile
// is never overwritten, that a record always has an owner, that no deadline is
// lost in a step, and that a plain number leaves it by Open alone.
package record

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/rules/deadline"
	"zuoxi/rules/identity"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// Author is who writes.
type Author struct {
	No, District string

	channel ticket.Channel // by which a new record came; empty: a call
}

// Service keeps records. Any goroutine may use it.
type Service struct {
	db       *store.Store
	keys     *seal.Keys
	calendar deadline.Calendar
	lengths  map[deadline.Code]deadline.Span // of the centre, over the table's
	now      func() time.Time
}

// New makes the service.
func New(db *store.Store, keys *seal.Keys, calendar deadline.Calendar, now func() time.Time) *Service {
	return &Service{db: db, keys: keys, calendar: calendar, now: now}
}

// Lengths are the centre's own, where the table leaves a deadline to them. Call
// it before the service is used.
func (s *Service) Lengths(own map[deadline.Code]deadline.Span) { s.lengths = own }

// number is MMDD-seat-n.
var number = regexp.MustCompile(`^(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])-[0-9A-Za-z]{1,16}-[0-9]{1,5}$`)

// Series is what the numbers of a seat have in common on a day of the centre's.
func Series(day time.Time, seat string) string { return day.Format("0102") + "-" + seat }

// IsNumber tells whether s is a number as seats give them.
func IsNumber(s string) bool { return number.MatchString(s) }

// fields are the parts of a record that have no column of their own.
type fields struct {
	Topic    string                `json:"topic,omitempty"`
	Callback bool                  `json:"callback,omitempty"` // wanted, to Party.Phone
	Handling wire.Handling         `json:"handling"`
	Own      map[string]string     `json:"own,omitempty"`    // of the kind
	Sealed   map[string]seal.Value `json:"sealed,omitempty"` // of the kind, beside Party
	Linked   []string              `json:"linked,omitempty"`
	Evidence
	// Note belongs to the change that made this version, no other.
	Note string `json:"note,omitempty"`
}

// Evidence is what the log of a call proves to who was on it. Of a call of others
// nothing is taken, nor is it noted in the record: its caller may be a reporter.
type Evidence struct {
	Present    bool       `json:"-"` // the author was on the call
	Caller     seal.Value `json:"-"`
	Disclaimer string     `json:"disclaimer,omitempty"` // version that was played
	Verified   bool       `json:"verified,omitempty"`   // three elements matched
	Identity   string     `json:"identity,omitempty"`   // the same in words
	Told       []string   `json:"told,omitempty"`       // wordings that were read out

	calls []string // what it was taken from
}

// Calls gives the evidence of a call by its id, to the author of a record.
type Calls func(call string) (Evidence, error)

func fieldsOf(r store.Record) fields {
	var f fields
	_ = json.Unmarshal(r.Body.Fields, &f) // an older form: what it had is shown
	return f
}

// Save keeps a record for the command id. A masked number or name in the form
// stands for the one that is there: the record's, or the caller's own.
func (s *Service) Save(ctx context.Context, by Author, id string, m wire.Record, calls Calls) (wire.RecordSaved, error) {
	if m.Handling.How != string(ticket.Forward) {
		m.Handling.How = string(ticket.OnSpot)
	}
	proof, err := evidence(m, calls)
	if err != nil {
		return wire.RecordSaved{}, err
	}
	if field, text := s.check(m, proof.Verified); field != "" {
		return wire.RecordSaved{Number: m.Number, Version: m.Version, Code: wire.CodeInvalid, Field: field, Text: text}, nil
	}
	return s.once(ctx, by, id, "record.save", m.Number, m.Version, m, func(p store.Ports) (wire.RecordSaved, error) {
		return s.keep(ctx, p, by, m, proof)
	})
}

// once carries out a command of a seat once, however often it is sent.
func (s *Service) once(ctx context.Context, by Author, id, kind, no string, version int, order any, do func(store.Ports) (wire.RecordSaved, error)) (wire.RecordSaved, error) {
	raw, err := json.Marshal(order)
	if err != nil {
		return wire.RecordSaved{}, fmt.Errorf("digesting a record: %w", err)
	}
	sum := sha256.Sum256(raw)
	cmd := store.Command{Agent: by.No, ID: id, District: by.District, Kind: kind, Digest: sum[:], At: s.now()}
	raw, _, err = s.db.Commands.Once(ctx, cmd, func(p store.Ports) ([]byte, error) {
		saved, err := do(p)
		if err != nil {
			return nil, err
		}
		return json.Marshal(saved)
	})
	if err != nil {
		return s.refused(ctx, no, version, err)
	}
	var saved wire.RecordSaved
	if err := json.Unmarshal(raw, &saved); err != nil {
		return saved, fmt.Errorf("reading back the answer to a record: %w", err)
	}
	return saved, nil
}

// refused turns what the store or the rules say into an answer for the seat;
// the record stays in its outbox or form.
func (s *Service) refused(ctx context.Context, no string, version int, err error) (wire.RecordSaved, error) {
	out := wire.RecordSaved{Number: no, Version: version}
	var step *ticket.StepError
	switch {
	case errors.As(err, &step):
		out.Code, out.Text = wire.CodeImpossible, stepText(step)
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrDuplicate):
		out.Code, out.Text = wire.CodeConflict, "这张单已被别人改过，您的修改没有保存；请对照后再提交"
		if version == 0 { // a new record under a number that is taken: its seat takes the next
			out.Field, out.Text = "number", "这个单号已经有了，没有保存；请换下一个号"
			return out, nil
		}
		if theirs, err := s.Get(ctx, no); err == nil {
			out.Theirs = &theirs
		}
	case errors.Is(err, store.ErrInvalid):
		out.Code, out.Text = wire.CodeInvalid, store.ErrInvalid.Error()
	default:
		return out, err
	}
	return out, nil
}

// check tells the first field that is missing or wrong.
func (s *Service) check(m wire.Record, verified bool) (field, text string) {
	k := ticket.Kind(m.Kind)
	switch {
	case !number.MatchString(m.Number):
		return "number", "单号格式不对，没有保存；请联系管理员检查坐席程序"
	case ticket.First(k) == "" || k == ticket.KindVoicemail || k == ticket.KindTransaction:
		return "kind", "没有选择业务种类，没有保存；请选择后再提交"
	}
	values := m.Values()
	if miss := ticket.Incomplete(k, ticket.Handling(m.Handling.How), verified, values); len(miss) > 0 {
		return miss[0].Code, "“" + miss[0].Label + "”是空的，没有保存；请填写后再提交"
	}
	if id := values["id_number"]; id != "" && !masked(id) {
		if _, err := identity.Parse(id, s.now()); err != nil {
			return "id_number", err.Error()
		}
	}
	for _, f := range m.Fields {
		if !known(k, f.Code) {
			return f.Code, "这种业务没有“" + f.Code + "”一项，没有保存；请确认坐席程序与中心的版本"
		}
	}
	return "", ""
}

func known(k ticket.Kind, code string) bool {
	return slices.ContainsFunc(ticket.Fields(k), func(f ticket.Field) bool { return f.Code == code })
}

func evidence(m wire.Record, calls Calls) (Evidence, error) {
	var out Evidence
	for _, id := range m.CallIDs {
		e, err := calls(id)
		if err != nil {
			return out, fmt.Errorf("reading what call %s proves: %w", id, err)
		}
		if !e.Present {
			continue
		}
		out.calls = append(out.calls, id)
		if out.Caller.IsZero() {
			out.Caller = e.Caller
		}
		if out.Disclaimer == "" {
			out.Disclaimer = e.Disclaimer
		}
		if !out.Verified && e.Identity != "" {
			out.Verified, out.Identity = e.Verified, e.Identity
		}
		out.Told = append(out.Told, e.Told...)
	}
	return out, nil
}

// keep writes the record within one transaction.
func (s *Service) keep(ctx context.Context, p store.Ports, by Author, m wire.Record, proof Evidence) (wire.RecordSaved, error) {
	now := s.now()
	old, err := find(ctx, p, m.Number)
	there := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return wire.RecordSaved{}, err
	}
	if there && int64(m.Version) != old.Version || !there && m.Version > 0 {
		return wire.RecordSaved{}, store.ErrConflict
	}
	if there && old.Status.State == string(ticket.StateVoided) {
		return wire.RecordSaved{}, &ticket.StepError{Kind: ticket.Kind(old.Kind), From: ticket.StateVoided, Event: "edit"}
	}
	r, err := s.fill(old, by, m, proof)
	if err != nil {
		return wire.RecordSaved{}, err
	}
	change := store.Change{At: now, By: by.No, Action: "submit"}
	if there {
		change.Action = "update"
		r, err = p.Records.Update(ctx, r, change)
	} else {
		if err := s.begin(&r, m, proof.Verified); err != nil {
			return wire.RecordSaved{}, err
		}
		r.ID, r.Created = store.NewID(now), now
		r, err = p.Records.Create(ctx, r, change)
	}
	if err != nil {
		return wire.RecordSaved{}, fmt.Errorf("keeping record %s: %w", m.Number, err)
	}
	return wire.RecordSaved{Number: r.No, Version: int(r.Version), Code: wire.CodeOK}, nil
}

// fill puts what the seat sent over what is there. State, owner and deadlines
// are no part of a form: they change by steps.
func (s *Service) fill(r store.Record, by Author, m wire.Record, proof Evidence) (store.Record, error) {
	now := s.now()
	f := fieldsOf(r)
	if r.No == "" {
		r.No, r.Year, r.District, r.Agent = m.Number, now.Year(), by.District, by.No
		if r.Channel = string(by.channel); r.Channel == "" {
			r.Channel = string(ticket.ChannelCall)
		}
		r.Kind = m.Kind
		f.Handling = m.Handling
	}
	// The kind decides on states and secrecy: another kind is another record.
	r.Subject, r.Region, r.Updated = m.Subject, m.Region, now
	for _, id := range proof.calls { // what was said in a call stays said
		if !slices.Contains(r.Calls, id) {
			r.Calls = append(slices.Clone(r.Calls), id)
		}
	}
	r.Status.Urgency, r.Status.Secrecy = "", ""
	if m.Urgent {
		r.Status.Urgency = urgent
	}
	if ticket.Kind(r.Kind).Secret() {
		r.Status.Secrecy = "restricted"
	}
	f.Topic, f.Callback, f.Note = m.Topic, m.Callback != "", ""
	if proof.Identity != "" || f.Disclaimer == "" {
		f.Evidence = proof
	}
	if err := s.sealParty(&r, m, proof.Caller); err != nil {
		return r, err
	}
	if err := s.sealFields(&f, ticket.Kind(r.Kind), m.Fields); err != nil {
		return r, err
	}
	r.Body = store.RecordBody{Summary: m.Question, Answer: m.Answer}
	for _, a := range m.Articles {
		r.Body.Articles = append(r.Body.Articles, store.ArticleRef{ID: a.ID, Version: a.Version, At: a.At.UTC()})
	}
	return r, setFields(&r, f)
}

func setFields(r *store.Record, f fields) error {
	raw, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("encoding a record's fields: %w", err)
	}
	r.Body.Fields = raw
	return nil
}

const urgent = "urgent"
