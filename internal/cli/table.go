package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"

	"zuoxi/internal/clean"
)

// table writes rows under a heading, columns aligned as a terminal shows them.
// Cells are separated by tabs; a last column needs no room of its own. What
// would move the cursor or the row is taken out, whoever wrote the cell.
func table(w io.Writer, head string, n int, row func(i int) string) {
	rows := make([][]string, 0, n+1)
	rows = append(rows, strings.Split(head, "\t"))
	for i := range n {
		cells := strings.Split(row(i), "\t")
		for k, cell := range cells {
			cells[k] = clean.Line(cell, len(cell))
		}
		rows = append(rows, cells)
	}
	wide := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r[:min(len(r), len(wide))] {
			wide[i] = max(wide[i], runewidth.StringWidth(cell))
		}
	}
	for _, r := range rows {
		line := ""
		for i, cell := range r[:min(len(r), len(wide))] {
			line += runewidth.FillRight(cell, wide[i]) + "  "
		}
		_, _ = fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
}

// words of the hub's codes, for people; --json keeps the codes.
var (
	dispositions = map[string]string{"human": "人工", "auto": "自助", "abandoned": "放弃"}
	ratings      = map[string]string{"": "未邀请", "no_answer": "未评价", "good": "满意", "fair": "基本满意", "unhappy": "不满意"}
	parties      = map[string]string{"caller": "来电人", "agent": "坐席", "hub": "中心", "lead": "班长", "trunk": "线路", "third": "第三方"}
	handlings    = map[string]string{"on_spot": "当场答复", "forward": "转办"}
)

// word is what a code is called, or the code itself.
func word(words map[string]string, code string) string {
	if w, ok := words[code]; ok {
		return w
	}
	return orDash(code)
}
