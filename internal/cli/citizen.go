package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"zuoxi/citizen"
)

func (a *run) citizenCommand() *cobra.Command {
	var target, file string
	var crowd citizen.Crowd
	c := &cobra.Command{
		Use: "citizen", Short: "模拟来电人：真的 SIP 和 RTP，按脚本说话、按键、等候", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			own, err := crowdOf(file)
			if err != nil {
				return err
			}
			crowd.Scripts, crowd.Voice = own.Scripts, own.Voice
			return a.citizens(cmd.Context(), target, crowd)
		},
	}
	f := c.Flags()
	f.StringVar(&target, "to", "sip:12333@127.0.0.1:5060", "拨哪里")
	f.StringVar(&file, "script", "", "来电脚本（YAML），空 = 内置的轮流用")
	f.IntVar(&crowd.Total, "calls", 1, "一共打几通，0 = 一直打")
	f.Float64Var(&crowd.Rate, "rate", 0.2, "平均每秒几通")
	f.IntVar(&crowd.AtOnce, "at-once", 10, "同时最多几通")
	return c
}

// crowdOf are people with the embedded scripts, or with the one in a file, each of its lines with a sound.
func crowdOf(file string) (c citizen.Crowd, err error) {
	if file == "" {
		c.Scripts, err = citizen.Scripts()
		c.Voice = citizen.Embedded
		return c, err
	}
	f, err := os.Open(file)
	if err != nil {
		return c, &usage{"打不开来电脚本 " + file + " · 没有拨打 · 请检查路径"}
	}
	defer func() { _ = f.Close() }()
	s, err := citizen.ReadScript(f)
	if err != nil {
		return c, fmt.Errorf("%s：%w", file, err)
	}
	voice := citizen.Own(filepath.Dir(file))
	if err := s.Voiced(voice); err != nil {
		return c, fmt.Errorf("%s %w", file, err)
	}
	return citizen.Crowd{Scripts: []*citizen.Script{s}, Voice: voice}, nil
}

// citizens sends a crowd and prints each call as it ends.
func (a *run) citizens(ctx context.Context, target string, crowd citizen.Crowd) error {
	line, err := citizen.NewLine(citizen.LineConfig{Target: target})
	if err != nil {
		return err
	}
	defer func() { _ = line.Close() }()
	crowd.Line = line
	crowd.Done = func(r citizen.Report, err error) {
		if a.json {
			_ = json.NewEncoder(a.Out).Encode(r)
			return
		}
		_, _ = fmt.Fprintf(a.Out, "%s  %-10s %s  等候 %s  通话 %s\n", time.Now().Format("15:04:05"), r.Outcome, r.Script,
			r.Waited.Round(100*time.Millisecond), r.Talked.Round(100*time.Millisecond))
	}
	_, err = crowd.Run(ctx)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
