package admin

import (
	"context"
	"strings"

	"zuoxi/hub/store"
	"zuoxi/wire"
)

const (
	usualRows = 50      // of an answer that names no limit
	mostRows  = 1000    // of any answer
	mostRead  = 200_000 // lines that are looked through for words
)

// copyAction is what stands in the log's line of a copy of a recording.
const copyAction = "recording.export"

// auditList reads the log, the newest first. That somebody read it is a line of it.
func (s *Service) auditList(ctx context.Context, a *ask) (any, error) {
	in, err := read[wire.AuditAsk](a)
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
func (s *Service) lookThrough(ctx context.Context, in wire.AuditAsk) (out wire.AuditAnswer, err error) {
	f := store.AuditFilter{Page: store.Page{Limit: store.MaxPage}, Span: store.Span{From: in.From, To: in.To}, Who: in.Who, Action: in.Action, Object: in.Object}
	out.Rows = []wire.AuditRow{}
	for looked := 0; ; {
		rows, next, err := s.DB.Audit.List(ctx, f)
		if err != nil {
			return out, err
		}
		for _, r := range rows {
			if r.Action == "audit.read" && in.Action == "" || !strings.Contains(r.Reason, in.Words) {
				continue // who asks for words does not find the asking
			}
			if out.Rows = append(out.Rows, wire.AuditRow{
				Seq: r.Seq, At: r.At, Who: r.Who, Role: r.Role, Action: r.Action, Object: r.Object, Reason: r.Reason,
			}); len(out.Rows) == in.Limit {
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
