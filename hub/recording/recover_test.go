package recording

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/hub/store/seal"
)

// failing is a disk that refuses one kind of step, to files whose name ends in one way.
type failing struct {
	disk
	step string
	err  error
}

func (f failing) fails(step string) error {
	if f.step == step {
		return f.err
	}
	return nil
}

func (f failing) Read(p []byte) (int, error) {
	if err := f.fails("read"); err != nil {
		return 0, err
	}
	return f.disk.Read(p)
}

func (f failing) Write(p []byte) (int, error) {
	if err := f.fails("write"); err != nil {
		n, _ := f.disk.Write(p[:len(p)/2])
		return n, err
	}
	return f.disk.Write(p)
}

func (f failing) Sync() error {
	return errors.Join(f.fails("sync"), f.disk.Sync())
}

func (f failing) Truncate(size int64) error {
	if err := f.fails("truncate"); err != nil {
		return err
	}
	return f.disk.Truncate(size)
}

// rubbish is how much follows the last whole block.
const rubbish = 4096

// crashed is a library with a recording of two blocks that a power cut left, rubbish at its end.
func crashed(t *testing.T) (*Library, *index, string) {
	t.Helper()
	l, x := library(t, seal.New())
	r := begin(t, l)
	for at := int64(0); at < 2*blockLen; at += frameLen {
		r.Write(at, ramp(at, frameLen, 0), nil)
	}
	row := end(t, r)
	f, err := os.OpenFile(l.path(row), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Write(make([]byte, rubbish))
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	row.End, row.Samples, row.Head = time.Time{}, 0, nil
	x.rows[row.ID] = row
	return l, x, row.ID
}

// TestRecoverTriesAgain: whatever the disk refuses while a recording is recovered, it is recovered later, and all of it.
func TestRecoverTriesAgain(t *testing.T) {
	for _, f := range []struct {
		file, step string
		err        error
	}{
		{".zxr", "open", syscall.EIO},
		{".zxr", "read", syscall.EIO},
		{".zxr", "truncate", syscall.EIO},
		{".zxr", "sync", syscall.EIO},
		{".damaged.new", "open", syscall.ENOSPC},
		{".damaged.new", "write", syscall.ENOSPC},
		{".damaged.new", "sync", syscall.EIO},
	} {
		t.Run(f.file+" "+f.step, func(t *testing.T) {
			l, x, id := crashed(t)
			l.open = func(name string, flag int, perm fs.FileMode) (disk, error) {
				if !strings.HasSuffix(name, f.file) {
					return openFile(name, flag, perm)
				}
				if f.step == "open" {
					return nil, f.err
				}
				d, err := openFile(name, flag, perm)
				return failing{d, f.step, f.err}, err
			}
			for range 3 {
				if n, err := l.Recover(t.Context()); n != 0 || !errors.Is(err, f.err) || !x.rows[id].End.IsZero() {
					t.Fatalf("recovered %d, %v: %+v", n, err, x.rows[id])
				}
			}
			l.open = openFile
			recovered(t, l, x, id)
		})
	}
}

// recovered recovers a recording and wants all of it, and one copy of what it was.
func recovered(t *testing.T, l *Library, x *index, id string) {
	t.Helper()
	if n, err := l.Recover(t.Context()); n != 1 || err != nil {
		t.Fatalf("recovered %d, %v", n, err)
	}
	if caller, _ := heard(t, l, id); len(caller) != 2*blockLen {
		t.Errorf("%d samples can be played", len(caller))
	}
	path := l.path(x.rows[id])
	aside, err := filepath.Glob(path + ".damaged*")
	if err != nil || len(aside) != 1 {
		t.Fatalf("kept aside: %v, %v", aside, err)
	}
	whole, err := os.Stat(aside[0])
	now, err2 := os.Stat(path)
	if err := errors.Join(err, err2); err != nil || whole.Size() != now.Size()+rubbish {
		t.Errorf("%d bytes aside, %d left, %v", whole.Size(), now.Size(), err)
	}
}

// TestRecoverAfterAHalfCopy: a piece that an earlier version left aside when the disk was full is in nobody's way.
func TestRecoverAfterAHalfCopy(t *testing.T) {
	l, x, id := crashed(t)
	path := l.path(x.rows[id])
	if err := os.WriteFile(path+".damaged", []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := l.Recover(t.Context()); n != 1 || err != nil {
		t.Fatalf("recovered %d, %v", n, err)
	}
	if caller, _ := heard(t, l, id); len(caller) != 2*blockLen {
		t.Errorf("%d samples can be played", len(caller))
	}
	if err := l.remove(x.rows[id]); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 0 {
		t.Errorf("left when it was purged: %v, %v", left, err)
	}
}

// TestRecoverWhenTheDeviceIsBack: a folder that is not there is no missing file.
func TestRecoverWhenTheDeviceIsBack(t *testing.T) {
	l, x, id := crashed(t)
	folder := filepath.Dir(l.path(x.rows[id]))
	if err := os.Rename(folder, folder+".away"); err != nil {
		t.Fatal(err)
	}
	if n, err := l.Recover(t.Context()); n != 0 || err == nil || !x.rows[id].End.IsZero() {
		t.Fatalf("recovered %d, %v", n, err)
	}
	if err := os.Rename(folder+".away", folder); err != nil {
		t.Fatal(err)
	}
	recovered(t, l, x, id)
}

// TestRecoverLeavesWhatRuns: it may be called while calls are recorded.
func TestRecoverLeavesWhatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, x := library(t, seal.New())
		r := begin(t, l)
		r.Write(0, ramp(0, 2*blockLen, 0), nil)
		if n, err := l.Recover(t.Context()); n != 0 || err != nil || !x.rows[r.ID()].End.IsZero() {
			t.Errorf("recovered %d, %v", n, err)
		}
		row := end(t, r)
		if err := l.Verify(t.Context(), row.ID); err != nil || row.Samples != 2*blockLen {
			t.Errorf("%d samples, %v", row.Samples, err)
		}
		// The index was away when it ended: what is in the file is entered later.
		r = begin(t, l)
		r.Write(0, ramp(0, 2*blockLen, 0), nil)
		x.away = 1 << 20
		if err := r.Close(t.Context()); err == nil {
			t.Fatal("closed without the index")
		}
		x.away = 0
		if n, err := l.Recover(t.Context()); n != 1 || err != nil || x.rows[r.ID()].Samples != 2*blockLen {
			t.Errorf("recovered %d, %v: %+v", n, err, x.rows[r.ID()])
		}
	})
}

// TestRecoverWhatNobodyWaitedFor: a recording whose disk hung when it ended is entered as soon as the disk lets go of it, and
// not before.
func TestRecoverWhatNobodyWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, x := library(t, seal.New())
		w := &weak{space: 1 << 30, hold: make(chan struct{})}
		r := weakRecorder(t, l, w)
		l.writes(r.ID(), true)
		r.Write(0, ramp(0, 2*blockLen, 0), nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if n, err := l.Recover(t.Context()); n != 0 || err != nil || !x.rows[r.ID()].End.IsZero() {
			t.Fatalf("recovered %d while it is written, %v", n, err)
		}
		close(w.hold)
		synctest.Wait()
		if n, err := l.Recover(t.Context()); n != 1 || err != nil || x.rows[r.ID()].Samples != 2*blockLen {
			t.Errorf("recovered %d, %v: %+v", n, err, x.rows[r.ID()])
		}
	})
}
