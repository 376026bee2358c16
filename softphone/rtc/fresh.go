package rtc

import (
	"fmt"

	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
)

// freshNet lists the addresses that the machine has now. The library's own list
// is as old as the connection: after a change of address an ICE restart would
// offer the one that is gone.
type freshNet struct{ *stdnet.Net }

// Interfaces implements transport.Net.
func (freshNet) Interfaces() ([]*transport.Interface, error) {
	now, err := stdnet.NewNet()
	if err != nil {
		return nil, fmt.Errorf("this machine's addresses: %w", err)
	}
	return now.Interfaces()
}
