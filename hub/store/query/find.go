package query

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"zuoxi/hub/store"
)

type finder struct{ r Runner }

// below is how many bits of a row's place in the index stand below its millisecond.
const below = 8

func seqOf(at time.Time) int64 { return at.UnixMilli() << below }

// putFound keeps what a row is found by, instead of what was there.
func putFound(ctx context.Context, c *Conn, r foundRow) error {
	var seq int64
	err := c.One(ctx, "SELECT seq FROM found WHERE type = ? AND ref = ?", []any{r.Type, r.ID}, &seq)
	switch {
	case errors.Is(err, store.ErrNotFound):
		if seq, err = placeFound(ctx, c, r); err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		if _, err := c.Exec(ctx, "UPDATE found SET district = ?, agent = ? WHERE seq = ?", r.District, r.Agent, seq); err != nil {
			return err
		}
	}
	q, args := c.d.Index.Put(seq, r.terms)
	_, err = c.Exec(ctx, q, args...)
	return err
}

// placeFound adds a row at the first free place of its millisecond, or the next.
func placeFound(ctx context.Context, c *Conn, r foundRow) (int64, error) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(r.Type + r.ID)) // never fails
	seq := seqOf(r.At) + int64(h.Sum32()&(1<<below-1))
	insert := "INSERT INTO found (seq, type, ref, district, agent, t_at" + c.d.Index.More + ") VALUES (?, ?, ?, ?, ?, ?" + c.d.Index.Empty + ") ON CONFLICT DO NOTHING"
	for range 4 << below {
		n, err := c.Exec(ctx, insert, seq, r.Type, r.ID, r.District, r.Agent, micro(r.At))
		if err != nil || n == 1 {
			return seq, err
		}
		seq++
	}
	return 0, fmt.Errorf("no place in the index for %s %s: %w", r.Type, r.ID, store.ErrDuplicate)
}

// scope is the terms of properties that all have to fit.
func scope(wanted []store.Wanted) []string {
	var out []string
	for _, w := range wanted {
		t := facet(w.Facet, w.Value)
		if len(w.Hash) > 0 {
			t = hashed(w.Facet, w.Hash)
		}
		if t == "" {
			t = "none" // a property without a value fits nothing
		}
		out = append(out, t)
	}
	return out
}

// anything are the groups that let everything through.
var anything = [][]string{
	{facet(store.ByType, store.FoundCall)}, {facet(store.ByType, store.FoundRecord)},
	{facet(store.ByType, store.FoundMessage)}, {facet(store.ByType, store.FoundSMS)},
}

func (s finder) Find(ctx context.Context, f store.Find) ([]store.Finding, string, error) {
	all := append(scope(f.Wanted), wantedTerms(f.Text)...)
	if strings.TrimSpace(f.Text) != "" && len(all) == len(f.Wanted) {
		return nil, "", nil // nothing of what was typed can stand in the index
	}
	groups := anything
	if len(f.Scopes) > 0 {
		groups = nil
		for _, g := range f.Scopes {
			groups = append(groups, scope(g))
		}
	}
	var not []string
	if !f.Conduct {
		not = []string{conductTerm}
	}
	var out []store.Finding
	var next string
	err := s.r.Read(ctx, func(c *Conn) (err error) {
		cond, arg := c.d.Index.Match(all, groups, not)
		out, next, err = findPage(ctx, c, f, cond, arg)
		return err
	})
	return out, next, failed(err, "find")
}

func findPage(ctx context.Context, c *Conn, f store.Find, cond string, arg any) ([]store.Finding, string, error) {
	where, args := []string{cond}, []any{arg}
	if !f.From.IsZero() {
		where, args = append(where, c.d.Index.Seq+" >= ?"), append(args, seqOf(f.From))
	}
	if !f.To.IsZero() {
		where, args = append(where, c.d.Index.Seq+" < ?"), append(args, seqOf(f.To))
	}
	if f.After != "" {
		after, err := strconv.ParseInt(f.After, 36, 64)
		if err != nil {
			return nil, "", fmt.Errorf("page cursor: %w", store.ErrInvalid)
		}
		where, args = append(where, c.d.Index.Seq+" < ?"), append(args, after)
	}
	size := f.Size()
	q := "SELECT found.seq, found.type, found.ref, found.district, found.agent, found.t_at FROM " + c.d.Index.From + " WHERE " +
		strings.Join(where, " AND ") + " ORDER BY " + c.d.Index.Seq + " DESC LIMIT " + strconv.Itoa(size+1)
	var out []store.Finding
	var last int64
	more := false
	err := c.Rows(ctx, q, args, func(r *sql.Rows) error {
		if more = len(out) == size; more {
			return nil
		}
		var v store.Finding
		if err := c.scan(r, &last, &v.Type, &v.ID, &v.District, &v.Agent, timeCell{&v.At}); err != nil {
			return err
		}
		out = append(out, v)
		return nil
	})
	if err != nil || !more {
		return out, "", err
	}
	return out, strconv.FormatInt(last, 36), nil
}

// caughtUp is how many rows are indexed in one transaction.
const caughtUp = 500

func (s finder) CatchUp(ctx context.Context) (int, error) {
	total := 0
	for {
		n, left := 0, false
		err := s.r.Write(ctx, func(c *Conn) (err error) {
			n, left, err = catchUp(ctx, c)
			return err
		})
		total += n
		if err != nil || !left {
			return total, failed(err, "index what was kept before")
		}
	}
}

// catchUp indexes the next rows of one table; left is false when none is behind.
func catchUp(ctx context.Context, c *Conn) (n int, left bool, err error) {
	var kind, after string
	err = c.One(ctx, "SELECT type, after FROM found_backlog ORDER BY type LIMIT 1"+c.ForUpdate(), nil, &kind, &after)
	if errors.Is(err, store.ErrNotFound) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	rows, last, err := backlog(ctx, c, kind, after)
	if err != nil {
		return 0, false, err
	}
	for _, r := range rows {
		if err := putFound(ctx, c, r); err != nil {
			return 0, false, err
		}
	}
	if last == "" {
		_, err = c.Exec(ctx, "DELETE FROM found_backlog WHERE type = ?", kind)
	} else {
		_, err = c.Exec(ctx, "UPDATE found_backlog SET after = ? WHERE type = ?", last, kind)
	}
	return len(rows), true, err
}

// backlog reads the rows behind after; last is empty when there are no more.
func backlog(ctx context.Context, c *Conn, kind, after string) (rows []foundRow, last string, err error) {
	tail := "WHERE id > ? ORDER BY id LIMIT " + strconv.Itoa(caughtUp)
	switch kind {
	case store.FoundCall:
		return behind(ctx, c, callTable, tail, after, func(k *store.Call) (foundRow, bool, string) {
			return foundCall(k), !k.Times.Closed.IsZero(), k.ID
		})
	case store.FoundRecord:
		return behind(ctx, c, recordTable, tail, after, func(r *recordRow) (foundRow, bool, string) { return foundRecord(&r.Record), true, r.ID })
	default:
		return behind(ctx, c, mailTable, tail, after, func(v *mailRow) (foundRow, bool, string) {
			return foundMail(&v.Voicemail), true, v.ID
		})
	}
}

func behind[T any](ctx context.Context, c *Conn, t table[T], tail, after string, row func(*T) (foundRow, bool, string)) (out []foundRow, last string, err error) {
	all, err := t.all(ctx, c, tail, after)
	for i := range all {
		r, use, id := row(&all[i])
		if last = id; use {
			out = append(out, r)
		}
	}
	return out, last, err
}
