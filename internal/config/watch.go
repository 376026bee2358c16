package config

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long a file must be left alone before it is read: editors
// write in several steps.
const settle = 150 * time.Millisecond

// Watch reads the file again whenever it is saved and hands the result to
// changed: a configuration, or the reason why the old one stays. It returns when
// ctx ends.
func Watch(ctx context.Context, path string, env func(string) string, changed func(Config, error)) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watching the configuration: %w", err)
	}
	defer func() { _ = w.Close() }()
	// The folder is watched, because editors replace the file by another.
	if err := w.Add(filepath.Dir(path)); err != nil {
		return fmt.Errorf("watching the configuration: %w", err)
	}
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, open := <-w.Events:
			if !open {
				return nil
			}
			if filepath.Clean(e.Name) == filepath.Clean(path) && !e.Has(fsnotify.Chmod) {
				timer.Reset(settle)
			}
		case _, open := <-w.Errors: // a missed event shows at the next save
			if !open {
				return nil
			}
		case <-timer.C:
			changed(Load(path, env))
		}
	}
}
