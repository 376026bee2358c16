package replica

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"zuoxi/internal/durable"
	"zuoxi/kb"
)

// Shelf keeps the revisions of the hub's library and the packages between them. It is a kb.Source itself.
type Shelf struct {
	dir string
	key ed25519.PrivateKey
	now func() time.Time

	mu     sync.Mutex // guards what follows; held while a package is made
	newest int64
}

// keepRevisions is how many revisions back a seat gets a change set; an older one gets the whole library.
const keepRevisions = 30

// listing tells of each article of a revision which text it had.
type listing map[string]string

// OpenShelf opens the shelf in a folder, which may be empty. now numbers the revisions; nil is the clock.
func OpenShelf(dir string, key ed25519.PrivateKey, now func() time.Time) (*Shelf, error) {
	if now == nil {
		now = time.Now
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &Shelf{dir: dir, key: key, now: now}
	for _, n := range s.revisions() {
		s.newest = max(s.newest, n)
	}
	return s, nil
}

// revisions lists the revisions whose articles are on the shelf, oldest first.
func (s *Shelf) revisions() (out []int64) {
	names, _ := filepath.Glob(filepath.Join(s.dir, "full-*.gz"))
	for _, name := range names {
		n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimPrefix(filepath.Base(name), "full-"), ".gz"), 10, 64)
		if err == nil {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// Newest is the newest revision, 0 when there is none.
func (s *Shelf) Newest() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newest
}

// Library gives the articles of the newest revision that can still be read, and its number, 0 when there is none.
func (s *Shelf) Library() ([]kb.Article, int64) {
	for _, n := range slices.Backward(s.revisions()) {
		if c, err := s.read(n); err == nil {
			return c.Changed, n
		}
	}
	return nil, 0
}

// Publish puts a library on the shelf as the next revision and gives its number. Revisions are numbered by the second,
// so that a hub that was put back from a backup does not give a number again that seats know for something else.
func (s *Shelf) Publish(articles []kb.Article) (int64, error) {
	data, err := pack(content{Changed: articles})
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	next := max(s.newest+1, s.now().Unix())
	if err := durable.Put(s.path(0, next), data); err != nil {
		return 0, err
	}
	s.newest = next
	s.discard()
	return next, nil
}

func (s *Shelf) path(from, to int64) string {
	if from == 0 {
		return filepath.Join(s.dir, fmt.Sprintf("full-%d.gz", to))
	}
	return filepath.Join(s.dir, fmt.Sprintf("from-%d-%d.gz", from, to))
}

// discard drops old revisions and the change sets that no longer lead to the newest.
func (s *Shelf) discard() {
	all := s.revisions()
	for _, n := range all[:max(0, len(all)-keepRevisions)] {
		_ = os.Remove(s.path(0, n)) // tried again at the next revision
	}
	sets, _ := filepath.Glob(filepath.Join(s.dir, "from-*.gz"))
	for _, name := range sets {
		if !strings.HasSuffix(name, fmt.Sprintf("-%d.gz", s.newest)) {
			_ = os.Remove(name)
		}
	}
}

// Latest offers the change set from a revision to the newest, or the whole library where that is smaller or the
// revision is no longer known.
func (s *Shelf) Latest(_ context.Context, have int64) (kb.Package, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.newest == 0 {
		return kb.Package{}, kb.ErrNone
	}
	p := kb.Package{To: s.newest}
	if have == s.newest {
		p.From = have
		return p, nil
	}
	if have > 0 && have < s.newest && slices.Contains(s.revisions(), have) {
		switch err := s.difference(have); {
		case err == nil:
			p.From = have
		case !errors.Is(err, ErrBroken): // else that revision cannot be read any more, and the whole is offered
			return p, err
		}
	}
	data, err := os.ReadFile(s.path(p.From, p.To))
	if err != nil {
		return p, err
	}
	sign(&p, s.key, data)
	return p, nil
}

// difference makes the change set from a revision to the newest, unless it is there.
func (s *Shelf) difference(from int64) error {
	path := s.path(from, s.newest)
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	old, err := s.list(from)
	if err != nil {
		return err
	}
	c, err := s.read(s.newest)
	if err != nil {
		return err
	}
	now, touched := listing{}, map[string]bool{}
	newest := kb.Newest(c.Changed)
	for _, a := range c.Changed {
		key := a.Key(newest)
		now[key] = digest(a)
		touched[a.ID] = touched[a.ID] || old[key] != now[key]
	}
	var d content
	for _, a := range c.Changed {
		if touched[a.ID] { // all its versions: the seat tells by them which applies last
			d.Changed = append(d.Changed, a)
		}
	}
	for key := range old {
		if _, stays := now[key]; !stays {
			d.Removed = append(d.Removed, key)
		}
	}
	slices.Sort(d.Removed)
	data, err := pack(d)
	if err != nil {
		return err
	}
	return durable.Put(path, data)
}

func digest(a kb.Article) string {
	b, _ := json.Marshal(a) // strings and numbers only
	h := sha256.Sum256(b)
	return string(h[:])
}

func (s *Shelf) read(revision int64) (content, error) {
	f, err := os.Open(s.path(0, revision))
	if err != nil {
		return content{}, err
	}
	defer f.Close()
	return unpack(f)
}

func (s *Shelf) list(revision int64) (listing, error) {
	c, err := s.read(revision)
	if err != nil {
		return nil, err
	}
	out, newest := listing{}, kb.Newest(c.Changed)
	for _, a := range c.Changed {
		out[a.Key(newest)] = digest(a)
	}
	return out, nil
}

// Fetch reads a package that Latest offered.
func (s *Shelf) Fetch(_ context.Context, p kb.Package, offset int64) (io.ReadCloser, error) {
	f, err := os.Open(s.path(p.From, p.To))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrGone
	}
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return nil, cmp.Or(err, f.Close())
	}
	return f, nil
}
