package search

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Index is a folder with the index in it, open for searching. It may be used by many goroutines.
type Index struct {
	dir string

	writing sync.Mutex // one change at a time
	mu      sync.RWMutex
	state   manifest
	segs    []*segment

	scratch sync.Pool
}

// manifest says which files are the index. It is replaced as a whole: what is not in it does not exist.
type manifest struct {
	Generation int      `json:"generation"`
	Revision   string   `json:"revision"`
	Segments   []string `json:"segments"`
	Removed    []string `json:"removed,omitempty"` // documents gone since the first segment was written
	Sum        string   `json:"sum"`
}

const manifestName = "CURRENT"

// ErrNone means that the folder holds no index yet.
var ErrNone = errors.New("还没有知识库")

func (m manifest) sum() string {
	m.Sum = ""
	b, _ := json.Marshal(m) // strings and numbers only
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:16])
}

func readManifest(dir string) (m manifest, err error) {
	b, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, os.ErrNotExist) {
		return m, ErrNone
	}
	if err != nil {
		return m, err
	}
	if json.Unmarshal(b, &m) != nil || m.Sum != m.sum() || len(m.Segments) == 0 {
		return m, ErrDamaged
	}
	return m, nil
}

// replace writes the manifest beside the old one, syncs it and renames it over: a crash leaves either of them.
func (m manifest) replace(dir string) error {
	m.Sum = m.sum()
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	tmp := filepath.Join(dir, manifestName+".new")
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = cmp.Or(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp, filepath.Join(dir, manifestName)); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return cmp.Or(d.Sync(), d.Close())
}

// Create writes the index of docs into the folder and makes it the current one, whatever was there before.
func Create(dir, revision string, docs []Doc) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	old, err := readManifest(dir)
	if err != nil && !errors.Is(err, ErrNone) && !errors.Is(err, ErrDamaged) {
		return err
	}
	next := manifest{Generation: old.Generation + 1, Revision: revision}
	name, err := nextSegment(dir, &next, docs, nil)
	if err != nil {
		return err
	}
	next.Segments = []string{name}
	if err := next.replace(dir); err != nil {
		return err
	}
	sweep(dir, next)
	return nil
}

func nextSegment(dir string, m *manifest, docs []Doc, avg *[fields]float32) (string, error) {
	name := fmt.Sprintf("%06d.idx", m.Generation)
	for {
		if _, err := os.Stat(filepath.Join(dir, name)); errors.Is(err, os.ErrNotExist) {
			break
		}
		m.Generation++ // left over from a change that was cut off
		name = fmt.Sprintf("%06d.idx", m.Generation)
	}
	return name, writeSegment(filepath.Join(dir, name), docs, avg)
}

// sweep removes files that no manifest names. A reader that has them mapped keeps them.
func sweep(dir string, m manifest) {
	names, _ := filepath.Glob(filepath.Join(dir, "*.idx"))
	for _, n := range names {
		if !slices.Contains(m.Segments, filepath.Base(n)) {
			_ = os.Remove(n) // tried again at the next change
		}
	}
}

// Open opens the index in a folder.
func Open(dir string) (*Index, error) {
	x := &Index{dir: dir}
	return x, x.reload()
}

// reload takes over what the manifest names and lets go of the rest once no search uses it.
func (x *Index) reload() error {
	m, err := readManifest(x.dir)
	if err != nil {
		return err
	}
	segs, err := openSegments(x.dir, m)
	if err != nil {
		return err
	}
	x.mu.Lock()
	old := x.segs
	x.state, x.segs = m, segs
	x.mu.Unlock()
	return closeAll(old)
}

func openSegments(dir string, m manifest) (segs []*segment, err error) {
	for _, name := range m.Segments {
		s, err := openSegment(filepath.Join(dir, name))
		if err != nil {
			return nil, cmp.Or(closeAll(segs), err)
		}
		segs = append(segs, s)
	}
	bury(segs, m.Removed)
	return segs, nil
}

// bury marks the documents that a later segment replaces or that were removed.
func bury(segs []*segment, removed []string) {
	for i, s := range segs {
		for _, id := range removed {
			if d, ok := s.find(id); ok {
				s.dead[d] = true
			}
		}
		for _, later := range segs[i+1:] {
			for d := range uint32(later.Docs) {
				if old, ok := s.find(later.id(d)); ok {
					s.dead[old] = true
				}
			}
		}
	}
}

func closeAll(segs []*segment) (err error) {
	for _, s := range segs {
		err = cmp.Or(err, s.close())
	}
	return err
}

// Close lets go of the files. No search may be under way.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	segs := x.segs
	x.segs = nil
	return closeAll(segs)
}

// Revision is what the last change was called.
func (x *Index) Revision() string {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.state.Revision
}

// Len is the number of documents.
func (x *Index) Len() (n int) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	for _, s := range x.segs {
		n += s.Docs - len(s.dead)
	}
	return n
}

// Doc gives a document back as it was put in.
func (x *Index) Doc(id string) (Doc, bool, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	for _, s := range slices.Backward(x.segs) {
		if n, ok := s.find(id); ok && !s.dead[n] {
			d, err := s.doc(n)
			return d, true, err
		}
	}
	return Doc{}, false, nil
}

// All calls use for each document until it returns false.
func (x *Index) All(use func(Doc) bool) error {
	x.mu.RLock()
	defer x.mu.RUnlock()
	for _, s := range x.segs {
		for n := range uint32(s.Docs) {
			if s.dead[n] {
				continue
			}
			d, err := s.doc(n)
			if err != nil {
				return err
			}
			if !use(d) {
				return nil
			}
		}
	}
	return nil
}

// foldAt is the share of changed documents at which a change set is merged into a new base.
const foldAt = 10

// Apply adds and replaces changed documents and removes others. Searches go on meanwhile and see the index before or
// after the change. The changes since the base stand in one small segment; when they grow large the base is rebuilt.
func (x *Index) Apply(ctx context.Context, revision string, changed []Doc, removed []string) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	x.mu.RLock()
	state, segs := x.state, x.segs
	x.mu.RUnlock()
	if len(segs) == 0 {
		return ErrNone
	}
	fresh := map[string]bool{}
	for _, d := range changed {
		fresh[d.ID] = true
	}
	for _, id := range removed {
		fresh[id] = true
	}
	docs := slices.Clone(changed)
	later := segs[1:]
	base := segs[0]
	whole := (len(changed)+later2(later))*foldAt > base.Docs
	if whole {
		later = segs
	}
	for _, s := range later {
		for n := range uint32(s.Docs) {
			if s.dead[n] || fresh[s.id(n)] {
				continue
			}
			d, err := s.doc(n)
			if err = cmp.Or(err, ctx.Err()); err != nil {
				return err
			}
			docs = append(docs, d)
		}
	}
	return x.switchTo(state, revision, docs, removed, whole)
}

func later2(segs []*segment) (n int) {
	for _, s := range segs {
		n += s.Docs
	}
	return n
}

func (x *Index) switchTo(state manifest, revision string, docs []Doc, removed []string, whole bool) error {
	next := manifest{Generation: state.Generation + 1, Revision: revision}
	avg := &x.segs[0].Average
	if whole {
		avg = nil
	} else {
		next.Removed = slices.Compact(slices.Sorted(slices.Values(slices.Concat(state.Removed, removed))))
		next.Removed = slices.DeleteFunc(next.Removed, func(id string) bool {
			return slices.ContainsFunc(docs, func(d Doc) bool { return d.ID == id })
		})
	}
	name, err := nextSegment(x.dir, &next, docs, avg)
	if err != nil {
		return err
	}
	next.Segments = []string{name}
	if !whole {
		next.Segments = []string{state.Segments[0], name}
	}
	if err := next.replace(x.dir); err != nil {
		return err
	}
	if err := x.reload(); err != nil {
		return err
	}
	sweep(x.dir, next)
	return nil
}

// Query is what is asked for.
type Query struct {
	Text     string
	Limit    int    // 0 means 10
	Region   string // the caller's, the widest name first: 湖南省长沙市; empty means anywhere
	Date     Date   // of the facts; 0 means that any version will do
	Category string
	Kind     string
	Level    string

	IncludeSuperseded bool // also what does not apply on the date, marked and after the rest
	IDsOnly           bool // leave out title, snippet and reasons
}

// Hit is an article found.
type Hit struct {
	ID       string
	Score    float64
	Title    string
	Snippet  string
	Why      []string
	Kind     string
	Category string
	Level    string
	Region   string
	State    State
	Stored   []byte
}

// Result is the answer to a query.
type Result struct {
	Hits   []Hit
	Facets Facets
	Took   time.Duration
}

// trimmed removes blanks around the values of a query.
func (q Query) trimmed() Query {
	q.Text = strings.TrimSpace(q.Text)
	if q.Limit <= 0 {
		q.Limit = 10
	}
	return q
}
