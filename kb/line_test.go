package kb

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"zuoxi/kb/search"
)

// dated is a library with a text that applies now and one that applies from 2027 on.
func dated(t *testing.T) *Base {
	t.Helper()
	b := library(t)
	bring(t, b, text("今天", Day{2020, 1, 1}), text("明年", Day{2027, 1, 1}))
	return b
}

func text(body string, from Day) Article {
	return Article{ID: "f", Title: "滞纳金怎么算", Kind: Kinds[1], Body: body, Scope: Scope{Effective: from}}
}

// bring imports texts one after the other.
func bring(t *testing.T, b *Base, list ...Article) {
	t.Helper()
	for _, a := range list {
		if _, err := b.Import(context.Background(), "r", []Article{a}); err != nil {
			t.Fatal(err)
		}
	}
}

// says checks what a library says on some days, to who searches and to who opens the article, and that the versions
// stand under the keys that a seat would give them.
func says(t *testing.T, b *Base, want map[search.Date]string) {
	t.Helper()
	for day, body := range want {
		a, ok, err := b.GetOn("f", day)
		if err != nil || !ok || a.Body != body {
			t.Errorf("on %d: %q, %v, %v, want %q", day, a.Body, ok, err, body)
		}
		r, err := b.Search(context.Background(), search.Query{Text: "滞纳金", Date: day})
		if err != nil || len(r.Hits) != 1 || r.Hits[0].Snippet != body {
			t.Errorf("searched on %d: %+v, %v, want %q", day, r.Hits, err, body)
		}
	}
	all := contents(t, b)
	newest := Newest(all)
	for _, a := range all {
		if got, ok, err := b.current(a.Key(newest)); err != nil || !ok || !reflect.DeepEqual(got, a) {
			t.Errorf("under %s: %+v, %v, %v", a.Key(newest), got, ok, err)
		}
	}
}

// kept checks what the versions of the article say, and that there are no others.
func kept(t *testing.T, b *Base, bodies ...string) {
	t.Helper()
	var want []int
	for i, body := range bodies {
		want = append(want, i+1)
		if a, ok, err := b.GetVersion("f", i+1); err != nil || !ok || a.Body != body {
			t.Errorf("version %d: %q, %v, %v, want %q", i+1, a.Body, ok, err, body)
		}
	}
	if got, err := b.Versions("f"); err != nil || !slices.Equal(got, want) {
		t.Errorf("versions %v, %v, want %v", got, err, want)
	}
}

// An agreed wording goes before what applies today and before what is to come, and leaves both.
func TestEditReachesEveryVersion(t *testing.T) {
	b, ctx := dated(t), context.Background()
	wordings := func() (out []int) {
		for _, day := range []search.Date{20261123, 20270101} {
			a, _, err := b.GetOn("f", day)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, len(a.Standards))
		}
		return out
	}
	for n, standards := range [][]Standard{{{ID: "kj", Wording: "照此"}}, nil} {
		r, err := b.Edit(ctx, "r", []string{"f", "none"}, func(a *Article) { a.Standards = standards })
		if want := len(standards); err != nil || r.Changed != 1 || !slices.Equal(wordings(), []int{want, want}) {
			t.Errorf("edit %d: %+v, %v, %v", n, r, err, wordings())
		}
		says(t, b, map[search.Date]string{20261231: "今天", 20270101: "明年"})
	}
	kept(t, b, "今天", "明年", "今天", "明年", "今天", "明年")
	if a, _, err := b.GetVersion("f", 3); err != nil || len(a.Standards) != 1 {
		t.Errorf("version 3 had the wording: %+v, %v", a, err)
	}
	if r, err := b.Edit(ctx, "r", []string{"f"}, func(*Article) {}); err != nil || r.Same != 1 || r.Changed != 0 {
		t.Errorf("nothing edited: %+v, %v", r, err)
	}
	// What applied until some day may be left as it was.
	if _, err := b.Edit(ctx, "r", []string{"f"}, func(a *Article) {
		if a.Scope.Effective.Year == 2027 {
			a.Body = "明年改"
		}
	}); err != nil {
		t.Fatal(err)
	}
	kept(t, b, "今天", "明年", "今天", "明年", "今天", "明年", "明年改")
}

// What is to come is withdrawn by itself: what applied before it goes on, until the day that its author gave.
func TestWithdrawnFutureLeavesThePresent(t *testing.T) {
	ctx := context.Background()
	for name, until := range map[string]Day{"without an end": {}, "until 2030": {2030, 12, 31}} {
		b := library(t)
		now := text("今天", Day{2020, 1, 1})
		now.Scope.Expires = until
		bring(t, b, now, text("明年", Day{2027, 1, 1}))
		if r, err := b.Remove(ctx, "r", "f"); err != nil || r.Removed != 1 {
			t.Fatalf("%s: %+v, %v", name, r, err)
		}
		says(t, b, map[search.Date]string{20261231: "今天", 20280101: "今天"})
		if a, _, err := b.Get("f"); err != nil || a.Version != 1 || a.Scope.Expires != until || a.Ends != nil || b.Len() != 1 {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
		bring(t, b, text("后年", Day{2028, 1, 1}))
		says(t, b, map[search.Date]string{20271231: "今天", 20280101: "后年"})
		kept(t, b, "今天", "明年", "后年")
		for range 2 {
			if _, err := b.Remove(ctx, "r", "f"); err != nil {
				t.Fatal(err)
			}
		}
		if _, ok, err := b.Get("f"); ok || err != nil || b.Len() != 0 {
			t.Errorf("%s: the present was withdrawn and is there: %v", name, err)
		}
	}
}

// A library that an earlier version of the program wrote knows what the author said from its history.
func TestWithdrawnFutureInAnOlderLibrary(t *testing.T) {
	b, ctx := library(t), context.Background()
	now, next := text("今天", Day{2020, 1, 1}), text("明年", Day{2027, 1, 1})
	now.Version, next.Version, next.Previous = 1, 2, 1
	ended := now
	ended.Scope.Expires = Day{2026, 12, 31}
	if _, err := b.Apply(ctx, "1", []Article{now}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Apply(ctx, "2", []Article{ended, next}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Remove(ctx, "3", "f"); err != nil {
		t.Fatal(err)
	}
	says(t, b, map[search.Date]string{20261231: "今天", 20280101: "今天"})
}

// Of several versions, one is withdrawn by its number: what applies goes with what applied before it.
func TestOneVersionIsWithdrawn(t *testing.T) {
	ctx := context.Background()
	for ref, want := range map[string]map[search.Date]string{
		"f@3": {20261123: "今天", 20270601: "今天", 20280101: "后年"},
		"f@2": {20270601: "明年", 20280101: "后年"},
		"f@9": {20100101: "从前", 20261123: "今天", 20270601: "明年", 20280101: "后年"},
	} {
		b := library(t)
		bring(t, b, text("从前", Day{2010, 1, 1}), text("今天", Day{2020, 1, 1}), text("明年", Day{2027, 1, 1}), text("后年", Day{2028, 1, 1}))
		if _, err := b.Remove(ctx, "r", ref, "none"); err != nil {
			t.Fatal(err)
		}
		says(t, b, want)
	}
}

// A text is filed by its first day, whatever is to come after it.
func TestTextIsFiledByItsDay(t *testing.T) {
	for name, c := range map[string]struct {
		a     Article
		want  map[search.Date]string
		texts []string
	}{
		"a correction of what applies":      {text("更正", Day{2020, 1, 1}), map[search.Date]string{20250101: "更正", 20261231: "更正", 20270101: "明年"}, []string{"今天", "明年", "更正", "明年"}},
		"the same with another day":         {text("更正", Day{2019, 5, 1}), map[search.Date]string{20190501: "更正", 20261231: "更正", 20270101: "明年"}, []string{"今天", "明年", "更正", "明年"}},
		"the same without a day":            {text("更正", Day{}), map[search.Date]string{20250101: "更正", 20261231: "更正", 20270101: "明年"}, []string{"今天", "明年", "更正", "明年"}},
		"a change in between":               {text("年中", Day{2026, 7, 1}), map[search.Date]string{20260630: "今天", 20260701: "年中", 20261231: "年中", 20270101: "明年"}, []string{"今天", "明年", "年中", "明年"}},
		"another change to come, before it": {text("下月", Day{2026, 12, 1}), map[search.Date]string{20261130: "今天", 20261201: "下月", 20270101: "明年"}, []string{"今天", "明年", "下月", "明年"}},
		"a correction of what is to come":   {text("明年改", Day{2027, 1, 1}), map[search.Date]string{20261231: "今天", 20270101: "明年改"}, []string{"今天", "明年", "明年改"}},
		"a change after it":                 {text("后年", Day{2028, 1, 1}), map[search.Date]string{20261231: "今天", 20270101: "明年", 20280101: "后年"}, []string{"今天", "明年", "后年"}},
	} {
		b := dated(t)
		bring(t, b, c.a)
		t.Run(name, func(t *testing.T) {
			says(t, b, c.want)
			kept(t, b, c.texts...)
		})
		if r, err := b.Import(context.Background(), "again", []Article{c.a}); err != nil || r.Same != 1 || r.Changed != 0 {
			t.Errorf("%s, again: %+v, %v", name, r, err)
		}
	}
}

// A text to come leaves what applies today, though that says no day, or though only its own month is known.
func TestTextToComeLeavesTheUndated(t *testing.T) {
	for _, from := range []Day{{2027, 1, 1}, {2027, 1, 0}, {2027, 0, 0}} {
		b := library(t)
		bring(t, b, text("今天", Day{}), text("明年", from))
		says(t, b, map[search.Date]string{20261231: "今天", 20270101: "明年"})
		bring(t, b, text("更正", Day{}))
		says(t, b, map[search.Date]string{20261231: "更正", 20270101: "明年"})
		fresh := library(t)
		if _, err := fresh.Import(context.Background(), "r", contents(t, b)); err != nil {
			t.Fatal(err)
		}
		says(t, fresh, map[search.Date]string{20261231: "更正", 20270101: "明年"})
	}
}

// What stands before a text is what it corrects or follows, as its author wrote it.
func TestBefore(t *testing.T) {
	b := dated(t)
	for from, want := range map[Day]string{{2020, 1, 1}: "今天", {2026, 7, 1}: "今天", {}: "今天", {2027, 1, 1}: "明年", {2028, 1, 1}: "明年"} {
		if a, ok, err := b.Before(text("新", from)); err != nil || !ok || a.Body != want || !a.Scope.Expires.IsZero() {
			t.Errorf("%v: %+v, %v, %v", from, a, ok, err)
		}
	}
	if _, ok, err := b.Before(Article{ID: "none"}); ok || err != nil {
		t.Errorf("nothing: %v, %v", ok, err)
	}
}

// A version is shown as it was on the screen that day, without the end that a later one has set since; as a hit it ends.
func TestVersionAsItWas(t *testing.T) {
	b := dated(t)
	for _, get := range []func() (Article, bool, error){
		func() (Article, bool, error) { return b.Get("f@1") }, func() (Article, bool, error) { return b.GetVersion("f", 1) },
	} {
		if a, ok, err := get(); err != nil || !ok || a.Body != "今天" || !a.Scope.Expires.IsZero() {
			t.Errorf("%+v, %v, %v", a, ok, err)
		}
	}
	if a, ok, err := b.Standing("f@1"); err != nil || !ok || a.Scope.Expires != (Day{2026, 12, 31}) {
		t.Errorf("as it stands: %+v, %v, %v", a, ok, err)
	}
	bring(t, b, text("更正", Day{2020, 1, 1}))
	if a, ok, err := b.Standing("f@1"); err != nil || !ok || a.Body != "今天" {
		t.Errorf("out of the history: %+v, %v, %v", a, ok, err)
	}
}

// However texts come and go, every number that was given keeps its text, numbers rise along the line, no two versions
// apply on a day, and a library that takes the whole says the same.
func TestLinesHold(t *testing.T) {
	days := []Day{{}, {2010, 1, 1}, {2020, 1, 1}, {2026, 12, 1}, {2027, 1, 1}, {2027, 7, 1}, {2028, 0, 0}}
	rapid.Check(t, func(r *rapid.T) {
		b, ctx := library(t), context.Background()
		check := func(_ Report, err error) {
			if err != nil {
				r.Fatal(err)
			}
		}
		given := map[int]Article{}
		for n := range rapid.IntRange(1, 8).Draw(r, "steps") {
			switch rapid.IntRange(0, 3).Draw(r, "step") {
			case 0:
				check(b.Edit(ctx, "r", []string{"f"}, func(a *Article) { a.Standards = []Standard{{ID: "kj", Wording: strconv.Itoa(n)}} }))
			case 1:
				check(b.Remove(ctx, "r", "f"))
			default:
				check(b.Import(ctx, "r", []Article{text(strconv.Itoa(n), rapid.SampledFrom(days).Draw(r, "from"))}))
			}
			line, err := b.line("f")
			if err != nil || len(line) != b.Len() {
				r.Fatalf("%d in the line, %d in the library, %v", len(line), b.Len(), err)
			}
			for i, a := range line {
				if old, ok := given[a.Version]; ok && !old.before(a) {
					r.Fatalf("version %d was %+v and is %+v", a.Version, old, a)
				}
				given[a.Version] = a
				if i > 0 && (a.Version <= line[i-1].Version || !a.Scope.Effective.IsZero() && line[i-1].Scope.Expires.Last() >= a.Scope.Effective.First()) {
					r.Fatalf("one behind the other: %+v, %+v", line[i-1], a)
				}
			}
		}
		for n, want := range given {
			if a, ok, err := b.GetVersion("f", n); err != nil || !ok || !a.before(want) {
				r.Fatalf("version %d: %+v, %v, %v, want %+v", n, a, ok, err, want)
			}
		}
		seat := library(t)
		check(seat.Replace(ctx, "r", contents(t, b)))
		if here, there := contents(t, b), contents(t, seat); !reflect.DeepEqual(Newest(here), Newest(there)) || seat.Len() != b.Len() {
			r.Fatalf("%+v\n%+v", here, there)
		}
	})
}
