package device

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync/atomic"

	"zuoxi/media/wav"
)

// A microphone file is held whole: at most ten minutes at 48 kHz in stereo.
const maxFileSamples = 10 * 60 * 48000 * 2

// A recording's header is brought up to date this often, in blocks, so that a
// killed program leaves a file that plays.
const headerEvery = blocksPerSecond

// fileSpec is "file:PATH[?loop=1&cue=1]".
type fileSpec struct {
	path      string
	loop, cue bool
}

func parseFile(name string) (fileSpec, error) {
	path, query, _ := strings.Cut(strings.TrimPrefix(name, filePrefix), "?")
	values, err := url.ParseQuery(query)
	if err != nil || path == "" {
		return fileSpec{}, fmt.Errorf("%w: %q", ErrBadSpec, name)
	}
	spec := fileSpec{path: path}
	for key, v := range values {
		on := v[len(v)-1] == "1"
		switch key {
		case "loop":
			spec.loop = on
		case "cue":
			spec.cue = on
		default:
			return fileSpec{}, fmt.Errorf("%w: %q does not know %q", ErrBadSpec, name, key)
		}
	}
	return spec, nil
}

// fileInput plays a WAV file as a microphone, then silence.
type fileInput struct {
	clocked
	sound   []float32
	at      int
	loop    bool
	playing atomic.Bool
}

func openFileInput(name string, prepare Prepare) (Stream, error) {
	spec, err := parseFile(name)
	if err != nil {
		return nil, err
	}
	sound, rate, err := loadMono(spec.path)
	if err != nil {
		return nil, err
	}
	f := &fileInput{sound: sound, loop: spec.loop}
	f.rate, f.fetch = rate, f.next
	f.playing.Store(!spec.cue)
	f.call = prepare(rate)
	return f, nil
}

// Cue starts a file that was told to wait.
func (f *fileInput) Cue() { f.playing.Store(true) }

func (f *fileInput) next(b []float32) {
	if !f.playing.Load() {
		return
	}
	for len(b) > 0 {
		n := copy(b, f.sound[f.at:])
		f.at += n
		b = b[n:]
		if f.at < len(f.sound) {
			continue
		}
		if !f.loop || len(f.sound) == 0 {
			return
		}
		f.at = 0
	}
}

func loadMono(path string) ([]float32, int, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrNoDevice, err)
	}
	defer file.Close()
	pcm, format, err := wav.ReadAll(file, maxFileSamples)
	if err != nil {
		return nil, 0, fmt.Errorf("microphone file %s: %w", path, err)
	}
	mono := make([]float32, len(pcm)/format.Channels)
	for i := range mono {
		sum := 0
		for _, v := range pcm[i*format.Channels : (i+1)*format.Channels] {
			sum += int(v)
		}
		mono[i] = float32(sum) / float32(format.Channels*32768)
	}
	return mono, format.Rate, nil
}

// fileOutput records what would have been heard.
type fileOutput struct {
	clocked
	file    *os.File
	wav     *wav.Writer
	pcm     []int16
	blocks  int
	failure error
}

func openFileOutput(name string, prepare Prepare) (Stream, error) {
	spec, err := parseFile(name)
	if err != nil {
		return nil, err
	}
	file, err := os.Create(spec.path)
	if err != nil {
		return nil, fmt.Errorf("recording the ear: %w", err)
	}
	w, err := wav.NewWriter(file, wav.Format{Rate: StandInRate, Channels: 1})
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	f := &fileOutput{file: file, wav: w, pcm: make([]int16, StandInRate/blocksPerSecond)}
	f.rate, f.keep, f.finish = StandInRate, f.write, f.end
	f.call = prepare(f.rate)
	return f, nil
}

func (f *fileOutput) write(b []float32) {
	if f.failure != nil {
		return
	}
	for i, v := range b {
		f.pcm[i] = int16(max(-32768, min(32767, v*32768)))
	}
	f.failure = f.wav.Write(f.pcm[:len(b)])
	if f.blocks++; f.blocks%headerEvery == 0 && f.failure == nil {
		f.failure = f.wav.Close()
	}
	if f.failure != nil {
		f.err.Store(&f.failure)
	}
}

func (f *fileOutput) end() error {
	return errors.Join(f.failure, f.wav.Close(), f.file.Close())
}
