package record

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"zuoxi/hub/store"
	"zuoxi/wire"
)

// find gets the newest record of a number: the same number comes again after a
// year.
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

// Get gives a record as a seat shows it: numbers and names masked.
func (s *Service) Get(ctx context.Context, no string) (wire.Record, error) {
	r, err := find(ctx, s.db.Ports, no)
	if err != nil {
		return wire.Record{}, err
	}
	return View(r), nil
}

// View is a record as a seat shows it.
func View(r store.Record) wire.Record {
	var f fields
	_ = json.Unmarshal(r.Body.Fields, &f) // an older form: what it had is shown
	out := wire.Record{
		Number: r.No, Version: int(r.Version), State: r.Status.State, Kind: r.Kind, Subject: r.Subject, Topic: f.Topic, Region: r.Region,
		CallIDs: r.Calls, Name: r.Party.Name.Masked, Urgent: r.Status.Urgency == "urgent", Question: r.Body.Summary, Answer: r.Body.Answer,
		Handling: f.Handling,
	}
	if f.Callback {
		out.Callback = r.Party.Phone.Masked
	}
	for _, a := range r.Body.Articles {
		out.Articles = append(out.Articles, wire.Article{ID: a.ID, Version: a.Version, At: r.Created})
	}
	return out
}

const todoShown = 50

// Todo lists what an agent has open, the most urgent first.
func (s *Service) Todo(ctx context.Context, no string) ([]wire.Todo, error) {
	rows, _, err := s.db.Records.List(ctx, store.RecordFilter{Agent: no, Page: store.Page{Limit: 200}})
	if err != nil {
		return nil, fmt.Errorf("listing open records of %s: %w", no, err)
	}
	now := s.now()
	var out []wire.Todo
	for _, r := range rows {
		if ended[r.Status.State] && r.Status.Owner != no || len(out) == todoShown {
			continue
		}
		due := dueOf(r)
		out = append(out, wire.Todo{
			Number: r.No, Masked: r.Party.Phone.Masked, Matter: matter(r), State: r.Status.State, Due: due,
			Overdue: !due.IsZero() && now.After(due),
		})
	}
	return out, nil
}

func dueOf(r store.Record) time.Time {
	var first time.Time
	for _, d := range r.Dues {
		if d.Done.IsZero() && (first.IsZero() || d.At.Before(first)) {
			first = d.At
		}
	}
	return first
}

const matterRunes = 40

func matter(r store.Record) string {
	text := []rune(r.Body.Summary)
	if len(text) > matterRunes {
		return string(text[:matterRunes-1]) + "…"
	}
	return string(text)
}
