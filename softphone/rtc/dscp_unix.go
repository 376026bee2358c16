//go:build unix

package rtc

import (
	"net"

	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"

	"zuoxi/internal/voiceline"
)

// expeditedNet opens the library's UDP sockets with the mark of voice.
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
	voiceline.Expedite(c)
	return lean(c), nil
}
