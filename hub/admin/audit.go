package admin

import (
	"context"
	"strings"
	"time"

	"zuoxi/hub/store"
)

// auditAsk narrows what is read of the audit log. Words stand in the reason: the number of a copy, a file's reference.
type auditAsk struct {
	Who    string    `json:"who,omitempty"`
	Action string    `json:"action,omitempty"`
	Object string    `json:"object,omitempty"`
	Words  string    `json:"words,omitempty"`
	From   time.Time `json:"from,omitzero"`
	To     time.Time `json:"to,omitzero"`
	Limit  int       `json:"limit,omitempty"`
}

// auditRow is a line of the audit log for people.
type auditRow struct {
	Seq    int64     `json:"seq"`
	At     time.Time `json:"at"`
	Who    string    `json:"who"`
	Role   string    `json:"role"`
	Action string    `json:"action"`
	Object string    `json:"object,omitempty"`
	Reason string    `json:"reason,omitempty"`
}

const (
	usualRows = 50      // of an answer that names no limit
	mostRows  = 1000    // of any answer
	mostRead  = 200_000 // lines that are looked through for words
)

// auditAnswer is what was found, the newest first.
type auditAnswer struct {
	Rows []auditRow `json:"rows"`
	// Since is how far back was looked, where that was not the whole log: what is older was not looked through.
	Since time.Time `json:"since,omitzero"`
}

// copyAction is what stands in the log's line of a copy of a recording.
const copyAction = "recording.export"

// auditList reads the log, the newest first. That somebody read it is a line of it.
func (s *Service) auditList(ctx context.Context, a *ask) (any, error) {
	in, err := read[auditAsk](a)
	if err != nil {
		return nil, err
	}
	if in.Limit < 1 {
		in.Limit = usualRows
	}
	in.Limit = min(in.Limit, mostRows)
	if err := s.note(ctx, a, "audit.read", in.Object, strings.TrimSpace(in.Who+" "+in.Action+" "+in.Words)); err != nil {
		return nil, err
	}
	if isSerial(in.Words) && in.Action == "" {
		// The number of a copy stands in the line of its export: those are few, however long the log is.
		copies := in
		copies.Action, copies.Words = copyAction, copyWords(in.Words)
		out, err := s.lookThrough(ctx, copies)
		if err != nil {
			return nil, err
		}
		if len(out.Rows) > 0 {
			return s.perhapsFile(a, out)
		}
	}
	out, err := s.lookThrough(ctx, in)
	if err != nil {
		return nil, err
	}
	return s.perhapsFile(a, out)
}

// lookThrough goes back through the log until enough is found, the log has ended, or so much was read that it has to be narrowed.
func (s *Service) lookThrough(ctx context.Context, in auditAsk) (out auditAnswer, err error) {
	f := store.AuditFilter{Page: store.Page{Limit: store.MaxPage}, Span: store.Span{From: in.From, To: in.To}, Who: in.Who, Action: in.Action, Object: in.Object}
	out.Rows = []auditRow{}
	for looked := 0; ; {
		rows, next, err := s.DB.Audit.List(ctx, f)
		if err != nil {
			return out, err
		}
		for _, r := range rows {
			if r.Action == "audit.read" && in.Action == "" || !strings.Contains(r.Reason, in.Words) {
				continue // who asks for words does not find the asking
			}
			if out.Rows = append(out.Rows, auditRow{r.Seq, r.At, r.Who, r.Role, r.Action, r.Object, r.Reason}); len(out.Rows) == in.Limit {
				return out, nil
			}
		}
		if looked += len(rows); next == "" {
			return out, nil
		}
		if looked >= mostRead {
			out.Since = rows[len(rows)-1].At
			return out, nil
		}
		f.After = next
	}
}
