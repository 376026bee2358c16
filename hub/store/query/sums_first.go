package query

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"zuoxi/hub/store"
)

// firstColumns are the figures in the order of report.First.Fields; the young ones are never kept.
var firstColumns = []string{"asked", "unknown", "repeated", "once", "again", "passed", "waiting"}

// The parts of the question, with the call as c, and its record as r. The joins are crossed so that SQLite goes from the questions
// to their calls and records, whatever it believes of the tables.
var (
	// askedIn are the questions of a span: the links of calls to their records of advice, as x. They lie by the call's day: a record
	// may be written days after. That there is a time is not said by "> 0": SQLite may then begin each day's walk at the first of all.
	askedIn = "x.t_asked <> 0 AND x.t_asked >= ? AND x.t_asked < ?"
	// firstHead is each question; c, x and r are taken.
	firstHead = " FROM record_calls x CROSS JOIN calls c CROSS JOIN records r WHERE " + askedIn + " AND c.id = x.call_id AND r.id = x.record_id"
	// earlier tells that the same number called about the same subject in the days before and was answered; %[1]d are the days.
	earlier = "EXISTS (SELECT 1 FROM calls e CROSS JOIN record_calls ex CROSS JOIN records er" +
		" WHERE ex.call_id = e.id AND er.id = ex.record_id AND e.caller_hash = c.caller_hash AND e.t_arrive < c.t_arrive AND e.t_arrive >= c.t_arrive - %[1]d AND e.direction = 'in' AND er.subject = r.subject AND er.state <> 'voided')"
	// later tells of a further call about it: by its record, or by what the caller chose where nobody wrote one.
	later = "EXISTS (SELECT 1 FROM calls l WHERE l.caller_hash = c.caller_hash AND l.t_arrive > c.t_arrive AND l.t_arrive <= c.t_arrive + %[1]d AND l.direction = 'in' AND (" +
		"EXISTS (SELECT 1" + ofLater + " AND lr.subject = r.subject) OR l.subject = r.subject AND NOT EXISTS (SELECT 1" + ofLater + ")))"
	ofLater = " FROM record_calls lx CROSS JOIN records lr WHERE lx.call_id = l.id AND lr.id = lx.record_id AND lr.state <> 'voided'"
	// outside tells that the caller was left with somebody who is no seat: one was there at the end and no agent was.
	outside = "(c.t_release > 0 AND EXISTS (SELECT 1 FROM call_legs o WHERE o.call_id = c.id AND o.role = 'target' AND o.agent = ''" + atEnd("o") +
		") AND NOT EXISTS (SELECT 1 FROM call_legs a WHERE a.call_id = c.id AND a.role IN ('agent', 'target') AND a.agent <> ''" + atEnd("a") + "))"
	// passed tells that somebody is to act or call back: only then does advice have a deadline.
	passed = "r.dues <> 'null' AND r.dues <> '[]' OR " + outside
)

// atEnd tells that a party was there when the call ended: all are let go within the same second.
func atEnd(leg string) string {
	return " AND (" + leg + ".t_to = 0 OR " + leg + ".t_to >= c.t_release - 1000000)"
}

// First implements store.Sums.
func (s sums) First(ctx context.Context, f store.FirstFilter) ([]store.FirstRow, error) {
	if f.Days < 1 || f.From.IsZero() || f.To.IsZero() {
		return nil, failed(store.ErrInvalid, "judge first contacts after %d days", f.Days)
	}
	q := judging{summing{sums: s, f: store.SumFilter{Span: f.Span, Zone: f.Zone, Districts: f.Districts, Now: f.Now, Daily: f.Daily}, offset: offsetOf(f.From, f.Zone)}, f.Days}
	rows, err := q.rows(ctx)
	return rows, failed(err, "judge first contacts")
}

// judging is one request about first contacts.
type judging struct {
	summing
	days int
}

// due tells whether a day can be judged.
func (q *judging) due(day int64) bool {
	return !q.begin(day + 1).Add(time.Duration(q.days)*24*time.Hour + settled).After(q.f.Now)
}

// rows judges the days that have become due, and puts what is kept and what is too young together.
func (q *judging) rows(ctx context.Context) (out []store.FirstRow, err error) {
	first, last := q.day(q.f.From), q.day(q.f.To.Add(-time.Microsecond))
	young := first
	for young <= last && q.due(young) {
		young++
	}
	if err := q.judge(ctx, first, young); err != nil {
		return nil, err
	}
	err = q.r.Read(ctx, func(c *Conn) error {
		if young > first {
			if err := q.kept(ctx, c, first, young, &out); err != nil {
				return err
			}
		}
		if young > last {
			return nil
		}
		return q.young(ctx, c, young, &out)
	})
	return out, err
}

// judge adds up the days in first … end that are not kept, were kept by other days, or whose calls' records became more or fewer.
func (q *judging) judge(ctx context.Context, first, end int64) error {
	if first >= end {
		return nil
	}
	there, kept := map[int64]int64{}, map[int64]int64{}
	err := q.r.Read(ctx, func(c *Conn) error {
		if err := q.count(ctx, c, "record_calls WHERE t_asked <> 0 AND t_asked", first, end, there); err != nil {
			return err
		}
		return c.pairs(ctx, "SELECT day, records FROM first_days WHERE day >= ? AND day < ? AND days = ?", []any{first, end, q.days}, func(d, n int64) { kept[d] = n })
	})
	if err != nil {
		return err
	}
	for d := first; d < end; d++ {
		if n, ok := kept[d]; ok && n == there[d] || !ok && there[d] == 0 {
			continue
		}
		if err := q.keepFirst(ctx, d, there[d]); err != nil {
			return err
		}
	}
	return nil
}

// keepFirst judges one day and keeps what came out.
func (q *judging) keepFirst(ctx context.Context, day, records int64) error {
	var rows []store.FirstRow
	err := q.r.Read(ctx, func(c *Conn) error {
		span := int64(q.days) * dayMicros
		class := fmt.Sprintf("CASE WHEN c.caller_hash IS NULL THEN 1 WHEN "+earlier+" THEN 2 WHEN "+passed+" THEN 5 WHEN r.state IN ('open', 'reopened') THEN 6 WHEN "+later+" THEN 4 ELSE 3 END", span)
		sums := make([]string, len(firstColumns))
		for i := range firstColumns {
			sums[i] = fmt.Sprintf("sum(CASE WHEN class = %d THEN 1 ELSE 0 END)", i)
		}
		sums[0] = "count(*)"
		// The day is an argument alone: a text of its own for each would fill the store of parsed statements.
		query := "SELECT 0, district, agent, subject, " + strings.Join(sums, ", ") +
			" FROM (SELECT r.district, r.agent, r.subject, " + class + " AS class" + firstHead + ") judged GROUP BY 2, 3, 4"
		return q.readFirst(ctx, c, query, []any{micro(q.begin(day)), micro(q.begin(day + 1))}, len(firstColumns), &rows)
	})
	if err != nil {
		return err
	}
	return q.r.Write(ctx, func(c *Conn) error {
		if _, err := c.Exec(ctx, "DELETE FROM first_sums WHERE day = ?", day); err != nil {
			return err
		}
		for part := range slices.Chunk(rows, sumBatch) {
			all, args := make([]string, len(part)), []any{}
			for i := range part {
				all[i], args = "("+marks(4+len(firstColumns))+")", append(args, day, part[i].District, part[i].Agent, part[i].Subject)
				for _, n := range part[i].First.Fields()[:len(firstColumns)] {
					args = append(args, *n)
				}
			}
			query := "INSERT INTO first_sums (day, district, agent, subject, " + strings.Join(firstColumns, ", ") + ") VALUES " + strings.Join(all, ", ") + " ON CONFLICT DO NOTHING"
			if _, err := c.Exec(ctx, query, args...); err != nil {
				return err
			}
		}
		_, err := c.Exec(ctx, "INSERT INTO first_days (day, district, days, records, t_made) VALUES (?, '', ?, ?, ?) "+
			"ON CONFLICT (day) DO UPDATE SET days = excluded.days, records = excluded.records, t_made = excluded.t_made", day, q.days, records, micro(q.f.Now))
		return err
	})
}

// kept reads the days first … end that were judged.
func (q *judging) kept(ctx context.Context, c *Conn, first, end int64, out *[]store.FirstRow) error {
	where, args := inDistricts("day >= ? AND day < ?", []any{first, end}, q.f.Districts)
	day, sums := "0", make([]string, len(firstColumns))
	if q.f.Daily {
		day = "day"
	}
	for i, name := range firstColumns {
		sums[i] = "CAST(sum(" + name + ") AS BIGINT)"
	}
	return q.readFirst(ctx, c, "SELECT "+day+", district, agent, subject, "+strings.Join(sums, ", ")+" FROM first_sums WHERE "+where+" GROUP BY 1, 2, 3, 4", args, len(firstColumns), out)
}

// young counts what cannot be judged yet.
func (q *judging) young(ctx context.Context, c *Conn, from int64, out *[]store.FirstRow) error {
	day := "0"
	if q.f.Daily {
		day = fmt.Sprintf("(x.t_asked + %d) / %d", q.offset, dayMicros)
	}
	inner := "SELECT " + day + " AS day, r.district, r.agent, r.subject FROM record_calls x CROSS JOIN records r WHERE " + askedIn + " AND r.id = x.record_id"
	where, args := inDistricts("1 = 1", []any{micro(q.begin(from)), micro(q.f.To)}, q.f.Districts)
	query := "SELECT day, district, agent, subject, count(*) FROM (" + inner + ") asked WHERE " + where + " GROUP BY 1, 2, 3, 4"
	at := len(*out)
	err := q.readFirst(ctx, c, query, args, 1, out)
	for i := range (*out)[at:] {
		(*out)[at+i].First.Young = (*out)[at+i].First.Asked
	}
	return err
}

// readFirst reads rows with the first n figures.
func (q *judging) readFirst(ctx context.Context, c *Conn, query string, args []any, n int, out *[]store.FirstRow) error {
	return c.Rows(ctx, query, args, func(r *sql.Rows) error {
		var row store.FirstRow
		var day int64
		dest := []any{&day, &row.District, &row.Agent, &row.Subject}
		for _, f := range row.First.Fields()[:n] {
			dest = append(dest, f)
		}
		if err := c.scan(r, dest...); err != nil {
			return err
		}
		if day != 0 {
			row.Day = q.begin(day)
		}
		*out = append(*out, row)
		return nil
	})
}
