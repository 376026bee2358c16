package menu

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"zuoxi/media/g711"
	"zuoxi/media/tone"
	"zuoxi/media/wav"
)

// The clips that ship: A-law, 8000 samples a second, made by `make prompts`. index.tsv says which words are in which.
//
//go:embed prompts
var shipped embed.FS

const (
	rate    = 8000
	maxClip = 2 * 60 * 48000 // samples of a recorded WAV: two minutes at the highest rate
)

// Prompts is the sound of all prompts. It does not change after NewPrompts and may be used by every call at once.
type Prompts struct {
	script *Script
	clips  map[string][]byte
	words  map[string]string
	music  func() []byte
}

// NewPrompts loads the clips of a script: recorded WAVs of folder over the ones that ship. A file that cannot be played
// is named in the log and the one that ships is used; a clip without any sound is named too, and is silence.
func NewPrompts(s *Script, folder string, log *slog.Logger) *Prompts {
	p := &Prompts{script: s, clips: map[string][]byte{}, words: map[string]string{}, music: sync.OnceValue(melody)}
	for w, clip := range vocabulary {
		p.words[w] = clip
	}
	for code, region := range s.Menu.Regions {
		p.words[region] = "region-" + code
	}
	p.clips["beep"] = beep()
	index := shippedIndex()
	for clip, text := range s.clipsOf() {
		sound := shippedClip(clip)
		if folder != "" {
			recorded, err := readWAV(filepath.Join(folder, clip+".wav"))
			switch {
			case err == nil:
				p.clips[clip] = recorded
				continue
			case !errors.Is(err, fs.ErrNotExist):
				log.Warn("提示音放不出来："+filepath.Join(folder, clip+".wav")+" · 改用内置的合成语音 · 请换成 WAV（PCM，单声道或双声道）", "err", err)
			}
		}
		if sound == nil || index[clip] != text {
			log.Warn("提示音没有声音或与文字不符：" + clip + " · 来电者听不到这一句的新文字 · 请录成 WAV 放进 hub.menu.prompts")
		}
		p.clips[clip] = sound
	}
	return p
}

// Say returns the sound of a prompt with its values filled in. A value of digits is spelled, or counted where the text
// says so. An unknown name is silence. The sound is shared: nobody may change it.
func (p *Prompts) Say(name string, fill map[string]string) []byte {
	if fill == nil && !strings.Contains(p.script.Texts[name], "{") {
		return p.clips[name] // the common case shares the sound
	}
	var out []byte
	for _, part := range parts(name, p.script.Texts[name]) {
		if part.fill == "" {
			out = append(out, p.clips[part.clip]...)
			continue
		}
		for _, clip := range spoken(p.value(part, fill), p.words) {
			out = append(out, p.clips[clip]...)
		}
	}
	return out
}

func (p *Prompts) value(part part, fill map[string]string) string {
	v, ok := fill[part.fill]
	if !ok && part.fill == "hours" {
		return p.script.hoursText()
	}
	if n, err := strconv.Atoi(v); part.count && err == nil {
		return count(n)
	}
	return digits(v)
}

// beep is the tone after which a message is recorded.
func beep() []byte {
	pcm := make([]int16, rate*2/5)
	tone.New(rate, -12, 1000).Fill(pcm)
	out := make([]byte, len(pcm))
	g711.EncodeALaw(out, pcm)
	return out
}

// Music returns the hold music, to be played in a loop.
func (p *Prompts) Music() []byte { return p.music() }

// Ringing is what an agent hears while a telephone rings elsewhere and the network sends no sound of its own.
func (p *Prompts) Ringing() []byte { return ringing() }

// all joins several prompts.
func (p *Prompts) all(names []string, fill map[string]string) []byte {
	var out []byte
	for _, n := range names {
		out = append(out, p.Say(n, fill)...)
	}
	return out
}

func shippedClip(name string) []byte {
	b, err := shipped.ReadFile("prompts/" + name + ".al")
	if err != nil {
		return nil
	}
	return b
}

// shippedIndex is the words of the clips that ship.
func shippedIndex() map[string]string {
	out := map[string]string{}
	b, err := shipped.ReadFile("prompts/index.tsv")
	if err != nil {
		return out
	}
	for line := range strings.Lines(string(b)) {
		if clip, text, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok {
			out[clip] = text
		}
	}
	return out
}

// Index writes the words of all clips as the file that ships beside them.
func Index(clips map[string]string) []byte {
	names := make([]string, 0, len(clips))
	for n := range clips {
		names = append(names, n)
	}
	slices.Sort(names)
	var b bytes.Buffer
	for _, n := range names {
		fmt.Fprintf(&b, "%s\t%s\n", n, clips[n])
	}
	return b.Bytes()
}

func readWAV(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pcm, format, err := wav.ReadAll(bytes.NewReader(b), maxClip)
	if err != nil {
		return nil, err
	}
	if len(pcm) == 0 {
		return nil, errors.New("no sound in the file")
	}
	return wav.Telephone(pcm, format), nil
}
