package cli

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"zuoxi/wire"
)

func (a *run) agentCommand() *cobra.Command {
	c := &cobra.Command{Use: "agent", Short: "坐席账号", Args: noArgs, RunE: helpOnly}
	a.speakAs(c)
	c.AddCommand(a.agentAdd(), a.agentList(), a.agentDisable(), a.agentPasswd(), a.agentTOTP())
	return c
}

// helpOnly is for commands that only group others.
func helpOnly(cmd *cobra.Command, _ []string) error { return cmd.Help() }

func (a *run) agentAdd() *cobra.Command {
	var row wire.AgentRow
	c := &cobra.Command{
		Use: "add 工号 姓名", Short: "添加坐席，口令从终端或 ZUOXI_PASSWORD 读入", Args: exactArgs("工号", "姓名"),
		RunE: func(cmd *cobra.Command, args []string) error {
			password, err := a.newPassword()
			if err != nil {
				return err
			}
			row.No, row.Name, row.Password = args[0], args[1], password
			if err := a.request(cmd.Context(), a.as, "agent.add", row, nil); err != nil {
				return err
			}
			return a.done("已添加坐席 "+row.No, row.No)
		},
	}
	c.Flags().StringVar(&row.Role, "role", "agent", "角色：agent trainee mentor lead qa trainer kb_editor liaison viewer admin")
	c.Flags().StringVar(&row.District, "district", "", "区县代码，空 = 中心所在地")
	c.Flags().StringSliceVar(&row.Skills, "skill", nil, "技能 地区:业务:级别，可多次，例如 320100:养老保险:1")
	c.Flags().BoolVar(&row.Certified, "certified", false, "已考核上岗，可以接听来电")
	return c
}

// done says that something was carried out.
func (a *run) done(text, id string) error {
	return a.print(map[string]string{"ok": id}, func(w io.Writer) { _, _ = fmt.Fprintln(w, text) })
}

func (a *run) agentList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "列出坐席", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var rows []wire.AgentRow
			if err := a.request(cmd.Context(), a.as, "agent.list", struct{}{}, &rows); err != nil {
				return err
			}
			return a.print(rows, func(w io.Writer) {
				table(w, "工号\t姓名\t角色\t区县\t上岗\t停用\t技能", len(rows), func(i int) string {
					r := rows[i]
					return strings.Join([]string{r.No, r.Name, r.Role, r.District, yes(r.Certified), yes(r.Disabled), strings.Join(r.Skills, " ")}, "\t")
				})
			})
		},
	}
}

func yes(b bool) string {
	if b {
		return "是"
	}
	return "-"
}

func (a *run) agentDisable() *cobra.Command {
	var undo bool
	c := &cobra.Command{
		Use: "disable 工号", Short: "停用坐席（--undo 恢复）", Args: exactArgs("工号"),
		RunE: func(cmd *cobra.Command, args []string) error {
			req := map[string]any{"agent_no": args[0], "disabled": !undo}
			if err := a.request(cmd.Context(), a.as, "agent.disable", req, nil); err != nil {
				return err
			}
			if undo {
				return a.done("已恢复坐席 "+args[0], args[0])
			}
			return a.done("已停用坐席 "+args[0]+"，正在进行的通话不受影响", args[0])
		},
	}
	c.Flags().BoolVar(&undo, "undo", false, "恢复")
	return c
}

func (a *run) agentPasswd() *cobra.Command {
	return &cobra.Command{
		Use: "passwd 工号", Short: "重设口令", Args: exactArgs("工号"),
		RunE: func(cmd *cobra.Command, args []string) error {
			password, err := a.newPassword()
			if err != nil {
				return err
			}
			if err := a.request(cmd.Context(), a.as, "agent.passwd", wire.AgentRow{No: args[0], Password: password}, nil); err != nil {
				return err
			}
			return a.done("已重设 "+args[0]+" 的口令", args[0])
		},
	}
}

func (a *run) newPassword() (string, error) {
	p, err := a.password("新口令：")
	if err != nil {
		return "", err
	}
	if f, ok := a.In.(*os.File); ok && term.IsTerminal(int(f.Fd())) && a.Getenv("ZUOXI_PASSWORD") == "" {
		again, err := a.password("再输入一次：")
		if err != nil {
			return "", err
		}
		if again != p {
			return "", &usage{"两次口令不一样 · 什么都没有改 · 请重来"}
		}
	}
	return p, nil
}

// password comes from ZUOXI_PASSWORD, a terminal without echo, or a line of the input.
func (a *run) password(prompt string) (string, error) {
	if p := a.Getenv("ZUOXI_PASSWORD"); p != "" {
		return p, nil
	}
	if f, ok := a.In.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		_, _ = fmt.Fprint(a.Err, prompt)
		p, err := term.ReadPassword(int(f.Fd()))
		_, _ = fmt.Fprintln(a.Err)
		if err != nil {
			return "", fmt.Errorf("reading the password: %w", err)
		}
		return string(p), nil
	}
	line, err := bufio.NewReader(a.In).ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", &usage{"没有口令 · 什么都没有做 · 在终端输入，或设 ZUOXI_PASSWORD"}
	}
	if err != nil && err != io.EOF {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	return line, nil
}

func (a *run) agentTOTP() *cobra.Command {
	var off bool
	c := &cobra.Command{
		Use: "totp 工号", Short: "给账号加动态码（RFC 6238）：登录时接在口令后面输入 6 位", Args: exactArgs("工号"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var out struct {
				URL string `json:"url"`
			}
			if err := a.request(cmd.Context(), a.as, "agent.totp", map[string]any{"agent_no": args[0], "off": off}, &out); err != nil {
				return err
			}
			if off {
				return a.done(args[0]+" 不再要动态码", args[0])
			}
			return a.print(out, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%s\n请在手机的验证器里加入这一行（只显示这一次），登录时在口令后面接着输入 6 位动态码\n", out.URL)
			})
		},
	}
	c.Flags().BoolVar(&off, "off", false, "去掉动态码")
	return c
}
