package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manualCommand prints man page zuoxi(1), made from the command tree; the
// package's build calls it, people call man.
func (a *run) manualCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "manual", Short: "打印手册页 zuoxi(1)", Hidden: true, Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return writeManual(a.Out, root) },
	}
}

const manualEnd = `.SH 退出码
0 做成了；1 没有做成；2 命令写得不对。出错时标准错误上是一行：出了什么事 · 意味着什么 · 怎么办。
带 \-\-json 时是 {"code","error"}，code 不会改变含义。
.SH 环境
.TP
.B ZUOXI_HOME
所有目录都放到这一个目录下，优先于 XDG。
.TP
.B ZUOXI_\fI键\fR
优先于配置文件，例如 ZUOXI_HUB_SIP_NUMBER 就是 hub.sip.number，列表用逗号隔开。
.TP
.B ZUOXI_PASSWORD
口令，不写就在终端里问。
.TP
.B ZUOXI_PORTAUDIO
另一个声音库文件，代替系统的 libportaudio.so.2。
.TP
.B NO_COLOR
有值就不用颜色。
.SH 文件
.TP
.I ~/.config/zuoxi/config.toml
配置，每个键和默认值见 config.example.toml。
.TP
.I ~/.local/share/zuoxi/hub
中心的数据：数据库、密钥 hub.keys、证书、录音、管理套接字 hub.sock。
.TP
.I ~/.local/share/zuoxi/seat
坐席的数据：中心的证书、没有送出的单、日志。
`

func writeManual(w io.Writer, root *cobra.Command) error {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH ZUOXI 1\n.SH 名称\nzuoxi \\- %s\n.SH 概要\n.B zuoxi\n[选项] [命令]\n", roff(strings.TrimPrefix(root.Short, "坐席：")))
	b.WriteString(".SH 选项\n")
	manualFlags(&b, root.PersistentFlags())
	b.WriteString(".SH 命令\n不写命令就是 seat。\n")
	manualTree(&b, root)
	b.WriteString(manualEnd)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the manual: %w", err)
	}
	return nil
}

// manualTree writes the commands that do something, in the tree's order.
func manualTree(b *strings.Builder, c *cobra.Command) {
	for _, sub := range c.Commands() {
		if !sub.IsAvailableCommand() {
			continue
		}
		if sub.HasAvailableSubCommands() {
			manualTree(b, sub)
			continue
		}
		path := strings.TrimSuffix(sub.CommandPath(), sub.Name())
		fmt.Fprintf(b, ".SS %s\n%s\n", roff(path+sub.Use), roff(sub.Short))
		manualFlags(b, sub.LocalNonPersistentFlags())
	}
}

func manualFlags(b *strings.Builder, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name, what := "--"+f.Name, f.Usage
		if kind, text := pflag.UnquoteUsage(f); kind != "" {
			name, what = name+" "+kind, text
		}
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" {
			what += "（默认 " + f.DefValue + "）"
		}
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(name), roff(what))
	})
}

// roff hides from roff what it would take as its own.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		return `\&` + s
	}
	return s
}
