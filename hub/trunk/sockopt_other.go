//go:build !linux

package trunk

import "net"

func markVoice(*net.UDPConn) {}

func tellDenials(*net.UDPConn, bool) {}
