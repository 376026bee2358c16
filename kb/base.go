package kb

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"zuoxi/kb/search"
)

// Base is a library in a folder: the articles with their index, and what earlier versions said. Many goroutines may
// use it; changes take turns and become visible as a whole.
type Base struct {
	dir string
	now func() time.Time

	changing sync.Mutex
	mu       sync.Mutex // guards index, which is nil until the first import
	index    *search.Index
	past     *history
}

// ErrNone means that nothing was imported yet.
var ErrNone = search.ErrNone

// Open opens the library in a folder, which may be empty. now gives the day that searches without a date mean; nil is
// the clock.
func Open(dir string, now func() time.Time) (*Base, error) {
	b := closed(dir, now)
	x, err := search.Open(filepath.Join(dir, indexFolder))
	if err != nil && !errors.Is(err, ErrNone) {
		return nil, fmt.Errorf("open knowledge base: %w", err)
	}
	if err == nil {
		b.index = x
	}
	return b, nil
}

func closed(dir string, now func() time.Time) *Base {
	if now == nil {
		now = time.Now
	}
	return &Base{dir: dir, now: now, past: &history{path: filepath.Join(dir, "history.log")}}
}

const indexFolder = "index"

// today is the day by the library's clock.
func (b *Base) today() Day {
	y, m, d := b.now().Date()
	return Day{y, int(m), d}
}

// Close lets go of the files.
func (b *Base) Close() {
	b.changing.Lock()
	defer b.changing.Unlock()
	if x := b.open(); x != nil {
		x.Close()
	}
}

func (b *Base) open() *search.Index {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.index
}

// Revision is what the last change was called, empty before the first.
func (b *Base) Revision() string {
	if x := b.open(); x != nil {
		return x.Revision()
	}
	return ""
}

// Len is the number of articles, with earlier ones that applied until some day.
func (b *Base) Len() int {
	if x := b.open(); x != nil {
		return x.Len()
	}
	return 0
}

// Search finds articles. A query without a date means today. Of one that is
// nothing but the name of a subject, what is filed there comes first.
func (b *Base) Search(ctx context.Context, q search.Query) (search.Result, error) {
	x := b.open()
	if x == nil {
		return search.Result{}, ErrNone
	}
	if q.Date == 0 {
		q.Date = search.DateOf(b.now())
	}
	r, err := x.Search(ctx, q)
	if subject := strings.TrimSpace(q.Text); err == nil && q.Category == "" && slices.Contains(Categories, subject) {
		q.Category, q.Facets = subject, false
		var filed search.Result
		if filed, err = x.Search(ctx, q); err == nil {
			r.Hits = ahead(filed.Hits, r.Hits)
		}
	}
	return r, err
}

// Renew writes the index anew where an earlier version of this program wrote it. Searches and changes go on meanwhile,
// changes behind it. It is for who keeps the library open: one process at a time may change a library.
func (b *Base) Renew(ctx context.Context) (renewed bool, err error) {
	b.changing.Lock()
	defer b.changing.Unlock()
	x := b.open()
	if x == nil || !x.Outdated() {
		return false, nil
	}
	err = x.Renew(ctx, func(d search.Doc) (search.Doc, error) {
		a, err := articleOf(d)
		return a.doc(d.ID), err
	})
	if err != nil {
		return false, fmt.Errorf("write the index of the knowledge base anew: %w", err)
	}
	return true, nil
}

// ahead puts hits before others, and gives as many as there are of the others
// where those are enough.
func ahead(first, others []search.Hit) []search.Hit {
	most := max(len(first), len(others))
	out := slices.Clone(first)
	for _, h := range others {
		if !slices.ContainsFunc(first, func(f search.Hit) bool { return f.ID == h.ID }) {
			out = append(out, h)
		}
	}
	return out[:most]
}

// Get gives the article of an id as it stands now, or of ID@VERSION as it stood then.
func (b *Base) Get(ref string) (Article, bool, error) {
	id, version, ok := cutRef(ref)
	if !ok {
		return b.current(ref)
	}
	return b.GetVersion(id, version)
}

func cutRef(ref string) (id string, version int, ok bool) {
	id, v, ok := strings.Cut(ref, "@")
	if !ok {
		return ref, 0, false
	}
	version, err := strconv.Atoi(v)
	return id, version, err == nil
}

func reference(id string, version int) string { return fmt.Sprintf("%s@%d", id, version) }

func (b *Base) current(key string) (Article, bool, error) {
	x := b.open()
	if x == nil {
		return Article{}, false, nil
	}
	d, ok, err := x.Doc(key)
	if err != nil || !ok {
		return Article{}, false, err
	}
	a, err := articleOf(d)
	return a, err == nil, err
}

// GetVersion gives a version as it stood when it was the latest, whether it still applies or not.
func (b *Base) GetVersion(id string, version int) (Article, bool, error) {
	now, ok, err := b.Standing(reference(id, version))
	if err != nil || !ok {
		return now, ok, err
	}
	kept, had, err := b.past.find(id, version)
	if had && kept.before(now) { // else it was counted anew, and the later text counts
		return kept, true, err
	}
	return now, true, err
}

// Standing gives what a hit of a search names, an id or ID@VERSION, as it stands now: one that a later version followed
// ends on the day before that. A version that is no longer searched comes from the history.
func (b *Base) Standing(ref string) (Article, bool, error) {
	id, version, ok := cutRef(ref)
	if !ok {
		return b.current(ref)
	}
	for _, key := range []string{id, ref} {
		if a, ok, err := b.current(key); err != nil || ok && a.Version == version {
			return a, ok, err
		}
	}
	return b.past.find(id, version)
}

// Versions lists the versions of an article that can be shown, the oldest first.
func (b *Base) Versions(id string) ([]int, error) {
	list, err := b.past.versions(id)
	if err != nil {
		return nil, err
	}
	standing, err := b.line(id)
	for _, a := range standing {
		list = append(list, a.Version)
	}
	slices.Sort(list)
	return slices.Compact(list), err
}

// GetOn gives the version of an article that applied on a day.
func (b *Base) GetOn(id string, day search.Date) (Article, bool, error) {
	a, ok, err := b.current(id)
	for ok && err == nil && a.Previous > 0 && a.Scope.Effective.First() > day {
		a, ok, err = b.current(reference(id, a.Previous))
	}
	return a, ok, err
}

// All calls use for each article until it returns false.
func (b *Base) All(use func(Article) bool) error {
	x := b.open()
	if x == nil {
		return nil
	}
	var failed error
	err := x.All(func(d search.Doc) bool {
		var a Article
		if a, failed = articleOf(d); failed != nil {
			return false
		}
		return use(a)
	})
	return cmp.Or(err, failed)
}

// rest is what the index does not keep of an article by itself.
type rest struct {
	ID       string     `json:"id"`
	Version  int        `json:"v"`
	Previous int        `json:"p,omitempty"`
	Changed  Day        `json:"c,omitzero"`
	Agreed   []Standard `json:"std,omitempty"`
	From     Day        `json:"f,omitzero"`
	Until    Day        `json:"u,omitzero"`
	Ends     *Day       `json:"e,omitempty"`
	Basis    []Basis    `json:"b,omitempty"`
	Review   Review     `json:"r,omitzero"`
	Related  []string   `json:"rel,omitempty"`
	Sources  []string   `json:"src,omitempty"`
	Papers   []string   `json:"pap,omitempty"`
	Office   *Office    `json:"off,omitempty"`
	Never    []string   `json:"nev,omitempty"`
}

func encodeRest(a Article) []byte {
	b, _ := json.Marshal(rest{a.ID, a.Version, a.Previous, a.Changed, a.Standards, a.Scope.Effective, a.Scope.Expires, a.Ends, a.Basis, a.Review,
		a.Related, a.Sources, a.Papers, a.Office, a.Never}) // strings and numbers only
	return b
}

func articleOf(d search.Doc) (Article, error) {
	var r rest
	if err := json.Unmarshal(d.Stored, &r); err != nil {
		return Article{}, fmt.Errorf("%w: article %s: %w", search.ErrDamaged, d.ID, err)
	}
	return Article{
		ID: r.ID, Edition: Edition{r.Version, r.Previous, r.Changed, r.Agreed, r.Ends}, Title: d.Title, Kind: d.Kind, Category: d.Category,
		Scope: Scope{d.Level, d.Region, r.From, r.Until}, Words: Words{d.Keywords, d.Synonyms}, Basis: r.Basis,
		Review: r.Review, Related: r.Related, Sources: r.Sources, Papers: r.Papers, Office: r.Office, Never: r.Never,
		Body: d.Body,
	}, nil
}

// same tells whether two articles say the same, whatever their versions.
func same(a, b Article) bool {
	a.Version, a.Previous, a.Changed = b.Version, b.Previous, b.Changed
	return reflect.DeepEqual(a, b)
}

// Says tells whether an article says the same as another, whatever the library added to them.
func (a Article) Says(b Article) bool {
	a.Edition = b.Edition
	return reflect.DeepEqual(a, b)
}
