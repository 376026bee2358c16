package hub

import (
	"cmp"
	"maps"
	"slices"
	"sync"
)

// directory finds actors by name. It holds no state of theirs.
type directory[K cmp.Ordered, V any] struct {
	mu  sync.RWMutex
	all map[K]V
}

func newDirectory[K cmp.Ordered, V any]() *directory[K, V] {
	return &directory[K, V]{all: map[K]V{}}
}

func (d *directory[K, V]) get(k K) (V, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	v, ok := d.all[k]
	return v, ok
}

// add keeps v under k unless something is there already, and returns what is.
func (d *directory[K, V]) add(k K, v V) V {
	d.mu.Lock()
	defer d.mu.Unlock()
	if old, ok := d.all[k]; ok {
		return old
	}
	d.all[k] = v
	return v
}

func (d *directory[K, V]) drop(k K) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.all, k)
}

func (d *directory[K, V]) count() int {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return len(d.all)
}

// each visits all, in no order. f must not wait.
func (d *directory[K, V]) each(f func(V)) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	for _, v := range d.all {
		f(v)
	}
}

// list returns all in the order of their names.
func (d *directory[K, V]) list() []V {
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

// sorted lists the keys of a set in order.
func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
