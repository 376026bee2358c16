package cli

import (
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"zuoxi/hub/handover"
	"zuoxi/wire"
)

func (a *run) recordSheet() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "sheet 单号", Short: "给没有本程序的部门：可打印、可邮寄的工单和一次性答复链接", Args: exactArgs("单号"),
		Example: "  zuoxi record sheet --as 3027 --out 工单.html 0312-3027-1\n  zuoxi record sheet --as 3027 --out 工单.eml 0312-3027-1",
		RunE: func(cmd *cobra.Command, args []string) error {
			var s wire.Sheet
			if err := a.request(cmd.Context(), a.as, "record.sheet", map[string]string{"number": args[0]}, &s); err != nil {
				return err
			}
			if out != "" {
				data := string(s.Page)
				if strings.HasSuffix(out, ".eml") {
					data = mail(s)
				}
				if err := os.WriteFile(out, []byte(data), 0o600); err != nil {
					return &fault{code: wire.CodeInvalid, text: "写不了 " + out + " · 链接已生成，工单没有存下 · 请换一个位置再来一次", err: err}
				}
			}
			return a.print(s, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "单 %s · %s · 答复链接（一次有效，到 %s）：\n%s\n", s.Number, s.Dept, s.Expires.Local().Format("01-02 15:04"), s.URL)
			})
		},
	}
	c.Flags().StringVar(&out, "out", "", "存成 .html（打印）或 .eml（用邮件程序打开寄出）")
	return c
}

// mail is the sheet as a message that any mail program opens.
func mail(s wire.Sheet) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Subject: %s\r\nMIME-Version: 1.0\r\nX-Unsent: 1\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
		mime.QEncoding.Encode("utf-8", "12333 工单 "+s.Number))
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write(s.Page) // a builder takes everything
	_ = w.Close()
	return b.String()
}

var postStates = map[string]string{"queued": "待送", "sending": "在送", "sent": "对方已收", "done": "了结", "failed": "未成", "unknown": "不明"}

func (a *run) handoverCommand() *cobra.Command {
	c := &cobra.Command{Use: "handover", Short: "移送：交给劳动监察、调解、12345 的案件和它们交来的", Args: noArgs, RunE: helpOnly}
	a.speakAs(c)
	var days int
	list := &cobra.Command{
		Use: "list", Short: "按路由数", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var rows []wire.RouteCount
			if err := a.request(cmd.Context(), a.as, "handover.list", map[string]int{"days": days}, &rows); err != nil {
				return err
			}
			return a.print(rows, func(w io.Writer) {
				table(w, "路由\t方向\t件数\t其中", len(rows), func(i int) string {
					r := rows[i]
					var parts []string
					for state, n := range r.States {
						parts = append(parts, fmt.Sprintf("%s %d", word(postStates, state), n))
					}
					slices.Sort(parts)
					return fmt.Sprintf("%s\t%s\t%d\t%s", r.Route, map[string]string{"out": "移出", "in": "移入"}[r.Direction], r.Total, strings.Join(parts, " "))
				})
			})
		},
	}
	list.Flags().IntVar(&days, "days", 30, "最近多少天，0 = 全部")
	c.AddCommand(list)
	return c
}

func (a *run) handoverSandbox() *cobra.Command {
	var listen, token string
	c := &cobra.Command{
		Use: "handover-sandbox", Short: "移送接口的参考接收方，供联调和演示", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := openSandbox(listen, handover.NewReceiver(token))
			if err != nil {
				return err
			}
			_, _ = fmt.Fprintf(a.Err, "移送接口的参考接收方已启动 · 地址 %s · 只供联调，数据在内存里\n", s.URL)
			<-cmd.Context().Done()
			return s.close()
		},
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8481", "地址，只能在本机")
	c.Flags().StringVar(&token, "token", "sandbox", "要对方出示的令牌")
	return c
}

// loopback listens on this machine alone.
func loopback(listen string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return nil, &usage{"沙箱只能开在本机 · 没有启动 · 请写成 127.0.0.1:端口"}
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, &fault{code: wire.CodeBusy, text: "沙箱的端口打不开（" + listen + "） · 没有启动 · 请换一个端口", err: err}
	}
	return l, nil
}
