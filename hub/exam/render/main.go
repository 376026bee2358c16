// Command render makes the voices of the simulated callers: it speaks every line of every scenario with espeak-ng and
// writes A-law files with sox. `go generate ./hub/exam` runs it after a text was changed; nothing imports it, and nothing
// at run time needs either program. Each caller has a voice and a speed of their own, from sex and rate of
// the scenario, in a quiet room: mood, noise and line come when it is played. The same text gives the same bytes.
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	material "zuoxi/hub/exam"
	"zuoxi/rules/exam"
)

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	old, err := filepath.Glob("voice/*.al")
	if err != nil {
		return err
	}
	keep := map[string]bool{}
	names, err := filepath.Glob("scenario/*.yaml")
	if err != nil {
		return err
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		sc, errs := material.ReadScenario(name, data)
		if len(errs) > 0 {
			return errs[0]
		}
		for _, line := range sc.Lines() {
			file := filepath.Join("voice", exam.VoiceName(sc.ID, line)+".al")
			keep[file] = true
			if _, err := os.Stat(file); err == nil && len(os.Args) < 2 {
				continue // any argument renders everything anew
			}
			if err := speak(sc, line, file); err != nil {
				return fmt.Errorf("%s, “%s”: %w", sc.ID, line, err)
			}
		}
	}
	for _, f := range old {
		if !keep[f] {
			if err := os.Remove(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// manner is how a caller speaks. espeak-ng counts words a minute; some 1.3 characters of Mandarin make one of its words.
func manner(c exam.Caller) (voice string, pitch, speed int) {
	voice, pitch = "cmn+m3", 40
	if strings.HasPrefix(c.Profile, "女") {
		voice, pitch = "cmn+f2", 62
	}
	return voice, pitch, max(110, c.Rate*3/4)
}

// speak renders one line.
func speak(sc exam.Scenario, line, file string) error {
	voice, pitch, speed := manner(sc.Caller)
	var sound, fault bytes.Buffer
	say := exec.Command("espeak-ng", "-v", voice, "-p", strconv.Itoa(pitch), "-s", strconv.Itoa(speed), "--stdout", line)
	say.Stdout, say.Stderr = &sound, &fault
	if err := say.Run(); err != nil {
		return fmt.Errorf("espeak-ng: %w: %s", err, fault.String())
	}
	return telephone(&sound, file)
}

// telephone brings the voice into the telephone's band and coding.
func telephone(sound *bytes.Buffer, file string) error {
	var fault bytes.Buffer
	cmd := exec.Command("sox", "-q", "-R", "-D", "-t", "wav", "-", "-t", "raw", "-r", "8000", "-c", "1", "-e", "a-law", file,
		"norm", "-6", "highpass", "250", "lowpass", "3500")
	cmd.Stdin, cmd.Stderr = sound, &fault
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("sox: %w: %s", err, fault.String())
	}
	return nil
}
