package rtc

import (
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"unsafe"

	"github.com/pion/transport/v5"
	"golang.org/x/sys/unix"
)

// udp is a socket that goes past the runtime's book-keeping of system calls.
// None of its calls waits, and telling the runtime of each would wake its
// monitoring thread from its sleep: with fifty packets a second each way that
// thread took more of the processor than the voice itself. The library uses
// the two methods that name addresses by netip.
type udp struct {
	*net.UDPConn
	raw syscall.RawConn
	in  inbound
	out outbound
}

type inbound struct {
	mu   sync.Mutex
	buf  []byte
	n    int
	err  error
	from unix.RawSockaddrInet4
	size uint32
	try  func(fd uintptr) bool // made once
}

type outbound struct {
	mu  sync.Mutex
	buf []byte
	n   int
	err error
	to  unix.RawSockaddrInet4
	try func(fd uintptr) bool
}

// lean makes a socket cheap; one that cannot be is left as it is.
func lean(c *net.UDPConn) transport.UDPConn {
	raw, err := c.SyscallConn()
	if at, ok := c.LocalAddr().(*net.UDPAddr); err != nil || !ok || at.IP.To4() == nil {
		return c
	}
	u := &udp{UDPConn: c, raw: raw}
	u.in.try, u.out.try = u.in.receive, u.out.send
	return u
}

// receive tells whether it is done; the runtime waits for the socket otherwise.
func (r *inbound) receive(fd uintptr) bool {
	r.size = unix.SizeofSockaddrInet4
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(unsafe.SliceData(r.buf))), uintptr(len(r.buf)), 0,
		uintptr(unsafe.Pointer(&r.from)), uintptr(unsafe.Pointer(&r.size)))
	switch errno {
	case 0:
		r.n, r.err = int(n), nil
	case unix.EAGAIN, unix.EINTR:
		return false
	default:
		r.n, r.err = 0, os.NewSyscallError("recvfrom", errno)
	}
	return true
}

// ReadFromAddrPort implements ice.AddrPortReaderWriter.
func (u *udp) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	u.in.mu.Lock()
	defer u.in.mu.Unlock()
	u.in.buf = b
	err := u.raw.Read(u.in.try)
	u.in.buf = nil
	if err != nil {
		return 0, netip.AddrPort{}, err
	}
	port := (*[2]byte)(unsafe.Pointer(&u.in.from.Port))
	return u.in.n, netip.AddrPortFrom(netip.AddrFrom4(u.in.from.Addr), binary.BigEndian.Uint16(port[:])), u.in.err
}

func (s *outbound) send(fd uintptr) bool {
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, fd, uintptr(unsafe.Pointer(unsafe.SliceData(s.buf))), uintptr(len(s.buf)), 0,
		uintptr(unsafe.Pointer(&s.to)), unix.SizeofSockaddrInet4)
	switch errno {
	case 0:
		s.n, s.err = int(n), nil
	case unix.EAGAIN, unix.EINTR:
		return false
	default:
		s.n, s.err = 0, os.NewSyscallError("sendto", errno)
	}
	return true
}

// WriteToAddrPort implements ice.AddrPortReaderWriter.
func (u *udp) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	if !to.Addr().Unmap().Is4() {
		return u.UDPConn.WriteToUDPAddrPort(b, to)
	}
	u.out.mu.Lock()
	defer u.out.mu.Unlock()
	u.out.buf = b
	u.out.to = unix.RawSockaddrInet4{Family: unix.AF_INET, Addr: to.Addr().Unmap().As4()}
	port := (*[2]byte)(unsafe.Pointer(&u.out.to.Port))
	binary.BigEndian.PutUint16(port[:], to.Port())
	err := u.raw.Write(u.out.try)
	u.out.buf = nil
	if err != nil {
		return 0, err
	}
	return u.out.n, u.out.err
}
