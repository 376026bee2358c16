package postgres_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"zuoxi/hub/store"
	"zuoxi/hub/store/internal/pgtest"
	"zuoxi/hub/store/postgres"
	"zuoxi/hub/store/storetest"
)

var server *pgtest.Server

func TestMain(m *testing.M) {
	var err error
	if server, err = pgtest.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if err := server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
		os.Exit(code)
	}))
}

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Opener {
		address := server.Database(t)
		return func() (*store.Store, error) { return postgres.Open(t.Context(), address) }
	})
}

func raw(t *testing.T, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func open(t *testing.T, address string) *store.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestEvidenceCannotBeEdited(t *testing.T) {
	address := server.Database(t)
	storetest.Fill(t, open(t, address))
	db := raw(t, address)
	for _, q := range storetest.Tampering {
		if _, err := db.Exec(q); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", q, err)
		}
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	address := server.Database(t)
	s, err := postgres.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db := raw(t, address)
	if _, err := db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)"); err != nil {
		t.Fatal(err)
	}
	if _, err := postgres.Open(t.Context(), address); !errors.Is(err, store.ErrNewer) {
		t.Fatalf("got %v", err)
	}
}

// The connection that holds the lock may be cut; the next ping takes it again.
func TestLockIsTakenAgain(t *testing.T) {
	address := server.Database(t)
	s := open(t, address)
	db := raw(t, address)
	if _, err := db.Exec("SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := postgres.Open(t.Context(), address); !errors.Is(err, store.ErrInUse) {
		t.Fatalf("a second hub: %v", err)
	}
}

func TestNoServerIsSaid(t *testing.T) {
	for _, address := range []string{"postgres://zuoxi@127.0.0.1:1/none", "postgres://%zz"} {
		_, err := postgres.Open(t.Context(), address)
		if line, plain := store.Plain(err); !plain || line == "" {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// How many rows a report's districts or a state have is known by their names only: a plan for any names would be the wrong one.
func TestStatementsArePlannedForWhatTheyAsk(t *testing.T) {
	conn, err := postgres.Pool(open(t, server.Database(t))).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}()
	const asked = "SELECT count(*) FROM records WHERE state = $1"
	var n int
	for i := range 10 { // after five the server would settle on one plan
		if err := conn.QueryRowContext(t.Context(), asked, fmt.Sprint(i)).Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	var own, same int
	err = conn.QueryRowContext(t.Context(), "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE statement = $1", asked).Scan(&own, &same)
	if err != nil || own != 10 || same != 0 {
		t.Fatalf("%d planned for what they ask, %d not, %v", own, same, err)
	}
}

// BenchmarkStore measures in a server of its own where the store is to stay.
func BenchmarkStore(b *testing.B) {
	dir := storetest.BenchDir(b, "postgres")
	mine, err := pgtest.StartIn(filepath.Join(dir, "server"))
	if err != nil {
		b.Fatal(err)
	}
	address := mine.Address()
	storetest.Bench(b, dir, storetest.Bed{
		Open:    func() (*store.Store, error) { return postgres.Open(b.Context(), address) },
		Beside:  func() (*sql.DB, error) { return sql.Open("pgx", address) },
		Indexes: "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND indexdef LIKE 'CREATE INDEX%'",
		Settle:  []string{"VACUUM ANALYZE"},
		Writers: 4,
	})
	if err := mine.Stop(); err != nil {
		b.Error(err)
	}
}
