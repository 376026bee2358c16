package trunk

import (
	"net"
	"syscall"
)

// markVoice asks routers to hurry (DSCP EF). A refusal changes nothing.
func markVoice(c *net.UDPConn) {
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_TOS, 46<<2)
	})
}
