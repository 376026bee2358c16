package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"zuoxi/hub/report"
	"zuoxi/hub/report/paper"
	rules "zuoxi/rules/report"
	"zuoxi/wire"
)

// reportOptions are the flags of a report.
type reportOptions struct {
	report.Ask
	format, out      string
	imputed, printed string // files
}

func (a *run) reportCommand() *cobra.Command {
	var o reportOptions
	names := report.Names()
	var list []string
	for n, title := range names {
		list = append(list, "  "+n+strings.Repeat(" ", max(1, 10-len(n)))+title)
	}
	slices.Sort(list)
	c := &cobra.Command{
		Use: "report 报表", Short: "统计报表", Args: exactArgs("报表"),
		Long: "统计报表，每张都与通话日志核对并证明合计：\n" + strings.Join(list, "\n"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Name = args[0]
			return a.report1(cmd, o)
		},
	}
	a.speakAs(c)
	f := c.Flags()
	f.StringVar(&o.From, "from", "", "起始日，2026-01-01；空 = 与截止日同一天")
	f.StringVar(&o.To, "to", "", "截止日（含）；空 = 今天")
	f.StringVar(&o.By, "by", "", "分组"+only(rules.Grouped)+"："+strings.Join(report.Ways(), "、"))
	f.StringVar(&o.format, "format", "", "json、csv、xlsx、html；空 = 在终端里看")
	f.StringVarP(&o.out, "output", "o", "", "写到文件；空 = 标准输出")
	f.BoolVar(&o.Wan, "wan", false, "话务量以万为单位，一位小数"+only(rules.Volumes))
	f.Int64Var(&o.Each, "each", 1, "日志每条代表多少通，抽样日志用"+only(rules.Volumes))
	f.StringVar(&o.imputed, "impute", "", "估算值文件（CSV：名称,来电,接听,人工,自动,放弃），计入合计并标 *"+only(rules.Volumes))
	f.StringVar(&o.printed, "against", "", "原表文件（同样的列），列出与日志的差和原表自身的差"+only(rules.Volumes))
	c.AddCommand(a.sheetCommand())
	return c
}

// only says which reports take an option.
func only(reports []string) string { return "（" + strings.Join(reports, "、") + " 才有）" }

// report1 makes one report and prints it.
func (a *run) report1(cmd *cobra.Command, o reportOptions) error {
	write, err := a.form(&o)
	if err != nil {
		return err
	}
	for file, to := range map[string]*[]rules.Reported{o.imputed: &o.Imputed, o.printed: &o.Printed} {
		if *to, err = readReported(file); err != nil {
			return err
		}
	}
	if err := o.Check(); err != nil {
		return &usage{err.Error()}
	}
	var raw bytes.Buffer
	if err := a.answer(cmd.Context(), "report.make", o.Ask, &raw); err != nil {
		return err
	}
	var t rules.Table
	if err := json.Unmarshal(raw.Bytes(), &t); err != nil {
		return fmt.Errorf("the hub's report: %w", err)
	}
	if o.out == "" {
		return write(a.Out, &t)
	}
	var b bytes.Buffer
	if err := write(&b, &t); err != nil {
		return err
	}
	if err := os.WriteFile(o.out, b.Bytes(), 0o600); err != nil {
		return &fault{code: wire.CodeInvalid, text: "写不了 " + o.out + " · 没有出表 · 请换一个位置", err: err}
	}
	return a.done("已写到 "+o.out, o.Name)
}

// form is how the report is to be written.
func (a *run) form(o *reportOptions) (func(io.Writer, *rules.Table) error, error) {
	if o.format == "" && a.json {
		o.format = "json"
	}
	write := paper.Formats[o.format]
	switch {
	case o.format == "":
		return reportLines, nil
	case write == nil:
		return nil, &usage{"没有“" + o.format + "”这种格式 · 没有出表 · 请用 json、csv、xlsx 或 html"}
	case o.format == "xlsx" && o.out == "" && terminal(a.Out):
		return nil, &usage{"XLSX 不能打印在终端上 · 没有出表 · 请加 --output 文件名"}
	}
	return write, nil
}

// readReported reads figures of the five columns, in calls; a head line is skipped.
func readReported(file string) ([]rules.Reported, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, &fault{code: wire.CodeInvalid, text: "读不了 " + file + " · 没有出表 · 请核对路径", err: err}
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))).ReadAll()
	if err != nil {
		return nil, &fault{code: wire.CodeInvalid, text: file + " 不是完好的 CSV · 没有出表 · 请核对", err: err}
	}
	out := []rules.Reported{} // a file without figures was given all the same
	for i, r := range rows {
		if len(r) != 6 {
			return nil, &fault{code: wire.CodeInvalid, text: fmt.Sprintf("%s 第%d行应有 6 列 · 没有出表 · 名称,来电,接听,人工,自动,放弃", file, i+1)}
		}
		f := rules.Reported{Name: r[0]}
		to := []*int64{&f.Total, &f.Answered, &f.Human, &f.Auto, &f.Abandoned}
		for k, p := range to {
			if *p, err = strconv.ParseInt(strings.TrimSpace(r[k+1]), 10, 64); err != nil {
				break
			}
		}
		if err != nil && i > 0 {
			return nil, &fault{code: wire.CodeInvalid, text: fmt.Sprintf("%s 第%d行有不是整数的数 · 没有出表 · 单位是通", file, i+1)}
		}
		if err == nil {
			out = append(out, f)
		}
	}
	return out, nil
}

// reportLines is the report on a terminal.
func reportLines(w io.Writer, t *rules.Table) error {
	var b bytes.Buffer
	_, _ = fmt.Fprintf(&b, "%s  %s\n", t.Title, t.Span())
	labels := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		labels[i] = c.Label
	}
	table(&b, strings.Join(labels, "\t"), len(t.Rows), func(i int) string { return strings.Join(t.Printed(t.Rows[i]), "\t") })
	for _, c := range t.Checks {
		_, _ = fmt.Fprintln(&b, "核对  "+c.Line())
	}
	for _, n := range t.Notes {
		_, _ = fmt.Fprintln(&b, "说明  "+n)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// whole reads whole numbers into the fields of v, and gives v; nil when one is none.
func whole(args []string, v any, to ...*int64) any {
	for i, p := range to {
		n, err := strconv.ParseInt(args[i], 10, 64)
		if err != nil {
			return nil
		}
		*p = n
	}
	return v
}

// sheetCommand is what is done about the month sheet besides looking at it.
func (a *run) sheetCommand() *cobra.Command {
	c := &cobra.Command{Use: "sheet", Short: "绩效表：填分、公布、申诉、答复、权重、星级、热点和一次解决的界限", Args: noArgs, RunE: helpOnly}
	var in report.Sheet
	step := func(use, short, name, done string, names []string, take func(args []string) any) *cobra.Command {
		return &cobra.Command{
			Use: use, Short: short, Args: exactArgs(names...),
			RunE: func(cmd *cobra.Command, args []string) error {
				body := take(args)
				if body == nil {
					return &usage{"要写整数 · 没有改动 · 依次为" + strings.Join(names, "、")}
				}
				if err := a.request(cmd.Context(), a.as, "sheet."+name, body, nil); err != nil {
					return err
				}
				return a.done(done, name)
			},
		}
	}
	give := step("give 月份 工号", "填知识维护、日常规范的分（0–100，-1 = 没有）", "give", "已记下", []string{"月份", "工号"}, func(args []string) any {
		in.Month, in.Agent = args[0], args[1]
		return in
	})
	give.Flags().Int64Var(&in.Knowledge, "knowledge", -1, "知识维护")
	give.Flags().Int64Var(&in.Discipline, "discipline", -1, "日常规范")
	c.AddCommand(
		give,
		step("publish 月份", "公布一个月的绩效，之后不再变", "publish", "已公布", []string{"月份"}, func(args []string) any { return report.Sheet{Month: args[0]} }),
		step("appeal 月份 理由", "对自己的绩效申诉", "appeal", "已提交申诉", []string{"月份", "理由"}, func(args []string) any { return report.Sheet{Month: args[0], Text: args[1]} }),
		step("answer 月份 工号 答复", "答复申诉", "answer", "已答复", []string{"月份", "工号", "答复"}, func(args []string) any {
			return report.Sheet{Month: args[0], Agent: args[1], Text: args[2]}
		}),
		step("weights 质量 话务量 操作 知识 日常", "设五项权重，合计 100", "weights", "已设", []string{"质量", "话务量", "操作", "知识", "日常"}, func(args []string) any {
			var w rules.Weights
			return whole(args, &w, &w.Quality, &w.Volume, &w.Operation, &w.Knowledge, &w.Discipline)
		}),
		step("stars 一星 二星 三星", "设从多少分起建议一星、二星、三星", "stars", "已设", []string{"一星", "二星", "三星"}, func(args []string) any {
			var r rules.StarRule
			return whole(args, &r, &r.Stars[0], &r.Stars[1], &r.Stars[2])
		}),
		step("hot 次数 百分比", "设热点的界限：本期至少几次、比上期多百分之几", "hot", "已设", []string{"次数", "百分比"}, func(args []string) any {
			var r rules.HotRule
			return whole(args, &r, &r.Least, &r.Rise)
		}),
		step("first 天数", "设几天内没有再来电才算一次解决（1–30）", "first", "已设", []string{"天数"}, func(args []string) any {
			var r rules.FirstRule
			return whole(args, &r, &r.Days)
		}),
	)
	return c
}
