package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/report"
)

// question is a call about something, made by hand: on which day, by whom, about what, and what came of it.
type question struct {
	day      float64
	who      string // last digits of the number, empty: withheld
	subject  string // of the record; empty: nobody wrote one
	chosen   string // in the menu
	agent    string
	after    time.Duration // of the call its record was written; 0: two minutes
	how      func(*store.Record)
	put      bool // through to somebody outside, and the agent left
	together bool // with somebody outside and the agent to the end
}

// ask writes a question into the store.
func ask(t *testing.T, s *store.Store, n int, q question) {
	t.Helper()
	ctx := t.Context()
	k := NewCall(0)
	at := sumDay.Add(time.Duration(q.day*24*float64(time.Hour)) + time.Duration(n)*time.Second).UTC()
	k.ID, k.Times.Arrive, k.Agent, k.Subject = store.NewID(at), at, q.agent, q.chosen
	if q.who != "" {
		k.Caller = Phone(t, "1390000"+q.who)
	}
	ok(t, s.Calls.Open(ctx, k))
	end := at.Add(61 * time.Second)
	for _, l := range []store.Leg{{ID: k.ID + "a", Role: "agent", Agent: "8001", To: end}, {ID: k.ID + "o", Role: "target", To: end}} {
		if l.Role == "target" && !q.put && !q.together {
			continue
		}
		if l.Role == "agent" && q.put {
			l.To = end.Add(-30 * time.Second)
		}
		l.CallID, l.From, l.District, l.Outcome = k.ID, at, k.District, "done"
		to := l.To
		l.To = time.Time{}
		ok(t, s.Legs.Add(ctx, l))
		ok(t, s.Legs.End(ctx, l.ID, to, "done"))
	}
	k.Outcome, k.Times.Release, k.Times.Closed = store.Outcome{Disposition: store.DispositionHuman}, end, end.Add(time.Minute)
	if q.agent == "" {
		k.Outcome = store.Outcome{Disposition: store.DispositionAbandoned, Place: "queue"}
	}
	get(s.Calls.Save(ctx, k))(t)
	if q.subject == "" {
		return
	}
	r := NewRecord(n)
	written := at.Add(cmp.Or(q.after, 2*time.Minute))
	r.ID, r.Created, r.Updated, r.Calls, r.Party.Phone = store.NewID(written), written, written, []string{k.ID}, k.Caller
	r.Subject, r.Agent, r.Status.State = q.subject, q.agent, "answered"
	if q.how != nil {
		q.how(&r)
	}
	get(s.Records.Create(ctx, r, By(n, "create")))(t)
}

// pension and jobless are what the callers ask about.
const pension, jobless = "养老保险", "失业保险"

// askAll writes the questions, each of which shows one thing.
func askAll(t *testing.T, s *store.Store) {
	t.Helper()
	passed := func(r *store.Record) {
		r.Status.State, r.Dues = "closed", []store.Due{{Name: "reply_call", At: r.Created.Add(72 * time.Hour)}}
	}
	kind := func(k string) func(*store.Record) { return func(r *store.Record) { r.Kind = k } }
	state := func(st string) func(*store.Record) { return func(r *store.Record) { r.Status.State = st } }
	for n, q := range []question{
		{day: 0, who: "0001", subject: pension, agent: "8001"},                                                           // once: never again
		{day: 0, who: "0002", subject: pension, agent: "8001"}, {day: 6.9, who: "0002", subject: pension, agent: "8002"}, // again, then a repeat
		{day: 0, who: "0003", subject: pension, agent: "8001"}, {day: 7.1, who: "0003", subject: pension, agent: "8002"}, // once: later is another matter; once
		{day: 0, who: "0004", subject: pension, agent: "8001"}, {day: 1, who: "0004", subject: jobless, agent: "8001", chosen: pension}, // once, and of another subject: the record says which
		{day: 0, who: "0005", subject: pension, agent: "8001"}, {day: 2, who: "0005", chosen: pension}, // again: in vain, but they called
		{day: 0, who: "0006", subject: pension, agent: "8001", how: passed},
		{day: 0, who: "0007", subject: pension, agent: "8001", put: true}, // passed on by telephone
		{day: 0, who: "0008", subject: pension, agent: "8001", together: true},
		{day: 0, who: "0009", subject: pension, agent: "8001", how: state("open")},
		{day: 0, who: "0010", subject: pension, agent: "8001", how: state("voided")},                                                           // counts nowhere
		{day: 0, who: "0011", subject: pension, agent: "8001", how: kind("complaint")},                                                         // no advice …
		{day: 0, subject: pension, agent: "8001"},                                                                                              // unknown
		{day: 0, who: "0012", subject: pension, agent: "8001"}, {day: 3, who: "0012", subject: pension, agent: "8002", how: kind("complaint")}, // again: it came to a complaint
		{day: 9, who: "0013", subject: jobless, agent: "8002"}, // too young on the twelfth day
	} {
		ask(t, s, n, q)
	}
}

// askLate writes questions whose records were written the day after.
func askLate(t *testing.T, s *store.Store) {
	t.Helper()
	ask(t, s, 101, question{day: 0, who: "0015", subject: pension, agent: "8001", after: 26 * time.Hour})
	ask(t, s, 102, question{day: 4, who: "0016", subject: pension, agent: "8001", after: 26 * time.Hour})
	ask(t, s, 103, question{day: 7.2, who: "0017", subject: pension, agent: "8001", after: 26 * time.Hour})
}

// testFirst judges calls made by hand.
func testFirst(t *testing.T, s *store.Store) {
	askAll(t, s)
	f := store.FirstFilter{Span: store.Span{From: sumDay, To: sumDay.AddDate(0, 0, 10)}, Zone: sumZone, Days: 7, Daily: true, Now: sumDay.AddDate(0, 0, 11).Add(2 * time.Hour)}
	sum := func(f store.FirstFilter, keep func(*store.FirstRow) bool) (out report.First) {
		t.Helper()
		for _, r := range get(s.Sums.First(t.Context(), f))(t) {
			if keep(&r) {
				out.Add(r.First)
			}
		}
		return out
	}
	all := func(*store.FirstRow) bool { return true }
	on := func(day int) func(*store.FirstRow) bool {
		return func(r *store.FirstRow) bool { return r.Day.Equal(sumDay.AddDate(0, 0, day)) }
	}
	same := func(what string, got, want report.First) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
	}
	// The first day is over by seven days: 12 records of advice. The second with its one as well; the rest is young.
	day0 := report.First{Asked: 11, Unknown: 1, Once: 4, Again: 3, Passed: 2, Waiting: 1}
	for range 2 { // judged, then as kept
		same("the first day", sum(f, on(0)), day0)
		same("the second day", sum(f, on(1)), report.First{Asked: 1, Once: 1})
		same("the seventh day", sum(f, on(6)), report.First{Asked: 1, Young: 1})
		same("the tenth day", sum(f, on(9)), report.First{Asked: 1, Young: 1})
	}
	late := f
	late.Now = sumDay.AddDate(0, 0, 30)
	same("the seventh day later", sum(late, on(6)), report.First{Asked: 1, Repeated: 1})
	same("the eighth day later", sum(late, on(7)), report.First{Asked: 1, Once: 1})
	shorter := late
	shorter.Days = 6
	same("the first day by six days", sum(shorter, on(0)), report.First{Asked: 11, Unknown: 1, Once: 5, Again: 2, Passed: 2, Waiting: 1})
	late.Daily = false
	rows := get(s.Sums.First(t.Context(), late))(t)
	slices.SortFunc(rows, func(a, b store.FirstRow) int { return strings.Compare(a.Agent+a.Subject, b.Agent+b.Subject) })
	if len(rows) != 4 || rows[1].Agent != "8001" || rows[1].Subject != jobless || rows[1].First != (report.First{Asked: 1, Once: 1}) || !rows[1].Day.IsZero() {
		t.Errorf("by agent and subject: %+v", rows)
	}
	late.Districts = []string{"999999"}
	same("another district", sum(late, all), report.First{})
	late.Districts = []string{"130000"}
	same("the province", sum(late, all), report.First{Asked: 15, Unknown: 1, Once: 7, Again: 3, Passed: 2, Waiting: 1, Repeated: 1})
	// A record that turns up on a day that was judged has it judged again.
	ask(t, s, 100, question{day: 0, who: "0014", subject: pension, agent: "8001"})
	same("with a late record", sum(late, all), report.First{Asked: 16, Unknown: 1, Once: 8, Again: 3, Passed: 2, Waiting: 1, Repeated: 1})
	// One that is written the day after belongs to the day of its call, even where that has no other.
	askLate(t, s)
	late.Daily = true
	for range 2 {
		same("the first day with two late records", sum(late, on(0)), report.First{Asked: 13, Unknown: 1, Once: 6, Again: 3, Passed: 2, Waiting: 1})
		same("a day whose only record is late", sum(late, on(4)), report.First{Asked: 1, Once: 1})
		same("a day with one of its own and a late one", sum(late, on(7)), report.First{Asked: 2, Once: 2})
		same("with all late records", sum(late, all), report.First{Asked: 19, Unknown: 1, Once: 11, Again: 3, Passed: 2, Waiting: 1, Repeated: 1})
	}
	_, err := s.Sums.First(t.Context(), store.FirstFilter{Span: f.Span})
	refused(t, err)
}

// testFirstChanged: what a record becomes after its day was judged, and a call that is written after its record or with it,
// have the day judged again.
func testFirstChanged(t *testing.T, s *store.Store) {
	ctx := t.Context()
	for n, who := range []string{"0001", "0002", "0003"} {
		ask(t, s, n, question{who: who, subject: pension, agent: "8001"})
	}
	f := store.FirstFilter{Span: store.Span{From: sumDay, To: sumDay.AddDate(0, 0, 1)}, Zone: sumZone, Days: 7, Now: sumDay.AddDate(0, 0, 30)}
	same := func(what string, once int64) {
		t.Helper()
		var got report.First
		for _, r := range get(s.Sums.First(ctx, f))(t) {
			got.Add(r.First)
		}
		if want := (report.First{Asked: once, Once: once}); got != want {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
	}
	same("three questions", 3)
	list, _, err := s.Records.List(ctx, store.RecordFilter{})
	ok(t, err)
	change := func(n int, to func(*store.Record)) {
		t.Helper()
		to(&list[n])
		list[n] = get(s.Records.Update(ctx, list[n], By(n, "edit")))(t)
	}
	change(0, func(r *store.Record) { r.Kind = "complaint" })
	same("one of which was a complaint", 2)
	change(1, func(r *store.Record) { r.Status.State = "voided" })
	same("and one by mistake", 1)
	change(0, func(r *store.Record) { r.Kind = "consult" })
	same("or not", 2)
	for n, direction := range []string{store.Inbound, store.Outbound} {
		k := NewCall(100 + n)
		k.Times.Arrive, k.Direction, k.Agent = sumDay.Add(time.Duration(n+1)*time.Hour).UTC(), direction, "8001"
		k.Caller = Phone(t, fmt.Sprint("1390000010", n))
		r := NewRecord(100 + n)
		r.Calls, r.Status.State = []string{k.ID}, "answered"
		get(s.Records.Create(ctx, r, By(n, "create")))(t)
		same("a record whose call is not there", int64(2+n))
		ok(t, s.Calls.Open(ctx, k))
		same("one whose call came in later, and one whose call went out", 3)
	}
	const together = 30
	for n := range together { // a call and its record that are written in the same moment, whichever is first
		k := NewCall(200 + n)
		k.Times.Arrive, k.Agent = sumDay.Add(time.Duration(n+10)*time.Minute).UTC(), "8001"
		k.Caller = Phone(t, fmt.Sprint("139000002", 10+n))
		r := NewRecord(200 + n)
		r.Calls, r.Status.State = []string{k.ID}, "answered"
		opened := make(chan error, 1)
		go func() { opened <- s.Calls.Open(ctx, k) }()
		get(s.Records.Create(ctx, r, By(n, "create")))(t)
		ok(t, <-opened)
		k.Version, k.Outcome = 1, store.Outcome{Disposition: store.DispositionHuman}
		k.Times.Release, k.Times.Closed = k.Times.Arrive.Add(time.Minute), k.Times.Arrive.Add(2*time.Minute)
		get(s.Calls.Save(ctx, k))(t)
	}
	same("and those that were written with their calls", 3+together)
}
