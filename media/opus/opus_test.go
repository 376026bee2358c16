package opus

import (
	"testing"

	"zuoxi/media/mediatest"
)

func coded(t *testing.T, s Settings, frame int, pcm []int16) [][]byte {
	t.Helper()
	e, err := NewEncoder(s)
	if err != nil {
		t.Fatal(err)
	}
	var packets [][]byte
	buf := make([]byte, MaxPacket)
	for at := 0; at+frame <= len(pcm); at += frame {
		n, err := e.Encode(buf, pcm[at:at+frame])
		if err != nil {
			t.Fatal(err)
		}
		packets = append(packets, append([]byte(nil), buf[:n]...))
	}
	return packets
}

// libopus looks ahead and its decoder resamples, so sound comes out late.
const codecDelay = 104

func TestSpeechSurvives(t *testing.T) {
	pcm, _ := mediatest.Speech(Rate, 8, 1)
	for _, frame := range []int{320, 640, 960} {
		d, err := NewDecoder(Rate)
		if err != nil {
			t.Fatal(err)
		}
		var out []int16
		buf := make([]int16, 1920)
		for i, p := range coded(t, Settings{Bitrate: 20000, Complexity: 5}, frame, pcm) {
			if Duration(p, Rate) != frame || HasFEC(p) {
				t.Fatalf("packet %d: %d samples, FEC %v", i, Duration(p, Rate), HasFEC(p))
			}
			n, err := d.Decode(buf, p)
			if err != nil || n != frame {
				t.Fatalf("packet %d: %d samples, %v", i, n, err)
			}
			out = append(out, buf[:n]...)
		}
		if q := mediatest.ESTOI(pcm, out[codecDelay:], Rate); q < 0.85 {
			t.Errorf("%d samples a packet: ESTOI %.3f", frame, q)
		}
	}
}

func TestBitrateIsKept(t *testing.T) {
	pcm, _ := mediatest.Speech(Rate, 20, 2)
	for _, rate := range []int{6000, 12000, 24000} {
		total := 0
		for _, p := range coded(t, Settings{Bitrate: rate, Complexity: 5}, 960, pcm) {
			total += len(p)
		}
		if got := total * 8 / 20; got > rate*11/10 {
			t.Errorf("asked for %d bit/s, got %d", rate, got)
		}
	}
}

// Every fifth packet is lost; the next one repeats it.
func TestFECFillsTheHole(t *testing.T) {
	pcm, _ := mediatest.Speech(Rate, 12, 3)
	packets := coded(t, Settings{Bitrate: 24000, FEC: true, ExpectedLoss: 20, Complexity: 5}, 320, pcm)
	play := func(fec bool) float64 {
		d, err := NewDecoder(Rate)
		if err != nil {
			t.Fatal(err)
		}
		out := make([]int16, 0, len(pcm))
		buf := make([]int16, 1920)
		for i, p := range packets {
			var n int
			switch {
			case i%5 != 4:
				n, err = d.Decode(buf, p)
			case fec && i+1 < len(packets):
				n, err = d.Recover(buf[:320], packets[i+1])
			default:
				n, err = d.Recover(buf[:320], nil)
			}
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, buf[:n]...)
		}
		return mediatest.ESTOI(pcm, out[codecDelay:], Rate)
	}
	with, without := play(true), play(false)
	t.Logf("20 %% lost: ESTOI %.3f with FEC, %.3f by concealment", with, without)
	if with < without+0.02 {
		t.Errorf("FEC is worth nothing: %.3f and %.3f", with, without)
	}
	marked := 0
	for _, p := range packets {
		if HasFEC(p) {
			marked++
		}
	}
	if marked < len(packets)/4 {
		t.Errorf("%d of %d packets say they repeat the one before", marked, len(packets))
	}
}

func TestDTXSendsNothingInPauses(t *testing.T) {
	e, err := NewEncoder(Settings{Bitrate: 16000, DTX: true, Complexity: 5})
	if err != nil {
		t.Fatal(err)
	}
	buf, silence, small := make([]byte, MaxPacket), make([]int16, 320), 0
	for range 150 {
		n, err := e.Encode(buf, silence)
		if err != nil {
			t.Fatal(err)
		}
		if n <= 2 {
			small++
		}
	}
	if small < 100 {
		t.Errorf("%d of 150 silent packets held back", small)
	}
}

func TestBadInput(t *testing.T) {
	e, err := NewEncoder(Settings{Bitrate: 1, ExpectedLoss: 500, Complexity: 99})
	if err != nil {
		t.Fatal(err)
	}
	if s := e.Settings(); s.Bitrate != 6000 || s.ExpectedLoss != 100 || s.Complexity != 10 {
		t.Errorf("settings %+v", s)
	}
	if _, err := e.Encode(make([]byte, MaxPacket), make([]int16, 100)); err == nil {
		t.Error("a frame of 100 samples was taken")
	}
	d, err := NewDecoder(8000)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range [][]byte{nil, {}, {0xFF}, {3, 0xFF, 1}} {
		if _, err := d.Decode(make([]int16, 960), p); err == nil {
			t.Errorf("packet % x was taken", p)
		}
		if HasFEC(p) && len(p) < 2 {
			t.Errorf("packet % x repeats another", p)
		}
	}
	if Duration([]byte{0xFF}, 8000) != 0 || Duration([]byte{0x1B, 60}, 8000) != 0 {
		t.Error("a malformed packet has a duration")
	}
}

func TestNoAllocation(t *testing.T) {
	e, err := NewEncoder(Settings{Bitrate: 16000, FEC: true, ExpectedLoss: 10, Complexity: 5})
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewDecoder(Rate)
	if err != nil {
		t.Fatal(err)
	}
	pcm, _ := mediatest.Speech(Rate, 3, 1)
	buf, out, at := make([]byte, MaxPacket), make([]int16, 960), 0
	if n := testing.AllocsPerRun(100, func() {
		size, _ := e.Encode(buf, pcm[at:at+320])
		_, _ = d.Decode(out, buf[:size])
		_, _ = d.Recover(out[:320], nil)
		_, _ = d.Recover(out[:320], buf[:size])
		_ = e.Apply(Settings{Bitrate: 16000 + at%2, FEC: true, ExpectedLoss: 10, Complexity: 5})
		at += 320
	}); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func FuzzLook(f *testing.F) {
	f.Add([]byte{0x08, 0x40})
	f.Fuzz(func(t *testing.T, p []byte) {
		HasFEC(p)
		if n := Duration(p, 16000); n < 0 || n > 1920 {
			t.Fatalf("%d samples", n)
		}
	})
}
