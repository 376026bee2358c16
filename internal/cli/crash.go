package cli

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"zuoxi/internal/crash"
	"zuoxi/ui/screen"
)

const (
	crashCommand = "crash-watch"
	noiseFile    = "sound.log" // what sound libraries write to stderr, and Go's own last words
)

// crashWatch is what the workstation starts beside itself; nobody types it.
func (a *run) crashWatch() *cobra.Command {
	return &cobra.Command{
		Use: crashCommand, Short: "坐席程序出错时收拾终端", Hidden: true, Args: exactArgs("目录"),
		RunE: func(_ *cobra.Command, args []string) error {
			out, ok := a.Out.(*os.File)
			if !ok {
				return &usage{"这个命令由坐席程序自己启动 · 什么都没有做 · 不用手工运行"}
			}
			err := crash.Attend(crash.Post{
				Words: a.In, Screen: out, Ready: a.Err, Folder: args[0], Scrap: filepath.Join(args[0], noiseFile),
				Restore: screen.Usual, Version: a.Version, Now: time.Now,
			})
			if err != nil {
				return fmt.Errorf("attending: %w", err)
			}
			return nil
		},
	}
}

// watched starts the watcher for this terminal. Without one the workstation
// runs all the same, and gives the terminal back for its own goroutines only.
func (a *run) watched(ctx context.Context) (ready func() bool, end func()) {
	alone := func() bool { return false }
	out, ok := a.Out.(*os.File)
	if !ok || !terminal(a.In) || !terminal(a.Out) {
		return alone, func() {}
	}
	exe, err := os.Executable()
	if err != nil {
		return alone, func() {}
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), exe, crashCommand, a.seatData())
	cmd.Args[0] = os.Args[0]
	w, err := crash.Start(cmd, out)
	if err != nil {
		return alone, func() {}
	}
	return w.Ready, func() {
		if err := w.End(); err != nil {
			slog.Default().Debug("crash watcher", "err", err)
		}
	}
}
