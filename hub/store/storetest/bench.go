package storetest

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
)

// RowsVariable sets how many calls and records Bench fills in; the promise
// (open by id within 5 ms, a page of a list within 100 ms) is for 1,000,000.
const RowsVariable = "ZUOXI_BENCH_ROWS"

// Bench fills a store and times what agents wait for.
func Bench(b *testing.B, s *store.Store) {
	rows := 20000
	if v := os.Getenv(RowsVariable); v != "" {
		var err error
		if rows, err = strconv.Atoi(v); err != nil {
			b.Fatal(err)
		}
	}
	id, call := fill(b, s, rows)
	ctx := b.Context()
	benchReports(b, s, rows)
	someone := keys.Hash(seal.KindPhone, "13900000042")
	tail := keys.TailHash(seal.KindPhone, "0042")
	districts := []string{"130100", "130101", "130102", "130103", "130104"}
	mid := Day.Add(time.Duration(rows/2) * time.Second)
	benchFind(b, s, mid, someone)
	for _, c := range []struct {
		name string
		run  func() error
	}{
		{"record by id", func() error { _, err := s.Records.Get(ctx, id); return err }},
		{"call by id", func() error { _, err := s.Calls.Get(ctx, call); return err }},
		{"timeline", func() error { _, err := s.Timeline.List(ctx, call); return err }},
		{"records newest", records(b, s, store.RecordFilter{})},
		{"records of a past span", records(b, s, store.RecordFilter{Span: store.Span{To: mid}})},
		{"records of districts", records(b, s, store.RecordFilter{Districts: districts})},
		{"records of districts, rare state", records(b, s, store.RecordFilter{Districts: districts, State: "with_dept"})},
		{"records of agent and kind", records(b, s, store.RecordFilter{Agent: "8007", Kind: "complaint"})},
		{"records by number", records(b, s, store.RecordFilter{No: fmt.Sprintf("0302-8001-%d", rows/2)})},
		{"records by phone", records(b, s, store.RecordFilter{PhoneHash: someone})},
		{"records by last four", records(b, s, store.RecordFilter{PhoneTail: tail})},
		{"records of a call", records(b, s, store.RecordFilter{Call: call})},
		{"records due", records(b, s, store.RecordFilter{DueBefore: mid, Districts: districts})},
		{"calls newest", calls(b, s, store.CallFilter{})},
		{"calls of districts", calls(b, s, store.CallFilter{Districts: districts})},
		{"calls by phone", calls(b, s, store.CallFilter{CallerHash: someone})},
		{"calls by last four and agent", calls(b, s, store.CallFilter{CallerTail: tail, Agent: "8007"})},
		{"calls abandoned of a span", calls(b, s, store.CallFilter{Disposition: store.DispositionAbandoned, Span: store.Span{To: mid}})},
		{"calls open", calls(b, s, store.CallFilter{Open: true})},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if err := c.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("event appended", func(b *testing.B) {
		k := NewCall(rows + 1)
		if err := s.Calls.Open(ctx, k); err != nil {
			b.Fatal(err)
		}
		seq := int64(0)
		for b.Loop() {
			seq++
			if err := s.Timeline.Append(ctx, event(k, seq, "hold")); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// benchReports times what a report reads: all calls and records that were filled in. The first one also adds up the days.
func benchReports(b *testing.B, s *store.Store, rows int) {
	b.Helper()
	end := Day.AddDate(0, 0, rows/86400+2)
	f := store.TopicFilter{Span: store.Span{From: sumDay, To: sumDay.AddDate(0, 0, rows/86400+2)}, Now: end.AddDate(0, 0, 2)}
	sum := func(face store.Face, daily bool, now time.Time) func() error {
		return func() error {
			_, _, err := s.Sums.Calls(b.Context(), store.SumFilter{Span: f.Span, Zone: sumZone, Face: face, Daily: daily, Now: now})
			return err
		}
	}
	from := time.Now()
	if err := sum(store.FacePlace, false, f.Now)(); err != nil {
		b.Fatal(err)
	}
	b.Logf("days added up for the first time: %s", time.Since(from).Round(time.Millisecond))
	for _, c := range []struct {
		name string
		run  func() error
	}{
		{"report by place", sum(store.FacePlace, false, f.Now)}, {"report by day", sum(store.FacePlace, true, f.Now)}, {"report by agent", sum(store.FaceAgent, false, f.Now)},
		{"report by subject", sum(store.FaceSubject, false, f.Now)}, {"report by hour", sum(store.FaceHour, false, f.Now)},
		{"report of topics", func() error { _, err := s.Counts.Topics(b.Context(), f); return err }},
		{"report of articles", func() error { _, err := s.Counts.Articles(b.Context(), f); return err }},
		{"report of deadlines", func() error {
			_, err := s.Counts.Dues(b.Context(), f, []store.KindState{{Kind: "consult", State: "with_dept"}, {Kind: "complaint", State: "registered"}})
			return err
		}},
		{"report of orders", func() error { _, err := s.Counts.Orders(b.Context(), f); return err }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if err := c.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func records(b *testing.B, s *store.Store, f store.RecordFilter) func() error {
	return func() error { _, _, err := s.Records.List(b.Context(), f); return err }
}

// benchFind times the search over everything.
func benchFind(b *testing.B, s *store.Store, mid time.Time, someone []byte) {
	for _, c := range []struct {
		name string
		find store.Find
	}{
		{"find by phone", store.Find{Wanted: []store.Wanted{{Facet: store.ByHash, Hash: someone}}}},
		{"find a common word", store.Find{Text: "缴费年限"}},
		{"find a common word in a past span", store.Find{Text: "缴费年限", Span: store.Span{To: mid}}},
		{"find a rare word", store.Find{Text: "冷僻词句"}},
		{"find two common words that never meet", store.Find{Text: "缴费年限 工伤保险"}},
		{"find of district, agent and subject", store.Find{Text: "养老", Wanted: []store.Wanted{
			{Facet: store.ByDistrict, Value: "130104"}, {Facet: store.ByAgent, Value: "8004"}, {Facet: store.BySubject, Value: "养老保险"}}}},
		{"find in scopes, nothing there", store.Find{Text: "养老", Wanted: []store.Wanted{{Facet: store.ByAgent, Value: "8005"}},
			Scopes: [][]store.Wanted{{{Facet: store.ByDistrict, Value: "130104"}}}}},
		{"find everything of the newest page", store.Find{}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := s.Finder.Find(b.Context(), c.find); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func calls(b *testing.B, s *store.Store, f store.CallFilter) func() error {
	return func() error { _, _, err := s.Calls.List(b.Context(), f); return err }
}

// fill writes so many calls and records and returns the ids of two in the middle.
func fill(b *testing.B, s *store.Store, rows int) (record, call string) {
	b.Helper()
	const batch = 1000
	for from := 0; from < rows; from += batch {
		err := s.Tx(b.Context(), func(p store.Ports) error {
			for i := from; i < min(from+batch, rows); i++ {
				k, r := busyDay(b, i)
				if i == rows/2 {
					record, call = r.ID, k.ID
				}
				if err := keep(b, p, k, r, i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return record, call
}

func keep(b *testing.B, p store.Ports, k store.Call, r store.Record, i int) error {
	b.Helper()
	ctx := b.Context()
	if err := p.Calls.Open(ctx, k); err != nil {
		return err
	}
	if err := p.Timeline.Append(ctx, event(k, 1, "arrive"), event(k, 2, "bridge")); err != nil {
		return err
	}
	k.Times.Closed, k.Outcome.Disposition = k.Times.Arrive.Add(time.Minute), store.DispositionHuman
	if i%5 == 0 {
		k.Outcome = store.Outcome{Disposition: store.DispositionAbandoned, Place: "queue"}
	}
	if _, err := p.Calls.Save(ctx, k); err != nil {
		return err
	}
	_, err := p.Records.Create(ctx, r, By(i, "create"))
	return err
}

// busyDay makes the i-th call and its record: 100 districts, 200 agents.
func busyDay(b *testing.B, i int) (store.Call, store.Record) {
	b.Helper()
	v := Phone(b, fmt.Sprintf("139%08d", i*7919%100000000))
	k, r := NewCall(i), NewRecord(i)
	k.Caller, r.Party.Phone = v, v
	k.District = fmt.Sprint(130100 + i%100)
	k.Agent = fmt.Sprint(8000 + i%200)
	k.Subject = []string{"养老保险", "失业保险", "工伤保险", "劳动关系"}[i%4]
	r.District, r.Agent, r.Subject, r.Calls = k.District, k.Agent, k.Subject, []string{k.ID}
	if i%100000 == 77 {
		r.Body.Answer = "冷僻词句"
	}
	if i%50 == 0 {
		r.Kind = "complaint"
	}
	if i%1000 == 1 {
		r.Status.State = "with_dept"
		r.Dues = []store.Due{{Name: "reply", At: r.Created.Add(72 * time.Hour), Unit: "day", Length: 3}}
	}
	return k, r
}
