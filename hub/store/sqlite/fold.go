package sqlite

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"zuoxi/hub/store"
)

// folded is which sentinel a result code becomes, an extended one before its primary.
var folded = map[int]error{
	lib.SQLITE_BUSY:       store.ErrUnavailable,
	lib.SQLITE_LOCKED:     store.ErrUnavailable,
	lib.SQLITE_IOERR:      store.ErrUnavailable,
	lib.SQLITE_CANTOPEN:   store.ErrUnavailable,
	lib.SQLITE_NOMEM:      store.ErrUnavailable,
	lib.SQLITE_PROTOCOL:   store.ErrUnavailable,
	lib.SQLITE_FULL:       store.ErrFull,
	lib.SQLITE_READONLY:   store.ErrReadOnly,
	lib.SQLITE_PERM:       store.ErrReadOnly,
	lib.SQLITE_CORRUPT:    store.ErrCorrupt,
	lib.SQLITE_NOTADB:     store.ErrCorrupt,
	lib.SQLITE_CONSTRAINT: store.ErrInvalid,
	lib.SQLITE_MISMATCH:   store.ErrInvalid,
	lib.SQLITE_TOOBIG:     store.ErrInvalid,

	lib.SQLITE_CONSTRAINT_UNIQUE: store.ErrDuplicate,
}

// fold wraps a driver's error in the sentinel it means.
func fold(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	s, ok := folded[e.Code()]
	if !ok {
		s, ok = folded[e.Code()&0xff]
	}
	if ok && !errors.Is(err, s) {
		return fmt.Errorf("%w: %w", s, err)
	}
	return err
}
