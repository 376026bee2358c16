// Package quality is the page of who looks back at calls: the sheets to be scored and the recordings, the player with the
// places worth hearing, the ministry's sheet, and the note. Agents see their own results on it and object. It promises that
// what the machine proposes is marked as a proposal and never adds up, that points go to the item under the cursor, and that
// no text field takes a digit that was meant for a score.
package quality

import (
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/access"
	rules "zuoxi/rules/quality"
	"zuoxi/rules/region"
	"zuoxi/session"
	"zuoxi/session/review"
	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
)

// The areas in the order of Tab.
const (
	areaList = iota
	areaFind
	areaItems
	areaCourse
	areaNote
	areas
)

// wide is the width from which list and sheet stand beside each other.
const wide = 100

// shown is what the list holds.
type shown int

const (
	sheets shown = iota
	sounds
	models
	kindsShown
)

// may are the rights to what the list holds, in the order of the key that changes it.
var may = [kindsShown]access.Command{access.QualityView, access.RecordingPlay, access.ModelHear}

// next is the next thing that the person may list.
func (s shown) next(e *page.Env) shown {
	for i := range kindsShown {
		if n := (s + 1 + i) % kindsShown; e.View.Seat.Can(may[n]) {
			return n
		}
	}
	return s
}

// verdicts in the order in which they are chosen.
var verdicts = []struct{ code, label string }{{rules.VerdictPass, "通过"}, {rules.VerdictRetrain, "退回复训"}, {rules.VerdictModel, "推荐为范例（去隐私）"}}

// states are what the list of sheets can be narrowed to, in the order of the key; empty: all of them.
var states = append([]string{""}, rules.Order...)

// Page is the page.
type Page struct {
	at      int
	shows   shown
	state   int // of states
	list    page.List
	item    page.List
	find    *field.Field
	note    *field.Field
	verdict int
	course  page.Prose
	open    string // the sheet that the note belongs to
	asked   bool
}

// New makes the page.
func New() *Page {
	return &Page{
		find: field.New(field.Options{Max: 60, Hint: "工号、号码、日期、地区、单号、文字"}),
		note: field.New(field.Options{Max: 300, Hint: "说明、标记、申诉或裁定的理由"}),
	}
}

// Typing reports whether a text field has the focus.
func (p *Page) Typing() bool { return p.at == areaFind || p.at == areaNote }

func do(e *page.Env, v review.Verb) { e.Do(session.Review{Do: v}) }

// Enter is called when the person comes to the page.
func (p *Page) Enter(e *page.Env) {
	p.shows = (kindsShown - 1).next(e)
	p.refresh(e)
}

func (p *Page) refresh(e *page.Env) {
	p.asked = true
	switch p.shows {
	case sounds:
		do(e, p.wanted())
	case models:
		do(e, review.Models{})
	default:
		do(e, review.Sheets{State: states[p.state]})
	}
}

// usualEach is how many calls of each agent are drawn unless the person says otherwise.
const usualEach = 3

// draw draws samples of the days and as many as the search line says: first day, last day, calls of each; empty: of yesterday
// and today.
func (p *Page) draw(e *page.Env) {
	d := review.Draw{Each: usualEach}
	for _, w := range strings.Fields(text.Fold(p.find.Value())) {
		_, noDay := time.Parse(time.DateOnly, w)
		n, noNumber := strconv.Atoi(w)
		switch {
		case noDay == nil && d.From == "":
			d.From = w
		case noDay == nil && d.To == "":
			d.To = w
		case noNumber == nil && n >= 1 && n <= 100:
			d.Each = n
		default:
			p.at = areaFind
			e.Say("看不懂“" + text.Short(w, 16) + "” · 没有抽样 · 筛选栏写 起始日 截止日 每人几通，如 2026-11-01 2026-11-15 5")
			return
		}
	}
	switch {
	case d.From == "":
		d.From = e.Now.AddDate(0, 0, -1).Format(time.DateOnly)
	case d.To == "":
		d.To = d.From // one day
	}
	do(e, d)
}

// wanted is the search line as the search over everything reads it. Here a short number alone is an agent's, 尾 and four
// digits are the end of a caller's, and the name of a place is that place.
func (p *Page) wanted() review.Find {
	words := strings.Fields(text.Fold(p.find.Value()))
	for i, w := range words {
		tail, isTail := strings.CutPrefix(w, "尾")
		place, isPlace := region.Find(w)
		switch {
		case isTail && len(tail) == 4 && digits(tail):
			words[i] = "尾号:" + tail
		case digits(w) && len(w) < 6:
			words[i] = "工号:" + w
		case isPlace && !digits(w):
			words[i] = "地区:" + place.Code
		}
	}
	return review.Find{Line: strings.Join(words, " ")}
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// Act carries out the commands of the page.
func (p *Page) Act(c keys.Command, e *page.Env) (used bool, cmd tea.Cmd) {
	switch c {
	case keys.Next:
		p.step(1)
	case keys.Previous:
		p.step(areas - 1)
	case keys.ReviewFind, keys.Search:
		p.at, p.shows = areaFind, sounds
	case keys.SoundPlay:
		do(e, review.Toggle{})
	case keys.SoundSpeed:
		do(e, review.Speed{})
	case keys.SoundSide:
		do(e, review.Side{})
	case keys.ScoreDraw:
		p.draw(e)
	default:
		return p.score(c, e), nil
	}
	return true, nil
}

// step goes on to another area, past the course of a sheet where all of it is seen.
func (p *Page) step(by int) {
	p.at = (p.at + by) % areas
	if p.at == areaCourse && !p.course.Scrolls() {
		p.at = (p.at + by) % areas
	}
}

// plain are the commands about the open sheet that need nothing more.
var plain = map[keys.Command]review.Verb{
	keys.ScoreAccept: review.Accept{}, keys.ScorePerson: review.Person{Spoke: true}, keys.ScoreNobody: review.Person{},
	keys.DrawCheck: review.Check{}, keys.Spread: review.Spread{},
}

// score carries out what concerns the open sheet.
func (p *Page) score(c keys.Command, e *page.Env) bool {
	if v, ok := plain[c]; ok {
		do(e, v)
		return true
	}
	w := e.View.Review.Work
	switch c {
	case keys.SoundMark:
		if p.note.Empty() {
			p.at = areaNote
			e.Say("写下标记的文字，再按 F5 · 标记落在听到的地方")
			return true
		}
		if w != nil && e.View.Seat.Can(access.QualityScore) {
			do(e, review.Mark{Text: p.note.Value()})
		} else {
			do(e, review.Note{Text: p.note.Value()})
		}
		p.note.Set("")
	case keys.ScoreLeave:
		if it := p.current(w); it != nil {
			do(e, review.Give{Item: it.ID, Points: -1})
		}
	case keys.ScoreSubmit:
		do(e, review.Submit{Note: p.note.Value(), Verdict: verdicts[p.verdict].code})
	case keys.ScoreObject, keys.ScoreSecond:
		p.object(c, w, e)
	case keys.ScoreSettle:
		p.settle(w, e)
	case keys.Calibrate:
		p.calibrate(e)
	default:
		return false
	}
	return true
}

// unsaid is what is said where the reason is missing.
var unsaid = map[keys.Command]string{
	keys.ScoreObject: "先打开自己的评分，在说明栏写理由，再选“申诉” · 还没有提交",
	keys.ScoreSecond: "先打开已公布的评分，在说明栏写理由，再选“要求复评” · 还没有提交",
}

// object says why a mark is wrong: the agent's appeal, or another scorer's or a lead's wish for a second score. The scorer's own note, which
// stands in the line when a sheet is opened, is nobody's reason.
func (p *Page) object(c keys.Command, w *rules.Work, e *page.Env) {
	why := strings.TrimSpace(p.note.Value())
	switch {
	case w == nil || why == "" || why == w.Note:
		p.at = areaNote
		e.Say(unsaid[c])
		return
	case c == keys.ScoreSecond:
		do(e, review.Second{ID: w.ID, Text: why})
	default:
		do(e, review.Appeal{ID: w.ID, Text: why})
	}
	p.note.Set("")
}

// settle takes the mean, or the points that the note begins with.
func (p *Page) settle(w *rules.Work, e *page.Env) {
	if w == nil {
		e.Say("没有打开评分表 · 没有裁定 · 先打开一通待裁定的")
		return
	}
	mark, why := -1, strings.TrimSpace(text.Fold(p.note.Value()))
	if n, rest, ok := strings.Cut(why, " "); ok && n != "" && strings.Trim(n, "0123456789") == "" && len(n) <= 3 {
		mark, why = 0, rest
		for _, d := range n {
			mark = mark*10 + int(d-'0')
		}
	}
	do(e, review.Settle{ID: w.ID, Mark: mark, Why: why})
}

// calibrate takes the expert and the scorers from the search line.
func (p *Page) calibrate(e *page.Env) {
	who := strings.Fields(text.Fold(p.find.Value()))
	const least = 2
	if len(who) < least || slices.ContainsFunc(who, func(w string) bool { return !digits(w) }) {
		p.at = areaFind
		e.Say("没有写谁来评 · 没有布置 · 筛选栏里写工号，第一个是专家，如 1007 1008 1009")
		return
	}
	do(e, review.Calibrate{Expert: who[0], Scorers: strings.Join(who[1:], " ")})
	p.find.Set("")
}

// current is the item under the cursor.
func (p *Page) current(w *rules.Work) *rules.ItemView {
	if w == nil || p.item.Sel >= len(w.Items) {
		return nil
	}
	return &w.Items[p.item.Sel]
}

// Update takes keys and pasted text.
func (p *Page) Update(msg tea.Msg, e *page.Env) (used bool, cmd tea.Cmd) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		if paste, is := msg.(tea.PasteMsg); is && p.Typing() {
			return p.field().Insert(paste.Content), nil
		}
		return false, nil
	}
	if p.player(k.String(), e) {
		return true, nil
	}
	switch p.at {
	case areaList:
		return p.choose(k.String(), e), nil
	case areaFind:
		if k.String() == "enter" {
			p.shows = sounds
			p.refresh(e)
			p.at = areaList
			return true, nil
		}
	case areaItems:
		return p.points(k, e), nil
	case areaCourse:
		return p.course.Key(k.String()), nil
	case areaNote:
		if k.String() == "enter" {
			p.verdict = (p.verdict + 1) % len(verdicts)
			return true, nil
		}
	}
	used, _ = p.field().Key(k)
	if w := p.field().Warning(); w != "" {
		e.Say(w)
	}
	return used, nil
}

func (p *Page) field() *field.Field {
	if p.at == areaFind {
		return p.find
	}
	return p.note
}

// seekStep is how far one key moves the recording.
const seekStep = 5 * time.Second

// player moves the recording: in a text field the plain arrows belong to the text.
func (p *Page) player(key string, e *page.Env) bool {
	switch {
	case key == "ctrl+left":
		do(e, review.Jump{Back: true})
	case key == "ctrl+right":
		do(e, review.Jump{})
	case key == "left" && !p.Typing():
		do(e, review.Seek{By: -seekStep})
	case key == "right" && !p.Typing():
		do(e, review.Seek{By: seekStep})
	default:
		return false
	}
	return true
}

// rows is how long the list is.
func (p *Page) rows(v *review.View) int {
	return [kindsShown]int{len(v.Sheets.Rows), len(v.Sounds), len(v.Models)}[p.shows]
}

// choose moves in the list and opens.
func (p *Page) choose(key string, e *page.Env) bool {
	n := p.rows(&e.View.Review)
	was := p.list.Sel
	if p.list.Key(key, n) {
		if p.shows == sheets && p.list.Sel == was && was == n-1 && e.View.Review.Sheets.Next != "" {
			do(e, review.Sheets{State: states[p.state], More: true}) // past the end
		}
		return true
	}
	switch key {
	case "end":
		if p.shows != sheets {
			return false
		}
		p.state = (p.state + 1) % len(states)
		p.list = page.List{}
		p.refresh(e)
	case "home":
		p.shows = p.shows.next(e)
		p.list = page.List{}
		p.refresh(e)
	case "enter":
		p.openChosen(n, e)
	default:
		return false
	}
	return true
}

func (p *Page) openChosen(n int, e *page.Env) {
	if n == 0 || p.list.Sel >= n {
		return
	}
	switch p.shows {
	case sounds:
		do(e, review.Listen{Call: e.View.Review.Sounds[p.list.Sel].Call})
		return
	case models:
		do(e, review.Hear{ID: e.View.Review.Models[p.list.Sel].ID})
		return
	}
	do(e, review.Open{ID: e.View.Review.Sheets.Rows[p.list.Sel].ID})
	p.at, p.item = areaItems, page.List{}
}

// points gives the item under the cursor a number; full-width digits count too. Items of all or nothing take 0 and their points.
func (p *Page) points(k tea.KeyPressMsg, e *page.Env) bool {
	w := e.View.Review.Work
	it := p.current(w)
	if it == nil {
		return false
	}
	switch s := text.Fold(k.Text); {
	case k.String() == "up":
		p.item.Move(-1, len(w.Items))
	case k.String() == "down":
		p.item.Move(1, len(w.Items))
	case k.String() == "enter" && it.Proposed >= 0:
		n := it.Proposed
		if it.Exclude {
			n = -1
		}
		p.give(it, n, w, e)
	case len(s) == 1 && s[0] >= '0' && s[0] <= '9':
		p.give(it, int(s[0]-'0'), w, e)
	default:
		return false
	}
	return true
}

func (p *Page) give(it *rules.ItemView, n int, w *rules.Work, e *page.Env) {
	if !e.View.Seat.Can(access.QualityScore) {
		e.Say("没有权限：质检评分 · 没有记下 · 对自己的评分可以申诉")
		return
	}
	do(e, review.Give{Item: it.ID, Points: n})
	p.item.Move(1, len(w.Items))
}

// follow starts with an empty note when another sheet is opened.
func (p *Page) follow(e *page.Env) {
	id := ""
	if w := e.View.Review.Work; w != nil {
		id = w.ID
	}
	if id == p.open {
		return
	}
	p.open, p.verdict, p.item, p.course = id, 0, page.List{}, page.Prose{}
	p.note.Set("")
	if w := e.View.Review.Work; w != nil {
		p.note.Set(w.Note)
		for i, v := range verdicts {
			if v.code == w.Verdict {
				p.verdict = i
			}
		}
	}
}

// Draw draws the page.
func (p *Page) Draw(r canvas.Region, e *page.Env) page.Cursor {
	p.follow(e)
	if r.W < wide {
		if p.at == areaList || p.at == areaFind {
			return p.drawList(r, e)
		}
		return p.drawCall(r, e)
	}
	left := min(48, r.W*2/5)
	cur := p.drawList(r.Sub(0, 0, left, r.H), e)
	if c := p.drawCall(r.Sub(left, 0, r.W-left, r.H), e); c.On {
		cur = c
	}
	return cur
}
