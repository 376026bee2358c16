package recording

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"zuoxi/hub/store"
)

// Keep files a recording that was made elsewhere: both channels as A-law, of the same length.
func (l *Library) Keep(ctx context.Context, m Meta, caller, rest []byte) (id string, err error) {
	if len(caller) != len(rest) || len(caller) == 0 || len(caller) > longest {
		return "", fmt.Errorf("keep recording of %s: %w", m.CallID, ErrLong)
	}
	row := store.Recording{ID: store.NewID(m.Start), CallID: m.CallID, District: m.District, Start: m.Start, RetainUntil: l.cfg.Keep.Least(m.Start), Version: 1}
	row.Path = filepath.Join(m.Start.In(l.cfg.Zone).Format(time.DateOnly), row.ID+".zxr")
	t, err := l.create(&row)
	if err != nil {
		return "", fmt.Errorf("keep recording of %s: %w", m.CallID, err)
	}
	defer func() {
		err = errors.Join(err, t.f.Close())
		if err != nil {
			err = errors.Join(fmt.Errorf("keep recording of %s: %w", m.CallID, err), os.Remove(l.path(row)))
		}
	}()
	for at := 0; at < len(caller); at += Rate {
		end := min(at+Rate, len(caller))
		b := &block{kind: kindSound, from: int64(at), samples: int64(end - at), payload: append(append([]byte{}, caller[at:end]...), rest[at:end]...)}
		if err := t.add(b); err != nil {
			return "", err
		}
	}
	if err := t.f.Sync(); err != nil {
		return "", err
	}
	l.writes(row.ID, true)
	defer l.writes(row.ID, false)
	if err := l.cfg.Index.Start(ctx, row); err != nil {
		return "", err
	}
	row.Samples, row.Head, row.End = int64(len(caller)), t.link.end(t.prev, int64(len(caller))), row.Start.Add(duration(int64(len(caller))))
	_, err = l.cfg.Index.Save(ctx, row)
	return row.ID, err
}
