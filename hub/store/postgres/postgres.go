// Package postgres keeps the hub's store in PostgreSQL, for centres that run
// a database server already. Only the hub's wiring opens it; everybody else
// sees the ports. It passes the same suite as the sqlite package.
//
// One hub owns the database: an advisory lock, held by a connection of its
// own, keeps a second one out and falls with the process.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"zuoxi/hub/store"
	"zuoxi/hub/store/migrations"
	"zuoxi/hub/store/query"
)

// lockID is "zuoxi" in bytes: the advisory lock of this program.
const lockID = 0x7a756f7869

// connections are enough for one hub and leave the server room for others.
const connections = 16

type backend struct {
	db      *sql.DB
	version int64
	damage  store.Damage

	// mu guards lock, which Ping takes again when its connection was cut.
	mu   sync.Mutex
	lock *sql.Conn
}

// Open opens the store that a postgres:// address names and brings its schema
// up. It refuses a database that another hub uses (store.ErrInUse) and a newer
// schema (store.ErrNewer).
func Open(ctx context.Context, address string) (*store.Store, error) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil { // it may quote the address, password and all
		return nil, fmt.Errorf("read database address: %w", store.ErrAddress)
	}
	db := stdlib.OpenDB(*cfg, stdlib.OptionAfterConnect(plain))
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	b := &backend{db: db}
	if err := b.start(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return &store.Store{Ports: query.Bind(b), Backend: b, Damage: &b.damage}, nil
}

// plain has a connection plan each statement for what it asks, and run it as it is planned. How many rows a city's districts or a
// state have is known by their names only: with one plan for any names, which the server settles on after five, a report read the
// whole index of districts for each state (15 s, not 1); planning takes a tenth of a millisecond. Compiled first, as the server
// would do with what it takes for costly, a report over a day's calls takes seconds for the compiler and a tenth of that for the calls.
func plain(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "SET jit = off; SET plan_cache_mode = force_custom_plan")
	return err //nolint:wrapcheck // folded where the connection is used
}

func (b *backend) start(ctx context.Context) (err error) {
	if err := b.takeLock(ctx); err != nil {
		return err
	}
	if b.version, err = migrations.Up(ctx, b.db, migrations.Postgres); err != nil {
		return fold(err)
	}
	return nil
}

func (b *backend) takeLock(ctx context.Context) error {
	conn, err := b.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", fold(err))
	}
	var got bool
	err = conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", int64(lockID)).Scan(&got)
	if err == nil && !got {
		err = store.ErrInUse
	}
	if err != nil {
		return errors.Join(fmt.Errorf("lock the database: %w", fold(err)), conn.Close())
	}
	b.lock = conn
	return nil
}

// dialect is PostgreSQL's: $1 for "?", and row locks for what will change.
var dialect = query.Dialect{Rebind: rebind, Fold: fold, Lock: " FOR UPDATE", Index: index}

// Read runs fn on any connection.
func (b *backend) Read(_ context.Context, fn func(*query.Conn) error) error {
	reading := dialect
	reading.Lock = ""
	return b.damage.Saw(fn(query.On(b.db, &reading)))
}

// Write runs fn in one transaction.
func (b *backend) Write(ctx context.Context, fn func(*query.Conn) error) error {
	return b.damage.Saw(b.inTx(ctx, fn))
}

func (b *backend) inTx(ctx context.Context, fn func(*query.Conn) error) (err error) {
	tx, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", fold(err))
	}
	done := false
	defer func() {
		if !done {
			_ = tx.Rollback() // the first error, or the panic, is the news
		}
	}()
	if err := fn(query.On(tx, &dialect)); err != nil {
		return err
	}
	done = true
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", fold(err))
	}
	return nil
}

func (b *backend) Tx(ctx context.Context, fn func(store.Ports) error) error {
	return b.Write(ctx, func(c *query.Conn) error { return fn(query.Inside(c)) })
}

// Ping writes a row as it is, and takes the lock again if its connection was
// cut; when another hub got there first, that is what it reports.
func (b *backend) Ping(ctx context.Context) error {
	if err := b.damage.Err(); err != nil {
		return fmt.Errorf("ping store: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.lock != nil && b.lock.PingContext(ctx) != nil {
		_ = b.lock.Close() // it is gone already
		b.lock = nil
	}
	if b.lock == nil {
		if err := b.takeLock(ctx); err != nil {
			return fmt.Errorf("ping store: %w", err)
		}
	}
	err := b.Write(ctx, func(c *query.Conn) error {
		_, err := c.Exec(ctx, "UPDATE audit_head SET seq = seq WHERE id = 1")
		return err
	})
	if err != nil {
		return fmt.Errorf("ping store: %w", err)
	}
	return nil
}

// Check asks for the rows of every table: damaged pages show when read.
func (b *backend) Check(ctx context.Context) error {
	return b.Read(ctx, func(c *query.Conn) error {
		var tables []string
		err := c.Rows(ctx, "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()", nil, func(r *sql.Rows) error {
			var name string
			tables = append(tables, "")
			err := r.Scan(&name)
			tables[len(tables)-1] = name
			return err
		})
		for _, name := range tables {
			if err != nil {
				break
			}
			_, err = c.Exec(ctx, `SELECT count(t) FROM "`+name+`" AS t`)
		}
		if err != nil {
			return fmt.Errorf("check store: %w", err)
		}
		return nil
	})
}

func (b *backend) Version(context.Context) (int64, error) { return b.version, nil }

// Close lets go of the lock and the connections.
func (b *backend) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var err error
	if b.lock != nil {
		err = b.lock.Close()
		b.lock = nil
	}
	return errors.Join(err, b.db.Close())
}
