package actor

import (
	"cmp"
	"slices"
	"sync"
)

// Directory finds actors by name. It holds no state of theirs.
type Directory[K cmp.Ordered, V any] struct {
	mu  sync.RWMutex
	all map[K]V
}

// NewDirectory makes an empty one.
func NewDirectory[K cmp.Ordered, V any]() *Directory[K, V] {
	return &Directory[K, V]{all: map[K]V{}}
}

// Get finds what is kept under k.
func (d *Directory[K, V]) Get(k K) (V, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	v, ok := d.all[k]
	return v, ok
}

// Add keeps v under k unless something is there already, and returns what is.
func (d *Directory[K, V]) Add(k K, v V) V {
	d.mu.Lock()
	defer d.mu.Unlock()
	if old, ok := d.all[k]; ok {
		return old
	}
	d.all[k] = v
	return v
}

// Drop forgets k.
func (d *Directory[K, V]) Drop(k K) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.all, k)
}

// Count is how many there are.
func (d *Directory[K, V]) Count() int {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return len(d.all)
}

// Each visits all, in no order. f must not wait.
func (d *Directory[K, V]) Each(f func(V)) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	for _, v := range d.all {
		f(v)
	}
}

// List returns all in the order of their names.
func (d *Directory[K, V]) List() []V {
	d.mu.RLock()
	defer d.mu.RUnlock()
	keys := make([]K, 0, len(d.all))
	for k := range d.all {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	out := make([]V, 0, len(keys))
	for _, k := range keys {
		out = append(out, d.all[k])
	}
	return out
}
