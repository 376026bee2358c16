package pop

import (
	"zuoxi/session"
	"zuoxi/ui/article"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
)

// sameEntry is true while an entry is open at the editors' desk.
func sameEntry(article string) func(e *page.Env) bool {
	return func(e *page.Env) bool {
		return e.Mode == keys.Desk && e.View.Editor.Entry != nil && e.View.Editor.Entry.Article == article
	}
}

// EntrySteps lists what may be done with the open entry now.
func EntrySteps(entry *session.EditorEntry) Box {
	id := entry.Entry
	if id == "" {
		id = "article:" + entry.Article
	}
	m := &Menu{title: "办理 " + entry.Article + "（" + entry.Label + "）", alive: sameEntry(entry.Article)}
	for _, v := range entry.Allowed {
		step := session.StepKB{ID: id, Version: entry.Version, Step: v.Step}
		if !v.Why {
			m.rows = append(m.rows, choice{v.Label, say(step)})
			continue
		}
		m.rows = append(m.rows, choice{v.Label, func(*page.Env) Result {
			return Result{Open: &asker{
				title: v.Label + " " + entry.Article, do: v.Label, alive: m.alive, lines: []question{line("原因", "必须写明，会留在这一条上", true)},
				run: func(e *page.Env, answers []string) Result {
					step.Why = answers[0]
					e.Do(step)
					return Result{}
				},
			}}
		}})
	}
	return m
}

// Blanks asks what is to be written; begin is told whether it is a standard answer.
func Blanks(begin func(standard bool, e *page.Env)) Box {
	m := &Menu{title: "新起草", alive: func(e *page.Env) bool { return e.Mode == keys.Desk }}
	for i, label := range []string{"条目（办事指南、问题解答、政策法规）", "统一口径（一段照读的话，暂时排在几条前面）"} {
		m.rows = append(m.rows, choice{label, func(e *page.Env) Result { begin(i == 1, e); return Result{} }})
	}
	return m
}

// Settle asks what was done about a report or a missed wording.
func Settle(row session.EditorRow) Box {
	return &asker{
		title: "了结：" + row.Title, do: "了结", lines: []question{line("怎样处理的", "例如 已补说法到 sbk-001", true)},
		alive: func(e *page.Env) bool { return e.Mode == keys.Desk },
		run: func(e *page.Env, answers []string) Result {
			e.Do(session.SettleKB{ID: row.ID, Version: row.Version, Answer: answers[0]})
			return Result{}
		},
	}
}

// TellWrong asks what is wrong with an article's answer.
func TellWrong(id, title string, version int) Box {
	return &asker{
		title: "答复有误：" + title, do: "告诉知识库管理员", lines: []question{line("哪里不对", "例如 金额是去年的", true)},
		run: func(e *page.Env, answers []string) Result {
			e.Do(session.TellKB{Kind: session.TellWrong, Article: id, Version: version, Text: answers[0]})
			return Result{}
		},
	}
}

// TellQuestion asks for a question that no article answers.
func TellQuestion(text string) Box {
	q := line("问题", "来电人问什么，知识库里没有", true)
	q.input.Set(text)
	return &asker{
		title: "知识库没有答案", do: "告诉知识库管理员", lines: []question{q},
		run: func(e *page.Env, answers []string) Result {
			e.Do(session.TellKB{Kind: session.TellQuestion, Text: answers[0]})
			return Result{}
		},
	}
}

// Links lists what an article rests on and is related to.
func Links(links []article.Link, open func(article.Link, *page.Env)) Box {
	m := &Menu{title: "依据和相关条目"}
	for _, l := range links {
		m.rows = append(m.rows, choice{l.Label, func(e *page.Env) Result { open(l, e); return Result{} }})
	}
	return m
}
