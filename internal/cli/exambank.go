package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"zuoxi/hub/exam"
	rules "zuoxi/rules/exam"
	"zuoxi/wire"
)

// uploadPiece is how much of a file one message carries.
const uploadPiece = 128 << 10

func (a *run) examImport(as *string) *cobra.Command {
	return &cobra.Command{
		Use: "import 文件", Short: "导入题库（.xlsx .yaml）或情景（.yaml，连同语音 .zip）：要么全部要么都不，错处给出文件和行号", Args: exactArgs("文件"),
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := os.ReadFile(args[0])
			if err != nil {
				return &usage{"文件读不了（" + args[0] + "） · 没有导入 · 请核对路径和权限"}
			}
			c, err := a.dialHub(cmd.Context(), *as)
			if err != nil {
				return err
			}
			defer c.close()
			out, err := upload(c, "exam.import", filepath.Base(args[0]), data)
			if err != nil {
				return err
			}
			var done exam.Imported
			if err := json.Unmarshal(out, &done); err != nil {
				return fmt.Errorf("the hub's answer: %w", err)
			}
			return a.print(done, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "已导入：题 %d，情景 %d，语音 %d\n", done.Questions, done.Scenarios, done.Voices)
			})
		},
	}
}

// upload sends a file in pieces and returns what the command answered.
func upload(c *client, command, name string, data []byte) (json.RawMessage, error) {
	for at := 0; ; at += uploadPiece {
		end := min(at+uploadPiece, len(data))
		piece := map[string]any{"name": name, "offset": at, "data": data[at:end], "end": end == len(data)}
		m, err := c.roundTrip(&wire.AdminRequest{Cmd: command, Args: mustJSON(piece)})
		if err != nil {
			return nil, err
		}
		out, err := replyData(m)
		if err != nil || end == len(data) {
			return out, err
		}
	}
}

// examFile is a command whose answer is a file that it names last.
func (a *run) examFile(as *string, use, short, cmd string, names []string, args func(args []string) any) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: exactArgs(names...),
		RunE: func(c *cobra.Command, in []string) error {
			file := in[len(in)-1]
			f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
			if err != nil {
				return &usage{"文件建不了（" + file + "） · 没有写出 · 请换一个文件名"}
			}
			defer func() { _ = f.Close() }()
			if err := a.download(c.Context(), *as, cmd, args(in), f, func(int64, int64) {}); err != nil {
				_ = os.Remove(file)
				return err
			}
			return a.done("已写到 "+file, file)
		},
	}
}

func (a *run) examExport(as *string) *cobra.Command {
	return a.examFile(as, "export 文件", "导出题库（.xlsx 或 .yaml）", "exam.export", []string{"文件"}, func(args []string) any {
		return map[string]string{"format": strings.TrimPrefix(filepath.Ext(args[0]), ".")}
	})
}

func (a *run) examSheet(as *string) *cobra.Command {
	var sound bool
	c := a.examFile(as, "sheet 试卷 文件.html", "可打印的成绩报告：25/40/35 逐项、时间轴、受理单、条目原文", "exam.sheet", []string{"试卷", "文件"}, func(args []string) any {
		return map[string]any{"id": args[0], "sound": sound}
	})
	c.Flags().BoolVar(&sound, "sound", false, "录音放进文件，点时间轴从那里听")
	return c
}

func (a *run) examStats(as *string) *cobra.Command {
	return &cobra.Command{
		Use: "stats", Short: "题目的难度和区分度，试卷的信度（KR-20）", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var st exam.Statistics
			if err := a.request(cmd.Context(), *as, "exam.stats", struct{}{}, &st); err != nil {
				return err
			}
			return a.print(st, func(w io.Writer) {
				table(w, "题号\t人次\t难度\t区分度\t提示", len(st.Items), func(i int) string {
					s := st.Items[i]
					return fmt.Sprintf("%s\t%d\t%.2f\t%.2f\t%s", s.Question, s.Sittings, s.Difficulty, s.Discrimination, s.Look)
				})
				table(w, "试卷\t人数\t题数\tKR-20", len(st.Papers), func(i int) string {
					p := st.Papers[i]
					return fmt.Sprintf("%s\t%d\t%d\t%.2f", p.Paper, p.Sittings, p.Items, p.KR20)
				})
			})
		},
	}
}

func (a *run) examBank(as *string) *cobra.Command {
	return &cobra.Command{
		Use: "bank", Short: "题库清单；依据的条目改过或没有的排在前面，改过的不抽", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list []exam.Question
			if err := a.request(cmd.Context(), *as, "exam.bank", struct{}{}, &list); err != nil {
				return err
			}
			words := map[exam.Freshness]string{exam.Changed: "待核：条目改过", exam.Missing: "知识库没有这条"}
			return a.print(list, func(w io.Writer) {
				table(w, "题号\t题型\t类别\t难度\t依据\t状态\t题干", len(list), func(i int) string {
					q := list[i]
					return strings.Join([]string{q.ID, q.Type, q.Subject, q.Level, q.KB, words[q.Freshness], q.Stem}, "\t")
				})
			})
		},
	}
}

func (a *run) examPaths(as *string) *cobra.Command {
	return &cobra.Command{
		Use: "paths", Short: "学员清单：阶段、带教老师、在本阶段的时间", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list []rules.Way
			if err := a.request(cmd.Context(), *as, "exam.paths", struct{}{}, &list); err != nil {
				return err
			}
			return a.print(list, func(w io.Writer) {
				table(w, "工号\t姓名\t阶段\t延长过\t带教老师\t进入本阶段", len(list), func(i int) string {
					p := list[i]
					return strings.Join([]string{p.Agent, p.Name, p.Label, yes(p.Extended), p.Mentor, p.Since.Local().Format("2006-01-02")}, "\t")
				})
			})
		},
	}
}

func (a *run) examMentor(as *string) *cobra.Command {
	return &cobra.Command{
		Use: "mentor 工号 带教老师", Short: "给学员指定带教老师", Args: exactArgs("工号", "带教老师"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.request(cmd.Context(), *as, "exam.mentor", map[string]string{"agent_no": args[0], "mentor": args[1]}, nil); err != nil {
				return err
			}
			return a.done("已指定："+args[0]+" 由 "+args[1]+" 带教", args[0])
		},
	}
}

func (a *run) examWithdraw(as *string) *cobra.Command {
	return &cobra.Command{
		Use: "withdraw 试卷", Short: "作废一份还没有考的试卷", Args: exactArgs("试卷"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.request(cmd.Context(), *as, "exam.withdraw", map[string]string{"id": args[0]}, nil); err != nil {
				return err
			}
			return a.done("已作废", args[0])
		},
	}
}

func (a *run) examDispute(as *string) *cobra.Command {
	return &cobra.Command{
		Use: "dispute 试卷 理由", Short: "对公布的成绩提请复核：由另一位阅卷人重评，取平均", Args: exactArgs("试卷", "理由"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.request(cmd.Context(), *as, "exam.dispute", map[string]string{"id": args[0], "reason": args[1]}, nil); err != nil {
				return err
			}
			return a.done("已提请复核", args[0])
		},
	}
}
