package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"zuoxi/hub/door"
	"zuoxi/internal/config"
	"zuoxi/session"
	"zuoxi/session/link/route"
	"zuoxi/ui/app"
	"zuoxi/ui/keys"
	"zuoxi/ui/lookup"
	"zuoxi/ui/theme"
	"zuoxi/wire"
)

func (a *run) seatCommand() *cobra.Command {
	return &cobra.Command{
		Use: "seat", Short: "坐席工作台（不写命令也是它）", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.seat(cmd.Context()) },
	}
}

// workplace is an opened seat without its screen.
type workplace struct {
	session *session.Session
	phone   *phone
	library *library
	run     func(context.Context) // session and knowledge base, until ctx ends
	lost    int                   // what ended with it, after run
	close   func()
}

// openSeat starts phone and knowledge base and makes the session.
func (a *run) openSeat(ctx context.Context, v session.Vault) (*workplace, error) {
	tlsConf, err := a.hubTLS(ctx)
	if err != nil {
		return nil, err
	}
	data := a.seatData()
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, &fault{code: wire.CodeInvalid, text: "坐席的数据目录建不了（" + data + "） · 没有启动 · 请检查权限", err: err}
	}
	log, closeLog, err := a.seatLog(data)
	if err != nil {
		return nil, err
	}
	sound, err := openChoices(filepath.Join(data, soundFile), a.cfg.Seat.Sound)
	if err != nil {
		log.Warn("the configuration's sound settings are used", "err", err)
	}
	ph, err := newPhone(sound, filepath.Join(data, noiseFile), a.hubIsHere(), a.voiceSocket(tlsConf), log)
	if err != nil {
		closeLog()
		return nil, &fault{code: wire.CodeInternal, text: "电话没有启动 · 不能通话 · 请运行 zuoxi doctor", err: err}
	}
	lib := a.openLibrary(log)
	w := &workplace{phone: ph, library: lib}
	ear, deaf := a.recogniser(log)
	device, _ := os.Hostname() // a machine without a name is one like any other without
	w.session = session.New(session.Config{
		Way:     session.Way{URL: a.cfg.Seat.Hub + seatPath, TLS: tlsConf, Proxy: a.hubProxy(), Network: route.Machine{}},
		AgentNo: a.cfg.Seat.Agent, Folder: data, Program: "zuoxi " + a.Version, Device: device,
		Auto: a.cfg.Seat.Auto, Phone: talker{ph, &lib.talking}, Sound: ph, Vault: v, KBHead: lib.headChanged, Log: log, Exam: examPort(ph.soft), Recogniser: ear, Line: newEarshot(ph.soft),
	})
	w.run = func(ctx context.Context) {
		ctx, stop := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() { defer close(done); lib.follow(ctx, w.session, filepath.Join(data, "kb", "arriving")) }()
		w.lost = w.session.Run(ctx)
		stop()
		<-done
	}
	w.close = func() {
		deaf()
		lib.close()
		if err := ph.close(); err != nil {
			log.Warn("phone not closed", "err", err)
		}
		closeLog()
	}
	return w, nil
}

// seatLog writes beside the seat's data: the screen belongs to the agent.
func (a *run) seatLog(data string) (*slog.Logger, func(), error) {
	if a.cfg.Log.File == "" {
		a.cfg.Log.File = filepath.Join(data, "seat.log")
	}
	return a.logger(nil)
}

// hubIsHere tells whether the hub runs on this machine.
func (a *run) hubIsHere() bool {
	u, err := url.Parse(a.cfg.Seat.Hub)
	return err == nil && door.Loopback(u.Hostname())
}

func silentSound() config.Sound {
	return config.Sound{Input: "null", Output: "null", Ringer: "null", Coding: "auto"}
}

// seat runs the workstation on this terminal.
func (a *run) seat(ctx context.Context) error {
	if !terminal(a.In) || !terminal(a.Out) {
		return &usage{"坐席工作台需要终端 · 没有启动 · 请在终端里运行，或用 zuoxi demo 看无屏演示"}
	}
	return a.workstation(ctx, &vault{getenv: a.Getenv}, false)
}

// demoSeat is the same on the demo's own hub.
func (a *run) demoSeat(ctx context.Context, password string) error {
	return a.workstation(ctx, newMemory(a.cfg.Seat.Agent, password), true)
}

// workstation shows the screen until the agent leaves.
func (a *run) workstation(ctx context.Context, v session.Vault, demo bool) error {
	attended, dismiss := a.watched(ctx)
	defer dismiss()
	w, err := a.openSeat(ctx, v)
	if err != nil {
		return err
	}
	defer w.close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ran := app.Go(func() { w.run(ctx) })
	watched := app.Go(func() { a.watchConfig(ctx, w) })
	defer func() { stop(); <-watched }()
	defer func() {
		stop()
		<-ran
		if w.lost > 0 {
			_, _ = fmt.Fprintf(a.Err, "有 %d 件本机存不下、中心也没有收下 · 已随程序丢失 · 请凭记忆补登，并请管理员检查这台电脑的磁盘\n", w.lost)
		}
	}()
	m, notes := keys.Remap(a.cfg.Keys)
	if note := a.deviceNote(time.Now()); note != "" {
		notes = append(notes, note)
	}
	if a.wall != "" {
		notes = append(notes, "领导模块在浏览器里："+a.wall)
	}
	opt := app.Options{
		Do: w.session.Do, Library: w.library, Keys: m, Notes: notes, Wall: a.wall, Version: a.Version, Hub: a.cfg.Seat.Hub, QuitInCall: demo,
		Look: a.look(), Idle: time.Duration(a.cfg.Seat.Screen.Lock) * time.Minute, Knows: w.session.Knows, Copy: a.clipboard(),
	}
	if err := app.Run(ctx, opt, w.session.Views(), app.Terminal{In: a.In, Out: a.Out, FPS: a.cfg.Seat.Screen.FPS, Attended: attended(), Stop: shellStop()}); err != nil {
		return fmt.Errorf("the workstation's screen: %w", err)
	}
	return nil
}

func (a *run) look() app.Look {
	l := app.Look{Mouse: a.cfg.Seat.Screen.Mouse, Mode: theme.Mode{NoColor: a.Getenv("NO_COLOR") != ""}}
	if set, ok := theme.SetNamed(a.cfg.Seat.Screen.Glyphs); ok {
		l.Mode.Glyphs, l.Fixed = set, true
	}
	return l
}

var _ lookup.Library = (*library)(nil)
