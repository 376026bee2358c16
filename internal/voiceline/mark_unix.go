//go:build unix

package voiceline

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// Expedite asks routers for expedited forwarding (RFC 3246): DSCP 46, which is
// 0xB8 where IPv4 still calls the byte type of service. A system that refuses
// still carries the voice. What a listener accepts inherits it.
func Expedite(c syscall.Conn) {
	const expedited = 46 << 2
	if raw, err := c.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TOS, expedited) })
	}
}
