// Package query holds the one body of SQL behind the ports of package store.
// The drivers give it a Runner and a Dialect; it knows neither of them.
// Only hub/store/sqlite and hub/store/postgres may import it.
package query

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"zuoxi/hub/store"
)

// Runner gives a body a connection. Write runs fn in one transaction, kept
// when fn returns nil. Errors come back folded into the store's sentinels.
type Runner interface {
	Read(ctx context.Context, fn func(*Conn) error) error
	Write(ctx context.Context, fn func(*Conn) error) error
}

// Dialect is what differs between databases; the SQL is written with "?".
type Dialect struct {
	// Rebind turns "?" into the database's own placeholders.
	Rebind func(string) string
	// Fold turns a driver's error into one that wraps a sentinel.
	Fold func(error) error
	// Lock is appended to a SELECT whose row the transaction will change.
	Lock string
	// By stands between an index and the table that a SELECT must go through it, for a database that would rather skip
	// through a narrower one and look up a million rows; empty: it is left to its planner.
	By string
	// Detach runs statements to their end even if the caller has gone: an
	// interrupted statement would roll back the others of its batch.
	Detach bool
	Index  Index
}

// Index is how a database finds rows by terms.
type Index struct {
	// Put is a statement that keeps the terms of the row seq of found.
	Put func(seq int64, terms []string) (query string, args []any)
	// More and Empty are a column of found that a new row must fill, and with what.
	More, Empty string
	// From, Seq and Match name the tables to search, the place in them and the condition: every term of
	// all, one whole group of any, none of not. A term that ends in * stands for
	// all that begin so.
	From, Seq string
	Match     func(all []string, any [][]string, not []string) (cond string, arg any)
}

// Handle is a *sql.DB, *sql.Conn or *sql.Tx.
type Handle interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Conn runs statements in a dialect on a handle.
type Conn struct {
	h Handle
	d *Dialect
}

// On makes a Conn.
func On(h Handle, d *Dialect) *Conn { return &Conn{h: h, d: d} }

// Bind makes the ports over a runner.
func Bind(r Runner) store.Ports {
	return store.Ports{
		Agents: agents{r}, States: states{r},
		Calls: calls{r}, Timeline: timeline{r}, Legs: legs{r},
		Records: records{r}, Numbers: numbers{r}, Commands: commands{r},
		Voicemails: voicemails{r}, Recordings: recordings{r},
		Audit: auditLog{r}, Settings: settings{r}, Papers: store.Papers{Exams: exams{r}, ExamParts: examParts{r}, ExamRooms: examRooms{r}, Material: examMaterial{r}, ExamSteps: examSteps{r}, ExamMemory: examMemories{r}},
		Statistics: store.Statistics{Sums: sums{r}, Counts: counts{r}, Proofs: proofs{r}, Sheets: sheets{r}, Filed: filed{r}},
		Outside:    store.Outside{Finder: finder{r}, Posts: posts{r}, Marks: callerMarks{r}},
		Knowledge:  store.Knowledge{KBEntries: kbEntries{r}, KBNotes: kbNotes{r}},
	}
}

// Inside makes the ports over a transaction that is already open.
func Inside(c *Conn) store.Ports { return Bind(inside{c}) }

// inside is the runner of an open transaction: all is read and written in it.
type inside struct{ c *Conn }

func (i inside) Read(_ context.Context, fn func(*Conn) error) error  { return fn(i.c) }
func (i inside) Write(_ context.Context, fn func(*Conn) error) error { return fn(i.c) }

// Exec runs a statement and returns how many rows it touched.
func (c *Conn) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	vals, err := values(args)
	if err != nil {
		return 0, err
	}
	res, err := c.h.ExecContext(c.ctx(ctx), c.d.Rebind(query), vals...)
	if err != nil {
		return 0, c.d.Fold(err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, c.d.Fold(err)
	}
	return n, nil
}

// Rows runs a query and calls each for every row of its answer.
func (c *Conn) Rows(ctx context.Context, query string, args []any, each func(*sql.Rows) error) (err error) {
	vals, err := values(args)
	if err != nil {
		return err
	}
	rows, err := c.h.QueryContext(c.ctx(ctx), c.d.Rebind(query), vals...)
	if err != nil {
		return c.d.Fold(err)
	}
	defer func() {
		if cerr := rows.Close(); cerr != nil && err == nil {
			err = c.d.Fold(cerr)
		}
	}()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return c.d.Fold(err)
	}
	return nil
}

// One reads the single row of a query into dest, or gives store.ErrNotFound.
func (c *Conn) One(ctx context.Context, query string, args []any, dest ...any) error {
	found := false
	err := c.Rows(ctx, query, args, func(r *sql.Rows) error {
		found = true
		return c.scan(r, dest...)
	})
	if err == nil && !found {
		return store.ErrNotFound
	}
	return err
}

// ForUpdate ends a SELECT whose row the transaction is about to change.
func (c *Conn) ForUpdate() string { return c.d.Lock }

// By names the index that holds all that a SELECT over very many rows needs.
func (c *Conn) By(index string) string {
	if c.d.By == "" {
		return ""
	}
	return c.d.By + index
}

func (c *Conn) scan(r *sql.Rows, dest ...any) error {
	if err := r.Scan(dest...); err != nil {
		return c.d.Fold(err)
	}
	return nil
}

func (c *Conn) ctx(ctx context.Context) context.Context {
	if c.d.Detach {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// values resolves our own columns, so that both drivers see plain types only.
func values(args []any) ([]any, error) {
	out := make([]any, len(args))
	for i, a := range args {
		v, ok := a.(driver.Valuer)
		if !ok {
			out[i] = a
			continue
		}
		val, err := v.Value()
		if err != nil {
			return nil, fmt.Errorf("encode argument %d: %w: %w", i+1, store.ErrInvalid, err)
		}
		out[i] = val
	}
	return out, nil
}
