// Package cli is the command line: one file per subcommand, and the adapters
// that tie the parts together. It is the only place that knows everybody, and
// only main imports it. It promises exit codes (0 done, 1 failed, 2 wrong
// usage), errors as one Chinese line, and the same error as JSON with a stable
// code under --json.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/mattn/go-runewidth"
	"github.com/spf13/cobra"

	"zuoxi/internal/config"
	"zuoxi/wire"
)

// Exit codes.
const (
	exitOK    = 0
	exitFail  = 1
	exitUsage = 2
)

// Env is the world around one run, so that stories can run in a world of theirs.
type Env struct {
	Args    []string
	In      io.Reader
	Out     io.Writer
	Err     io.Writer
	Getenv  func(string) string
	Version string
}

// run is one run of the command line.
type run struct {
	Env
	configPath string
	json       bool
	as         string // the 工号 whose rights a command uses
	cfg        config.Config
	wall       string // address of the leaders' page, for the lead's screen of the demo
	passing    bool   // everything goes with its folder: nothing is put into the keyring
}

// fault is an error for people with its stable code.
type fault struct {
	code wire.Code
	text string // one Chinese line
	err  error  // for the log, may be nil
}

func (f *fault) Error() string { return f.text }
func (f *fault) Unwrap() error { return f.err }

// usage is a fault of how the command was called.
type usage struct{ text string }

func (u *usage) Error() string { return u.text }

// The hotline is China's, so is every time that it writes or reads, wherever
// the machine believes to be: deadlines, 今天 in a search, the clock on the
// screen. A fixed zone needs no zone data; China has one and no summer time.
// It is set before any goroutine can read it.
func init() { time.Local = time.FixedZone("CST", 8*3600) }

// Run carries out one command line and returns its exit code.
func Run(ctx context.Context, env Env) int {
	// Chinese text is measured by one rule, whatever LANG says.
	runewidth.DefaultCondition.EastAsianWidth = false
	a := &run{Env: env}
	root := a.root()
	root.SetArgs(env.Args)
	root.SetIn(env.In)
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	err := root.ExecuteContext(ctx)
	if err == nil || errors.Is(err, context.Canceled) {
		return exitOK
	}
	a.report(err)
	var u *usage
	if errors.As(err, &u) {
		return exitUsage
	}
	return exitFail
}

func (a *run) root() *cobra.Command {
	root := &cobra.Command{
		Use: "zuoxi", Short: "坐席：12333 话务终端与省中心", Version: a.Version,
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.load(cmd) },
		RunE:              func(cmd *cobra.Command, _ []string) error { return a.seat(cmd.Context()) },
		Args:              noArgs,
	}
	root.PersistentFlags().StringVar(&a.configPath, "config", "", "配置文件")
	root.PersistentFlags().BoolVar(&a.json, "json", false, "用 JSON 输出")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return &usage{"参数不对：" + flagFault(err) + " · 什么都没有做 · 用 --help 看写法"}
	})
	root.AddCommand(
		a.seatCommand(), a.hubCommand(), a.demoCommand(), a.citizenCommand(), a.kbCommand(), a.agentCommand(), a.pairCommand(), a.deviceCommand(), a.callCommand(),
		a.recordingCommand(), a.recordCommand(), a.reportCommand(), a.qualityCommand(), a.mysteryCommand(), a.examCommand(), a.auditCommand(), a.businessCommand(), a.directoryCommand(), a.doctorCommand(), a.manualCommand(root),
		a.findCommand(), a.handoverCommand(), a.handoverSandbox(), a.identityCommand(), a.crashWatch(),
	)
	speakChinese(root)
	return root
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return &usage{fmt.Sprintf("没有“%s”这个命令 · 什么都没有做 · 用 zuoxi --help 看有哪些", args[0])}
	}
	return nil
}

// exactArgs wants n arguments, named for the error.
func exactArgs(names ...string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		want := ""
		for _, n := range names {
			want += " " + n
		}
		return &usage{"参数应为：" + want[min(1, len(want)):] + " · 什么都没有做 · 用 --help 看写法"}
	}
}

func (a *run) load(cmd *cobra.Command) error {
	switch cmd.Name() {
	case "help", "completion", "manual", crashCommand, cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
		return nil // also with a configuration that cannot be read
	}
	c, err := config.Load(a.configPath, a.Getenv)
	if err != nil {
		return &fault{code: wire.CodeInvalid, text: err.Error(), err: err}
	}
	a.cfg = c
	return nil
}

// plain is what an error says to people: the Chinese parts of its chain, or all
// of it where nobody wrote any.
func plain(err error) string {
	var said []string
	for part := range strings.SplitSeq(err.Error(), ": ") {
		if strings.ContainsFunc(part, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			said = append(said, part)
		}
	}
	if len(said) == 0 {
		return err.Error()
	}
	return strings.Join(said, "：")
}

// report writes an error the way it was asked for.
func (a *run) report(err error) {
	text := err.Error()
	code := wire.CodeInternal
	var f *fault
	var u *usage
	switch {
	case errors.As(err, &f):
		code = f.code
	case errors.As(err, &u):
		code = wire.CodeInvalid
	default:
		text = "没有做成：" + plain(err)
	}
	if a.json {
		_ = json.NewEncoder(a.Err).Encode(map[string]string{"code": string(code), "error": text})
		return
	}
	_, _ = fmt.Fprintln(a.Err, text)
}

// print writes data as JSON under --json, else what lines says.
func (a *run) print(data any, lines func(w io.Writer)) error {
	if a.json {
		enc := json.NewEncoder(a.Out)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(data); err != nil {
			return fmt.Errorf("writing the output: %w", err)
		}
		return nil
	}
	lines(a.Out)
	return nil
}

// terminal tells whether w is a terminal that a person looks at.
func terminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}

func (a *run) logLevel() slog.Level {
	var l slog.Level
	if l.UnmarshalText([]byte(a.cfg.Log.Level)) != nil {
		return slog.LevelInfo
	}
	return l
}
