// Package wall is the leaders' page: the board on the big screen on the wall, in
// a browser, read-only. The hub feeds it with the same deltas as the desks and
// opens its listener. It promises that no person is on it, neither citizen nor
// agent: only figures, queues, topics and the alarms that name no seat; that
// who may not see it is told nothing; and that a browser that is slow costs
// nobody anything.
package wall

import (
	"context"
	"crypto/subtle"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"zuoxi/wire"
)

// uPlot (MIT, static/uPlot.LICENSE) is taken as it was published: make wall-lib.
//
//go:embed static
var files embed.FS

// Config says who may see the page.
type Config struct {
	Listen []string // https://host:port, http:// on loopback only; empty: no page
	Token  string   // asked of who is not in Allow; empty: nobody else gets in
	Allow  []string // addresses and networks in CIDR that need no token
}

// Feed is the board.
type Feed interface {
	// Watch sends what changed since what was confirmed by Seen. send must not wait.
	Watch(id, scope string, have uint64, send func(*wire.Board))
	Seen(id string, version uint64)
	Leave(id string)
}

// mostScreens is how many browsers may watch at once.
const mostScreens = 64

// writeLimit is how long a browser may take to accept one message.
const writeLimit = 10 * time.Second

// cookie holds the token once it was given.
const cookie = "zuoxi_wall"

// Wall serves the page.
type Wall struct {
	token  string
	allow  []netip.Prefix
	feed   Feed
	static http.Handler
	life   context.Context
	end    context.CancelFunc
	count  atomic.Int64
	ids    atomic.Int64
	busy   sync.WaitGroup
}

// ErrOpen tells that the page would be open to everybody.
var ErrOpen = errors.New("neither a token nor a list of addresses")

// New makes the page; Close it.
func New(cfg Config, feed Feed) (*Wall, error) {
	w := &Wall{token: cfg.Token, feed: feed}
	for _, a := range cfg.Allow {
		p, err := netip.ParsePrefix(a)
		if err != nil {
			ip, aerr := netip.ParseAddr(a)
			if aerr != nil {
				return nil, fmt.Errorf("address %q: %w", a, err)
			}
			p = netip.PrefixFrom(ip, ip.BitLen())
		}
		w.allow = append(w.allow, p)
	}
	if w.token == "" && len(w.allow) == 0 {
		return nil, ErrOpen
	}
	static, err := fs.Sub(files, "static")
	if err != nil {
		return nil, fmt.Errorf("the page's files: %w", err)
	}
	w.static = http.FileServerFS(static)
	w.life, w.end = context.WithCancel(context.Background())
	return w, nil
}

// Close ends all streams and waits for them.
func (w *Wall) Close() {
	w.end()
	w.busy.Wait()
}

// Handler serves the page, its files and its stream, under /wall/.
func (w *Wall) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /wall/events", http.HandlerFunc(w.events))
	mux.Handle("GET /wall/", http.StripPrefix("/wall/", w.static))
	mux.Handle("GET /{$}", http.RedirectHandler("/wall/", http.StatusFound))
	return w.guard(mux)
}

// guard lets in who may see the page, and says nothing to others.
func (w *Wall) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		h := rw.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		given := r.URL.Query().Get("token")
		if w.known(given) && given != "" {
			// The address bar of the screen on the wall must not show it.
			http.SetCookie(rw, &http.Cookie{
				Name: cookie, Value: given, Path: "/wall/", HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
			})
			http.Redirect(rw, r, "/wall/", http.StatusFound)
			return
		}
		if c, err := r.Cookie(cookie); w.allowed(r.RemoteAddr) || err == nil && w.known(c.Value) {
			next.ServeHTTP(rw, r)
			return
		}
		http.Error(rw, "没有权限看这一页 · 请向管理员要地址", http.StatusForbidden)
	})
}

func (w *Wall) known(token string) bool {
	return w.token != "" && subtle.ConstantTimeCompare([]byte(token), []byte(w.token)) == 1
}

func (w *Wall) allowed(remote string) bool {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range w.allow {
		if p.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}

// events is the stream of one browser: server-sent events with the board's deltas.
func (w *Wall) events(rw http.ResponseWriter, r *http.Request) {
	w.busy.Add(1)
	defer w.busy.Done()
	defer w.count.Add(-1)
	if w.count.Add(1) > mostScreens || w.life.Err() != nil {
		http.Error(rw, "看的人太多 · 请稍后再试", http.StatusServiceUnavailable)
		return
	}
	out := http.NewResponseController(rw)
	// The listener's time for reading a request is over long before the stream is.
	if err := out.SetReadDeadline(time.Time{}); err != nil {
		http.Error(rw, "这个连接不能看实时数据", http.StatusInternalServerError)
		return
	}
	rw.Header().Set("Content-Type", "text/event-stream")
	id := "wall/" + strconv.FormatInt(w.ids.Add(1), 10)
	latest := make(chan *wire.Board, 1) // the newest replaces one that was not taken
	w.feed.Watch(id, "", 0, func(d *wire.Board) { replace(latest, d) })
	defer w.feed.Leave(id)
	for {
		select {
		case <-r.Context().Done():
			return
		case <-w.life.Done():
			return
		case d := <-latest:
			if err := write(rw, out, d); err != nil {
				return
			}
			w.feed.Seen(id, d.Version)
		}
	}
}

func replace(slot chan *wire.Board, d *wire.Board) {
	for {
		select {
		case slot <- d:
			return
		default:
		}
		select {
		case <-slot:
		default:
		}
	}
}

func write(rw http.ResponseWriter, out *http.ResponseController, d *wire.Board) error {
	raw, err := json.Marshal(public(d))
	if err != nil {
		return fmt.Errorf("encoding the board: %w", err)
	}
	if err := out.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return fmt.Errorf("the browser's connection: %w", err)
	}
	if _, err := fmt.Fprintf(rw, "data: %s\n\n", raw); err != nil {
		return fmt.Errorf("to the browser: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("to the browser: %w", err)
	}
	return nil
}

// public leaves out everything about persons: the seats, the callers in the
// line one by one, and alarms that name a seat.
func public(d *wire.Board) *wire.Board {
	out := &wire.Board{
		From: d.From, Version: d.Version, Fresh: d.Fresh, More: d.More, At: d.At, Sums: d.Sums, Lines: d.Lines, Topics: d.Topics, Minutes: d.Minutes,
	}
	for _, a := range d.Alarms {
		if a.Seat == "" {
			a.By = ""
			out.Alarms = append(out.Alarms, a)
		}
	}
	return out
}
