package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zuoxi/hub/quality"
	rules "zuoxi/rules/quality"
)

func (a *run) qualityCommand() *cobra.Command {
	c := &cobra.Command{Use: "quality", Short: "质检：抽样、评分、申诉、复评、校准", Args: noArgs, RunE: helpOnly}
	a.speakAs(c)
	c.AddCommand(a.qualityDraw(), a.qualityList(), a.qualityShow(), a.qualityScore(), a.qualitySettle(), a.qualityCalibrate(),
		a.qualityDispute("appeal", "对自己的评分申诉", "已提交申诉"),
		a.qualityDispute("second", "对别人给的分有疑问，要求另一位质检员复评（质检员，本区县的班长；没有坐席的质量监控也可以）", "已要求复评"),
		a.qualityPlain("check 评分表", "用同一个种子再抽一次，核对抽样", "quality.check", "评分表"),
		a.qualityPlain("models", "推荐为范例的通话（没有姓名和号码）", "quality.models"),
		a.qualityPlain("spread", "各评分人与专家的偏差", "quality.spread"),
	)
	return c
}

// qualityDispute is a command that says why a mark is wrong.
func (a *run) qualityDispute(step, short, done string) *cobra.Command {
	return &cobra.Command{Use: step + " 评分表 理由", Short: short, Args: exactArgs("评分表", "理由"), RunE: func(cmd *cobra.Command, args []string) error {
		if err := a.request(cmd.Context(), a.as, "quality."+step, map[string]string{"id": args[0], "text": args[1]}, nil); err != nil {
			return err
		}
		return a.done(done, args[0])
	}}
}

// qualityPlain is a command that prints the hub's answer as it is.
func (a *run) qualityPlain(use, short, name string, args ...string) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: exactArgs(args...), RunE: func(cmd *cobra.Command, args []string) error {
		in := map[string]string{}
		if len(args) > 0 {
			in["id"] = args[0]
		}
		var raw, out bytes.Buffer
		if err := a.answer(cmd.Context(), name, in, &raw); err != nil {
			return err
		}
		if err := json.Indent(&out, raw.Bytes(), "", "  "); err != nil {
			return fmt.Errorf("the hub's answer: %w", err)
		}
		_, err := fmt.Fprintln(a.Out, out.String())
		return err
	}}
}

func (a *run) sheetRows(rows []rules.Row) error {
	return a.print(rows, func(w io.Writer) { sheetTable(w, rows) })
}

func sheetTable(w io.Writer, rows []rules.Row) {
	table(w, "评分表\t工号\t通话\t状态\t评分人\t得分\t抽样时间", len(rows), func(i int) string {
		r := rows[i]
		mark := "-"
		if r.Mark >= 0 {
			mark = strconv.Itoa(r.Mark)
		}
		return strings.Join([]string{r.ID, orDash(r.Agent), r.Call, r.Label, orDash(r.Scorer), mark, r.At.Local().Format("01-02 15:04")}, "\t")
	})
}

func (a *run) qualityDraw() *cobra.Command {
	in := quality.Drawing{Each: 3}
	c := &cobra.Command{
		Use: "draw", Short: "随机抽样，给每个坐席抽几通", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var s rules.Sample
			if err := a.answerInto(cmd, "quality.draw", in, &s); err != nil {
				return err
			}
			return a.print(s, func(w io.Writer) {
				sheetTable(w, s.Rows)
				_, _ = fmt.Fprintln(w, s.Line())
			})
		},
	}
	f := c.Flags()
	f.StringVar(&in.From, "from", "", "起始日；空 = 与截止日同一天")
	f.StringVar(&in.To, "to", "", "截止日（含）；空 = 今天")
	f.IntVar(&in.Each, "each", 3, "每人几通")
	f.StringSliceVar(&in.Agents, "agent", nil, "只抽这些工号")
	f.StringVar(&in.Scorer, "scorer", "", "由谁评；空 = 自己")
	return c
}

// answerInto is answer, unpacked.
func (a *run) answerInto(cmd *cobra.Command, name string, in, out any) error {
	var raw bytes.Buffer
	if err := a.answer(cmd.Context(), name, in, &raw); err != nil {
		return err
	}
	if err := json.Unmarshal(raw.Bytes(), out); err != nil {
		return fmt.Errorf("the hub's answer to %s: %w", name, err)
	}
	return nil
}

func (a *run) qualityList() *cobra.Command {
	in := map[string]any{}
	var state, agent string
	limit := 200
	c := &cobra.Command{
		Use: "list", Short: "评分表", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			in["state"], in["agent_no"], in["limit"] = state, agent, limit
			var list rules.List
			if err := a.answerInto(cmd, "quality.list", in, &list); err != nil {
				return err
			}
			return a.print(list, func(w io.Writer) {
				sheetTable(w, list.Rows)
				todo, done := list.Scored()
				_, _ = fmt.Fprintf(w, "待检 %d  已检 %d\n", todo, done)
				if n := list.More(state); n > 0 {
					_, _ = fmt.Fprintf(w, "另有 %d 张没有列出 · 用 --state 选一种，或用 --limit 多列\n", n)
				}
			})
		},
	}
	c.Flags().StringVar(&state, "state", "", "drawn 待检、open 评分中、published 已公布、appealed 待复评、second 待裁定、settled 已裁定")
	c.Flags().StringVar(&agent, "agent", "", "工号")
	c.Flags().IntVar(&limit, "limit", limit, "最多几张，至多 1000")
	return c
}

func (a *run) qualityShow() *cobra.Command {
	return &cobra.Command{
		Use: "show 评分表", Short: "一张评分表：机器的建议、人的评分、录音里的位置", Args: exactArgs("评分表"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var s rules.Work
			if err := a.answerInto(cmd, "quality.show", map[string]string{"id": args[0]}, &s); err != nil {
				return err
			}
			return a.print(s, func(w io.Writer) { scoreLines(w, &s) })
		},
	}
}

func scoreLines(w io.Writer, s *rules.Work) {
	_, _ = fmt.Fprintf(w, "%s  %s  工号 %s  通话 %s\n", s.ID, s.Label, orDash(s.Agent), s.Call)
	table(w, "项\t项目\t满分\t得分\t建议\t依据", len(s.Items), func(i int) string {
		it := s.Items[i]
		return strings.Join([]string{it.ID, it.Name, strconv.Itoa(it.Of), given(it.Points, it.Excluded), given(it.Proposed, it.Exclude), it.Why}, "\t")
	})
	if s.Mystery != nil {
		_, _ = fmt.Fprintln(w, strings.Join(s.Mystery.Lines(), "\n"))
	}
	for _, p := range s.Parts {
		_, _ = fmt.Fprintf(w, "%s %d/%d\n", p.Name, p.Points, p.Of)
	}
	for _, c := range s.Caps {
		_, _ = fmt.Fprintln(w, "封顶  "+c)
	}
	for _, m := range s.Marks {
		_, _ = fmt.Fprintf(w, "%d:%02d  %s %s\n", m.AtMS/60000, m.AtMS/1000%60, m.Text, m.By)
	}
	switch {
	case s.Mark >= 0:
		_, _ = fmt.Fprintf(w, "得分 %d\n", s.Mark)
	case len(s.Open) > 0:
		_, _ = fmt.Fprintf(w, "还有 %d 项没有人确认，没有总分\n", len(s.Open))
	}
}

func given(points int, excluded bool) string {
	switch {
	case excluded:
		return "不计"
	case points < 0:
		return "-"
	}
	return strconv.Itoa(points)
}

func (a *run) qualityScore() *cobra.Command {
	in := quality.Score{}
	var note string
	var spoke time.Duration
	var nobody bool
	c := &cobra.Command{
		Use: "score 评分表", Short: "评分；--submit 合计并公布", Args: exactArgs("评分表"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.ID = args[0]
			if note != "" {
				in.Note = &note
			}
			switch {
			case nobody && cmd.Flags().Changed("person"):
				return &usage{"有人工、没有人工写了两样 · 没有记下 · --person 和 --no-person 只写一个"}
			case nobody:
				in.Person = &rules.Person{}
			case cmd.Flags().Changed("person"):
				in.Person = &rules.Person{Spoke: true, AtMS: spoke.Milliseconds()}
			}
			var s rules.Work
			if err := a.answerInto(cmd, "quality.score", in, &s); err != nil {
				return err
			}
			return a.print(s, func(w io.Writer) { scoreLines(w, &s) })
		},
	}
	f := c.Flags()
	f.StringToIntVar(&in.Items, "item", nil, "项=分，可重复")
	f.StringSliceVar(&in.Excluded, "exclude", nil, "这通电话不计的项")
	f.BoolVar(&in.Accept, "accept", false, "确认机器有把握的自动项")
	f.StringVar(&note, "note", "", "说明")
	f.StringVar(&in.Verdict, "verdict", "", "pass 通过、retrain 退回复训、model 推荐为范例")
	f.DurationVar(&spoke, "person", 0, "更正质量监控：有人工，从录音的这一刻开口，如 4.5s")
	f.BoolVar(&nobody, "no-person", false, "更正质量监控：没有拨通人工")
	f.BoolVar(&in.Submit, "submit", false, "提交")
	return c
}

func (a *run) qualitySettle() *cobra.Command {
	var mark int
	var why string
	c := &cobra.Command{
		Use: "settle 评分表", Short: "裁定两次评分：相近取平均，相差大由人定", Args: exactArgs("评分表"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in := quality.Settling{ID: args[0], Why: why}
			if mark >= 0 {
				in.Mark = &mark
			}
			if err := a.request(cmd.Context(), a.as, "quality.settle", in, nil); err != nil {
				return err
			}
			return a.done("已裁定", args[0])
		},
	}
	c.Flags().IntVar(&mark, "mark", -1, "裁定的分；不给 = 取平均")
	c.Flags().StringVar(&why, "why", "", "理由")
	return c
}

func (a *run) qualityCalibrate() *cobra.Command {
	in := quality.Calibration{}
	c := &cobra.Command{
		Use: "calibrate", Short: "校准：几个人各评同几通，与专家比", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var rows []rules.Row
			if err := a.answerInto(cmd, "quality.standard", in, &rows); err != nil {
				return err
			}
			return a.sheetRows(rows)
		},
	}
	f := c.Flags()
	f.StringSliceVar(&in.Calls, "call", nil, "通话号")
	f.StringSliceVar(&in.Scorers, "scorer", nil, "评分人")
	f.StringVar(&in.Expert, "expert", "", "专家")
	return c
}
