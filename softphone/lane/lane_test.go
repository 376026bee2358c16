package lane

import (
	"errors"
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestSamplesOrder sends a counted row through a small ring from another
// goroutine: nothing may be lost, doubled or out of order.
func TestSamplesOrder(t *testing.T) {
	t.Parallel()
	const total = 100_000
	r := NewSamples(480)
	done := make(chan struct{})
	go func() {
		defer close(done)
		chunk := make([]float32, 0, 37)
		for next := 0; next < total; {
			chunk = chunk[:0]
			for i := 0; i < cap(chunk) && next+i < total; i++ {
				chunk = append(chunk, float32(next+i))
			}
			next += r.Write(chunk)
		}
	}()
	got := make([]float32, 53)
	for want := 0; want < total; {
		n := r.Read(got)
		for _, v := range got[:n] {
			if v != float32(want) {
				t.Fatalf("sample %v, want %d", v, want)
			}
			want++
		}
	}
	<-done
}

func TestSamplesFullAndDiscard(t *testing.T) {
	t.Parallel()
	r := NewSamples(8)
	if n := r.Write(make([]float32, 11)); n != 8 {
		t.Fatalf("wrote %d into a ring of 8", n)
	}
	if r.Dropped() != 3 {
		t.Fatalf("dropped %d, want 3", r.Dropped())
	}
	if n := r.Discard(2); n != 6 || r.Len() != 2 {
		t.Fatalf("discarded %d, %d remain", n, r.Len())
	}
	if n := r.Discard(2); n != 0 {
		t.Fatalf("discarded %d of what was to be kept", n)
	}
}

func TestBell(t *testing.T) {
	t.Parallel()
	b, err := NewBell()
	if err != nil {
		t.Fatal(err)
	}
	b.Ring()
	b.Ring()
	if err := b.Wait(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- b.Wait() }()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, os.ErrClosed) {
		t.Fatalf("waiting on a closed bell: %v", err)
	}
}

// TestCallbackSideAllocatesNothing is the gate for the audio callback.
func TestCallbackSideAllocatesNothing(t *testing.T) {
	r := NewSamples(4800)
	b, err := NewBell()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	buf := make([]float32, 480)
	if n := testing.AllocsPerRun(1000, func() {
		r.Write(buf)
		r.Read(buf)
		b.Ring()
	}); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}
