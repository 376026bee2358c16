package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"zuoxi/hub"
	"zuoxi/wire"
)

// askEvery is how often a backup that runs is looked at.
const askEvery = 300 * time.Millisecond

func (a *run) hubBackup() *cobra.Command {
	var keys bool
	c := &cobra.Command{
		Use: "backup 目录", Short: "中心运行着就备份到一个新目录，做完核对一遍", Args: exactArgs("目录"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.backUp(cmd.Context(), args[0], keys) },
	}
	c.Flags().BoolVar(&keys, "with-keys", false, "密钥文件也放进去（不放时要另外保管 hub.keys，没有它备份打不开）")
	return c
}

func (a *run) backUp(ctx context.Context, dir string, keys bool) error {
	full, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("the backup's folder: %w", err)
	}
	if err := a.request(ctx, "", "hub.backup", map[string]any{"dir": full, "keys": keys}, nil); err != nil {
		return err
	}
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		var st hub.BackupState
		if err := a.request(ctx, "", "hub.backup.state", nil, &st); err != nil {
			return err
		}
		if st.Error != "" {
			return &fault{code: wire.CodeInternal, text: st.Error}
		}
		if !st.Running {
			return a.print(st, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "已备份到 %s：%d 个文件，%.1f MB，%.1f 秒，已核对\n", st.Dir, st.Files, float64(st.Bytes)/1e6, st.Took)
				if !keys {
					_, _ = fmt.Fprintln(w, "密钥不在里面：hub.keys 要另外保管，没有它这份备份打不开")
				}
			})
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (a *run) hubRestore() *cobra.Command {
	var unsigned bool
	c := &cobra.Command{
		Use: "restore 目录", Short: "把备份放进空的数据目录，先逐个文件、逐页、逐条审计核对（中心要停着；PostgreSQL 的数据库要先放回去）", Args: exactArgs("目录"),
		RunE: func(cmd *cobra.Command, args []string) error {
			got, err := hub.Restore(cmd.Context(), a.hubConfig(), args[0], unsigned)
			if err != nil {
				return &fault{code: wire.CodeInvalid, text: plain(err), err: err}
			}
			return a.print(got, func(w io.Writer) { restored(w, got) })
		},
	}
	c.Flags().BoolVar(&unsigned, "unsigned", false, "清单没有签名（旧版本做的备份）也恢复：里面有没有被换过，这时看不出来")
	return c
}

// restored says what came back with a backup, the unwelcome included.
func restored(w io.Writer, got hub.Restored) {
	_, _ = fmt.Fprintf(w, "已恢复 %s 的备份：%d 个文件，审计 %d 条，都对得上\n", got.Made.Local().Format("2006-01-02 15:04"), got.Files, got.Audit)
	if got.Unsigned {
		_, _ = fmt.Fprintln(w, "清单没有签名：只看得出文件和清单一致，看不出两样一起被换过；审计里记下了")
	}
	if got.Before > got.Audit {
		_, _ = fmt.Fprintf(w, "审计日志到过第 %d 条，这份备份只到第 %d 条：之后的不在里面，请保全原来的数据\n", got.Before, got.Audit)
	}
	_, _ = fmt.Fprintln(w, "一切回到备份那一刻：之后撤销的电脑、停用的账号、改过的口令和权限又是原来的，请对照着重新办；坐席都要重新登录")
}

func (a *run) hubRotate() *cobra.Command {
	return &cobra.Command{
		Use: "rotate-key", Short: "密钥文件里加一把新的封存密钥，重启中心后新数据用它；旧数据仍用旧的打开", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.request(cmd.Context(), "", "hub.rotate", nil, nil); err != nil {
				return err
			}
			return a.done("已加新密钥 · 重启中心后生效 · 请把新的密钥文件另外备份一份", "rotated")
		},
	}
}

func (a *run) hubNewAuthority() *cobra.Command {
	return &cobra.Command{
		Use: "new-authority", Short: "authority.pem 丢了又没有备份时另造一个（中心要停着）；坐席都要重新配对、登记", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			code, err := hub.NewAuthority(a.hubConfig())
			if err != nil {
				return &fault{code: wire.CodeInvalid, text: plain(err), err: err}
			}
			return a.print(map[string]string{"pairing": code}, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "已另造证书 · 新的配对码 %s · 请启动中心，坐席都重新配对、登记\n", code)
			})
		},
	}
}
