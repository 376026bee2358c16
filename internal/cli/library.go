package cli

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
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

	mu   sync.Mutex
	base *kb.Base
}

func (a *run) openLibrary(log *slog.Logger) *library {
	l := &library{log: log, ready: make(chan struct{}), heads: make(chan session.KBHead, 1)}
	go func() {
		defer close(l.ready)
		b, err := a.openBase()
		if err != nil {
			log.Error("knowledge base not open", "err", err)
			return
		}
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
		return lookup.Result{}
	}
	r, err := b.Search(ctx, search.Query{Text: q.Text, Region: q.Region})
	if err != nil {
		return lookup.Result{}
	}
	out := lookup.Result{Total: len(r.Hits)}
	for _, h := range r.Hits {
		hit := lookup.Hit{ID: h.ID, Title: h.Title, Why: strings.Join(h.Why, "，")}
		if a, ok, err := b.Get(h.ID); err == nil && ok {
			hit.Version = strconv.Itoa(a.Version)
			hit.Caution = strings.Join(a.Marks(search.DateOf(time.Now())), "、")
		}
		out.Hits = append(out.Hits, hit)
	}
	return out
}

// Article implements lookup.Library.
func (l *library) Article(id, version string) (article.Article, bool) {
	b := l.open()
	if b == nil {
		return article.Article{}, false
	}
	n, _ := strconv.Atoi(version)
	a, ok, err := b.GetVersion(id, n)
	if n == 0 {
		a, ok, err = b.Get(id)
	}
	if err != nil || !ok {
		return article.Article{}, false
	}
	return page(a, search.DateOf(time.Now())), true
}

// page lays an article out for the screen: what may be read out first.
func page(a kb.Article, today search.Date) article.Article {
	out := article.Article{ID: a.ID, Version: strconv.Itoa(a.Version), Title: a.Title, Meta: meta(a), Caution: strings.Join(a.Marks(today), "、")}
	if ok, why := a.Readable(today); !ok && a.Answer() != "" {
		out.Caution = strings.Trim(out.Caution+"；"+why, "；")
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
		out.Blocks = append(out.Blocks, pageBlock(b, speak))
	}
	for _, n := range a.Never {
		out.Blocks = append(out.Blocks, article.Block{Kind: article.Never, Text: n})
	}
	for _, b := range a.Basis {
		text := strings.TrimSpace(b.Doc + strings.Join(b.Articles, "、") + " " + b.Number)
		out.Blocks = append(out.Blocks, article.Block{Kind: article.Basis, Text: text})
	}
	return out
}

func pageBlock(b kb.Block, speak bool) article.Block {
	switch {
	case b.Kind == kb.Item:
		mark := b.Number
		if mark == "" {
			mark = "·"
		}
		return article.Block{Kind: article.Item, Mark: mark, Text: b.Text}
	case b.Kind == kb.Table:
		var rows []string
		for _, r := range b.Rows {
			rows = append(rows, strings.Join(r, " │ "))
		}
		return article.Block{Kind: article.Para, Text: strings.Join(rows, "\n")}
	case speak:
		return article.Block{Kind: article.Speak, Text: b.Text}
	}
	return article.Block{Kind: article.Para, Text: b.Text}
}

func meta(a kb.Article) string {
	parts := []string{a.Kind, a.Category, a.Scope.Level, a.Scope.Region}
	if d := a.Scope.Effective.String(); d != "" {
		parts = append(parts, d+" 起施行")
	}
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " ")
}
