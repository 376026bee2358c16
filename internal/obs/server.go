package obs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

const (
	checkTimeout    = 2 * time.Second
	shutdownTimeout = 2 * time.Second
)

// ErrNotLoopback is returned for a health address that others could reach.
var ErrNotLoopback = errors.New("监控地址不在本机 · 健康和指标页面不对外开放 · 请改为 127.0.0.1 开头的地址")

// Check tells whether one part is able to work; the error's text is shown on /readyz and must hold no personal data.
type Check func(context.Context) error

// Server is the health listener: /healthz (the process runs), /readyz (it can take calls), /metrics.
type Server struct {
	listener net.Listener
	checks   map[string]Check
	http     *http.Server
}

// Listen opens the health listener on a loopback address; port 0 takes a free one. Serve must follow.
func Listen(addr string, m *Metrics, checks map[string]Check) (*Server, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("read metrics address: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, ErrNotLoopback
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for metrics: %w", err)
	}
	s := &Server{listener: l, checks: checks}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("GET /metrics", m.Handler())
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: checkTimeout, IdleTimeout: time.Minute, MaxHeaderBytes: 8 << 10}
	return s, nil
}

// Addr is the address that is really listened on.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Serve answers until ctx ends, then stops and returns nil.
func (s *Server) Serve(ctx context.Context) error {
	done := make(chan error, 1) // one result, never blocks its sender
	go func() { done <- s.http.Serve(s.listener) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve metrics: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	err := s.http.Shutdown(stop)
	if err != nil {
		err = s.http.Close()
	}
	if served := <-done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()
	answer := struct {
		Ready  bool              `json:"ready"`
		Checks map[string]string `json:"checks"`
	}{Ready: true, Checks: map[string]string{}}
	for name, check := range s.checks {
		answer.Checks[name] = "ok"
		if err := check(ctx); err != nil {
			answer.Ready, answer.Checks[name] = false, Mask(err.Error())
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if !answer.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(answer) // the asker is gone: nothing to do
}
