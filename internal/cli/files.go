package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"zuoxi/internal/durable"
)

// files are those of this machine that somebody names at a seat.
type files struct{}

// mostRead bounds what is read from one: that of a bank with its voices.
const mostRead = 64 << 20

// Read implements examiner.Files.
func (files) Read(path string) ([]byte, error) {
	f, err := os.Open(named(path))
	if err != nil {
		return nil, fmt.Errorf("reading a file: %w", err)
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() || st.Size() > mostRead {
		return nil, fmt.Errorf("reading a file: %w", os.ErrInvalid)
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("reading a file: %w", err)
	}
	return data, nil
}

// Create implements examiner.Files.
func (files) Create(path string, data []byte) error {
	f, err := os.OpenFile(named(path), os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("creating a file: %w", err)
	}
	if _, err = f.Write(data); err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("writing a file: %w", err)
	}
	return nil
}

// named is a path as people write it.
func named(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return path
}

// fresh is what a file is to hold from now on: it is written whole beside the
// old one before it takes its place.
type fresh struct {
	path string
	data []byte
}

func (f fresh) write() error { return durable.Write(f.path+durable.Beside, f.data) }

func (f fresh) place() error {
	if err := os.Rename(f.path+durable.Beside, f.path); err != nil {
		return fmt.Errorf("placing a file: %w", err)
	}
	return durable.Settle(filepath.Dir(f.path))
}

func (f fresh) drop() { _ = os.Remove(f.path + durable.Beside) }
