package route

import (
	"context"
	"net/netip"
	"os"
	"os/exec"
	"testing"
	"time"
)

// own tells the test that it runs in a network of its own.
const own = "ZUOXI_ROUTE_NET"

func TestSource(t *testing.T) {
	t.Parallel()
	here := netip.MustParseAddr("127.0.0.1")
	if got, ok := (Machine{}).Source(here); !ok || got != here {
		t.Errorf("from %v, %v", got, ok)
	}
}

// TestChangesAreTold gives the only interface of a fresh namespace another address:
// that is told.
func TestChangesAreTold(t *testing.T) {
	t.Parallel()
	if os.Getenv(own) == "" {
		cmd := exec.Command("unshare", "-rn", os.Args[0], "-test.run=^TestChangesAreTold$")
		cmd.Env = append(os.Environ(), own+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	for name, watch := range map[string]func(context.Context, func()){"told": Machine{}.Watch, "polled": poll} {
		ctx, cancel := context.WithCancel(context.Background())
		news, done := make(chan struct{}, 1), make(chan struct{})
		go func() {
			defer close(done)
			watch(ctx, func() {
				select {
				case news <- struct{}{}:
				default:
				}
			})
		}()
		changes(t, name, news)
		cancel()
		<-done
	}
}

// changes adds addresses until one is told of: the first may be before the watch.
func changes(t *testing.T, name string, news <-chan struct{}) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for i := 0; ; i++ {
		verb := [2]string{"replace", "del"}[i%2]
		if out, err := exec.Command("ip", "addr", verb, "10.9.8.7/32", "dev", "lo").CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", verb, err, out)
		}
		select {
		case <-news:
			return
		case <-limit:
			t.Fatalf("%s: nothing was told", name)
		case <-time.After(1500 * time.Millisecond):
		}
	}
}
