package citizen

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zuoxi/media/g711"
	"zuoxi/media/level"
	"zuoxi/media/mediatest"
	"zuoxi/media/wav"
)

// record writes a WAV as somebody with a recorder would.
func record(t *testing.T, path string, rate int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := wav.NewWriter(f, wav.Format{Rate: rate, Channels: 1})
	if err != nil {
		t.Fatal(err)
	}
	pcm, _ := mediatest.Speech(rate, 4, 1)
	if err := errors.Join(w.Write(pcm), w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestOwnVoice: a line of one's own script is the recording beside it, an embedded line, or a machine's voice; each is loud
// enough to be heard and as long as it takes to say.
func TestOwnVoice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	record(t, filepath.Join(dir, "mine.wav"), 44100)
	voice := Own(dir)
	embedded := Step{Verb: Say, Text: "你好，我想问一下养老保险的事情。"}
	for name, s := range map[string]Step{
		"recorded": {Verb: Say, Text: "随便", Sound: "mine"}, "embedded": embedded, "spoken by a machine": {Verb: Say, Text: "请问失业金怎么领"},
	} {
		b, err := voice(s)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		pcm := make([]int16, len(b))
		g711.DecodeALaw(pcm, b)
		if seconds := float64(len(b)) / 8000; level.RMS(pcm) < -40 || seconds < 0.8 || seconds > 10 {
			t.Errorf("%s: %.1f s at %.0f dBFS", name, seconds, level.RMS(pcm))
		}
		if again, err := voice(s); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s is another the second time: %v", name, err)
		}
	}
	if own, err := voice(embedded); err != nil {
		t.Error(err)
	} else if b, _ := Embedded(embedded); !bytes.Equal(own, b) {
		t.Error("an embedded line was spoken anew")
	}
}

// TestLineWithoutASound is named before anybody is called.
func TestLineWithoutASound(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "text.wav"), []byte("no sound at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir) // no espeak-ng
	for name, line := range map[string]string{
		"no such recording": "say: 你好，我想问一下养老保险的事情。\n    sound: nowhere", "no WAV": "say: 甲\n    sound: text", "no machine": "say: 请问失业金怎么领",
	} {
		s, err := ReadScript(strings.NewReader("name: 试\nnumber: \"13900000042\"\nsteps:\n  - bridge: true\n  - " + line))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Voiced(Own(dir)); !errors.Is(err, ErrNoVoice) || !strings.HasPrefix(err.Error(), "第 5 行：") {
			t.Errorf("%s: %v", name, err)
		}
	}
	list, err := Scripts()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if err := s.Voiced(Embedded); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
}
