package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"strconv"

	"zuoxi/internal/config"
	"zuoxi/internal/durable"
	"zuoxi/session"
)

// soundFile is where a seat keeps what was chosen on its screen about the sound.
const soundFile = "sound.json"

// soundKeys finds a setting by its name in the configuration, which is its name
// in the file too.
var soundKeys = map[string]func(*config.Sound) any{
	session.KindInput:  func(s *config.Sound) any { return &s.Input },
	session.KindOutput: func(s *config.Sound) any { return &s.Output },
	session.KindRinger: func(s *config.Sound) any { return &s.Ringer },
	session.KindEcho:   func(s *config.Sound) any { return &s.Echo },
	session.KindNoise:  func(s *config.Sound) any { return &s.Noise },
	session.KindGain:   func(s *config.Sound) any { return &s.Gain },
	session.KindCoding: func(s *config.Sound) any { return &s.Coding },
	session.KindSide:   func(s *config.Sound) any { return &s.Side },
}

// soundValue reads a setting as text.
func soundValue(s config.Sound, kind string) string {
	switch v := soundKeys[kind](&s).(type) {
	case *string:
		return *v
	case *bool:
		return strconv.FormatBool(*v)
	case *int:
		return strconv.Itoa(*v)
	}
	return ""
}

// setSound sets it; what makes no sense is refused.
func setSound(s *config.Sound, kind, value string) error {
	field, ok := soundKeys[kind]
	if !ok {
		return fmt.Errorf("no sound setting %q", kind)
	}
	next, err := *s, error(nil)
	switch v := field(&next).(type) {
	case *string:
		*v = value
	case *bool:
		*v, err = strconv.ParseBool(value)
	case *int:
		*v, err = strconv.Atoi(value)
	}
	if err == nil {
		err = next.Check()
	}
	if err != nil {
		return fmt.Errorf("sound setting %s %q: %w", kind, value, err)
	}
	*s = next
	return nil
}

// choice is a setting that was made on the screen. It stands as long as the
// configuration says what it said then: who changes that has the last word.
type choice struct {
	Over string `json:"over"` // what the configuration said
	Use  string `json:"use"`
}

// choices are a seat's settings of the sound: the configuration, and over it
// what was chosen on the screen and is remembered.
type choices struct {
	path   string
	config config.Sound
	now    config.Sound
	made   map[string]choice
}

// openChoices reads what is remembered; an error leaves the configuration alone.
func openChoices(path string, c config.Sound) (*choices, error) {
	s := &choices{path: path, config: c, now: c, made: map[string]choice{}}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	made := map[string]choice{}
	if err == nil {
		err = json.Unmarshal(b, &made)
	}
	if err != nil {
		return s, fmt.Errorf("sound settings of the last time: %w", err)
	}
	for kind, m := range made {
		if soundKeys[kind] != nil && m.Over == soundValue(c, kind) && setSound(&s.now, kind, m.Use) == nil {
			s.made[kind] = m
		}
	}
	return s, nil
}

// set notes what is in use now and remembers it.
func (s *choices) set(kind, value string) error {
	if err := setSound(&s.now, kind, value); err != nil {
		return err
	}
	if over := soundValue(s.config, kind); over == value {
		delete(s.made, kind)
	} else {
		s.made[kind] = choice{Over: over, Use: value}
	}
	if err := s.keep(); err != nil {
		return fmt.Errorf("%w: %w", session.ErrNotKept, err)
	}
	return nil
}

// mark is where undo goes back to, in memory and on the disk. A choice that is
// put back is none anew: it stands over what the configuration said when it was made.
func (s *choices) mark() (undo func() error) {
	now, made := s.now, maps.Clone(s.made)
	return func() error {
		s.now, s.made = now, made
		return s.keep()
	}
}

// keep writes all at once, so that a kill leaves the old file or the new one.
func (s *choices) keep() error {
	b, err := json.MarshalIndent(s.made, "", "  ")
	if err != nil {
		return err
	}
	return durable.Put(s.path, append(b, '\n'))
}

// configured takes a new configuration over and tells which settings it changes.
func (s *choices) configured(c config.Sound) (changed []string) {
	for _, kind := range soundOrder {
		if soundValue(s.config, kind) != soundValue(c, kind) {
			changed = append(changed, kind)
		}
	}
	s.config = c
	return changed
}

// soundOrder is the order in which settings are taken over.
var soundOrder = []string{
	session.KindEcho, session.KindNoise, session.KindGain, session.KindSide, session.KindCoding,
	session.KindInput, session.KindOutput, session.KindRinger,
}
