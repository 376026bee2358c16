package reply

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"zuoxi/hub/store"
	"zuoxi/internal/clean"
)

// path is where the forms are.
const path = "/r/"

// Limits of what a stranger may send.
const (
	maxBody  = 64 << 10
	maxNote  = 4000
	maxName  = 40
	maxPhone = 20
	tokenLen = 32
)

const cookie = "zx"

// ServeHTTP implements http.Handler for everything below /r/.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer") // the address is the key
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
	token, ok := strings.CutPrefix(r.URL.Path, path)
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		h.Set("Allow", "GET, POST")
		s.say(w, http.StatusMethodNotAllowed, "这个网页只能打开和提交")
		return
	}
	if !ok || len(token) != tokenLen || strings.Trim(token, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		s.say(w, http.StatusNotFound, gone)
		return
	}
	key := hashed(token)
	if !s.calm.allow(key) || !s.calm.allow(client(r)) {
		h.Set("Retry-After", "60")
		s.say(w, http.StatusTooManyRequests, "打开得太频繁 · 这次没有办理 · 请一分钟后再试")
		return
	}
	p, err := s.posts.ByKey(r.Context(), store.PostLink, store.PostOut, key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		s.say(w, http.StatusNotFound, gone)
	case err != nil:
		s.fail(w, "looking for a link", err)
	case p.State != store.PostSent || !s.cfg.Now().Before(p.Next):
		s.say(w, http.StatusGone, gone)
	case r.Method == http.MethodPost:
		s.answer(w, r, p, token)
	default:
		s.form(w, r, p, token, http.StatusOK, view{})
	}
}

const gone = "链接不对、已经用过或已过期 · 没有办理 · 请联系12333重发"

func client(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return "from " + host
}

func (s *Service) say(w http.ResponseWriter, code int, line string) {
	s.draw(w, code, view{Title: "12333 工单答复", Fault: line})
}

func (s *Service) fail(w http.ResponseWriter, what string, err error) {
	s.cfg.Log.Error("reply form", "what", what, "err", err)
	s.say(w, http.StatusInternalServerError, "系统暂时不能办理 · 没有提交 · 请稍后再试")
}

func (s *Service) draw(w http.ResponseWriter, code int, v view) {
	w.WriteHeader(code)
	if err := page.Execute(w, v); err != nil {
		s.cfg.Log.Warn("drawing the reply form", "err", err)
	}
}

// form draws the sheet with the form below it, and gives the browser its mark.
func (s *Service) form(w http.ResponseWriter, r *http.Request, p store.Post, token string, code int, v view) {
	sheet, err := s.records.Sheet(r.Context(), p.RecordID, p.Route)
	if err != nil {
		s.fail(w, "reading the record", err)
		return
	}
	if len(sheet.Steps) == 0 {
		s.say(w, http.StatusGone, gone)
		return
	}
	if err := s.records.Opened(r.Context(), p.RecordID, p.Route, client(r)); err != nil {
		s.fail(w, "noting who opens the record", err)
		return
	}
	nonce := rand.Text()
	http.SetCookie(w, &http.Cookie{
		Name: cookie, Value: nonce, Path: path + token, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: strings.HasPrefix(s.cfg.Base, "https:"),
	})
	v.Title, v.Sheet, v.Events, v.Until = "12333 工单答复 "+sheet.Number, &sheet, sheet.Steps, s.until(p.Next)
	v.Action, v.CSRF = path+token, s.mark(token, nonce)
	s.draw(w, code, v)
}

// answer takes what was sent.
func (s *Service) answer(w http.ResponseWriter, r *http.Request, p store.Post, token string) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		s.say(w, http.StatusBadRequest, "提交的内容太大或读不懂 · 没有提交 · 请缩短后再试")
		return
	}
	v := view{
		Chosen: r.PostForm.Get("event"), Note: clean.Text(r.PostForm.Get("note"), maxNote), Name: clean.Line(r.PostForm.Get("name"), maxName),
		Phone: clean.Line(r.PostForm.Get("phone"), maxPhone),
	}
	if !s.ours(r, token) {
		v.Fault = "这个页面放得太久，或不是从这里提交的 · 没有提交 · 请核对后再点一次提交"
		s.form(w, r, p, token, http.StatusForbidden, v)
		return
	}
	sheet, err := s.records.Sheet(r.Context(), p.RecordID, p.Route)
	if err != nil {
		s.fail(w, "reading the record", err)
		return
	}
	switch {
	case !slices.ContainsFunc(sheet.Steps, func(x Step) bool { return x.Code == v.Chosen }):
		v.Fault = "没有选怎样办理，或单子已经不在这一步 · 没有提交 · 请重新选择"
	case v.Note == "":
		v.Fault = "没有写答复内容或原因 · 没有提交 · 请写好再提交"
	case v.Name == "":
		v.Fault = "没有写经办人 · 没有提交 · 请写好再提交"
	}
	if v.Fault != "" {
		s.form(w, r, p, token, http.StatusUnprocessableEntity, v)
		return
	}
	refused, err := s.records.Answer(r.Context(), p.RecordID, Answer{
		ID: p.ID, Event: v.Chosen, Note: v.Note, Who: strings.TrimSpace(v.Name + " " + v.Phone), Dept: p.Route,
	})
	if err != nil {
		s.fail(w, "taking the answer", err)
		return
	}
	if refused != "" {
		v.Fault = refused
		s.form(w, r, p, token, http.StatusConflict, v)
		return
	}
	s.thanks(r.Context(), w, p)
}

// ours tells whether the form was sent by the page that we gave to this browser.
func (s *Service) ours(r *http.Request, token string) bool {
	c, err := r.Cookie(cookie)
	if err != nil || !hmac.Equal([]byte(s.mark(token, c.Value)), []byte(r.PostForm.Get("csrf"))) {
		return false
	}
	o := r.Header.Get("Origin")
	if o == "" || o == "null" { // null: our own no-referrer page in some browsers
		return true
	}
	u, err := url.Parse(o)
	return err == nil && (u.Host == r.Host || o == s.cfg.Base)
}

// thanks ends the link, and gives the next one where the department goes on.
func (s *Service) thanks(ctx context.Context, w http.ResponseWriter, p store.Post) {
	p.State, p.Updated = store.PostDone, s.cfg.Now()
	if _, err := s.posts.Update(ctx, p); err != nil && !errors.Is(err, store.ErrConflict) {
		s.fail(w, "ending a link", err)
		return
	}
	v := view{Title: "12333 工单答复", Said: "已收到，谢谢。12333会告知来电人。这个链接已经作废。"}
	sheet, err := s.records.Sheet(ctx, p.RecordID, p.Route)
	if err == nil && len(sheet.Steps) > 0 {
		if l, err := s.Issue(ctx, p.RecordID, p.District, p.Route, p.Agent); err == nil {
			v.Said = "已收到。下一步办理请用这个新链接，请保存："
			v.Link, v.Until = l.URL, s.until(l.Expires)
		}
	}
	s.draw(w, http.StatusOK, v)
}

// calm bounds how often a link is used and an address comes: a full bucket of
// tries that fills again in a minute.
type calm struct {
	now func() time.Time

	mu   sync.Mutex
	seen map[string]bucket
}

type bucket struct {
	left float64
	at   time.Time
}

const (
	tries     = 30 // a minute
	mostCalms = 10000
)

func newCalm(now func() time.Time) *calm { return &calm{now: now, seen: map[string]bucket{}} }

func (c *calm) allow(key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	b, ok := c.seen[key]
	if !ok {
		if len(c.seen) >= mostCalms {
			c.forget(now)
		}
		b = bucket{tries, now}
	}
	b.left = min(tries, b.left+now.Sub(b.at).Minutes()*tries)
	b.at = now
	allowed := b.left >= 1
	if allowed {
		b.left--
	}
	c.seen[key] = b
	return allowed
}

// forget drops what is full again; if nothing is, everything: a flood must not
// hold the memory, and each link is still bounded by the address it comes from.
func (c *calm) forget(now time.Time) {
	for k, b := range c.seen {
		if now.Sub(b.at) > time.Minute {
			delete(c.seen, k)
		}
	}
	if len(c.seen) >= mostCalms {
		clear(c.seen)
	}
}
