package query

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"zuoxi/hub/store"
)

type counts struct{ r Runner }

// made is the WHERE of records by when they were made.
func made(f store.TopicFilter) (where string, args []any) {
	where, args = "t_created >= ? AND t_created < ?", []any{micro(f.From), micro(f.To)}
	if f.Kind != "" {
		where, args = where+" AND kind = ?", append(args, f.Kind)
	}
	return inDistricts(where, args, f.Districts)
}

// week is the first column of the indexes in which equal texts of a week lie together: sorting all rows of a span by their texts
// takes several times as long as reading them.
const week = "t_created / 604800000000"

// madeWeekly is the WHERE of made along such an index.
func madeWeekly(f store.TopicFilter) (where string, args []any) {
	const long = int64(7 * 24 * time.Hour / time.Microsecond)
	where, args = made(f)
	return week + " >= ? AND " + week + " <= ? AND " + where, append([]any{micro(f.From) / long, micro(f.To) / long}, args...)
}

func (s counts) Topics(ctx context.Context, f store.TopicFilter) (out []store.TopicRow, err error) {
	where, args := made(f)
	err = s.r.Read(ctx, func(c *Conn) error {
		g := groups{c, "records", "records_topic", "t_created", []string{"kind", "subject", "topic"}}
		return c.Rows(ctx, g.each("count(*)", where+" AND state <> 'voided'"), args, func(r *sql.Rows) error {
			var t store.TopicRow
			err := c.scan(r, &t.Kind, &t.Subject, &t.Topic, &t.Count)
			if t.Count > 0 {
				out = append(out, t)
			}
			return err
		})
	})
	return out, failed(err, "count records by subject")
}

// groups are the different values of the columns that an index of a table begins with; time is the column after them. Each is
// looked up behind the one before, and what is asked of it is read in one walk along the index: to group a million rows, SQLite
// would sort them.
type groups struct {
	c                  *Conn
	table, index, time string
	columns            []string
}

// each is the SELECT of every group with an expression over its rows; groups without such rows are among them.
func (g groups) each(expr, where string) string {
	cols, from := "n."+strings.Join(g.columns, ", n."), " FROM "+g.table+" n"+g.c.By(g.index)
	// SQLite looks up what is no column, and goes on from the first equal row: behind the last time it is behind the group.
	last := "g." + strings.Join(g.columns, " || '', g.") + " || '', " + strconv.FormatInt(math.MaxInt64, 10)
	same, next := make([]string, len(g.columns)), make([]string, len(g.columns))
	for i, col := range g.columns {
		same[i] = "n." + col + " = g." + col
		next[i] = "(SELECT n." + col + from + " WHERE (" + cols + ", n." + g.time + ") > (" + last + ") ORDER BY " + cols + " LIMIT 1)"
	}
	return "WITH RECURSIVE g (" + strings.Join(g.columns, ", ") + ") AS (SELECT * FROM (SELECT " + cols + from + " ORDER BY " + cols + " LIMIT 1) head" +
		" UNION ALL SELECT " + strings.Join(next, ", ") + " FROM g WHERE g." + g.columns[0] + " IS NOT NULL)" +
		" SELECT g." + strings.Join(g.columns, ", g.") + ", (SELECT " + expr + from + " WHERE " + strings.Join(same, " AND ") + " AND " + where + ") FROM g WHERE g." + g.columns[0] + " IS NOT NULL"
}

func (s counts) Articles(ctx context.Context, f store.TopicFilter) (out []store.ArticlesRow, err error) {
	where, args := madeWeekly(f)
	err = s.r.Read(ctx, func(c *Conn) error {
		weeks := "SELECT articles, count(*) AS n FROM records" + c.By("records_cited") + " WHERE " + where + " AND articles <> 'null' AND articles <> '[]' GROUP BY " + week + ", articles"
		return c.Rows(ctx, "SELECT articles, CAST(sum(n) AS BIGINT) FROM ("+weeks+") w GROUP BY articles", args, func(r *sql.Rows) error {
			var text string
			var row store.ArticlesRow
			if err := c.scan(r, &text, &row.Count); err != nil {
				return err
			}
			if err := json.Unmarshal([]byte(text), &row.Articles); err != nil {
				return fmt.Errorf("read the articles of records: %w", err)
			}
			out = append(out, row)
			return nil
		})
	})
	return out, failed(err, "count the articles of records")
}

func (s counts) Dues(ctx context.Context, f store.TopicFilter, open []store.KindState) (out []store.DueRow, err error) {
	const head = "SELECT kind, state, t_created, dues FROM records"
	read := func(c *Conn, index, where string, args []any) error {
		return c.Rows(ctx, head+c.By(index)+" WHERE "+where, args, func(r *sql.Rows) error {
			var d store.DueRow
			err := c.scan(r, textCell[string]{&d.Kind}, textCell[string]{&d.State}, timeCell{&d.Created}, docCell[[]store.Due]{&d.Dues})
			out = append(out, d)
			return err
		})
	}
	err = s.r.Read(ctx, func(c *Conn) error {
		for _, k := range open {
			where, args := inDistricts("kind = ? AND state = ?", []any{k.Kind, k.State}, f.Districts)
			if err := read(c, "records_stand", where, args); err != nil {
				return err
			}
		}
		where, args := made(f)
		where += " AND dues <> 'null' AND dues <> '[]' AND state <> 'voided'"
		for _, k := range open {
			where, args = where+" AND NOT (kind = ? AND state = ?)", append(args, k.Kind, k.State)
		}
		return read(c, "records_dues", where, args)
	})
	return out, failed(err, "read the deadlines of records")
}

func (s counts) Orders(ctx context.Context, f store.TopicFilter) (map[string]int64, error) {
	where, args := made(f)
	out := map[string]int64{}
	err := s.r.Read(ctx, func(c *Conn) error {
		return c.pairsOf(ctx, "SELECT agent, count(*) FROM records"+c.By("records_wrote")+" WHERE "+where+" GROUP BY 1", args, out)
	})
	return out, failed(err, "count the records of agents")
}

type filed struct{ r Runner }

func (s filed) Since(ctx context.Context, from time.Time) (map[string]store.FiledRow, error) {
	out := map[string]store.FiledRow{}
	err := s.r.Read(ctx, func(c *Conn) error {
		return c.Rows(ctx, "SELECT district, count(*), sum(CASE WHEN t_passed > 0 THEN 1 ELSE 0 END) FROM records"+c.By("records_created")+
			" WHERE t_created >= ? AND state <> 'voided' GROUP BY district", []any{micro(from)}, func(r *sql.Rows) error {
			var district string
			var n store.FiledRow
			err := c.scan(r, &district, &n.All, &n.Passed)
			out[district] = n
			return err
		})
	})
	return out, failed(err, "count the records of the day")
}

func (s counts) Searches(ctx context.Context, f store.TopicFilter) (out []store.SearchRow, err error) {
	f.Kind = "" // of records
	where, args := madeWeekly(f)
	const head = "SELECT words, CAST(sum(CASE WHEN kind = 'miss' THEN n ELSE 0 END) AS BIGINT), CAST(sum(CASE WHEN kind = 'opened' THEN n ELSE 0 END) AS BIGINT) FROM ("
	err = s.r.Read(ctx, func(c *Conn) error {
		weeks := "SELECT words, kind, count(*) AS n FROM kb_notes" + c.By("kb_notes_asked") + " WHERE " + where + " AND kind IN ('miss', 'opened') GROUP BY " + week + ", words, kind"
		return c.Rows(ctx, head+weeks+") w GROUP BY words ORDER BY 2 DESC, 1", args, func(r *sql.Rows) error {
			var w store.SearchRow
			err := c.scan(r, textCell[string]{&w.Words}, numCell[int64]{&w.Missed}, numCell[int64]{&w.Opened})
			out = append(out, w)
			return err
		})
	})
	return out, failed(err, "count searches")
}

func (s sums) Dismissed(ctx context.Context, f store.TopicFilter) (map[string]int64, error) {
	where, args := inDistricts("t_arrive >= ? AND t_arrive < ? AND t_closed > 0 AND release_cause = 'dismissed'", []any{micro(f.From), micro(f.To)}, f.Districts)
	out := map[string]int64{}
	err := s.r.Read(ctx, func(c *Conn) error {
		return c.pairsOf(ctx, "SELECT agent, count(*) FROM calls WHERE "+where+" GROUP BY 1", args, out)
	})
	return out, failed(err, "count the calls ended for abuse")
}

// pairsOf reads a name and a number a row.
func (c *Conn) pairsOf(ctx context.Context, query string, args []any, out map[string]int64) error {
	return c.Rows(ctx, query, args, func(r *sql.Rows) error {
		var name string
		var n int64
		err := c.scan(r, &name, &n)
		out[name] = n
		return err
	})
}

func (s sums) Presence(ctx context.Context, f store.TopicFilter) (out []store.PresenceRow, err error) {
	where, args := inDistricts("t_from < ? AND t_from >= ?", []any{micro(f.To), micro(f.From)}, f.Districts)
	// A span that still lasts counts until now, one that goes beyond the end of the period up to there.
	to, now := micro(f.To), min(micro(f.To), max(micro(f.Now), micro(f.From)))
	const end = "CASE WHEN t_until = 0 OR t_until > ? THEN ? ELSE t_until END"
	// How often and how long, in one walk.
	const both = "count(*) || ' ' || coalesce(sum(CASE WHEN " + end + " > t_from THEN (" + end + " - t_from) / 1000 ELSE 0 END), 0)"
	err = s.r.Read(ctx, func(c *Conn) error {
		g := groups{c, "agent_states", "agent_states_span", "t_from", []string{"agent", "district", "state", "reason"}}
		return c.Rows(ctx, g.each(both, where), append([]any{to, now, to, now}, args...), func(r *sql.Rows) error {
			var p store.PresenceRow
			var sum string
			if err := c.scan(r, &p.Agent, &p.District, &p.State, &p.Reason, &sum); err != nil {
				return err
			}
			if _, err := fmt.Sscan(sum, &p.Times, &p.MS); err != nil {
				return fmt.Errorf("read presence of %s: %w", p.Agent, err)
			}
			if p.Times > 0 {
				out = append(out, p)
			}
			return nil
		})
	})
	return out, failed(err, "add up presence")
}
