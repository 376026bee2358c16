// Package lookup is the knowledge pane: a search field, the hits, and the
// article that was opened. The idle, talk and wrap-up pages share one. It
// promises that only the answer to the last query is ever shown, and that
// typing changes no more of the screen than the field and the hits.
package lookup

import (
	"context"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"zuoxi/kb"
	"zuoxi/kb/search"
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
	Article(id, version string) (article.Article, bool)
	// Revision changes whenever the articles have.
	Revision() string
}

// Query is what is looked for. Region is that of the caller, empty for all.
type Query struct {
	Text, Region string
	Narrow
}

// Result is the answer to a Query.
type Result struct {
	Hits  []Hit
	Total int
}

// Hit is one article found.
type Hit struct {
	ID, Version, Title string
	Why                string // why it matched
	Caution            string // expired, not verified
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
	cancel context.CancelFunc
	why    bool // the chosen hit says why it is there

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
			p.result, p.list, p.why = msg.result, page.List{}, false
			p.asked.hits = max(p.asked.hits, msg.result.Total)
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
		p.choose(-1)
	case "down":
		p.choose(1)
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

// choose moves in the hits. Why one is there is told only now: it would be rewritten at each letter.
func (p *Pane) choose(by int) {
	p.list.Move(by, len(p.hits()))
	p.why = true
}

// search asks for the text in the field and drops the question before.
func (p *Pane) search(e *page.Env) tea.Cmd {
	p.cancel()
	p.seq++
	p.typed(e)
	if p.lib == nil || p.query.Empty() {
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

// region is where the caller belongs, as far as it is known.
func region(v *session.View) string {
	switch {
	case v.Record != nil && v.Record.Fields.Region != "":
		return v.Record.Fields.Region
	case v.Call != nil:
		return v.Call.Caller.Region
	}
	return ""
}

// open shows the chosen hit and notes that it was read.
func (p *Pane) open(e *page.Env) {
	hits := p.hits()
	if p.list.Sel >= len(hits) {
		return
	}
	h := hits[p.list.Sel]
	p.opened(h.ID, e)
	p.show(h.ID, h.Version, e)
}

// Open shows an article by its id, or the best one for a text: what another
// article rests on or is related to.
func (p *Pane) Open(link article.Link, e *page.Env) {
	id := link.ID
	if id == "" && p.lib != nil {
		if r := p.lib.Search(e.Ctx, Query{Text: link.Query}); len(r.Hits) > 0 {
			id = r.Hits[0].ID
		}
	}
	if id == "" || !p.show(id, "", e) {
		e.Say("知识库里没有“" + link.Label + "” · 没有打开 · 请换个说法查")
	}
}

func (p *Pane) show(id, version string, e *page.Env) bool {
	if p.lib == nil {
		return false
	}
	a, ok := p.lib.Article(id, version)
	if !ok {
		return false
	}
	p.view.Open(a)
	p.newer = ""
	if e.View.Call != nil || e.View.Exam.Sitting != nil {
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
	switch n, held := p.result.Total, p.narrow.String(); {
	case held != "":
		r.Right(0, held, theme.Warn)
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
	switch {
	case p.newer != "":
		return p.newer, theme.Warn
	case open != "" && chosen && hits[p.list.Sel].ID != open:
		return "下面是先前打开的另一条 · Enter 打开选中的", theme.Warn
	case open != "" && !chosen && !p.query.Empty():
		return "下面是先前打开的一条，不是查到的", theme.Warn
	case p.why && chosen:
		return hits[p.list.Sel].Why, theme.Dim
	}
	return "", theme.Plain
}

func (p *Pane) drawHits(r canvas.Region, e *page.Env) {
	hits := p.hits()
	n := len(hits)
	if n == 0 && !p.query.Empty() {
		r.Text(1, 0, "没有找到 · 换个说法，或只写两三个字", theme.Dim)
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
		r.Text(x, y, h.Title, tok)
	}
}

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
