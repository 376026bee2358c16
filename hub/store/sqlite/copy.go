package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strconv"

	"zuoxi/hub/store"
)

// CopyTo writes the database as it is at one moment into a new file, while
// everything else goes on, and looks whether the copy is whole.
func (b *backend) CopyTo(ctx context.Context, path string) (err error) {
	// VACUUM INTO writes, though not into this database: query_only would
	// refuse it, so it gets a connection of its own.
	db, err := sql.Open("sqlite", dsn(b.path))
	if err != nil {
		return fmt.Errorf("opening the store for a copy: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return fmt.Errorf("copying the store: %w", b.damage.Saw(fold(err)))
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return fmt.Errorf("protecting the copy: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("syncing the copy: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("syncing the copy: %w", err)
	}
	return b.damage.Saw(checkFile(ctx, path))
}

func checkFile(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		return fmt.Errorf("opening the copy: %w", err)
	}
	var line string
	err = db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&line)
	if err := errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("checking the copy: %w", fold(err))
	}
	if line != "ok" {
		return fmt.Errorf("checking the copy: %s: %w", strconv.Quote(line), store.ErrCorrupt)
	}
	return nil
}
