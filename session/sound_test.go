package session

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
)

// cupboard is a sound system with some devices, of which one does not open.
type cupboard struct {
	pressable
	mu      sync.Mutex
	in, out []string
	used    []string
}

var errBroken = errors.New("broken")

func (c *cupboard) Devices() (in, out []string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.in, c.out, nil
}

func (c *cupboard) Use(kind, name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if name == "broken" {
		return errBroken
	}
	if name == "45" {
		return errors.Join(ErrNotKept, errBroken)
	}
	c.used = append(c.used, kind+" "+name)
	return nil
}

func (c *cupboard) last() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.used) == 0 {
		return ""
	}
	return c.used[len(c.used)-1]
}

// TestNextMicrophone goes round the real list from the one in use, says what was
// done, and leaves the old one where the new one does not open.
func TestNextMicrophone(t *testing.T) {
	h := newFakeHub(t)
	sound := &cupboard{pressable: pressable{make(chan PhoneEvent)}}
	x := startSeatWith(t, h.url, t.TempDir(), fakeVault{map[string]string{}}, sound)
	inUse := func(name string) {
		sound.events <- PhoneEvent{Sound: SoundView{In: name}}
		x.see(name, func(v View) bool { return v.Sound.In == name })
	}
	next := func(says string) View {
		x.s.Do(NextDevice{Kind: KindInput})
		return x.see(says, func(v View) bool { return strings.Contains(v.Notice.Text, says) })
	}
	next("没有找到麦克风")
	sound.in = []string{"headset"}
	inUse("headset")
	next("只有一个麦克风“headset”")
	sound.in = []string{"built-in", "headset", "webcam", "broken"}
	v := next("已换成“webcam”")
	if sound.last() != "input webcam" || len(v.Devices.Inputs) != 4 {
		t.Errorf("used %q of %v", sound.last(), v.Devices.Inputs)
	}
	if len(v.Check.Rows) == 0 {
		v = x.see("a row", func(v View) bool { return len(v.Check.Rows) > 0 })
	}
	if r := v.Check.Rows[0]; r.Name != "麦克风" || r.Done || !strings.Contains(r.Text, "webcam") {
		t.Errorf("the check says %+v", r)
	}
	inUse("webcam")
	next("“broken”打不开 · 仍用原来的设备")
	if sound.last() != "input webcam" {
		t.Errorf("used %q", sound.last())
	}
	inUse("broken")
	next("已换成“built-in”")
	sound.events <- PhoneEvent{Note: "said once"}
	x.see("a note", func(v View) bool { return v.Notice.Text == "said once" && v.Notice.Level == NoticeWarn })
	x.s.Do(UseDevice{Kind: KindRinger})
	x.see("the ringer", func(v View) bool { return strings.Contains(v.Notice.Text, "振铃设备已换成“耳机”") })
	if sound.last() != "ringer " {
		t.Errorf("used %q", sound.last())
	}
}

// TestTheCheckIsSummedUp by its last word: all is well, or what is not and the
// first reason.
func TestTheCheckIsSummedUp(t *testing.T) {
	rows := func(bad ...string) []CheckRow {
		out := []CheckRow{{Name: "时钟", Done: true}}
		for _, n := range []string{MicName, EarName, EchoName, LineName} {
			out = append(out, CheckRow{Name: n, Done: true, OK: !slices.Contains(bad, n), Text: n + "的话"})
		}
		return out
	}
	for _, c := range []struct {
		bad  []string
		want string
	}{
		{nil, "自检通过 · 麦克风、耳机、回声和线路都正常 · 可以接听"},
		{[]string{EchoName, EarName}, "自检没有通过（耳机、回声） · 耳机的话"},
	} {
		s := New(Config{})
		s.view.Check.Rows = rows(c.bad...)
		s.sumUp()
		if s.view.Notice.Text != c.want {
			t.Errorf("says %q, want %q", s.view.Notice.Text, c.want)
		}
	}
}

// TestSoundIsSet says what was set and how long it will hold.
func TestSoundIsSet(t *testing.T) {
	h := newFakeHub(t)
	sound := &cupboard{pressable: pressable{make(chan PhoneEvent)}}
	x := startSeatWith(t, h.url, t.TempDir(), fakeVault{map[string]string{}}, sound)
	for _, c := range []struct{ kind, value, says string }{
		{KindSide, "25", "侧音：低 25 分贝 · 已经生效 · 下次启动还用它"},
		{KindSide, "0", "侧音：关 · 已经生效"},
		{KindEcho, "true", "回声消除：开 · 已经生效"},
		{KindCoding, "opus", "语音编码：只用 Opus · 已经生效"},
		{KindSide, "45", "侧音：低 45 分贝 · 用到退出为止，没能记在这台电脑上"},
		{KindCoding, "broken", "没有改成"},
	} {
		x.s.Do(SetSound{Kind: c.kind, Value: c.value})
		x.see(c.says, func(v View) bool { return strings.Contains(v.Notice.Text, c.says) })
	}
	if sound.last() != KindCoding+" opus" {
		t.Errorf("used %q", sound.last())
	}
	x.s.Do(SetSound{Kind: KindNoise, Value: "true", Quiet: true})
	x.s.Do(UseDevice{Kind: KindOutput, Name: "headset"})
	v := x.see("the next", func(v View) bool { return strings.Contains(v.Notice.Text, "耳机已换成") })
	if strings.Contains(v.Notice.Text, "降噪") || !strings.Contains(v.Notice.Text, "下次启动还用它") {
		t.Errorf("says %q", v.Notice.Text)
	}
}

var _ Sound = (*cupboard)(nil)
