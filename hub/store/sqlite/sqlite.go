// Package sqlite keeps the hub's store in one SQLite file: the default of a
// single hub. Only the hub's wiring opens it; everybody else sees the ports.
//
// One goroutine owns the only writing connection and commits what has queued
// up in one go, so an acknowledged write is on the disk and many small writes
// share one fsync. Reads run beside it on their own connections. The folder is
// 0700 and the file 0600; a lock file keeps a second hub out.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	_ "modernc.org/sqlite" // the driver

	"zuoxi/hub/store"
	"zuoxi/hub/store/migrations"
	"zuoxi/hub/store/query"
)

// FileName is the database below the data folder.
const FileName = "hub.db"

// readers is how many reads run at the same time; more would only share the
// same disk and page cache.
const readers = 4

type backend struct {
	write   *writer
	read    *prepared
	lock    *lock
	path    string
	version int64
	damage  store.Damage
}

// Open opens the store in a folder, or makes it. It refuses a folder that
// another hub uses (store.ErrInUse) and a newer schema (store.ErrNewer).
func Open(ctx context.Context, dir string) (*store.Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	l, err := takeLock(filepath.Join(dir, "hub.lock"))
	if err != nil {
		return nil, err
	}
	b, err := open(ctx, filepath.Join(dir, FileName), l)
	if err != nil {
		return nil, errors.Join(err, l.release())
	}
	return &store.Store{Ports: query.Bind(b), Backend: b, Damage: &b.damage}, nil
}

func open(ctx context.Context, path string, l *lock) (*backend, error) {
	// Made by us first: SQLite would make it readable for everybody, and the
	// journal files take over its mode.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w: %w", path, store.ErrUnavailable, err)
	}
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return nil, fmt.Errorf("protect %s: %w", path, err)
	}
	version, err := migrate(ctx, path)
	if err != nil {
		return nil, err
	}
	w, err := startWriter(ctx, path)
	if err != nil {
		return nil, err
	}
	read, err := sql.Open("sqlite", dsn(path, "query_only(1)"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s for reading: %w", path, err), w.close())
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	return &backend{write: w, read: newPrepared(read), lock: l, path: path, version: version}, nil
}

func migrate(ctx context.Context, path string) (version int64, err error) {
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return 0, fmt.Errorf("open %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	version, err = migrations.Up(ctx, db, migrations.SQLite)
	if err != nil {
		return version, fmt.Errorf("%s: %w", path, fold(err))
	}
	return version, nil
}

// dsn names the file with the settings that every connection needs.
func dsn(path string, pragmas ...string) string {
	q := url.Values{"_txlock": {"immediate"}, "_dqs": {"0"}}
	for _, p := range append([]string{
		"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(5000)",
		"foreign_keys(1)", "temp_store(MEMORY)", "cache_size(-16384)",
	}, pragmas...) {
		q.Add("_pragma", p)
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

// dialect is SQLite's: "?" as it is, and no row locks, since one writes.
var dialect = query.Dialect{
	Rebind: func(q string) string { return q },
	Fold:   fold,
	By:     " INDEXED BY ",
	Detach: true,
	Index:  index,
}

// Read runs fn on a connection that cannot write.
func (b *backend) Read(_ context.Context, fn func(*query.Conn) error) error {
	reading := dialect
	reading.Detach = false
	return b.damage.Saw(fn(query.On(b.read, &reading)))
}

// Write runs fn on the writing connection and returns when it is on the disk.
func (b *backend) Write(ctx context.Context, fn func(*query.Conn) error) error {
	return b.damage.Saw(b.write.do(ctx, fn))
}

func (b *backend) Tx(ctx context.Context, fn func(store.Ports) error) error {
	return b.Write(ctx, func(c *query.Conn) error { return fn(query.Inside(c)) })
}

// Ping writes a row as it is: a full or read-only disk shows, and damage that
// was found before.
func (b *backend) Ping(ctx context.Context) error {
	if err := b.damage.Err(); err != nil {
		return fmt.Errorf("ping store: %w", err)
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

// Check reads every page and index.
func (b *backend) Check(ctx context.Context) error { return b.check(ctx, "PRAGMA integrity_check(1)") }

// Probe reads every page, and holds no index to its table.
func (b *backend) Probe(ctx context.Context) error { return b.check(ctx, "PRAGMA quick_check(1)") }

func (b *backend) check(ctx context.Context, pragma string) error {
	return b.Read(ctx, func(c *query.Conn) error {
		return c.Rows(ctx, pragma, nil, func(r *sql.Rows) error {
			var line string
			if err := r.Scan(&line); err != nil {
				return fmt.Errorf("check store: %w", fold(err))
			}
			if line != "ok" {
				return fmt.Errorf("check store: %s: %w", strconv.Quote(line), store.ErrCorrupt)
			}
			return nil
		})
	})
}

func (b *backend) Version(context.Context) (int64, error) { return b.version, nil }

// Close finishes the writes that were accepted, then lets go of the folder.
func (b *backend) Close() error {
	return errors.Join(b.write.close(), b.read.Close(), b.lock.release())
}
