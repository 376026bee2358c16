package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// The kinds of sound device, and the settings of the sound, by their names in
// the configuration.
const (
	KindInput  = "input"
	KindOutput = "output"
	KindRinger = "ringer"

	KindEcho   = "echo_cancel"  // true, false
	KindNoise  = "noise_reduce" // true, false
	KindGain   = "auto_gain"    // true, false
	KindSide   = "side_tone"    // dB, 0: none
	KindCoding = "coding"       // auto, alaw, opus
)

var kindWords = map[string]string{
	KindInput: "麦克风", KindOutput: "耳机", KindRinger: "振铃设备",
	KindEcho: "回声消除", KindNoise: "降噪", KindGain: "自动增益", KindSide: "侧音", KindCoding: "语音编码",
}

// IsDevice tells whether a kind is one of device.
func IsDevice(kind string) bool { return kind == KindInput || kind == KindOutput || kind == KindRinger }

// SettingWord is what a setting of the sound is called, and its value.
func SettingWord(kind, value string) (name, as string) {
	as, known := map[string]string{"true": "开", "false": "关", "auto": "自动", "alaw": "只用 A-law", "opus": "只用 Opus", "0": "关"}[value]
	if !known {
		as = "低 " + value + " 分贝"
	}
	return kindWords[kind], as
}

// Value reads a setting as SetSound takes it.
func (v *SoundSettings) Value(kind string) string {
	switch kind {
	case KindEcho:
		return strconv.FormatBool(v.Echo)
	case KindNoise:
		return strconv.FormatBool(v.Noise)
	case KindGain:
		return strconv.FormatBool(v.Gain)
	case KindSide:
		return strconv.Itoa(v.Side)
	}
	return v.Coding
}

// DevicesView is what the machine has, by name as Use takes it.
type DevicesView struct {
	Known           bool
	Inputs, Outputs []string
	Error           string // one Chinese line
}

// Names are those that fit a kind.
func (v *DevicesView) Names(kind string) []string {
	if kind == KindInput {
		return v.Inputs
	}
	return v.Outputs
}

// InUse is the device of a kind that is in use.
func (v *SoundView) InUse(kind string) string {
	switch kind {
	case KindInput:
		return v.In
	case KindOutput:
		return v.Out
	}
	return v.Ringer
}

// devices reads the machine's list; in a call it is the last one known.
func (s *Session) devices(then func()) {
	if s.cfg.Sound == nil {
		return
	}
	s.spawn(func(ctx context.Context) {
		in, out, err := s.cfg.Sound.Devices()
		s.later(ctx, func() {
			s.view.Devices = DevicesView{Known: true, Inputs: in, Outputs: out}
			if err != nil {
				s.view.Devices.Error = "声音设备的清单读不出来 · 仍用现在的设备 · 请检查声音组件后再试"
			}
			then()
		})
	})
}

// nextDevice goes on to the device after the one in use.
func (s *Session) nextDevice(kind string) {
	word := kindWords[kind]
	s.devices(func() {
		names, now := s.view.Devices.Names(kind), s.view.Sound.InUse(kind)
		at := slices.Index(names, now)
		switch {
		case s.view.Devices.Error != "":
			s.notify(NoticeWarn, s.view.Devices.Error)
		case len(names) == 0:
			s.notify(NoticeWarn, "没有找到"+word+" · 没有可换的 · 请接好耳麦再按一次")
		case len(names) == 1 && at == 0:
			s.notify(NoticeInfo, fmt.Sprintf("只有一个%s“%s” · 没有可换的 · 要换请先接上另一个", word, now))
		default:
			s.useDevice(UseDevice{Kind: kind, Name: names[(at+1)%len(names)]})
		}
	})
}

// useDevice changes a device. On the page before duty its row waits for the
// next check.
func (s *Session) useDevice(v UseDevice) {
	if s.cfg.Sound == nil {
		return
	}
	word, name := kindWords[v.Kind], v.Name
	switch {
	case name == "" && v.Kind == KindRinger:
		name = "耳机"
	case name == "":
		name = "系统默认"
	}
	s.spawn(func(ctx context.Context) {
		err := s.cfg.Sound.Use(v.Kind, v.Name)
		s.later(ctx, func() {
			if s.lost(v.Kind, err); err != nil && !errors.Is(err, ErrNotKept) {
				s.notify(NoticeError, fmt.Sprintf("%s“%s”打不开 · 仍用原来的设备 · 请检查插头，或看是否被别的程序占用", word, name))
				return
			}
			s.chosen(fmt.Sprintf("%s已换成“%s”", word, name), err)
			if !s.view.SignIn.SignedIn && v.Kind != KindRinger {
				s.checkRow(CheckRow{Name: word, Text: "已换成 " + name + "，请重新自检"})
			}
		})
	})
}

// setSound changes a setting.
func (s *Session) setSound(v SetSound) {
	if s.cfg.Sound == nil {
		return
	}
	word, as := SettingWord(v.Kind, v.Value)
	s.spawn(func(ctx context.Context) {
		err := s.cfg.Sound.Use(v.Kind, v.Value)
		s.later(ctx, func() {
			switch s.lost(v.Kind, err); {
			case err != nil && !errors.Is(err, ErrNotKept):
				s.notify(NoticeError, fmt.Sprintf("%s没有改成“%s” · 仍用原来的 · 请再试一次", word, as))
			case !v.Quiet:
				s.chosen(fmt.Sprintf("%s：%s", word, as), err)
			}
		})
	})
}

// chosen says how long a choice will hold.
func (s *Session) chosen(what string, err error) {
	if err != nil {
		s.notify(NoticeWarn, what+" · 用到退出为止，没能记在这台电脑上 · 请检查磁盘和坐席的数据目录")
		return
	}
	s.notify(NoticeInfo, what+" · 已经生效 · 下次启动还用它")
}

// lost notes why a choice was not made or not kept.
func (s *Session) lost(kind string, err error) {
	if err != nil {
		s.cfg.Log.Warn("choice of the sound", "kind", kind, "err", err)
	}
}
