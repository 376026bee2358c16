package quality

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestRubricAddsUp(t *testing.T) {
	t.Parallel()
	r := Ministry2015()
	sums := map[string]int{}
	seen := map[string]bool{}
	auto, assist := 0, 0
	for _, i := range r.Items {
		if seen[i.ID] || i.Step < 1 || i.Points%i.Step != 0 {
			t.Errorf("item %+v", i)
		}
		seen[i.ID] = true
		sums[i.Part] += i.Points
		switch i.How {
		case Auto:
			auto += i.Points
		case Assist:
			assist += i.Points
		}
	}
	for _, c := range r.Caps {
		over := -c.Points
		for _, id := range c.Items {
			item, ok := r.Item(id)
			if !ok {
				t.Errorf("cap %s names %s", c.Name, id)
			}
			over += item.Points
		}
		sums[c.Name[:1]] -= over
	}
	total := 0
	for _, p := range r.Parts {
		if sums[p.ID] != p.Points {
			t.Errorf("part %s adds to %d, printed %d", p.ID, sums[p.ID], p.Points)
		}
		total += p.Points
	}
	if total != r.Total || auto != 15 || assist != 20 {
		t.Errorf("total %d, automatic %d, assisted %d", total, auto, assist)
	}
}

// TestAsPrinted holds the sheet to the domain's record of the ministry's print: every part and every one of the 25 items, with
// its points and who decides it, and the cap where the print adds up to more than the item has.
func TestAsPrinted(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/rubric.toml")
	if err != nil {
		t.Fatal(err)
	}
	r := Ministry2015()
	var parts []Part
	var items []Item
	for _, block := range strings.Split(string(raw), "\n[[") {
		field := map[string]string{}
		for _, line := range strings.Split(block, "\n") {
			if k, v, ok := strings.Cut(line, " = "); ok && !strings.HasPrefix(line, "#") {
				field[k] = strings.Trim(v, `"`)
			}
		}
		points, _ := strconv.Atoi(field["points"])
		step, _ := strconv.Atoi(field["step"]) // 0: the print says nothing of steps
		switch {
		case strings.HasPrefix(block, "part]]"):
			parts = append(parts, Part{ID: field["id"], Name: field["name"], Points: points})
		case strings.HasPrefix(block, "item]]"):
			items = append(items, Item{ID: field["id"], Part: field["part"], Name: field["name"], Points: points, Step: step, How: How(field["how"])})
		}
	}
	if !slices.Equal(parts, r.Parts) || len(items) != 25 || len(items) != len(r.Items) {
		t.Fatalf("parts %+v, printed %+v; %d items", r.Parts, parts, len(items))
	}
	for i, it := range r.Items {
		if items[i].Step == 0 {
			it.Step = 0
		}
		if it != items[i] {
			t.Errorf("%+v, printed %+v", it, items[i])
		}
	}
	if len(r.Caps) != 1 || r.Caps[0].Points != 10 || !slices.Equal(r.Caps[0].Items, []string{"B4a", "B4b", "B4c"}) {
		t.Errorf("caps %+v", r.Caps)
	}
}

// TestSheetsThatDoNotAddUp: a changed data file that would let a total go wrong is refused.
func TestSheetsThatDoNotAddUp(t *testing.T) {
	t.Parallel()
	good := string(ministry2015)
	for name, change := range map[string][2]string{
		"a part with other points":  {`"name": "接听礼仪", "points": 25`, `"name": "接听礼仪", "points": 24`},
		"an item with other points": {`"id": "C2", "part": "C", "name": "回答全面正确有效，不用提示", "points": 8`, `"id": "C2", "part": "C", "name": "回答全面正确有效，不用提示", "points": 9`},
		"another total":             {`"total": 100`, `"total": 101`},
		"no cap":                    {`"items": ["B4a", "B4b", "B4c"], "points": 10`, `"items": ["B4a", "B4b", "B4c"], "points": 11`},
		"a cap over two parts":      {`["B4a", "B4b", "B4c"]`, `["B4a", "B4b", "C1c"]`},
		"a cap of nothing known":    {`["B4a", "B4b", "B4c"]`, `["B4a", "B4b", "B4d"]`},
		"an item twice":             {`"id": "A1b"`, `"id": "A1a"`},
		"a step that does not fit":  {`"points": 8, "step": 1`, `"points": 8, "step": 3`},
		"nobody decides":            {`"how": "assist"`, `"how": "oracle"`},
		"an item of no part":        {`"id": "A2", "part": "A"`, `"id": "A2", "part": "D"`},
		"a field that is unknown":   {`"version"`, `"edition"`},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if _, err := ParseRubric([]byte(bad)); bad == good || !errors.Is(err, ErrRubric) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// full is a sheet on which a person gave every point.
func full(r *Rubric) Sheet {
	s := Sheet{Scores: map[string]Score{}}
	for _, i := range r.Items {
		s.Scores[i.ID] = Score{Points: i.Points, By: "9001"}
	}
	return s
}

func TestAdd(t *testing.T) {
	t.Parallel()
	r := Ministry2015()
	got, err := r.Add(full(r))
	if err != nil || got.Sum != (Sum{100, 100}) || !slices.Equal(got.Capped, []string{"B4"}) || got.Parts["B"] != (Sum{40, 40}) {
		t.Errorf("%+v, %v", got, err)
	}
	s := full(r)
	s.Scores["A1b"] = Score{Excluded: true, By: "9001"}
	if got, err = r.Add(s); err != nil || got.Sum != (Sum{97, 97}) {
		t.Errorf("excluded item: %+v, %v", got, err)
	}
	s = full(r)
	s.LegalError = true
	if got, err = r.Add(s); err != nil || got.Points != 94 {
		t.Errorf("legal error: %+v, %v", got, err)
	}
}

// TestMachineNeverTotals: with proposals only, or with one item left, there is no total.
func TestMachineNeverTotals(t *testing.T) {
	t.Parallel()
	r := Ministry2015()
	s := Sheet{Scores: map[string]Score{}}
	for _, p := range r.Propose(Facts{Release: ReleaseCaller}) {
		s.Scores[p.Item] = Score{Points: p.Points}
	}
	if _, err := r.Add(s); !errors.Is(err, ErrUnconfirmed) {
		t.Errorf("proposals were added up: %v", err)
	}
	for _, i := range r.Items {
		s := full(r)
		s.Scores[i.ID] = Score{Points: i.Points}
		if _, err := r.Add(s); !errors.Is(err, ErrUnconfirmed) {
			t.Errorf("added up without %s: %v", i.ID, err)
		}
	}
}

func TestSet(t *testing.T) {
	t.Parallel()
	r := Ministry2015()
	for _, tt := range []struct {
		id    string
		score Score
		want  error
	}{
		{"A2", Score{Points: 3, By: "9001"}, nil},
		{"A2", Score{Points: 6, By: "9001"}, ErrPoints},
		{"A2", Score{Points: -1, By: "9001"}, ErrPoints},
		{"C3", Score{Points: 3, By: "9001"}, ErrPoints},
		{"C3", Score{Points: 7, By: "9001"}, nil},
		{"C2", Score{Points: 3, By: "9001"}, ErrPoints},
		{"A2", Score{Points: 3}, ErrUnconfirmed},
		{"A2", Score{Points: 3, By: "8001"}, ErrOwnCall},
		{"Z9", Score{Points: 1, By: "9001"}, ErrUnknownItem},
		{"A1b", Score{Excluded: true, By: "9001"}, nil},
		{"A1b", Score{Excluded: true, Points: 3, By: "9001"}, ErrPoints},
	} {
		s := Sheet{LegalError: true}
		if err := s.Set(r, tt.id, tt.score, "8001"); !errors.Is(err, tt.want) {
			t.Errorf("%s %+v: %v, want %v", tt.id, tt.score, err, tt.want)
		}
	}
}

func TestPropose(t *testing.T) {
	t.Parallel()
	r := Ministry2015()
	good := Facts{OpeningAfter: time.Second, Release: ReleaseCaller, Median: time.Second, Slowest: 2 * time.Second, Level: -20}
	with := func(change func(*Facts)) Facts { f := good; change(&f); return f }
	for _, tt := range []struct {
		name  string
		facts Facts
		item  string
		want  Proposal
	}{
		{"spoke in time", good, "A1a", Proposal{Points: 2}},
		{"spoke late", with(func(f *Facts) { f.OpeningAfter = 4 * time.Second }), "A1a", Proposal{Sure: true}},
		{"never spoke", with(func(f *Facts) { f.OpeningAfter = -1 }), "A1a", Proposal{Sure: true}},
		{"number heard", with(func(f *Facts) { f.Words, f.NumberHeard = true, true }), "A1a", Proposal{Points: 2, Sure: true}},
		{"number not heard", with(func(f *Facts) { f.Words = true }), "A1a", Proposal{Sure: true}},
		{"caller first", good, "A1b", Proposal{Points: 3, Sure: true}},
		{"agent first", with(func(f *Facts) { f.Release = ReleaseAgent }), "A1b", Proposal{Sure: true}},
		{"agent after silence", with(func(f *Facts) { f.Release, f.ClosingBefore = ReleaseAgent, 10*time.Second }), "A1b", Proposal{Excluded: true}},
		{"agent after the closing phrase", with(func(f *Facts) {
			f.Release, f.ClosingBefore, f.Words, f.ClosingHeard = ReleaseAgent, 10*time.Second, true, true
		}), "A1b", Proposal{Excluded: true, Sure: true}},
		{"agent after other words", with(func(f *Facts) { f.Release, f.ClosingBefore, f.Words = ReleaseAgent, 10*time.Second, true }), "A1b", Proposal{Sure: true}},
		{"nobody noted who was first", with(func(f *Facts) { f.Release = "" }), "A1b", Proposal{Points: 3}},
		{"trunk fault", with(func(f *Facts) { f.Release = ReleaseTrunk }), "A1b", Proposal{Excluded: true, Sure: true}},
		{"forbidden phrase", with(func(f *Facts) { f.Forbidden = 1 }), "A3", Proposal{}},
		{"no forbidden phrase", good, "A3", Proposal{Points: 5}},
		{"one interruption", with(func(f *Facts) { f.Interruptions = 1 }), "B1", Proposal{Points: 5}},
		{"four interruptions", with(func(f *Facts) { f.Interruptions = 4 }), "B1", Proposal{Points: 2}},
		{"nine interruptions", with(func(f *Facts) { f.Interruptions = 9 }), "B1", Proposal{}},
		{"fast", good, "B2", Proposal{Points: 5}},
		{"slow", with(func(f *Facts) { f.Median = 2 * time.Second }), "B2", Proposal{Points: 2}},
		{"cut off", with(func(f *Facts) { f.CutInTurn = true }), "B5b", Proposal{Excluded: true, Sure: true}},
		{"dead air", with(func(f *Facts) { f.DeadAir = 2 }), "B6", Proposal{Points: 3}},
		{"dead air among words", with(func(f *Facts) { f.DeadAir, f.Words = 1, true }), "B6", Proposal{Points: 4}},
		{"no dead air", good, "B6", Proposal{Points: 5, Sure: true}},
		{"a silence that may be a wait", with(func(f *Facts) { f.LongestSilence = 61 * time.Second }), "C5", Proposal{}},
		{"and may be dead air", with(func(f *Facts) { f.LongestSilence, f.DeadAir = 61*time.Second, 1 }), "B6", Proposal{Points: 4}},
		{"a silence that is a wait", with(func(f *Facts) { f.LongestSilence, f.LongestWait = 70*time.Second, 61*time.Second }), "C5", Proposal{Sure: true}},
		{"an abusive caller", with(func(f *Facts) { f.Release = ReleaseDismissed }), "A1b", Proposal{Excluded: true}},
		{"a minute", with(func(f *Facts) { f.LongestWait = time.Minute }), "C5", Proposal{Points: 5, Sure: true}},
		{"more than a minute", with(func(f *Facts) { f.LongestWait = time.Minute + time.Millisecond }), "C5", Proposal{Sure: true}},
	} {
		all := r.Propose(tt.facts)
		i := slices.IndexFunc(all, func(p Proposal) bool { return p.Item == tt.item })
		if i < 0 {
			t.Errorf("%s: nothing proposed for %s", tt.name, tt.item)
			continue
		}
		got := all[i]
		if got.Why == "" {
			t.Errorf("%s: no reason", tt.name)
		}
		got.Item, got.Why = "", ""
		if got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
	for _, p := range r.Propose(good) {
		item, _ := r.Item(p.Item)
		if item.How == Human || p.Sure && item.How != Auto && !p.Excluded {
			t.Errorf("%s: a machine is sure of a person's item", p.Item)
		}
	}
}

func TestMean(t *testing.T) {
	t.Parallel()
	r := Ministry2015()
	for _, tt := range []struct {
		sums []Sum
		want string
	}{
		{[]Sum{{90, 100}}, "90.0"}, {[]Sum{{90, 100}, {85, 100}}, "87.5"}, {[]Sum{{97, 97}}, "100.0"}, {[]Sum{{1, 3}}, "33.3"},
		{[]Sum{{2, 3}}, "66.7"}, {[]Sum{{80, 100}, {80, 100}, {81, 100}}, "80.3"},
	} {
		if got, ok := r.Mean(tt.sums...); !ok || got.String() != tt.want {
			t.Errorf("mean of %v = %s, want %s", tt.sums, got, tt.want)
		}
	}
	for _, tt := range []struct {
		sums []Sum
		want int
	}{{[]Sum{{96, 97}}, 99}, {[]Sum{{95, 97}}, 98}, {[]Sum{{8446, 10000}}, 84}, {[]Sum{{89, 100}, {80, 100}}, 85}, {[]Sum{{82, 97}, {82, 97}, {85, 100}}, 85}} {
		if got, ok := r.Mark(tt.sums...); !ok || got != tt.want {
			t.Errorf("mark of %v = %d, want %d", tt.sums, got, tt.want)
		}
	}
	for _, tt := range []struct {
		a, b    Sum
		decided bool
	}{{Sum{95, 100}, Sum{90, 100}, true}, {Sum{95, 100}, Sum{89, 100}, false}, {Sum{96, 97}, Sum{94, 100}, true}, {Sum{97, 97}, Sum{949, 1000}, false}} {
		if _, decided := Reconciled(tt.a, tt.b); decided != tt.decided {
			t.Errorf("%v and %v: decided %v", tt.a, tt.b, decided)
		}
	}
	if _, ok := r.Mean(); ok {
		t.Error("a mean of nothing")
	}
	if _, ok := r.Mean(Sum{}); ok {
		t.Error("a mean of a sheet without items")
	}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	r := Ministry2015()
	a, b := full(r), full(r)
	b.Scores["A2"] = Score{Points: 4, By: "9002"}
	b.Scores["C5"] = Score{Excluded: true, By: "9002"}
	if got := r.Differences(a, b); !slices.Equal(got, []string{"A2", "C5"}) {
		t.Errorf("differences %v", got)
	}
}

// TestNeverAbove: whatever a person gives, no part and no total passes its points.
func TestNeverAbove(t *testing.T) {
	t.Parallel()
	r := Ministry2015()
	rapid.Check(t, func(t *rapid.T) {
		s := Sheet{LegalError: rapid.Bool().Draw(t, "legal")}
		for _, i := range r.Items {
			score := Score{Points: i.Step * rapid.IntRange(0, i.Points/i.Step).Draw(t, i.ID), By: "9001"}
			if rapid.IntRange(0, 5).Draw(t, "excluded") == 0 {
				score = Score{Excluded: true, By: "9001"}
			}
			if err := s.Set(r, i.ID, score, "8001"); err != nil {
				s.Scores[i.ID] = Score{By: "9001"}
			}
		}
		got, err := r.Add(s)
		if err != nil {
			t.Fatal(err)
		}
		if got.Points > got.Of || got.Of > r.Total || got.Points < 0 {
			t.Fatalf("%+v", got)
		}
		for _, p := range r.Parts {
			if got.Parts[p.ID].Points > p.Points || got.Parts[p.ID].Of > p.Points {
				t.Fatalf("part %s: %+v", p.ID, got.Parts[p.ID])
			}
		}
	})
}
