package story

import (
	"fmt"
	"os"

	"zuoxi/media/tone"
	"zuoxi/media/wav"
)

const maxSound = 48000 * 600

// WriteTone makes a WAV file with silence, then a tone: the mouth of a citizen
// or the microphone of a seat, told apart by frequency.
func WriteTone(path string, rate int, hz, silence, seconds float64) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("tone file: %w", err)
	}
	w, err := wav.NewWriter(f, wav.Format{Rate: rate, Channels: 1})
	if err != nil {
		_ = f.Close()
		return fmt.Errorf("tone file: %w", err)
	}
	pcm := make([]int16, int(silence*float64(rate))+int(seconds*float64(rate)))
	tone.New(rate, -12, hz).Fill(pcm[int(silence*float64(rate)):])
	err = w.Write(pcm)
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("tone file: %w", err)
	}
	return nil
}

// Sound is a channel of a recording.
type Sound struct {
	PCM  []int16
	Rate int
}

// ReadSound reads one channel of a WAV file, even one that is still being written.
func ReadSound(path string, channel int) (Sound, error) {
	f, err := os.Open(path)
	if err != nil {
		return Sound{}, fmt.Errorf("sound file: %w", err)
	}
	defer func() { _ = f.Close() }()
	all, format, err := wav.ReadAll(f, maxSound)
	if err != nil {
		return Sound{}, fmt.Errorf("sound file %s: %w", path, err)
	}
	if channel >= format.Channels {
		return Sound{}, fmt.Errorf("sound file %s has %d channels", path, format.Channels)
	}
	s := Sound{Rate: format.Rate}
	for i := channel; i < len(all); i += format.Channels {
		s.PCM = append(s.PCM, all[i])
	}
	return s, nil
}

// ToneSeconds counts how long hz is heard: tenths of a second in which it is
// louder than dbfs.
func (s Sound) ToneSeconds(hz, dbfs float64) float64 {
	step := s.Rate / 10
	n := 0
	for at := 0; at+step <= len(s.PCM); at += step {
		if tone.Level(s.PCM[at:at+step], s.Rate, hz) > dbfs {
			n++
		}
	}
	return float64(n) / 10
}

// Seconds is the length.
func (s Sound) Seconds() float64 { return float64(len(s.PCM)) / float64(s.Rate) }
