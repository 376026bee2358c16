package wall

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"zuoxi/wire"
)

// feed is a board that a test tells what to send.
type feed struct {
	mu   sync.Mutex
	send map[string]func(*wire.Board)
	seen chan uint64
	left chan string
}

func newFeed() *feed {
	return &feed{send: map[string]func(*wire.Board){}, seen: make(chan uint64, 16), left: make(chan string, 16)}
}

func (f *feed) Watch(id, _ string, _ uint64, send func(*wire.Board)) {
	f.mu.Lock()
	f.send[id] = send
	f.mu.Unlock()
	send(&wire.Board{
		Version: 7, Fresh: true, At: 1773295500, Sums: &wire.BoardSums{}, Seats: []wire.BoardSeat{{No: "3027", Name: "李某"}},
		Waiting: []wire.BoardWait{{Call: "c1"}}, Lines: []wire.BoardLine{{Subject: "养老保险", Waiting: 2}},
		Alarms: []wire.BoardAlarm{{ID: "talk/3027", Seat: "3027", Text: "3027 李某 连续通话"}, {ID: "wait/养老保险", Text: "养老保险 最久等待", By: "1001 周某"}},
	})
}
func (f *feed) Seen(_ string, v uint64) { f.seen <- v }
func (f *feed) Leave(id string)         { f.left <- id }

func serve(t *testing.T, cfg Config) (*feed, *httptest.Server) {
	t.Helper()
	f := newFeed()
	w, err := New(cfg, f)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(w.Handler())
	t.Cleanup(func() { w.Close(); s.Close() })
	return f, s
}

func get(t *testing.T, c *http.Client, url string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(body), r.Header
}

func client(t *testing.T) *http.Client {
	c := &http.Client{Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func TestWhoMaySeeIt(t *testing.T) {
	if _, err := New(Config{}, newFeed()); !errors.Is(err, ErrOpen) {
		t.Errorf("open to everybody: %v", err)
	}
	if _, err := New(Config{Allow: []string{"the office"}}, newFeed()); err == nil {
		t.Error("a word was taken as an address")
	}
	_, s := serve(t, Config{Token: "synthetic-token"})
	c := client(t)
	for path, want := range map[string]int{"/wall/": 403, "/wall/events": 403, "/wall/?token=wrong": 403, "/wall/?token=": 403, "/wall/uPlot.min.css": 403} {
		if code, body, _ := get(t, c, s.URL+path); code != want || strings.Contains(body, "12333") {
			t.Errorf("%s: %d %q", path, code, body)
		}
	}
	code, _, h := get(t, c, s.URL+"/wall/?token=synthetic-token")
	set := h.Get("Set-Cookie")
	if code != http.StatusFound || h.Get("Location") != "/wall/" || !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Strict") {
		t.Errorf("%d %v", code, h)
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/wall/", nil)
	req.AddCookie(&http.Cookie{Name: cookie, Value: "synthetic-token"})
	r, err := c.Do(req)
	if err != nil || r.StatusCode != 200 {
		t.Fatalf("with the cookie: %v %v", r, err)
	}
	_ = r.Body.Close()
	for _, allow := range []string{"127.0.0.1", "127.0.0.0/8"} {
		_, near := serve(t, Config{Allow: []string{allow}})
		code, body, h := get(t, c, near.URL+"/wall/")
		if code != 200 || !strings.Contains(body, "运行情况") || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'self'") {
			t.Errorf("from %s: %d", allow, code)
		}
	}
	_, far := serve(t, Config{Allow: []string{"192.0.2.0/24"}})
	if code, _, _ := get(t, c, far.URL+"/wall/"); code != 403 {
		t.Errorf("from elsewhere: %d", code)
	}
}

func TestPageNeedsNothingFromOutside(t *testing.T) {
	_, s := serve(t, Config{Allow: []string{"127.0.0.1"}})
	_, page, _ := get(t, client(t), s.URL+"/wall/")
	for _, name := range []string{"uPlot.min.css", "wall.css", "uPlot.iife.min.js", "wall.js"} {
		code, body, _ := get(t, client(t), s.URL+"/wall/"+name)
		if !strings.Contains(page, name) || code != 200 || len(body) < 500 {
			t.Errorf("%s: %d, %d bytes", name, code, len(body))
		}
	}
	if strings.Contains(page, "//") || strings.Contains(page, "style=") {
		t.Error("the page asks for something elsewhere, or its policy forbids its own style")
	}
}

func TestStreamNamesNobody(t *testing.T) {
	f, s := serve(t, Config{Allow: []string{"127.0.0.1"}})
	ctx, cancel := context.WithCancel(t.Context())
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/wall/events", nil)
	r, err := client(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	in := bufio.NewReader(r.Body)
	line, err := in.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"李某", "3027", "周某", "c1"} {
		if strings.Contains(line, secret) {
			t.Errorf("the stream names %s: %s", secret, line)
		}
	}
	var d wire.Board
	if err := json.Unmarshal([]byte(strings.TrimPrefix(line, "data: ")), &d); err != nil || len(d.Lines) != 1 || len(d.Alarms) != 1 || !d.Fresh {
		t.Errorf("%+v %v", d, err)
	}
	if v := <-f.seen; v != 7 {
		t.Errorf("confirmed %d", v)
	}
	f.mu.Lock()
	send := f.send["wall/1"]
	f.mu.Unlock()
	send(&wire.Board{From: 7, Version: 8})
	if v := <-f.seen; v != 8 {
		t.Errorf("confirmed %d", v)
	}
	cancel()
	if id := <-f.left; id != "wall/1" {
		t.Errorf("%s left", id)
	}
}
