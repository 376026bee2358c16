package kb

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"zuoxi/kb/search"
)

// Report tells what an import did.
type Report struct {
	Added, Changed, Same int
	Removed              int
	Converted            []string // files that were not UTF-8
	Batch                string   `json:",omitempty"` // by which the drafts can be submitted together
}

// Import takes articles as their authors wrote them, and counts their versions. Articles that are there already and not
// among these stay. An id that comes twice refuses all.
func (b *Base) Import(ctx context.Context, revision string, articles []Article) (Report, error) {
	b.changing.Lock()
	defer b.changing.Unlock()
	c := change{base: b}
	seen := map[string]bool{}
	for _, a := range articles {
		if seen[a.ID] {
			return Report{}, &Refusal{Problems: []Problem{{Text: fmt.Sprintf("编号 %s 出现了两次，请改掉一个", a.ID), File: "导入的条目"}}}
		}
		seen[a.ID] = true
		if err := c.author(a); err != nil {
			return Report{}, err
		}
	}
	return c.report, c.commit(ctx, revision)
}

// Edit changes articles as edit says, each into a next version; ids that are not there are passed over.
func (b *Base) Edit(ctx context.Context, revision string, ids []string, edit func(*Article)) (Report, error) {
	b.changing.Lock()
	defer b.changing.Unlock()
	c := change{base: b}
	for _, id := range ids {
		old, ok, err := b.current(id)
		if err != nil {
			return Report{}, err
		}
		if !ok {
			continue
		}
		a := old
		edit(&a)
		c.next(a, old)
	}
	return c.report, c.commit(ctx, revision)
}

// Remove takes articles out of the search; what they said stays in the history.
func (b *Base) Remove(ctx context.Context, revision string, ids ...string) (Report, error) {
	return b.Apply(ctx, revision, nil, ids)
}

// Apply takes articles with the versions they have at the hub, and removes others.
func (b *Base) Apply(ctx context.Context, revision string, changed []Article, removed []string) (Report, error) {
	b.changing.Lock()
	defer b.changing.Unlock()
	c := change{base: b}
	newest := Newest(changed)
	for _, a := range changed {
		if err := c.take(a, newest[a.ID]); err != nil {
			return Report{}, err
		}
	}
	for _, id := range removed {
		old, ok, err := b.current(id)
		if err != nil {
			return Report{}, err
		}
		if ok {
			c.past = append(c.past, old)
			c.removed = append(c.removed, id)
			c.report.Removed++
		}
	}
	return c.report, c.commit(ctx, revision)
}

// Replace makes the articles the whole library.
func (b *Base) Replace(ctx context.Context, revision string, articles []Article) (Report, error) {
	stays, newest := map[string]bool{}, Newest(articles)
	for _, a := range articles {
		stays[a.Key(newest)] = true
	}
	var have []Article
	err := b.All(func(a Article) bool { have = append(have, a); return true })
	if err != nil {
		return Report{}, err
	}
	var gone []string
	newest = Newest(have)
	for _, a := range have {
		if key := a.Key(newest); !stays[key] {
			gone = append(gone, key)
		}
	}
	return b.Apply(ctx, revision, articles, gone)
}

// change gathers what an import alters.
type change struct {
	base    *Base
	docs    []search.Doc
	past    []Article // versions that are no longer in the index
	removed []string
	report  Report
}

// author takes an article without a version.
func (c *change) author(a Article) error {
	old, ok, err := c.base.current(a.ID)
	if err != nil {
		return err
	}
	if ok {
		if a.Standards == nil {
			a.Standards = old.Standards
		}
		c.next(a, old)
		return nil
	}
	before, err := c.base.past.versions(a.ID) // it may have been here and withdrawn
	if err != nil {
		return err
	}
	a.Edition = Edition{Version: 1, Changed: c.base.today(), Standards: a.Standards}
	if len(before) > 0 {
		a.Version = slices.Max(before) + 1
	}
	c.report.Added++
	c.docs = append(c.docs, a.doc(a.ID))
	return nil
}

// next takes the next version of an article, if it says anything else than the old.
func (c *change) next(a, old Article) {
	if same(a, old) {
		c.report.Same++
		return
	}
	a.Version, a.Previous, a.Changed = old.Version+1, old.Previous, c.base.today()
	c.supersede(&a, old)
	c.report.Changed++
	c.docs = append(c.docs, a.doc(a.ID))
}

// supersede keeps the old version findable until the day before the new one applies, where the new one has a later
// day; else it only goes into the history.
func (c *change) supersede(a *Article, old Article) {
	c.past = append(c.past, old)
	from := a.Scope.Effective
	if from.Day == 0 || from.First() <= old.Scope.Effective.First() || old.Scope.Effective.IsZero() {
		return
	}
	if until := old.Scope.Expires; until.IsZero() || until.Last() >= from.First() {
		old.Scope.Expires = from.before()
	}
	a.Previous = old.Version
	c.docs = append(c.docs, old.doc(reference(old.ID, old.Version)))
}

// take takes an article whose version the hub counted. An article of which a newer version comes or is there is one
// that applied until some day.
func (c *change) take(a Article, newest int) error {
	old, ok, err := c.base.current(a.ID)
	if err != nil {
		return err
	}
	switch {
	case a.Version < max(newest, old.Version):
		c.docs = append(c.docs, a.doc(reference(a.ID, a.Version)))
		return nil
	case ok && a.Version == old.Version && a.Previous == old.Previous && same(a, old):
		c.report.Same++
		return nil
	case ok:
		c.past = append(c.past, old)
		c.report.Changed++
	default:
		c.report.Added++
	}
	c.docs = append(c.docs, a.doc(a.ID))
	return nil
}

// Newest gives the highest version of each article in a list.
func Newest(articles []Article) map[string]int {
	out := make(map[string]int, len(articles))
	for _, a := range articles {
		out[a.ID] = max(out[a.ID], a.Version)
	}
	return out
}

// Key is what an article of a list is called in a library: its id, or ID@VERSION when a newer version is in the list.
func (a Article) Key(newest map[string]int) string {
	if a.Version < newest[a.ID] {
		return reference(a.ID, a.Version)
	}
	return a.ID
}

// commit makes the change durable: first the earlier versions, then the index.
func (c *change) commit(ctx context.Context, revision string) error {
	b := c.base
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := b.past.keep(c.past); err != nil {
		return err
	}
	if x := b.open(); x != nil {
		return x.Apply(ctx, revision, c.docs, c.removed)
	}
	dir := filepath.Join(b.dir, "index")
	if err := search.Create(dir, revision, c.docs); err != nil {
		return fmt.Errorf("write knowledge base: %w", err)
	}
	x, err := search.Open(dir)
	if err != nil {
		return err
	}
	b.mu.Lock()
	b.index = x
	b.mu.Unlock()
	return nil
}
