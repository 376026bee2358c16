package query

import (
	"context"
	"database/sql"

	"zuoxi/hub/store"
	"zuoxi/rules/quality"
	"zuoxi/rules/report"
)

// proofs counts by statements of its own: none of them shares more than a WHERE with what it is held against.
type proofs struct{ r Runner }

func (s proofs) Records(ctx context.Context, f store.TopicFilter) (n int64, err error) {
	where, args := made(f)
	err = s.r.Read(ctx, func(c *Conn) error {
		by := ""
		if len(f.Districts) > 0 {
			by = c.By("records_district_kind") // else a kind's rows are looked up one by one for their district
		}
		return c.One(ctx, "SELECT (SELECT count(*) FROM records"+by+" WHERE "+where+") - (SELECT count(*) FROM records WHERE "+where+" AND state = 'voided')", append(args, args...), &n)
	})
	return n, failed(err, "count the records of a report")
}

func (s proofs) Standing(ctx context.Context, f store.TopicFilter, over []store.KindState) (n int64, err error) {
	where, args := "1 = 1", []any(nil)
	for _, k := range over { // known before a group is walked, so that what is over is passed by
		where, args = where+" AND NOT (g.kind = ? AND g.state = ?)", append(args, k.Kind, k.State)
	}
	where, args = inDistricts(where, args, f.Districts)
	err = s.r.Read(ctx, func(c *Conn) error {
		g := groups{c, "records", "records_stand", "t_created", []string{"kind", "state"}}
		return c.Rows(ctx, g.each("count(*)", where), args, func(r *sql.Rows) error {
			var kind, state string
			var stand int64
			err := c.scan(r, &kind, &state, &stand)
			n += stand
			return err
		})
	})
	return n, failed(err, "count the records that are not done")
}

func (s proofs) Cited(ctx context.Context, f store.TopicFilter) (n report.Cited, err error) {
	where, args := madeWeekly(f)
	// A quotation mark inside a JSON string is escaped: this is a key, and each article has it once.
	const refs = `CAST(coalesce(sum(octet_length(articles) - octet_length(replace(articles, '"id":', ''))), 0) / 5 AS BIGINT)`
	err = s.r.Read(ctx, func(c *Conn) error {
		return c.One(ctx, "SELECT count(*), "+refs+" FROM records"+c.By("records_cited")+" WHERE "+where+" AND articles <> 'null' AND articles <> '[]'", args, &n.Records, &n.Refs)
	})
	return n, failed(err, "count what records rest on")
}

func (s proofs) Searches(ctx context.Context, f store.TopicFilter) (n int64, err error) {
	f.Kind = "" // of records
	where, args := madeWeekly(f)
	err = s.r.Read(ctx, func(c *Conn) error {
		return c.One(ctx, "SELECT count(*) FROM kb_notes"+c.By("kb_notes_asked")+" WHERE "+where+" AND kind IN ('miss', 'opened')", args, &n)
	})
	return n, failed(err, "count the searches of a report")
}

func (s proofs) Papers(ctx context.Context, f store.TopicFilter) (map[string]int64, error) {
	f.Kind = ""
	where, args := made(f)
	out := map[string]int64{}
	err := s.r.Read(ctx, func(c *Conn) error {
		return c.pairsOf(ctx, "SELECT state, count(*) FROM exams WHERE "+where+" GROUP BY 1", args, out)
	})
	return out, failed(err, "count exams by state")
}

func (s proofs) Sheets(ctx context.Context, f store.TopicFilter, purpose string) (n report.Laid, err error) {
	f.Kind = ""
	where, args := made(f)
	const stands = "(state = ? OR state = ?)"
	args = append([]any{quality.StatePublished, quality.StateSettled, quality.StatePublished, quality.StateSettled}, append(args, purpose)...)
	err = s.r.Read(ctx, func(c *Conn) error {
		return c.One(ctx, "SELECT count(*), coalesce(sum(CASE WHEN "+stands+" THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN "+stands+" THEN mark ELSE 0 END), 0) FROM quality_sheets WHERE "+
			where+" AND purpose = ? AND (purpose <> '"+quality.PurposeSample+"' OR id = "+counting+")", args, &n.Sheets, &n.Stand, &n.Marks)
	})
	return n, failed(err, "count scored calls")
}

// counting is the one of a call's sheets that counts: once calls were drawn twice.
const counting = "(SELECT o.id FROM quality_sheets o WHERE o.call_id = quality_sheets.call_id AND o.purpose = '" + quality.PurposeSample +
	"' ORDER BY CASE WHEN o.mark < 0 THEN 1 ELSE 0 END, o.t_created, o.id LIMIT 1)"
