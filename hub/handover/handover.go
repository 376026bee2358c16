// Package handover gives cases to other bodies, such as labour inspection,
// mediation or the hotline 12345, and takes theirs, by the JSON interface of
// docs/handover.md. It owns the interface, the client, the server and a
// reference receiver. The hub sends through its post office and steps the
// records. It promises that a case is there once however often it is sent, that
// what a body says of it is taken once and only from that body, and that persons
// are told only to a body that handles that kind of case.
package handover

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"zuoxi/hub/store"
	"zuoxi/internal/clean"
	rule "zuoxi/rules/handover"
	"zuoxi/wire"
)

// Version of the interface; it is part of every path.
const Version = "v1"

// Case is a case on its way. Persons is nil where the receiver does not handle it.
type Case struct {
	ID       string            `json:"id"` // the sender's, the same in every try
	Number   string            `json:"number"`
	Kind     string            `json:"kind"` // of rules/ticket
	Subject  string            `json:"subject,omitempty"`
	Region   string            `json:"region,omitempty"`
	Urgent   bool              `json:"urgent,omitempty"`
	Created  time.Time         `json:"created"`
	Due      time.Time         `json:"due,omitzero"`
	Question string            `json:"question"`
	Answer   string            `json:"answer,omitempty"`
	Facts    map[string]string `json:"facts,omitempty"` // fields of the kind
	Persons  *Persons          `json:"persons,omitempty"`
}

// Persons is who the case is about.
type Persons struct {
	Name   string            `json:"name,omitempty"`
	Phone  string            `json:"phone,omitempty"`
	IDNo   string            `json:"id_number,omitempty"`
	Others map[string]string `json:"others,omitempty"`
}

// Receipt is the answer to a case, and what is known of it later.
type Receipt struct {
	Receipt string     `json:"receipt"` // the receiver's own number
	State   rule.State `json:"state"`
	Note    string     `json:"note,omitempty"`
	At      time.Time  `json:"at,omitzero"`
}

// Route is one body.
type Route struct {
	Code    string   // labour_inspection, mediation, 12345 …
	Name    string   // as agents write it when they forward: 劳动保障监察
	URL     string   // of its receiver; empty: it only sends to us
	Token   string   // that we show it
	Accept  string   // that it shows us; empty: it may not send
	Handles []string // kinds of which it gets the persons
	Owner   string   // 工号 who looks after its cases here
}

// Records is the hub's records as this package uses them.
type Records interface {
	// Case gives a record, the persons opened if they go along.
	Case(ctx context.Context, record string, handles []string) (Case, error)
	// Take makes a record of a case from outside and gives its number and id.
	Take(ctx context.Context, r Route, c Case) (number, record string, err error)
	// Heard takes the steps that follow from what a body says; id is of the word.
	Heard(ctx context.Context, record string, r Route, id string, w Receipt) error
	// Stands tells how a case that was taken stands.
	Stands(ctx context.Context, record string) (Receipt, error)
}

// ErrRoute tells of a route that cannot be used.
var ErrRoute = errors.New("移送路由的配置不能用 · 中心没有启动 · 请检查 outside.route 的 code、name、url（要 https:// 或本机）和令牌")

// Config of a service.
type Config struct {
	Routes   []Route
	District string
	Every    time.Duration // how often bodies are asked how cases stand
	Timeout  time.Duration
	Now      func() time.Time
	Log      *slog.Logger
	// Refused makes the error that the post office knows as final.
	Refused func(why string) error
}

// Service gives and takes cases. Any goroutine may use it.
type Service struct {
	cfg     Config
	posts   store.Posts
	records Records
	http    *http.Client
}

// New checks the routes and makes the service.
func New(posts store.Posts, records Records, cfg Config) (*Service, error) {
	seen := map[string]bool{}
	for _, r := range cfg.Routes {
		if r.Code == "" || r.Name == "" || seen[r.Code] || r.URL == "" && r.Accept == "" || r.URL != "" && !usable(r.URL) || r.Accept != "" && len(r.Accept) < 16 {
			return nil, fmt.Errorf("route %q: %w", r.Code, ErrRoute)
		}
		seen[r.Code] = true
	}
	if cfg.Every == 0 {
		cfg.Every = 10 * time.Minute
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 15 * time.Second
	}
	t := &http.Transport{MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second, Proxy: http.ProxyFromEnvironment}
	return &Service{cfg: cfg, posts: posts, records: records, http: &http.Client{Transport: t, Timeout: cfg.Timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

func usable(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// Close ends idle connections.
func (s *Service) Close() { s.http.CloseIdleConnections() }

// Route finds the body that agents mean by a name, if cases are sent to it.
func (s *Service) Route(name string) (Route, bool) {
	name = strings.TrimSpace(name)
	for _, r := range s.cfg.Routes {
		if r.URL != "" && (r.Name == name || r.Code == name) {
			return r, true
		}
	}
	return Route{}, false
}

func (s *Service) route(code string) (Route, bool) {
	i := slices.IndexFunc(s.cfg.Routes, func(r Route) bool { return r.Code == code })
	if i < 0 {
		return Route{}, false
	}
	return s.cfg.Routes[i], true
}

// Twice implements post.Carrier: the id makes it one case.
func (s *Service) Twice() bool { return true }

// Send implements post.Carrier.
func (s *Service) Send(ctx context.Context, p store.Post) (string, error) {
	r, ok := s.route(p.Route)
	if !ok {
		return "", s.cfg.Refused("没有这条移送路由")
	}
	c, err := s.records.Case(ctx, p.RecordID, r.Handles)
	if err != nil {
		return "", err
	}
	c.ID = p.ID
	raw, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("encoding a case: %w", err)
	}
	got, err := s.ask(ctx, r, http.MethodPost, "/"+Version+"/cases", p.ID, raw)
	if err != nil {
		return "", err
	}
	if got.State != "" {
		if err := s.records.Heard(ctx, p.RecordID, r, p.ID+"/"+string(got.State), got); err != nil {
			return "", err
		}
	}
	return got.Receipt, nil
}

// maxAnswer bounds what a body may answer.
const maxAnswer = 64 << 10

// ask speaks to a body. What it refuses for good is a refusal; what may pass is tried again.
func (s *Service) ask(ctx context.Context, r Route, method, path, id string, raw []byte) (Receipt, error) {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(r.URL, "/")+path, bytes.NewReader(raw))
	if err != nil {
		return Receipt{}, fmt.Errorf("asking %s: %w", r.Code, err)
	}
	req.Header.Set("Authorization", "Bearer "+r.Token)
	if raw != nil {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", id)
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return Receipt{}, fmt.Errorf("asking %s: %w", r.Code, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return Receipt{}, fmt.Errorf("reading what %s says: %w", r.Code, err)
	}
	var out Receipt
	switch c := resp.StatusCode; {
	case c == http.StatusOK, c == http.StatusCreated, c == http.StatusAccepted:
		if wire.Read(body, &out) != nil || out.Receipt == "" {
			return out, fmt.Errorf("%s gave no receipt", r.Code)
		}
	case c == http.StatusUnauthorized, c == http.StatusForbidden, c == http.StatusNotFound, c == http.StatusRequestTimeout, c == http.StatusTooManyRequests, c >= 500:
		return out, fmt.Errorf("%s answers %d", r.Code, c) // a token or address that is put right makes it go
	default:
		return out, s.cfg.Refused(fmt.Sprintf("%s不接收（%d）", r.Name, c))
	}
	out.Receipt, out.Note = clean.Line(out.Receipt, 64), clean.Text(out.Note, 4000)
	return out, nil
}

// Run asks the bodies how the cases stand that they have, until the context ends.
func (s *Service) Run(ctx context.Context) {
	tick := time.NewTicker(s.cfg.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.Follow(ctx)
		}
	}
}

// Follow asks once about every case that is not finished.
func (s *Service) Follow(ctx context.Context) {
	after := ""
	for {
		list, next, err := s.posts.List(ctx, store.PostFilter{Kind: store.PostHandover, Direction: store.PostOut, State: store.PostSent, Page: store.Page{After: after, Limit: 100}})
		if err != nil {
			s.cfg.Log.Error("listing cases at other bodies", "err", err)
			return
		}
		for _, p := range list {
			r, ok := s.route(p.Route)
			if !ok || ctx.Err() != nil {
				continue
			}
			got, err := s.ask(ctx, r, http.MethodGet, "/"+Version+"/cases/"+p.ID, p.ID, nil)
			if err == nil {
				err = s.heard(ctx, r, p, got)
			}
			if err != nil {
				s.cfg.Log.Warn("asking how a case stands", "route", r.Code, "post", p.ID, "err", err)
			}
		}
		if after = next; after == "" {
			return
		}
	}
}

// heard takes what a body says of a case that it has from us.
func (s *Service) heard(ctx context.Context, r Route, p store.Post, w Receipt) error {
	if !slices.Contains(rule.States, w.State) {
		return nil
	}
	if err := s.records.Heard(ctx, p.RecordID, r, p.ID+"/"+string(w.State), w); err != nil {
		return fmt.Errorf("taking what %s says: %w", r.Code, err)
	}
	if w.State.Final() {
		p.State, p.Updated = store.PostDone, s.cfg.Now()
		if _, err := s.posts.Update(ctx, p); err != nil && !errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("ending a case: %w", err)
		}
	}
	return nil
}

// who finds the body that shows a token. Every token is compared, in constant time.
func (s *Service) who(r *http.Request) (Route, bool) {
	got, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	var found Route
	for _, x := range s.cfg.Routes {
		if ok && x.Accept != "" && subtle.ConstantTimeCompare([]byte(got), []byte(x.Accept)) == 1 {
			found = x
		}
	}
	return found, found.Code != ""
}
