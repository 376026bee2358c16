package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zuoxi/hub"
	"zuoxi/hub/queue"
	"zuoxi/wire"
)

// look is a command that shows what the running hub answers.
func look[T any](a *run, use, short, ask string, show func(w io.Writer, got T)) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: short, Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var got T
			if err := a.request(cmd.Context(), a.as, ask, nil, &got); err != nil {
				return err
			}
			return a.print(got, func(w io.Writer) { show(w, got) })
		},
	}
	a.speakAs(c)
	return c
}

// hubStatus is what one wants to know before touching a hub: who would be cut off.
func (a *run) hubStatus() *cobra.Command {
	return look(a, "status", "中心现在怎样：通话、排队、坐席、数据库、知识库", "hub.status", func(w io.Writer, s wire.HubStatus) {
		base := "没有知识库"
		if s.KB > 0 {
			base = fmt.Sprintf("知识库版本 %d", s.KB)
		}
		store := "数据库正常"
		if s.Store != "ok" {
			store = s.Store
		}
		_, _ = fmt.Fprintf(w, "中心 %s · %s · %s · %s\n", s.District, s.Time.Local().Format(time.DateTime), store, base)
		_, _ = fmt.Fprintf(w, "通话 %d · 排队 %d（最长 %s）· 在岗 %d 席，空闲 %d\n", s.Calls, s.Waiting, seconds(s.WaitedMS), s.Seats, s.Free)
	})
}

func (a *run) hubQueue() *cobra.Command {
	return look(a, "queue", "谁在排队，按接起的先后；来电人只有通话号；--json 里的席数和预计等待总是全中心的", "queue.show", func(w io.Writer, l queue.Look) {
		table(w, "通话号\t地区\t业务\t已等\t优先\t正派给", len(l.Rows), func(i int) string {
			r := l.Rows[i]
			return strings.Join([]string{r.Call, r.Region, r.Subject, seconds(r.Waited.Milliseconds()), yes(r.Priority > 0 || r.Returned), r.Asked}, "\t")
		})
	})
}

func (a *run) hubSeats() *cobra.Command {
	return look(a, "seats", "谁签入着，在做什么，线路和话路通不通", "seat.list", func(w io.Writer, list []hub.Status) {
		table(w, "工号\t姓名\t区县\t角色\t状态\t从\t线路\t话路\t通话号", len(list), func(i int) string {
			s := list[i]
			return strings.Join([]string{
				s.No, s.Name, s.District, s.Role, s.Label, s.Since.Local().Format(time.TimeOnly), yes(s.Connected), yes(s.Voice), s.Call,
			}, "\t")
		})
	})
}
