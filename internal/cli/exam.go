package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	rules "zuoxi/rules/exam"
)

func (a *run) examCommand() *cobra.Command {
	var as string
	c := &cobra.Command{Use: "exam", Short: "考试：出卷、开卷码、阅卷、成绩、培训阶段", Args: noArgs, RunE: helpOnly}
	c.PersistentFlags().StringVar(&as, "as", "", "以哪个工号的身份（培训员、带教老师），口令从终端或 ZUOXI_PASSWORD 读入")
	c.AddCommand(a.examMake(&as), a.examOpen(&as), a.examList(&as), a.examMark(&as), a.examReport(&as), a.examSound(&as), a.examPath(&as),
		a.examImport(&as), a.examExport(&as), a.examSheet(&as), a.examStats(&as), a.examBank(&as), a.examPaths(&as), a.examMentor(&as), a.examWithdraw(&as), a.examDispute(&as))
	return c
}

func (a *run) examMake(as *string) *cobra.Command {
	var in rules.Order
	var rule rules.PaperRule
	var quotas []string
	c := &cobra.Command{
		Use: "make 工号…", Short: "按规则抽题，给每个人发一份密封试卷；一场考试一个开卷码", Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if in.Agents = args; len(args) == 0 && in.Everybody == "" {
				return &usage{"参数应为：工号… · 什么都没有做 · 用 --help 看写法"}
			}
			var err error
			if rule.Quotas, err = readQuotas(quotas); err != nil {
				return err
			}
			if len(quotas)+rule.Single+rule.Multiple+rule.Judge+rule.Fill+rule.Short > 0 {
				in.Rule = &rule
			}
			var rows []rules.Row
			if err := a.request(cmd.Context(), *as, "exam.make", in, &rows); err != nil {
				return err
			}
			return a.print(rows, func(w io.Writer) { examRows(w, rows) })
		},
	}
	f := c.Flags()
	f.StringVar(&in.Title, "title", "考试", "标题")
	f.IntVar(&in.Minutes, "minutes", 0, "笔试分钟数，0 = 一题一分钟")
	f.BoolVar(&in.Open, "open-book", false, "笔试可查知识库")
	f.StringVar(&in.Everybody, "everybody", "", "发给这个角色的所有人（agent、trainee…），代替逐个写工号")
	f.BoolVar(&in.Monthly, "monthly", false, "月考：不动培训阶段")
	f.StringSliceVar(&quotas, "quota", nil, "按题型、类别、难度抽题 题型:类别:难度=题数，类别和难度可空，例如 single:sy:=3")
	f.BoolVar(&in.NoWritten, "no-written", false, "不考笔试")
	f.StringSliceVar(&in.Calls, "call", nil, "模拟来电的情景，可多次，例如 s01")
	f.Uint64Var(&in.Seed, "seed", 1, "抽题的种子：同一个种子同一份题")
	f.IntVar(&rule.Single, "single", 0, "单选题数（都不写 = 题库自己的规则）")
	f.IntVar(&rule.Multiple, "multiple", 0, "多选题数")
	f.IntVar(&rule.Judge, "judge", 0, "判断题数")
	f.IntVar(&rule.Fill, "fill", 0, "填空题数")
	f.IntVar(&rule.Short, "short", 0, "简答题数")
	return c
}

// readQuotas reads KIND:SUBJECT:LEVEL=NUMBER.
func readQuotas(list []string) ([]rules.Quota, error) {
	out, err := rules.ReadQuotas(list)
	if err != nil {
		return nil, &usage{"“" + strings.Join(list, "，") + "”看不懂 · 没有出卷 · 写成 题型:类别:难度=题数，题型是 " + strings.Join(rules.Kinds, " ")}
	}
	return out, nil
}

func examRows(w io.Writer, rows []rules.Row) {
	table(w, "试卷\t工号\t标题\t状态\t时间", len(rows), func(i int) string {
		r := rows[i]
		return strings.Join([]string{r.ID, r.Agent, r.Title, r.State.Label(), r.At.Local().Format("01-02 15:04")}, "\t")
	})
}

func (a *run) examOpen(as *string) *cobra.Command {
	return &cobra.Command{
		Use: "open 试卷", Short: "给监考人开卷码", Args: exactArgs("试卷"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var r rules.Row
			if err := a.request(cmd.Context(), *as, "exam.open", map[string]string{"id": args[0]}, &r); err != nil {
				return err
			}
			return a.print(r, func(w io.Writer) { _, _ = fmt.Fprintf(w, "开卷码 %s（%s，%s）\n", r.Code, r.Title, r.Agent) })
		},
	}
}

func (a *run) examList(as *string) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "列出试卷", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var rows []rules.Row
			if err := a.request(cmd.Context(), *as, "exam.list", struct{}{}, &rows); err != nil {
				return err
			}
			return a.print(rows, func(w io.Writer) { examRows(w, rows) })
		},
	}
}

func (a *run) examMark(as *string) *cobra.Command {
	var in rules.Marking
	var short, items []string
	c := &cobra.Command{
		Use: "mark 试卷", Short: "阅卷：不带选项只看要评什么", Args: exactArgs("试卷"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.ID = args[0]
			var err error
			if in.Short, err = pairs(short, 2); err != nil {
				return err
			}
			if in.Items, err = pairs(items, 1); err != nil {
				return err
			}
			var w rules.Work
			if err := a.request(cmd.Context(), *as, "exam.mark", in, &w); err != nil {
				return err
			}
			return a.print(w, func(out io.Writer) { examWork(out, w) })
		},
	}
	f := c.Flags()
	f.StringSliceVar(&short, "short", nil, "简答题 题号=分，可用半分，例如 short-01=7.5")
	f.StringVar(&in.Scenario, "call", "", "评哪个情景")
	f.StringSliceVar(&items, "item", nil, "评分项 项目=分，例如 A2=4")
	f.StringSliceVar(&in.Excluded, "exclude", nil, "这次不计的评分项")
	f.BoolVar(&in.Accept, "accept", false, "认可机器对自动项的建议")
	f.StringSliceVar(&in.Points, "point", nil, "答到的要点，例如 p1")
	f.IntSliceVar(&in.Broken, "broken", nil, "犯了第几条禁忌")
	f.BoolVar(&in.Heard, "heard", false, "要点和禁忌已听完（一条也没有时用）")
	return c
}

// pairs reads NAME=NUMBER, the number times a factor.
func pairs(list []string, factor int) (map[string]int, error) {
	out := map[string]int{}
	for _, s := range list {
		name, value, _ := strings.Cut(s, "=")
		v, err := strconv.ParseFloat(value, 64)
		n := v * float64(factor)
		if err != nil || name == "" || n != float64(int(n)) {
			return nil, &usage{"“" + s + "”看不懂 · 没有记下 · 写成 名称=分数"}
		}
		out[name] = int(n)
	}
	return out, nil
}

// examWork writes what a marker needs, the machine's proposals marked as such.
func examWork(w io.Writer, work rules.Work) {
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	line("%s  %s  %s  %s", work.ID, work.Agent, work.Title, work.State.Label())
	for _, n := range work.Notes {
		line("  注意 %s", n.Text)
	}
	for _, s := range work.Short {
		line("简答 %s（满分 %g）%s\n  答：%s\n  参考：%s（%s）", s.Question, float64(s.Of)/2, s.Stem, s.Given, strings.Join(s.Expected, "；"), s.KB)
	}
	for _, c := range work.Calls {
		line("来电 %s %s，%.0f 秒", c.Scenario, c.Title, c.Seconds)
		for _, p := range c.Proposals {
			line("  建议 %s %d 分：%s", p.Item, p.Points, p.Why)
		}
		for _, p := range c.Points {
			line("  要点 %s %s（%d 分，%s）%s", p.ID, p.Text, p.Points, p.KB, map[bool]string{true: " 受理单里有"}[p.Proposed])
		}
		for i, f := range c.Forbidden {
			line("  禁忌 %d %s（扣 %d）", i+1, f.Text, f.Minus)
		}
		for _, t := range c.Timeline {
			line("  %s %s", clockMS(t.MS), t.Text)
		}
	}
	if len(work.Open) > 0 {
		line("还没有人评：%s", strings.Join(work.Open, " "))
	}
}

func clockMS(ms int64) string { return fmt.Sprintf("%02d:%02d.%d", ms/60000, ms/1000%60, ms/100%10) }

func (a *run) examReport(as *string) *cobra.Command {
	var publish bool
	c := &cobra.Command{
		Use: "report 试卷", Short: "成绩单（--publish 公布并按结果走培训阶段）", Args: exactArgs("试卷"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var out rules.Outcome
			if err := a.request(cmd.Context(), *as, "exam.report", map[string]any{"id": args[0], "publish": publish}, &out); err != nil {
				return err
			}
			return a.print(out, func(w io.Writer) {
				for _, l := range out.Lines {
					_, _ = fmt.Fprintln(w, l)
				}
				_, _ = fmt.Fprintln(w, map[bool]string{true: "合格", false: "不合格"}[out.Passed()])
			})
		},
	}
	c.Flags().BoolVar(&publish, "publish", false, "公布")
	return c
}

func (a *run) examSound(as *string) *cobra.Command {
	return a.examFile(as, "sound 试卷 情景 文件.wav", "取模拟来电的录音（左来电人，右学员）", "exam.sound", []string{"试卷", "情景", "文件"}, func(args []string) any {
		return map[string]string{"id": args[0], "scenario": args[1]}
	})
}

func (a *run) examPath(as *string) *cobra.Command {
	return &cobra.Command{
		Use: "path 工号 [advance|pass|fail|certify|recheck|end]", Short: "看或走培训阶段；只有“上岗”才能接听来电", Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			req := map[string]string{"agent_no": args[0]}
			if len(args) == 2 {
				req["move"] = args[1]
			}
			var way rules.Way
			if err := a.request(cmd.Context(), *as, "exam.path", req, &way); err != nil {
				return err
			}
			return a.print(way, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%s：%s，接听来电 %s\n", args[0], way.Label, yes(way.Certified))
				for _, s := range way.Steps {
					_, _ = fmt.Fprintf(w, "  %s  %s  %s\n", s.At.Local().Format("2006-01-02 15:04"), s.Text, s.Who)
				}
			})
		},
	}
}
