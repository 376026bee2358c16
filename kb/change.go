package kb

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"

	"zuoxi/kb/search"
)

// Report tells what an import did.
type Report struct {
	Added, Changed, Same int
	Removed              int
	New, Altered         []string `json:",omitempty"` // the first of those added and changed
	Converted            []string // files that were not UTF-8
	Batch                string   `json:",omitempty"` // by which the drafts can be submitted together
}

// maxNamed is how many articles a report names; a large import has thousands.
const maxNamed = 200

// Add counts an article that was not there.
func (r *Report) Add(id string) {
	if r.Added++; len(r.New) < maxNamed {
		r.New = append(r.New, id)
	}
}

// Change counts an article that said something else.
func (r *Report) Change(id string) {
	if r.Changed++; len(r.Altered) < maxNamed {
		r.Altered = append(r.Altered, id)
	}
}

// Import takes articles as their authors wrote them, and counts their versions. Articles that are there already and not
// among these stay. An id may come several times, with the days from which each version applies.
func (b *Base) Import(ctx context.Context, revision string, articles []Article) (Report, error) {
	b.changing.Lock()
	defer b.changing.Unlock()
	turn, err := b.InTurn(articles)
	if err != nil {
		return Report{}, err
	}
	c := change{base: b, report: Report{Same: len(articles) - len(turn)}}
	for _, a := range turn {
		if err := c.author(a); err != nil {
			return Report{}, err
		}
	}
	return c.report, c.commit(ctx, revision)
}

// Edit changes articles as edit says, each into a next version, with what of them applied until some day or is to come; ids
// that are not there are passed over.
func (b *Base) Edit(ctx context.Context, revision string, ids []string, edit func(*Article)) (Report, error) {
	b.changing.Lock()
	defer b.changing.Unlock()
	c := change{base: b}
	for _, id := range ids {
		if err := c.revise(id, edit); err != nil {
			return Report{}, err
		}
	}
	return c.report, c.commit(ctx, revision)
}

// Remove takes articles out of the search, each by its id or one of its versions by ID@VERSION: what is yet to come by
// itself, so that the version before it goes on to apply; what applies, with all that applied before it. What they said
// stays in the history.
func (b *Base) Remove(ctx context.Context, revision string, refs ...string) (Report, error) {
	b.changing.Lock()
	defer b.changing.Unlock()
	c := change{base: b}
	for _, ref := range refs {
		if err := c.withdraw(ref); err != nil {
			return Report{}, err
		}
	}
	return c.report, c.commit(ctx, revision)
}

// Apply takes what changed at the hub, with the versions that the hub counted, and drops what is gone there. Of an
// article that changed, all versions that apply on some day are in the list.
func (b *Base) Apply(ctx context.Context, revision string, changed []Article, removed []string) (Report, error) {
	b.changing.Lock()
	defer b.changing.Unlock()
	return b.apply(ctx, revision, changed, removed)
}

func (b *Base) apply(ctx context.Context, revision string, changed []Article, removed []string) (Report, error) {
	c := change{base: b}
	newest := Newest(changed)
	for _, a := range changed {
		if err := c.take(a, a.Key(newest)); err != nil {
			return Report{}, err
		}
	}
	for _, key := range removed {
		if err := c.drop(key); err != nil {
			return Report{}, err
		}
	}
	return c.report, c.commit(ctx, revision)
}

// Replace makes the articles the whole library, whatever versions are in it.
func (b *Base) Replace(ctx context.Context, revision string, articles []Article) (Report, error) {
	b.changing.Lock()
	defer b.changing.Unlock()
	stays, newest := map[string]bool{}, Newest(articles)
	for _, a := range articles {
		stays[a.Key(newest)] = true
	}
	var gone []string
	if x := b.open(); x != nil {
		if err := x.All(func(d search.Doc) bool {
			if !stays[d.ID] {
				gone = append(gone, d.ID)
			}
			return true
		}); err != nil {
			return Report{}, err
		}
	}
	return b.apply(ctx, revision, articles, gone)
}

// change gathers what an import alters.
type change struct {
	base    *Base
	lines   map[string]*line // the articles that are written, edited or withdrawn, by id
	order   []string         // their ids, as they came
	docs    []search.Doc
	at      map[string]int // where in docs each key is
	past    []Article      // versions that are no longer in the index as they were
	removed []string
	report  Report
}

// put lays an article down under a key; what lay there gives way.
func (c *change) put(key string, a Article) {
	if i, ok := c.at[key]; ok {
		c.docs[i] = a.doc(key)
		return
	}
	if c.at == nil {
		c.at = map[string]int{}
	}
	c.at[key] = len(c.docs)
	c.docs = append(c.docs, a.doc(key))
}

// take takes an article as the hub has it, under the key that it has there.
func (c *change) take(a Article, key string) error {
	old, ok, err := c.base.current(key)
	switch {
	case err != nil:
		return err
	case ok && reflect.DeepEqual(a, old):
		c.report.Same++
		return nil
	case ok:
		c.past = append(c.past, old)
		c.report.Change(key)
	default:
		c.report.Add(key)
	}
	c.put(key, a)
	return nil
}

// drop takes out what is under a key, if anything is.
func (c *change) drop(key string) error {
	old, ok, err := c.base.current(key)
	if err != nil || !ok {
		return err
	}
	c.past = append(c.past, old)
	c.removed = append(c.removed, key)
	c.report.Removed++
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
	c.settle()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := b.past.keep(c.past); err != nil {
		return err
	}
	if x := b.open(); x != nil {
		return x.Apply(ctx, revision, c.docs, c.removed)
	}
	dir := filepath.Join(b.dir, indexFolder)
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
