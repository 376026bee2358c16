package lane

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Bell wakes one goroutine from an audio callback. Rings while nobody waits are
// merged into one. It is an eventfd: a channel would take the runtime's lock.
// Both ends go past the runtime's book-keeping of system calls, which would
// wake its monitoring thread each time and costs more than all the rest.
type Bell struct {
	fd   int
	file *os.File
	raw  syscall.RawConn
	one  uint64
	got  uint64
	rung func(fd uintptr) bool // made once
}

// NewBell makes a bell; Close it after the last callback that may ring it.
func NewBell() (*Bell, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("audio wake-up: %w", err)
	}
	b := &Bell{fd: fd, file: os.NewFile(uintptr(fd), "bell"), one: 1}
	if b.raw, err = b.file.SyscallConn(); err != nil {
		return nil, fmt.Errorf("audio wake-up: %w", err)
	}
	b.rung = func(fd uintptr) bool {
		_, _, errno := unix.RawSyscall(unix.SYS_READ, fd, uintptr(unsafe.Pointer(&b.got)), 8)
		return errno != unix.EAGAIN
	}
	return b, nil
}

// Ring wakes the waiter; for the audio callback.
func (b *Bell) Ring() {
	// The result says nothing useful: a full counter means it has been rung.
	_, _, _ = unix.RawSyscall(unix.SYS_WRITE, uintptr(b.fd), uintptr(unsafe.Pointer(&b.one)), 8)
}

// Wait returns when the bell has rung since the last Wait; an error means closed.
func (b *Bell) Wait() error {
	if b.raw.Read(b.rung) != nil { // there is no other reason
		return fmt.Errorf("audio wake-up: %w", os.ErrClosed)
	}
	return nil
}

// Close ends a Wait.
func (b *Bell) Close() error { return b.file.Close() }
