package cli

import "testing"

// TestMemoryLimitGivesWay: near its mark the hub tidies up more; what lives is
// never more than the limit leaves room for.
func TestMemoryLimitGivesWay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		living uint64
		want   int64
	}{{0, hubMemory}, {100 << 20, hubMemory}, {hubMemory, hubMemory / 100 * (100 + hubHeadroom)}, {2 << 30, (2 << 30) * (100 + hubHeadroom) / 100}} {
		got := memoryLimit(tt.living)
		if d := got - tt.want; d < -1<<10 || d > 1<<10 {
			t.Errorf("%d MiB live: limit %d MiB, want %d", tt.living>>20, got>>20, tt.want>>20)
		}
	}
}
