package citizen

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// The lines are rendered by `go generate`, named after their text: a changed line cannot keep its old sound.
//
//go:generate sh voice/render.sh
//go:embed script/*.yaml voice/*.al
var files embed.FS

// ErrNoVoice is returned for a line that nobody has rendered.
var ErrNoVoice = errors.New("这句话没有录音 · 来电人说不出来 · 请写 sound 或重新生成语音")

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
