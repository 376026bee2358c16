package menu

import (
	"bytes"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zuoxi/media/tone"
	"zuoxi/media/wav"
	rules "zuoxi/rules/menu"
)

func TestBuiltin(t *testing.T) {
	t.Parallel()
	s, err := Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Mode != ModeMenu || s.Evidence != "disclaimer" || !s.Menu.Hours.Calendar.Knows(2026) {
		t.Errorf("%+v", s)
	}
	for name, text := range s.Texts {
		if n := len([]rune(text)); n > 60 && !slices.Contains(s.Opening, name) {
			t.Errorf("%s has %d characters: longer than 12 s", name, n)
		}
	}
	if v := s.Version(); !strings.HasPrefix(v, "2-") || len(v) != 10 {
		t.Errorf("version %q", v)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	s, err := Load(Options{Mode: ModeDirect, Always: true})
	if err != nil || s.Mode != ModeDirect || !s.Menu.Hours.Always || s.hoursText() != "全天" {
		t.Errorf("%+v, %v", s, err)
	}
	folder := t.TempDir()
	bad := map[string]Options{
		"menu 或 direct": {Mode: "loud"}, "hub.menu.file": {File: filepath.Join(folder, "none.toml")}, "工作日历没有找到": {Calendar: folder},
	}
	for want, o := range bad {
		if _, err := Load(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	write(t, filepath.Join(folder, "workdays-2027.json"), []byte(`{"year":2027}`))
	s, err = Load(Options{Calendar: folder})
	if err != nil || !s.Menu.Hours.Calendar.Knows(2027) {
		t.Errorf("own calendar: %v", err)
	}
	write(t, filepath.Join(folder, "workdays-2028.json"), []byte(`{`))
	if _, err = Load(Options{Calendar: folder}); err == nil || !strings.Contains(err.Error(), "workdays-2028.json") {
		t.Errorf("broken calendar: %v", err)
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFaultsAreNamed(t *testing.T) {
	t.Parallel()
	change := func(old, with string) []byte {
		if !bytes.Contains(builtin, []byte(old)) {
			t.Fatalf("%q is not in the menu", old)
		}
		return bytes.Replace(builtin, []byte(old), []byte(with), 1)
	}
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"unknown key":      {change("wrong = 2 ", "wrongs = 2 "), "行 limits.wrongs"},
		"bad TOML":         {change(`start = "region"`, `start = `), "第"},
		"no such node":     {change(`start = "region"`, `start = "regio"`), "regio"},
		"leads nowhere":    {change(`to = "topic"`, `to = "topics"`), "topics"},
		"prompt untold":    {change(`say = "root_0"`, `say = "root_00"`), "root_00"},
		"prompt missing":   {change(`wrong_key     =`, `wrong_keys     =`), "wrong_key"},
		"node twice":       {change(`id = "hot"`, `id = "docs"`), "docs"},
		"hours backwards":  {change(`to = "12:00"`, `to = "08:00"`), "hours"},
		"evidence unheard": {change(`evidence = "disclaimer"`, `evidence = "bye"`), "evidence"},
		"no limit":         {change("key_s = 6 ", "key_s = 0 "), "limit"},
	} {
		_, err := Parse("x.toml", tt.data)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "x.toml") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(builtin)
	f.Add([]byte("version = 2\n[[node]]\nid = \"a\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse("x.toml", data)
		if err != nil {
			return
		}
		_, a := s.Menu.Step(rules.State{}, rules.Event{Kind: rules.EventStart}, rules.Env{Day: true})
		if a.Do == "" {
			t.Error("a menu that was found good does nothing")
		}
	})
}

// TestClipsAreFresh: what ships is what the texts say.
func TestClipsAreFresh(t *testing.T) {
	t.Parallel()
	s, err := Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(s.Clips(), shippedIndex()) {
		t.Error("the texts have changed since the prompts were made: run make prompts")
	}
	files, err := fs.Glob(shipped, "prompts/*.al")
	if err != nil || len(files) != len(s.Clips()) {
		t.Errorf("%d clips, %d files, %v", len(s.Clips()), len(files), err)
	}
	for clip, text := range s.Clips() {
		if n := len(shippedClip(clip)); n < 800 || n > 30*rate {
			t.Errorf("%s (%s) is %d samples", clip, text, n)
		}
	}
}

func TestSay(t *testing.T) {
	t.Parallel()
	s, err := Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := named(s)
	for _, tt := range []struct {
		name string
		fill map[string]string
		want string
	}{
		{"bye", nil, "bye;"},
		{"agent_no", map[string]string{"number": "8011"}, "word-8;word-0;word-yao;word-yao;agent_no.1;"},
		{"queue_start", map[string]string{"n": "20", "m": "5"}, "queue_start.1;word-2;word-10;queue_start.2;word-5;queue_start.3;"},
		{"region_guess", map[string]string{"city": "连云港"}, "region_guess.1;region-0518;region_guess.2;"},
		{"root_night", nil, "root_night.1;word-workday;word-8;word-oclock;word-half;word-to;word-10;word-2;word-oclock;word-and;word-10;word-3;word-oclock;word-half;word-to;word-10;word-7;word-oclock;word-half;root_night.2;"},
		{"beep", nil, "beep;"},
		{"nothing", nil, ""},
	} {
		if got := string(p.Say(tt.name, tt.fill)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{
		0: "零", 7: "七", 10: "十", 12: "十二", 20: "二十", 45: "四十五", 100: "一百", 105: "一百零五", 110: "一百一十",
		1000: "一千", 1005: "一千零五", 1050: "一千零五十", 10_010: "一万零一十", 100_000: "幺零零零零零",
	} {
		if got := count(n); got != want {
			t.Errorf("count(%d) = %s, want %s", n, got, want)
		}
	}
}

// TestRecordedPrompts: a recorded WAV replaces the clip of its name, whatever its rate; one that cannot be played is
// named in one line and the shipped one stays.
func TestRecordedPrompts(t *testing.T) {
	t.Parallel()
	s, err := Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	pcm := make([]int16, 16000)
	tone.New(16000, -10, 440).Fill(pcm)
	record(t, filepath.Join(folder, "bye.wav"), pcm, wav.Format{Rate: 16000, Channels: 1})
	record(t, filepath.Join(folder, "wrong_key.wav"), pcm, wav.Format{Rate: 16000, Channels: 2})
	write(t, filepath.Join(folder, "rating.wav"), []byte("ID3 this is an MP3"))
	record(t, filepath.Join(folder, "vm_done.wav"), nil, wav.Format{Rate: 8000, Channels: 1})
	var log bytes.Buffer
	p := NewPrompts(s, folder, slog.New(slog.NewTextHandler(&log, nil)))
	if n := len(p.Say("bye", nil)); n < 8000 || n > 9500 {
		t.Errorf("a second of 16 kHz became %d samples", n)
	}
	if n := len(p.Say("wrong_key", nil)); n < 4000 || n > 5500 {
		t.Errorf("half a second of stereo became %d samples", n)
	}
	for _, bad := range []string{"rating", "vm_done"} {
		if !bytes.Equal(p.Say(bad, nil), shippedClip(bad)) || strings.Count(log.String(), bad+".wav") == 0 {
			t.Errorf("%s.wav: log %s", bad, log.String())
		}
	}
}

func record(t *testing.T, path string, pcm []int16, format wav.Format) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := wav.NewWriter(f, format)
	if err == nil {
		err = w.Write(pcm)
	}
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestTextsWithoutSound(t *testing.T) {
	t.Parallel()
	s, err := Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.Texts["bye"] = "祝您生活愉快。"
	var log bytes.Buffer
	NewPrompts(s, "", slog.New(slog.NewTextHandler(&log, nil)))
	if strings.Count(log.String(), "\n") != 1 || !strings.Contains(log.String(), "bye") {
		t.Errorf("log %s", log.String())
	}
}

func TestMusic(t *testing.T) {
	t.Parallel()
	s, err := Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	music := NewPrompts(s, "", slog.New(slog.DiscardHandler)).Music()
	if n := len(music); n < 20*rate || n > 60*rate {
		t.Errorf("the music lasts %d s", n/rate)
	}
	if quiet := slices.Compact(slices.Clone(music)); len(quiet) < len(music)/2 {
		t.Error("the music is mostly silence")
	}
}
