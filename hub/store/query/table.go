package query

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"zuoxi/hub/store"
)

// table maps rows of one table to structs. The key is the first column.
type table[T any] struct {
	name string
	cols func(*T) []column
}

// insert adds a row; false means that the key or number is taken. ON CONFLICT
// keeps a PostgreSQL transaction alive where an error would end it.
func (t table[T]) insert(ctx context.Context, c *Conn, row *T) (bool, error) {
	cols := t.cols(row)
	q := "INSERT INTO " + t.name + " (" + names(cols) + ") VALUES (" + marks(len(cols)) + ") ON CONFLICT DO NOTHING"
	n, err := c.Exec(ctx, q, cells(cols)...)
	return n == 1, err
}

// update writes the row whose key and version it holds and leaves it with the
// next version. The columns named in keep stay as they are.
func (t table[T]) update(ctx context.Context, c *Conn, row *T, version *int64, keep ...string) error {
	old := *version
	*version = old + 1
	cols := t.cols(row)
	var set []string
	var args []any
	for _, col := range cols[1:] {
		if !contains(keep, col.name) {
			set = append(set, col.name+" = ?")
			args = append(args, col.cell)
		}
	}
	key := cols[0]
	args = append(args, key.cell, old)
	n, err := c.Exec(ctx, "UPDATE "+t.name+" SET "+strings.Join(set, ", ")+" WHERE "+key.name+" = ? AND version = ?", args...)
	if err == nil && n == 0 {
		err = t.missed(ctx, c, key)
	}
	if err != nil {
		*version = old
	}
	return err
}

// missed tells a row that is gone from one that somebody else has changed.
func (t table[T]) missed(ctx context.Context, c *Conn, key column) error {
	var n int64
	if err := c.One(ctx, "SELECT count(*) FROM "+t.name+" WHERE "+key.name+" = ?", []any{key.cell}, &n); err != nil {
		return err
	}
	if n == 0 {
		return store.ErrNotFound
	}
	return store.ErrConflict
}

// get reads the row with this key.
func (t table[T]) get(ctx context.Context, c *Conn, key any) (T, error) {
	var row T
	cols := t.cols(&row)
	err := c.One(ctx, "SELECT "+names(cols)+" FROM "+t.name+" WHERE "+cols[0].name+" = ?", []any{key}, cells(cols)...)
	return row, err
}

// all reads the rows that a tail ("WHERE … ORDER BY …") gives.
func (t table[T]) all(ctx context.Context, c *Conn, tail string, args ...any) ([]T, error) {
	var zero T
	q := "SELECT " + names(t.cols(&zero)) + " FROM " + t.name + " " + tail
	var out []T
	err := c.Rows(ctx, q, args, func(r *sql.Rows) error {
		var row T
		if err := c.scan(r, cells(t.cols(&row))...); err != nil {
			return err
		}
		out = append(out, row)
		return nil
	})
	return out, err
}

func names(cols []column) string {
	s := make([]string, len(cols))
	for i, c := range cols {
		s[i] = c.name
	}
	return strings.Join(s, ", ")
}

func cells(cols []column) []any {
	out := make([]any, len(cols))
	for i, c := range cols {
		out[i] = c.cell
	}
	return out
}

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// failed says what we were doing; a nil error stays nil.
func failed(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

// created turns the outcome of an insert into an error.
func created(fresh bool, err error) error {
	if err == nil && !fresh {
		return store.ErrDuplicate
	}
	return err
}
