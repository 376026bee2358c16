// Package business is the hub's way to the business system of social security:
// who a caller is, what may be read out to them, and the report of a lost card.
// It owns the interface (docs/business.md), its client with time limits, retry
// and circuit breaker, the counting of failed identity checks, and a reference
// service with made-up people. The hub's seats use it. It promises that nothing
// of a file is asked for before three elements matched, that no answer tells
// which element was wrong, that what was typed is kept nowhere, and that a check
// without its audit row never counts as done.
package business

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"zuoxi/internal/clean"
	"zuoxi/rules/identity"
	"zuoxi/wire"
)

// Version of the interface; it is part of every path.
const Version = "v1"

// Errors of the interface, each one line for the person at the seat.
var (
	ErrAway    = errors.New("业务系统没有回答 · 没有核验成，不算次数 · 请稍后再试，或请来电人到经办机构办理")
	ErrOpen    = errors.New("业务系统连续出错，暂停访问 · 没有核验成，不算次数 · 请半分钟后再试")
	ErrRefused = errors.New("业务系统不接受这个请求 · 没有办成 · 请联系管理员核对接口版本")
	ErrExpired = errors.New("核验结果已过期 · 没有查到 · 请重新通话核验")
	ErrPlain   = errors.New("业务系统的地址不加密又不在本机 · 没有启动 · 请改用 https:// 并配好证书")
	ErrTrust   = errors.New("业务系统的证书文件读不出来 · 没有启动 · 请检查 hub.business 的 cert、key、ca")
)

// Config of a client. Zero times and counts take defaults.
type Config struct {
	URL     string
	Cert    string // PEM files of mutual TLS; all three, or none on loopback
	Key     string
	CA      string
	Timeout time.Duration // of one try
	// Substitute is what people without an employer say; of the desk, not of the client.
	Substitute string
	Tries      int
	Backoff    time.Duration // before the second try, doubled after
	Trip       int           // failures in a row that open the breaker
	Rest       time.Duration // the breaker stays open so long
	Now        func() time.Time
}

// Client speaks the interface. Any goroutine may use it.
type Client struct {
	cfg     Config
	base    string
	http    *http.Client
	breaker breaker
}

// New makes a client; it connects to nothing yet.
func New(cfg Config) (*Client, error) {
	fill(&cfg)
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("business address %q: %w", cfg.URL, ErrPlain)
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return nil, fmt.Errorf("business address %q: %w", cfg.URL, ErrPlain)
	}
	t := &http.Transport{MaxIdleConnsPerHost: 4, IdleConnTimeout: 30 * time.Second, TLSHandshakeTimeout: cfg.Timeout}
	if u.Scheme == "https" {
		if t.TLSClientConfig, err = mutual(cfg); err != nil {
			return nil, err
		}
	}
	c := &Client{cfg: cfg, base: strings.TrimRight(cfg.URL, "/") + "/" + Version + "/", breaker: breaker{trip: cfg.Trip, rest: cfg.Rest, now: cfg.Now}}
	c.http = &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return c, nil
}

// Local makes a client of a service in the same process, without a network.
func Local(h http.Handler) *Client {
	cfg := Config{}
	fill(&cfg)
	return &Client{
		cfg: cfg, base: "http://localhost/" + Version + "/", http: &http.Client{Transport: inside{h}},
		breaker: breaker{trip: cfg.Trip, rest: cfg.Rest, now: cfg.Now},
	}
}

// inside is a transport that calls a handler.
type inside struct{ h http.Handler }

// RoundTrip implements http.RoundTripper.
func (t inside) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &answer{header: http.Header{}, status: http.StatusOK}
	t.h.ServeHTTP(w, r)
	return &http.Response{StatusCode: w.status, Header: w.header, Body: io.NopCloser(&w.body), Request: r}, nil
}

// answer keeps what a handler writes.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) { a.status = status }

// Write implements http.ResponseWriter.
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

func fill(c *Config) {
	if c.Timeout <= 0 {
		c.Timeout = 2 * time.Second
	}
	if c.Tries <= 0 {
		c.Tries = 3
	}
	if c.Backoff <= 0 {
		c.Backoff = 100 * time.Millisecond
	}
	if c.Trip <= 0 {
		c.Trip = 5
	}
	if c.Rest <= 0 {
		c.Rest = 30 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// mutual makes the TLS configuration in which both sides show who they are.
func mutual(cfg Config) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(cfg.Cert, cfg.Key)
	if err != nil {
		return nil, fmt.Errorf("client certificate: %w: %w", ErrTrust, err)
	}
	pem, err := os.ReadFile(cfg.CA)
	if err != nil {
		return nil, fmt.Errorf("business authority: %w: %w", ErrTrust, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("business authority %s: %w", cfg.CA, ErrTrust)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, RootCAs: pool}, nil
}

// Close drops idle connections.
func (c *Client) Close() error { c.http.CloseIdleConnections(); return nil }

// Row is one line that may be read out.
type Row struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Sheet is what the system says about a person. Sandbox: it is made up.
type Sheet struct {
	Rows    []Row `json:"rows"`
	Sandbox bool  `json:"sandbox"`
}

// verdict is the answer to a check; Handle stands for the person afterwards.
type verdict struct {
	Result  identity.Answer `json:"result"`
	Handle  string          `json:"handle"`
	Sandbox bool            `json:"sandbox"`
}

type verifyRequest struct {
	RequestID  string `json:"request_id"`
	IDNumber   string `json:"id_number"`
	Name       string `json:"name"`
	Employer   string `json:"employer,omitempty"`
	Substitute string `json:"substitute,omitempty"`
}

type handleRequest struct {
	RequestID string `json:"request_id"`
	Handle    string `json:"handle"`
}

func (c *Client) verify(ctx context.Context, r verifyRequest) (verdict, error) {
	var v verdict
	if err := c.call(ctx, "verify", r, &v); err != nil {
		return v, err
	}
	switch {
	case v.Result == identity.Match && v.Handle != "":
	case v.Result == identity.NoMatch, v.Result == identity.NotFound:
		v.Handle = ""
	default:
		return verdict{}, fmt.Errorf("verify: result %q: %w", clean.Line(string(v.Result), 20), ErrRefused)
	}
	return v, nil
}

// sheet asks for one of account, card and card-loss.
func (c *Client) sheet(ctx context.Context, path string, r handleRequest) (Sheet, error) {
	var s Sheet
	err := c.call(ctx, path, r, &s)
	for i := range s.Rows {
		s.Rows[i].Label, s.Rows[i].Value = clean.Line(s.Rows[i].Label, 40), clean.Line(s.Rows[i].Value, 200)
	}
	return s, err
}

// call asks until there is an answer, the tries are used up, or the breaker is
// open. Every request carries an id under which it happens once, so that it may
// be repeated.
func (c *Client) call(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("business %s: %w", path, err)
	}
	wait := c.cfg.Backoff
	for try := 1; ; try++ {
		if !c.breaker.allow() {
			return fmt.Errorf("business %s: %w", path, ErrOpen)
		}
		again, err := c.once(ctx, path, body, out)
		c.breaker.done(!again)
		if !again || try == c.cfg.Tries {
			return err
		}
		t := time.NewTimer(wait)
		wait *= 2
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return fmt.Errorf("business %s: %w", path, ErrAway)
		}
	}
}

// maxAnswer bounds an answer in bytes.
const maxAnswer = 64 << 10

// once asks a single time. The error never quotes what was sent or answered.
func (c *Client) once(ctx context.Context, path string, body []byte, out any) (again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, bytes.NewReader(body))
	if err != nil {
		return false, fmt.Errorf("business %s: %w", path, ErrRefused)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return true, fmt.Errorf("business %s: %w", path, ErrAway)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil || resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests:
		return true, fmt.Errorf("business %s: status %d: %w", path, resp.StatusCode, ErrAway)
	case resp.StatusCode == http.StatusGone:
		return false, fmt.Errorf("business %s: %w", path, ErrExpired)
	case resp.StatusCode != http.StatusOK || len(data) > maxAnswer || wire.Read(data, out) != nil:
		return false, fmt.Errorf("business %s: status %d: %w", path, resp.StatusCode, ErrRefused)
	}
	return false, nil
}
