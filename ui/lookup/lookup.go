// Package lookup is the knowledge pane: a search field, the hits, and the
// article that was opened. The idle, talk and wrap-up pages share one. It
// promises that only the answer to the last query is ever shown, and that
// typing changes no more of the screen than the field and the hits.
package lookup

import (
	"context"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"zuoxi/kb"
	"zuoxi/kb/search"
	"zuoxi/rules/region"
	"zuoxi/session"
	"zuoxi/ui/article"
	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

// Library is the knowledge base as the pane needs it.
type Library interface {
	// Search may be called from any goroutine and gives up when ctx ends.
	Search(ctx context.Context, q Query) Result
	// Facets counts what a query finds.
	Facets(ctx context.Context, q Query) search.Facets
	// Suggest offers up to three articles for what is known of a call; for an
	// empty hint it lists what changed today.
	Suggest(ctx context.Context, h kb.Hint) Result
	// Article lays an article out as of the day of the facts, the zero day being
	// today. An empty version is the one that applied then.
	Article(id, version string, day kb.Day) (article.Article, bool)
	// Copy tells of what it answers from; its Revision changes whenever the articles have.
	Copy() Copy
}

// Query is what is looked for. Region is that of the caller, empty for all.
type Query struct {
	Text, Region string
	Narrow
}

// Result is the answer to a Query. One that Failed says nothing about what there is.
type Result struct {
	Hits   []Hit
	Total  int
	Failed bool
}

// Hit is one article found.
type Hit struct {
	ID, Version, Title string
	Why                string // why it matched
	Caution            string // expired, not verified
	Named              bool   // the article of a statute that was asked for by its number
	Dated              bool   // of another day: a newer version does not take its place
}

// hitRows is how many hits are shown: the first three are what counts, and more
// would be rewritten at each letter.
const hitRows = 3

// freeColumns stay empty behind the field: the input method draws there.
const freeColumns = 12

// Pane is the knowledge pane.
type Pane struct {
	lib    Library
	query  *field.Field
	list   page.List
	result Result
	view   article.View
	seq    uint64
	waits  bool // for the answer to question seq
	cancel context.CancelFunc

	narrow   Narrow
	narrowed string // the call that it was narrowed in
	serves   string // the last call that it was used in
	offers
	asked
}

// New makes a pane; lib may be nil when there is no knowledge base.
func New(lib Library) *Pane {
	return &Pane{lib: lib, query: field.New(field.Options{Max: 80, Hint: "汉字、拼音、首字母、条号"}), cancel: func() {}}
}

// Forget puts away what one person looked up, before another comes.
func (p *Pane) Forget() {
	p.cancel()
	anew := New(p.lib)
	anew.seq, anew.offers.n = p.seq+1, p.offers.n+1 // answers on their way are not the next one's
	*p = *anew
}

// found is the answer to query number seq of a pane.
type found struct {
	pane   *Pane
	seq    uint64
	result Result
}

// Update takes keys, text and answers while the pane has the focus.
func (p *Pane) Update(msg tea.Msg, e *page.Env) (used bool, cmd tea.Cmd) {
	if p.Answered(msg) {
		return true, nil
	}
	switch msg := msg.(type) {
	case tea.PasteMsg:
		if p.query.Insert(msg.Content) {
			return true, p.search(e)
		}
		return true, nil
	case tea.KeyPressMsg:
		return p.key(msg, e)
	}
	return false, nil
}

// Answered takes the answer to a question of the pane, whatever is on the screen.
func (p *Pane) Answered(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case found:
		if msg.pane == p && msg.seq == p.seq {
			p.result, p.list, p.waits = msg.result, page.List{}, false
			p.asked.hits = max(p.asked.hits, msg.result.Total)
			if msg.result.Failed { // nobody learns from it what the knowledge base lacks
				p.asked = asked{}
			}
		}
		return msg.pane == p
	case offered:
		return p.offered(msg)
	}
	return false
}

func (p *Pane) key(k tea.KeyPressMsg, e *page.Env) (used bool, cmd tea.Cmd) {
	switch k.String() {
	case "up":
		p.list.Move(-1, len(p.hits()))
	case "down":
		p.list.Move(1, len(p.hits()))
	case "pgup":
		p.view.Scroll(-p.view.Page())
	case "pgdown":
		p.view.Scroll(p.view.Page())
	case "enter":
		p.open(e)
	default:
		used, changed := p.query.Key(k)
		if w := p.query.Warning(); w != "" {
			e.Say(w)
		}
		if changed {
			return true, p.search(e)
		}
		return used, nil
	}
	return true, nil
}

// search asks for the text in the field and drops the question before.
func (p *Pane) search(e *page.Env) tea.Cmd {
	p.cancel()
	p.seq++
	p.typed(e)
	if p.waits = p.lib != nil && !p.query.Empty(); !p.waits {
		p.result, p.list = Result{}, page.List{}
		return nil
	}
	ctx, cancel := context.WithCancel(e.Ctx)
	p.cancel = cancel
	seq, q := p.seq, p.ask(e)
	return func() tea.Msg {
		defer cancel()
		return found{p, seq, p.lib.Search(ctx, q)}
	}
}

// where is the place that the caller belongs to, empty where it is not known: nothing local is hidden then.
func where(v *session.View) string {
	at := ""
	switch {
	case v.Record != nil && v.Record.Fields.Region != "":
		at = v.Record.Fields.Region
	case v.Call != nil:
		at = v.Call.Caller.Region
	}
	if at == region.Provincial { // of the seat's own province
		at = region.Province(v.Seat.District) + at
	}
	if region.Path(at) == nil {
		return ""
	}
	return at
}

// open shows the chosen hit and notes that it was read.
func (p *Pane) open(e *page.Env) {
	hits := p.hits()
	if p.waits && len(hits) > 0 { // what stands there was found by other words
		e.Say("还在查 · 没有打开 · 请再按一次 Enter")
		return
	}
	if p.list.Sel >= len(hits) {
		return
	}
	h := hits[p.list.Sel]
	p.opened(h.ID, e)
	p.show(h.ID, h.Version, e)
}

// Open shows an article by its id, or the article of a statute by its number:
// what another article rests on or is related to. Whatever else is found by the
// number's words is not what was meant.
func (p *Pane) Open(link article.Link, e *page.Env) {
	id := link.ID
	if id == "" && p.lib != nil {
		if r := p.lib.Search(e.Ctx, Query{Text: link.Query}); len(r.Hits) > 0 && r.Hits[0].Named {
			id = r.Hits[0].ID
		}
	}
	switch {
	case id != "" && p.show(id, "", e):
	case p.trouble() != Sound:
		e.Say("知识库打不开 · 没有打开“" + link.Label + "” · 请查别处，或咨询同事、班长")
	default:
		e.Say("知识库里没有“" + link.Label + "” · 没有打开 · 请换个说法查")
	}
}

func (p *Pane) show(id, version string, e *page.Env) bool {
	if p.lib == nil {
		return false
	}
	a, ok := p.lib.Article(id, version, p.narrow.Day)
	if !ok {
		return false
	}
	p.view.Open(a)
	p.newer = ""
	if v := e.View; v.Call != nil || v.Record != nil || v.Exam.Sitting != nil {
		e.Do(session.ArticleShown{ID: a.ID, Version: a.Version})
	}
	return true
}

// Article is the open article; its ID is empty when there is none.
func (p *Pane) Article() article.Article { return p.view.Article() }

// Typed is the text in the field.
func (p *Pane) Typed() string { return p.query.Value() }

// Copy is the open article's text.
func (p *Pane) Copy() string {
	if p.view.Article().ID == "" {
		return ""
	}
	return p.view.Text()
}

// Draw draws the pane without a border.
func (p *Pane) Draw(r canvas.Region, e *page.Env, focused bool) page.Cursor {
	x := r.Text(0, 0, "查 ", theme.Dim)
	switch n, minded := p.result.Total, strings.TrimSpace(p.age(e.Now)+" "+p.narrow.String()); {
	case minded != "":
		r.Right(0, minded, theme.Warn)
	case n > 0:
		r.Right(0, strconv.Itoa(n)+" 条", theme.Dim)
	case p.query.Empty() && len(p.offers.list) > 0:
		r.Right(0, p.offers.label, theme.Dim)
	}
	in := r.Sub(x, 0, r.W-x-freeColumns, 1)
	cx, cy := p.query.Draw(in, focused)
	rows := min(hitRows, max(r.H-2, 0))
	p.drawHits(r.Sub(0, 1, r.W, rows), e)
	if body := r.Sub(0, rows+1, r.W, r.H-rows-1); body.H > 1 {
		body.Rule(0, e.Theme, theme.Frame)
		if caption, tok := p.caption(); caption != "" {
			body.Text(1, 0, " "+text.Short(caption, body.W-4)+" ", tok)
		}
		p.drawBody(body.Sub(0, 1, body.W, body.H-1), e)
	}
	if !focused {
		return page.Cursor{}
	}
	return page.At(in, cx, cy)
}

// caption stands between the hits and the article: that the article is not
// the one to read from, else why the chosen hit is there.
func (p *Pane) caption() (string, theme.Token) {
	open, hits := p.view.Article().ID, p.hits()
	chosen := p.list.Sel < len(hits)
	another := chosen && open != "" && !is(hits[p.list.Sel], p.view.Article())
	switch {
	case p.newer != "":
		return p.newer, theme.Warn
	case another && hits[p.list.Sel].Why != "":
		return "下面是另一条 · Enter 打开选中的（" + hits[p.list.Sel].Why + "）", theme.Warn
	case another:
		return "下面是先前打开的另一条 · Enter 打开选中的", theme.Warn
	case open != "" && !chosen && !p.query.Empty():
		return "下面是先前打开的一条，不是查到的", theme.Warn
	case chosen:
		return hits[p.list.Sel].Why, theme.Dim
	}
	return "", theme.Plain
}

// is tells that a hit is the article given, in its version.
func is(h Hit, a article.Article) bool {
	return h.ID == a.ID && (h.Version == "" || a.Version == "" || h.Version == a.Version)
}

func (p *Pane) drawHits(r canvas.Region, e *page.Env) {
	hits := p.hits()
	n := len(hits)
	if t := p.trouble(); n == 0 && t != Sound {
		for y, line := range troubles[t] {
			r.Text(1, y, line, theme.Warn)
		}
		return
	}
	if n == 0 && !p.query.Empty() {
		if len([]rune(strings.TrimSpace(p.query.Value()))) < shortest {
			r.Text(1, 0, "再写一个字", theme.Dim)
			return
		}
		for y, line := range nothing {
			r.Text(1, y, line, theme.Dim)
		}
		return
	}
	top := p.list.Window(n, r.H)
	for y := range min(r.H, n-top) {
		i := top + y
		h := hits[i]
		if i == p.list.Sel {
			r.Text(0, y, e.Theme.Glyph.Sel, theme.Key)
		}
		x := r.Text(1, y, strconv.Itoa(i+1)+" ", theme.Dim)
		tok := theme.Plain
		if h.Caution != "" {
			tok = theme.Warn
			x = r.Text(x, y, h.Caution+" ", tok)
		}
		title := r.Sub(0, y, r.W, 1)
		if why := reason(h.Why, r.W-x-text.Width(h.Title)-whyGap); why != "" {
			title.W = r.Right(y, why, theme.Dim) - 1
		}
		title.Text(x, 0, text.Short(text.Plain(h.Title), title.W-x), tok)
	}
}

// nothing is said where nothing was found: what that means, and what to do.
var nothing = [hitRows]string{"没有找到 · 没有一条真正讲到这个", "别凭记忆答 · 换个说法，或只写两三个字", "仍然没有：Ctrl+P “没有答案”，告诉知识库管理员"}

// whyGap stands between a title and why it is there.
const whyGap = 2

// reason puts why a hit is there into so many columns, and its first word where there is no room: the title gives way to
// that.
func reason(why string, room int) string {
	first, _, _ := strings.Cut(why, "，")
	kind, words, _ := strings.Cut(first, " ")
	if words == "" || room < text.Width(kind)+leastWords {
		return kind
	}
	return text.Short(first, room)
}

// leastWords are the columns below which the words of a reason would be cut beyond recognition.
const leastWords = 5

func (p *Pane) drawBody(r canvas.Region, e *page.Env) {
	if p.view.Article().ID == "" {
		r.Text(0, 0, "↑↓ 选条目  Enter 打开  PgDn 往下看", theme.Dim)
		return
	}
	if key := e.Keys.Key(e.Mode, keys.KBSend); key != "" && p.view.Article().Papers != "" && r.H > 3 {
		r.Text(0, r.H-1, key+" 发材料短信", theme.Key)
		r = r.Sub(0, 0, r.W, r.H-1)
	}
	p.view.Draw(r)
}
