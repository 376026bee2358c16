package sqlite_test

import (
	"testing"

	"zuoxi/hub/store"
	"zuoxi/hub/store/sqlite"
	"zuoxi/hub/store/storetest"
)

func crashing() bool { return false }

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Opener {
		dir := t.TempDir()
		return func() (*store.Store, error) { return sqlite.Open(t.Context(), dir) }
	})
}
