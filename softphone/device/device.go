// Package device is the seat's sound hardware, and what stands in for it: a
// WAV file, a silent clock, and a driven device for tests. It owns PortAudio
// and its noise on stderr; only the softphone uses it. It promises that a
// stream calls back with mono samples in its own clock, never after Close,
// that a panic in the callback stops that stream and nothing else, and that a
// machine without a sound library gets ErrNoLibrary and not a crash.
package device

import (
	"errors"
	"fmt"
	"strings"
)

// Reasons why a device cannot be used; Text has the words for people.
var (
	ErrNoLibrary = errors.New("no sound library")
	ErrNoDevice  = errors.New("no such sound device")
	ErrStuck     = errors.New("sound system does not answer")
	ErrBusy      = errors.New("sound devices are open")
	ErrClosed    = errors.New("sound device is closed")
	ErrBadSpec   = errors.New("not a device name")
)

// Direction is which way the sound goes.
type Direction int

// The two directions of a device.
const (
	Input Direction = iota
	Output
)

// String is for logs.
func (d Direction) String() string {
	if d == Output {
		return "output"
	}
	return "input"
}

// Info is one device of the machine.
type Info struct {
	Name          string
	Host          string // the sound system it belongs to, such as ALSA
	Input, Output bool
	DefaultInput  bool
	DefaultOutput bool
}

// Callback takes the next samples of an input, or fills them for an output. It
// runs in the device's own thread: it must not allocate, lock or wait.
type Callback func(samples []float32)

// Prepare is told the rate that a stream will run at, once and before its first
// callback, and returns that callback.
type Prepare func(rate int) Callback

// Stream is one open device in one direction. It is used by one goroutine,
// except Beats and Err, which any may ask.
type Stream interface {
	// Run begins the callbacks or ends them until it is told again: none runs
	// after Run(false) has returned. A closed stream answers ErrClosed.
	Run(on bool) error
	// Close ends them: none runs after it has returned. It may be called again.
	Close() error
	// Rate is the samples a second.
	Rate() int
	// Beats counts callbacks: a running stream whose count stands still is gone.
	Beats() uint64
	// Err is why a running stream has stopped by itself, nil while it has not.
	Err() error
}

// A stream that has something to play from a given moment on.
type cuer interface{ Cue() }

// Cue tells a stream opened with "cue=1" to begin; others take no notice.
func Cue(s Stream) {
	if c, ok := s.(cuer); ok {
		c.Cue()
	}
}

// A stream of hardware knows which device it is.
type named interface{ Name() string }

// NameOf is the device behind a stream, empty for a stand-in: who asked for the
// system's default learns which one that was.
func NameOf(s Stream) string {
	if n, ok := s.(named); ok {
		return n.Name()
	}
	return ""
}

const (
	nullName   = "null"
	filePrefix = "file:"
)

// IsStandIn tells whether a name means no hardware: "null" or a file.
func IsStandIn(name string) bool {
	return name == nullName || IsFile(name)
}

// IsFile tells whether a name means a WAV file.
func IsFile(name string) bool { return strings.HasPrefix(name, filePrefix) }

// SameDevice tells whether two names mean one device: ALSA writes the card's
// number behind the name, and the number changes when it is plugged in again.
func SameDevice(a, b string) bool { return stripCard(a) == stripCard(b) }

func stripCard(name string) string {
	at := strings.LastIndex(name, " (hw:")
	if at < 0 || !strings.HasSuffix(name, ")") {
		return name
	}
	return name[:at]
}

// Text says in one Chinese line why a device cannot be used; empty for nil.
func Text(dir Direction, name string, err error) string {
	what := "麦克风"
	if dir == Output {
		what = "耳机"
	}
	if name == "" {
		name = "系统默认"
	}
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ErrNoLibrary):
		return "本机没有声音组件 · 可以办公但不能通话 · 请安装 libportaudio2 后重新登录"
	case errors.Is(err, ErrStuck):
		return "声音系统没有反应 · 听不到也说不出 · 请重新启动本程序"
	case errors.Is(err, ErrBadSpec):
		return fmt.Sprintf("%s设置“%s”写法不对 · 已改用静音设备 · 请在配置文件里改正", what, name)
	case errors.Is(err, ErrNoDevice):
		return fmt.Sprintf("没有找到%s“%s” · 已改用静音设备 · 请接好后稍候，或在命令面板里另选", what, name)
	default:
		return fmt.Sprintf("%s“%s”打不开 · 已改用静音设备 · 请看声音服务在不在运行、设备有没有被别的程序占用", what, name)
	}
}
