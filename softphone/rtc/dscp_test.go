//go:build unix

package rtc

import (
	"net"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestVoiceIsMarked(t *testing.T) {
	t.Parallel()
	n, err := newNet()
	if err != nil {
		t.Fatal(err)
	}
	c, err := n.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	mark := 0
	if err := raw.Control(func(fd uintptr) { mark, err = unix.GetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TOS) }); err != nil || mark != 0xB8 {
		t.Fatalf("type of service %#x, %v", mark, err)
	}
}
