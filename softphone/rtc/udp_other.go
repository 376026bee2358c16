//go:build unix && !linux

package rtc

import (
	"net"

	"github.com/pion/transport/v5"
)

// lean has nothing to spare here.
func lean(c *net.UDPConn) transport.UDPConn { return c }
