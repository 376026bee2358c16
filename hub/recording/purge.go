package recording

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/retain"
)

// Purge removes the sound of recordings that are past their time, those on legal hold and running ones never. The index entry
// stays and says when. It returns how many were removed.
func (l *Library) Purge(ctx context.Context) (int, error) {
	n := 0
	var bad []error
	skip := map[string]bool{}
	for {
		rows, _, err := l.cfg.Index.List(ctx, store.RecordingFilter{RetainedBefore: l.cfg.Now(), Page: store.Page{Limit: store.MaxPage}})
		if err != nil {
			return n, fmt.Errorf("purge recordings: %w", err)
		}
		moved := false // something is off the list
		for _, row := range rows {
			if skip[row.ID] || row.End.IsZero() {
				continue
			}
			stays, err := l.stays(ctx, row)
			if err == nil && !stays {
				err = l.purgeOne(ctx, row)
			}
			if err != nil {
				skip[row.ID] = true
				bad = append(bad, fmt.Errorf("purge recording %s: %w", row.ID, err))
				continue
			}
			moved = true
			if !stays {
				n++
			}
		}
		if !moved {
			return n, errors.Join(bad...)
		}
	}
}

// stays tells whether a recording has to stay longer than the shortest time, by what its call turned out to be, and enters
// until when.
func (l *Library) stays(ctx context.Context, row store.Recording) (bool, error) {
	var of []retain.Kind
	if l.cfg.Kinds != nil {
		var err error
		if of, err = l.cfg.Kinds(ctx, row); err != nil {
			return false, err
		}
	}
	until := l.cfg.Keep.Until(row.Start, of...)
	if !until.After(l.cfg.Now()) {
		return false, nil
	}
	row.RetainUntil = until
	_, err := l.cfg.Index.Save(ctx, row)
	return true, err
}

// purgeOne enters the removal first, so that no index entry promises sound that is gone. A hold that came meanwhile takes the
// entry back; one that comes later finds it.
func (l *Library) purgeOne(ctx context.Context, row store.Recording) error {
	now, err := l.cfg.Index.Get(ctx, row.ID)
	if err != nil {
		return err
	}
	if now.LegalHold {
		return nil
	}
	now.Purged = l.cfg.Now()
	if _, err := l.cfg.Index.Save(ctx, now); err != nil {
		return err
	}
	if now, err = l.cfg.Index.Get(ctx, row.ID); err != nil {
		return err
	}
	if now.LegalHold {
		now.Purged = time.Time{}
		_, err := l.cfg.Index.Save(ctx, now)
		return err
	}
	return l.remove(now)
}

// remove takes the sound off the disk, and what a crash had kept aside of it.
func (l *Library) remove(row store.Recording) error {
	aside, err := filepath.Glob(l.path(row) + asideName + "*")
	if err != nil {
		return err
	}
	for _, name := range append(aside, l.path(row)) {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
