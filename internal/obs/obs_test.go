package obs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func logged(t *testing.T, write func(*slog.Logger)) map[string]any {
	t.Helper()
	var b bytes.Buffer
	write(Logger(&b, slog.LevelInfo))
	var line map[string]any
	if err := json.Unmarshal(b.Bytes(), &line); err != nil {
		t.Fatalf("%v: %s", err, b.String())
	}
	return line
}

// TestNothingInTheLogIsObeyed: what a terminal obeys is written as an escape, wherever it stands, and reads back as it was.
func TestNothingInTheLogIsObeyed(t *testing.T) {
	t.Parallel()
	const hostile = "甲\x1b[31m\u009b2J\u202e\u2028\x7f\U000e0041乙"
	var b bytes.Buffer
	Logger(&b, slog.LevelInfo).Info(hostile, "k"+hostile, hostile, slog.Group(hostile, "err", errors.New(hostile)))
	if i := bytes.IndexFunc(bytes.TrimSuffix(b.Bytes(), []byte("\n")), func(r rune) bool { return !unicode.IsGraphic(r) }); i >= 0 {
		t.Errorf("%q at %d", b.String(), i)
	}
	var line map[string]any
	if err := json.Unmarshal(b.Bytes(), &line); err != nil || line["msg"] != hostile || line["k"+hostile] != hostile {
		t.Errorf("%v %q", err, line)
	}
}

func TestRedaction(t *testing.T) {
	t.Parallel()
	const phone, idno = "13900000042", "11010119900101000X"
	line := logged(t, func(l *slog.Logger) {
		l.Info("call from "+phone, "number", phone, "Name", "张三", "note", "tel "+phone+" id "+idno,
			"err", errors.New("dial "+phone), "grouped", "139 0000 0042", "any", struct{ N string }{phone},
			"call_id", "c20261010-12345678-7", "trace", phone, "port", 5060, slog.Group("caller", "idno", idno, "area", "0571"))
	})
	text, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{phone, idno, "张三", "139 0000 0042", "0000004"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("%q reached the log: %s", secret, text)
		}
	}
	if line["call_id"] != "c20261010-12345678-7" {
		t.Errorf("our own id was masked: %v", line["call_id"])
	}
	if line["number"] != Redacted || line["Name"] != Redacted {
		t.Errorf("number %v, name %v", line["number"], line["Name"])
	}
	if line["port"] != float64(5060) || line["caller"].(map[string]any)["area"] != "0571" {
		t.Errorf("harmless values changed: %s", text)
	}
	if line["time"] == nil || line["level"] != "INFO" {
		t.Errorf("time or level lost: %s", text)
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"123456": "123456", "1234567": "*******", "11010119900101000X": strings.Repeat("*", 18),
		"２０２６１０１０": "********", "2026-10-10 12:00": "2026-10-10 12:00", "139-0000-0042": "*************",
	} {
		if got := Mask(in); got != want {
			t.Errorf("Mask(%q) = %q, want %q", in, got, want)
		}
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url) //nolint:noctx // a test against our own loopback listener
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestServer(t *testing.T) {
	m := NewMetrics()
	m.Counter("calls_total", "Calls.").Inc()
	bad := errors.New("数据库不可用")
	s, err := Listen("127.0.0.1:0", m, map[string]Check{
		"store": func(context.Context) error { return bad },
		"media": func(context.Context) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	url := "http://" + s.Addr()
	if code, body := get(t, url+"/healthz"); code != 200 || body != "ok\n" {
		t.Errorf("healthz: %d %q", code, body)
	}
	if code, body := get(t, url+"/readyz"); code != 503 || !strings.Contains(body, bad.Error()) || !strings.Contains(body, `"media":"ok"`) {
		t.Errorf("readyz: %d %q", code, body)
	}
	if code, body := get(t, url+"/metrics"); code != 200 || !strings.Contains(body, "zuoxi_calls_total 1") {
		t.Errorf("metrics: %d", code)
	}
	http.DefaultClient.CloseIdleConnections()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestListenRefusesOutside(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", "[::]:0", ":0", "192.0.2.1:0"} {
		if s, err := Listen(addr, NewMetrics(), nil); !errors.Is(err, ErrNotLoopback) {
			t.Errorf("Listen(%q) = %v, %v", addr, s, err)
		}
	}
}
