package route

import (
	"context"
	"net"
	"slices"
	"time"
)

// poll compares the machine's addresses once a second.
func poll(ctx context.Context, changed func()) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	last := addresses()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := addresses()
		if !slices.Equal(now, last) {
			last = now
			changed()
		}
	}
}

func addresses() (all []string) {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	for _, a := range list {
		all = append(all, a.String())
	}
	return all
}
