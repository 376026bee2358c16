package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zuoxi/hub"
	"zuoxi/hub/business"
	"zuoxi/hub/handover"
	"zuoxi/hub/trunk"
	"zuoxi/internal/config"
	"zuoxi/internal/obs"
	"zuoxi/rules/acd"
	"zuoxi/rules/call"
	"zuoxi/rules/deadline"
	"zuoxi/wire"
)

// seatPath is where the hub's WebSocket answers.
const seatPath = "/v1/seat"

func (a *run) hubCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "hub", Short: "省中心：中继、菜单、排队、通话、录音、受理单", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.hub(cmd.Context()) },
	}
	c.AddCommand(a.hubStatus(), a.hubQueue(), a.hubSeats(), a.hubBackup(), a.hubRestore(), a.hubRotate(), a.hubNewAuthority())
	return c
}

// hub runs the hub until the signal to stop.
func (a *run) hub(ctx context.Context) error {
	defer a.hubWatched(ctx)()
	if a.Getenv("GOMEMLIMIT") == "" {
		tidy, rest := context.WithCancel(ctx)
		var thrifty obs.Crew
		thrifty.Go(func() { thrift(tidy) })
		defer thrifty.Wait()
		defer rest()
	}
	log, closeLog, err := a.logger(a.Err)
	if err != nil {
		return err
	}
	defer closeLog()
	h, closeBase, err := a.openHub(ctx, log)
	if err != nil {
		return &fault{code: wire.CodeInternal, text: "中心没有启动：" + plain(err), err: err}
	}
	defer closeBase()
	d := h.Addrs()
	_, _ = fmt.Fprintf(a.Err, "中心已启动 · 坐席 %s · 中继 %s · 配对码 %s\n", strings.Join(d.Seats, " "), strings.Join(d.Trunk, " "), d.Pairing)
	if len(d.Wall) > 0 {
		_, _ = fmt.Fprintf(a.Err, "领导模块 %s\n", strings.Join(d.Wall, " "))
	}
	if err := h.Run(ctx); err != nil {
		return &fault{code: wire.CodeInternal, text: "中心停下了：" + plain(err), err: err}
	}
	return nil
}

// openHub opens the hub with its knowledge base, which closes after it.
func (a *run) openHub(ctx context.Context, log *slog.Logger) (*hub.Hub, func(), error) {
	base, note, err := openHubBase(ctx, filepath.Join(a.hubData(), "kb"))
	if err != nil {
		return nil, nil, err
	}
	if note != "" {
		log.Error("knowledge base damaged", "what", note)
		_, _ = fmt.Fprintln(a.Err, note)
	}
	cfg := a.hubConfig()
	cfg.KB = base
	h, err := hub.New(cfg, log)
	if err != nil {
		base.base.Close()
		return nil, nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	renewing := obs.Crew{Log: log}
	renewing.Go(func() { renew(ctx, base.base, log) })
	return h, func() {
		stop()
		renewing.Wait()
		base.base.Close()
	}, nil
}

// logger writes to the configured file, or to fallback.
func (a *run) logger(fallback any) (*slog.Logger, func(), error) {
	if a.cfg.Log.File != "" {
		f, err := os.OpenFile(a.cfg.Log.File, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, nil, &fault{code: wire.CodeInvalid, text: "日志文件打不开（" + a.cfg.Log.File + "） · 没有启动 · 请检查 log.file", err: err}
		}
		return obs.Logger(f, a.logLevel()), func() { _ = f.Close() }, nil
	}
	if f, ok := fallback.(*os.File); ok {
		return obs.Logger(f, a.logLevel()), func() {}, nil
	}
	return slog.New(slog.DiscardHandler), func() {}, nil
}

// hubConfig turns the configuration file into what the hub wants to know.
func (a *run) hubConfig() hub.Config {
	c := a.cfg.Hub
	limits := call.DefaultLimits()
	limits.Ring, limits.Lost, limits.Dial = secs(c.Queue.Ring), secs(c.Queue.Hold), secs(c.Outgoing.Ring)
	settings := acd.DefaultSettings()
	for i := range settings.Steps {
		if settings.Steps[i].AnyRegion {
			settings.Steps[i].After = secs(c.Queue.Overflow)
		}
	}
	out := hub.Config{
		Data: a.hubData(), KeyFile: c.Store.KeyFile, District: c.District,
		Doors: hub.Doors{Listen: c.Listen, Names: c.Names, Socket: a.socketPath(), Status: c.Status, Lock: hub.Lock{
			TLS12: c.TLS.Min == "1.2", Cert: c.TLS.Cert, Key: c.TLS.Key, Devices: c.TLS.Devices, PerSource: c.TLS.PerSource,
		}},
		Trunk:     trunkConfig(c.SIP),
		Voice:     c.Voice.Listen,
		Menu:      hub.Menu{File: c.Menu.File, Prompts: c.Menu.Prompts, Mode: c.Menu.Mode, Calendar: c.Menu.Calendar, Always: c.Menu.Always},
		Recording: hub.Recording{Folder: c.Recording.Folder, Plain: !c.Recording.Encrypt, Keep: c.Recording.Keep},
		Timing:    hub.Timing{Limits: limits, Wrap: secs(c.Queue.Wrap), WrapExtend: secs(c.Queue.Extend), Target: secs(c.Queue.Target)},
		Queue:     settings,
		Outgoing:  outgoingConfig(c.Outgoing),
	}
	out.Business = business.Config{
		URL: c.Business.URL, Cert: c.Business.Cert, Key: c.Business.Key, CA: c.Business.CA, Timeout: time.Duration(c.Business.Timeout) * time.Millisecond, Substitute: c.Business.Substitute,
	}
	out.SMS = hub.SMS{
		Driver: a.cfg.Outside.SMS.Driver, File: a.cfg.Outside.SMS.File, Addr: a.cfg.Outside.SMS.Addr, System: a.cfg.Outside.SMS.System, Password: a.cfg.Outside.SMS.PasswordFile, Source: a.cfg.Outside.SMS.Source,
		Signature: a.cfg.Outside.SMS.Signature, Templates: a.cfg.Outside.SMS.Templates,
	}
	out.Forms = hub.Forms{Listen: a.cfg.Outside.Forms.Listen, Base: a.cfg.Outside.Forms.URL, Cert: a.cfg.Outside.Forms.Cert, Key: a.cfg.Outside.Forms.Key, Life: time.Duration(a.cfg.Outside.Forms.Days) * 24 * time.Hour}
	out.Routes = routes(a.cfg.Outside.Routes)
	out.Supervision = supervision(c.Floor)
	out.Deadlines = map[deadline.Code]deadline.Span{}
	for code, written := range c.Deadlines {
		if span, ok := deadline.Parse(written); ok {
			out.Deadlines[deadline.Code(code)] = span
		}
	}
	if c.Store.Driver == "postgres" {
		out.Postgres = c.Store.DSN
	}
	return out
}

// routes reads the tokens of the bodies; one that cannot be read is empty, which
// the hub refuses with the route's name.
func routes(list []config.Route) []handover.Route {
	secret := func(file string) string {
		if file == "" {
			return ""
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(raw))
	}
	var out []handover.Route
	for _, r := range list {
		out = append(out, handover.Route{
			Code: r.Code, Name: r.Name, URL: r.URL, Token: secret(r.TokenFile), Accept: secret(r.AcceptFile), Handles: r.Handles, Owner: r.Owner,
		})
	}
	return out
}

func outgoingConfig(c config.Outgoing) hub.Outgoing {
	from, _ := config.Clock(c.QuietFrom) // checked when it was read; both empty are equal, which is none
	to, _ := config.Clock(c.QuietTo)
	return hub.Outgoing{QuietFrom: from, QuietTo: to, Attempts: c.Attempts, Phonebook: c.Phonebook}
}

func secs(n int) time.Duration { return time.Duration(n) * time.Second }

func trunkConfig(c config.SIP) trunk.Config {
	t := trunk.Config{
		Listen: c.Listen, Gateways: c.Gateways, RTP: trunk.RTP{Addr: c.RTP, PortMin: c.RTPMin, PortMax: c.RTPMax}, MaxLegs: c.MaxCalls, GatewayLegs: c.GatewayCalls,
		Auth:     trunk.Auth{User: c.User, Password: c.Password, Realm: c.Realm},
		Outbound: trunk.Outbound{User: c.ProxyUser, Password: c.ProxyPassword, Number: c.Number},
	}
	t.Ping = secs(c.Ping)
	if t.RTP.Silence = secs(c.Silence); c.Silence == 0 {
		t.RTP.Silence = -1
	}
	if c.Proxy != "" {
		t.Outbound.Proxy = c.Proxy
		if u, err := url.Parse(c.Proxy); err != nil || (u.Scheme != "sip" && u.Scheme != "sips") {
			t.Outbound.Proxy = "sip:" + c.Proxy
		}
	}
	return t
}
