package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/report"
)

var sumZone = time.FixedZone("CST", 8*3600)

// sumDay is the local day on which Day lies.
var sumDay = time.Date(2026, 3, 2, 0, 0, 0, 0, sumZone)

// settledCall writes a call with its end.
func settledCall(t *testing.T, s *store.Store, k store.Call, out store.Outcome, wait, talk time.Duration) {
	t.Helper()
	ok(t, s.Calls.Open(t.Context(), k))
	at := k.Times.Arrive
	k.Outcome, k.Times.Queue, k.Times.Closed = out, at, at.Add(wait+talk+time.Minute)
	if out.Disposition == store.DispositionHuman {
		k.Times.Answer, k.Times.Bridge, k.Times.Release, k.Times.WrapEnd = at.Add(wait), at.Add(wait), at.Add(wait+talk), at.Add(wait+talk+30*time.Second)
	}
	get(s.Calls.Save(t.Context(), k))(t)
}

func testSums(t *testing.T, s *store.Store) {
	human, queue := store.Outcome{Disposition: store.DispositionHuman, Rating: store.RatingGood}, store.Outcome{Disposition: store.DispositionAbandoned, Place: "queue"}
	for i, c := range []struct {
		day  int
		out  store.Outcome
		wait time.Duration
	}{{0, human, 15 * time.Second}, {0, human, 31 * time.Second}, {0, queue, 0}, {1, human, 120 * time.Second}, {1, store.Outcome{Disposition: store.DispositionAuto}, 0}, {2, human, 121 * time.Second}} {
		k := NewCall(i + c.day*86400)
		k.Agent, k.Subject = "8001", "养老保险"
		settledCall(t, s, k, c.out, c.wait, 3*time.Minute)
	}
	out := NewCall(9)
	out.Direction = store.Outbound
	settledCall(t, s, out, human, 0, time.Minute)
	ok(t, s.Calls.Open(t.Context(), NewCall(2*86400+60))) // still running on the third day
	ask := store.SumFilter{Span: store.Span{From: sumDay, To: sumDay.AddDate(0, 0, 3)}, Zone: sumZone, Face: store.FaceAgent, Now: sumDay.AddDate(0, 0, 4)}
	first, tally, err := s.Sums.Calls(t.Context(), ask)
	ok(t, err)
	want := report.Sums{
		Classes: report.Classes{Arrived: 7, Open: 1, Human: 4, Auto: 1, Queue: 1},
		Waits:   report.Waits{Queued: 6, In15: 1, In20: 1, Waited: 4, WaitMS: 287000, Wait30: 1, Wait120: 2, WaitMax: 121000},
		Work:    report.Work{TalkMS: 720000, Wraps: 4, WrapMS: 120000, Good: 4},
	}
	if got := total(first); got != want || tally != (report.Tally{Inbound: 7, Human: 4}) {
		t.Errorf("got %+v of %+v, want %+v", got, tally, want)
	}
	// What is kept of the first two days and what is added up anew must be the same, by every face.
	for _, face := range store.Faces {
		ask.Face = face
		kept, _, err := s.Sums.Calls(t.Context(), ask)
		ok(t, err)
		early := ask
		early.Now = sumDay // nothing is over yet: all is read from the log
		live, _, err := s.Sums.Calls(t.Context(), early)
		ok(t, err)
		if !reflect.DeepEqual(sorted(kept), sorted(live)) {
			t.Errorf("%s: kept %+v, live %+v", face, kept, live)
		}
		if total(kept) != want {
			t.Errorf("%s: %+v", face, total(kept))
		}
	}
	days, err := s.Sums.Settled(t.Context(), ask.Span, sumZone)
	ok(t, err)
	if len(days) != 2 || !days[0].Equal(sumDay) || !days[1].Equal(sumDay.AddDate(0, 0, 1)) {
		t.Errorf("days that are kept: %v", days) // on the third a call still runs
	}
	// A call that turns up later on a day that was kept counts as well.
	settledCall(t, s, NewCall(500), queue, 0, 0)
	again, tally, err := s.Sums.Calls(t.Context(), ask)
	ok(t, err)
	if got := total(again); got.Queue != 2 || got.Arrived != 8 || tally != (report.Tally{Inbound: 8, Human: 4}) {
		t.Errorf("a late call: %+v of %d", got, tally.Inbound)
	}
	testSumScope(t, s, ask)
	testDismissed(t, s)
}

// testDismissed counts by agent what ended in that way, in the span and district.
func testDismissed(t *testing.T, s *store.Store) {
	t.Helper()
	for i, agent := range []string{"8001", "8002", "8001"} {
		k := NewCall(700 + i)
		k.Agent = agent
		settledCall(t, s, k, store.Outcome{Disposition: store.DispositionHuman, ReleaseCause: "dismissed"}, time.Second, time.Minute)
	}
	f := store.TopicFilter{Span: store.Span{From: sumDay, To: sumDay.AddDate(0, 0, 1)}}
	got, err := s.Sums.Dismissed(t.Context(), f)
	ok(t, err)
	if !reflect.DeepEqual(got, map[string]int64{"8001": 2, "8002": 1}) {
		t.Errorf("dismissed %v", got)
	}
	elsewhere, before := f, f
	elsewhere.Districts, before.To, before.From = []string{"999999"}, sumDay, sumDay.AddDate(0, 0, -1)
	for _, f := range []store.TopicFilter{elsewhere, before} {
		if got, err := s.Sums.Dismissed(t.Context(), f); err != nil || len(got) != 0 {
			t.Errorf("%+v: %v %v", f, got, err)
		}
	}
}

// testSumScope: by day, and of one's own district only.
func testSumScope(t *testing.T, s *store.Store, ask store.SumFilter) {
	t.Helper()
	ask.Daily, ask.Districts = true, []string{"130100"}
	daily, tally, err := s.Sums.Calls(t.Context(), ask)
	ok(t, err)
	if d := daily[len(daily)-1].Day; !d.Equal(sumDay.AddDate(0, 0, 2)) || tally != (report.Tally{Inbound: 8, Human: 4}) {
		t.Errorf("day %s, %d calls", d, tally.Inbound)
	}
	ask.Districts = []string{"999999"}
	none, tally, err := s.Sums.Calls(t.Context(), ask)
	ok(t, err)
	if len(none) != 0 || tally != (report.Tally{}) {
		t.Errorf("another district sees %+v", none)
	}
	ask.Districts = []string{"130000"}
	province, tally, err := s.Sums.Calls(t.Context(), ask)
	ok(t, err)
	if len(province) != len(daily) || tally != (report.Tally{Inbound: 8, Human: 4}) {
		t.Errorf("the province sees %d rows of %d, %d calls", len(province), len(daily), tally.Inbound)
	}
	for _, hours := range []time.Duration{0, 1} { // of the third day, on which a call runs that came in after them
		part := ask
		part.From = sumDay.AddDate(0, 0, 2)
		part.To = part.From.Add(hours * time.Hour)
		_, _, err = s.Sums.Calls(t.Context(), part)
		ok(t, err)
		if days := get(s.Sums.Settled(t.Context(), ask.Span, sumZone))(t); len(days) != 2 {
			t.Errorf("after %d hours of a day on which a call runs there are kept: %v", hours, days)
		}
	}
	ask.Face = "none"
	_, _, err = s.Sums.Calls(t.Context(), ask)
	refused(t, err)
}

func refused(t *testing.T, err error) { t.Helper(); want(t, err, store.ErrInvalid) }

func total(rows []store.SumRow) (s report.Sums) {
	for _, r := range rows {
		s.Add(r.Sums)
	}
	return s
}

func sorted(rows []store.SumRow) []store.SumRow {
	slices.SortFunc(rows, func(a, b store.SumRow) int {
		return strings.Compare(a.District+a.A+"\x00"+a.B, b.District+b.A+"\x00"+b.B)
	})
	return rows
}

// testProofs counts by itself what testRecordSums wrote: four records of advice, one of them passed on, and a complaint that was
// voided; and papers, searches and scored calls beside them.
func testProofs(t *testing.T, s *store.Store, f store.TopicFilter) {
	t.Helper()
	ctx := t.Context()
	for i, state := range []string{"published", "published", "withdrawn", "sat"} {
		at := Day.Add(time.Duration(i) * time.Minute)
		ok(t, s.Exams.Create(ctx, store.Exam{ID: store.NewID(at), Agent: "8001", District: "130100", Title: "月考", State: state, Body: []byte("{}"), Created: at, Updated: at}))
		n := store.KBNote{ID: store.NewID(at), Kind: []string{store.KBNoteMiss, store.KBNoteOpened, "question"}[i%3], State: "open", District: "130100", Agent: "8001", Words: "农保", Created: at, Updated: at}
		ok(t, s.KBNotes.Add(ctx, n))
	}
	for i, c := range []struct {
		call, purpose, state string
		mark                 int
	}{
		{"c0", "sample", "drawn", -1}, {"c1", "sample", "published", 90}, {"c2", "sample", "settled", 81}, {"c3", "sample", "appealed", 70}, {"c4", "calibration", "published", 60},
		{"c5", "mystery", "published", 97}, {"c1", "sample", "published", 10}, {"c2", "sample", "drawn", -1}, {"c0", "sample", "drawn", -1}, {"c1", "calibration", "published", 20},
		{"c0", "sample", "published", 3},
	} {
		at := Day.Add(time.Duration(i) * time.Minute)
		ok(t, s.Sheets.Create(ctx, store.Sheet{ID: store.NewID(at), CallID: c.call, District: "130100", Purpose: c.purpose, State: c.state, Mark: c.mark, Body: []byte("{}"), Created: at, Updated: at}))
	}
	all, here, elsewhere, later := f, f, f, f
	here.Districts, elsewhere.Districts, later.From = []string{"130000"}, []string{"320000"}, f.To
	later.To = f.To.AddDate(0, 0, 1)
	advice, complaint := here, f
	advice.Kind, complaint.Kind = "consult", "complaint"
	over := []store.KindState{{Kind: "complaint", State: "voided"}, {Kind: "consult", State: "with_dept"}}
	for _, c := range []struct {
		f    store.TopicFilter
		want string
	}{
		{all, "4 3 {4 5} 3 map[published:2 sat:1 withdrawn:1] {4 3 174} {1 1 97}"}, {here, "4 3 {4 5} 3 map[published:2 sat:1 withdrawn:1] {4 3 174} {1 1 97}"}, {advice, "4 3 {4 5} 3 map[published:2 sat:1 withdrawn:1] {4 3 174} {1 1 97}"},
		{complaint, "0 3 {0 0} 3 map[published:2 sat:1 withdrawn:1] {4 3 174} {1 1 97}"}, {elsewhere, "0 0 {0 0} 0 map[] {0 0 0} {0 0 0}"}, {later, "0 3 {0 0} 0 map[] {0 0 0} {0 0 0}"},
	} {
		got := fmt.Sprint(get(s.Proofs.Records(ctx, c.f))(t), get(s.Proofs.Standing(ctx, c.f, over))(t), get(s.Proofs.Cited(ctx, c.f))(t), get(s.Proofs.Searches(ctx, c.f))(t), get(s.Proofs.Papers(ctx, c.f))(t),
			get(s.Proofs.Sheets(ctx, c.f, "sample"))(t), get(s.Proofs.Sheets(ctx, c.f, "mystery"))(t))
		if got != c.want {
			t.Errorf("%+v: %s, want %s", c.f, got, c.want)
		}
	}
	if n := get(s.Proofs.Standing(ctx, f, nil))(t); n != 5 {
		t.Errorf("where nothing is over %d stand", n)
	}
}

func testFiled(t *testing.T, s *store.Store) {
	for from, want := range map[time.Time]store.FiledRow{sumDay: {All: 4, Passed: 1}, sumDay.AddDate(0, 0, 1): {}} { // the voided one is none
		all := store.FiledRow{}
		for _, n := range get(s.Filed.Since(t.Context(), from))(t) {
			all.All, all.Passed = all.All+n.All, all.Passed+n.Passed
		}
		if all != want {
			t.Errorf("since %s were filed %+v, want %+v", from, all, want)
		}
	}
}

func testRecordSums(t *testing.T, s *store.Store) {
	ctx := t.Context()
	for i := range 5 {
		r := NewRecord(i)
		r.Body.Fields = []byte(fmt.Sprintf(`{"topic":"细目%d"}`, i%2))
		if i == 3 {
			r.Status.State, r.Status.Passed = "with_dept", Day.Add(time.Minute)
			r.Dues = []store.Due{{Name: "reply", At: Day.Add(time.Hour)}}
		}
		if i == 0 { // a name that looks like a key is none
			r.Body.Articles = append(r.Body.Articles, store.ArticleRef{ID: `"id":"x"`, Version: `"id":`})
		}
		if i == 4 {
			r.Kind, r.Body.Articles, r.Status.State = "complaint", nil, "voided"
		}
		get(s.Records.Create(ctx, r, By(i, "create")))(t)
	}
	f := store.TopicFilter{Span: store.Span{From: sumDay, To: sumDay.AddDate(0, 0, 1)}, Now: Day.Add(time.Hour)}
	topics := get(s.Counts.Topics(ctx, f))(t)
	slices.SortFunc(topics, func(a, b store.TopicRow) int { return strings.Compare(a.Topic, b.Topic) })
	if want := []store.TopicRow{{Kind: "consult", Subject: "养老保险", Topic: "细目0", Count: 2}, {Kind: "consult", Subject: "养老保险", Topic: "细目1", Count: 2}}; !slices.Equal(topics, want) {
		t.Errorf("topics %+v", topics)
	}
	if sets := get(s.Counts.Articles(ctx, f))(t); len(sets) != 2 || sets[0].Count+sets[1].Count != 4 || sets[0].Articles[0].ID != "pension-years" {
		t.Errorf("articles %+v", sets)
	}
	open := []store.KindState{{Kind: "consult", State: "open"}}
	if dues := get(s.Counts.Dues(ctx, f, open))(t); len(dues) != 4 {
		t.Errorf("three stand open and one has a deadline: %+v", dues)
	}
	if n := get(s.Counts.Orders(ctx, f))(t); n["8001"] != 5 {
		t.Errorf("orders %v", n)
	}
	testFiled(t, s)
	testProofs(t, s, f)
	for i, state := range []string{"ready", "talking", "ready"} {
		at := Day.Add(time.Duration(i) * time.Minute)
		ok(t, s.States.Append(ctx, store.State{ID: store.NewID(at), Agent: "8001", District: "130100", State: state, From: at}))
	}
	got := get(s.Sums.Presence(ctx, f))(t)
	slices.SortFunc(got, func(a, b store.PresenceRow) int { return strings.Compare(a.State, b.State) })
	if want := []store.PresenceRow{
		{Agent: "8001", District: "130100", State: "ready", MS: 59 * 60_000, Times: 2}, {Agent: "8001", District: "130100", State: "talking", MS: 60_000, Times: 1},
	}; !slices.Equal(got, want) {
		t.Errorf("presence %+v", got)
	}
}

// testWeeks counts equal texts over spans that begin and end within the weeks of the store, and on their borders.
func testWeeks(t *testing.T, s *store.Store) {
	ctx := t.Context()
	const long = 7 * 24 * time.Hour
	border := Day.Truncate(time.Microsecond).Add(-time.Duration(Day.UnixMicro()%long.Microseconds()) * time.Microsecond)
	for i, after := range []time.Duration{-time.Microsecond, 0, time.Hour, long - time.Microsecond, long, 3 * long} {
		at := border.Add(after)
		r := NewRecord(i)
		r.ID, r.Created, r.Updated = store.NewID(at), at, at
		get(s.Records.Create(ctx, r, store.Change{At: at, By: "8001", Action: "create"}))(t)
		n := store.KBNote{ID: store.NewID(at), Kind: []string{"miss", "opened"}[i%2], State: "open", Words: "扣卡", District: "130100", Agent: "8001", Created: at, Updated: at, Version: 1}
		ok(t, s.KBNotes.Add(ctx, n))
	}
	for _, c := range []struct {
		from, to time.Duration
		want     int64
	}{{-long, 4 * long, 6}, {0, long, 3}, {-time.Hour, time.Hour, 2}, {time.Hour, long + 1, 2}, {time.Hour, long + time.Hour, 3}, {long, 3 * long, 1}, {long + time.Hour, 2 * long, 0}} {
		f := store.TopicFilter{Span: store.Span{From: border.Add(c.from), To: border.Add(c.to)}, Districts: []string{"130100"}}
		sets, words := get(s.Counts.Articles(ctx, f))(t), get(s.Counts.Searches(ctx, f))(t)
		cited, asked := get(s.Proofs.Cited(ctx, f))(t), get(s.Proofs.Searches(ctx, f))(t)
		var got [2]int64
		for _, set := range sets {
			got[0] += set.Count
		}
		for _, w := range words {
			got[1] += w.Missed + w.Opened
		}
		if want := [2]int64{c.want, c.want}; got != want || cited.Records != c.want || asked != c.want || len(sets) > 1 || len(words) > 1 {
			t.Errorf("from %s to %s: %+v %+v, by themselves %d and %d, want %d", c.from, c.to, sets, words, cited.Records, asked, c.want)
		}
	}
}
