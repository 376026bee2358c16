package recording

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"zuoxi/hub/store"
	"zuoxi/internal/durable"
)

// opener opens a file as os.OpenFile does.
type opener func(name string, flag int, perm fs.FileMode) (disk, error)

// disk is what mending needs of *os.File; tests make it fail.
type disk interface {
	file
	io.Reader
	Stat() (fs.FileInfo, error)
}

func openFile(name string, flag int, perm fs.FileMode) (disk, error) {
	return os.OpenFile(name, flag, perm)
}

// writes notes that a recording is being written, or is not any more.
func (l *Library) writes(id string, on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if on {
		l.live[id] = true
	} else {
		delete(l.live, id)
	}
}

func (l *Library) isLive(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.live[id]
}

// Recover ends the recordings that a crash left running: each is cut to its
// last whole block and entered with what it holds; one of which nothing can be
// read is entered as empty. What the disk or the keys refuse stays as it is for
// the next call, which may come at any time: an entry that says "empty" would
// make good sound unplayable for good. It returns how many were ended; all
// others are named in the error.
func (l *Library) Recover(ctx context.Context) (n int, err error) {
	var bad []error
	page := store.Page{Limit: store.MaxPage}
	for {
		rows, next, err := l.cfg.Index.List(ctx, store.RecordingFilter{Running: true, Page: page})
		if err != nil {
			return n, errors.Join(append(bad, fmt.Errorf("recover recordings: %w", err))...)
		}
		for _, row := range rows {
			ended, err := l.recoverRow(ctx, row.ID)
			if err != nil {
				bad = append(bad, fmt.Errorf("recover recording %s: %w", row.ID, err))
			}
			if ended {
				n++
			}
		}
		if next == "" {
			return n, errors.Join(bad...)
		}
		page.After = next
	}
}

func (l *Library) recoverRow(ctx context.Context, id string) (ended bool, err error) {
	if l.isLive(id) {
		return false, nil
	}
	row, err := l.cfg.Index.Get(ctx, id) // it may have been finished meanwhile
	if err != nil || !row.End.IsZero() {
		return false, err
	}
	if err = l.recoverOne(&row); err != nil {
		if !lost(err) {
			return false, err
		}
		row.Gaps = append(row.Gaps, store.Gap{Who: whoRecorder, Why: whyDamaged})
	}
	row.End = row.Start.Add(duration(row.Samples))
	if !row.End.After(row.Start) {
		row.End = row.Start.Add(time.Microsecond) // zero would still mean running
	}
	if _, failed := l.cfg.Index.Save(ctx, row); failed != nil {
		return false, errors.Join(err, failed)
	}
	return true, err
}

// lost tells that there is nothing to be read, however often one tries.
func lost(err error) bool {
	return errors.Is(err, ErrMissing) || errors.Is(err, ErrBroken) || errors.Is(err, errCut) || errors.Is(err, io.EOF)
}

func (l *Library) recoverOne(row *store.Recording) (err error) {
	f, err := l.open(l.path(*row), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return l.missing(*row, err)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	sum, err := l.survey(f, *row)
	if errors.Is(err, ErrBroken) && sum.size > 0 {
		// A power cut may leave rubbish after the last synced block. What is
		// good stays playable; all of it is kept aside for who wants to look.
		if err := l.keepAside(f, l.path(*row)); err != nil {
			return fmt.Errorf("keep damaged recording: %w", err)
		}
		sum.gaps = append(sum.gaps, store.Gap{From: sum.samples, To: sum.samples, Who: whoRecorder, Why: whyDamaged})
	} else if err != nil {
		return err
	}
	if err := errors.Join(f.Truncate(sum.size), f.Sync()); err != nil {
		return err
	}
	row.Samples, row.Gaps, row.Head = sum.samples, sum.gaps, sum.end
	return nil
}

// missing tells a file that is gone from a folder that is not there: its device
// may come back.
func (l *Library) missing(row store.Recording, err error) error {
	if _, failed := os.Stat(filepath.Dir(l.path(row))); failed != nil {
		return errors.Join(err, failed)
	}
	return ErrMissing
}

// asideName ends the name of a copy of a damaged file, before its number.
const asideName = ".damaged"

// keepAside copies a damaged file to one beside it, once: a copy gets its name
// when it is whole, and one of the same size that is there already is it.
func (l *Library) keepAside(f disk, path string) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	name := path + asideName
	for n := 2; ; n++ {
		there, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil || there.Size() == info.Size() {
			return err
		}
		name = path + asideName + "-" + strconv.Itoa(n)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	part := path + asideName + ".new"
	aside, err := l.open(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(aside, f)
	if err = errors.Join(err, aside.Sync(), aside.Close()); err == nil {
		err = os.Rename(part, name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part)) // the disk may be full
	}
	return durable.Settle(filepath.Dir(path))
}
