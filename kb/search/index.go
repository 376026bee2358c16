package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
)

// Index is a folder with the index in it, open for searching. It may be used by many goroutines.
type Index struct {
	dir     string
	scratch sync.Pool

	writing sync.Mutex // one change at a time
	mu      sync.Mutex // guards now, for as long as it takes to count a user
	now     *snapshot
}

// snapshot is the state of an index between two changes. Its files are let go by the last who uses it.
type snapshot struct {
	manifest
	segs  []*segment
	users atomic.Int64
}

func (s *snapshot) release() {
	if s.users.Add(-1) == 0 {
		closeAll(s.segs)
	}
}

// use counts the caller as a user of the present state; nil after Close.
func (x *Index) use() *snapshot {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.now != nil {
		x.now.users.Add(1)
	}
	return x.now
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
	next := &snapshot{manifest: m}
	next.users.Store(1) // the index itself
	for _, name := range m.Segments {
		s, err := openSegment(filepath.Join(x.dir, name))
		if err != nil {
			closeAll(next.segs)
			if errors.Is(err, os.ErrNotExist) {
				err = fmt.Errorf("%w: %w", ErrDamaged, err)
			}
			return err
		}
		next.segs = append(next.segs, s)
	}
	bury(next.segs, m.Removed)
	x.swap(next)
	return nil
}

func (x *Index) swap(next *snapshot) {
	x.mu.Lock()
	old := x.now
	x.now = next
	x.mu.Unlock()
	if old != nil {
		old.release()
	}
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

func closeAll(segs []*segment) {
	for _, s := range segs {
		s.close()
	}
}

// Close lets go of the files when the last search under way has ended. Nothing is found afterwards.
func (x *Index) Close() {
	x.writing.Lock()
	defer x.writing.Unlock()
	x.swap(nil)
}

// Revision is what the last change was called.
func (x *Index) Revision() string {
	s := x.use()
	if s == nil {
		return ""
	}
	defer s.release()
	return s.Revision
}

// Len is the number of documents.
func (x *Index) Len() (n int) {
	s := x.use()
	if s == nil {
		return 0
	}
	defer s.release()
	for _, seg := range s.segs {
		n += seg.Docs - len(seg.dead)
	}
	return n
}

// Doc gives a document back as it was put in.
func (x *Index) Doc(id string) (Doc, bool, error) {
	s := x.use()
	if s == nil {
		return Doc{}, false, nil
	}
	defer s.release()
	for _, seg := range slices.Backward(s.segs) {
		if n, ok := seg.find(id); ok && !seg.dead[n] {
			d, err := seg.doc(n)
			return d, err == nil, err
		}
	}
	return Doc{}, false, nil
}

// All calls use for each document until it returns false.
func (x *Index) All(use func(Doc) bool) error {
	s := x.use()
	if s == nil {
		return nil
	}
	defer s.release()
	for _, seg := range s.segs {
		for n := range uint32(seg.Docs) {
			if seg.dead[n] {
				continue
			}
			d, err := seg.doc(n)
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

// Verify checks the stored texts against their sums, which opening does not, for they are most of the files: a text that
// was altered on the disk may still inflate, to another amount.
func (x *Index) Verify() error {
	s := x.use()
	if s == nil {
		return nil
	}
	defer s.release()
	for _, seg := range s.segs {
		if err := seg.verify(secStore); err != nil {
			return err
		}
	}
	return nil
}

// Outdated tells that the index was written by an earlier version of this program: it answers, but lacks what has been
// added since.
func (x *Index) Outdated() bool {
	s := x.use()
	if s == nil {
		return false
	}
	defer s.release()
	return slices.ContainsFunc(s.segs, func(s *segment) bool { return string(s.file[:len(magic)]) != magic })
}

// Renew writes the index anew, each document as again makes it. Searches go on meanwhile in what was there before.
func (x *Index) Renew(ctx context.Context, again func(Doc) (Doc, error)) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	now := x.use()
	if now == nil {
		return ErrNone
	}
	defer now.release()
	docs, err := survivors(ctx, now.segs, nil, nil)
	if err != nil {
		return err
	}
	for i := range docs {
		if docs[i], err = again(docs[i]); err != nil {
			return err
		}
	}
	return x.commit(manifest{Generation: now.Generation + 1, Revision: now.Revision}, docs, nil)
}

// foldAt is the share of changed documents, one in so many, at which the base is written anew.
const foldAt = 10

// Apply adds and replaces changed documents and removes others. Searches go on meanwhile and see the index as it was
// before or is after the change. The changes since the base stand in one small segment.
func (x *Index) Apply(ctx context.Context, revision string, changed []Doc, removed []string) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	now := x.use()
	if now == nil {
		return ErrNone
	}
	defer now.release()
	base, later := now.segs[0], now.segs[1:]
	kept := later // segments whose documents go into the new one
	count := len(changed)
	for _, s := range later {
		count += s.Docs
	}
	whole := count*foldAt > base.Docs
	if whole {
		kept = now.segs
	}
	docs, err := survivors(ctx, kept, changed, removed)
	if err != nil {
		return err
	}
	next := manifest{Generation: now.Generation + 1, Revision: revision}
	var avg *[fields]float32
	if !whole {
		avg = &base.Average
		next.Segments = now.Segments[:1:1]
		next.Removed = gone(slices.Concat(now.Removed, removed), docs)
	}
	return x.commit(next, docs, avg)
}

// survivors are the changed documents and those of the segments that neither changed nor went.
func survivors(ctx context.Context, segs []*segment, changed []Doc, removed []string) ([]Doc, error) {
	settled := map[string]bool{}
	for _, d := range changed {
		settled[d.ID] = true
	}
	for _, id := range removed {
		settled[id] = true
	}
	docs := slices.Clone(changed)
	for _, s := range segs {
		for n := range uint32(s.Docs) {
			if s.dead[n] || settled[s.id(n)] {
				continue
			}
			d, err := s.doc(n)
			if err = cmp.Or(err, ctx.Err()); err != nil {
				return nil, err
			}
			docs = append(docs, d)
		}
	}
	return docs, nil
}

// gone lists each removed document once, without those that came back.
func gone(removed []string, docs []Doc) []string {
	back := map[string]bool{}
	for _, d := range docs {
		back[d.ID] = true
	}
	removed = slices.Compact(slices.Sorted(slices.Values(removed)))
	return slices.DeleteFunc(removed, func(id string) bool { return back[id] })
}

// commit writes the documents as a segment, makes it part of the index and removes the files that are no longer.
func (x *Index) commit(next manifest, docs []Doc, avg *[fields]float32) error {
	name, err := nextSegment(x.dir, &next, docs, avg)
	if err != nil {
		return err
	}
	next.Segments = append(next.Segments, name)
	if err := next.replace(x.dir); err != nil {
		return err
	}
	if err := x.reload(); err != nil {
		return err
	}
	sweep(x.dir, next)
	return nil
}
