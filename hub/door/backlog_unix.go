//go:build unix

package door

import (
	"net"
	"syscall"
)

// backlog is how many connections may wait to be accepted: about what is
// worked off within a second. More would have been given up when their turn
// comes; those that the system turns away knock again by themselves.
const backlog = 512

// shorten bounds the line in front of a listener.
func shorten(ln net.Listener) {
	l, ok := ln.(*net.TCPListener)
	if !ok {
		return
	}
	if raw, err := l.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _ = syscall.Listen(int(fd), backlog) }) // a system that refuses keeps its own
	}
}
