package record

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/deadline"
	"zuoxi/rules/mask"
	"zuoxi/rules/region"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// find gets the record of a number: no second one gets it, in no later year.
func find(ctx context.Context, p store.Ports, no string) (store.Record, error) {
	rows, _, err := p.Records.List(ctx, store.RecordFilter{No: no, Page: store.Page{Limit: 1}})
	if err != nil {
		return store.Record{}, fmt.Errorf("finding record %s: %w", no, err)
	}
	if len(rows) == 0 {
		return store.Record{}, store.ErrNotFound
	}
	return rows[0], nil
}

// Find gets the stored record of a number.
func (s *Service) Find(ctx context.Context, no string) (store.Record, error) {
	return find(ctx, s.db.Ports, no)
}

// Get gives a record as a seat shows it, with its course: numbers and names
// masked.
func (s *Service) Get(ctx context.Context, no string) (wire.Record, error) {
	r, err := find(ctx, s.db.Ports, no)
	if err != nil {
		return wire.Record{}, err
	}
	return s.Show(ctx, r)
}

// Show adds history and recordings to what View gives.
func (s *Service) Show(ctx context.Context, r store.Record) (wire.Record, error) {
	out := View(r)
	changes, err := s.db.Records.History(ctx, r.ID)
	if err != nil {
		return out, fmt.Errorf("reading the history of %s: %w", r.No, err)
	}
	for _, c := range changes {
		out.History = append(out.History, wire.RecordChange{
			At: c.At, By: c.By, Action: c.Action, State: c.Record.Status.State, Reason: c.Reason, Note: fieldsOf(c.Record).Note,
		})
	}
	sent, err := s.posted(ctx, r)
	if err != nil {
		return out, err
	}
	out.History = append(out.History, sent...)
	slices.SortStableFunc(out.History, func(a, b wire.RecordChange) int { return a.At.Compare(b.At) })
	for _, call := range r.Calls {
		tapes, _, err := s.db.Recordings.List(ctx, store.RecordingFilter{CallID: call})
		if err != nil {
			return out, fmt.Errorf("listing the recordings of %s: %w", r.No, err)
		}
		for _, t := range tapes {
			out.Recordings = append(out.Recordings, t.ID)
		}
	}
	return out, nil
}

// View is a record as a seat shows it. Who reported a breach or complained
// about our own staff is not in it, not even masked.
func View(r store.Record) wire.Record {
	f := fieldsOf(r)
	k := ticket.Kind(r.Kind)
	out := wire.Record{
		Number: r.No, Version: int(r.Version), State: r.Status.State, Kind: r.Kind, Subject: r.Subject, Topic: f.Topic, Region: r.Region,
		CallIDs: r.Calls, Urgent: r.Status.Urgency == urgent, Question: r.Body.Summary, Answer: r.Body.Answer, Handling: f.Handling,
		RecordLife: wire.RecordLife{
			Owner: r.Status.Owner, Disclaimer: f.Disclaimer, Identity: f.Identity, Told: f.Told, Linked: f.Linked, Dues: dues(r),
		},
	}
	for _, e := range ticket.Allowed(k, ticket.Status(r.Status.State), facts(r, "")) {
		out.Allowed = append(out.Allowed, string(e))
	}
	for _, a := range r.Body.Articles {
		at := a.At
		if at.IsZero() { // a record of before the time was kept
			at = r.Created
		}
		out.Articles = append(out.Articles, wire.Article{ID: a.ID, Version: a.Version, At: at})
	}
	for _, d := range ticket.Fields(k) {
		if v, ok := f.Own[d.Code]; ok {
			out.Fields = append(out.Fields, wire.Field{Code: d.Code, Value: v})
		}
	}
	showParty(&out, r, f)
	return out
}

// showParty adds the persons, masked; of a secret kind only that they are known.
func showParty(out *wire.Record, r store.Record, f fields) {
	if ticket.Kind(r.Kind).Secret() {
		if !r.Party.Name.IsZero() {
			out.Name = secret
		}
		if f.Callback {
			out.Callback = secret
		}
	} else {
		out.Name = r.Party.Name.Masked
		if f.Callback {
			out.Callback = r.Party.Phone.Masked
		}
	}
	if !r.Party.IDNo.IsZero() {
		out.Fields = append(out.Fields, wire.Field{Code: "id_number", Value: r.Party.IDNo.Masked})
	}
	for _, d := range ticket.Personal(ticket.Kind(r.Kind)) {
		if _, ok := f.Sealed[d.Code]; ok {
			out.Fields = append(out.Fields, wire.Field{Code: d.Code, Value: secret})
		}
	}
}

// secret stands for a value that is there and not shown.
const secret = "***"

// dues are the deadlines for people, running ones first.
func dues(r store.Record) []wire.Due {
	var running, done []wire.Due
	for _, d := range r.Dues {
		v := wire.Due{Name: dueName(d.Name), At: d.At, Source: d.Source, Done: d.Done}
		if span := deadline.SpanOf(d.Unit, d.Length); span != nil {
			v.Length = span.Label()
		}
		if n := len(d.Pauses); n > 0 && d.Pauses[n-1].To.IsZero() {
			v.Paused = d.Pauses[n-1].Reason
		}
		if d.Done.IsZero() {
			running = append(running, v)
		} else {
			done = append(done, v)
		}
	}
	return append(running, done...)
}

func dueName(code string) string {
	if rule, ok := deadline.Find(deadline.Code(code)); ok {
		return rule.Name
	}
	return "答应的回复"
}

const todoShown = 50

// Todo lists what an agent has to look after, of their own and what others gave
// to them or their district: first what is due, the most urgent first, then the
// rest, the newest first.
func (s *Service) Todo(ctx context.Context, of Author) ([]wire.Todo, error) {
	now := s.now()
	var out []wire.Todo
	listed := map[string]bool{}
	for _, f := range []store.RecordFilter{{Agent: of.No}, {Owner: of.No}, {Owner: of.District}, {Owner: region.Name(of.District)}} {
		if f.Agent == "" && f.Owner == "" {
			continue // nobody's district is no district
		}
		f.Page = store.Page{Limit: 200}
		rows, _, err := s.db.Records.List(ctx, f)
		if err != nil {
			return nil, fmt.Errorf("listing open records of %s: %w", of.No, err)
		}
		for _, r := range rows {
			if t, open := todo(r, now); open && !listed[r.ID] {
				listed[r.ID] = true
				out = append(out, t)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b wire.Todo) int {
		switch {
		case a.Due.IsZero() != b.Due.IsZero():
			if a.Due.IsZero() {
				return 1
			}
			return -1
		case a.Due.IsZero():
			return 0
		}
		return a.Due.Compare(b.Due)
	})
	return out[:min(len(out), todoShown)], nil
}

func todo(r store.Record, now time.Time) (wire.Todo, bool) {
	state := ticket.Status(r.Status.State)
	due := dueOf(r)
	if state.Settled() && due.IsZero() || r.Kind == string(ticket.KindConduct) {
		return wire.Todo{}, false // what the accused might see is followed elsewhere
	}
	t := wire.Todo{
		Number: r.No, Masked: r.Party.Phone.Masked, Matter: matter(r), State: r.Status.State, Due: due, Overdue: !due.IsZero() && !now.Before(due),
	}
	if ticket.Kind(r.Kind).Secret() {
		t.Masked, t.Matter = "（保密）", ticket.Kind(r.Kind).Label()
	}
	return t, true
}

func dueOf(r store.Record) time.Time {
	var first time.Time
	for _, d := range r.Dues {
		if d.Done.IsZero() && !d.At.IsZero() && (first.IsZero() || d.At.Before(first)) {
			first = d.At
		}
	}
	return first
}

const matterRunes = 40

func matter(r store.Record) string {
	text := []rune(cmp.Or(mask.Text(r.Body.Summary), r.Subject))
	if len(text) > matterRunes {
		return string(text[:matterRunes-1]) + "…"
	}
	return string(text)
}

// Link notes that two records are about the same matter, in both. Nothing is
// merged, and a secret one is never named in another.
func (s *Service) Link(ctx context.Context, by Author, a, b string) error {
	err := s.db.Tx(ctx, func(p store.Ports) error {
		one, err := find(ctx, p, a)
		if err != nil {
			return err
		}
		two, err := find(ctx, p, b)
		if err != nil {
			return err
		}
		if a == b || ticket.Kind(one.Kind).Secret() || ticket.Kind(two.Kind).Secret() {
			return store.ErrInvalid
		}
		for _, pair := range [][2]store.Record{{one, two}, {two, one}} {
			if err := s.addLink(ctx, p, by, pair[0], pair[1].No); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("linking records %s and %s: %w", a, b, err)
	}
	return nil
}

func (s *Service) addLink(ctx context.Context, p store.Ports, by Author, r store.Record, other string) error {
	f := fieldsOf(r)
	if slices.Contains(f.Linked, other) {
		return nil
	}
	f.Linked, f.Note = append(f.Linked, other), ""
	if err := setFields(&r, f); err != nil {
		return err
	}
	r.Updated = s.now()
	_, err := p.Records.Update(ctx, r, store.Change{At: r.Updated, By: by.No, Action: "link", Reason: other})
	return err
}
