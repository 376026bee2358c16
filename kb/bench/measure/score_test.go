package measure

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScores(t *testing.T) {
	path := filepath.Join(t.TempDir(), "q.tsv")
	text := "#head\n问一\ta,b\tshort\tx\t1\n问二\tc\tshort\ty\t0\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	queries, err := Queries(path)
	if err != nil || len(queries) != 2 {
		t.Fatalf("%v, %v", queries, err)
	}
	got := Scores(queries, [][]string{{"x", "b", "a"}, {"x", "y", "z", "c"}})
	want := map[string]Score{"short": {MRR: 0.375, Hit3: 0.5}, "labour": {MRR: 0.5, Hit3: 1}}
	for name, w := range want {
		if g := got[name]; math.Abs(g.MRR-w.MRR) > 1e-9 || g.Hit3 != w.Hit3 {
			t.Errorf("%s: %+v, want %+v", name, g, w)
		}
	}
	if g := got["TEXT5"]; math.Abs(g.MRR-0.075) > 1e-9 {
		t.Errorf("text5 %+v", g)
	}
}
