//go:build !unix

package door

import "net"

// shorten leaves the line as long as the system makes it.
func shorten(net.Listener) {}
