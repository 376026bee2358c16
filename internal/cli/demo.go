package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"zuoxi/citizen"
	"zuoxi/internal/config"
	"zuoxi/wire"
)

// demoAgents are the people of the demo; the first one's screen is shown.
var demoAgents = []agentRow{
	{No: "3027", Name: "李某", Role: "agent", Certified: true, Skills: []string{"*:*:1"}},
	{No: "1001", Name: "周某", Role: "lead", Certified: true, Skills: []string{"*:*:3"}},
	{No: "1007", Name: "孙某", Role: "qa"},
}

const demoFirstCall = 2 * time.Second

func (a *run) demoCommand() *cobra.Command {
	var rate float64
	var calls int
	c := &cobra.Command{
		Use: "demo", Short: "一条命令看全部：中心、坐席和模拟来电人，数据用完即弃", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context(), rate, calls) },
	}
	c.Flags().Float64Var(&rate, "rate", 0.05, "平均每秒几通来电")
	c.Flags().IntVar(&calls, "calls", 0, "打完几通就结束，0 = 一直打")
	return c
}

// demo runs everything in this process, in a folder that goes with it.
func (a *run) demo(ctx context.Context, rate float64, calls int) (err error) {
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
	a.cfg = demoConfig(dir, sound, a.cfg)
	log, closeLog, err := a.logger(nil)
	if err != nil {
		return err
	}
	defer closeLog()
	people, err := openSandbox("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, people.close()) }()
	a.cfg.Hub.Business.URL = people.URL
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
	password, err := a.demoPeople(ctx)
	if err != nil {
		return err
	}
	d := h.Addrs()
	a.cfg.Seat.Hub = d.Seats[0]
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var crowd sync.WaitGroup
	crowd.Go(func() {
		a.demoCitizens(ctx, d.Trunk[0], rate, calls)
		if calls > 0 && !terminal(a.Out) {
			stop()
		}
	})
	defer crowd.Wait()
	defer stop()
	if !terminal(a.In) || !terminal(a.Out) {
		return a.demoHeadless(ctx, password)
	}
	return a.demoSeat(ctx, password)
}

// demoConfig puts everything on free ports of the loopback and into dir; of the
// person's own configuration only what concerns screen, keys and sound stays.
func demoConfig(dir string, sound config.Sound, own config.Config) config.Config {
	c := config.Defaults()
	c.Hub.Data, c.Hub.Socket, c.Hub.Status = filepath.Join(dir, "hub"), filepath.Join(dir, "hub.sock"), ""
	c.Hub.Listen = []string{"ws://127.0.0.1:0"}
	c.Hub.SIP.Listen = []string{"udp://127.0.0.1:0"}
	c.Hub.SIP.RTPMin, c.Hub.SIP.RTPMax = 20000, 29998
	c.Hub.Voice.Listen = []string{"127.0.0.1:0"}
	c.Hub.Menu.Always = true
	c.Seat.Data, c.Seat.Sound, c.Seat.Screen, c.Seat.Agent = filepath.Join(dir, "seat"), sound, own.Seat.Screen, demoAgents[0].No
	c.Keys = own.Keys
	c.Log = config.Log{Level: own.Log.Level, File: filepath.Join(dir, "demo.log")}
	if own.Log.File != "" {
		c.Log.File = own.Log.File
	}
	return c
}

// demoPeople makes the accounts, through the hub's own door.
func (a *run) demoPeople(ctx context.Context) (password string, err error) {
	var b [12]byte
	_, _ = rand.Read(b[:])
	password = hex.EncodeToString(b[:])
	for _, row := range demoAgents {
		row.Password = password
		if err := a.request(ctx, "", "agent.add", row, nil); err != nil {
			return "", err
		}
	}
	return password, nil
}

// demoCitizens calls every little while until ctx ends.
func (a *run) demoCitizens(ctx context.Context, trunk string, rate float64, calls int) {
	scripts, err := citizen.Scripts()
	if err != nil {
		return
	}
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
	crowd := citizen.Crowd{Line: line, Scripts: scripts, Voice: citizen.Embedded, Rate: rate, AtOnce: 3, Total: calls}
	_, _ = crowd.Run(ctx)
}
