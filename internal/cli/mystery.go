package cli

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zuoxi/citizen"
	"zuoxi/rules/quality"
	"zuoxi/wire"
)

// mysteryHead is what goes before the sound of a mystery call.
type mysteryHead struct {
	At      time.Time       `json:"at"`
	Mystery quality.Mystery `json:"mystery"`
}

// mysteryRow is how one visit went.
type mysteryRow struct {
	quality.Mystery
	Sheet string `json:"sheet,omitempty"`
	Error string `json:"error,omitempty"`
}

func (a *run) mysteryCommand() *cobra.Command {
	var list, script string
	m := citizen.Mystery{}
	c := &cobra.Command{
		Use: "mystery", Short: "质量监控：按名单拨打各地热线，问预设的问题，录音、计等待，交质检评分", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			centres, err := readCentres(list)
			if err != nil {
				return err
			}
			if script == "" {
				return &usage{"没有给预设的问题 · 没有拨打 · 请用 --script 给一个来电脚本"}
			}
			own, err := crowdOf(script)
			if err != nil {
				return err
			}
			m.Script, m.Voice = own.Scripts[0], own.Voice
			return a.visit(cmd, m, centres)
		},
	}
	a.speakAs(c)
	f := c.Flags()
	f.StringVar(&list, "list", "", "名单（CSV：地区,城市,sip:地址）")
	f.StringVar(&script, "script", "", "来电脚本（YAML），里面是预设的问题；问完用 listen 留 10 秒以上听回答，才分得清是人还是录音")
	f.StringVar(&m.Number, "number", "", "主叫号码，空 = 脚本里的")
	f.StringVar(&m.Local, "local", "", "从哪个本机地址拨出，空 = 127.0.0.1")
	f.IntVar(&m.Tries, "tries", 3, "没有拨通人工时最多拨几次")
	f.DurationVar(&m.Gap, "gap", 10*time.Minute, "两次之间隔多久，等的时候照拨别的单位")
	f.IntVar(&m.AtOnce, "at-once", 4, "同时最多拨几通")
	return c
}

// readCentres reads the list; a head line is skipped.
func readCentres(file string) ([]citizen.Centre, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, &usage{"名单读不了（" + file + "） · 没有拨打 · 请用 --list 给一个 CSV"}
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))).ReadAll()
	if err != nil {
		return nil, &usage{"名单不是完好的 CSV · 没有拨打 · 每行 地区,城市,sip:地址"}
	}
	var out []citizen.Centre
	for i, r := range rows {
		if len(r) == 3 && strings.HasPrefix(r[2], "sip:") {
			out = append(out, citizen.Centre{Region: r[0], City: r[1], Target: r[2]})
		} else if i > 0 {
			return nil, &usage{fmt.Sprintf("名单第%d行看不懂 · 没有拨打 · 每行 地区,城市,sip:地址", i+1)}
		}
	}
	if len(out) == 0 {
		return nil, &usage{"名单里没有单位 · 没有拨打 · 每行 地区,城市,sip:地址"}
	}
	return out, nil
}

// visit calls every centre, files what came of each as soon as it is over, and prints the round, one that was broken off too.
func (a *run) visit(cmd *cobra.Command, m citizen.Mystery, centres []citizen.Centre) error {
	rows := make([]mysteryRow, len(centres))
	for i, c := range centres {
		rows[i] = mysteryRow{Mystery: quality.Mystery{Region: c.Region, City: c.City, Question: m.Script.Name}, Error: "没有拨完"}
	}
	left, failed := len(rows), 0
	over := m.Round(cmd.Context(), centres, func(i int, v *citizen.Visit) {
		q := &rows[i].Mystery
		q.Opened, q.Manual, q.Tries, q.Note, q.EndedBy = v.Opened(), v.Manual(), v.Tries, string(v.Outcome), v.EndedBy
		q.RingMS, q.WaitMS = v.Setup.Milliseconds(), v.Waited.Milliseconds()
		sheet, err := a.fileVisit(cmd.Context(), v, *q)
		rows[i].Sheet, rows[i].Error = sheet, ""
		left--
		if err != nil {
			rows[i].Error = plain(err)
			failed++
		}
	})
	if err := a.print(rows, func(w io.Writer) { mysteryLines(w, rows) }); err != nil {
		return err
	}
	switch {
	case failed > 0:
		return &fault{code: wire.CodeInternal, text: fmt.Sprintf("有 %d 通没有交到中心 · 这些没有评分表 · 请查明后再拨", failed)}
	case over != nil:
		return &fault{code: wire.CodeImpossible, text: fmt.Sprintf("中途停下，还有 %d 个单位没有拨完 · 拨完的已交评分 · 请把没拨完的再拨一次", left)}
	}
	return nil
}

func mysteryLines(w io.Writer, rows []mysteryRow) {
	ended := map[string]string{citizen.EndedByCaller: "我方", citizen.EndedByHotline: "对方"}
	table(w, "地区\t城市\t开通\t人工\t等待\t次数\t先挂\t评分表", len(rows), func(i int) string {
		r := rows[i]
		return strings.Join([]string{r.Region, orDash(r.City), yes(r.Opened), yes(r.Manual), seconds(r.Waited()), fmt.Sprint(r.Tries), orDash(ended[r.EndedBy]), r.Sheet + r.Error}, "\t")
	})
}

// filing bounds the handing in of a visit, which is finished even when the round is broken off.
const filing = time.Minute

// fileVisit hands a visit in for scoring.
func (a *run) fileVisit(ctx context.Context, v *citizen.Visit, m quality.Mystery) (sheet string, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), filing)
	defer cancel()
	c, err := a.dialHub(ctx, a.as)
	if err != nil {
		return "", err
	}
	defer c.close()
	data := append(mustJSON(mysteryHead{v.At, m}), '\n')
	data = append(append(data, v.Caller...), v.Heard...)
	raw, err := upload(c, "mystery.file", "mystery-"+v.At.Format("20060102T150405.000"), data)
	if err != nil {
		return "", err
	}
	var row quality.Row
	if err := json.Unmarshal(raw, &row); err != nil {
		return "", fmt.Errorf("the hub's answer: %w", err)
	}
	return row.ID, nil
}
