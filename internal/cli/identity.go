package cli

import (
	"github.com/spf13/cobra"
)

// identityCommand is what a shift lead does about identity checks.
func (a *run) identityCommand() *cobra.Command {
	c := &cobra.Command{Use: "identity", Short: "身份核验", Args: noArgs, RunE: helpOnly}
	a.speakAs(c)
	var reason string
	unlock := &cobra.Command{
		Use: "unlock", Short: "解除今天的核验锁定：一个号码当天 5 次不符后没人再能核验它", Args: noArgs,
		Long: "先在别处确认是本人（到场、回电到登记的号码），再解除。证件号码从终端读入，不显示，也不进命令历史；\n" +
			"号码不留下，谁、何时、为什么解除记进审计。已经不能再核验的那通电话要请来电人重拨。",
		Example: "  zuoxi identity unlock --as 1002 --reason \"回拨登记号码，本人接听\"",
		RunE: func(cmd *cobra.Command, _ []string) error {
			number, err := a.unseen("证件号码：", "没有证件号码 · 没有解除 · 请在终端输入")
			if err != nil {
				return err
			}
			if err := a.request(cmd.Context(), a.as, "identity.unlock", map[string]string{"number": number, "reason": reason}, nil); err != nil {
				return err
			}
			return a.done("已解除，这个号码今天可以再核验", "unlocked")
		},
	}
	unlock.Flags().StringVar(&reason, "reason", "", "怎样确认了是本人（必写，记进审计）")
	c.AddCommand(unlock)
	return c
}
