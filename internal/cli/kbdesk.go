package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zuoxi/internal/clean"
	"zuoxi/kb"
	"zuoxi/kb/govern"
	"zuoxi/wire"
)

// kbDesk are the commands of those who write and review the knowledge base; the hub carries them out.
func (a *run) kbDesk() []*cobra.Command {
	return []*cobra.Command{a.kbList(), a.kbDraft(), a.kbStep(), a.kbHistory(), a.kbSettle(), a.kbTell()}
}

var kbLists = []struct{ name, label string }{
	{wire.KBListWork, "在办的"}, {wire.KBListToday, "今日更新"}, {wire.KBListCalendar, "到期和要复核的"}, {wire.KBListWrong, "报告有误的"},
	{wire.KBListQuestions, "没有答案的问题"}, {wire.KBListMisses, "没查到的说法"}, {wire.KBListPublished, "已发布的"}, {wire.KBListArticles, "按词语查条目"},
}

func (a *run) kbList() *cobra.Command {
	var names, help []string
	for _, l := range kbLists {
		names, help = append(names, l.name), append(help, l.name+" "+l.label)
	}
	return &cobra.Command{
		Use: "list [清单] [查询]", Short: "编辑台的清单：" + strings.Join(names, "、"), Long: strings.Join(help, "\n"),
		Args: cobra.MaximumNArgs(2), ValidArgs: names,
		RunE: func(cmd *cobra.Command, args []string) error {
			ask := wire.KBAsk{List: wire.KBListWork}
			if len(args) > 0 {
				ask.List = args[0]
			}
			if len(args) > 1 {
				ask.Query = args[1]
			}
			if !slices.Contains(names, ask.List) {
				return &usage{"没有“" + ask.List + "”这个清单 · 什么都没有列 · 可以写：" + strings.Join(names, "、")}
			}
			var out wire.KBRows
			if err := a.request(cmd.Context(), a.as, "kb.ask", ask, &out); err != nil {
				return err
			}
			return a.print(out.Rows, func(w io.Writer) { kbRows(w, out.Rows) })
		},
	}
}

func kbRows(w io.Writer, rows []wire.KBRow) {
	table(w, "编号\t条目\t情况\t谁\t日期\t标题", len(rows), func(i int) string {
		r := rows[i]
		label, day := r.Label, ""
		if r.Times > 0 {
			label = fmt.Sprintf("%d 次 %s", r.Times, label)
		}
		if !r.At.IsZero() {
			day = r.At.Local().Format(time.DateOnly)
		}
		return strings.Join([]string{r.ID, r.Article, label, r.Who, day, r.Title}, "\t")
	})
}

// maxDraft is what fits into one message with its envelope.
const maxDraft = 200 << 10

func (a *run) kbDraft() *cobra.Command {
	return &cobra.Command{
		Use: "draft 文件.md…", Short: "把条目或统一口径存成草稿；已有草稿的换成这一份", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var done []wire.KBEntry
			for _, path := range args {
				data, err := os.ReadFile(path)
				if err != nil || len(data) > maxDraft {
					return &usage{"打不开这个文件，或文件太大（" + path + "） · 它和后面的没有存 · 请检查路径"}
				}
				text, why := kb.Text(data)
				if why != "" {
					return &fault{code: wire.CodeInvalid, text: path + "：" + why + " · 它和后面的没有存 · 改好后再存"}
				}
				e, err := a.draft(cmd.Context(), text)
				if err != nil {
					return err
				}
				done = append(done, e)
			}
			return a.print(done, func(w io.Writer) {
				for _, e := range done {
					_, _ = fmt.Fprintf(w, "%s 已存稿（%s）\n", e.Article, e.Entry)
				}
			})
		},
	}
}

// draft keeps a text: on the draft that there is, or as a new one.
func (a *run) draft(ctx context.Context, text string) (e wire.KBEntry, err error) {
	save := wire.KBSave{Markdown: text}
	if id := frontID(text); id != "" {
		var old wire.KBEntry
		if err := a.request(ctx, a.as, "kb.open", wire.KBOpen{ID: id}, &old); err == nil && old.State == string(govern.StateDraft) {
			save.Entry, save.Version = old.Entry, old.Version
		}
	}
	err = a.request(ctx, a.as, "kb.save", save, &e)
	return e, err
}

// frontID is the id in the head of a Markdown text, as far as it can be told without reading it.
func frontID(text string) string {
	head, _, _ := strings.Cut(strings.TrimPrefix(text, "---\n"), "\n---")
	for l := range strings.Lines(head) {
		for _, field := range []string{"id:", "standard:"} {
			if v, ok := strings.CutPrefix(l, field); ok {
				return strings.Trim(strings.TrimSpace(v), `"'`)
			}
		}
	}
	return ""
}

func (a *run) kbStep() *cobra.Command {
	var why string
	steps := []govern.Step{govern.StepSubmit, govern.StepApprove, govern.StepReject, govern.StepPublish, govern.StepWithdraw, govern.StepReopen}
	var help []string
	for _, s := range steps {
		help = append(help, string(s)+" "+s.Label())
	}
	c := &cobra.Command{
		Use: "step 编号 步骤", Short: "办理一步：" + strings.Join(help, "、") + "；一批导入的用 kb list 里的批号", Args: exactArgs("编号", "步骤"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(steps, govern.Step(args[1])) {
				return &usage{"没有“" + args[1] + "”这一步 · 什么都没有做 · 可以写：" + strings.Join(help, "、")}
			}
			var e wire.KBEntry
			if err := a.request(cmd.Context(), a.as, "kb.step", wire.KBStep{ID: args[0], Step: args[1], Why: why}, &e); err != nil {
				return err
			}
			return a.print(e, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%s 现在是“%s”\n", e.Article, e.Label)
			})
		},
	}
	c.Flags().StringVar(&why, "why", "", "原因：退回和撤下必须写")
	return c
}

func (a *run) kbHistory() *cobra.Command {
	return &cobra.Command{
		Use: "history 编号[@版本]", Short: "一条知识走过的步骤、有哪些版本、和上一版差在哪里", Args: exactArgs("编号"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var e wire.KBEntry
			if err := a.request(cmd.Context(), a.as, "kb.open", wire.KBOpen{ID: "article:" + args[0]}, &e); err != nil {
				return err
			}
			return a.print(e, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%s %s  版本 %v  %s\n", e.Article, e.Label, e.Versions, strings.Join(e.Marks, "、"))
				for _, s := range e.Steps {
					_, _ = fmt.Fprintln(w, strings.TrimSpace(s.At.Local().Format("2006-01-02 15:04 ")+s.By+" "+s.Label+" "+s.Why))
				}
				if e.Base > 0 {
					_, _ = fmt.Fprintf(w, "与第%d版的差异：\n", e.Base)
				}
				for _, l := range e.Diff {
					_, _ = fmt.Fprintln(w, strings.Replace(l[:1], "=", " ", 1)+l[1:])
				}
			})
		},
	}
}

func (a *run) kbSettle() *cobra.Command {
	return &cobra.Command{
		Use: "settle 编号 怎样处理的", Short: "了结一条意见、一个问题，或没查到的说法（miss:说法）", Args: exactArgs("编号", "怎样处理的"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var done wire.Ack
			if err := a.request(cmd.Context(), a.as, "kb.settle", wire.KBSettle{ID: args[0], Answer: args[1]}, &done); err != nil {
				return err
			}
			return a.print(done, func(w io.Writer) { _, _ = fmt.Fprintln(w, "已了结") })
		},
	}
}

func (a *run) kbTell() *cobra.Command {
	var article string
	var version int
	c := &cobra.Command{
		Use: "tell 内容", Short: "报告一条答复有误（--article），或一个没有答案的问题", Args: exactArgs("内容"),
		RunE: func(cmd *cobra.Command, args []string) error {
			t := wire.KBTell{Kind: wire.KBTellQuestion, Text: args[0], At: time.Now()}
			if article != "" {
				t.Kind, t.Article, t.Number = wire.KBTellWrong, article, version
			}
			var done wire.Ack
			if err := a.request(cmd.Context(), a.as, "kb.tell", t, &done); err != nil {
				return err
			}
			return a.print(done, func(w io.Writer) { _, _ = fmt.Fprintln(w, "已告诉知识库管理员") })
		},
	}
	c.Flags().StringVar(&article, "article", "", "哪一条有误")
	c.Flags().IntVar(&version, "version", 0, "看到的是第几版")
	return c
}

// showFromHub gives the text of an article or version that this machine does not have.
func (a *run) showFromHub(ctx context.Context, ref string) error {
	var e wire.KBEntry
	if err := a.request(ctx, a.as, "kb.open", wire.KBOpen{ID: "article:" + ref}, &e); err != nil {
		return err
	}
	art, err := kb.ParseMarkdown(ref, []byte(e.Markdown))
	if err != nil {
		return fmt.Errorf("reading the hub's article: %w", err)
	}
	art.Version = e.Number
	for _, s := range e.Standards {
		from, _ := kb.ParseDay(s.From)
		until, _ := kb.ParseDay(s.Until)
		art.Standards = append(art.Standards, kb.Standard{ID: s.ID, Title: s.Title, Wording: s.Wording, From: from, Until: until})
	}
	return a.print(e, func(w io.Writer) { _, _ = fmt.Fprint(w, clean.Text(art.Text(), maxShown)) })
}
