package cli

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// How much memory the hub means to get by with, tidying up more often than it
// would by itself when it comes near; how much more than what lives it takes in
// any case, in percent; and how often it looks.
const (
	hubMemory   = 832 << 20
	hubHeadroom = 40
	memoryLook  = time.Second
)

// thrift keeps the hub's memory near hubMemory until ctx is over. Where more
// lives than that the limit gives way: a hub that does nothing but tidy up
// would be lost to ten thousand seats for the sake of some memory.
func thrift(ctx context.Context) {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	tick := time.NewTicker(memoryLook)
	defer tick.Stop()
	for last := int64(0); ; {
		metrics.Read(sample)
		if limit := memoryLimit(sample[0].Value.Uint64() + sample[1].Value.Uint64()); limit != last {
			debug.SetMemoryLimit(limit)
			last = limit
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// memoryLimit is the limit for a program of which so much lives.
func memoryLimit(living uint64) int64 {
	return max(hubMemory, int64(living)*(100+hubHeadroom)/100)
}
