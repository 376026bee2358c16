//go:build unix

package device

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// quiet is stderr pointed at a file. Sound libraries write there from C, in the
// middle of the screen.
type quiet struct{ saved int }

func hush(path string) (*quiet, error) {
	if path == "" {
		path = os.DevNull
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil { // better no log than no sound
		file, err = os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	}
	if err != nil {
		return nil, fmt.Errorf("log of the sound libraries: %w", err)
	}
	defer file.Close()
	saved, err := unix.FcntlInt(uintptr(unix.Stderr), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, fmt.Errorf("keeping stderr: %w", err)
	}
	if err := dup2(int(file.Fd()), unix.Stderr); err != nil {
		return nil, errors.Join(fmt.Errorf("turning stderr away: %w", err), unix.Close(saved))
	}
	return &quiet{saved: saved}, nil
}

func (q *quiet) end() error {
	return errors.Join(dup2(q.saved, unix.Stderr), unix.Close(q.saved))
}
