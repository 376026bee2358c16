package citizen

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"zuoxi/media/wav"
)

// The lines are rendered by `go generate`, named after their text: a changed line cannot keep its old sound.
//
//go:generate sh voice/render.sh
//go:embed script/*.yaml voice/*.al
var files embed.FS

// ErrNoVoice is returned for a line that nobody has spoken.
var ErrNoVoice = errors.New("这句话没有录音 · 来电人说不出来 · 请用 sound 写出脚本旁边的 WAV 文件名，或安装 espeak-ng")

// Voice finds the sound of a line: A-law, 8000 samples a second.
type Voice func(s Step) ([]byte, error)

// Embedded is the voice of the embedded scripts.
func Embedded(s Step) ([]byte, error) {
	name := s.Sound
	if name == "" {
		name = SoundName(s.Text)
	}
	b, err := files.ReadFile("voice/" + path.Base(name) + ".al")
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrNoVoice, name)
	}
	return b, nil
}

// Own is the voice of a script of one's own. What a line's sound names is NAME.wav in dir; other lines are those that are
// embedded or, where espeak-ng is installed, a machine speaks them. Nothing is spoken or read twice.
func Own(dir string) Voice {
	var mu sync.Mutex
	known := map[[2]string][]byte{}
	return func(s Step) ([]byte, error) {
		mu.Lock()
		defer mu.Unlock()
		line := [2]string{s.Text, s.Sound}
		if b := known[line]; b != nil {
			return b, nil
		}
		b, err := own(dir, s)
		if err == nil {
			known[line] = b
		}
		return b, err
	}
}

func own(dir string, s Step) ([]byte, error) {
	if s.Sound != "" {
		f, err := os.Open(filepath.Join(dir, filepath.Base(s.Sound)+".wav"))
		if errors.Is(err, fs.ErrNotExist) {
			return Embedded(s)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoVoice, err)
		}
		defer func() { _ = f.Close() }()
		return telephone(f)
	}
	if b, err := Embedded(s); err == nil {
		return b, nil
	}
	return machine(s.Text)
}

// Bounds of a spoken line.
const (
	maxSpoken   = 10 << 20 // samples
	machineTime = 30 * time.Second
)

func telephone(r io.Reader) ([]byte, error) {
	pcm, format, err := wav.ReadAll(r, maxSpoken)
	if err != nil || len(pcm) == 0 {
		return nil, fmt.Errorf("%w: %w", ErrNoVoice, cmp.Or(err, io.ErrUnexpectedEOF))
	}
	return wav.Telephone(pcm, format), nil
}

// machine speaks a line with espeak-ng.
func machine(text string) ([]byte, error) {
	ctx, stop := context.WithTimeout(context.Background(), machineTime)
	defer stop()
	cmd := exec.CommandContext(ctx, "espeak-ng", "-v", "cmn", "--stdin", "--stdout")
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoVoice, err)
	}
	return telephone(bytes.NewReader(out))
}

// Voiced tells whether v has a sound for every line, before anybody is called.
func (s *Script) Voiced(v Voice) error { return voiced(s.Steps, v) }

func voiced(steps []Step, v Voice) error {
	for _, s := range steps {
		if err := voiced(s.Steps, v); err != nil {
			return err
		}
		if s.Verb != Say {
			continue
		}
		if _, err := v(s); err != nil {
			return fmt.Errorf("第 %d 行：%w", s.Line, err)
		}
	}
	return nil
}

// SoundName is the file name of a line's sound, without its ending.
func SoundName(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// Scripts returns the embedded scripts in the order of their names.
func Scripts() ([]*Script, error) {
	names, err := fs.Glob(files, "script/*.yaml")
	if err != nil {
		return nil, err
	}
	var out []*Script
	for _, n := range names {
		f, err := files.Open(n)
		if err != nil {
			return nil, err
		}
		s, err := ReadScript(f)
		_ = f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", strings.TrimPrefix(n, "script/"), err)
		}
		out = append(out, s)
	}
	return out, nil
}
