package lane

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Bell wakes one goroutine from an audio callback. Rings while nobody waits are
// merged into one. It is an eventfd: a channel would take the runtime's lock.
type Bell struct {
	fd   int
	file *os.File
	one  uint64
	got  [8]byte
}

// NewBell makes a bell; Close it after the last callback that may ring it.
func NewBell() (*Bell, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("audio wake-up: %w", err)
	}
	return &Bell{fd: fd, file: os.NewFile(uintptr(fd), "bell"), one: 1}, nil
}

// Ring wakes the waiter; for the audio callback.
func (b *Bell) Ring() {
	// The result says nothing useful: a full counter means it has been rung.
	_, _, _ = unix.RawSyscall(unix.SYS_WRITE, uintptr(b.fd), uintptr(unsafe.Pointer(&b.one)), 8)
}

// Wait returns when the bell has rung since the last Wait; an error means closed.
func (b *Bell) Wait() error {
	if _, err := b.file.Read(b.got[:]); err != nil {
		return fmt.Errorf("audio wake-up: %w", err)
	}
	return nil
}

// Close ends a Wait.
func (b *Bell) Close() error { return b.file.Close() }
