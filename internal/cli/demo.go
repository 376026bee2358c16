package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"zuoxi/citizen"
	"zuoxi/hub"
	"zuoxi/hub/business"
	"zuoxi/hub/handover"
	"zuoxi/internal/config"
	"zuoxi/wire"
)

// demoAgents are the people of the demo; the first one's screen is shown.
var demoAgents = []wire.AgentRow{
	{No: "3027", Name: "李某", Role: "agent", Certified: true, Skills: []string{"*:*:1"}},
	{No: "1001", Name: "周某", Role: "lead", Certified: true, Skills: []string{"*:*:3"}},
	{No: "1007", Name: "孙某", Role: "qa"},
}

// demoFirstCall is when the first citizen dials: they hear the opening while
// the agent is still looking at the screen.
const demoFirstCall = 200 * time.Millisecond

// demoOptions is what the command line says of a demo.
type demoOptions struct {
	rate   float64
	calls  int
	script string
	role   string
}

func (a *run) demoCommand() *cobra.Command {
	var opt demoOptions
	c := &cobra.Command{
		Use: "demo", Short: "一条命令看全部：中心、坐席和模拟来电人，数据用完即弃", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context(), opt) },
	}
	c.Flags().Float64Var(&opt.rate, "rate", 0.05, "平均每秒几通来电")
	c.Flags().IntVar(&opt.calls, "calls", 0, "打完几通就结束，0 = 一直打")
	c.Flags().StringVar(&opt.role, "role", "agent", "看谁的屏幕：agent 坐席，lead 班长（看板、监听）")
	c.Flags().StringVar(&opt.script, "script", "", "来电脚本（YAML），空 = 内置的轮流用")
	return c
}

// demo runs everything in this process, in a folder that goes with it.
func (a *run) demo(ctx context.Context, opt demoOptions) (err error) {
	if opt.role != "agent" && !opt.floored() {
		return &usage{"演示没有“" + opt.role + "”这个角色 · 没有启动 · --role 写 agent 或 lead"}
	}
	callers, err := crowdOf(opt.script)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "zuoxi-demo-")
	if err != nil {
		return fmt.Errorf("demo folder: %w", err)
	}
	defer func() {
		if rerr := os.RemoveAll(dir); err == nil && rerr != nil {
			err = fmt.Errorf("removing the demo folder: %w", rerr)
		}
	}()
	sound := a.cfg.Seat.Sound
	a.cfg, a.passing = demoConfig(dir, sound, a.cfg), true
	log, closeLog, err := a.logger(nil)
	if err != nil {
		return err
	}
	defer closeLog()
	closeOthers, err := a.demoOthers(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeOthers()) }()
	h, closeBase, err := a.openHub(ctx, log)
	if err != nil {
		return &fault{code: wire.CodeInternal, text: "演示没有启动：" + plain(err), err: err}
	}
	defer closeBase()
	hubCtx, stopHub := context.WithCancel(context.WithoutCancel(ctx))
	var work sync.WaitGroup
	var hubErr error
	work.Go(func() { hubErr = h.Run(hubCtx) })
	defer func() {
		stopHub()
		work.Wait()
		if err == nil {
			err = hubErr
		}
	}()
	return a.demoWork(ctx, h.Addrs(), callers, opt)
}

// demoOthers opens whom a centre works with, made up and on the loopback: the
// business system, and labour inspection as a body that complaints go to.
func (a *run) demoOthers(dir string) (func() error, error) {
	people, err := openSandbox("127.0.0.1:0", business.NewSandbox(time.Now))
	if err != nil {
		return nil, err
	}
	secret := demoSecret()
	inspection, err := openSandbox("127.0.0.1:0", handover.NewReceiver(secret))
	if err != nil {
		return nil, errors.Join(err, people.close())
	}
	token := filepath.Join(dir, "inspection.token")
	if err := os.WriteFile(token, []byte(secret), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("demo token: %w", err), people.close(), inspection.close())
	}
	a.cfg.Hub.Business.URL, a.cfg.Hub.Business.Substitute = people.URL, "养老金发放银行"
	a.cfg.Outside.Routes = []config.Route{{
		Code: "labour_inspection", Name: "劳动保障监察", URL: inspection.URL, TokenFile: token, Handles: []string{"complaint", "report"}, Owner: demoAgents[0].No,
	}}
	return func() error { return errors.Join(people.close(), inspection.close()) }, nil
}

// demoSecret is a password that nobody needs to know.
func demoSecret() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return hex.EncodeToString(b[:])
}

// demoWork signs the seat in and lets citizens call until both have had enough.
func (a *run) demoWork(ctx context.Context, d hub.Addrs, callers citizen.Crowd, opt demoOptions) error {
	headless := !terminal(a.In) || !terminal(a.Out)
	others := opt.others(headless)
	password, err := a.demoPeople(ctx, slices.Concat(demoAgents, others))
	if err != nil {
		return err
	}
	a.cfg.Seat.Hub = d.Seats[0]
	if err := a.demoRegister(ctx); err != nil {
		return err
	}
	working, stop := context.WithCancel(ctx)
	var crowd sync.WaitGroup
	crowd.Go(func() {
		a.demoCitizens(working, d.Trunk[0], callers, opt)
		if opt.calls > 0 && headless {
			a.demoClosed(working)
			stop()
		}
	})
	defer crowd.Wait()
	defer stop()
	if opt.floored() {
		others = slices.Insert(others, 0, demoAgents[0])
	}
	gone, err := a.demoSeats(working, password, others)
	defer gone()
	defer stop()
	if err != nil {
		return err
	}
	if opt.floored() {
		a.cfg.Seat.Agent = demoLead
		a.tellWall(d.Wall[0], headless)
	}
	if !headless {
		return a.demoSeat(working, password)
	}
	if err := a.demoHeadless(working, password); err != nil {
		return err
	}
	rows, err := a.demoLog(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	return a.print(rows, func(w io.Writer) { callTable(w, rows) })
}

// demoConfig puts everything on free ports of the loopback and into dir; of the
// person's own configuration only what concerns menu, screen, keys, sound and
// recogniser stays.
func demoConfig(dir string, sound config.Sound, own config.Config) config.Config {
	c := config.Defaults()
	c.Hub.Data, c.Hub.Socket, c.Hub.Status = filepath.Join(dir, "hub"), filepath.Join(dir, "hub.sock"), ""
	c.Hub.Listen = []string{"wss://127.0.0.1:0"}
	c.Hub.SIP.Listen = []string{"udp://127.0.0.1:0"}
	c.Hub.SIP.RTPMin, c.Hub.SIP.RTPMax = 20000, 29998
	c.Hub.Voice.Listen = []string{"127.0.0.1:0"}
	c.Outside.SMS.Driver, c.Outside.Forms.Listen = "file", "127.0.0.1:0"
	c.Hub.Floor.Wall = config.Wall{Listen: []string{"http://127.0.0.1:0"}, Allow: []string{"127.0.0.1"}}
	c.Hub.Menu = own.Hub.Menu
	c.Hub.Menu.Always = true
	c.Seat.Data, c.Seat.Sound, c.Seat.Screen, c.Seat.Agent = filepath.Join(dir, "seat"), sound, own.Seat.Screen, demoAgents[0].No
	c.Keys, c.Seat.Recogniser = own.Keys, own.Seat.Recogniser
	c.Log = config.Log{Level: own.Log.Level, File: filepath.Join(dir, "demo.log")}
	if own.Log.File != "" {
		c.Log.File = own.Log.File
	}
	return c
}

// demoPeople makes the accounts, through the hub's own door.
func (a *run) demoPeople(ctx context.Context, rows []wire.AgentRow) (password string, err error) {
	password = demoSecret()
	for _, row := range rows {
		row.Password, row.Own = password, true
		if err := a.request(ctx, "", "agent.add", row, nil); err != nil {
			return "", err
		}
	}
	return password, nil
}

// demoRegister registers this seat as an administrator and a PC do it together.
func (a *run) demoRegister(ctx context.Context) error {
	var invited struct {
		Code string `json:"code"`
	}
	if err := a.request(ctx, "", "device.invite", map[string]string{"name": "演示 " + a.cfg.Seat.Agent}, &invited); err != nil {
		return err
	}
	_, _, err := a.register(ctx, invited.Code)
	return err
}

// demoCitizens calls every little while until ctx ends.
func (a *run) demoCitizens(ctx context.Context, trunk string, callers citizen.Crowd, opt demoOptions) {
	line, err := citizen.NewLine(citizen.LineConfig{Target: "sip:12333@" + trunk})
	if err != nil {
		return
	}
	defer func() { _ = line.Close() }()
	select {
	case <-time.After(demoFirstCall):
	case <-ctx.Done():
		return
	}
	atOnce := 3
	if opt.floored() {
		opt.rate, atOnce = 3*opt.rate, 8
	}
	callers.Line, callers.Rate, callers.AtOnce, callers.Total = line, opt.rate, atOnce, opt.calls
	_, _ = callers.Run(ctx)
}

// demoLog reads the call log.
func (a *run) demoLog(ctx context.Context) ([]wire.CallRow, error) {
	rows := []wire.CallRow{}
	err := a.request(ctx, "", "call.list", map[string]int{"limit": 100}, &rows)
	return rows, err
}

// demoClosed waits until the last call is closed, its record included.
func (a *run) demoClosed(ctx context.Context) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		rows, err := a.demoLog(ctx)
		if err != nil || !slices.ContainsFunc(rows, func(r wire.CallRow) bool { return r.Open }) {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
