package cli

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"zuoxi/rules/find"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// findCommand looks for calls, records and messages together.
func (a *run) findCommand() *cobra.Command {
	var limit int
	var after string
	c := &cobra.Command{
		Use: "find 词语…", Short: "综合查询：通话、受理单、工单、留言（需要 --as）",
		Long: `查通话、受理单、工单和留言，最近的在前。词语之间用空格，都要符合：
  几个字、“加引号的文字”、单号 0312-8001-1、完整的电话或证件号
  今天 昨天 本周 上周 本月 近7天 3-1 3-1~3-5 2026-02
  通话 受理单 工单 留言 短信    咨询 查询 投诉 举报 建议 求助
  gh:工号 wh:尾号 xm:姓名 ld:轮到谁 yw:业务 dq:地区 zt:状态 qx:区县代码
  通话还可以：不满意 坐席先挂 来电人先挂 >10分钟 <1分钟（时长分 1、3、5、10、15、20、30、60 分钟）
  pj:满意 xg:线路 jg:排队放弃 fs:转接 yy:按规定终止（评价、先挂、结果、发生、结束原因；写错时会说能写什么）
  有标记 bj:态度（听录音的人标过的、标记里的字；要有听这通录音的权限）
只查得到 --as 的人看得到的；每次查询都记入审计，号码以掩码记。`,
		Example: `  zuoxi find --as 1007 投诉 近7天 工伤
  zuoxi find --as 1007 近7天 不满意 '>10分钟'
  zuoxi --json find --as 1007 gh:3027 昨天`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var out wire.Found
			ask := wire.Find{Line: strings.Join(args, " "), Limit: limit, After: after}
			if err := a.request(cmd.Context(), a.as, "find", ask, &out); err != nil {
				return err
			}
			return a.print(out, func(w io.Writer) { foundTable(w, out) })
		},
	}
	c.Flags().IntVar(&limit, "limit", 20, "多少条，最多 50")
	c.Flags().StringVar(&after, "after", "", "接着上一页：--json 里的 next")
	a.speakAs(c)
	return c
}

func foundTable(w io.Writer, f wire.Found) {
	table(w, "类型\t时间\t号\t来电人\t业务\t状态\t工号\t内容", len(f.Rows), func(i int) string {
		r := f.Rows[i]
		state := ticket.Status(r.State).Label()
		if r.Type == string(find.TypeCall) {
			state = word(dispositions, r.State)
		}
		return strings.Join([]string{
			find.Type(r.Type).Label(), r.At.Local().Format("01-02 15:04"), r.ID, r.Who, r.Subject, state, r.Agent, oneLine(r.What),
		}, "\t")
	})
}
