package cli

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"zuoxi/internal/config"
	"zuoxi/session"
	"zuoxi/softphone/button"
	"zuoxi/softphone/device"
)

// TestReloadChangesWhatIsNew: only what changed is set anew, devices last.
func TestReloadChangesWhatIsNew(t *testing.T) {
	var said []session.Verb
	do := func(v session.Verb) bool { said = append(said, v); return true }
	c := &choices{config: config.Sound{Input: "a", Output: "b", Ringer: "c"}}
	next := config.Sound{Input: "a", Output: "", Ringer: "d", Echo: true}
	reload(c.configured(next), next, do)
	want := []session.Verb{session.UseDevice{Kind: session.KindOutput}, session.UseDevice{Kind: session.KindRinger, Name: "d"}}
	if len(said) != 4 || !reflect.DeepEqual(said[2:], want) || said[0] != (session.SetSound{Kind: session.KindEcho, Value: "true", Quiet: true}) {
		t.Errorf("said %v", said)
	}
	if r, ok := said[1].(session.Remark); !ok || !strings.Contains(r.Text, "已重新载入") {
		t.Errorf("said %v", said[1])
	}
}

// TestChoicesOutliveTheProgram, until the configuration says something else.
func TestChoicesOutliveTheProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), soundFile)
	said := config.Sound{Input: "desk", Coding: "auto"}
	open := func(c config.Sound) *choices {
		t.Helper()
		s, err := openChoices(path, c)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open(said)
	for kind, value := range map[string]string{
		session.KindInput: "USB", session.KindOutput: "USB", session.KindSide: "25", session.KindCoding: "opus", session.KindEcho: "true",
	} {
		if err := s.set(kind, value); err != nil {
			t.Fatal(err)
		}
	}
	for kind, bad := range map[string]string{session.KindSide: "99", session.KindCoding: "mp3", session.KindEcho: "perhaps", "volume": "11"} {
		if err := s.set(kind, bad); err == nil {
			t.Errorf("%s = %s was taken", kind, bad)
		}
	}
	want := config.Sound{Input: "USB", Output: "USB", Side: 25, Coding: "opus", Echo: true}
	if s.now != want || open(said).now != want {
		t.Fatalf("%+v, again %+v", s.now, open(said).now)
	}
	if err := s.set(session.KindOutput, ""); err != nil { // what the configuration says is no choice
		t.Fatal(err)
	}
	if s = open(config.Sound{Input: "desk", Output: "loud", Coding: "alaw"}); s.now != (config.Sound{Input: "USB", Output: "loud", Side: 25, Coding: "alaw", Echo: true}) {
		t.Errorf("under a new configuration %+v", s.now)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := openChoices(path, said); err == nil || s.now != said {
		t.Errorf("of a broken file: %+v, %v", s.now, err)
	}
	s.path = filepath.Join(path, "no", "folder")
	if err := s.set(session.KindGain, "true"); !errors.Is(err, session.ErrNotKept) || !s.now.Gain {
		t.Errorf("with nowhere to keep it: %v, %+v", err, s.now)
	}
}

// TestDoctorPromisesOnlyTheButtonsThatThereAre.
func TestDoctorPromisesOnlyTheButtonsThatThereAre(t *testing.T) {
	f := findButtons([]button.Headset{
		{Name: "One", Has: []button.Press{button.Mute}},
		{Name: "Two", Node: "/dev/hidraw3", Has: []button.Press{button.Hook}, Err: fs.ErrPermission},
	})
	if len(f) != 2 || !f[0].OK || f[0].Text != "One 有：静音" {
		t.Errorf("%+v", f)
	}
	if f[1].OK || !strings.Contains(f[1].Text, "接听和挂断键读不到（/dev/hidraw3）") {
		t.Errorf("%+v", f)
	}
}

// TestDoctorNamesTheDevicesInUse, the default by its own name, and one that is
// not there.
func TestDoctorNamesTheDevicesInUse(t *testing.T) {
	list := []device.Info{{Name: "HDMI", Output: true, DefaultOutput: true}, {Name: "USB (hw:1,0)", Input: true, Output: true, DefaultInput: true}}
	for _, c := range []struct {
		sound config.Sound
		want  []string
	}{
		{config.Sound{}, []string{"+系统默认，现在是“USB (hw:1,0)”", "+系统默认，现在是“HDMI”"}},
		{config.Sound{Input: "null", Output: "USB (hw:3,0)", Ringer: "HDMI"}, []string{"+不用设备（null）", "+“USB (hw:1,0)”", "+“HDMI”"}},
		{config.Sound{Input: "HDMI", Output: "gone"}, []string{"-没有找到麦克风“HDMI”", "-没有找到耳机“gone”"}},
	} {
		found := findChosen(c.sound, list)
		if len(found) != len(c.want) {
			t.Fatalf("%+v", found)
		}
		for i, f := range found {
			if mark := map[bool]string{true: "+", false: "-"}[f.OK]; !strings.HasPrefix(mark+f.Text, c.want[i]) {
				t.Errorf("%+v says %q, want %q", c.sound, mark+f.Text, c.want[i])
			}
		}
	}
}

// TestDoctorTellsOfCleaning: nothing where nothing is wanted, and plainly where
// it is wanted and not to be had.
func TestDoctorTellsOfCleaning(t *testing.T) {
	if f := findClean(config.Sound{}, false); f != nil {
		t.Errorf("%+v", f)
	}
	if f := findClean(config.Sound{Echo: true, Gain: true}, true); len(f) != 1 || !f[0].OK || f[0].Text != "回声消除、自动增益已打开" {
		t.Errorf("%+v", f)
	}
	if f := findClean(config.Sound{Noise: true}, false); len(f) != 1 || f[0].OK || !strings.Contains(f[0].Text, "降噪用不了") {
		t.Errorf("%+v", f)
	}
}

// TestWhatDoesNotOpenIsNoChoice: a device that does not open leaves the choices as they were, so that a new configuration
// has the last word at the next start, over an older choice and where there was none.
func TestWhatDoesNotOpenIsNoChoice(t *testing.T) {
	path := filepath.Join(t.TempDir(), soundFile)
	said := config.Sound{Input: "null", Output: "null", Ringer: "null", Coding: "auto"}
	s, err := openChoices(path, said)
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPhone(s, "", true, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	}()
	if err := p.Use(session.KindRinger, "file:"+filepath.Join(t.TempDir(), "bell.wav")); err != nil {
		t.Fatal(err)
	}
	was, next := s.now, said
	next.Input, next.Ringer = "desk", "tower"
	p.configured(next)
	for _, kind := range []string{session.KindInput, session.KindRinger} {
		if err := p.Use(kind, "file:"); !errors.Is(err, device.ErrBadSpec) {
			t.Errorf("%s: %v", kind, err)
		}
		if s.now != was {
			t.Errorf("%s: in use is %+v", kind, s.now)
		}
	}
	if again, err := openChoices(path, next); err != nil || again.now != next {
		t.Errorf("the next start has %+v, %v", again.now, err)
	}
	if old, err := openChoices(path, said); err != nil || old.now != was {
		t.Errorf("under the old configuration %+v, %v", old.now, err)
	}
}
