package story

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Brisk makes every prompt of the menu that ships in folder menu a short tone
// (440 Hz, the agent's number 520 Hz) and sends callers straight to the queue.
// It is for a hub that is not started yet.
func (w *World) Brisk(menu string) error {
	index, err := os.ReadFile(filepath.Join(menu, "prompts", "index.tsv"))
	if err != nil {
		return fmt.Errorf("prompts: %w", err)
	}
	folder := filepath.Join(w.Dir, "prompts")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("prompts: %w", err)
	}
	for line := range strings.Lines(string(index)) {
		name, _, _ := strings.Cut(line, "\t")
		hz := 440.0
		if name == "agent_no.1" {
			hz = 520
		}
		own := filepath.Join(folder, name+".wav")
		if _, err := os.Stat(own); err == nil {
			continue // the story has one of its own
		}
		if err := WriteTone(own, 8000, hz, 0, 0.3); err != nil {
			return err
		}
	}
	w.Extra = append(w.Extra, "ZUOXI_HUB_MENU_PROMPTS="+folder, "ZUOXI_HUB_MENU_MODE=direct")
	return nil
}
