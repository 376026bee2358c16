package storetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/rules/find"
)

// testFind writes one of each kind and looks for them in every way.
func testFind(t *testing.T, s *store.Store) {
	ctx := t.Context()
	k := NewCall(1)
	k.Caller, k.Agent, k.Subject = Phone(t, "13900000042"), "8001", "工伤保险"
	ok(t, s.Calls.Open(ctx, k))
	if got := found(t, s, store.Find{}); len(got) != 0 {
		t.Errorf("an open call was found: %v", got)
	}
	ok(t, s.Timeline.Append(ctx, store.Event{CallID: k.ID, Seq: 1, District: k.District, At: k.Times.Arrive, Kind: "help"}))
	k.Outcome = store.Outcome{Disposition: store.DispositionHuman, ReleaseBy: "agent", ReleaseCause: "agent_release", Rating: store.RatingUnhappy}
	k.Times.Bridge, k.Times.Release, k.Times.Closed = k.Times.Arrive.Add(time.Second), k.Times.Arrive.Add(11*time.Minute), k.Times.Arrive.Add(12*time.Minute)
	ok(t, s.Recordings.Start(ctx, store.Recording{ID: "rec1", CallID: k.ID, District: k.District, Path: "x", Start: k.Times.Arrive}))
	early := get(s.Settings.Put(ctx, store.Setting{Key: store.MarksOf + "rec1", Value: `[{"at_ms":1,"text":"开头太快"}]`, Updated: Day}))(t) // in a call that goes on
	get(s.Settings.Put(ctx, store.Setting{Key: store.MarksOf + "mystery", Value: `[]`, Updated: Day}))(t)
	k = get(s.Calls.Save(ctx, k))(t)
	testFindMarks(t, s, k.ID, early)

	r := NewRecord(2)
	r.Body.Summary, r.Body.Answer = "单位没有缴养老保险，电话 13911112222", "可以要求补缴，见 ABC 公司的例子"
	r.Party.Phone, r.Party.Name = Phone(t, "13900000042"), get(keys.Name("测试甲"))(t)
	r.Body.Fields = json.RawMessage(`{"topic":"缴费 > 补缴","own":{"employer":"示例制造"},"sealed":{"x":"秘密"}}`)
	r = get(s.Records.Create(ctx, r, By(2, "create")))(t)

	secret := NewRecord(3)
	secret.Kind, secret.Party.Phone, secret.Body.Summary = "report", Phone(t, "13900000042"), "举报拖欠工资"
	get(s.Records.Create(ctx, secret, By(3, "create")))(t)
	conduct := NewRecord(4)
	conduct.Kind, conduct.Body.Summary = "conduct_complaint", "态度不好"
	get(s.Records.Create(ctx, conduct, By(4, "create")))(t)

	v := store.Voicemail{ID: store.NewID(Day.Add(5 * time.Second)), District: "130200", State: "new", Left: Day.Add(5 * time.Second), Number: Phone(t, "13900000042")}
	ok(t, s.Voicemails.Create(ctx, v))

	testFindWays(t, s, map[string]string{"call": k.ID, "record": r.ID, "secret": secret.ID, "conduct": conduct.ID, "mail": v.ID}, r.Party.Name.Hash)
	testFindAgain(t, s, r)
}

func testFindWays(t *testing.T, s *store.Store, ids map[string]string, name []byte) {
	hash, tail := keys.Hash(seal.KindPhone, "13900000042"), keys.TailHash(seal.KindPhone, "0042")
	by := func(f store.Facet, value string) store.Find {
		return store.Find{Wanted: []store.Wanted{{Facet: f, Value: value}}}
	}
	trait := func(t find.Trait) store.Find { return by(store.ByTrait, string(t)) }
	for _, c := range []struct {
		name string
		f    store.Find
		want []string
	}{
		{"all but conduct", store.Find{}, []string{ids["mail"], ids["secret"], ids["record"], ids["call"]}},
		{"with conduct", store.Find{Conduct: true}, []string{ids["mail"], ids["conduct"], ids["secret"], ids["record"], ids["call"]}},
		{"by number, reporters left out", store.Find{Wanted: []store.Wanted{{Facet: store.ByHash, Hash: hash}}}, []string{ids["mail"], ids["record"], ids["call"]}},
		{"by last four", store.Find{Wanted: []store.Wanted{{Facet: store.ByTail, Hash: tail}}}, []string{ids["mail"], ids["record"], ids["call"]}},
		{"by name", store.Find{Wanted: []store.Wanted{{Facet: store.ByName, Hash: name}}}, []string{ids["record"]}},
		{"text", store.Find{Text: "养老保险 补缴"}, []string{ids["record"]}},
		{"text of a field", store.Find{Text: "示例制造"}, []string{ids["record"]}},
		{"text of the topic, one character", store.Find{Text: "缴"}, []string{ids["record"]}},
		{"last character", store.Find{Text: "资"}, []string{ids["secret"]}},
		{"a word in another case and width", store.Find{Text: "ａbc"}, []string{ids["record"]}},
		{"sealed text", store.Find{Text: "秘密"}, nil},
		{"a long number in a text", store.Find{Text: "13911112222"}, nil},
		{"not there", store.Find{Text: "养老 彩票"}, nil},
		{"agent", by(store.ByAgent, "8001"), []string{ids["secret"], ids["record"], ids["call"]}},
		{"number of a record", by(store.ByNumber, "0302-8001-2"), []string{ids["record"]}},
		{"another number that looks alike", by(store.ByNumber, "0302-800-12"), nil},
		{"type", by(store.ByType, store.FoundMessage), []string{ids["mail"]}},
		{"subject", by(store.BySubject, "工伤保险"), []string{ids["call"]}},
		{"how it was rated", trait(find.Rated("unhappy")), []string{ids["call"]}},
		{"how it was not rated", trait(find.Rated("good")), nil},
		{"who let go first", trait(find.Ended("agent")), []string{ids["call"]}},
		{"why", trait(find.Because("agent_release")), []string{ids["call"]}},
		{"its class", trait(find.Result("human")), []string{ids["call"]}},
		{"longer than ten minutes", trait("over.10"), []string{ids["call"]}},
		{"longer than fifteen", trait("over.15"), nil},
		{"shorter than fifteen", trait("under.15"), []string{ids["call"]}},
		{"what happened", trait("step.help"), []string{ids["call"]}},
		{"what did not happen", trait("step.transfer"), nil},
		{"an empty value", by(store.ByAgent, " "), nil},
		{"span", store.Find{Span: store.Span{From: Day.Add(2 * time.Second), To: Day.Add(3 * time.Second)}}, []string{ids["record"]}},
		{"scopes", store.Find{Scopes: [][]store.Wanted{
			{{Facet: store.ByType, Value: store.FoundCall}, {Facet: store.ByAgent, Value: "8001"}},
			{{Facet: store.ByDistrict, Value: "130200"}},
		}}, []string{ids["mail"], ids["call"]}},
		{"scope of a province", by(store.ByDistrict, "130000"), []string{ids["mail"], ids["secret"], ids["record"], ids["call"]}},
		{"scope of a county", by(store.ByDistrict, "130202"), nil},
		{"a query's own language is only text", store.Find{Text: `养老" OR "b`}, nil},
		{"' and | and ! as text", store.Find{Text: `补缴'|!&:*()`}, []string{ids["record"]}},
	} {
		if got := found(t, s, c.f); !slices.Equal(got, c.want) {
			t.Errorf("%s: found %v, want %v", c.name, got, c.want)
		}
	}
}

// testFindMarks marks the recording of a call: it is found by what stands there, and by no other words.
func testFindMarks(t *testing.T, s *store.Store, call string, early store.Setting) {
	marked := store.Wanted{Facet: store.ByTrait, Value: string(find.Marked)}
	by := func(words string) store.Find {
		return store.Find{Wanted: []store.Wanted{marked, {Facet: store.ByMark, Value: words}}}
	}
	if got := found(t, s, by("太快")); !slices.Equal(got, []string{call}) {
		t.Errorf("by a mark from before it ended: %v", got)
	}
	var list []map[string]any
	for i := range 200 { // as many and as long as there can be, all of them different
		long := make([]rune, 200)
		for j := range long {
			long[j] = rune(0x4e00 + (i*211+j*(i+1))%20000)
		}
		list = append(list, map[string]any{"text": string(long)})
	}
	raw := get(json.Marshal(append(list, map[string]any{"text": "打 dian hua 一一"})))(t)
	early.Value = string(raw)
	early = get(s.Settings.Put(t.Context(), early))(t)
	if got := found(t, s, store.Find{Wanted: []store.Wanted{marked, {Facet: store.ByAgent, Value: "8001"}, {Facet: store.ByDistrict, Value: "130000"}}}); !slices.Equal(got, []string{call}) {
		t.Errorf("so many marks push off what else it is found by: %v", got)
	}
	early.Value = `[{"text":"态度急躁"},{"text":"已回电 13911112222"}]`
	get(s.Settings.Put(t.Context(), early))(t)
	for words, want := range map[string]int{"态度": 1, "急": 1, "急躁 回电": 1, "态度 回访": 0, "太快": 0, "13911112222": 0, "！": 0} {
		if got := found(t, s, by(words)); len(got) != want {
			t.Errorf("by a mark that says %s: %v", words, got)
		}
	}
	if got := found(t, s, store.Find{Text: "态度"}); len(got) != 0 {
		t.Errorf("a mark taken for the caller's business: %v", got)
	}
}

// testFindAgain changes a record: what it said before is not found any more.
func testFindAgain(t *testing.T, s *store.Store, r store.Record) {
	r.Body.Summary, r.Body.Answer, r.Status.State = "问失业登记", "", "with_dept"
	r = get(s.Records.Update(t.Context(), r, By(6, "forward")))(t)
	if got := found(t, s, store.Find{Text: "单位没有缴"}); len(got) != 0 {
		t.Errorf("found by what it said before: %v", got)
	}
	order := store.Find{Text: "失业", Wanted: []store.Wanted{{Facet: store.ByType, Value: store.FoundOrder}}}
	if got := found(t, s, order); !slices.Equal(got, []string{r.ID}) {
		t.Errorf("the order was not found: %v", got)
	}
	n, err := s.Finder.CatchUp(t.Context())
	if err != nil || n != 6 { // the call once more for its marks
		t.Errorf("caught up with %d, %v", n, err)
	}
	if n, err = s.Finder.CatchUp(t.Context()); n != 0 || err != nil {
		t.Errorf("caught up again with %d, %v", n, err)
	}
	if got := found(t, s, order); !slices.Equal(got, []string{r.ID}) {
		t.Errorf("after catching up: %v", got)
	}
	if got := found(t, s, store.Find{Wanted: []store.Wanted{{Facet: store.ByMark, Value: "态度"}}}); len(got) != 1 {
		t.Errorf("the marked call, after catching up: %v", got)
	}
	help := store.Find{Wanted: []store.Wanted{{Facet: store.ByTrait, Value: "step.help"}}}
	if got := found(t, s, help); len(got) != 1 {
		t.Errorf("the call for help, after catching up: %v", got)
	}
}

// testFindPages walks through what is of one and the same millisecond, and more.
func testFindPages(t *testing.T, s *store.Store) {
	const rows = 700
	err := s.Tx(t.Context(), func(p store.Ports) error {
		for i := range rows {
			r := NewRecord(1)
			r.No, r.ID = fmt.Sprintf("0302-8001-%d", i), store.NewID(Day)
			if _, err := p.Records.Create(t.Context(), r, By(1, "create")); err != nil {
				return err
			}
		}
		return nil
	})
	ok(t, err)
	seen := map[string]bool{}
	f := store.Find{Text: "缴费年限", Page: store.Page{Limit: 150}}
	for {
		list, next, err := s.Finder.Find(t.Context(), f)
		ok(t, err)
		for _, v := range list {
			if seen[v.ID] {
				t.Fatalf("%s twice", v.ID)
			}
			seen[v.ID] = true
		}
		if next == "" {
			break
		}
		f.After = next
	}
	if len(seen) != rows {
		t.Errorf("%d of %d found", len(seen), rows)
	}
	_, _, err = s.Finder.Find(t.Context(), store.Find{Page: store.Page{After: "!"}})
	want(t, err, store.ErrInvalid)
}

// testFindFarBack looks for what lies hours, months and years apart: all of it
// is found, the newest first, in one page or in many.
func testFindFarBack(t *testing.T, s *store.Store) {
	const hour = 3600
	var all []string
	for i, back := range []int{0, 1, 30 * hour, 4000 * hour, 4001 * hour, 40000 * hour} {
		r := NewRecord(-back)
		r.No = fmt.Sprintf("0302-8001-%d", i)
		r.Body.Summary = map[bool]string{true: "远近都有", false: "只在近处"}[i != 1]
		r = get(s.Records.Create(t.Context(), r, By(i, "create")))(t)
		if i != 1 {
			all = append(all, r.ID)
		}
	}
	for _, size := range []int{1, 2, 50} {
		var got []string
		for f := (store.Find{Text: "远近都有", Page: store.Page{Limit: size}}); ; {
			list, next, err := s.Finder.Find(t.Context(), f)
			ok(t, err)
			for _, v := range list {
				got = append(got, v.ID)
			}
			if f.After = next; next == "" {
				break
			}
		}
		if !slices.Equal(got, all) {
			t.Errorf("%d a page: %v, want %v", size, got, all)
		}
	}
	near := store.Find{Text: "远近都有", Span: store.Span{From: Day.Add(-31 * time.Hour), To: Day}}
	if got := found(t, s, near); !slices.Equal(got, all[1:2]) {
		t.Errorf("in a span: %v", got)
	}
}

// found is everything that fits, over all pages: a slow machine may give more of them.
func found(t *testing.T, s *store.Store, f store.Find) (ids []string) {
	t.Helper()
	for {
		list, next, err := s.Finder.Find(t.Context(), f)
		ok(t, err)
		for _, v := range list {
			ids = append(ids, v.ID)
		}
		if f.After = next; next == "" {
			return ids
		}
	}
}
