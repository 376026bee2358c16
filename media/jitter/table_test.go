package jitter

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zuoxi/media/mediatest"
	"zuoxi/media/opus"
	"zuoxi/media/tone"
	"zuoxi/media/wav"
)

// speech is synthetic, or the 8 kHz WAV that ZUOXI_SPEECH names.
func speech(t *testing.T) []int16 {
	path := os.Getenv("ZUOXI_SPEECH")
	if path == "" {
		pcm, _ := mediatest.Speech(8000, 20, 5)
		return pcm
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	pcm, _, err := wav.ReadAll(f, 1<<24)
	if err != nil {
		t.Fatal(err)
	}
	return pcm
}

// keep writes what was heard into the folder ZUOXI_HEARD, for other scorers.
func keep(t *testing.T, name string, pcm []int16) {
	dir := os.Getenv("ZUOXI_HEARD")
	if dir == "" {
		return
	}
	f, err := os.Create(filepath.Join(dir, strings.ReplaceAll(name, " ", "_")+".wav"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := wav.NewWriter(f, wav.Format{Rate: 8000, Channels: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(pcm); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// align finds by how much heard is later than said, from the loudest second,
// and scores what is left.
func align(said, heard []int16) (delay int, score float64) {
	const second = 8000
	loudest, at := 0.0, 0
	for i := second; i+2*second < len(said); i += second / 2 {
		if e := rms(said[i : i+second]); e > loudest {
			loudest, at = e, i
		}
	}
	delay, _ = tone.Find(heard[at:at+second*6/5], said[at:at+second])
	return delay, mediatest.ESTOI(said, heard[delay:], 8000)
}

// The table of what a call sounds like: delay from the moment a sample could
// have been sent, intelligibility, depth and share of made-up sound.
func TestTable(t *testing.T) {
	pcm := speech(t)
	const jitter = 60 * time.Millisecond
	for _, c := range []struct {
		name      string
		delay     func(seed uint64) func(int, time.Duration) time.Duration
		loss      float64
		g711      float64 // least ESTOI
		opus      float64
		depthMS   float64 // most
		concealed float64 // most
	}{
		{"clean", func(uint64) func(int, time.Duration) time.Duration { return clean }, 0, 0.985, 0.9, 16, 0.001},
		{"loss 5", func(uint64) func(int, time.Duration) time.Duration { return clean }, 0.05, 0.95, 0.88, 40, 0.07},
		{"loss 10", func(uint64) func(int, time.Duration) time.Duration { return clean }, 0.10, 0.92, 0.87, 40, 0.13},
		{"loss 20", func(uint64) func(int, time.Duration) time.Duration { return clean }, 0.20, 0.83, 0.82, 40, 0.24},
		{"jitter 60", func(s uint64) func(int, time.Duration) time.Duration { return uniform(s, jitter) }, 0, 0.95, 0.85, 75, 0.01},
		{"in order 60", func(s uint64) func(int, time.Duration) time.Duration { return inOrder(s, jitter) }, 0, 0.95, 0.85, 75, 0.01},
		{"both", func(s uint64) func(int, time.Duration) time.Duration { return uniform(s, jitter) }, 0.1, 0.88, 0.82, 95, 0.13},
	} {
		for _, pt := range []uint8{8, 111} {
			for seed := range uint64(2) {
				s := &sim{t: t, said: pcm, codec: always(pt), delay: c.delay(seed), lose: random(seed, c.loss)}
				if pt == 111 && c.loss > 0 {
					s.opus = opus.Settings{Bitrate: 24000, Complexity: 5, FEC: true, ExpectedLoss: 20}
				}
				heard := s.run()
				st := s.buffer.Stats()
				name := fmt.Sprintf("%s %s %d", st.Codec, c.name, seed)
				keep(t, name, heard)
				delay, estoi := align(pcm, heard)
				t.Logf("%-22s delay %5.1f ms  ESTOI %.3f  depth %4.1f ms  concealed %.3f  late %d  lost %d  repaired %d  stretched %.1f ms  drift %.0f",
					name, float64(delay)/8, estoi, st.DepthMS, st.ConcealedShare(), st.Late, st.Lost, st.Repaired, float64(st.Stretched)/8, st.DriftPPM)
				least := c.g711
				if pt == 111 {
					least = c.opus
				}
				if estoi < least || st.DepthMS > c.depthMS || st.ConcealedShare() > c.concealed {
					t.Errorf("%s: ESTOI %.3f, depth %.1f ms, concealed %.3f", name, estoi, st.DepthMS, st.ConcealedShare())
				}
			}
		}
	}
}
