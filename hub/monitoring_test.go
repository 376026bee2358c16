package hub

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/quality"
	"zuoxi/hub/report"
	"zuoxi/hub/store/sqlite"
	scoring "zuoxi/rules/quality"
	rules "zuoxi/rules/report"
)

// monitored is a province of the seed's monitoring of 2015, as printed; -1 where nothing is.
type monitored struct {
	name                               string
	rate                               string // of opening
	cities, opened, reached, wait, sum int
	parts                              [3]int
}

// monitoring are its tables of opening and scores. How long people waited is printed by bands of provinces alone (ten up to
// 30 s, named; 15 and six) and with the mean of all calls: the seconds are chosen to fit, the bands and the mean come of them.
func monitoring(t *testing.T) []monitored {
	t.Helper()
	data, err := os.ReadFile("testdata/seed-2015-monitoring.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []monitored
	for _, r := range rows[1:] {
		m := monitored{name: r[0], rate: r[3]}
		for i, p := range map[int]*int{1: &m.cities, 2: &m.opened, 4: &m.reached, 5: &m.wait, 6: &m.sum, 7: &m.parts[0], 8: &m.parts[1], 9: &m.parts[2]} {
			if *p, err = strconv.Atoi(strings.Replace(r[i], "-", "-1", 1)); err != nil {
				t.Fatal(err)
			}
		}
		out = append(out, m)
	}
	return out
}

// of is what the parts of the i-th city that was reached came to. Where the printed parts miss the printed total by one, which
// only rounding can do, some cities have a point more or less in each part.
func (m *monitored) of(i int) [3]int {
	parts := m.parts
	if i < (m.reached+3)/4 {
		for k := range parts {
			parts[k] += m.sum - (m.parts[0] + m.parts[1] + m.parts[2])
		}
	}
	return parts
}

// lose gives each item of the ministry's sheet its points, less what a part is short of. The items of the cap lose nothing: they
// add to more than their block.
func lose(parts [3]int) map[string]int {
	r := scoring.Ministry2015()
	out := map[string]int{}
	for i, p := range r.Parts {
		short := p.Points - parts[i]
		for _, it := range r.Items {
			if it.Part != p.ID {
				continue
			}
			out[it.ID] = it.Points
			if it.Step == 1 && !slices.ContainsFunc(r.Caps, func(c scoring.Cap) bool { return slices.Contains(c.Items, it.ID) }) {
				out[it.ID] -= min(short, it.Points)
				short -= min(short, it.Points)
			}
		}
	}
	return out
}

// TestSeedMonitoring: the ministry's tables of opening, waiting and scores come out of mystery calls that were filed and scored,
// digit for digit. What the print has otherwise is what the seed names itself: it truncates one rate and rounds another up, and
// its mean of the manners is that of no table.
func TestSeedMonitoring(t *testing.T) {
	t.Parallel()
	db, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	at := time.Date(2015, 11, 2, 9, 0, 0, 0, seedZone)
	office := quality.New(quality.Config{DB: db, Zone: seedZone, Now: func() time.Time { return at }})
	seed := monitoring(t)
	for _, m := range seed {
		for i := range m.cities {
			at = at.Add(time.Minute)
			v := scoring.Mystery{Region: m.name, City: fmt.Sprint("第", i+1, "个地市"), Opened: i < m.opened, Manual: i < m.reached}
			if v.Manual {
				v.RingMS, v.WaitMS = 5000, int64(m.wait-5)*1000
			}
			row, err := office.File(t.Context(), "1007", fmt.Sprint("mystery-", m.name, i), "", "110000", v)
			if err == nil && v.Manual {
				_, err = office.Score(t.Context(), "1007", quality.Score{ID: row.ID, Items: lose(m.of(i)), Submit: true})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	reports := report.New(report.Config{DB: db, Zone: seedZone, Now: time.Now, Scores: office})
	table, err := reports.Make(t.Context(), report.Ask{Name: "mystery", From: "2015-11-01", To: "2015-11-30"})
	if err != nil {
		t.Fatal(err)
	}
	if !table.Proved() || len(table.Rows) != len(seed)+2 {
		t.Fatalf("%d rows, %+v", len(table.Rows), table.Checks)
	}
	checkMonitoring(t, &table, seed)
}

func checkMonitoring(t *testing.T, table *rules.Table, seed []monitored) {
	t.Helper()
	dash := func(n int) string { return strings.Replace(strconv.Itoa(n), "-1", "-", 1) }
	for i, m := range seed {
		want := []string{m.name, strconv.Itoa(m.cities), strconv.Itoa(m.opened), m.rate, strconv.Itoa(m.reached), dash(m.wait), strconv.Itoa(m.reached), dash(m.sum), dash(m.parts[0]), dash(m.parts[1]), dash(m.parts[2])}
		got := table.Printed(table.Rows[i])
		got = slices.Delete(got, 6, 9) // the bands of its cities: not in the print
		got[3] = strings.TrimSuffix(got[3], ".0")
		if m.name == "陕西" && got[3] == "90.9" {
			got[3] = "91" // the only rate that the print has without its decimal
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v, printed %v", got, want)
		}
	}
	for i, want := range []string{
		"合计 366 349 95.4 284 77 107 142 35 284 86 23 38 25", // printed in the table 95.3, in the text 95.4
		"各省平均 - - - 31 87 10 15 6 31 87 23 38 25",           // printed 87 24 38 25
	} {
		if got := strings.Join(table.Printed(table.Rows[len(seed)+i]), " "); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
