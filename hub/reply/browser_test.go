package reply

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// browser is a real Chromium without a window, driven by its own protocol.
type browser struct {
	t    *testing.T
	base string // of its HTTP side
	ws   *websocket.Conn
	id   int
}

func startBrowser(t *testing.T) *browser {
	t.Helper()
	dir := t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-extensions", "--user-data-dir="+dir, "--remote-debugging-port=0", "about:blank")
	cmd.Env = append(os.Environ(), "HOME="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatalf("chromium does not start: %v · scripts/deps.sh test installs it", err)
	}
	t.Cleanup(func() { stop(); _ = cmd.Wait() }) // it was killed
	b := &browser{t: t}
	b.until("the browser's port", func() bool {
		raw, err := os.ReadFile(filepath.Join(dir, "DevToolsActivePort"))
		port, _, _ := strings.Cut(string(raw), "\n")
		b.base = "http://127.0.0.1:" + port
		return err == nil && port != ""
	})
	return b
}

func (b *browser) until(what string, is func() bool) {
	b.t.Helper()
	limit := time.After(60 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-limit:
			b.t.Fatalf("waited 60 s for %s", what)
		}
	}
}

// open shows a page in a tab of its own.
func (b *browser) open(url string) {
	b.t.Helper()
	req, err := http.NewRequest(http.MethodPut, b.base+"/json/new?"+url, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	var tab struct {
		URL string `json:"webSocketDebuggerUrl"`
	}
	if err := json.Unmarshal(raw, &tab); err != nil {
		b.t.Fatalf("%v: %s", err, raw)
	}
	http.DefaultClient.CloseIdleConnections()
	if b.ws, _, err = websocket.DefaultDialer.Dial(tab.URL, nil); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = b.ws.Close() })
}

// run evaluates JavaScript in the page, as somebody at it would act.
func (b *browser) run(js string) string {
	b.t.Helper()
	b.id++
	err := b.ws.WriteJSON(map[string]any{"id": b.id, "method": "Runtime.evaluate", "params": map[string]any{"expression": "String(" + js + ")", "returnByValue": true}})
	for err == nil {
		var m struct {
			ID     int `json:"id"`
			Result struct {
				Result struct{ Value string } `json:"result"`
			} `json:"result"`
		}
		if err = b.ws.ReadJSON(&m); err == nil && m.ID == b.id {
			return m.Result.Result.Value
		}
	}
	b.t.Fatal(err)
	return ""
}

// TestInARealBrowser fills the form as a person would: with hostile text in the
// sheet, no script runs, and an answer that is incomplete is not lost.
func TestInARealBrowser(t *testing.T) {
	w := open(t, 1)
	b := startBrowser(t)
	b.open(w.link())
	b.until("the form", func() bool {
		return b.run(`document.readyState === 'complete' && !!document.querySelector('form')`) == "true"
	})
	for what, want := range map[string]string{
		`document.querySelectorAll('script, img').length`:                      "0",
		`document.body.innerText.includes('<script>alert(1)</script>问年限')`:     "true",
		`getComputedStyle(document.querySelector('table')).borderCollapse`:     "collapse", // the page's own style passes its policy
		`document.querySelector('#event').options.length`:                      "2",
		`document.documentElement.scrollWidth <= window.innerWidth`:            "true",
		`document.querySelector('label[for=note]').innerText.includes('答复内容')`: "true",
	} {
		if got := b.run(what); got != want {
			t.Errorf("%s is %s, want %s", what, got, want)
		}
	}
	// The browser itself keeps an incomplete form back.
	b.run(`document.querySelector('button').click()`)
	if got := b.run(`document.querySelector('#note').matches(':invalid')`); got != "true" || len(w.desk.got) != 0 {
		t.Errorf("an empty form: %s, %v", got, w.desk.got)
	}
	b.run(fmt.Sprintf(`(document.querySelector('#note').value = %q, document.querySelector('#name').value = '经办甲')`, "满十五年即可。<b>\n第二行"))
	b.run(`document.querySelector('button').click()`)
	b.until("the thanks", func() bool {
		return b.run(`document.readyState === 'complete' && !!document.querySelector('#said')`) == "true"
	})
	if got := b.run(`document.querySelector('#said').innerText`); !strings.Contains(got, "谢谢") {
		t.Errorf("said %q", got)
	}
	w.desk.mu.Lock()
	defer w.desk.mu.Unlock()
	if len(w.desk.got) != 1 || w.desk.got[0].Note != "满十五年即可。<b>\n第二行" || w.desk.got[0].Event != "dept_answer" {
		t.Errorf("took %+v", w.desk.got)
	}
}
