package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
)

// table prints one line for each promise, as soon as it is known.
type table struct {
	out    io.Writer
	held   int
	broken []string // each in a line, said again at the end
	unseen int
	group  string
	start  time.Time
}

// errUnseen tells that this place lacks what a promise is looked at with: it is
// neither held nor broken, and the table says so. The figure says what is missing.
var errUnseen = errors.New("not looked at")

const (
	promiseWidth = 62
	figureWidth  = 58
)

func newTable(out io.Writer) *table {
	t := &table{out: out, start: time.Now()}
	t.line("承诺", "测得", "守住")
	return t
}

func (t *table) line(promise, figure, held string) {
	_, _ = fmt.Fprintf(t.out, "%s | %s | %s\n", pad(promise, promiseWidth), pad(figure, figureWidth), held)
}

func (t *table) row(p promise, figure string, took time.Duration, err error) {
	if p.group != t.group {
		t.group = p.group
		t.line("── "+p.group, "", "")
	}
	seconds := fmt.Sprintf("%.1f s", took.Seconds())
	if err == nil {
		t.held++
		t.line(p.text, figure, "是 "+seconds)
		return
	}
	if errors.Is(err, errUnseen) {
		t.unseen++
		t.line(p.text, figure, "没有查")
		return
	}
	t.line(p.text, figure, "否 "+seconds)
	why := strings.Split(strings.TrimSpace(err.Error()), "\n")
	t.broken = append(t.broken, p.text+" · "+why[0])
	for _, l := range why {
		_, _ = fmt.Fprintln(t.out, "    "+l)
	}
}

// end prints the sum and tells how many promises were not held. That the whole
// took longer than limit is said, 0: it may; it breaks none, for that is the
// machine's doing.
func (t *table) end(limit time.Duration) int {
	took := time.Since(t.start)
	if limit > 0 && took > limit {
		_, _ = fmt.Fprintf(t.out, "全部超过 %.0f 分钟\n", limit.Minutes())
	}
	if t.unseen > 0 {
		_, _ = fmt.Fprintf(t.out, "没有查的 %d 条：守没守住不知道\n", t.unseen)
	}
	for _, b := range t.broken {
		_, _ = fmt.Fprintln(t.out, "没有守住：", b)
	}
	_, _ = fmt.Fprintf(t.out, "守住 %d 条，没有守住 %d 条，用时 %.0f 秒\n", t.held, len(t.broken), took.Seconds())
	return len(t.broken)
}

func pad(s string, width int) string { return runewidth.FillRight(s, width) }
