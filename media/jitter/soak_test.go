package jitter

import (
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"zuoxi/media/mediatest"
)

// TestWorkingDay is one long call: clocks apart, now and then a packet lost,
// Opus for a while in each ten minutes, and every hour a minute of a line that
// delays by up to 80 ms. Depth and memory at its end are those of its
// beginning. `make soak` lets it last eight hours.
func TestWorkingDay(t *testing.T) { // not beside others: it looks at the heap
	hours := 0.25
	if v, err := strconv.ParseFloat(os.Getenv("ZUOXI_SOAK_HOURS"), 64); err == nil {
		hours = v
	}
	pcm, _ := mediatest.Speech(8000, 60, 11)
	calm, rough := uniform(5, 4*time.Millisecond), uniform(6, 80*time.Millisecond)
	s := &sim{t: t, said: pcm, seconds: hours * 3600, sendPPM: 120, playPPM: -60}
	s.delay = func(i int, at time.Duration) time.Duration {
		if at%time.Hour > 5*time.Minute && at%time.Hour < 6*time.Minute {
			return rough(i, at)
		}
		return calm(i, at)
	}
	s.lose = func(i int, _ time.Duration) bool { return i%503 == 7 }
	s.codec = func(i int) uint8 {
		if i%30000 < 3000 {
			return 111
		}
		return 8
	}
	var first, last window
	var heap uint64
	s.observe = func(at time.Duration, _ []int16) {
		depth := s.buffer.Stats().DepthMS
		switch left := time.Duration(hours*float64(time.Hour)) - at; {
		case at > 2*time.Minute && at < 4*time.Minute:
			first.add(depth)
		case left < 2*time.Minute:
			last.add(depth)
		}
		if at > 4*time.Minute && heap == 0 {
			heap = living()
		}
	}
	s.run()
	st := s.buffer.Stats()
	grown := int64(living()) - int64(heap)
	t.Logf("%.2f h: depth %.1f ms, %.1f ms at the end; heap grown by %d bytes; %.5f concealed; %d received, %d lost, drift %.1f ppm",
		hours, first.mean(), last.mean(), grown, st.ConcealedShare(), st.Received, st.Lost, st.DriftPPM)
	if d := last.mean() - first.mean(); d > 5 || d < -5 {
		t.Errorf("depth went from %.1f to %.1f ms", first.mean(), last.mean())
	}
	if grown > 1<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
	if st.ConcealedShare() > 0.006 {
		t.Errorf("%.5f of the sound was made up", st.ConcealedShare())
	}
}

type window struct{ sum, n float64 }

func (w *window) add(v float64) { w.sum, w.n = w.sum+v, w.n+1 }
func (w *window) mean() float64 { return w.sum / w.n }

// living is what the heap holds after a collection.
func living() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
