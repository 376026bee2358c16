package pop_test

import (
	"regexp"
	"strings"
	"testing"

	"zuoxi/session"
	"zuoxi/ui/keys"
	"zuoxi/ui/pop"
	"zuoxi/ui/sample"
)

// TestDevicesAreChosenFromTheList shows what there is with the one in use, and
// takes a digit, the arrows, and no name for the system's default.
func TestDevicesAreChosenFromTheList(t *testing.T) {
	v := sample.Talking()
	d := sample.Alone(v, keys.Talk)
	box := pop.NewDevices(session.KindOutput)
	if s, _ := d.Draw(box.Draw, 80, 24); !strings.Contains(s, "正在看接了哪些设备") {
		t.Errorf("shows\n%s", s)
	}
	d.Env.View.Devices = session.DevicesView{Known: true, Inputs: []string{"USB 耳麦"}, Outputs: []string{"内置扬声器", "USB 耳麦"}}
	s, _ := d.Draw(box.Draw, 80, 24)
	for _, line := range strings.Split(s, "\n") {
		if used := strings.Contains(line, "在用"); used != strings.Contains(line, "USB 耳麦") {
			t.Errorf("the one in use is not told:\n%s", s)
		}
	}
	if !strings.Contains(s, "1 系统默认") || !strings.Contains(s, "下次启动还用它") {
		t.Errorf("shows\n%s", s)
	}
	for _, c := range []struct {
		keys []string
		want string
	}{{[]string{"3"}, "USB 耳麦"}, {[]string{"1"}, ""}, {[]string{"down", "down", "down", "up", "enter"}, "内置扬声器"}} {
		_, r := press(d, pop.NewDevices(session.KindOutput), c.keys...)
		if !r.Close || d.Last() != (session.UseDevice{Kind: session.KindOutput, Name: c.want}) {
			t.Errorf("%v: %+v, said %v", c.keys, r, d.Last())
		}
	}
	if _, r := press(d, pop.NewDevices(session.KindInput), "3"); r.Close {
		t.Error("a digit without a device closes the box")
	}
	if s, _ := d.Draw(pop.NewDevices(session.KindRinger).Draw, 80, 24); !strings.Contains(s, "和耳机一起") {
		t.Errorf("shows\n%s", s)
	}
}

// TestSoundSettings: each is shown as it is, a digit or an arrow goes on to its
// next value, and the box stays.
func TestSoundSettings(t *testing.T) {
	v := sample.Talking()
	v.Sound.Set = session.SoundSettings{Noise: true, Side: 25, Coding: "auto"}
	d := sample.Alone(v, keys.Talk)
	s, _ := d.Draw(pop.NewSoundSettings().Draw, 80, 24)
	for _, want := range []string{"1 回声消除 +关", "2 降噪 +开", "3 自动增益 +关", "4 侧音 +低 25 分贝", "5 语音编码 +自动"} {
		if !regexp.MustCompile(want).MatchString(s) {
			t.Errorf("no %q in\n%s", want, s)
		}
	}
	for _, c := range []struct {
		keys        []string
		kind, value string
	}{
		{[]string{"1"}, session.KindEcho, "true"}, {[]string{"2"}, session.KindNoise, "false"},
		{[]string{"4"}, session.KindSide, "20"}, {[]string{"down", "down", "down", "left"}, session.KindSide, "30"},
		{[]string{"5"}, session.KindCoding, "alaw"}, {[]string{"up", "down", "down", "down", "down", "left"}, session.KindCoding, "opus"},
		{[]string{"down", "enter"}, session.KindNoise, "false"},
	} {
		_, r := press(d, pop.NewSoundSettings(), c.keys...)
		if r.Close || d.Last() != (session.SetSound{Kind: c.kind, Value: c.value}) {
			t.Errorf("%v: %+v, said %v", c.keys, r, d.Last())
		}
	}
	if _, r := press(d, pop.NewSoundSettings(), "esc"); !r.Close {
		t.Error("Esc does not close it")
	}
}
