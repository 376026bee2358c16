package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
)

// What agents wait for at most, in milliseconds: one thing opened by its id,
// and a page of a list.
const (
	limitOpen = 5
	limitPage = 100
)

// timed is one thing that is asked again and again, each time for another row.
type timed struct {
	name  string
	limit float64 // in milliseconds
	run   func(i int) error
}

// Bench fills a store, or takes the one that an earlier run filled, and times
// what agents wait for: the half and the slowest hundredth of the answers.
func Bench(b *testing.B, dir string, bed Bed) {
	s := ready(b, dir, bed)
	some := pick(b, s)
	var all []timed
	all = append(all, opened(b, s, some)...)
	all = append(all, listed(b, s)...)
	all = append(all, searched(b, s)...)
	for _, c := range all {
		b.Run(c.name, func(b *testing.B) { measure(b, c, s.rows) })
	}
	if err := s.Close(); err != nil {
		b.Error(err)
	}
}

func measure(b *testing.B, c timed, rows int) {
	draw := rand.New(rand.NewPCG(1, uint64(rows))) //nolint:gosec // the same rows in every run
	var took []time.Duration
	for b.Loop() {
		from := time.Now()
		if err := c.run(draw.IntN(rows)); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(from))
	}
	slices.Sort(took)
	for of, name := range map[int]string{50: "p50-ms", 99: "p99-ms"} {
		b.ReportMetric(float64(took[(len(took)-1)*of/100])/float64(time.Millisecond), name)
	}
	b.ReportMetric(c.limit, "limit-ms")
	b.ReportMetric(0, "ns/op")
}

// some are calls and records spread over all that there are.
type some struct{ calls, records []string }

func pick(b *testing.B, s bench) (out some) {
	b.Helper()
	for i := range 200 {
		at := Day.Add(time.Duration(i*s.rows/200) * time.Second)
		span := store.Span{From: at, To: at.Add(time.Second)}
		k, _, err := s.Calls.List(b.Context(), store.CallFilter{Span: span})
		if err != nil || len(k) != 1 {
			b.Fatalf("%d calls at %s, %v", len(k), at, err)
		}
		r, _, err := s.Records.List(b.Context(), store.RecordFilter{Span: span})
		if err != nil || len(r) != 1 {
			b.Fatalf("%d records at %s, %v", len(r), at, err)
		}
		out.calls, out.records = append(out.calls, k[0].ID), append(out.records, r[0].ID)
	}
	return out
}

func opened(b *testing.B, s bench, of some) []timed {
	ctx := b.Context()
	of1 := func(ids []string, i int) string { return ids[i%len(ids)] }
	return []timed{
		{"open record by id", limitOpen, func(i int) error { _, err := s.Records.Get(ctx, of1(of.records, i)); return err }},
		{"open history of record", limitOpen, func(i int) error { _, err := s.Records.History(ctx, of1(of.records, i)); return err }},
		{"open call by id", limitOpen, func(i int) error { _, err := s.Calls.Get(ctx, of1(of.calls, i)); return err }},
		{"open timeline of call", limitOpen, func(i int) error { _, err := s.Timeline.List(ctx, of1(of.calls, i)); return err }},
		{"list records of a call", limitPage, func(i int) error {
			_, _, err := s.Records.List(ctx, store.RecordFilter{Call: of1(of.calls, i)})
			return err
		}},
	}
}

// five are districts of one centre, province covers all.
var (
	five     = []string{"130101", "130102", "130103", "130104", "130105"}
	province = []string{"130000"}
)

func second(i int) time.Time { return Day.Add(time.Duration(i) * time.Second) }
func agent(i int) string     { return fmt.Sprint(8000 + i%200) }
func district(i int) string  { return fmt.Sprint(130100 + i%100) }

func (f bench) phone(i int) []byte { return f.keys.Hash(seal.KindPhone, number(i)) }
func (f bench) tail(i int) []byte  { return f.keys.TailHash(seal.KindPhone, number(i)[7:]) }

func listed(b *testing.B, s bench) []timed {
	ctx := b.Context()
	records := func(name string, f func(i int) store.RecordFilter) timed {
		return timed{"list records " + name, limitPage, func(i int) error { _, _, err := s.Records.List(ctx, f(i)); return err }}
	}
	calls := func(name string, f func(i int) store.CallFilter) timed {
		return timed{"list calls " + name, limitPage, func(i int) error { _, _, err := s.Calls.List(ctx, f(i)); return err }}
	}
	until := func(i int) store.Span { return store.Span{To: second(i)} }
	return []timed{
		records("newest", func(int) store.RecordFilter { return store.RecordFilter{} }),
		records("of a past span", func(i int) store.RecordFilter { return store.RecordFilter{Span: until(i)} }),
		records("of districts", func(int) store.RecordFilter { return store.RecordFilter{Districts: five} }),
		records("of a province", func(int) store.RecordFilter { return store.RecordFilter{Districts: province} }),
		records("of districts, rare state", func(int) store.RecordFilter { return store.RecordFilter{Districts: five, State: "with_dept"} }),
		records("of agent and kind", func(i int) store.RecordFilter { return store.RecordFilter{Agent: agent(i), Kind: "complaint"} }),
		records("by number", func(i int) store.RecordFilter { return store.RecordFilter{No: fmt.Sprintf("0302-8001-%d", i)} }),
		records("by phone", func(i int) store.RecordFilter { return store.RecordFilter{PhoneHash: s.phone(i)} }),
		records("by last four", func(i int) store.RecordFilter { return store.RecordFilter{PhoneTail: s.tail(i)} }),
		records("due", func(i int) store.RecordFilter { return store.RecordFilter{DueBefore: second(i), Districts: five} }),
		calls("newest", func(int) store.CallFilter { return store.CallFilter{} }),
		calls("of districts", func(int) store.CallFilter { return store.CallFilter{Districts: five} }),
		calls("of a province", func(int) store.CallFilter { return store.CallFilter{Districts: province} }),
		calls("by phone", func(i int) store.CallFilter { return store.CallFilter{CallerHash: s.phone(i)} }),
		calls("by last four and agent", func(i int) store.CallFilter { return store.CallFilter{CallerTail: s.tail(i), Agent: agent(i)} }),
		calls("abandoned of a span", func(i int) store.CallFilter {
			return store.CallFilter{Disposition: store.DispositionAbandoned, Span: until(i)}
		}),
		calls("open", func(int) store.CallFilter { return store.CallFilter{Open: true} }),
	}
}

// searched are first pages of the search over everything.
func searched(b *testing.B, s bench) []timed {
	find := func(name string, f func(i int) store.Find) timed {
		return timed{"search " + name, limitPage, func(i int) error { _, _, err := s.Finder.Find(b.Context(), f(i)); return err }}
	}
	by := func(facet store.Facet, value string) store.Wanted { return store.Wanted{Facet: facet, Value: value} }
	wanted := func(w ...store.Wanted) store.Find { return store.Find{Wanted: w} }
	text := func(t string, w ...store.Wanted) store.Find { return store.Find{Text: t, Wanted: w} }
	return []timed{
		find("by phone number", func(i int) store.Find { return wanted(store.Wanted{Facet: store.ByHash, Hash: s.phone(i)}) }),
		find("by last four", func(i int) store.Find { return wanted(store.Wanted{Facet: store.ByTail, Hash: s.tail(i)}) }),
		find("by record number", func(i int) store.Find { return wanted(by(store.ByNumber, fmt.Sprintf("0302-8001-%d", i))) }),
		find("by time", func(i int) store.Find { return store.Find{Span: store.Span{From: second(i), To: second(i + 3600)}} }),
		find("by agent", func(i int) store.Find { return wanted(by(store.ByAgent, agent(i))) }),
		find("by district", func(i int) store.Find { return wanted(by(store.ByDistrict, district(i))) }),
		find("of a province, by a common word", func(i int) store.Find { return text(asked[i%len(asked)], by(store.ByDistrict, province[0])) }),
		find("by topic", func(i int) store.Find { return wanted(by(store.BySubject, subjects[i%4])) }),
		find("by a common word", func(i int) store.Find { return text(asked[i%len(asked)]) }),
		find("by a common word in a past span", func(i int) store.Find {
			return store.Find{Text: asked[i%len(asked)], Span: store.Span{To: second(i)}}
		}),
		find("by a rare word", func(int) store.Find { return text("冷僻词句") }),
		find("by a word that is nowhere", func(int) store.Find { return text("从未写过") }),
		find("by two common words that never meet", func(int) store.Find { return text("养老保险 失业保险") }),
		find("by district, agent, topic and word", func(i int) store.Find {
			return text("缴费", by(store.ByDistrict, district(i)), by(store.ByAgent, agent(i)), by(store.BySubject, subjects[i%4]))
		}),
		find("in a scope, nothing there", func(int) store.Find {
			f := text("养老", by(store.ByAgent, "8005"))
			f.Scopes = [][]store.Wanted{{by(store.ByDistrict, "130104")}}
			return f
		}),
		find("for everything, newest page", func(int) store.Find { return store.Find{} }),
	}
}
