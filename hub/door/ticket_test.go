package door

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"testing"
	"time"
)

// device is a registered PC that keeps the hub's tickets.
func device(t *testing.T, a *Authority) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		t.Fatal(err)
	}
	der, _, err := a.SignDevice(request, "pc-1")
	if err != nil {
		t.Fatal(err)
	}
	conf := &tls.Config{
		RootCAs: x509.NewCertPool(), ServerName: "127.0.0.1", ClientSessionCache: tls.NewLRUClientSessionCache(1),
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
	}
	conf.RootCAs.AppendCertsFromPEM(a.PEM())
	return conf
}

// TestBackByTicketAfterARestart: a PC that a hub knew is known to the next one with the same key, as itself, without showing
// its certificate again; not for ever, not once it is revoked, not to another key, and not where a ticket would open what was said.
func TestBackByTicketAfterARestart(t *testing.T) {
	now := time.Now()
	a, _, err := OpenAuthority(t.TempDir(), nil, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	known := true
	lock := Lock{Authority: a, Min: tls.VersionTLS12, Tickets: []byte("key of this hub"), Known: func(id string) bool { return known && id == "pc-1" }}
	knock := func(l Lock, conf *tls.Config) (resumed bool, err error) {
		t.Helper()
		s := NewSet(quiet) // a hub that was started just now
		defer func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			s.Close(ctx)
		}()
		addr, err := s.TLS("127.0.0.1:0", l, OnlyDevices(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { resumed = r.TLS.DidResume })))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := (&http.Client{Transport: &http.Transport{TLSClientConfig: conf, DisableKeepAlives: true}}).Get("https://" + addr.String())
		if err != nil {
			return false, err
		}
		defer func() { _ = resp.Body.Close() }()
		_, err = io.Copy(io.Discard, resp.Body)
		if resp.StatusCode != http.StatusOK {
			t.Errorf("answered %d", resp.StatusCode)
		}
		return resumed, err
	}
	pc, old := device(t, a), device(t, a)
	old.MaxVersion = tls.VersionTLS12
	for i, want := range []bool{false, true, true} {
		if got, err := knock(lock, pc); err != nil || got != want {
			t.Errorf("start %d: resumed %v, %v", i, got, err)
		}
	}
	other := lock
	other.Tickets = []byte("key of another hub")
	if got, err := knock(other, pc); err != nil || got {
		t.Errorf("another key: resumed %v, %v", got, err)
	}
	if _, err := knock(lock, pc); err != nil {
		t.Fatal(err)
	}
	now = now.Add(24 * time.Hour)
	if got, err := knock(lock, pc); err != nil || !got {
		t.Errorf("the day after: resumed %v, %v", got, err)
	}
	now = now.Add(48 * time.Hour)
	if got, err := knock(lock, pc); err != nil || got {
		t.Errorf("two days after: resumed %v, %v", got, err)
	}
	known = false
	if _, err := knock(lock, pc); err == nil {
		t.Error("a revoked PC came back by its ticket")
	}
	known = true
	for range 2 {
		if got, err := knock(lock, old); err != nil || got {
			t.Errorf("TLS 1.2: resumed %v, %v", got, err)
		}
	}
}
