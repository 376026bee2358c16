//go:build linux

// Package pty makes pseudo-terminals for tests and benchmarks, which run the
// program as its users do. It promises that both ends belong together, in
// whatever goroutine they are made: github.com/creack/pty passes the address of
// a local variable to the kernel as a number, and where the collector moves the
// stack meanwhile, the program gets somebody else's terminal. Only tests,
// internal/story and what stands on it use it; nothing of the product does.
package pty

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// Open makes a terminal: screen is where its person sits, program what a program has as its terminal.
func Open(cols, rows int) (screen, program *os.File, err error) {
	screen, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("terminal: %w", err)
	}
	var peer uintptr
	err = errors.Join(Resize(screen, cols, rows), control(screen, func(fd int) error {
		if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
			return err
		}
		var errno syscall.Errno
		peer, _, errno = unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.TIOCGPTPEER, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC)
		if errno != 0 {
			return errno
		}
		return nil
	}))
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("terminal: %w", err), screen.Close())
	}
	return screen, os.NewFile(peer, "pty"), nil
}

// Start starts cmd on a terminal of its own and returns the person's end.
func Start(cmd *exec.Cmd, cols, rows int) (*os.File, error) {
	screen, program, err := Open(cols, rows)
	if err != nil {
		return nil, err
	}
	defer program.Close()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("on a terminal: %w", err), screen.Close())
	}
	return screen, nil
}

// Resize tells the program at the other end of a new size.
func Resize(screen *os.File, cols, rows int) error {
	return control(screen, func(fd int) error {
		return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(cols), Row: uint16(rows)})
	})
}

// control leaves the file as it is: Fd would make its reads hold a thread, and a Close wait for the next byte.
func control(f *os.File, do func(fd int) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	return errors.Join(raw.Control(func(fd uintptr) { err = do(int(fd)) }), err)
}
