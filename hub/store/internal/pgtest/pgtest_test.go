package pgtest

import (
	"database/sql"
	"errors"
	"os"
	"testing"
)

func TestServerComesAndGoes(t *testing.T) {
	s, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("database", func(t *testing.T) {
		db, err := sql.Open("pgx", s.Database(t))
		if err != nil {
			t.Fatal(err)
		}
		var one int
		err = db.QueryRow("SELECT 1").Scan(&one)
		if err = errors.Join(err, db.Close()); err != nil || one != 1 {
			t.Errorf("%d, %v", one, err)
		}
	})
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if s.dir != "" {
		if _, err := os.Stat(s.dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the server left its folder: %v", err)
		}
	}
}

func TestAddressThatIsNone(t *testing.T) {
	t.Setenv(Variable, "postgres://%zz")
	if _, err := Start(); err == nil {
		t.Error("a broken address was taken")
	}
}
