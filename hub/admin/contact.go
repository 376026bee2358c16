package admin

import (
	"context"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// Contacts is the centre's directory.
type Contacts interface {
	// Import takes all of a list or nothing; what it says of a fault is one line
	// with the place.
	Import(ctx context.Context, name string, data []byte) (int, error)
	Find(query string) any
}

func (s *Service) directoryImport(ctx context.Context, a *ask) (any, error) {
	whole, err := a.collect()
	if err != nil || whole == nil {
		return nil, err
	}
	if err := s.note(ctx, a, string(access.DirectoryImport), "directory", ""); err != nil {
		return nil, err
	}
	n, err := s.Contacts.Import(ctx, whole.name, whole.data)
	if err != nil {
		return nil, bad(err.Error())
	}
	return map[string]int{"entries": n}, nil
}

func (s *Service) directoryList(_ context.Context, a *ask) (any, error) {
	in, err := read[struct {
		Query string `json:"query"`
	}](a)
	if err != nil {
		return nil, err
	}
	return s.Contacts.Find(in.Query), nil
}

// recordDue lists what is overdue or due within some hours, the most urgent
// first: the shift lead's list of the day, or what one department has.
func (s *Service) recordDue(ctx context.Context, a *ask) (any, error) {
	in, err := read[struct {
		Hours int    `json:"hours"`
		Limit int    `json:"limit"`
		Owner string `json:"owner"` // who has them in hand, empty: whoever
	}](a)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	f := store.RecordFilter{DueBefore: now.Add(time.Duration(in.Hours) * time.Hour), Owner: in.Owner, Page: store.Page{Limit: in.Limit}}
	switch a.who.can(access.RecordSearch) {
	case access.Self:
		f.Agent = a.who.No
	case access.Own:
		f.Districts = []string{a.who.District}
	}
	if err := s.note(ctx, a, "record.due", "", ""); err != nil {
		return nil, err
	}
	rows, _, err := s.DB.Records.List(ctx, f)
	if err != nil {
		return nil, err
	}
	out := []wire.DueRow{}
	for _, r := range rows {
		if r.Kind == string(ticket.KindConduct) && a.who.may(access.RecordConduct, r.Agent, r.District) != nil {
			continue
		}
		row := wire.DueRow{Record: s.House.Records([]store.Record{r})[0], Agent: r.Agent}
		for _, d := range r.Dues {
			if d.Done.IsZero() && !d.At.IsZero() && (row.Due.IsZero() || d.At.Before(row.Due)) {
				row.Due = d.At
			}
		}
		row.Overdue = !now.Before(row.Due)
		out = append(out, row)
	}
	return out, nil
}
