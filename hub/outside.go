package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zuoxi/hub/door"
	"zuoxi/hub/handover"
	"zuoxi/hub/post"
	"zuoxi/hub/reply"
	"zuoxi/hub/sms"
	"zuoxi/hub/store"
)

// SMS is how short messages leave the centre.
type SMS struct {
	Driver    string // "", file or smpp
	File      string // of the driver file; empty: in Data
	Addr      string // host:port of the SMPP gateway
	System    string
	Password  string // file that holds it
	Source    string
	Signature string
	Templates string
}

// Forms is the web page for departments and other bodies.
type Forms struct {
	Listen string // host:port; empty: none. Off loopback only with a certificate
	Base   string // how it is reached from outside: https://…
	Cert   string
	Key    string
	Life   time.Duration // of a link
}

// outside is what goes out to others and comes from them.
type outside struct {
	office   *post.Office
	gateway  sms.Gateway // nil: no short messages
	texts    *sms.Service
	forms    *reply.Service // nil: no web page
	handover *handover.Service
	district string
	// hub is set before anything runs; the parts are made before it.
	hub *Hub
}

// ErrForms tells that the web page cannot be opened.
var ErrForms = errors.New("部门答复网页的地址不加密又不在本机 · 中心没有启动 · 请改成 127.0.0.1，或配好 outside.forms 的 cert 和 key")

// openOutside makes the parts.
func openOutside(ctx context.Context, cfg Config, log *slog.Logger, p *parts, o *opened) error {
	out := &outside{district: cfg.District}
	p.out = out
	out.office = post.New(p.db.Posts, post.Config{Now: cfg.Now, Log: log})
	if err := openTexts(cfg, log, p); err != nil {
		return err
	}
	var err error
	out.handover, err = handover.New(p.db.Posts, casesPort{p}, handover.Config{
		Routes: cfg.Routes, District: cfg.District, Now: cfg.Now, Log: log, Refused: func(why string) error { return &post.RefusedError{Why: why} },
	})
	if err != nil {
		return err
	}
	o.add(func() error { out.handover.Close(); return nil })
	out.office.Carry(store.PostHandover, out.handover)
	return out.office.Recover(ctx)
}

func openTexts(cfg Config, log *slog.Logger, p *parts) (err error) {
	out := p.out
	out.texts, err = sms.New(p.db.Posts, p.keys, out.office, sms.Config{
		Templates: cfg.SMS.Templates, Signature: cfg.SMS.Signature, District: cfg.District, Now: cfg.Now, Log: log, Replied: out.replied,
	})
	if err != nil {
		return err
	}
	switch cfg.SMS.Driver {
	case "":
		return nil
	case "file":
		file := cfg.SMS.File
		if file == "" {
			file = filepath.Join(cfg.Data, "sms.jsonl")
		}
		out.gateway = sms.NewFile(file)
	case "smpp":
		secret, err := os.ReadFile(cfg.SMS.Password)
		if err != nil {
			return fmt.Errorf("短信网关的口令文件读不到 · 中心没有启动 · 请检查 outside.sms.password_file: %w", err)
		}
		out.gateway = sms.NewSMPP(sms.SMPPConfig{
			Addr: cfg.SMS.Addr, System: cfg.SMS.System, Password: strings.TrimSpace(string(secret)), Source: cfg.SMS.Source, In: out.texts, Log: log,
			Refused: func(why string) error { return &post.RefusedError{Why: why} }, Unsure: func(why string) error { return &post.UnsureError{Why: why} },
		})
	default:
		return fmt.Errorf("outside.sms.driver “%s”不认识 · 中心没有启动 · 请写 file 或 smpp，或留空", cfg.SMS.Driver)
	}
	out.office.Carry(store.PostSMS, sms.Carrier{Keys: p.keys, Gateway: out.gateway})
	return nil
}

// formsWait bounds the writing of one answer: none is large.
const formsWait = 20 * time.Second

// openForms opens the page for departments and other bodies, where the centre
// wants one, behind a door like the others. Its certificate is one that they
// know, and it asks them for none.
func (h *Hub) openForms(lock door.Lock) error {
	f := h.cfg.Forms
	if f.Listen == "" {
		return nil
	}
	scheme := "https"
	if f.Cert == "" {
		if host, _, err := net.SplitHostPort(f.Listen); err != nil || !door.Loopback(host) {
			return fmt.Errorf("%s: %w", f.Listen, ErrForms)
		}
		scheme = "http"
	} else {
		own, err := door.OpenOwn(f.Cert, f.Key, h.now)
		if err != nil {
			return fmt.Errorf("部门答复网页的证书 %s 用不了 · 没有启动 · 请检查 outside.forms 的 cert 和 key，私钥的权限要 0600: %w", f.Cert, err)
		}
		lock.Own, lock.Public = own, true
		h.watch(certificate{own, "部门答复网页的证书", "部门打不开网页，移送也收不到"})
	}
	key, err := h.keys.Stable("reply form")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	at, err := h.openPage(scheme+"://"+f.Listen, lock, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(formsWait)) // a connection that cannot has gone
		mux.ServeHTTP(w, r)
	}))
	if err != nil {
		return err
	}
	base := strings.TrimSuffix(f.Base, "/")
	if base == "" {
		base = at // the links need the port that was found
	}
	h.out.forms = reply.New(h.db.Posts, casesPort{&h.parts}, reply.Config{Base: base, Life: f.Life, Key: key, Zone: h.cfg.Outgoing.Zone, Now: h.now, Log: h.log})
	mux.Handle("/r/", h.out.forms)
	mux.Handle(handover.Prefix, h.out.handover)
	h.in.addrs.Forms = at
	return nil
}

// startOutside lets the parts run as long as calls and seats do.
func (h *Hub) startOutside() {
	if h.out == nil {
		return
	}
	h.out.hub = h
	h.work.Keep(h.life, "post office", func() { h.out.office.Run(h.life) })
	if h.out.gateway != nil {
		h.work.Keep(h.life, "short messages", func() { h.out.gateway.Run(h.life) })
	}
	if h.out.handover != nil {
		h.work.Keep(h.life, "handover", func() { h.out.handover.Run(h.life) })
	}
}

// replied tells the agent of a citizen's answer.
func (o *outside) replied(p store.Post) {
	if o.hub == nil || p.Agent == "" {
		return
	}
	if s, ok := o.hub.seats.Get(p.Agent); ok {
		s.Alert("info", p.Number.Masked+" 回了短信 · 内容在单子的经过里 · 请打开看", "")
	}
}
