package device

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"zuoxi/media/wav"
)

func writeWAV(t *testing.T, f wav.Format, pcm []int16) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "said.wav")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := wav.NewWriter(file, f)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(pcm), w.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFileInput(t *testing.T) {
	t.Parallel()
	path := writeWAV(t, wav.Format{Rate: 8000, Channels: 1}, []int16{16384, -16384, 8192})
	read := func(query string, cue bool, n int) []float32 {
		s, err := openFileInput("file:"+path+query, func(int) Callback { return func([]float32) {} })
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if cue {
			Cue(s)
		}
		b := make([]float32, n)
		s.(*fileInput).next(b)
		return b
	}
	for _, c := range []struct {
		query string
		cue   bool
		want  []float32
	}{
		{"", false, []float32{0.5, -0.5, 0.25, 0, 0}},
		{"?loop=1", false, []float32{0.5, -0.5, 0.25, 0.5, -0.5}},
		{"?cue=1", false, []float32{0, 0, 0, 0, 0}},
		{"?cue=1&loop=1", true, []float32{0.5, -0.5, 0.25, 0.5, -0.5}},
	} {
		if got := read(c.query, c.cue, 5); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%q cued %v: %v, want %v", c.query, c.cue, got, c.want)
		}
	}
}

func TestFileOutputKeepsWhatWasPlayed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ear.wav")
	s, err := openFileOutput("file:"+path, func(int) Callback { return nil })
	if err != nil {
		t.Fatal(err)
	}
	out := s.(*fileOutput)
	block := make([]float32, 480)
	block[0], block[1] = 0.5, 2
	for range headerEvery {
		out.write(block)
	}
	// A killed program never closes: the header must be right already.
	for _, closed := range []bool{false, true} {
		if closed {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		pcm, format, err := wav.ReadAll(file, 1<<20)
		file.Close()
		if err != nil || len(pcm) != headerEvery*480 || format.Rate != StandInRate {
			t.Fatalf("closed %v: %d samples at %d, error %v", closed, len(pcm), format.Rate, err)
		}
		if pcm[0] != 16384 || pcm[1] != 32767 || pcm[480] != 16384 {
			t.Fatalf("closed %v: %v", closed, pcm[:2])
		}
	}
}

func TestSpecsThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]error{
		"file:":                ErrBadSpec,
		"file:/x.wav?speed=2":  ErrBadSpec,
		"file:/x.wav?%zz":      ErrBadSpec,
		"file:/no/such/it.wav": ErrNoDevice,
	} {
		_, err := openStandIn(Input, name, nil)
		if !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", name, err, want)
		}
		if text := Text(Input, name, err); strings.Count(text, " · ") != 2 || strings.Contains(text, "\n") {
			t.Errorf("%q reads %q", name, text)
		}
	}
}

func TestSameDevice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"USB Headset: Audio (hw:1,0)", "USB Headset: Audio (hw:2,0)", true},
		{"USB Headset: Audio (hw:1,0)", "Built-in: Audio (hw:1,0)", false},
		{"system", "system", true},
		{"Headset (left)", "Headset (right)", false},
	} {
		if SameDevice(c.a, c.b) != c.want {
			t.Errorf("%q and %q: %v", c.a, c.b, !c.want)
		}
	}
}

func TestSystemListsAndRescans(t *testing.T) {
	sys := NewSystem("")
	defer sys.Close()
	all, err := sys.List()
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, d := range all {
		found = found || d.Name == "system" && d.Input && d.Output
	}
	if !found {
		t.Fatalf("no device system in %+v", all)
	}
	s, err := sys.Open(Input, "system", func(int) Callback { return func([]float32) {} })
	if err != nil {
		t.Fatal(err)
	}
	if err := sys.Rescan(); !errors.Is(err, ErrBusy) {
		t.Fatalf("rescan with an open device: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := sys.Rescan(); err != nil {
		t.Fatal(err)
	}
	if _, err := sys.Open(Input, "no such headset", nil); !errors.Is(err, ErrNoDevice) {
		t.Fatalf("opening what is not there: %v", err)
	}
}

// TestNoiseStaysInItsFile starts PortAudio, which is never silent on a machine
// without sound cards, and looks where the noise went.
func TestNoiseStaysInItsFile(t *testing.T) {
	noise := filepath.Join(t.TempDir(), "sound.log")
	sys := NewSystem(noise)
	if err := sys.Rescan(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(os.Stderr, "mark of the test")
	if err := sys.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(noise)
	if err != nil || !strings.Contains(string(got), "mark of the test") {
		t.Fatalf("stderr did not go to the file: %q, %v", got, err)
	}
}

// TestSoundWithoutALog: a folder that is not there, or a full disk, costs the
// log and not the sound.
func TestSoundWithoutALog(t *testing.T) {
	sys := NewSystem(filepath.Join(t.TempDir(), "no", "such", "folder", "sound.log"))
	if _, err := sys.List(); err != nil {
		t.Error(err)
	}
	if err := sys.Close(); err != nil {
		t.Error(err)
	}
}

// TestCallbackAllocatesNothing is the gate for what runs in the device's thread.
func TestCallbackAllocatesNothing(t *testing.T) {
	h := &hardware{mono: make([]float32, mostFrames)}
	h.call = func([]float32) {}
	out := make([]float32, 960)
	if n := testing.AllocsPerRun(1000, func() { h.stereo(out) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

// TestTheLibrarysThreadAllocatesNothing: what lies between the library's thread
// and our callback takes no memory either.
func TestTheLibrarysThreadAllocatesNothing(t *testing.T) {
	sys := NewSystem("")
	defer func() {
		if err := sys.Close(); err != nil {
			t.Error(err)
		}
	}()
	var beats [2]atomic.Int64
	for i, dir := range []Direction{Input, Output} {
		s, err := sys.Open(dir, "system", func(int) Callback { return func([]float32) { beats[i].Add(1) } })
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}()
		if err := s.Run(true); err != nil {
			t.Fatal(err)
		}
	}
	until := func(n int64) {
		t.Helper()
		if err := reach(func() bool { return beats[0].Load() >= n && beats[1].Load() >= n }); err != nil {
			t.Fatalf("%d and %d callbacks of %d: %v", beats[0].Load(), beats[1].Load(), n, err)
		}
	}
	const warm, counted = 50, 200
	until(warm)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	from := beats[0].Load() + beats[1].Load()
	until(warm + counted)
	runtime.ReadMemStats(&after)
	n, made := beats[0].Load()+beats[1].Load()-from, after.Mallocs-before.Mallocs
	t.Logf("%d callbacks, %d objects", n, made)
	// The rest of the program is all but still; one object a callback would be ten times as many.
	if made > uint64(n)/10 {
		t.Fatalf("%d objects in %d callbacks", made, n)
	}
}

// TestStreamsKeepTheirSeats: one stream's callbacks find it while others come
// and go, and a stream that is closed leaves its seat to the next.
func TestStreamsKeepTheirSeats(t *testing.T) {
	sys := NewSystem("")
	defer sys.Close()
	var mine atomic.Int64
	open := func(call Callback) *hardware {
		t.Helper()
		s, err := sys.Open(Output, "system", func(int) Callback { return call })
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Run(true); err != nil {
			t.Fatal(err)
		}
		return s.(*hardware)
	}
	first := open(func([]float32) { mine.Add(1) })
	taken := -1
	for range 3 {
		var others atomic.Int64
		other := open(func([]float32) { others.Add(1) })
		if other.seat == first.seat || taken >= 0 && other.seat != taken {
			t.Fatalf("seat %d beside %d, %d before", other.seat, first.seat, taken)
		}
		taken = other.seat
		from := mine.Load()
		if err := reach(func() bool { return mine.Load() > from+3 && others.Load() > 3 }); err != nil {
			t.Fatalf("%d and %d callbacks: %v", mine.Load()-from, others.Load(), err)
		}
		if err := other.Close(); err != nil {
			t.Fatal(err)
		}
		if seats[taken].Load() != nil {
			t.Fatal("a closed stream keeps its seat")
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
}
