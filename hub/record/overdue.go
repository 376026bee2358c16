package record

import (
	"context"
	"fmt"

	"zuoxi/hub/store"
)

// Overdue counts the records past a deadline by district. Complaints about our own staff are among them, as a number.
func (s *Service) Overdue(ctx context.Context) (map[string]int, error) {
	by := map[string]int{}
	f := store.RecordFilter{DueBefore: s.now(), Page: store.Page{Limit: store.MaxPage}}
	for {
		rows, next, err := s.db.Records.List(ctx, f)
		if err != nil {
			return nil, fmt.Errorf("listing what is overdue: %w", err)
		}
		for _, r := range rows {
			by[r.District]++
		}
		if next == "" {
			return by, nil
		}
		f.After = next
	}
}
