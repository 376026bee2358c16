package cli

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/kb"
	"zuoxi/session"
)

// slice hands out a package of zeros and notes what was asked for.
type slice struct {
	size  int64
	asked []int
}

func (s *slice) FetchKB(_ context.Context, from, to uint64, offset int64, size int) (session.KBPart, error) {
	s.asked = append(s.asked, size)
	return session.KBPart{From: from, To: to, Offset: offset, Data: make([]byte, min(int64(size), s.size-offset))}, nil
}

// While somebody talks the knowledge base takes about a third of a line of 64 kbit/s, and all of it afterwards.
func TestCopyingGivesWayToVoice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var talking atomic.Bool
		talking.Store(true)
		src := &slice{size: 100 << 10}
		r, err := hubSource{src, &talking}.Fetch(t.Context(), kb.Package{To: 1, Size: src.size}, 0)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := io.CopyN(io.Discard, r, 20<<10); err != nil {
			t.Fatal(err)
		}
		took := time.Since(start)
		onTheWire := float64(20<<10) * 4 / 3 * 8 // base64
		if rate := onTheWire / took.Seconds(); rate > 21_000 {
			t.Errorf("%.0f bit/s beside a voice", rate)
		}
		talking.Store(false)
		start = time.Now()
		if _, err := io.Copy(io.Discard, r); err != nil || time.Since(start) != 0 {
			t.Errorf("after the call: %v, %v", time.Since(start), err)
		}
		if last := src.asked[len(src.asked)-1]; last != partSize {
			t.Errorf("parts of %d bytes after the call", last)
		}
		talking.Store(true)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		r, _ = hubSource{src, &talking}.Fetch(ctx, kb.Package{To: 1, Size: src.size}, 0)
		if _, err := io.ReadAll(r); !errors.Is(err, context.Canceled) {
			t.Errorf("after the end: %v", err)
		}
	})
}
