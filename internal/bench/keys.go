package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// keyPage is how much of the articles goes to the hub at once.
const keyPage = 16 << 20

// benchKeys measures the time from a key in the search box to the screen, with a large knowledge base at the seat.
func benchKeys(o options) error {
	s, err := setDesk(filepath.Join(o.dir, "hub"), o)
	if err != nil {
		return err
	}
	defer s.close()
	progress("导入 %s", o.articles)
	n, err := s.stock(o)
	if err != nil {
		return err
	}
	progress("按键，%d 条", n)
	k, err := typing(s.world)
	if err != nil {
		return err
	}
	table{fmt.Sprintf("%d 条知识时的按键 · %s", n, machine()), []row{
		limit("按键到检索结果画完 p99", k.whole.at(.99), 33, "ms", fmt.Sprintf("（%d 键，p50 %s，最长 %s，%d 键没有变化）",
			len(k.whole)+k.blind, figure(k.whole.median(), "ms"), figure(k.whole.at(1), "ms"), k.blind)),
		plain("  其中到字母出现 p50 / p99", pairOf(k.frame.median(), k.frame.at(.99), "ms")),
	}}.print(os.Stdout)
	return nil
}

// stock brings the articles of a JSONL file to the hub and lets a seat fetch them.
func (s *stage) stock(o options) (n int, err error) {
	data, err := os.ReadFile(o.articles)
	if err != nil {
		return 0, fmt.Errorf("articles: %w", err)
	}
	lines := strings.SplitAfter(strings.TrimSpace(string(data)), "\n")
	for at := 0; at < len(lines); {
		from, size := at, 0
		for at < len(lines) && size < keyPage {
			size += len(lines[at])
			at++
		}
		page := filepath.Join(o.dir, "page.jsonl")
		if err := os.WriteFile(page, []byte(strings.Join(lines[from:at], "")), 0o600); err != nil {
			return 0, fmt.Errorf("articles: %w", err)
		}
		if out, err := s.world.Run(nil, "kb", "import", page, "--publish"); err != nil {
			return 0, fmt.Errorf("%w: %s", err, out)
		}
	}
	var last struct{ ID string }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		return 0, fmt.Errorf("the last article: %w", err)
	}
	t, err := s.world.Seat("typist", columns, rows, quietSound...) // typing goes on with what it fetched
	if err != nil {
		return 0, err
	}
	defer t.Kill()
	if err := follow(t, step{"口令", "{" + typist + "} <tab> {synthetic-" + typist + "} <f9>"}, step{"良好", ""}); err != nil {
		return 0, err
	}
	return len(lines), s.arrived("typist", last.ID)
}

// setDesk starts a hub and nobody else: keys need no sound.
func setDesk(dir string, o options) (*stage, error) {
	s, err := newStage(dir, o)
	if err != nil {
		return nil, err
	}
	if err := s.house(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}
