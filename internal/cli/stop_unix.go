//go:build unix

package cli

import (
	"os"

	"golang.org/x/sys/unix"

	"zuoxi/ui/app"
)

// shellStop is how a shell's user stops us for a while; not where no shell could
// let us go on, as in a window of our own: there the system itself ignores it.
func shellStop() app.Stop {
	ours, err := unix.Getsid(0)
	if err != nil {
		return app.Stop{}
	}
	shell := os.Getppid()
	theirs, err := unix.Getsid(shell)
	if err != nil || theirs != ours {
		return app.Stop{}
	}
	if group, err := unix.Getpgid(shell); err != nil || group == unix.Getpgrp() {
		return app.Stop{}
	}
	return app.Stop{Signal: unix.SIGTSTP, Halt: func() { _ = unix.Kill(unix.Getpid(), unix.SIGSTOP) }}
}
