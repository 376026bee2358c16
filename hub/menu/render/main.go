// Command render makes the synthetic prompts that ship: it speaks every clip of the menu with espeak-ng, trims the
// silence and writes A-law files with their index. `make prompts` runs it in the repository's root after the texts of
// hub/menu/ivr.toml were changed; nothing imports it, and nothing at run time needs espeak-ng.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"zuoxi/hub/menu"
	"zuoxi/media/wav"
)

const (
	quiet  = 250  // samples below are silence
	margin = 0.04 // seconds of silence that stay at the ends
	breath = 0.3  // seconds after a sentence
)

func main() {
	folder := flag.String("o", "hub/menu/prompts", "folder to write")
	speed := flag.String("speed", "260", "words a minute; Mandarin is read to callers at some 4 syllables a second")
	flag.Parse()
	if err := run(*folder, *speed); err != nil {
		log.Fatal(err)
	}
}

func run(folder, speed string) error {
	script, err := menu.Load(menu.Options{})
	if err != nil {
		return err
	}
	clips := script.Clips()
	if err := clear(folder); err != nil {
		return err
	}
	total := 0
	for name, text := range clips {
		sound, err := speak(name, text, speed)
		if err != nil {
			return fmt.Errorf("speak %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(folder, name+".al"), sound, 0o644); err != nil {
			return err
		}
		total += len(sound)
	}
	fmt.Printf("%d 条提示音，%d 秒，%d KiB\n", len(clips), total/8000, total/1024)
	return os.WriteFile(filepath.Join(folder, "index.tsv"), menu.Index(clips), 0o644)
}

func clear(folder string) error {
	old, err := filepath.Glob(filepath.Join(folder, "*.al"))
	if err != nil {
		return err
	}
	for _, f := range old {
		if err := os.Remove(f); err != nil {
			return err
		}
	}
	return os.MkdirAll(folder, 0o755)
}

// speak runs espeak-ng. Single words are spoken slower: they stand between others later. Digits of known numbers are
// spelled, or 12333 would be read as a quantity.
func speak(name, text, speed string) ([]byte, error) {
	if strings.HasPrefix(name, "word-") || strings.HasPrefix(name, "region-") {
		speed = "230"
	}
	var out, fault bytes.Buffer
	cmd := exec.Command("espeak-ng", "-v", "cmn", "-s", speed, "-a", "90", "--stdout", spell(text))
	cmd.Stdout, cmd.Stderr = &out, &fault
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, strings.TrimSpace(fault.String()))
	}
	pcm, format, err := wav.ReadAll(&out, 60*48000)
	if err != nil {
		return nil, err
	}
	return wav.Telephone(trim(pcm, format.Rate, strings.ContainsAny(text, "。？")), format), nil
}

var runs = regexp.MustCompile(`[0-9]{3,}`)

// spell writes runs of three and more digits as characters.
func spell(text string) string {
	names := []rune("零幺二三四五六七八九")
	return runs.ReplaceAllStringFunc(text, func(run string) string {
		return strings.Map(func(d rune) rune { return names[d-'0'] }, run)
	})
}

// trim cuts the silence at both ends, so that clips can follow each other; a sentence keeps a breath after it.
func trim(pcm []int16, rate int, sentence bool) []int16 {
	first := slices.IndexFunc(pcm, loud)
	if first < 0 {
		return pcm
	}
	last := len(pcm) - 1
	for !loud(pcm[last]) {
		last--
	}
	keep := int(margin * float64(rate))
	out := pcm[max(0, first-keep):min(len(pcm), last+keep)]
	if sentence {
		out = append(slices.Clone(out), make([]int16, int(breath*float64(rate)))...)
	}
	return out
}

func loud(v int16) bool { return v > quiet || v < -quiet }
