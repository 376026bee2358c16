// Package browser drives a real Chromium without a window, by its own protocol, so that tests act on the hub's pages as a
// person at them would and look at what that person sees. For tests only; it knows nothing of what it shows. It promises that
// the browser ends with its test and leaves nothing behind.
package browser

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Width and Height are what a page has: a screen on a wall without anything of the browser's.
const (
	Width  = 1920
	Height = 1080
)

// patience is how long a page may take on a machine that does other things too.
const patience = 60 * time.Second

// Browser is one running Chromium.
type Browser struct {
	t    testing.TB
	base string // of its HTTP side
}

// Start starts a browser, which ends with the test.
func Start(t testing.TB) *Browser {
	t.Helper()
	dir := t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-extensions", "--ignore-certificate-errors",
		"--user-data-dir="+dir, "--remote-debugging-port=0", "about:blank")
	cmd.Env = append(os.Environ(), "HOME="+dir)
	// It is a family of processes, which end together.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	family := func(sig syscall.Signal) error { return syscall.Kill(-cmd.Process.Pid, sig) }
	cmd.Cancel = func() error { return family(syscall.SIGKILL) }
	if err := cmd.Start(); err != nil {
		t.Fatalf("chromium does not start: %v · scripts/deps.sh test installs it", err)
	}
	t.Cleanup(func() {
		stop()
		_ = cmd.Wait() // it was killed
		Until(t, "the browser's end", func() bool { return family(0) != nil })
	})
	b := &Browser{t: t}
	Until(t, "the browser's port", func() bool {
		raw, err := os.ReadFile(filepath.Join(dir, "DevToolsActivePort"))
		port, _, _ := strings.Cut(string(raw), "\n")
		b.base = "http://127.0.0.1:" + port
		return err == nil && port != ""
	})
	return b
}

// Until waits until something is so.
func Until(t testing.TB, what string, is func() bool) {
	t.Helper()
	limit := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("waited %s for %s", patience, what)
		}
	}
}

// Page is a page in a tab of its own.
type Page struct {
	t  testing.TB
	ws *websocket.Conn
	id int
}

// Open shows a page.
func (b *Browser) Open(url string) *Page {
	b.t.Helper()
	address, err := b.tab(url)
	if err != nil {
		b.t.Fatal(err)
	}
	ws, _, err := websocket.DefaultDialer.Dial(address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = ws.Close() })
	p := &Page{t: b.t, ws: ws}
	p.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": Width, "height": Height, "deviceScaleFactor": 1, "mobile": false}, &struct{}{})
	return p
}

// tab opens a tab and tells where it is driven.
func (b *Browser) tab(url string) (address string, err error) {
	req, err := http.NewRequest(http.MethodPut, b.base+"/json/new?"+url, nil)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer http.DefaultClient.CloseIdleConnections()
	raw, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return "", err
	}
	var tab struct {
		URL string `json:"webSocketDebuggerUrl"`
	}
	if err := json.Unmarshal(raw, &tab); err != nil {
		return "", fmt.Errorf("the browser's answer %s: %w", raw, err)
	}
	return tab.URL, nil
}

// call asks the browser for one thing and reads the answer.
func (p *Page) call(method string, params map[string]any, result any) {
	p.t.Helper()
	p.id++
	err := p.ws.WriteJSON(map[string]any{"id": p.id, "method": method, "params": params})
	for err == nil {
		var m struct {
			ID     int             `json:"id"`
			Result json.RawMessage `json:"result"`
			Error  *struct{ Message string }
		}
		if err = p.ws.ReadJSON(&m); err != nil || m.ID != p.id {
			continue // an event, not the answer
		}
		if m.Error != nil {
			p.t.Fatalf("%s: %s", method, m.Error.Message)
		}
		if err = json.Unmarshal(m.Result, result); err == nil {
			return
		}
	}
	p.t.Fatal(err)
}

// Run evaluates JavaScript in the page, as somebody at it would act, and returns the value as text.
func (p *Page) Run(js string) string {
	p.t.Helper()
	var out struct {
		Result struct{ Value string } `json:"result"`
	}
	p.call("Runtime.evaluate", map[string]any{"expression": "String(" + js + ")", "returnByValue": true}, &out)
	return out.Result.Value
}

// Shot keeps what the page shows as a PNG under the module's build folder, for people to look at, and returns the picture.
func (p *Page) Shot(name string) []byte {
	p.t.Helper()
	var out struct {
		Data string `json:"data"`
	}
	p.call("Page.captureScreenshot", map[string]any{"format": "png"}, &out)
	raw, err := base64.StdEncoding.DecodeString(out.Data)
	if err != nil {
		p.t.Fatal(err)
	}
	dir := filepath.Join(root(p.t), "build", "shots")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), raw, 0o600); err != nil {
		p.t.Fatal(err)
	}
	return raw
}

// root is the folder of go.mod, above the test's.
func root(t testing.TB) string {
	dir, err := os.Getwd()
	for err == nil && dir != "/" {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	t.Fatalf("no go.mod above the test: %v", err)
	return ""
}
