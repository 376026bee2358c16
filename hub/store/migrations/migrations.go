// Package migrations holds the schema of the hub's database, paired by number
// for each dialect, and brings a database up to it. Used by the drivers only.
// A database that a newer hub has written is refused, never guessed at.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"

	"zuoxi/hub/store"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// Dialect names one of the folders.
type Dialect string

// The dialects.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Up applies what is missing and returns the version reached. A database that
// is ahead of this program gives store.ErrNewer and is not touched.
func Up(ctx context.Context, db *sql.DB, d Dialect) (int64, error) {
	p, err := provider(db, d)
	if err != nil {
		return 0, err
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return 0, fmt.Errorf("read schema version: %w", err)
	}
	if newest := Newest(d); have > newest {
		return have, fmt.Errorf("schema %d, this program knows %d: %w", have, newest, store.ErrNewer)
	}
	if _, err := p.Up(ctx); err != nil {
		return have, fmt.Errorf("migrate: %w", err)
	}
	return Newest(d), nil
}

// Newest is the number of the last migration of a dialect.
func Newest(d Dialect) int64 {
	names, _ := fs.Glob(files, string(d)+"/*.sql")
	var newest int64
	for _, name := range names {
		if n, err := goose.NumericComponent(name); err == nil && n > newest {
			newest = n
		}
	}
	return newest
}

// provider hands goose the way up of each file in one piece. Its own parser would cut it into statements, which both drivers do
// themselves, and takes four megabytes for every line that may end one: most of what a first start computed.
func provider(db *sql.DB, d Dialect) (*goose.Provider, error) {
	names, err := fs.Glob(files, string(d)+"/*.sql")
	if err != nil {
		return nil, fmt.Errorf("find migrations: %w", err)
	}
	all := make([]*goose.Migration, 0, len(names))
	for _, name := range names {
		n, err := goose.NumericComponent(name)
		if err != nil {
			return nil, fmt.Errorf("number %s: %w", name, err)
		}
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read migrations: %w", err)
		}
		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		all = append(all, goose.NewGoMigration(n, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, up)
			return err
		}}, nil))
	}
	dialect := goose.DialectSQLite3
	if d == Postgres {
		dialect = goose.DialectPostgres
	}
	p, err := goose.NewProvider(dialect, db, nil, goose.WithGoMigrations(all...))
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return p, nil
}
