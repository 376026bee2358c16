package record

import (
	"context"
	"fmt"
	"strings"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/deadline"
	"zuoxi/rules/region"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// facts are what a step needs to know beside the state.
func facts(r store.Record, reason string) ticket.Facts {
	return ticket.Facts{
		Urgent: r.Status.Urgency == urgent, Reason: strings.TrimSpace(reason) != "",
		Anonymous: ticket.Kind(r.Kind).Secret() && r.Party.Phone.IsZero() && r.Party.Name.IsZero(),
	}
}

// begin gives a new record its first state and takes the steps that the form
// asked for.
func (s *Service) begin(r *store.Record, m wire.Record, verified bool) error {
	k, now := ticket.Kind(r.Kind), s.now()
	r.Status.State, r.Status.Owner = string(ticket.First(k)), r.Agent
	for _, e := range ticket.Begin(k) {
		s.clock(r, e, now, "")
	}
	forward := m.Handling.How == string(ticket.Forward)
	if m.Callback == "" && !forward {
		m.Handling.Due, m.Handling.At = "", time.Time{} // nobody waits for an answer
	}
	for _, e := range ticket.Submit(k, ticket.Handling(m.Handling.How), facts(*r, ""), verified) {
		if err := s.take(r, e, wire.RecordStep{Dept: m.Handling.Dept, Due: m.Handling.Due}, m.Handling.At); err != nil {
			return err
		}
	}
	if k == ticket.KindConsult && !forward && m.Callback != "" { // told something, and still to be called back
		s.clock(r, ticket.Effect{Do: ticket.Start, Deadline: deadline.ReplyCall}, now, "")
	}
	return nil
}

// take does one step: state, owner and deadlines together.
func (s *Service) take(r *store.Record, e ticket.Event, m wire.RecordStep, promised time.Time) error {
	k := ticket.Kind(r.Kind)
	next, effects, err := ticket.Step(k, ticket.Status(r.Status.State), e, facts(*r, m.Reason))
	if err != nil {
		return err
	}
	now := s.now()
	r.Status.State = string(next)
	if next.Theirs() && r.Status.Passed.IsZero() {
		r.Status.Passed = now
	}
	for _, do := range effects {
		s.clock(r, do, now, m.Reason)
	}
	if i := running(r.Dues, promiseDue); i >= 0 && replied[e] {
		r.Dues[i].Done = now
	}
	switch {
	case e == ticket.EventSupervise: // it stays where it is
	case next == ticket.StateVoided, next == ticket.StateClosed:
		for i := range r.Dues {
			if r.Dues[i].Done.IsZero() {
				r.Dues[i].Done = now
			}
		}
		r.Status.Owner = r.Agent
		return nil // nobody waits any more
	case !next.Theirs():
		r.Status.Owner = r.Agent // the hotline owns every reply
	case k == ticket.KindConduct:
		r.Status.Owner = ticket.ConductOwner
	case m.Dept != "":
		r.Status.Owner = InHand(m.Dept)
	}
	s.promise(r, m.Due, promised)
	return nil
}

// InHand is how whoever a record is given to stands in it: a place by its name,
// so that it is on the list of the seats there, all else as it was written.
func InHand(dept string) string {
	if p, ok := region.Find(dept); ok {
		return p.Name
	}
	return strings.TrimSpace(dept)
}

// Has tells whether a record is in the hands of somebody at a seat: their own
// number stands in it, or their district.
func Has(owner, no, district string) bool {
	return owner == no || owner == district || owner == region.Name(district)
}

// Step does one step that somebody asked for.
func (s *Service) Step(ctx context.Context, by Author, id string, m wire.RecordStep) (wire.RecordSaved, error) {
	return s.once(ctx, by, id, "record.step", m.Number, m.Version, m, func(p store.Ports) (wire.RecordSaved, error) {
		r, err := find(ctx, p, m.Number)
		if err != nil {
			return wire.RecordSaved{}, err
		}
		if r.Version != int64(m.Version) {
			return wire.RecordSaved{}, store.ErrConflict
		}
		if needsDept(ticket.Kind(r.Kind), ticket.Event(m.Event)) && strings.TrimSpace(m.Dept) == "" {
			return wire.RecordSaved{Number: m.Number, Version: m.Version, Code: wire.CodeInvalid, Field: "dept",
				Text: "没有写转给谁，没有办理；请填写部门后再办"}, nil
		}
		if err := s.take(&r, ticket.Event(m.Event), m, time.Time{}); err != nil {
			return wire.RecordSaved{}, err
		}
		f := fieldsOf(r)
		f.Note = m.Note
		if err := setFields(&r, f); err != nil {
			return wire.RecordSaved{}, err
		}
		r.Updated = s.now()
		r, err = p.Records.Update(ctx, r, store.Change{At: r.Updated, By: by.No, Action: m.Event, Reason: m.Reason})
		if err != nil {
			return wire.RecordSaved{}, fmt.Errorf("stepping record %s: %w", m.Number, err)
		}
		return wire.RecordSaved{Number: r.No, Version: int(r.Version), Code: wire.CodeOK}, nil
	})
}

func needsDept(k ticket.Kind, e ticket.Event) bool {
	return k != ticket.KindConduct && (e == ticket.EventForward || e == ticket.EventAssign)
}

func stepText(e *ticket.StepError) string {
	where := e.Kind.Label() + "现在是“" + e.From.Label() + "”"
	if e.To != "" && e.Why == "a reason is required" {
		return "“" + e.Event.Label() + "”要写原因，没有办理；请写明原因再办"
	}
	return where + "，不能“" + e.Event.Label() + "”，没有办理；请看单上能办的下一步"
}

// clock starts, stops, pauses or extends a deadline.
func (s *Service) clock(r *store.Record, e ticket.Effect, at time.Time, why string) {
	i := running(r.Dues, e.Deadline)
	rule, ok := deadline.Find(e.Deadline)
	switch {
	case !ok:
	case e.Do == ticket.Start && i < 0:
		if d, used := s.open(rule, at); used {
			r.Dues = append(r.Dues, d)
		}
	case i < 0:
	case e.Do == ticket.Stop:
		r.Dues[i].Done = at
	case e.Do == ticket.Extend:
		s.extend(&r.Dues[i], rule)
	case e.Do == ticket.Pause:
		r.Dues[i].Pauses = append(r.Dues[i].Pauses, store.Pause{From: at, Reason: why})
		s.count(&r.Dues[i])
	case e.Do == ticket.Resume:
		if n := len(r.Dues[i].Pauses); n > 0 {
			r.Dues[i].Pauses[n-1].To = at
		}
		s.count(&r.Dues[i])
	}
}

// running finds a deadline that is not done, -1 when there is none.
func running(dues []store.Due, code deadline.Code) int {
	for i, d := range dues {
		if d.Name == string(code) && d.Done.IsZero() {
			return i
		}
	}
	return -1
}

func (s *Service) open(rule deadline.Rule, at time.Time) (store.Due, bool) {
	length, own := s.lengths[rule.Code]
	if !own || !rule.Setting {
		length = rule.Length
	}
	if rule.Off && !own {
		return store.Due{}, false
	}
	d := store.Due{Name: string(rule.Code), From: rule.From, Source: rule.Source, Start: at}
	d.Unit, d.Length = deadline.Unit(length)
	s.count(&d)
	return d, true
}

// extend lengthens a deadline once, where the rule knows of a longer one.
func (s *Service) extend(d *store.Due, rule deadline.Rule) {
	unit, base := deadline.Unit(rule.Length)
	_, more := deadline.Unit(rule.More)
	if more == 0 || d.Unit != unit || d.Length > base {
		return
	}
	d.Length += more
	s.count(d)
}

// count computes when a deadline ends, its pauses taken into account.
func (s *Service) count(d *store.Due) {
	span := deadline.SpanOf(d.Unit, d.Length)
	if span == nil || d.Start.IsZero() {
		return
	}
	pauses := make([]deadline.Pause, 0, len(d.Pauses))
	for _, p := range d.Pauses {
		pauses = append(pauses, deadline.Pause{From: s.local(p.From), To: s.local(p.To), Why: p.Reason})
	}
	d.At = deadline.Of(s.local(d.Start), span, s.calendar, pauses...).At
}

// zone is where the centre is: a deadline ends at its midnight, not at UTC's.
var zone = time.FixedZone("CST", 8*3600)

func (s *Service) local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(zone)
}

// promiseDue names the deadline that an agent gave their word for.
const promiseDue = "promise"

// promise takes up the time that the caller was told. It runs beside the
// centre's own and is done with the reply.
func (s *Service) promise(r *store.Record, written string, at time.Time) {
	span, ok := deadline.Parse(written)
	if !ok && at.IsZero() {
		return
	}
	d := store.Due{Name: promiseDue, From: "record", Source: "坐席承诺：" + strings.TrimSpace(written), Start: s.now(), At: at}
	if at.IsZero() {
		d.Unit, d.Length = deadline.Unit(span)
		s.count(&d)
	}
	if i := running(r.Dues, promiseDue); i >= 0 {
		r.Dues[i] = d
		return
	}
	r.Dues = append(r.Dues, d)
}

// replied are the steps that keep a promise.
var replied = map[ticket.Event]bool{
	ticket.EventAnswer: true, ticket.EventCallBack: true, ticket.EventTell: true, ticket.EventReply: true, ticket.EventCheck: true,
}
