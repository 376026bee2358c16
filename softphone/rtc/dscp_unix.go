//go:build unix

package rtc

import (
	"net"

	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
	"golang.org/x/sys/unix"
)

// Voice asks routers for expedited forwarding (RFC 3246): DSCP 46, which is
// 0xB8 where IPv4 still calls the byte type of service.
const expedited = 46 << 2

// expeditedNet opens the library's UDP sockets with that mark.
type expeditedNet struct{ *stdnet.Net }

func newNet() (transport.Net, error) {
	n, err := stdnet.NewNet()
	if err != nil {
		return nil, err
	}
	return expeditedNet{n}, nil
}

// ListenUDP implements transport.Net.
func (n expeditedNet) ListenUDP(network string, at *net.UDPAddr) (transport.UDPConn, error) {
	c, err := net.ListenUDP(network, at)
	if err != nil {
		return nil, err
	}
	if raw, err := c.SyscallConn(); err == nil {
		// A system that refuses the mark still carries the voice.
		_ = raw.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TOS, expedited) })
	}
	return c, nil
}
