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
	if err := openForms(cfg, log, p, o); err != nil {
		return err
	}
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

// openForms listens for departments and other bodies.
func openForms(cfg Config, log *slog.Logger, p *parts, o *opened) error {
	f := cfg.Forms
	if f.Listen == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(f.Listen)
	if ip := net.ParseIP(host); err != nil || f.Cert == "" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%s: %w", f.Listen, ErrForms)
	}
	key, err := p.keys.Stable("reply form")
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", f.Listen)
	if err != nil {
		return fmt.Errorf("部门答复网页的端口 %s 打不开 · 中心没有启动 · 请检查是否被占用: %w", f.Listen, err)
	}
	base := strings.TrimSuffix(f.Base, "/")
	if base == "" {
		base = map[bool]string{true: "http://", false: "https://"}[f.Cert == ""] + l.Addr().String()
	}
	p.out.forms = reply.New(p.db.Posts, casesPort{p}, reply.Config{Base: base, Life: f.Life, Key: key, Zone: cfg.Outgoing.Zone, Now: cfg.Now, Log: log})
	mux := http.NewServeMux()
	mux.Handle("/r/", p.out.forms)
	mux.Handle(handover.Prefix, p.out.handover)
	srv := &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 20 * time.Second, WriteTimeout: 20 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		var err error
		if f.Cert != "" {
			err = srv.ServeTLS(l, f.Cert, f.Key)
		} else {
			err = srv.Serve(l)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			log.Error("the reply form has stopped", "err", err)
		}
	}()
	o.add(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		err := srv.Shutdown(ctx)
		<-done
		return err
	})
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
