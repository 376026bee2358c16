package pop

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	tea "charm.land/bubbletea/v2"

	"zuoxi/kb"
	"zuoxi/kb/search"
	"zuoxi/ui/lookup"
	"zuoxi/ui/page"
)

// facetRows is how many values of a kind are offered.
const facetRows = 5

// Narrow asks what a search is held to: the day of the facts, and one of the kinds, categories, levels and places that it
// finds. What is held to already can be given up.
func Narrow(now lookup.Narrow, found search.Facets, set func(lookup.Narrow, *page.Env) tea.Cmd) Box {
	take := func(change func(n *lookup.Narrow)) func(*page.Env) Result {
		return func(e *page.Env) Result {
			next := now
			change(&next)
			return Result{Cmd: set(next, e)}
		}
	}
	day := "今天"
	if now.Day != (kb.Day{}) {
		day = now.Day.String()
	}
	past := "也列出已失效和尚未施行的"
	if now.Past {
		past = "不列已失效和尚未施行的"
	}
	m := &Menu{title: "缩小范围", rows: []choice{
		{"事实发生在 " + day + "，换一天", func(*page.Env) Result { return Result{Open: factDay(now, set)} }},
		{past, take(func(n *lookup.Narrow) { n.Past = !n.Past })},
	}}
	for _, f := range []struct {
		label  string
		counts map[string]int
		of     func(*lookup.Narrow) *string
	}{
		{"种类", found.Kind, func(n *lookup.Narrow) *string { return &n.Kind }},
		{"类别", found.Category, func(n *lookup.Narrow) *string { return &n.Category }},
		{"层级", found.Level, func(n *lookup.Narrow) *string { return &n.Level }},
		{"地区", found.Region, func(n *lookup.Narrow) *string { return &n.Place }},
	} {
		if held := *f.of(&now); held != "" {
			m.rows = append(m.rows, choice{f.label + " " + held + "，不限", take(func(n *lookup.Narrow) { *f.of(n) = "" })})
			continue
		}
		for _, name := range commonest(f.counts) {
			m.rows = append(m.rows, choice{fmt.Sprintf("%s %s（%d）", f.label, name, f.counts[name]), take(func(n *lookup.Narrow) { *f.of(n) = name })})
		}
	}
	if now != (lookup.Narrow{}) {
		m.rows = append(m.rows, choice{"全部取消", take(func(n *lookup.Narrow) { *n = lookup.Narrow{} })})
	}
	return m
}

func commonest(counts map[string]int) []string {
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b))
	})
	return names[:min(len(names), facetRows)]
}

// factDay asks for the day that the facts are of.
func factDay(now lookup.Narrow, set func(lookup.Narrow, *page.Env) tea.Cmd) Box {
	return &asker{
		title: "事实发生在哪一天", do: "查那一天的规定", lines: []question{line("日期", "例如 2019-05-01；空 = 今天", false)},
		run: func(e *page.Env, answers []string) Result {
			day, ok := kb.ParseDay(answers[0])
			if !ok || day.Year != 0 && day.Day == 0 {
				e.Say("日期应写成 2019-05-01 · 没有改 · 请改正")
				return Result{Open: factDay(now, set)}
			}
			next := now
			next.Day = day
			return Result{Cmd: set(next, e)}
		},
	}
}
