//go:build !unix

package rtc

import (
	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
)

// newNet leaves the mark out: other systems take it from a policy of their own.
func newNet() (transport.Net, error) {
	n, err := stdnet.NewNet()
	if err != nil {
		return nil, err
	}
	return freshNet{n}, nil
}
