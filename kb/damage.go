package kb

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"

	"zuoxi/kb/search"
)

// ErrDamaged means that the files of a library are cut off or altered.
var ErrDamaged = search.ErrDamaged

// asideFolder keeps the last index that was damaged.
const asideFolder = "index-damaged"

// Rescue opens the library in a folder like Open, but one that is damaged it puts aside and opens empty; damage then says
// what was wrong. It is for who can get the articles again.
func Rescue(dir string) (b *Base, damage, err error) {
	if b, err = Open(dir, nil); !errors.Is(err, ErrDamaged) {
		return b, nil, err
	}
	b, damage = closed(dir, nil), err
	return b, damage, b.SetAside()
}

// SetAside empties a library that is damaged. The index is kept beside it to be looked at, and what earlier versions said
// stays.
func (b *Base) SetAside() error {
	b.changing.Lock()
	defer b.changing.Unlock()
	b.mu.Lock()
	x := b.index
	b.index = nil
	b.mu.Unlock()
	if x != nil {
		x.Close()
	}
	aside := filepath.Join(b.dir, asideFolder)
	return cmp.Or(os.RemoveAll(aside), os.Rename(filepath.Join(b.dir, indexFolder), aside))
}

// Verify reads the whole library and fails with ErrDamaged where it was altered.
func (b *Base) Verify() error {
	if x := b.open(); x != nil {
		return x.Verify()
	}
	return nil
}

// WasSetAside tells that a damaged index lies beside the library.
func (b *Base) WasSetAside() bool {
	_, err := os.Stat(filepath.Join(b.dir, asideFolder))
	return err == nil
}
