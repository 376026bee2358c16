package cli

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/business"
)

func TestSandboxServesOnLoopbackOnly(t *testing.T) {
	for _, bad := range []string{"0.0.0.0:0", "192.0.2.1:0", "x"} {
		var u *usage
		if s, err := openSandbox(bad, business.NewSandbox(time.Now)); !errors.As(err, &u) || s != nil {
			t.Errorf("%s: %v", bad, err)
		}
	}
	s, err := openSandbox("127.0.0.1:0", business.NewSandbox(time.Now))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(s.URL+"/v1/verify", "application/json", strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), "沙箱") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
}

// TestDemoHandsCasesOver: the demo's hub finds labour inspection where its
// configuration says, with the token that it reads, and takes a case once.
func TestDemoHandsCasesOver(t *testing.T) {
	a := &run{}
	shut, err := a.demoOthers(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := routes(a.cfg.Outside.Routes)[0]
	for _, want := range []int{http.StatusCreated, http.StatusOK} {
		req, err := http.NewRequest(http.MethodPost, r.URL+"/v1/cases", strings.NewReader(`{"id":"c1","kind":"complaint"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+r.Token)
		req.Header.Set("Idempotency-Key", "c1")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("answered %d, want %d", resp.StatusCode, want)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	if err := shut(); err != nil {
		t.Error(err)
	}
	if r.Name != "劳动保障监察" || a.cfg.Hub.Business.URL == "" || a.cfg.Hub.Business.Substitute == "" {
		t.Errorf("route %+v, business %+v", r, a.cfg.Hub.Business)
	}
}
