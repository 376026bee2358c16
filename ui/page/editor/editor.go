// Package editor is the page of those who write and review the knowledge base: the lists of their work, the entry that is
// open with what changed in it, and its text to be edited. It draws session.EditorView and speaks session verbs; ui/app
// drives it. It promises that a text under the hands is never replaced by one from the hub before it is kept or given up.
package editor

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/ui/field"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
)

// lists are the lists, in the order of ← and →.
var lists = []struct{ name, label string }{
	{session.KBWork, "在办"}, {session.KBToday, "今日更新"}, {session.KBCalendar, "到期复核"}, {session.KBWrong, "答复有误"},
	{session.KBQuestions, "没有答案"}, {session.KBMisses, "没查到"}, {session.KBPublished, "已发布"}, {session.KBArticles, "查条目"},
}

// mode is what the right side shows.
type mode uint8

const (
	reading mode = iota
	comparing
	writing
)

// mostTyped is the longest text that is edited on the screen, in characters.
const mostTyped = 30_000

// Page is the editors' page.
type Page struct {
	list  int // in lists
	rows  page.List
	at    string // id of the chosen row
	query *field.Field

	right bool // the text has the focus
	mode  mode
	top   int // first line shown
	shown int // lines of the last drawing, and all there are
	lines int

	draft
}

// draft is the text under the hands.
type draft struct {
	text    *field.Field
	entry   string // that it belongs to, empty for a new one
	version int64
	before  string // as it was opened, or kept last
	sent    string // as it was sent to be kept
	done    int    // EditorView.Done when it was last looked at
	saving
}

// saving is a save that was sent.
type saving struct {
	since time.Time // zero: there is none
	saves int       // EditorView.Saves then
}

// patience is how long an answer to a save is waited for: it may never have been sent.
const patience = 10 * time.Second

// New makes the page.
func New() *Page {
	return &Page{query: field.New(field.Options{Max: 80, Hint: "汉字、编号"}), draft: draft{text: field.New(field.Options{Kind: field.Area, Max: mostTyped})}}
}

// Typing reports whether a text field has the focus.
func (p *Page) Typing() bool { return !p.right || p.mode == writing }

// Copy is the text that is open.
func (p *Page) Copy(*page.Env) string { return p.text.Value() }

// Dirty tells whether there is text that was not kept.
func (p *Page) Dirty() bool { return p.mode == writing && p.text.Value() != p.before }

// Act carries out the commands of the desk.
func (p *Page) Act(c keys.Command, e *page.Env) (used bool, cmd tea.Cmd) {
	switch c {
	case keys.Next, keys.Previous:
		if p.right = !p.right; !p.right { // others work as well
			p.show(p.list, e)
		}
	case keys.Search:
		p.right = false
		p.show(len(lists)-1, e)
	case keys.KBEdit:
		p.edit(e)
	case keys.KBDiff:
		p.compare(e)
	case keys.KBEarlier:
		p.earlier(e)
	case keys.KBOpen:
		p.open(e)
	default:
		return false, nil
	}
	return true, nil
}

// Begin puts a blank under the hands: an article's, or a standard answer's for the article that is open.
func (p *Page) Begin(standard bool, e *page.Env) {
	text := blank
	if standard {
		text = blankStandard(e)
	}
	p.write(text, "", 0, e)
}

// Row is the chosen row, ok where it is something the hotline told.
func (p *Page) Row(e *page.Env) (r session.EditorRow, told bool) {
	v := &e.View.Editor
	if p.right || p.rows.Sel >= len(v.Rows) || v.List != lists[p.list].name {
		return r, false
	}
	told = slices.Contains([]string{session.KBWrong, session.KBQuestions, session.KBMisses}, v.List)
	return v.Rows[p.rows.Sel], told
}

// show asks for a list.
func (p *Page) show(n int, e *page.Env) {
	p.list, p.rows, p.at = n, page.List{}, ""
	e.Do(session.ListKB{List: lists[n].name, Query: strings.TrimSpace(p.query.Value())})
}

// open opens the chosen row, or keeps the text that is being written.
func (p *Page) open(e *page.Env) {
	if p.mode == writing && p.right {
		p.save(e)
		return
	}
	r, told := p.Row(e)
	switch {
	case r.ID == "":
		return
	case p.Dirty():
		e.Say("正在写的还没有存 · 没有打开别的 · 先按 Tab 回到正文，F9 存稿")
		return
	case told && r.Article == "": // words that led nowhere: look what there is
		p.query.Set(r.Title)
		p.show(len(lists)-1, e)
		return
	case told:
		id, _, _ := strings.Cut(r.Article, "@")
		r.ID = "article:" + id
	}
	p.mode, p.top = reading, 0
	e.Do(session.OpenKB{ID: r.ID})
}

// save sends the text to be kept. One save at a time: an answer does not say which
// of two texts it is about.
func (p *Page) save(e *page.Env) {
	open := !p.since.IsZero() && e.View.Editor.Saves == p.saves
	if open && e.Now.Sub(p.since) < patience {
		e.Say("还在存 · 这次没有再存 · 请稍后再按一次")
		return
	}
	p.sent = p.text.Value() // what is typed before the answer is not kept by it
	if open {
		p.sent = p.before // nothing counts as kept that may not be
	}
	p.saving = saving{e.Now, e.View.Editor.Saves}
	e.Do(session.SaveKB{Entry: p.entry, Version: p.version, Text: p.text.Value()})
}

// edit takes the open entry's text under the hands: the draft itself, or a next version of what is published.
func (p *Page) edit(e *page.Env) {
	x := e.View.Editor.Entry
	switch {
	case p.mode == writing:
		p.right = true
	case x == nil:
		e.Say("没有打开条目 · 没有可编辑的 · 先在左边选一条，按 F9 打开")
	case x.Batch > 0:
		e.Say("这是一批导入的清单，不能编辑 · 没有打开 · 要改哪一条，在左边写它的编号查出来")
	case len([]rune(x.Text)) > mostTyped:
		e.Say("这一条太长，屏幕上编不了 · 没有打开 · 请用 zuoxi kb export 导出，改好后用 zuoxi kb draft 存稿")
	case x.State == "draft":
		p.write(x.Text, x.Entry, x.Version, e)
	case x.State == "submitted" || x.State == "reviewed":
		e.Say("“" + x.Label + "”的一稿不能再改 · 没有打开 · 要改请先退回修改")
	default:
		p.write(x.Text, "", 0, e)
	}
}

func (p *Page) write(text, entry string, version int64, e *page.Env) {
	if p.Dirty() {
		e.Say("正在写的还没有存 · 没有另起 · 先按 F9 存稿")
		return
	}
	p.text.Set(text)
	p.draft = draft{text: p.text, entry: entry, version: version, before: p.text.Value(), sent: p.text.Value(), done: e.View.Editor.Done}
	p.mode, p.right, p.top = writing, true, 0
}

func (p *Page) compare(e *page.Env) {
	if p.Dirty() {
		e.Say("正在写的还没有存 · 先存稿再看差异 · 按 F9 存稿")
		return
	}
	if p.top = 0; p.mode == comparing {
		p.mode = reading
	} else {
		p.mode = comparing
	}
}

// earlier opens the version before the one that is open.
func (p *Page) earlier(e *page.Env) {
	x := e.View.Editor.Entry
	switch {
	case p.Dirty():
		e.Say("正在写的还没有存 · 没有打开上一版 · 先按 F9 存稿")
		return
	case x == nil:
		e.Say("没有打开条目 · 没有上一版可看 · 先在左边选一条，按 F9 打开")
		return
	case x.Standard:
		e.Say("统一口径只留现在的一份 · 没有上一版可打开 · 按 F5 看它改了上一次发布的哪里")
		return
	}
	at := slices.Index(x.Versions, x.Number)
	if at < 0 {
		at = len(x.Versions)
	}
	if at == 0 {
		e.Say("没有更早的版本 · 还是这一版 · 从列表里再打开可回到现在的")
		return
	}
	p.mode, p.top = reading, 0
	e.Do(session.OpenKB{ID: "article:" + version(x.Article, x.Versions[at-1])})
}

// Follow looks what the hub has answered, and asks for the first list.
func (p *Page) Follow(e *page.Env) {
	v := &e.View.Editor
	if v.List == "" && !v.Busy {
		p.show(p.list, e)
	}
	if n := slices.IndexFunc(v.Rows, func(r session.EditorRow) bool { return r.ID == p.at }); n >= 0 {
		p.rows.Sel = n // others may have moved it
	}
	if v.Done == p.done {
		if !p.since.IsZero() && v.Saves != p.saves { // refused, or not sent
			p.saving, p.sent = saving{}, p.before
		}
		return
	}
	p.done, p.saving = v.Done, saving{}
	if x := v.Entry; p.mode == writing && x != nil && (p.entry == x.Entry || p.entry == "") && x.State == "draft" {
		p.entry, p.version, p.before = x.Entry, x.Version, p.sent
		if p.Dirty() {
			e.Say("已存稿 " + x.Article + " · 之后写的还没有存 · 再按 F9 存稿")
		} else {
			e.Say("已存稿 " + x.Article)
		}
	} else if p.mode == writing && !p.Dirty() {
		p.mode = reading // a step was taken
	}
	p.show(p.list, e)
}

// Update takes keys, text and pasted text.
func (p *Page) Update(msg tea.Msg, e *page.Env) (used bool, cmd tea.Cmd) {
	in := p.query
	if p.right {
		in = p.text
	}
	switch msg := msg.(type) {
	case tea.PasteMsg:
		if p.Typing() {
			in.Insert(msg.Content)
		}
		return true, nil
	case tea.KeyPressMsg:
		if p.right && p.mode != writing {
			return p.scroll(msg.String()), nil
		}
		if !p.right && p.choose(msg.String(), e) {
			return true, nil
		}
		used, _ = in.Key(msg)
		if w := in.Warning(); w != "" {
			e.Say(w)
		}
		return used, nil
	}
	return false, nil
}

// choose moves in the list and between the lists.
func (p *Page) choose(key string, e *page.Env) bool {
	n := len(e.View.Editor.Rows)
	if p.rows.Key(key, n) {
		if p.rows.Sel < n {
			p.at = e.View.Editor.Rows[p.rows.Sel].ID
		}
		return true
	}
	switch key {
	case "left", "right":
		if !p.query.Empty() {
			return false
		}
		by := 1
		if key == "left" {
			by = len(lists) - 1
		}
		p.show((p.list+by)%len(lists), e)
	case "enter":
		if strings.TrimSpace(p.query.Value()) != e.View.Editor.Query {
			p.show(p.list, e)
		} else {
			p.open(e)
		}
	default:
		return false
	}
	return true
}

func (p *Page) scroll(key string) bool {
	by := map[string]int{"up": -1, "down": 1, "pgup": 1 - p.shown, "pgdown": p.shown - 1, "home": -p.lines, "end": p.lines}[key]
	p.top = max(0, min(p.top+by, p.lines-p.shown))
	return by != 0
}
