package query

import (
	"context"
	"database/sql"
	"strings"

	"zuoxi/hub/store"
	"zuoxi/rules/quality"
)

type sheets struct{ r Runner }

var sheetTable = table[store.Sheet]{"quality_sheets", func(s *store.Sheet) []column {
	return append(briefColumns(s), blob("body", &s.Body))
}}

// briefTable are sheets without their documents.
var briefTable = table[store.Sheet]{"quality_sheets", briefColumns}

func briefColumns(s *store.Sheet) []column {
	return []column{
		text("id", &s.ID), text("call_id", &s.CallID), text("recording", &s.Recording), text("agent", &s.Agent), text("district", &s.District),
		text("scorer", &s.Scorer), text("purpose", &s.Purpose), text("region", &s.Region), text("state", &s.State), num("mark", &s.Mark),
		blob("brief", &s.Brief), at("t_created", &s.Created), at("t_updated", &s.Updated), num("version", &s.Version),
	}
}

func (q sheets) Create(ctx context.Context, s store.Sheet) error {
	if s.ID == "" || s.CallID == "" || s.District == "" || s.State == "" || s.Created.IsZero() {
		return failed(store.ErrInvalid, "create sheet %q", s.ID)
	}
	s.Version = 1
	err := q.r.Write(ctx, func(c *Conn) error { return created(sheetTable.insert(ctx, c, &s)) })
	return failed(err, "create sheet %s", s.ID)
}

func (q sheets) Get(ctx context.Context, id string) (s store.Sheet, err error) {
	err = q.r.Read(ctx, func(c *Conn) error {
		s, err = sheetTable.get(ctx, c, id)
		return err
	})
	return s, failed(err, "get sheet %s", id)
}

func (q sheets) Update(ctx context.Context, s store.Sheet) (store.Sheet, error) {
	next := s
	err := q.r.Write(ctx, func(c *Conn) error {
		return sheetTable.update(ctx, c, &next, &next.Version, "call_id", "recording", "agent", "district", "t_created")
	})
	if err != nil {
		return s, failed(err, "update sheet %s", s.ID)
	}
	return next, nil
}

func (q sheets) List(ctx context.Context, f store.SheetFilter) ([]store.Sheet, string, error) {
	l := ofSheets(f)
	l.page, l.districts = f.Page, f.Districts
	t := sheetTable
	if f.Brief {
		t = briefTable
	}
	rows, next, err := list(ctx, q.r, t, l, func(s *store.Sheet) cursor { return cursor{micro(s.Created), s.ID} })
	return rows, next, failed(err, "list sheets")
}

// ofSheets is what a filter asks for, but for the districts and the page.
func ofSheets(f store.SheetFilter) filter {
	l := filter{by: "t_created", id: "id"}
	l.span(f.Span)
	eq(&l, "agent", f.Agent)
	eq(&l, "scorer", f.Scorer)
	eq(&l, "purpose", f.Purpose)
	eq(&l, "state", f.State)
	eq(&l, "call_id", f.CallID)
	if f.Except != "" {
		l.add("purpose <> ?", f.Except)
	}
	if f.Once {
		l.add("NOT " + drawnBefore)
	}
	return l
}

// drawnBefore tells that a sheet's call has another one that counts in its stead. Calibrations and mystery calls are drawn once.
const drawnBefore = "(purpose = '" + quality.PurposeSample + "' AND EXISTS (SELECT 1 FROM quality_sheets o WHERE o.call_id = quality_sheets.call_id AND o.purpose = '" + quality.PurposeSample +
	"' AND (CASE WHEN o.mark < 0 THEN 1 ELSE 0 END, o.t_created, o.id) < (CASE WHEN quality_sheets.mark < 0 THEN 1 ELSE 0 END, quality_sheets.t_created, quality_sheets.id)))"

func (q sheets) Count(ctx context.Context, f store.SheetFilter) (map[string]int, error) {
	l := ofSheets(f)
	where, args := inDistricts(strings.Join(append(l.where, "1 = 1"), " AND "), l.args, f.Districts)
	out := map[string]int{}
	err := q.r.Read(ctx, func(c *Conn) error {
		return c.Rows(ctx, "SELECT state, COUNT(*) FROM quality_sheets WHERE "+where+" GROUP BY state", args, func(r *sql.Rows) error {
			var state string
			var n int
			err := c.scan(r, &state, &n)
			out[state] = n
			return err
		})
	})
	return out, failed(err, "count sheets")
}
