package story

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// The voice of wang, and what a hundred milliseconds at each change of who
// speaks may come to in the count of a voice, with the way to the ear.
const (
	wangHz  = 700.0
	ragged  = time.Second
	audible = -30.0
	keyed   = 0.84 // of each second of far; it presses a key in the rest, which the ear conceals and the tape does not
)

// kept listens to the recording: it has wang's voice for the whole talk, for no
// fault here is wang's, and of the others all that wang heard. Its length tells
// nothing, for the tape's own clock makes it, of silence too.
func (g *gale) kept(call string, talk time.Duration) error {
	path := filepath.Join(g.w.Dir, "kept.wav")
	if _, err := g.w.Run([]string{"ZUOXI_PASSWORD=synthetic-1007"}, "recording", "export", "--as", "1007", "--reason", "复核", call, path); err != nil {
		return err
	}
	caller, err := ReadSound(path, 0)
	if err != nil {
		return err
	}
	rest, err := ReadSound(path, 1)
	if err != nil {
		return err
	}
	ear, err := g.wang.Heard()
	if err != nil {
		return err
	}
	heard, err := ReadSound(ear, 0)
	if err != nil {
		return err
	}
	var errs []error
	if has := caller.ToneSeconds(wangHz, audible); has < (talk - ragged).Seconds() {
		errs = append(errs, fmt.Errorf("the recording has %.1f s of wang's voice in a talk of %v", has, talk))
	}
	for name, hz := range map[string]float64{"li": liHz, "he": heHz, "far": farHz} {
		has, want := rest.ToneSeconds(hz, audible), heard.ToneSeconds(hz, audible)
		if name == "far" {
			want *= keyed
		}
		if has < want-ragged.Seconds() {
			errs = append(errs, fmt.Errorf("the recording has %.1f s of %s, wang heard %.1f", has, name, want))
		}
	}
	return errors.Join(errs...)
}
