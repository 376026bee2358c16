package query

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/access"
)

// filter builds the WHERE of a list whose order is (by, id).
type filter struct {
	where []string
	args  []any
	// districts and what they cover are asked for one by one and merged: each is
	// then a walk along an index, where a range would sort all rows of all districts.
	districts []string
	by, id    string
	ascending bool
	page      store.Page
}

// eq adds a condition unless the value is the zero one.
func eq[V comparable](f *filter, col string, v V) {
	var zero V
	if v != zero {
		f.add(col+" = ?", v)
	}
}

func (f *filter) hash(col string, h []byte) {
	if len(h) > 0 {
		f.add(col+" = ?", h)
	}
}

func (f *filter) span(s store.Span) {
	if !s.From.IsZero() {
		f.add(f.by+" >= ?", micro(s.From))
	}
	if !s.To.IsZero() {
		f.add(f.by+" < ?", micro(s.To))
	}
}

func (f *filter) before(col string, t time.Time) {
	f.add(col+" > 0 AND "+col+" < ?", micro(t))
}

func (f *filter) add(cond string, args ...any) {
	f.where = append(f.where, cond)
	f.args = append(f.args, args...)
}

// cursor is the place of a row in a list.
type cursor struct {
	by any // int64 or string
	id any
}

// list reads one page of t. place tells where a row stands in the order.
func list[T any](ctx context.Context, r Runner, t table[T], f filter, place func(*T) cursor) ([]T, string, error) {
	after, err := parseCursor(f.page.After)
	if err != nil {
		return nil, "", err
	}
	size := f.page.Size()
	var rows []T
	var apart []string
	err = r.Read(ctx, func(c *Conn) error {
		if apart, err = perDistrict(ctx, c, t.name, f.districts); err != nil {
			return err
		}
		if len(apart) == 1 {
			tail, args := f.tail(apart[0], after, size+1)
			rows, err = t.all(ctx, c, tail, args...)
			return err
		}
		ids, err := f.first(ctx, c, t.name, apart, after, size+1)
		if err != nil || len(ids) == 0 {
			return err
		}
		rows, err = t.all(ctx, c, "WHERE "+f.id+" IN ("+marks(len(ids))+")", ids...)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	if len(apart) > 1 {
		slices.SortFunc(rows, func(a, b T) int { return f.compare(place(&a), place(&b)) })
	}
	if len(rows) <= size {
		return rows, "", nil
	}
	rows = rows[:size]
	return rows, place(&rows[size-1]).String(), nil
}

// perDistrict is one round for each district that the wanted ones cover and that has rows, or a single one for all.
func perDistrict(ctx context.Context, c *Conn, table string, wanted []string) ([]string, error) {
	if len(wanted) == 0 {
		return []string{""}, nil
	}
	var out []string
	for _, d := range wanted {
		next, last := access.Reach(d)
		if next == last {
			out = append(out, d)
			continue
		}
		for than := ">="; ; than = ">" { // from one to the next along the index, never over the rows between
			err := c.One(ctx, "SELECT district FROM "+table+" WHERE district "+than+" ? AND district <= ? ORDER BY district LIMIT 1", []any{next, last}, &next)
			if errors.Is(err, store.ErrNotFound) {
				break
			}
			if err != nil {
				return nil, err
			}
			out = append(out, next)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// first are the ids of the first rows of all those districts together. Of each only the order is read, of all but the page nothing else.
func (f *filter) first(ctx context.Context, c *Conn, table string, apart []string, after *cursor, limit int) ([]any, error) {
	var found []cursor
	for _, d := range apart {
		tail, args := f.tail(d, after, limit)
		err := c.Rows(ctx, "SELECT "+f.by+", "+f.id+" FROM "+table+" "+tail, args, func(r *sql.Rows) error {
			var at cursor
			err := c.scan(r, &at.by, &at.id)
			found = append(found, at)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(found, f.compare)
	found = found[:min(len(found), limit)]
	ids := make([]any, len(found))
	for i := range found {
		ids[i] = found[i].id
	}
	return ids, nil
}

// compare tells which of two places comes first in the list.
func (f *filter) compare(a, b cursor) int {
	if f.ascending {
		return compare(a, b)
	}
	return compare(b, a)
}

func (f *filter) tail(district string, after *cursor, limit int) (string, []any) {
	where, args := slices.Clone(f.where), slices.Clone(f.args)
	if len(f.districts) > 0 {
		where, args = append(where, "district = ?"), append(args, district)
	}
	than, order := "<", "DESC"
	if f.ascending {
		than, order = ">", "ASC"
	}
	if after != nil {
		if f.by == f.id {
			where, args = append(where, f.id+" "+than+" ?"), append(args, after.id)
		} else {
			where, args = append(where, "("+f.by+", "+f.id+") "+than+" (?, ?)"), append(args, after.by, after.id)
		}
	}
	var b strings.Builder
	if len(where) > 0 {
		b.WriteString("WHERE " + strings.Join(where, " AND ") + " ")
	}
	b.WriteString("ORDER BY " + f.by + " " + order)
	if f.by != f.id {
		b.WriteString(", " + f.id + " " + order)
	}
	b.WriteString(" LIMIT " + strconv.Itoa(limit))
	return b.String(), args
}

func compare(a, b cursor) int {
	if n := compareAny(a.by, b.by); n != 0 {
		return n
	}
	return compareAny(a.id, b.id)
}

func compareAny(a, b any) int {
	switch a := a.(type) {
	case int64:
		if b, ok := b.(int64); ok {
			return int(min(1, max(-1, a-b)))
		}
	case string:
		if b, ok := b.(string); ok {
			return strings.Compare(a, b)
		}
	}
	return 0
}

// String makes the text that goes out to the client and comes back.
func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(cursorPart(c.by) + cursorPart(c.id)))
}

func cursorPart(v any) string {
	switch v := v.(type) {
	case int64:
		return "n" + strconv.FormatInt(v, 10) + "\x00"
	case string:
		return "s" + v + "\x00"
	default:
		return "\x00"
	}
}

// parseCursor reads a cursor; it comes from outside, so it is not trusted.
func parseCursor(s string) (*cursor, error) {
	if s == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	parts := strings.Split(string(raw), "\x00")
	if err != nil || len(parts) != 3 || parts[2] != "" {
		return nil, fmt.Errorf("page cursor: %w", store.ErrInvalid)
	}
	var c cursor
	for i, dst := range []*any{&c.by, &c.id} {
		switch p := parts[i]; {
		case strings.HasPrefix(p, "s"):
			*dst = p[1:]
		case strings.HasPrefix(p, "n"):
			n, err := strconv.ParseInt(p[1:], 10, 64)
			if err != nil {
				return nil, fmt.Errorf("page cursor: %w", store.ErrInvalid)
			}
			*dst = n
		default:
			return nil, fmt.Errorf("page cursor: %w", store.ErrInvalid)
		}
	}
	return &c, nil
}
