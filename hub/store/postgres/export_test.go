package postgres

import (
	"database/sql"

	"zuoxi/hub/store"
)

// Pool is where a store takes its connections from.
func Pool(s *store.Store) *sql.DB { return s.Backend.(*backend).db }
