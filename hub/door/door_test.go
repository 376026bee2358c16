package door

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var quiet = slog.New(slog.DiscardHandler)

func hello(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }

func newSet(t *testing.T) *Set {
	t.Helper()
	s := NewSet(quiet)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		s.Close(ctx)
	})
	return s
}

func get(t *testing.T, c *http.Transport, url string) (string, error) {
	t.Helper()
	c.DisableKeepAlives = true
	resp, err := (&http.Client{Transport: c, Timeout: 10 * time.Second}).Get(url)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	return string(data), err
}

func TestAuthorityStays(t *testing.T) {
	dir := t.TempDir()
	a, made, err := OpenAuthority(dir, []string{"hub.example.com"}, time.Now)
	if err != nil || !made {
		t.Fatalf("made %v, err %v", made, err)
	}
	if code := a.PairingCode(); len(code) != 24 {
		t.Errorf("code %q", code)
	}
	info, err := os.Stat(filepath.Join(dir, "authority.pem"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, err %v", info.Mode(), err)
	}
	again, made, err := OpenAuthority(dir, nil, time.Now)
	if err != nil || made || again.PairingCode() != a.PairingCode() {
		t.Errorf("the second start made %v, err %v", made, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "authority.pem"), []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenAuthority(dir, nil, time.Now); !errors.Is(err, ErrAuthority) {
		t.Errorf("a damaged authority gave %v", err)
	}
}

func TestTLSWithPinnedAuthority(t *testing.T) {
	a, _, err := OpenAuthority(t.TempDir(), nil, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	addr, err := newSet(t).TLS("127.0.0.1:0", Lock{Authority: a}, http.HandlerFunc(hello))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(a.PEM())
	got, err := get(t, &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}, "https://"+addr.String())
	if err != nil || got != "hello" {
		t.Errorf("got %q, %v", got, err)
	}
	conn, err := tls.Dial("tcp", addr.String(), &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // the first contact of a seat: the chain is checked against the pairing code
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	chain := conn.ConnectionState().PeerCertificates
	if len(chain) != 2 || CodeOf(chain[1]) != a.PairingCode() {
		t.Errorf("chain of %d does not carry the authority of the code", len(chain))
	}
	if _, err := get(t, &http.Transport{}, "https://"+addr.String()); err == nil {
		t.Error("a stranger's authority was accepted")
	}
}

func TestCertificateRenewsItself(t *testing.T) {
	now := time.Now()
	a, _, err := OpenAuthority(t.TempDir(), nil, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	first, _ := a.current()
	if same, _ := a.current(); same != first {
		t.Error("a fresh certificate was made twice")
	}
	now = now.Add(serverLife - renewBefore + time.Hour)
	if next, err := a.current(); err != nil || next == first || !next.Leaf.NotAfter.After(now) {
		t.Errorf("not renewed: %v", err)
	}
}

func TestPlainStaysAtHome(t *testing.T) {
	s := newSet(t)
	if _, err := s.Plain("0.0.0.0:0", http.HandlerFunc(hello)); !errors.Is(err, ErrPlainOutside) {
		t.Errorf("err %v", err)
	}
	if _, err := s.Plain(":0", http.HandlerFunc(hello)); !errors.Is(err, ErrPlainOutside) {
		t.Errorf("err %v", err)
	}
	addr, err := s.Plain("127.0.0.1:0", http.HandlerFunc(hello))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := get(t, &http.Transport{}, "http://"+addr.String()); got != "hello" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := s.Plain(addr.String(), http.HandlerFunc(hello)); !errors.Is(err, ErrBusy) {
		t.Errorf("a taken port gave %v", err)
	}
}

func TestSocketIsTheOwners(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hub.sock")
	if err := os.WriteFile(path, nil, 0o644); err != nil { // left behind by a dead hub
		t.Fatal(err)
	}
	s := NewSet(quiet)
	if err := s.Socket(path, http.HandlerFunc(hello)); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, err %v", info.Mode(), err)
	}
	unix := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}
	if got, err := get(t, unix, "http://hub/"); got != "hello" {
		t.Errorf("got %q, %v", got, err)
	}
	if err := newSet(t).Socket(path, http.HandlerFunc(hello)); !errors.Is(err, ErrBusy) {
		t.Errorf("a second hub got %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	s.Close(ctx)
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
}

// TestPublicDoorAsksForNothing: browsers and other bodies have no certificate of ours, and none is wanted of them.
func TestPublicDoorAsksForNothing(t *testing.T) {
	a, _, err := OpenAuthority(t.TempDir(), nil, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for _, public := range []bool{false, true} {
		addr, err := newSet(t).TLS("127.0.0.1:0", Lock{Authority: a, Public: public}, http.HandlerFunc(hello))
		if err != nil {
			t.Fatal(err)
		}
		asked := false
		conf := &tls.Config{RootCAs: x509.NewCertPool(), GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			asked = true
			return &tls.Certificate{}, nil
		}}
		conf.RootCAs.AppendCertsFromPEM(a.PEM())
		if got, err := get(t, &http.Transport{TLSClientConfig: conf}, "https://"+addr.String()); err != nil || got != "hello" || asked == public {
			t.Errorf("public %v: %q, %v, asked %v", public, got, err, asked)
		}
	}
}
