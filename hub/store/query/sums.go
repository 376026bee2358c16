package query

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/rules/report"
)

type sums struct{ r Runner }

const (
	dayMicros = int64(24 * time.Hour / time.Microsecond)
	// settled is how long after its end a day is added up for good.
	settled = time.Hour
	// sumBatch is how many rows of sums one statement writes.
	sumBatch = 100
)

// sumColumns are the figures in the order of report.Sums.Fields, each with the expression that counts it from calls.
var sumColumns = []struct{ name, of string }{
	{"arrived", "1"},
	{"opened", "CASE WHEN t_closed = 0 THEN 1 ELSE 0 END"},
	{"human", ended("disposition = 'human'")},
	{"auto", ended("disposition = 'auto'")},
	{"menu", ended("disposition = 'abandoned' AND place = 'menu'")},
	{"queue", ended("disposition = 'abandoned' AND place = 'queue'")},
	{"ring", ended("disposition = 'abandoned' AND place = 'ringing'")},
	{"fault", ended("disposition = 'abandoned' AND place NOT IN ('menu', 'queue', 'ringing')")},
	{"queued", ended("t_queue > 0")},
	{"in15", ended("t_queue > 0 AND t_answer > 0 AND t_answer - t_queue <= 15000000")},
	{"in20", ended("t_queue > 0 AND t_answer > 0 AND t_answer - t_queue <= 20000000")},
	{"waited", waited("1", "")},
	{"wait_ms", waited("(t_bridge - t_queue) / 1000", "")},
	{"wait30", waited("1", " AND t_bridge - t_queue <= 30000000")},
	{"wait120", waited("1", " AND t_bridge - t_queue > 30000000 AND t_bridge - t_queue <= 120000000")},
	{"wait_max", waited("(t_bridge - t_queue) / 1000", "")},
	{"talk_ms", "CASE WHEN t_closed > 0 AND disposition = 'human' AND t_release > t_bridge THEN (t_release - t_bridge) / 1000 ELSE 0 END"},
	{"wraps", ended("disposition = 'human' AND t_wrap_end > t_release AND t_release > 0")},
	{"wrap_ms", "CASE WHEN t_closed > 0 AND disposition = 'human' AND t_wrap_end > t_release AND t_release > 0 THEN (t_wrap_end - t_release) / 1000 ELSE 0 END"},
	{"good", ended("rating = 'good'")},
	{"fair", ended("rating = 'fair'")},
	{"unhappy", ended("rating = 'unhappy'")},
	{"no_answer", ended("rating = 'no_answer'")},
}

func ended(cond string) string {
	return "CASE WHEN t_closed > 0 AND " + cond + " THEN 1 ELSE 0 END"
}

func waited(what, more string) string {
	return "CASE WHEN t_closed > 0 AND disposition = 'human' AND t_queue > 0 AND t_bridge >= t_queue" + more + " THEN " + what + " ELSE 0 END"
}

// faces are the groups of each face; %d is the zone's distance from UTC in microseconds.
var faces = map[store.Face][2]string{
	store.FacePlace:   {"city", "region"},
	store.FaceSubject: {"subject", "region"},
	store.FaceAgent:   {"agent", "subject"},
	store.FaceHour:    {"CAST((t_arrive + %d) / 3600000000 %% 24 AS TEXT)", "''"},
}

// added is the list of sums over what each column is in a source.
func added(of func(i int) string) string {
	out := make([]string, len(sumColumns))
	for i, c := range sumColumns {
		fn := "sum"
		if c.name == "wait_max" {
			fn = "max"
		}
		out[i] = "CAST(" + fn + "(" + of(i) + ") AS BIGINT)"
	}
	return strings.Join(out, ", ")
}

func (s sums) Calls(ctx context.Context, f store.SumFilter) ([]store.SumRow, report.Tally, error) {
	if _, ok := faces[f.Face]; !ok || f.From.IsZero() || f.To.IsZero() {
		return nil, report.Tally{}, failed(store.ErrInvalid, "sum calls by %q", f.Face)
	}
	q := summing{sums: s, f: f, offset: offsetOf(f.From, f.Zone)}
	rows, err := q.rows(ctx)
	if err != nil {
		return nil, report.Tally{}, failed(err, "sum calls by %s", f.Face)
	}
	tally, err := q.tally(ctx)
	return rows, tally, failed(err, "count the calls of a report")
}

func offsetOf(at time.Time, zone *time.Location) int64 {
	if zone == nil {
		zone = time.UTC
	}
	_, sec := at.In(zone).Zone()
	return int64(sec) * int64(time.Second/time.Microsecond)
}

// summing is one request for sums.
type summing struct {
	sums
	f      store.SumFilter
	offset int64
}

func (q *summing) day(t time.Time) int64 { return (micro(t) + q.offset) / dayMicros }
func (q *summing) begin(day int64) time.Time {
	return moment(day*dayMicros - q.offset)
}

// rows puts the days that are kept and those that still move together.
func (q *summing) rows(ctx context.Context) ([]store.SumRow, error) {
	moving, err := q.settle(ctx)
	if err != nil {
		return nil, err
	}
	var all []store.SumRow
	err = q.r.Read(ctx, func(c *Conn) error {
		all, err = q.kept(ctx, c, moving)
		if err != nil {
			return err
		}
		for _, d := range moving {
			live, err := q.live(ctx, c, q.f.Face, d, q.f.Districts)
			if err != nil {
				return err
			}
			all = append(all, live...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if q.f.Daily {
		return all, nil
	}
	return merge(all), nil
}

type sumKey struct{ district, a, b string }

func merge(rows []store.SumRow) []store.SumRow {
	at := map[sumKey]int{}
	var out []store.SumRow
	for _, r := range rows {
		k := sumKey{r.District, r.A, r.B}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, store.SumRow{District: r.District, A: r.A, B: r.B})
		}
		out[i].Sums.Add(r.Sums)
	}
	return out
}

// settle adds up the days of the span that are over and not kept yet, and tells which days still move.
func (q *summing) settle(ctx context.Context) (moving []int64, err error) {
	logged, open, kept := map[int64]int64{}, map[int64]bool{}, map[int64]int64{}
	first, last := q.day(q.f.From), q.day(q.f.To.Add(-time.Microsecond))
	err = q.r.Read(ctx, func(c *Conn) error {
		if err := q.count(ctx, c, "calls WHERE t_arrive", first, last+1, logged); err != nil {
			return err
		}
		day := fmt.Sprintf("(t_arrive + %d) / %d", q.offset, dayMicros)
		in := []any{micro(q.begin(first)), micro(q.begin(last + 1))} // whole days, as they are counted and kept
		if err := c.pairs(ctx, "SELECT "+day+", count(*) FROM calls WHERE t_closed = 0 AND t_arrive >= ? AND t_arrive < ? GROUP BY 1", in, func(d, _ int64) { open[d] = true }); err != nil {
			return err
		}
		return c.pairs(ctx, "SELECT day, calls FROM call_days WHERE day >= ? AND day <= ?", []any{first, last}, func(d, n int64) { kept[d] = n })
	})
	if err != nil {
		return nil, err
	}
	for d := range logged {
		if open[d] || q.begin(d+1).Add(settled).After(q.f.Now) {
			moving = append(moving, d)
			continue
		}
		if n, ok := kept[d]; ok && n == logged[d] {
			continue
		}
		if err := q.keep(ctx, d); err != nil {
			return nil, err
		}
	}
	slices.Sort(moving)
	return moving, nil
}

// count counts by local day what lies in the days first … end; of ends with the column of the time. Each day is a walk along an
// index of its own: to group them all, SQLite would sort them.
func (q *summing) count(ctx context.Context, c *Conn, of string, first, end int64, into map[int64]int64) error {
	if first >= end {
		return nil
	}
	query := fmt.Sprintf("WITH RECURSIVE days (day) AS (SELECT CAST(? AS BIGINT) UNION ALL SELECT day + 1 FROM days WHERE day + 1 < ?) "+
		"SELECT day, (SELECT count(*) FROM %[1]s >= day * %[2]d - %[3]d AND %[4]s < (day + 1) * %[2]d - %[3]d) FROM days", of, dayMicros, q.offset, of[strings.LastIndex(of, " ")+1:])
	return c.pairs(ctx, query, []any{first, end}, func(d, n int64) {
		if n > 0 {
			into[d] = n
		}
	})
}

// Settled implements store.Sums.
func (s sums) Settled(ctx context.Context, span store.Span, zone *time.Location) (out []time.Time, err error) {
	q := summing{f: store.SumFilter{Span: span}, offset: offsetOf(span.From, zone)}
	err = s.r.Read(ctx, func(c *Conn) error {
		in := []any{q.day(span.From), q.day(span.To.Add(-time.Microsecond))}
		return c.pairs(ctx, "SELECT day, calls FROM call_days WHERE day >= ? AND day <= ? ORDER BY day", in, func(d, _ int64) { out = append(out, q.begin(d)) })
	})
	return out, failed(err, "list the days that are added up")
}

// pairs reads two numbers a row.
func (c *Conn) pairs(ctx context.Context, query string, args []any, each func(a, b int64)) error {
	return c.Rows(ctx, query, args, func(r *sql.Rows) error {
		var a, b int64
		if err := c.scan(r, &a, &b); err != nil {
			return err
		}
		each(a, b)
		return nil
	})
}

// keep adds a day up by every face. It reads beside the writers and writes some thousand small rows.
func (q *summing) keep(ctx context.Context, day int64) error {
	byFace := map[store.Face][]store.SumRow{}
	var calls, inbound int64
	err := q.r.Read(ctx, func(c *Conn) error {
		for _, face := range store.Faces {
			rows, err := q.live(ctx, c, face, day, nil)
			if err != nil {
				return err
			}
			byFace[face] = rows
		}
		return c.One(ctx, "SELECT count(*), coalesce(sum(CASE WHEN direction = 'in' THEN 1 ELSE 0 END), 0) FROM calls WHERE t_arrive >= ? AND t_arrive < ?",
			[]any{micro(q.begin(day)), micro(q.begin(day + 1))}, &calls, &inbound)
	})
	if err != nil {
		return err
	}
	return q.r.Write(ctx, func(c *Conn) error {
		if _, err := c.Exec(ctx, "DELETE FROM call_sums WHERE day = ?", day); err != nil {
			return err
		}
		for _, face := range store.Faces {
			for part := range slices.Chunk(byFace[face], sumBatch) {
				if err := insertSums(ctx, c, day, face, part); err != nil {
					return err
				}
			}
		}
		_, err := c.Exec(ctx, "INSERT INTO call_days (day, district, calls, inbound, t_made) VALUES (?, '', ?, ?, ?) "+
			"ON CONFLICT (day) DO UPDATE SET calls = excluded.calls, inbound = excluded.inbound, t_made = excluded.t_made", day, calls, inbound, micro(q.f.Now))
		return err
	})
}

func insertSums(ctx context.Context, c *Conn, day int64, face store.Face, rows []store.SumRow) error {
	one := "(" + marks(5+len(sumColumns)) + ")"
	all := make([]string, len(rows))
	args := make([]any, 0, len(rows)*(5+len(sumColumns)))
	for i := range rows {
		all[i] = one
		args = append(args, day, string(face), rows[i].District, rows[i].A, rows[i].B)
		for _, f := range rows[i].Sums.Fields() {
			args = append(args, *f)
		}
	}
	_, err := c.Exec(ctx, "INSERT INTO call_sums (day, face, district, a, b, "+sumNames()+") VALUES "+strings.Join(all, ", ")+" ON CONFLICT DO NOTHING", args...)
	return err
}

func sumNames() string {
	out := make([]string, len(sumColumns))
	for i, c := range sumColumns {
		out[i] = c.name
	}
	return strings.Join(out, ", ")
}

// live adds a day of the log up.
func (q *summing) live(ctx context.Context, c *Conn, face store.Face, day int64, districts []string) ([]store.SumRow, error) {
	a, b := faces[face][0], faces[face][1]
	if strings.Contains(a, "%") {
		a = fmt.Sprintf(a, q.offset)
	}
	where, args := "t_arrive >= ? AND t_arrive < ? AND direction = 'in'", []any{micro(q.begin(day)), micro(q.begin(day + 1))}
	where, args = inDistricts(where, args, districts)
	query := "SELECT " + strconv.FormatInt(day, 10) + ", district, " + a + ", " + b + ", " + added(func(i int) string { return sumColumns[i].of }) +
		" FROM calls WHERE " + where + " GROUP BY 2, 3, 4"
	return q.read(ctx, c, query, args)
}

// kept reads the days that were added up.
func (q *summing) kept(ctx context.Context, c *Conn, moving []int64) ([]store.SumRow, error) {
	where, args := "face = ? AND day >= ? AND day <= ?", []any{string(q.f.Face), q.day(q.f.From), q.day(q.f.To.Add(-time.Microsecond))}
	for _, d := range moving {
		where, args = where+" AND day <> ?", append(args, d)
	}
	where, args = inDistricts(where, args, q.f.Districts)
	if q.f.Daily {
		return q.read(ctx, c, "SELECT day, district, a, b, "+sumNames()+" FROM call_sums WHERE "+where, args)
	}
	of := func(i int) string { return sumColumns[i].name }
	return q.read(ctx, c, "SELECT 0, district, a, b, "+added(of)+" FROM call_sums WHERE "+where+" GROUP BY 2, 3, 4", args)
}

// inDistricts keeps what the districts cover.
func inDistricts(where string, args []any, districts []string) (string, []any) {
	if len(districts) == 0 {
		return where, args
	}
	spans := make([]string, len(districts))
	for i, d := range districts {
		first, last := access.Reach(d)
		spans[i], args = "district BETWEEN ? AND ?", append(args, first, last)
	}
	return where + " AND (" + strings.Join(spans, " OR ") + ")", args
}

func (q *summing) read(ctx context.Context, c *Conn, query string, args []any) ([]store.SumRow, error) {
	var out []store.SumRow
	err := c.Rows(ctx, query, args, func(r *sql.Rows) error {
		var row store.SumRow
		var day int64
		dest := []any{&day, &row.District, &row.A, &row.B}
		for _, f := range row.Sums.Fields() {
			dest = append(dest, f)
		}
		if err := c.scan(r, dest...); err != nil {
			return err
		}
		if day != 0 {
			row.Day = q.begin(day)
		}
		out = append(out, row)
		return nil
	})
	return out, err
}

// tally counts the log itself: what the sums are held against. The count of a kept day was made when all its calls were
// closed, and settle has just seen that the number of its calls is still the same. Who is not counted is few and taken off, so
// that no call is looked up for its direction.
func (q *summing) tally(ctx context.Context) (t report.Tally, err error) {
	where, args := inDistricts("t_arrive >= ? AND t_arrive < ?", []any{micro(q.f.From), micro(q.f.To)}, q.f.Districts)
	all, human := "calls_arrive", "calls_disposition"
	if len(q.f.Districts) > 0 {
		all, human = "calls_district", "calls_district_disposition"
	}
	err = q.r.Read(ctx, func(c *Conn) error {
		count := func(index, cond string) string {
			return "(SELECT count(*) FROM calls" + c.By(index) + " WHERE " + where + cond + ")"
		}
		const answered = " AND disposition = 'human'"
		inbound := count(all, "") + " - " + count("calls_outbound", " AND direction = 'out'")
		bridged := count(human, answered) + " - " + count("calls_outbound", " AND direction = 'out'"+answered) + " - " + count("calls_open", " AND t_closed = 0 AND direction = 'in'"+answered)
		return c.One(ctx, "SELECT "+inbound+", "+bridged, slices.Repeat(args, 5), &t.Inbound, &t.Human)
	})
	return t, err
}
