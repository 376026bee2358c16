package recording

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
)

// crashDir makes the test program a recorder that is going to be killed.
const crashDir = "ZUOXI_TEST_RECORD_UNTIL_KILLED"

// recordUntilKilled writes in real time, as the mixer does, and says how far it is.
func recordUntilKilled(dir string) {
	x := newIndex()
	l, err := Open(Config{Dir: dir, Index: x})
	if err == nil {
		var r *Recorder
		if r, err = l.Start(context.Background(), Meta{CallID: "call-1", District: "130100", Start: day}); err == nil {
			fmt.Println(r.ID(), x.rows[r.ID()].Path)
			const step = 800
			for at := int64(0); ; at += step {
				<-time.After(step * time.Second / Rate)
				r.Write(at, ramp(at, step, 0), ramp(at, step, 1))
				fmt.Println(at + step)
			}
		}
	}
	fmt.Println("error", err)
	os.Exit(1)
}

func TestPlayableAfterKill(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Scan()
	id, path, _ := strings.Cut(lines.Text(), " ")
	written := int64(0)
	for written < 4*Rate && lines.Scan() {
		if written, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() { // what it wrote before it died
		if n, err := strconv.ParseInt(lines.Text(), 10, 64); err == nil {
			written = n
		}
	}
	_ = cmd.Wait() // it was killed

	x := newIndex()
	x.rows[id] = store.Recording{ID: id, CallID: "call-1", Path: path, Start: day}
	l, err := Open(Config{Dir: dir, Index: x})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := l.Recover(t.Context()); n != 1 || err != nil {
		t.Fatalf("recovered %d, %v", n, err)
	}
	caller, _ := heard(t, l, id)
	if lost := written - int64(len(caller)); lost > 2*Rate || len(caller) == 0 {
		t.Errorf("%d samples lost of %d", lost, written)
	}
	if err := l.Verify(t.Context(), id); err != nil {
		t.Error(err)
	}
	t.Logf("written %d, playable %d", written, len(caller))
}

// weak is a file on a disk that fills up, or hangs.
type weak struct {
	file
	mu    sync.Mutex
	space int
	hold  chan struct{}
	told  atomic.Int64 // how often somebody heard of it
}

var errFull = errors.New("no space left on device")

func (w *weak) Write(p []byte) (int, error) {
	if w.hold != nil {
		<-w.hold
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := w.space; n < len(p) {
		w.space = 0
		_, err := w.file.Write(p[:n])
		return n, errors.Join(errFull, err)
	}
	w.space -= len(p)
	return w.file.Write(p)
}

func (w *weak) free(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.space = n
}

// weakRecorder is a recorder on such a disk.
func weakRecorder(t *testing.T, l *Library, w *weak) *Recorder {
	t.Helper()
	row := store.Recording{ID: store.NewID(day), CallID: "call-1", District: "130100", Start: day, Version: 1}
	row.Path = row.ID + ".zxr"
	tp, err := l.create(&row)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.cfg.Index.Start(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	w.file, tp.f = tp.f, w
	return startRecorder(l, row, tp, func() { w.told.Add(1) })
}

func TestDiskFullLeavesAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _ := library(t, seal.New())
		w := &weak{space: 3*2*blockLen + 1000}
		r := weakRecorder(t, l, w)
		for at := int64(0); at < 10*blockLen; at += frameLen {
			r.Write(at, ramp(at, frameLen, 0), nil)
			synctest.Wait()
			if at == 6*blockLen {
				w.free(1 << 20)
			}
		}
		row := end(t, r)
		if err := l.Verify(t.Context(), row.ID); err != nil {
			t.Fatal(err)
		}
		lost := int64(0)
		for _, g := range row.Gaps {
			if g.Who == whoRecorder && g.Why == whyDisk {
				lost += g.To - g.From
			}
		}
		if s := r.Stats(); lost == 0 || s.Failed != lost || lost%blockLen != 0 {
			t.Errorf("lost %d, stats %+v, gaps %+v", lost, s, row.Gaps)
		}
		if caller, _ := heard(t, l, row.ID); len(caller) != 10*blockLen {
			t.Errorf("%d samples", len(caller))
		}
		if n := w.told.Load(); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}

// TestDiskFullToTheEnd: the disk takes a piece of a block and nothing from then
// on; what was recorded before is whole and playable.
func TestDiskFullToTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _ := library(t, seal.New())
		w := &weak{space: 3*2*blockLen + 1000}
		r := weakRecorder(t, l, w)
		for at := int64(0); at < 10*blockLen; at += frameLen {
			r.Write(at, ramp(at, frameLen, 0), nil)
			synctest.Wait()
		}
		row := end(t, r)
		if err := l.Verify(t.Context(), row.ID); err != nil {
			t.Fatal(err)
		}
		caller, _ := heard(t, l, row.ID)
		if want := ramp(0, 3*blockLen, 0); len(caller) < len(want) || !slices.Equal(caller[:len(want)], want) {
			t.Errorf("%d samples, not those from before", len(caller))
		}
		if len(row.Gaps) == 0 || w.told.Load() != 1 {
			t.Errorf("gaps %+v, told %d times", row.Gaps, w.told.Load())
		}
	})
}

func TestSlowDiskNeverBlocks(t *testing.T) {
	l, _ := library(t, nil)
	w := &weak{space: 1 << 30, hold: make(chan struct{})}
	r := weakRecorder(t, l, w)
	const total = 20 * Rate
	for at := int64(0); at < total; at += frameLen {
		r.Write(at, ramp(at, frameLen, 0), nil) // would hang here
	}
	for range 2 * gapQueue {
		r.Gap(0, 0, "8001", "test")
	}
	close(w.hold)
	row := end(t, r)
	s := r.Stats()
	var marked int64
	for _, g := range row.Gaps {
		if g.Why == whyQueue {
			marked += g.To - g.From
		}
	}
	if s.Dropped < total-int64(queueLen+1)*frameLen-2*blockLen || marked < s.Dropped {
		t.Errorf("dropped %d, marked %d, gaps %+v", s.Dropped, marked, row.Gaps)
	}
	if err := l.Verify(t.Context(), row.ID); err != nil {
		t.Error(err)
	}
}

func TestRecoverCutsTheTail(t *testing.T) {
	l, x := library(t, seal.New())
	r := begin(t, l)
	for at := int64(0); at < 3*blockLen; at += frameLen {
		r.Write(at, ramp(at, frameLen, 0), nil)
	}
	row := end(t, r)
	if err := os.Truncate(l.path(row), 3*blockLen); err != nil {
		t.Fatal(err)
	}
	row.End = time.Time{} // as a crash leaves it
	x.rows[row.ID] = row
	gone := store.Recording{ID: "gone", CallID: "call-2", Path: "none.zxr", Start: day}
	x.rows["gone"] = gone
	n, err := l.Recover(t.Context())
	if n != 2 || !errors.Is(err, ErrMissing) {
		t.Fatalf("recovered %d, %v", n, err)
	}
	got := x.rows[row.ID]
	if got.Samples != blockLen || !got.End.Equal(day.Add(duration(blockLen))) {
		t.Errorf("recovered %+v", got)
	}
	if err := l.Verify(t.Context(), row.ID); err != nil {
		t.Error(err)
	}
	if lost := x.rows["gone"]; lost.End.IsZero() || len(lost.Gaps) != 1 {
		t.Errorf("the missing one: %+v", lost)
	}
	if n, err := l.Recover(t.Context()); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
}

func TestStartFails(t *testing.T) {
	l, _ := library(t, nil)
	l.cfg.Index = refusing{l.cfg.Index}
	if _, err := l.Start(t.Context(), Meta{CallID: "c", District: "d", Start: day}); !errors.Is(err, store.ErrFull) {
		t.Errorf("got %v", err)
	}
	left, err := os.ReadDir(l.cfg.Dir + "/2026-03-03")
	if err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

type refusing struct{ store.Recordings }

func (refusing) Start(context.Context, store.Recording) error { return store.ErrFull }

func BenchmarkWrite(b *testing.B) {
	l, _ := library(b, seal.New())
	r := begin(b, l)
	defer end(b, r)
	pcm := ramp(0, 800, 0)
	b.ReportAllocs()
	at := int64(0)
	for b.Loop() {
		r.Write(at, pcm, pcm)
		at += 800
	}
}

// After a power cut the tail may be rubbish: what is before it stays playable.
func TestRecoverKeepsWhatIsGood(t *testing.T) {
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
	_, err = f.Write(make([]byte, 4096))
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	row.End = time.Time{}
	x.rows[row.ID] = row
	if n, err := l.Recover(t.Context()); n != 1 || err != nil {
		t.Fatalf("recovered %d, %v", n, err)
	}
	if caller, _ := heard(t, l, row.ID); len(caller) != 2*blockLen {
		t.Errorf("%d samples can be played", len(caller))
	}
	if got := x.rows[row.ID]; len(got.Gaps) != 1 || got.Gaps[0].Why != whyDamaged {
		t.Errorf("not marked: %+v", got.Gaps)
	}
	if _, err := os.Stat(l.path(row) + ".damaged"); err != nil {
		t.Error(err)
	}
}

func FuzzSurvey(f *testing.F) {
	l, _ := library(f, nil)
	r := begin(f, l)
	r.Gap(0, 100, "8001", "test")
	r.Write(0, ramp(0, 800, 0), nil)
	row := end(f, r)
	good, err := os.ReadFile(l.path(row))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)-40])
	f.Add([]byte("ZXR1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := l.survey(bytes.NewReader(data), row)
		if err == nil && !bytes.Equal(data, good) {
			t.Errorf("another file passed for the recording: %+v", s)
		}
		_ = unroll(t.Context(), bytes.NewReader(data), nil, s.samples, func(_, _ []byte) error { return nil })
	})
}
