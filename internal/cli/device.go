package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// deviceRow is a registered PC.
type deviceRow struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Issued  time.Time `json:"issued"`
	Until   time.Time `json:"until"`
	Revoked time.Time `json:"revoked,omitzero"`
}

func (d deviceRow) state() string {
	switch {
	case !d.Revoked.IsZero():
		return "已撤销 " + d.Revoked.Local().Format("2006-01-02")
	case time.Now().After(d.Until):
		return "已过期"
	}
	return "有效"
}

func (a *run) deviceCommand() *cobra.Command {
	c := &cobra.Command{Use: "device", Short: "登记过的坐席电脑：发登记码、清单、撤销", Args: noArgs, RunE: helpOnly}
	a.speakAs(c)
	var name string
	invite := &cobra.Command{
		Use: "invite", Short: "发一个登记码：24 小时内在一台电脑上用一次（zuoxi pair）", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var out struct {
				Code  string    `json:"code"`
				Until time.Time `json:"until"`
			}
			if err := a.request(cmd.Context(), a.as, "device.invite", map[string]string{"name": name}, &out); err != nil {
				return err
			}
			return a.print(out, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%s\n在那台电脑上运行：zuoxi pair %s\n到 %s 为止，只能用一次；登记码是秘密，请当面或打电话告诉\n", out.Code, out.Code, out.Until.Local().Format("01-02 15:04"))
			})
		},
	}
	invite.Flags().StringVar(&name, "name", "", "这台电脑叫什么，如 玄武窗口 2 号机")
	list := &cobra.Command{
		Use: "list", Short: "登记过的电脑", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := []deviceRow{}
			if err := a.request(cmd.Context(), a.as, "device.list", nil, &out); err != nil {
				return err
			}
			return a.print(out, func(w io.Writer) {
				table(w, "编号\t名称\t登记\t到期\t状态", len(out), func(i int) string {
					d := out[i]
					return strings.Join([]string{d.ID, d.Name, d.Issued.Local().Format("2006-01-02"), d.Until.Local().Format("2006-01-02"), d.state()}, "\t")
				})
			})
		},
	}
	revoke := &cobra.Command{
		Use: "revoke 编号", Short: "撤销一台电脑：它的连接立即断开，以后连不上", Args: exactArgs("编号"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var out deviceRow
			if err := a.request(cmd.Context(), a.as, "device.revoke", map[string]string{"id": args[0]}, &out); err != nil {
				return err
			}
			return a.print(out, func(w io.Writer) { _, _ = fmt.Fprintf(w, "已撤销 %s %s\n", out.ID, out.Name) })
		},
	}
	c.AddCommand(invite, list, revoke)
	return c
}
