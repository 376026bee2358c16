// Package route tells when this machine's way to others changes: another
// cable, a new lease, a tunnel that comes up. It looks and never touches; the
// link asks it, so that a seat that was given another address dials at once
// instead of finding out by silence.
package route

import (
	"net"
	"net/netip"
	"time"
)

// lookEvery is how often addresses are compared where the system tells nothing.
const lookEvery = time.Second

// discard is a port that nothing is sent to (RFC 863).
const discard = 9

// Machine is the network of this machine.
type Machine struct{}

// Source is the address with which a packet to another machine would leave;
// false while there is no way to it. Nothing is sent.
func (Machine) Source(to netip.Addr) (netip.Addr, bool) {
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(to, discard)))
	if err != nil {
		return netip.Addr{}, false
	}
	defer func() { _ = c.Close() }()
	at, ok := c.LocalAddr().(*net.UDPAddr)
	if !ok {
		return netip.Addr{}, false
	}
	return at.AddrPort().Addr().Unmap(), true
}
