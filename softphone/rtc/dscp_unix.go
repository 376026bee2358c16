//go:build unix

package rtc

import (
	"net"
	"syscall"

	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
	"golang.org/x/sys/unix"
)

// Voice asks routers for expedited forwarding (RFC 3246): DSCP 46, which is
// 0xB8 where IPv4 still calls the byte type of service.
const expedited = 46 << 2

// expeditedNet opens the library's UDP sockets with that mark.
type expeditedNet struct{ freshNet }

func newNet() (transport.Net, error) {
	n, err := stdnet.NewNet()
	if err != nil {
		return nil, err
	}
	return expeditedNet{freshNet{n}}, nil
}

// ListenUDP implements transport.Net.
func (n expeditedNet) ListenUDP(network string, at *net.UDPAddr) (transport.UDPConn, error) {
	c, err := net.ListenUDP(network, at)
	if err != nil {
		return nil, err
	}
	expedite(c)
	return lean(c), nil
}

// expedite marks a socket. A system that refuses still carries the voice.
func expedite(c syscall.Conn) {
	if raw, err := c.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TOS, expedited) })
	}
}
