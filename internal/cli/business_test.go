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
