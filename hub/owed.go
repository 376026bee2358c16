package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"zuoxi/hub/store"
)

// owed are settings that must come to stand on the disk, however long it takes:
// the newest of each key is written until it does. Whoever put it there goes on
// at once, and nobody waits for the disk who does not want to.
type owed struct {
	settings store.Settings
	what     string // for the log
	log      *slog.Logger
	wake     chan struct{} // size 1; full: run looks anyway

	mu       sync.Mutex
	versions map[string]int64 // by key: of what stands
	debts    map[string]*debt // by key: what does not stand yet
}

type debt struct {
	store.Setting
	last bool          // nothing of the key comes after it
	kept chan struct{} // closed once it is on the disk
}

func newOwed(settings store.Settings, what string, log *slog.Logger) *owed {
	return &owed{settings: settings, what: what, log: log, wake: make(chan struct{}, 1), versions: map[string]int64{}, debts: map[string]*debt{}}
}

// stands notes what was read from the disk.
func (o *owed) stands(s store.Setting) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.versions[s.Key] = s.Version
}

// put has s written; kept is for who must not go on before it stands.
func (o *owed) put(s store.Setting) (kept <-chan struct{}) { return o.owe(s, false) }

// last has s written as the end of its key, of which nothing is remembered once it stands.
func (o *owed) last(s store.Setting) { o.owe(s, true) }

func (o *owed) owe(s store.Setting, last bool) (kept <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	d := o.debts[s.Key]
	if d == nil {
		d = &debt{kept: make(chan struct{})}
		o.debts[s.Key] = d
	}
	d.Setting, d.last = s, last
	o.hurry()
	return d.kept
}

func (o *owed) hurry() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// kept is closed as soon as nothing of the key is owed. Somebody waits for it,
// so it is tried at once.
func (o *owed) kept(key string) <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	if d := o.debts[key]; d != nil {
		o.hurry()
		return d.kept
	}
	none := make(chan struct{})
	close(none)
	return none
}

// keepLimit bounds one write, and keepPause is how long a disk that refused one is left alone.
const (
	keepLimit = 10 * time.Second
	keepPause = time.Second
)

func (o *owed) run(ctx context.Context) { untilPaid(ctx, o.wake, o.pay, o.what, o.log) }

// untilPaid pays what is owed until ctx is over, and then tries once more.
func untilPaid(ctx context.Context, wake <-chan struct{}, pay func() error, what string, log *slog.Logger) {
	for {
		var again <-chan time.Time
		if err := pay(); err != nil {
			log.Error("keeping "+what, "err", err)
			again = time.After(keepPause)
		}
		select {
		case <-wake:
		case <-again:
		case <-ctx.Done():
			if err := pay(); err != nil {
				log.Error("lost: "+what, "err", err)
			}
			return
		}
	}
}

// errHangs tells of a disk that does not answer: whoever is next would wait for as long, and the hub's stop for all of them.
var errHangs = errors.New("the disk hangs")

// pay writes what is not on the disk yet; err is the first fault of any.
func (o *owed) pay() (err error) {
	o.mu.Lock()
	keys := slices.Sorted(maps.Keys(o.debts))
	o.mu.Unlock()
	for _, key := range keys {
		e := o.keep(key)
		if e != nil && err == nil {
			err = fmt.Errorf("%s: %w", key, e)
		}
		if errors.Is(e, errHangs) {
			break
		}
	}
	return err
}

func (o *owed) keep(key string) error {
	ctx, cancel := context.WithTimeout(context.Background(), keepLimit)
	defer cancel()
	o.mu.Lock()
	s := o.debts[key].Setting
	s.Version = o.versions[key]
	o.mu.Unlock()
	kept, err := o.settings.Put(ctx, s)
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrDuplicate) { // an earlier write was kept, and its answer lost
		if kept, err = o.settings.Get(ctx, s.Key); err == nil {
			s.Version = kept.Version
			kept, err = o.settings.Put(ctx, s)
		}
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return errors.Join(errHangs, err)
	case err != nil:
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.versions[key] = kept.Version
	if d := o.debts[key]; d.Value == s.Value {
		delete(o.debts, key)
		if d.last {
			delete(o.versions, key)
		}
		close(d.kept)
	}
	return nil
}
