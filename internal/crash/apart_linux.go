package crash

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Apart takes standard error away from the Go runtime, which would write the
// value of a panic there. The file that is returned leads where it led.
func Apart(stderr *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(stderr.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, fmt.Errorf("standard error: %w", err)
	}
	kept := os.NewFile(uintptr(fd), stderr.Name())
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("standard error: %w", err)
	}
	defer null.Close()
	if err := unix.Dup3(int(null.Fd()), int(stderr.Fd()), 0); err != nil {
		return nil, fmt.Errorf("standard error: %w", err)
	}
	return kept, nil
}
