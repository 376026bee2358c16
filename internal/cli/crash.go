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
	var hub bool
	c := &cobra.Command{
		Use: crashCommand, Short: "程序出错时收拾终端，记下在哪里出的错", Hidden: true, Args: exactArgs("目录"),
		RunE: func(_ *cobra.Command, args []string) error {
			out, ok := a.Out.(*os.File)
			if !ok {
				return &usage{"这个命令由坐席程序自己启动 · 什么都没有做 · 不用手工运行"}
			}
			post := crash.Post{
				Words: a.In, Screen: out, Ready: a.Err, Folder: args[0], Scrap: filepath.Join(args[0], noiseFile), Restore: screen.Usual,
				Said: "程序出错，已退出 · 通话由中心保留，已存的字都在 · 请马上重新打开并登录", Version: a.Version, Now: time.Now,
			}
			if hub {
				post.Scrap, post.Restore, post.Said = "", "", "中心程序出错，已退出 · 正在通的电话断了，存下的都在 · 请马上重新启动"
			}
			if err := crash.Attend(post); err != nil {
				return fmt.Errorf("attending: %w", err)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&hub, "hub", false, "中心的，没有终端")
	return c
}

// hubWatched lets nothing of a panic but where it happened get into the hub's
// log. From here on the hub writes to a.Err what it has to say.
func (a *run) hubWatched(ctx context.Context) (end func()) {
	out, ok := a.Err.(*os.File)
	if !ok || os.MkdirAll(a.hubData(), 0o700) != nil {
		return func() {}
	}
	kept, err := crash.Apart(out)
	if err != nil {
		return func() {}
	}
	a.Err = kept
	_, end = a.watch(ctx, kept, a.hubData(), "--hub")
	return end
}

// watched starts the watcher for this terminal. Without one the workstation
// runs all the same, and gives the terminal back for its own goroutines only.
func (a *run) watched(ctx context.Context) (ready func() bool, end func()) {
	alone := func() bool { return false }
	out, ok := a.Out.(*os.File)
	if !ok || !terminal(a.In) || !terminal(a.Out) {
		return alone, func() {}
	}
	return a.watch(ctx, out, a.seatData())
}

func (a *run) watch(ctx context.Context, out *os.File, args ...string) (ready func() bool, end func()) {
	alone := func() bool { return false }
	exe, err := os.Executable()
	if err != nil {
		return alone, func() {}
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), exe, append([]string{crashCommand}, args...)...)
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
