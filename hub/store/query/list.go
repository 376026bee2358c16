package query

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zuoxi/hub/store"
)

// filter builds the WHERE of a list whose order is (by, id).
type filter struct {
	where []string
	args  []any
	// districts are asked for one by one and merged: each is then a walk along
	// an index, where an IN list would sort all rows of all districts.
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
	err = r.Read(ctx, func(c *Conn) error {
		for _, d := range f.perDistrict() {
			tail, args := f.tail(d, after, size+1)
			part, err := t.all(ctx, c, tail, args...)
			if err != nil {
				return err
			}
			rows = append(rows, part...)
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	if len(f.districts) > 1 {
		slices.SortStableFunc(rows, func(a, b T) int {
			n := compare(place(&a), place(&b))
			if f.ascending {
				return n
			}
			return -n
		})
	}
	if len(rows) <= size {
		return rows, "", nil
	}
	rows = rows[:size]
	return rows, place(&rows[size-1]).String(), nil
}

// perDistrict is one round for each district, or a single one for all.
func (f *filter) perDistrict() []string {
	if len(f.districts) == 0 {
		return []string{""}
	}
	return slices.Compact(slices.Sorted(slices.Values(f.districts)))
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
