package device

import (
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"

	"zuoxi/media/wav"
)

// opener opens one implementation of Stream in one direction.
type opener func(t *testing.T, prepare Prepare) (Stream, error)

// contract is what every Stream must keep. step lets a driven clock move; real
// ones move by themselves.
func contract(t *testing.T, open opener, step func()) {
	t.Run("prepared before the first callback", func(t *testing.T) {
		var told atomic.Int64
		var short atomic.Bool
		beat := make(chan struct{}, 1)
		s := mustOpen(t, open, func(rate int) Callback {
			told.Store(int64(rate))
			return func(b []float32) {
				short.Store(short.Load() || len(b) == 0 || told.Load() == 0)
				ring(beat)
			}
		})
		if told.Load() != int64(s.Rate()) || s.Rate() < 8000 {
			t.Fatalf("prepared for %d, runs at %d", told.Load(), s.Rate())
		}
		if s.Beats() != 0 {
			t.Fatal("called back before Start")
		}
		start(t, s)
		for range 5 {
			await(beat, step)
		}
		if short.Load() {
			t.Fatal("an empty block, or one before Prepare")
		}
		if s.Beats() < 5 || s.Err() != nil {
			t.Fatalf("%d beats, error %v", s.Beats(), s.Err())
		}
	})
	t.Run("no callback after Close", func(t *testing.T) {
		var closed, late atomic.Bool
		beat := make(chan struct{}, 1)
		s := mustOpen(t, open, func(int) Callback {
			return func([]float32) {
				late.Store(late.Load() || closed.Load())
				ring(beat)
			}
		})
		start(t, s)
		await(beat, step)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		closed.Store(true)
		if err := s.Close(); err != nil {
			t.Fatalf("closing again: %v", err)
		}
		if err := s.Run(true); !errors.Is(err, ErrClosed) {
			t.Fatalf("starting a closed stream: %v", err)
		}
		// Another stream's callbacks pass the time in which a late one would come.
		other := make(chan struct{}, 1)
		o := mustOpen(t, open, func(int) Callback { return func([]float32) { ring(other) } })
		start(t, o)
		for range 5 {
			await(other, step)
		}
		if late.Load() {
			t.Fatal("called back after Close")
		}
	})
	t.Run("paused and running again", func(t *testing.T) {
		var paused, late atomic.Bool
		beat := make(chan struct{}, 1)
		s := mustOpen(t, open, func(int) Callback {
			return func([]float32) {
				late.Store(late.Load() || paused.Load())
				ring(beat)
			}
		})
		for range 3 {
			start(t, s)
			await(beat, step)
			if err := s.Run(false); err != nil {
				t.Fatal(err)
			}
			paused.Store(true)
			other := make(chan struct{}, 1)
			o := mustOpen(t, open, func(int) Callback { return func([]float32) { ring(other) } })
			start(t, o)
			for range 3 {
				await(other, step)
			}
			paused.Store(false)
			select {
			case <-beat: // one that was rung before the pause
			default:
			}
		}
		if late.Load() {
			t.Fatal("called back while paused")
		}
	})
	t.Run("a panic stops this stream only", func(t *testing.T) {
		s := mustOpen(t, open, func(int) Callback { return func([]float32) { panic("boom") } })
		beat := make(chan struct{}, 1)
		o := mustOpen(t, open, func(int) Callback { return func([]float32) { ring(beat) } })
		start(t, s)
		start(t, o)
		for range 5 {
			await(beat, step)
		}
		if s.Err() == nil || s.Beats() != 1 {
			t.Fatalf("after a panic: error %v, %d beats", s.Err(), s.Beats())
		}
	})
	t.Run("opened and never started", func(t *testing.T) {
		mustOpen(t, open, func(int) Callback { return func([]float32) {} })
	})
}

func mustOpen(t *testing.T, open opener, prepare Prepare) Stream {
	t.Helper()
	s, err := open(t, prepare)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return s
}

func start(t *testing.T, s Stream) {
	t.Helper()
	if err := s.Run(true); err != nil {
		t.Fatal(err)
	}
}

func ring(beat chan<- struct{}) {
	select {
	case beat <- struct{}{}:
	default:
	}
}

func await(beat <-chan struct{}, step func()) {
	if step != nil {
		step()
	}
	<-beat
}

func TestNullContract(t *testing.T) {
	for _, dir := range []Direction{Input, Output} {
		t.Run(dir.String(), func(t *testing.T) {
			contract(t, func(_ *testing.T, p Prepare) (Stream, error) { return openStandIn(dir, "null", p) }, nil)
		})
	}
}

func TestFileContract(t *testing.T) {
	said := writeWAV(t, wav.Format{Rate: 16000, Channels: 2}, make([]int16, 3200))
	t.Run("input", func(t *testing.T) {
		contract(t, func(_ *testing.T, p Prepare) (Stream, error) { return openStandIn(Input, "file:"+said, p) }, nil)
	})
	t.Run("output", func(t *testing.T) {
		contract(t, func(t *testing.T, p Prepare) (Stream, error) {
			return openStandIn(Output, "file:"+filepath.Join(t.TempDir(), "ear.wav"), p)
		}, nil)
	})
}

func TestDrivenContract(t *testing.T) {
	for _, dir := range []Direction{Input, Output} {
		t.Run(dir.String(), func(t *testing.T) {
			d := NewDriven(48000, "headset")
			contract(t, func(_ *testing.T, p Prepare) (Stream, error) { return d.Open(dir, "headset", p) }, d.Step)
		})
	}
}

// TestPortAudioContract runs on the JACK server, as a seat does on its card.
func TestPortAudioContract(t *testing.T) {
	sys := NewSystem("")
	t.Cleanup(func() {
		if err := sys.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, dir := range []Direction{Input, Output} {
		t.Run(dir.String(), func(t *testing.T) {
			contract(t, func(_ *testing.T, p Prepare) (Stream, error) { return sys.Open(dir, "system", p) }, nil)
		})
	}
}
