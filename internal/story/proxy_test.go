package story

import (
	"strconv"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

func init() { commands["proxy"], commands["tunnels"] = cmdProxy, cmdTunnels }

var proxies sync.Map // of *Proxy by their address

// proxy NAME: an HTTP proxy; a seat uses it with ZUOXI_SEAT_PROXY=$NAME.
func cmdProxy(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 1, "proxy NAME")
	p, err := NewProxy()
	ts.Check(err)
	proxies.Store(p.URL(), p)
	ts.Setenv(a[0], p.URL())
	ts.Defer(func() {
		proxies.Delete(p.URL())
		_ = p.Close()
	})
}

// tunnels NAME N: so many tunnels were opened through a proxy at least.
func cmdTunnels(ts *testscript.TestScript, _ bool, a []string) {
	args(ts, a, 2, "tunnels NAME N")
	p, ok := proxies.Load(ts.Getenv(a[0]))
	if !ok {
		ts.Fatalf("no proxy %s", a[0])
	}
	until(ts, a[1]+" tunnels through "+a[0], func() (bool, string) {
		n := p.(*Proxy).Tunnels()
		return n >= int(number(ts, a[1])), strconv.Itoa(n)
	})
}
