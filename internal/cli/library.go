package cli

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"zuoxi/kb"
	"zuoxi/kb/search"
	"zuoxi/session"
	"zuoxi/ui/article"
	"zuoxi/ui/lookup"
)

// library is the seat's own copy of the knowledge base, as the screen wants it.
// It opens in the background: the screen does not wait for an index.
type library struct {
	log   *slog.Logger
	ready chan struct{}
	heads chan session.KBHead // size 1: the newest replaces an older one

	talking atomic.Bool // a call is on the seat: the line belongs to the voice

	mu   sync.Mutex
	base *kb.Base

	health
}

func (a *run) openLibrary(log *slog.Logger) *library { return openLibrary(a.kbFolder(), log) }

func openLibrary(folder string, log *slog.Logger) *library {
	l := &library{log: log, ready: make(chan struct{}), heads: make(chan session.KBHead, 1), health: newHealth(folder)}
	go func() {
		defer close(l.ready)
		b, damage, err := kb.Rescue(folder)
		if err != nil {
			log.Error("knowledge base not open", "err", err)
			return
		}
		if damage != nil {
			log.Error("knowledge base damaged and put aside", "err", damage)
			l.broken.Store(true)
		}
		l.checked.Store(readChecked(l.note, b)) // here, for the screen asks with every frame
		l.mu.Lock()
		l.base = b
		l.mu.Unlock()
	}()
	return l
}

func (l *library) close() {
	<-l.ready
	if l.base != nil {
		l.base.Close()
	}
}

func (l *library) open() *kb.Base {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.base
}

// Search implements lookup.Library.
func (l *library) Search(ctx context.Context, q lookup.Query) lookup.Result {
	select {
	case <-l.ready:
	case <-ctx.Done():
		return lookup.Result{}
	}
	b := l.open()
	if b == nil {
		return lookup.Result{Failed: true}
	}
	r, err := b.Search(ctx, query(q))
	if err != nil {
		l.mind(err)
		return lookup.Result{Failed: true}
	}
	return shown(b, r.Hits, cmp.Or(q.Day.First(), search.DateOf(time.Now())))
}

func query(q lookup.Query) search.Query {
	return search.Query{
		Text: q.Text, Region: cmp.Or(q.Place, q.Region), Kind: q.Kind, Category: q.Category, Level: q.Level, Date: q.Day.First(), IncludeSuperseded: q.Past,
	}
}

// Facets implements lookup.Library.
func (l *library) Facets(ctx context.Context, q lookup.Query) search.Facets {
	b := l.open()
	if b == nil {
		return search.Facets{}
	}
	ask := query(q)
	ask.IDsOnly, ask.Facets = true, true
	r, err := b.Search(ctx, ask)
	if err != nil && !errors.Is(err, context.Canceled) {
		l.log.Warn("not counted", "err", err)
	}
	return r.Facets
}

// Copy implements lookup.Library.
func (l *library) Copy() lookup.Copy {
	select {
	case <-l.ready:
	default:
		return lookup.Copy{}
	}
	b := l.open()
	if b == nil {
		return lookup.Copy{Trouble: lookup.Shut}
	}
	c := lookup.Copy{Revision: b.Revision(), Checked: l.checkedAt()}
	switch {
	case l.broken.Load():
		c.Trouble = lookup.Damaged
	case c.Revision == "":
		c.Trouble = lookup.Missing
	}
	return c
}

// changedShown is how many of today's changes are offered.
const changedShown = 9

// Suggest implements lookup.Library.
func (l *library) Suggest(ctx context.Context, h kb.Hint) lookup.Result {
	select {
	case <-l.ready:
	case <-ctx.Done():
		return lookup.Result{}
	}
	b := l.open()
	if b == nil {
		return lookup.Result{}
	}
	var hits []search.Hit
	if h.Empty() {
		list, err := b.ChangedOn(search.DateOf(time.Now()), changedShown)
		if err != nil {
			l.log.Warn("today's changes not listed", "err", err)
		}
		for _, a := range list {
			hits = append(hits, search.Hit{ID: a.ID + "@" + strconv.Itoa(a.Version), Title: a.Title})
		}
	} else {
		var err error
		if hits, err = b.Suggest(ctx, h); err != nil && ctx.Err() == nil {
			l.log.Warn("no suggestions", "err", err)
		}
	}
	return shown(b, hits, search.DateOf(time.Now()))
}

// shown are hits as the screen wants them, with what must be minded on the day of the facts. One that does not apply on
// that day is the article's own, in that version.
func shown(b *kb.Base, hits []search.Hit, day search.Date) lookup.Result {
	out := lookup.Result{Total: len(hits)}
	for _, h := range hits {
		hit := lookup.Hit{ID: h.ID, Title: h.Title, Why: strings.Join(h.Why, "，"), Named: h.Named}
		if a, ok, err := b.Standing(h.ID); err == nil && ok {
			hit.ID, hit.Version, hit.Dated = a.ID, strconv.Itoa(a.Version), a.ID != h.ID && !applies(b, a, day)
			hit.Caution = strings.Join(a.Marks(day), "、")
		}
		out.Hits = append(out.Hits, hit)
	}
	return out
}

// applies tells that a version is the one of a day, whatever is to come.
func applies(b *kb.Base, a kb.Article, day search.Date) bool {
	now, ok, err := b.GetOn(a.ID, day)
	return err == nil && ok && now.Version == a.Version
}

// Article implements lookup.Library.
func (l *library) Article(id, version string, day kb.Day) (article.Article, bool) {
	b := l.open()
	if b == nil {
		return article.Article{}, false
	}
	a, ok, err := versionOf(b, id, version, day)
	if l.mind(err); err != nil || !ok {
		return article.Article{}, false
	}
	today := search.DateOf(time.Now())
	out := page(a, cmp.Or(day.First(), today))
	if day.First() != 0 && a.Scope.Expires.Last() != 0 && a.Scope.Expires.Last() < today { // it may be read out for that day alone
		out.Caution = strings.Trim("按 "+day.String()+" 的规定，现在已失效；"+out.Caution, "；")
	}
	return out, true
}

// versionOf is the version named, with the day on which it ended, or the one that applied on a day, by default today.
func versionOf(b *kb.Base, id, version string, day kb.Day) (kb.Article, bool, error) {
	if n, _ := strconv.Atoi(version); n > 0 {
		return b.Standing(id + "@" + version)
	}
	return b.GetOn(id, cmp.Or(day.First(), search.DateOf(time.Now())))
}

// page lays an article out for the screen: what may be read out first, then what belongs to it.
func page(a kb.Article, today search.Date) article.Article {
	out := article.Article{ID: a.ID, Version: strconv.Itoa(a.Version), Title: a.Title, Meta: meta(a), Caution: strings.Join(a.Marks(today), "、")}
	if a.Review.Unverified != "" {
		out.Caution = strings.Trim(out.Caution+"；未核对："+a.Review.Unverified, "；")
	}
	if s, ok := kb.StandardOn(a.Standards, today); ok {
		out.Blocks = append(out.Blocks, article.Block{Kind: article.Head, Text: "统一口径：" + s.Title})
		out.Blocks = append(out.Blocks, spoken(article.Block{Text: s.Wording}, a, today))
	}
	speak := false
	for _, b := range kb.Blocks(a.Body) {
		if b.Kind == kb.Heading {
			if b.Level == 1 && b.Text == a.Title {
				continue
			}
			speak = strings.HasPrefix(b.Text, "口径")
			out.Blocks = append(out.Blocks, article.Block{Kind: article.Head, Text: b.Text})
			continue
		}
		block := pageBlock(b)
		if speak {
			if _, agreed := kb.StandardOn(a.Standards, today); agreed { // the agreed wording goes before it
				block = article.Block{Kind: article.Blocked, Mark: "以统一口径为准", Text: block.Text}
			} else {
				block = spoken(block, a, today)
			}
		}
		out.Blocks = append(out.Blocks, block)
	}
	belongings(a, &out)
	if ok, why := a.Sendable(today); !ok {
		out.Held = why
	}
	return out
}

// spoken is a wording that may be read out, or one that is blocked with the reason.
func spoken(b article.Block, a kb.Article, today search.Date) article.Block {
	if ok, why := a.Readable(today); !ok {
		return article.Block{Kind: article.Blocked, Mark: why, Text: b.Text}
	}
	if b.Kind != article.Item {
		b.Kind = article.Speak
	}
	return b
}

// belongings adds what stands beside the text of an article.
func belongings(a kb.Article, out *article.Article) {
	add := func(kind article.Kind, mark, text string) {
		out.Blocks = append(out.Blocks, article.Block{Kind: kind, Mark: mark, Text: text})
	}
	if len(a.Papers) > 0 {
		add(article.Head, "", "要带的材料")
		for i, p := range a.Papers {
			add(article.Item, strconv.Itoa(i+1), p)
		}
	}
	if o := a.Office; o != nil {
		add(article.Head, "", "办理地点")
		add(article.Para, "", strings.Join(strings.Fields(o.Name+" "+o.Address+" "+o.Phone+" "+o.Hours), " "))
	}
	for _, n := range a.Never {
		add(article.Never, "", n)
	}
	for _, b := range a.Basis {
		add(article.Basis, "", strings.TrimSpace(b.Doc+strings.Join(b.Articles, "、")+" "+b.Number))
		for _, n := range b.Articles {
			name := strings.Trim(b.Doc, "《》") + n
			out.Links = append(out.Links, article.Link{Label: "依据 " + b.Doc + n, Query: name})
		}
	}
	for _, id := range a.Related {
		out.Links = append(out.Links, article.Link{Label: "相关 " + id, ID: id})
	}
	out.Papers = a.Message()
}

func pageBlock(b kb.Block) article.Block {
	switch b.Kind {
	case kb.Item:
		return article.Block{Kind: article.Item, Mark: cmp.Or(b.Number, "·"), Text: b.Text, Depth: b.Level}
	case kb.Quote:
		return article.Block{Kind: article.Quote, Text: b.Text}
	case kb.Code:
		return article.Block{Kind: article.Code, Text: b.Text}
	case kb.Table:
		rows := make([]string, len(b.Rows))
		for i, r := range b.Rows {
			rows[i] = strings.Join(r, "  ")
		}
		return article.Block{Kind: article.Table, Rows: b.Rows, Text: strings.Join(rows, "\n")}
	}
	return article.Block{Kind: article.Para, Text: b.Text}
}

// meta is the line under the title: of what kind, where and when it applies, and when somebody last compared it with the
// rules.
func meta(a kb.Article) string {
	parts := []string{a.Kind, a.Category, a.Scope.Level, a.Scope.Region}
	for _, d := range []struct {
		day         kb.Day
		before, why string
	}{{a.Scope.Effective, "", " 起施行"}, {a.Scope.Expires, "到 ", " 失效"}, {a.Review.Reviewed, "", " 复核"}} {
		if !d.day.IsZero() {
			parts = append(parts, d.before+d.day.String()+d.why)
		}
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}
