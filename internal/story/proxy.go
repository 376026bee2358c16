package story

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Proxy is an office's way out: an HTTP proxy that tunnels (CONNECT) and does
// nothing else.
type Proxy struct {
	addr    string
	server  *http.Server
	tunnels atomic.Int64
	work    sync.WaitGroup
	ctx     context.Context
	stop    context.CancelFunc
}

// NewProxy opens one on loopback.
func NewProxy() (*Proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	p := &Proxy{addr: l.Addr().String()}
	p.ctx, p.stop = context.WithCancel(context.Background())
	p.server = &http.Server{Handler: http.HandlerFunc(p.serve), ReadHeaderTimeout: 10 * time.Second}
	p.work.Go(func() { _ = p.server.Serve(l) })
	return p, nil
}

// URL is what seat.proxy is set to.
func (p *Proxy) URL() string { return "http://" + p.addr }

// Tunnels counts those that were opened.
func (p *Proxy) Tunnels() int { return int(p.tunnels.Load()) }

// Close ends the proxy and every tunnel.
func (p *Proxy) Close() error {
	p.stop()
	err := p.server.Close()
	p.work.Wait()
	return err
}

func (p *Proxy) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		http.Error(w, "tunnels only", http.StatusMethodNotAllowed)
		return
	}
	far, err := (&net.Dialer{}).DialContext(p.ctx, "tcp", r.Host)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	near, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = far.Close()
		return
	}
	p.tunnels.Add(1)
	_, _ = io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n")
	ended := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		p.work.Go(func() { _, _ = io.Copy(way[0], way[1]); ended <- struct{}{} })
	}
	p.work.Go(func() {
		select {
		case <-ended:
		case <-p.ctx.Done():
		}
		_, _ = near.Close(), far.Close()
	})
}
