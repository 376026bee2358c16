package cli

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"zuoxi/rules/access"
	"zuoxi/wire"
)

func (a *run) agentCommand() *cobra.Command {
	c := &cobra.Command{Use: "agent", Short: "坐席账号", Args: noArgs, RunE: helpOnly}
	a.speakAs(c)
	c.AddCommand(a.agentAdd(), a.agentSet(), a.agentList(), a.agentDisable(), a.agentPasswd(), a.agentTOTP())
	return c
}

// helpOnly is for commands that only group others.
func helpOnly(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// rolesHelp names the roles of an account.
var rolesHelp = "角色：" + strings.Join(roleNames(), " ")

func roleNames() []string {
	out := make([]string, 0, len(access.Roles))
	for _, r := range access.Roles {
		out = append(out, string(r))
	}
	return out
}

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
			if row.Own {
				return a.done("已添加坐席 "+row.No, row.No)
			}
			return a.done("已添加坐席 "+row.No+"；本人第一次登录时要换成自己的口令", row.No)
		},
	}
	c.Flags().StringVar(&row.Role, "role", "agent", rolesHelp)
	c.Flags().StringSliceVar(&row.Extra, "also", nil, "兼任的角色，可多次，例如班长兼质检：--role lead --also qa")
	c.Flags().StringVar(&row.District, "district", "", "区县代码，空 = 中心所在地")
	c.Flags().StringSliceVar(&row.Skills, "skill", nil, "技能 地区:业务:级别，可多次，例如 320100:养老保险:1")
	c.Flags().BoolVar(&row.Certified, "certified", false, "已考核上岗，可以接听来电")
	c.Flags().BoolVar(&row.Own, "own", false, "口令是本人输入的，第一次登录不用换")
	return c
}

// agentSet changes an account that is there: people are promoted, learn a subject, marry, move to another county.
func (a *run) agentSet() *cobra.Command {
	var name, role, district string
	var also, skills []string
	c := &cobra.Command{
		Use: "set 工号", Short: "改姓名、角色、区县、技能；没有写的不变", Args: exactArgs("工号"),
		Long: "技能和兼任的角色写了就整个换掉：--skill 和 --also 要写全。班长可以给本区县的人改技能，其余由管理员改；自己的都不能改。",
		Example: "  zuoxi agent set 1001 --role lead --also qa\n" +
			"  zuoxi agent set --as 1002 1001 --skill 320100:养老保险:1 --skill 320100:失业保险:2",
		RunE: func(cmd *cobra.Command, args []string) error {
			in := wire.AgentChange{No: args[0]}
			given := func(flag string) bool { return cmd.Flags().Changed(flag) }
			if given("name") {
				in.Name = &name
			}
			if given("also") && !given("role") {
				return &usage{"只写了兼任的角色，没有写主要的 · 没有改动 · 请加 --role"}
			}
			if given("role") {
				roles := append([]string{role}, also...)
				in.Roles = &roles
			}
			if given("district") {
				in.District = &district
			}
			if given("skill") {
				in.Skills = &skills
			}
			if err := a.request(cmd.Context(), a.as, "agent.set", in, nil); err != nil {
				return err
			}
			return a.done("已改工号 "+args[0]+"：权限和派话马上照新的算，屏幕在本人重新签入后跟着变", args[0])
		},
	}
	c.Flags().StringVar(&name, "name", "", "姓名")
	c.Flags().StringVar(&role, "role", "", rolesHelp)
	c.Flags().StringSliceVar(&also, "also", nil, "兼任的角色，可多次")
	c.Flags().StringVar(&district, "district", "", "区县代码")
	c.Flags().StringSliceVar(&skills, "skill", nil, "技能 地区:业务:级别，可多次")
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
					return strings.Join([]string{r.No, r.Name, strings.Join(append([]string{r.Role}, r.Extra...), " "), r.District, yes(r.Certified), yes(r.Disabled), strings.Join(r.Skills, " ")}, "\t")
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
		Use: "passwd 工号", Short: "改自己的口令（--as 自己的工号），或重设别人的", Args: exactArgs("工号"),
		RunE: func(cmd *cobra.Command, args []string) error {
			password, err := a.newPassword()
			if err != nil {
				return err
			}
			if err := a.request(cmd.Context(), a.as, "agent.passwd", wire.AgentRow{No: args[0], Password: password}, nil); err != nil {
				return err
			}
			if a.as == args[0] {
				return a.done("已改口令，请用新口令登录", args[0])
			}
			return a.done("已重设 "+args[0]+" 的口令；本人登录时要换成自己的", args[0])
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
	return a.unseen(prompt, "没有口令 · 什么都没有做 · 在终端输入，或设 ZUOXI_PASSWORD")
}

// unseen reads what must not stand in the shell's history: from a terminal without echo, or a line of the input. Without
// any it fails with missing.
func (a *run) unseen(prompt, missing string) (string, error) {
	if f, ok := a.In.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		_, _ = fmt.Fprint(a.Err, prompt)
		p, err := term.ReadPassword(int(f.Fd()))
		_, _ = fmt.Fprintln(a.Err)
		if err != nil {
			return "", fmt.Errorf("reading what stays unseen: %w", err)
		}
		return string(p), nil
	}
	line, err := bufio.NewReader(a.In).ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", &usage{missing}
	}
	if err != nil && err != io.EOF {
		return "", fmt.Errorf("reading what stays unseen: %w", err)
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
