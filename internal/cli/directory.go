package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// directoryRow is somebody who can be reached.
type directoryRow struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Duty   string `json:"duty,omitempty"`
	Place  string `json:"place,omitempty"`
	Number string `json:"number"`
	Note   string `json:"note,omitempty"`
}

func (a *run) directoryCommand() *cobra.Command {
	c := &cobra.Command{Use: "directory", Short: "内部通讯录：人员、窗口、部门、热线", Args: noArgs, RunE: helpOnly}
	a.speakAs(c)
	imp := &cobra.Command{
		Use: "import 文件.csv|文件.xlsx", Short: "换成文件里的通讯录；有一格不对就什么都不换", Args: exactArgs("文件"),
		Long: "表头：类别,名称,职责,地区,号码,备注。类别是人员、窗口、部门、热线之一。CSV 可以是 UTF-8 或 GB18030。",
		RunE: func(cmd *cobra.Command, args []string) error { return a.importDirectory(cmd.Context(), args[0]) },
	}
	list := &cobra.Command{
		Use: "list [查询]", Short: "查通讯录：名称、拼音、首字母、地区、职责", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var rows []directoryRow
			if err := a.request(cmd.Context(), a.as, "directory.list", map[string]string{"query": strings.Join(args, " ")}, &rows); err != nil {
				return err
			}
			return a.print(rows, func(w io.Writer) {
				table(w, "类别\t名称\t职责\t地区\t号码\t备注", len(rows), func(i int) string {
					r := rows[i]
					return strings.Join([]string{r.Kind, r.Name, r.Duty, r.Place, r.Number, r.Note}, "\t")
				})
			})
		},
	}
	c.AddCommand(imp, list)
	return c
}

// maxDirectory is more than the hub takes.
const maxDirectory = 16 << 20

func (a *run) importDirectory(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Size() > maxDirectory {
		return &usage{"打不开通讯录文件，或文件太大（" + path + "） · 什么都没有导入 · 请检查路径"}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return &usage{"打不开通讯录文件（" + path + "） · 什么都没有导入 · 请检查权限"}
	}
	c, err := a.dialHub(ctx, a.as)
	if err != nil {
		return err
	}
	defer c.close()
	const piece = 96 << 10
	for at := 0; ; at += piece {
		end := min(at+piece, len(data))
		args := map[string]any{"name": filepath.Base(path), "offset": at, "data": data[at:end], "end": end == len(data)}
		m, err := c.roundTrip(&wire.AdminRequest{Cmd: "directory.import", Args: mustJSON(args)})
		if err != nil {
			return err
		}
		reply, err := replyData(m)
		if err != nil {
			return err
		}
		if end < len(data) {
			continue
		}
		var done struct {
			Entries int `json:"entries"`
		}
		if err := json.Unmarshal(reply, &done); err != nil {
			return fmt.Errorf("the hub's report: %w", err)
		}
		return a.print(done, func(w io.Writer) {
			_, _ = fmt.Fprintf(w, "已导入 %d 条，坐席马上可以查到\n", done.Entries)
		})
	}
}

func (a *run) recordDue() *cobra.Command {
	var hours, limit int
	var owner string
	c := &cobra.Command{
		Use: "due", Short: "逾期和将到期的受理单，最急的在前", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var rows []wire.DueRow
			if err := a.request(cmd.Context(), a.as, "record.due", map[string]any{"hours": hours, "limit": limit, "owner": owner}, &rows); err != nil {
				return err
			}
			return a.print(rows, func(w io.Writer) {
				table(w, "单号\t时限\t状态\t轮到\t坐席\t业务", len(rows), func(i int) string {
					r := rows[i]
					due := r.Due.Local().Format("01-02 15:04")
					if r.Overdue {
						due += " 逾期"
					}
					return strings.Join([]string{r.Number, due, ticket.Status(r.State).Label(), r.Owner, r.Agent, r.Subject}, "\t")
				})
			})
		},
	}
	c.Flags().IntVar(&hours, "hours", 24, "多少小时以内到期的")
	c.Flags().IntVar(&limit, "limit", 50, "多少条")
	c.Flags().StringVar(&owner, "owner", "", "只看轮到这个部门（或工号）办的")
	return c
}
