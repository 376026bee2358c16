// Package durable puts files where a power cut leaves them: the old one or the new one, whole.
//
// Everybody who keeps a small file that must not be half there may import it; it imports nothing of ours. It promises
// that what Put has said is on the disk, that a failed Put leaves the old file, and that no more than one leftover per
// file stays behind a kill.
package durable

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// mode is of every file: nobody else reads it.
const mode = 0o600

// Beside ends the name of a file until it is whole; what a kill leaves of one is overwritten by the next.
const Beside = ".new"

// Put writes a file whole or leaves the one that is there. Two who write the same file at once must wait for each other.
func Put(path string, data []byte) error {
	if err := Write(path+Beside, data); err != nil {
		return err
	}
	if err := os.Rename(path+Beside, path); err != nil {
		return errors.Join(fmt.Errorf("placing a file: %w", err), os.Remove(path+Beside))
	}
	return Settle(filepath.Dir(path))
}

// Write writes a file that nobody looks for yet, and waits until the disk has it. What failed is not there.
func Write(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return fmt.Errorf("writing a file: %w", err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("writing a file: %w", err), os.Remove(path))
	}
	return nil
}

// Settle waits until the disk has what was made, renamed and removed in a folder.
func Settle(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("settling a folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("settling a folder: %w", err)
	}
	return nil
}
