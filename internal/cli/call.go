package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// callDetail is a call with everything that happened in it.
type callDetail struct {
	Call       json.RawMessage   `json:"call"`
	Timeline   []wire.CallEvent  `json:"timeline"`
	Legs       []json.RawMessage `json:"legs"`
	Records    []json.RawMessage `json:"records"`
	Recordings []json.RawMessage `json:"recordings"`
}

func (a *run) callCommand() *cobra.Command {
	c := &cobra.Command{Use: "call", Short: "通话记录", Args: noArgs, RunE: helpOnly}
	a.speakAs(c)
	var limit int
	list := &cobra.Command{
		Use: "list", Short: "最近的通话", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var rows []wire.CallRow
			if err := a.request(cmd.Context(), a.as, "call.list", map[string]int{"limit": limit}, &rows); err != nil {
				return err
			}
			return a.print(rows, func(w io.Writer) { callTable(w, rows) })
		},
	}
	list.Flags().IntVar(&limit, "limit", 20, "多少条")
	show := &cobra.Command{
		Use: "show 通话号", Short: "一通电话的全部经过", Args: exactArgs("通话号"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var d callDetail
			if err := a.request(cmd.Context(), a.as, "call.show", map[string]string{"id": args[0]}, &d); err != nil {
				return err
			}
			return a.print(d, func(w io.Writer) {
				for _, e := range d.Timeline {
					_, _ = fmt.Fprintf(w, "%s  %s\n", e.At.Local().Format("15:04:05.000"), e.Text)
				}
				printLine(w, d.Call)
			})
		},
	}
	c.AddCommand(list, show)
	return c
}

// printLine says how the seat's line was; every five seconds of it are in --json.
func printLine(w io.Writer, call json.RawMessage) {
	var c struct {
		Quality struct {
			lineFigures
			Up *lineFigures
		}
	}
	q := &c.Quality
	if json.Unmarshal(call, &c) != nil || q.Packets == 0 {
		return
	}
	q.print(w, "坐席听到的")
	if q.Up != nil && q.Up.Packets > 0 {
		q.Up.print(w, "来电人听到的")
	}
}

// lineFigures are one way of a line, over a whole call.
type lineFigures struct {
	Packets, Lost int64
	Jitter        float64 `json:"jitter_ms"`
	RTT           float64 `json:"rtt_ms"`
	Depth         float64 `json:"depth_ms"`
	Concealed     int64   `json:"concealed_ms"`
	MOS           float64
	Codecs        []string
}

func (q *lineFigures) print(w io.Writer, who string) {
	_, _ = fmt.Fprintf(w, "%s：MOS 最低 %.1f · 丢包 %.1f%% · 补 %.1f 秒 · 最大 抖动 %.0f 往返 %.0f 缓冲 %.0f 毫秒 · 编码 %s\n",
		who, q.MOS, 100*float64(q.Lost)/float64(q.Packets), float64(q.Concealed)/1000, q.Jitter, q.RTT, q.Depth, strings.Join(q.Codecs, " "))
}

func callTable(w io.Writer, rows []wire.CallRow) {
	table(w, "通话号\t时间\t来电人\t地区\t业务\t坐席\t结果\t等待\t通话\t满意度\t先挂", len(rows), func(i int) string {
		r := rows[i]
		result := word(dispositions, r.Disposition)
		if r.Open && r.Disposition == "" {
			result = "进行中"
		}
		return strings.Join([]string{
			r.ID, r.Arrived.Local().Format("01-02 15:04:05"), r.Caller, r.Region, r.Subject, r.Agent, result,
			seconds(r.WaitMS), seconds(r.TalkMS), word(ratings, r.Rating), word(parties, r.EndedBy),
		}, "\t")
	})
}

func seconds(ms int64) string {
	if ms <= 0 {
		return "-"
	}
	return (time.Duration(ms) * time.Millisecond).Round(100 * time.Millisecond).String()
}

func (a *run) recordCommand() *cobra.Command {
	c := &cobra.Command{Use: "record", Short: "受理单", Args: noArgs, RunE: helpOnly}
	a.speakAs(c)
	var limit int
	list := &cobra.Command{
		Use: "list", Short: "最近的受理单", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var rows []wire.Record
			if err := a.request(cmd.Context(), a.as, "record.list", map[string]int{"limit": limit}, &rows); err != nil {
				return err
			}
			return a.print(rows, func(w io.Writer) {
				table(w, "单号\t方式\t业务\t地区\t状态\t诉求", len(rows), func(i int) string {
					r := rows[i]
					return strings.Join([]string{
						r.Number, ticket.Kind(r.Kind).Label(), r.Subject, r.Region, ticket.Status(r.State).Label(), oneLine(r.Question),
					}, "\t")
				})
			})
		},
	}
	list.Flags().IntVar(&limit, "limit", 20, "多少条")
	show := &cobra.Command{
		Use: "show 单号", Short: "一张受理单", Args: exactArgs("单号"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var r wire.Record
			if err := a.request(cmd.Context(), a.as, "record.show", map[string]string{"number": args[0]}, &r); err != nil {
				return err
			}
			return a.print(r, func(w io.Writer) { recordLines(w, &r) })
		},
	}
	c.AddCommand(list, show, a.recordDue(), a.recordSheet())
	return c
}

// recordLines writes what a record says, a line a field.
func recordLines(w io.Writer, r *wire.Record) {
	for _, l := range [][2]string{
		{"单号", r.Number}, {"方式", ticket.Kind(r.Kind).Label()}, {"状态", ticket.Status(r.State).Label()}, {"业务", r.Subject}, {"细目", r.Topic},
		{"地区", r.Region}, {"称呼", r.Name}, {"回电", r.Callback}, {"诉求", r.Question}, {"答复", r.Answer},
		{"处理", strings.TrimSpace(word(handlings, r.Handling.How) + " " + r.Handling.Dept)}, {"时限", r.Handling.Due},
		{"通话", strings.Join(r.CallIDs, " ")},
	} {
		if l[1] != "" {
			_, _ = fmt.Fprintf(w, "%s  %s\n", l[0], l[1])
		}
	}
	for _, k := range r.Articles {
		_, _ = fmt.Fprintf(w, "条目  %s %s\n", k.ID, k.Version)
	}
	for _, d := range ticket.Fields(ticket.Kind(r.Kind)) {
		for _, f := range r.Fields {
			if f.Code == d.Code {
				_, _ = fmt.Fprintf(w, "%s  %s\n", d.Label, f.Value)
			}
		}
	}
	for _, d := range r.Dues {
		_, _ = fmt.Fprintf(w, "时限  %s %s %s 依据 %s\n", d.Name, d.Length, dueWord(d), d.Source)
	}
	for _, h := range r.History {
		_, _ = fmt.Fprintf(w, "经过  %s %s %s %s\n", h.At.Local().Format("01-02 15:04"), h.By, ticket.Status(h.State).Label(), strings.TrimSpace(h.Reason+" "+h.Note))
	}
}

func oneLine(s string) string {
	r := []rune(strings.ReplaceAll(s, "\n", " "))
	if len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return string(r)
}

func (a *run) recordingCommand() *cobra.Command {
	c := &cobra.Command{Use: "recording", Short: "录音", Args: noArgs, RunE: helpOnly}
	a.speakAs(c)
	verify := &cobra.Command{
		Use: "verify 通话号", Short: "核对录音的散列链", Args: exactArgs("通话号"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.request(cmd.Context(), a.as, "recording.verify", map[string]string{"id": args[0]}, nil); err != nil {
				return err
			}
			return a.done("录音完整，未被改动", args[0])
		},
	}
	c.AddCommand(a.recordingExport(), a.recordingSerial(), verify, a.recordingHold())
	return c
}

func (a *run) recordingHold() *cobra.Command {
	var off bool
	var reason string
	c := &cobra.Command{
		Use: "hold 通话号", Short: "保全录音：到期也不清除；--off 解除", Args: exactArgs("通话号"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.request(cmd.Context(), a.as, "recording.hold", map[string]any{"id": args[0], "on": !off, "reason": reason}, nil); err != nil {
				return err
			}
			return a.done(map[bool]string{false: "已保全，到期不清除", true: "已解除保全"}[off], args[0])
		},
	}
	c.Flags().BoolVar(&off, "off", false, "解除")
	c.Flags().StringVar(&reason, "reason", "", "原因")
	return c
}

// progress draws a bar on a terminal and nothing elsewhere.
func (a *run) progress(what string) func(done, total int64) {
	if a.json || !terminal(a.Err) {
		return func(int64, int64) {}
	}
	bar := progressbar.NewOptions64(-1, progressbar.OptionSetDescription(what), progressbar.OptionSetWriter(a.Err),
		progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish())
	return func(done, total int64) {
		if total > 0 && bar.GetMax64() != total {
			bar.ChangeMax64(total)
		}
		_ = bar.Set64(done)
	}
}

func (a *run) auditCommand() *cobra.Command {
	c := &cobra.Command{Use: "audit", Short: "审计日志", Args: noArgs, RunE: helpOnly}
	a.speakAs(c)
	c.AddCommand(&cobra.Command{
		Use: "verify", Short: "核对审计日志的散列链", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var r struct {
				Rows int64 `json:"rows"`
			}
			if err := a.request(cmd.Context(), a.as, "audit.verify", struct{}{}, &r); err != nil {
				return err
			}
			return a.print(r, func(w io.Writer) { _, _ = fmt.Fprintf(w, "审计日志 %d 行，完整，未被改动\n", r.Rows) })
		},
	}, a.auditList())
	return c
}

func dueWord(d wire.Due) string {
	switch {
	case !d.Done.IsZero():
		return "已了结"
	case d.Paused != "":
		return "暂停"
	}
	return "到 " + d.At.Local().Format("01-02 15:04")
}
