package reply

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/sqlite"
)

// desk is a record that wants two answers.
type desk struct {
	mu   sync.Mutex
	got  []Answer
	left int
	says string
	seen []string // who was about to see it
	deaf error    // nothing can be written down
}

func (d *desk) Opened(_ context.Context, record, dept, from string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen = append(d.seen, strings.Join([]string{record, dept, from}, " "))
	return d.deaf
}

func (d *desk) Sheet(context.Context, string, string) (Sheet, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := Sheet{Number: "0312-8001-1", Kind: "咨询", Question: "<script>alert(1)</script>问年限", Dept: "某科", Persons: []Pair{{"称呼", "测*"}},
		Thread: []Line{{At: "03-12", Who: "8001", What: "转办", Note: `"><img src=x onerror=alert(1)>`}}}
	if d.left > 0 {
		out.Steps = []Step{{Code: "dept_answer", Label: "部门答复"}, {Code: "send_back", Label: "退回", Reason: true}}
	}
	return out, nil
}

func (d *desk) Answer(_ context.Context, _ string, a Answer) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.says != "" {
		return d.says, nil
	}
	d.got = append(d.got, a)
	d.left--
	return "", nil
}

type world struct {
	*Service
	t    *testing.T
	desk *desk
	srv  *httptest.Server
	now  time.Time
}

func open(t *testing.T, left int) *world {
	t.Helper()
	db, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w := &world{t: t, desk: &desk{left: left}, now: time.Date(2026, 3, 12, 4, 0, 0, 0, time.UTC)}
	w.srv = httptest.NewUnstartedServer(nil)
	w.Service = New(db.Posts, w.desk, Config{
		Base: "http://" + w.srv.Listener.Addr().String(), Key: []byte("key of the test"), Zone: time.UTC, Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler),
	})
	w.srv.Config.Handler = w.Service
	w.srv.Start()
	t.Cleanup(w.srv.Close)
	return w
}

func (w *world) link() string {
	w.t.Helper()
	l, err := w.Issue(context.Background(), "r1", "320100", "某科", "8001")
	if err != nil {
		w.t.Fatal(err)
	}
	return l.URL
}

func (w *world) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	c := w.srv.Client()
	return &http.Client{Transport: c.Transport, Jar: jar}
}

func (w *world) get(c *http.Client, link string) (int, string) {
	w.t.Helper()
	resp, err := c.Get(link)
	return w.body(resp, err)
}

func (w *world) body(resp *http.Response, err error) (int, string) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if resp.Header.Get("Content-Security-Policy") == "" || resp.Header.Get("Referrer-Policy") != "no-referrer" || resp.Header.Get("Cache-Control") != "no-store" {
		w.t.Errorf("headers %v", resp.Header)
	}
	return resp.StatusCode, string(raw)
}

var hidden = regexp.MustCompile(`name="csrf" value="([0-9a-f]+)"`)

func (w *world) post(c *http.Client, link, csrf string, more url.Values) (int, string) {
	w.t.Helper()
	v := url.Values{"csrf": {csrf}, "event": {"dept_answer"}, "note": {"满十五年即可"}, "name": {"经办甲"}, "phone": {"025-88880001"}}
	for k, x := range more {
		v[k] = x
	}
	resp, err := c.PostForm(link, v)
	return w.body(resp, err)
}

func csrf(t *testing.T, html string) string {
	t.Helper()
	m := hidden.FindStringSubmatch(html)
	if m == nil {
		t.Fatalf("no form in %s", html)
	}
	return m[1]
}

func TestALinkWorksOnceAndGivesTheNext(t *testing.T) {
	w := open(t, 2)
	c, link := w.browser(), w.link()
	code, html := w.get(c, link)
	if code != 200 || strings.Contains(html, "<script") || strings.Contains(html, "<img") || !strings.Contains(html, "部门答复") {
		t.Fatalf("%d %s", code, html)
	}
	code, html = w.post(c, link, csrf(t, html), nil)
	next := regexp.MustCompile(`http://[^<]+/r/[a-z2-7]{32}`).FindString(html)
	if code != 200 || next == "" || next == link || len(w.desk.got) != 1 || w.desk.got[0].Who != "经办甲 025-88880001" {
		t.Fatalf("%d %+v %s", code, w.desk.got, html)
	}
	if code, _ := w.get(c, link); code != http.StatusGone {
		t.Errorf("the first link still works: %d", code)
	}
	_, html = w.get(c, next)
	if code, html = w.post(c, next, csrf(t, html), url.Values{"event": {"send_back"}}); code != 200 || !strings.Contains(html, "谢谢") {
		t.Errorf("%d %s", code, html)
	}
	if code, _ := w.get(c, next); code != http.StatusGone || len(w.desk.got) != 2 {
		t.Errorf("%d %+v", code, w.desk.got)
	}
}

// TestNothingIsShownUnnoted: who opens a link is written down before the sheet is drawn, or it is not drawn.
func TestNothingIsShownUnnoted(t *testing.T) {
	w := open(t, 1)
	c, link := w.browser(), w.link()
	if code, html := w.get(c, link); code != http.StatusOK || !strings.Contains(html, "问年限") || len(w.desk.seen) != 1 || w.desk.seen[0] != "r1 某科 from 127.0.0.1" {
		t.Fatalf("%d, noted %q", code, w.desk.seen)
	}
	w.desk.deaf = errors.New("the log is full")
	if code, html := w.get(c, link); code != http.StatusInternalServerError || strings.Contains(html, "问年限") {
		t.Errorf("shown without a note: %d", code)
	}
	if w.get(c, strings.Replace(link, "/r/", "/r/a", 1)); len(w.desk.seen) != 2 {
		t.Errorf("a wrong link was noted: %q", w.desk.seen)
	}
}

func TestLinksDie(t *testing.T) {
	w := open(t, 9)
	c, first := w.browser(), w.link()
	second := w.link()
	if code, _ := w.get(c, first); code != http.StatusGone {
		t.Errorf("a link that was replaced: %d", code)
	}
	if code, _ := w.get(c, second); code != 200 {
		t.Errorf("the newest link: %d", code)
	}
	w.now = w.now.Add(7 * 24 * time.Hour)
	if code, _ := w.get(c, second); code != http.StatusGone {
		t.Errorf("an old link: %d", code)
	}
	for _, bad := range []string{"/r/", "/r/abc", "/r/" + strings.Repeat("a", 32), "/r/" + strings.Repeat("A", 32), "/x", "/r/../r/" + strings.Repeat("a", 30), "/r/" + strings.Repeat("%00", 32)} {
		if code, html := w.get(c, w.srv.URL+bad); code != http.StatusNotFound || strings.Contains(html, "0312") {
			t.Errorf("%s: %d", bad, code)
		}
	}
}

func TestForgedAndFaultyAnswersChangeNothing(t *testing.T) {
	w := open(t, 9)
	c, link := w.browser(), w.link()
	_, html := w.get(c, link)
	mark := csrf(t, html)
	if code, _ := w.post(w.browser(), link, mark, nil); code != http.StatusForbidden {
		t.Errorf("another browser: %d", code)
	}
	if code, _ := w.post(c, link, strings.Repeat("0", 64), nil); code != http.StatusForbidden {
		t.Errorf("a forged mark: %d", code)
	}
	req, _ := http.NewRequest(http.MethodPost, link, strings.NewReader(url.Values{"csrf": {mark}, "event": {"dept_answer"}, "note": {"x"}, "name": {"y"}}.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "https://elsewhere.example")
	if code, _ := w.body(c.Do(req)); code != http.StatusForbidden {
		t.Errorf("from elsewhere: %d", code)
	}
	_, html = w.get(c, link)
	mark = csrf(t, html)
	for name, v := range map[string]url.Values{"no step": {"event": {"void"}}, "no note": {"note": {" \x00\u202e "}}, "no name": {"name": {""}}} {
		code, html := w.post(c, link, mark, v)
		if code != http.StatusUnprocessableEntity || name != "no note" && !strings.Contains(html, "满十五年即可") {
			t.Errorf("%s: %d, what was written is lost: %v", name, code, !strings.Contains(html, "满十五年即可"))
		}
		mark = csrf(t, html)
	}
	if code, _ := w.post(c, link, mark, url.Values{"note": {strings.Repeat("长", maxBody)}}); code != http.StatusBadRequest {
		t.Errorf("too much: %d", code)
	}
	w.desk.says = "这张单已不在这一步"
	if code, html := w.post(c, link, mark, nil); code != http.StatusConflict || !strings.Contains(html, "已不在这一步") {
		t.Errorf("refused: %d", code)
	}
	if len(w.desk.got) != 0 {
		t.Errorf("taken: %+v", w.desk.got)
	}
	req, _ = http.NewRequest(http.MethodDelete, link, nil)
	if code, _ := w.body(c.Do(req)); code != http.StatusMethodNotAllowed {
		t.Errorf("DELETE: %d", code)
	}
}

func TestWhatIsSentIsCleaned(t *testing.T) {
	w := open(t, 1)
	c, link := w.browser(), w.link()
	_, html := w.get(c, link)
	w.post(c, link, csrf(t, html), url.Values{"note": {"可以\x1b[2J\u202e<b>办</b>\r\n第二行"}, "name": {"甲\n乙\x07"}})
	if len(w.desk.got) != 1 {
		t.Fatal("not taken")
	}
	if a := w.desk.got[0]; strings.ContainsAny(a.Note+a.Who, "\x1b\u202e\r\x07") || strings.Contains(a.Who, "\n") || !strings.Contains(a.Note, "<b>办</b>") {
		t.Errorf("took %q", a)
	}
}

func TestTooManyTries(t *testing.T) {
	w := open(t, 1)
	c := w.browser()
	last := 0
	for range tries + 1 {
		last, _ = w.get(c, w.srv.URL+"/r/"+strings.Repeat("b", 32))
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the last try: %d", last)
	}
	w.now = w.now.Add(time.Minute)
	if last, _ = w.get(c, w.srv.URL+"/r/"+strings.Repeat("b", 32)); last != http.StatusNotFound {
		t.Errorf("after a minute: %d", last)
	}
	for i := range 3 * mostCalms {
		w.calm.allow(store.NewID(w.now.Add(time.Duration(i) * time.Second)))
	}
	if len(w.calm.seen) > mostCalms {
		t.Errorf("remembers %d", len(w.calm.seen))
	}
}

func TestPrint(t *testing.T) {
	w := open(t, 1)
	sheet, _ := w.desk.Sheet(t.Context(), "", "")
	html, err := w.Print(sheet, Link{URL: "https://example.gov/r/x", Expires: w.now})
	if s := string(html); err != nil || strings.Contains(s, "<form") || strings.Contains(s, "<script") || !strings.Contains(s, "https://example.gov/r/x") || !strings.Contains(s, "2026年3月12日") {
		t.Errorf("%v %s", err, s)
	}
}
