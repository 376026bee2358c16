package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zuoxi/wire"
)

// between takes first … last, days or seconds of the local clock, both whole; empty is open.
func between(in *wire.AuditAsk, first, last string) error {
	from, _, err := auditTime(first)
	if err != nil {
		return err
	}
	_, to, err := auditTime(last)
	if err != nil {
		return err
	}
	in.From, in.To = from, to
	if !in.From.IsZero() && !in.To.IsZero() && !in.From.Before(in.To) {
		return &fault{code: wire.CodeInvalid, text: "起始在截止之后 · 没有查 · 请改 --from 或 --to"}
	}
	return nil
}

// auditTime reads a day or a second of the local clock as its begin and end.
func auditTime(written string) (begin, end time.Time, err error) {
	if written == "" {
		return begin, end, nil
	}
	if begin, err = time.ParseInLocation(time.DateOnly, written, time.Local); err == nil {
		return begin, begin.AddDate(0, 0, 1), nil
	}
	if begin, err = time.ParseInLocation(time.DateTime, written, time.Local); err == nil {
		return begin, begin.Add(time.Second), nil
	}
	return begin, end, &fault{code: wire.CodeInvalid, text: "时间看不懂（" + written + "） · 没有查 · 请写成 2026-01-31 或 \"2026-01-31 08:30:00\"", err: err}
}

// auditList looks things up in the audit log; whoever reads it stands in it.
func (a *run) auditList() *cobra.Command {
	var in wire.AuditAsk
	var first, last string
	c := &cobra.Command{
		Use: "list", Short: "查审计日志：谁、何时、对什么、为何；查一份录音副本用 --words 编号", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := between(&in, first, last); err != nil {
				return err
			}
			var found wire.AuditAnswer
			if err := a.answerInto(cmd, "audit.list", in, &found); err != nil {
				return err
			}
			return a.auditLines(found)
		},
	}
	f := c.Flags()
	f.StringVar(&in.Who, "who", "", "只看这个工号做的")
	f.StringVar(&in.Action, "action", "", "只看这种事，如 recording.export")
	f.StringVar(&in.Object, "object", "", "只看对这一件的，如 recording/编号")
	f.StringVar(&in.Words, "words", "", "原因里有这些字")
	f.StringVar(&first, "from", "", "起始日或时刻，2026-01-01；空 = 不限")
	f.StringVar(&last, "to", "", "截止日或时刻（含）；空 = 不限")
	f.IntVar(&in.Limit, "limit", 50, "多少条")
	return c
}

// auditLines prints what was found, and says where the search ended before the log did.
func (a *run) auditLines(found wire.AuditAnswer) error {
	rows := found.Rows
	err := a.print(rows, func(w io.Writer) {
		table(w, strings.Join([]string{"号", "时间", "谁", "做了什么", "对什么", "原因"}, "\t"), len(rows), func(i int) string {
			r := rows[i]
			return strings.Join([]string{fmt.Sprint(r.Seq), r.At.Local().Format(time.DateTime), r.Who, r.Action, r.Object, r.Reason}, "\t")
		})
	})
	if err == nil && !found.Since.IsZero() {
		since := found.Since.Local().Format(time.DateTime)
		_, _ = fmt.Fprintf(a.Err, "日志太长，只查到 %s · 更早的没有查，没有列出不等于没有 · 请用 --to \"%s\" 接着往前查，或加 --who、--action 缩小范围\n",
			since, since)
	}
	return err
}
