package migrations

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	tableName = regexp.MustCompile(`(?m)^CREATE TABLE (\w+)`)
	column    = regexp.MustCompile(`(?m)^    ([a-z]\w*) +(?:TEXT|INTEGER|BIGINT|BLOB|BYTEA)`)
	indexLine = regexp.MustCompile(`(?m)^CREATE (?:UNIQUE )?INDEX .*`)
)

// The two dialects may differ in type names and triggers, in nothing else.
func TestDialectsArePaired(t *testing.T) {
	for _, name := range list(t, SQLite) {
		lite, pg := read(t, SQLite, name), read(t, Postgres, name)
		for what, re := range map[string]*regexp.Regexp{"tables": tableName, "columns": column, "indexes": indexLine} {
			a, b := re.FindAllString(norm(lite), -1), re.FindAllString(norm(pg), -1)
			b = slices.DeleteFunc(b, func(l string) bool { return strings.Contains(l, "USING gin") }) // full text is each database's own
			if !slices.Equal(a, b) {
				t.Errorf("%s: %s differ:\n%v\n%v", name, what, a, b)
			}
		}
	}
	if !slices.Equal(list(t, SQLite), list(t, Postgres)) || Newest(SQLite) != Newest(Postgres) {
		t.Error("the dialects have different migrations")
	}
	if Newest(SQLite) < 2 {
		t.Errorf("Newest = %d", Newest(SQLite))
	}
}

// Every row names its district, so that a lead can be shown only the own one.
func TestEveryTableHasADistrict(t *testing.T) {
	for _, name := range list(t, SQLite) {
		up, _, _ := strings.Cut(read(t, SQLite, name), "-- +goose Down")
		for _, part := range strings.Split(up, "CREATE TABLE ")[1:] {
			body, _, _ := strings.Cut(part, ";")
			if !strings.Contains(body, "\n    district ") {
				t.Errorf("%s: table %s has no district", name, strings.Fields(body)[0])
			}
		}
	}
}

func norm(s string) string {
	s = strings.NewReplacer("BIGINT", "INTEGER", "BYTEA", "BLOB", ` COLLATE "C"`, "").Replace(s)
	return regexp.MustCompile(` +(TEXT|INTEGER|BLOB)`).ReplaceAllString(s, " $1")
}

func list(t *testing.T, d Dialect) []string {
	t.Helper()
	names, err := fs.Glob(files, string(d)+"/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("no migrations for %s: %v", d, err)
	}
	for i := range names {
		names[i] = path.Base(names[i])
	}
	return names
}

func read(t *testing.T, d Dialect, name string) string {
	t.Helper()
	data, err := fs.ReadFile(files, string(d)+"/"+name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
