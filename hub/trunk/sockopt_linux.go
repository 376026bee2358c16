package trunk

import (
	"net"
	"syscall"
)

// tellDenials lets the socket say what ICMP says of its packets, which one that belongs to no single peer else keeps to
// itself. Off drops what has been gathered.
func tellDenials(c *net.UDPConn, on bool) {
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	value := 0
	if on {
		value = 1
	}
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_RECVERR, value)
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IPV6, syscall.IPV6_RECVERR, value)
	})
}

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
