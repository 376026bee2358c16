package quality

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"zuoxi/hub/store"
	"zuoxi/hub/store/sqlite"
	"zuoxi/media/g711"
	"zuoxi/rules/deadline"
	"zuoxi/rules/mask"
	rules "zuoxi/rules/quality"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var zone = time.FixedZone("CST", 8*3600)

// tapes give the same talk for every recording: the agent speaks at 1 s, the caller at 6 s, then silence.
type tapes struct {
	caller, rest []byte
	heard        int
}

func (t *tapes) Channels(context.Context, string) (caller, rest []byte, err error) {
	t.heard++
	return t.caller, t.rest, nil
}

func newTapes(t *testing.T) *tapes {
	t.Helper()
	voice := clips(t)[0]
	pcm := [2][]int16{make([]int16, 40*Rate), make([]int16, 40*Rate)}
	copy(pcm[1][3*Rate:], voice) // 2 s before the bridge, then 1 s
	copy(pcm[0][8*Rate:], voice)
	copy(pcm[1][25*Rate:], voice)
	out := &tapes{caller: make([]byte, 40*Rate), rest: make([]byte, 40*Rate)}
	g711.EncodeALaw(out.caller, pcm[0])
	g711.EncodeALaw(out.rest, pcm[1])
	return out
}

type desk struct {
	*Office
	t     *testing.T
	now   time.Time
	tapes *tapes
}

// newDesk is an office over five calls of one agent and two of another.
func newDesk(t *testing.T) *desk {
	t.Helper()
	db, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	d := &desk{t: t, now: time.Date(2026, 10, 8, 9, 0, 0, 0, zone), tapes: newTapes(t)} // a working day
	d.Office = New(Config{DB: db, Sounds: d.tapes, Zone: zone, Calendar: deadline.Builtin(), Now: func() time.Time { return d.now }})
	for i, no := range []string{"8001", "8001", "8001", "8001", "8001", "8002", "8002"} {
		d.call(fmt.Sprintf("call%d", i), no, time.Date(2026, 10, 1, 9, i, 0, 0, zone))
	}
	return d
}

// call is a call that arrives at a moment, is over a minute later and is recorded.
func (d *desk) call(id, agent string, at time.Time) {
	d.t.Helper()
	at = at.UTC()
	c := store.Call{ID: id, Direction: store.Inbound, District: "320102", Agent: agent, Times: store.CallTimes{Arrive: at}, Version: 1}
	d.must(d.DB.Calls.Open(d.t.Context(), c))
	c.Outcome = store.Outcome{Disposition: store.DispositionHuman, ReleaseBy: "caller"}
	c.Times.Bridge, c.Times.Release, c.Times.Closed = at.Add(12*time.Second), at.Add(50*time.Second), at.Add(60*time.Second)
	_, err := d.DB.Calls.Save(d.t.Context(), c)
	d.must(err)
	r := store.Recording{ID: "rec" + c.ID, CallID: c.ID, District: c.District, Path: "x", Start: at.Add(10 * time.Second), End: at.Add(50 * time.Second), Samples: 40 * Rate, Version: 1}
	d.must(d.DB.Recordings.Start(d.t.Context(), r))
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) refused(err error) {
	d.t.Helper()
	var no *Refusal
	if !errors.As(err, &no) || strings.Count(no.Text, " · ") != 2 {
		d.t.Fatalf("not refused in three parts: %v", err)
	}
}

// full gives every item its points, less what is named.
func full(less map[string]int) map[string]int {
	out := map[string]int{}
	for _, it := range rules.Ministry2015().Items {
		out[it.ID] = it.Points - less[it.ID]
	}
	return out
}

func (d *desk) drawn(each int) []rules.Row {
	d.t.Helper()
	s, err := d.Draw(d.t.Context(), "1007", Drawing{From: "2026-10-01", To: "2026-10-01", Each: each})
	d.must(err)
	return s.Rows
}

func TestDraw(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	rows := d.drawn(2)
	if len(rows) != 4 {
		t.Fatalf("drawn %+v", rows)
	}
	for _, r := range rows {
		again, err := d.CheckDraw(t.Context(), r.ID)
		if err != nil || again["same"] != true {
			t.Errorf("%s: %v %v", r.ID, again, err)
		}
	}
	own, err := d.Draw(t.Context(), "8001", Drawing{From: "2026-10-01", To: "2026-10-01", Each: 1})
	if err != nil || len(own.Rows) != 1 || own.Rows[0].Agent != "8002" {
		t.Errorf("8001 draws %+v %v", own, err)
	}
	for _, in := range []Drawing{{From: "x", To: "y", Each: 1}, {From: "2026-10-01", To: "2026-10-01"}, {From: "2026-09-01", To: "2026-09-01", Each: 1}} {
		_, err := d.Draw(t.Context(), "1007", in)
		d.refused(err)
	}
	mine, err := d.List(t.Context(), "8002", store.SheetFilter{Agent: "8002"})
	if err != nil || len(mine.Rows) != 0 || mine.More("") != 0 {
		t.Errorf("8002 learns that a call was drawn: %+v %v", mine, err)
	}
}

// TestDrawOfToday: the usual draw is of today, and today goes on: what was not over when it was drawn is nothing that it left
// out.
func TestDrawOfToday(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for i := range 3 {
		d.call(fmt.Sprintf("before%d", i), "8001", d.now.Add(time.Duration(i-5)*time.Minute))
	}
	s, err := d.Draw(t.Context(), "1007", Drawing{Each: 1})
	d.must(err)
	d.call("written", "8001", d.now.Add(-65*time.Second)) // over 5 s ago, its log was still being written
	d.call("talking", "8001", d.now.Add(-30*time.Second)) // over half a minute later
	d.now = d.now.Add(time.Hour)
	for i := range 20 {
		d.call(fmt.Sprintf("after%d", i), "8001", d.now.Add(time.Duration(i-30)*time.Minute))
	}
	again, err := d.CheckDraw(t.Context(), s.Rows[0].ID)
	if err != nil || again["same"] != true || again["now"] != 3 {
		t.Errorf("an honest draw is accused: %v %v", again, err)
	}
}

// TestDrawnOnce: no call is laid out twice, what nobody can hear is no choice, a sample that comes out smaller says so, and every
// draw can still be done again, also one from before calls were left out.
func TestDrawnOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	silent, err := d.DB.Recordings.Get(t.Context(), "reccall6")
	d.must(err)
	silent.Purged = d.now.Add(-time.Hour)
	_, err = d.DB.Recordings.Save(t.Context(), silent)
	d.must(err)
	in := Drawing{From: "2026-10-01", To: "2026-10-01", Each: 2}
	seen := map[string]bool{}
	var drawn []rules.Row
	for _, want := range []string{
		"应抽 4 通、抽到 3 通：可抽的通话不够，以前抽过的 0 通、没有录音的 1 通不在内", "应抽 4 通、抽到 2 通：可抽的通话不够，以前抽过的 3 通、没有录音的 1 通不在内",
		"应抽 4 通、抽到 1 通：可抽的通话不够，以前抽过的 5 通、没有录音的 1 通不在内",
	} {
		d.now = d.now.Add(time.Minute)
		s, err := d.Draw(t.Context(), "1007", in)
		d.must(err)
		if got := s.Line(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		for _, r := range s.Rows {
			if seen[r.Call] || r.Call == "call6" {
				t.Errorf("%s is laid out", r.Call)
			}
			seen[r.Call] = true
		}
		drawn = append(drawn, s.Rows...)
	}
	d.now = d.now.Add(time.Minute)
	_, err = d.Draw(t.Context(), "1007", in)
	d.refused(err)
	was, b, err := d.load(t.Context(), drawn[0].ID)
	d.must(err)
	all, _, err := d.anything(t.Context(), was.Agent, b.Draw.From, b.Draw.To, b.Draw.At)
	d.must(err)
	b.Draw.Left, b.Draw.Population, b.Draw.N = nil, rules.Population(slices.Collect(maps.Keys(all))), len(all)
	d.must(d.keep(t.Context(), was, b))
	for _, r := range drawn {
		if again, err := d.CheckDraw(t.Context(), r.ID); err != nil || again["same"] != true {
			t.Errorf("an honest draw of %s is accused: %v %v", r.Call, again, err)
		}
	}
}

// stuck is a log of calls on a disk that does not answer.
type stuck struct {
	store.Calls
	asked, answer chan struct{}
}

func (s stuck) List(ctx context.Context, f store.CallFilter) ([]store.Call, string, error) {
	close(s.asked)
	<-s.answer
	return s.Calls.List(ctx, f)
}

// TestDrawWaitsAsLongAsItsAsker: while a draw does not get on, another one is told so when its time is up. It held its seat's slow
// work, and with it the seat's records, until the first came to an end.
func TestDrawWaitsAsLongAsItsAsker(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	disk := stuck{d.DB.Calls, make(chan struct{}), make(chan struct{})}
	d.DB.Calls = disk
	in := Drawing{From: "2026-10-01", To: "2026-10-01", Each: 1, Agents: []string{"8001"}}
	first := make(chan error)
	go func() {
		_, err := d.Draw(t.Context(), "1007", in)
		first <- err
	}()
	<-disk.asked
	over, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := d.Draw(over, "1008", in)
	d.refused(err)
	close(disk.answer)
	d.must(<-first)
}

// TestWorkIsListedFirst: what waits for somebody is not pushed off by what was drawn or scored since, and the rest is counted and
// can be reached.
func TestWorkIsListedFirst(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first := d.drawn(2) // of each of two agents
	for i, state := range []string{rules.StateDrawn, rules.StateAppealed, rules.StateSecond, rules.StatePublished} {
		s, err := d.DB.Sheets.Get(t.Context(), first[i].ID)
		d.must(err)
		s.State = state
		_, err = d.DB.Sheets.Update(t.Context(), s)
		d.must(err)
	}
	_, err := d.Calibrate(t.Context(), Calibration{Calls: []string{"call0"}, Scorers: []string{"1008"}, Expert: "1009"})
	d.must(err) // nobody else's to know
	var got []string
	f := store.SheetFilter{Page: store.Page{Limit: 2}}
	for {
		l, err := d.List(t.Context(), "1007", f)
		d.must(err)
		if todo, done := l.Scored(); todo != 3 || done != 1 || len(l.Rows) > 2 {
			t.Errorf("%d to do, %d done: %+v", todo, done, l)
		}
		for _, r := range l.Rows {
			got = append(got, r.State)
		}
		if f.After = l.Next; l.Next == "" {
			break
		}
	}
	if want := []string{rules.StateAppealed, rules.StateSecond, rules.StateDrawn, rules.StatePublished}; !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	l, err := d.List(t.Context(), "1007", store.SheetFilter{Page: store.Page{Limit: 1}, State: rules.StateDrawn})
	if err != nil || len(l.Rows) != 1 || l.More(rules.StateDrawn) != 0 || l.More("") != 3 {
		t.Errorf("%+v %v", l, err)
	}
}

// TestMachineProposes: the machine hears the talk and proposes; the total is a person's, after every item.
func TestMachineProposes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.drawn(1)[0].ID
	s, err := d.Show(t.Context(), id, "1007")
	d.must(err)
	if s.Mark != -1 || s.Result != nil || len(s.Open) != 25 || len(s.Caps) != 1 || !strings.Contains(s.Caps[0], "3+4+4=11") {
		t.Fatalf("%+v", s)
	}
	proposed := map[string]rules.ItemView{}
	for _, it := range s.Items {
		proposed[it.ID] = it
	}
	if p := proposed["A1a"]; p.Proposed != 2 || !strings.Contains(p.Why, "请听是否报了工号") {
		t.Errorf("opening %+v", p)
	}
	if p := proposed["B6"]; p.Proposed != 3 { // before the agent's second turn and after it
		t.Errorf("dead air %+v", p)
	}
	if p := proposed["A1b"]; p.Proposed != 3 {
		t.Errorf("release %+v", p)
	}
	if len(s.Marks) != 3 || s.Marks[0].Kind != "opening" || s.Marks[0].AtMS < 2800 || s.Marks[0].AtMS > 3200 {
		t.Errorf("marks %+v", s.Marks)
	}
	_, err = d.Score(t.Context(), "1007", Score{ID: id, Accept: true, Submit: true})
	d.refused(err)
	_, err = d.Score(t.Context(), "8001", Score{ID: id, Items: full(nil)})
	if s.Agent == "8001" {
		d.refused(err)
	}
	for _, wrong := range []map[string]int{{"A2": 6}, {"A3": 4}, {"none": 1}, {"A2": -1}} {
		_, err := d.Score(t.Context(), "1007", Score{ID: id, Items: wrong})
		d.refused(err)
	}
	s, err = d.Score(t.Context(), "1007", Score{ID: id, Items: full(map[string]int{"C2": 3}), Submit: true})
	d.must(err)
	if s.State != rules.StatePublished || s.Mark != 97 || s.Result.Points != 97 || s.Result.Of != 100 {
		t.Errorf("%+v %+v", s.Row, s.Result)
	}
	if d.tapes.heard != 1 {
		t.Errorf("the machine listened %d times", d.tapes.heard)
	}
	_, err = d.Score(t.Context(), "1007", Score{ID: id, Items: full(nil)})
	d.refused(err)
}

// TestMarkIsRoundedOnce: 96 of the 97 points that count are 98.97 of 100, which is 99.
func TestMarkIsRoundedOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	items := full(map[string]int{"A2": 1})
	delete(items, "A1b")
	s, err := d.Score(t.Context(), "1007", Score{ID: d.drawn(1)[0].ID, Items: items, Excluded: []string{"A1b"}, Submit: true})
	d.must(err)
	if s.Mark != 99 || s.Result.Points != 96 || s.Result.Of != 97 {
		t.Errorf("%d of %+v", s.Mark, s.Result)
	}
}

// proposes tells whether a sheet shows what the machine thinks.
func proposes(s rules.Work) bool {
	for _, it := range s.Items {
		if it.Proposed >= 0 {
			return true
		}
	}
	return false
}

func TestCalibration(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	rows, err := d.Calibrate(t.Context(), Calibration{Calls: []string{"call0", "call5"}, Scorers: []string{"1008", "1007", "1009"}, Expert: "1007"})
	d.must(err)
	for _, r := range rows {
		less := map[string]map[string]int{"1007": {"C2": 2}, "1008": {"C2": 4}, "1009": {"A2": 1}}[r.Scorer]
		other := map[string]string{"1007": "1008", "1008": "1009", "1009": "1008"}[r.Scorer]
		_, err := d.Show(t.Context(), r.ID, other)
		d.refused(err)
		_, err = d.Score(t.Context(), other, Score{ID: r.ID, Items: full(nil)})
		d.refused(err)
		_, err = d.Score(t.Context(), r.Scorer, Score{ID: r.ID, Items: full(less), Submit: true})
		d.must(err)
	}
	private(t, d, rows)
	got, err := d.Deviations(t.Context(), time.Time{}, time.Time{})
	if want := "[{1008 2 -2.0 2.0 [C2]} {1009 2 +1.0 1.0 [A2 C2]}]"; err != nil || fmt.Sprint(got) != want {
		t.Errorf("%v %v, want %s", got, err, want)
	}
}

// private looks at who learns of calibrations: the own ones, all of them the expert, and never the agent, who cannot object.
func private(t *testing.T, d *desk, rows []rules.Row) {
	t.Helper()
	for who, want := range map[string]int{"1007": len(rows), "1008": 2, "1010": 0, "8001": 0, "8002": 0} {
		list, err := d.List(t.Context(), who, store.SheetFilter{})
		if err != nil || len(list.Rows) != want || list.More("") != 0 {
			t.Errorf("%s learns of %d calibrations and %d more, not of %d: %v", who, len(list.Rows), list.More(""), want, err)
		}
	}
	for _, r := range rows {
		if err := d.Object(t.Context(), r.Agent, r.ID, "不服"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an appeal against a calibration: %v", err)
		}
		d.refused(d.Second(t.Context(), "1010", r.ID, "评得不对"))
	}
	own, err := d.Calibrate(t.Context(), Calibration{Calls: []string{"call1"}, Scorers: []string{"1008"}, Expert: "8001"})
	d.must(err)
	_, err = d.Show(t.Context(), own[0].ID, "8001")
	d.refused(err) // an expert in everything but the own call
}

// TestModelCall: a call put forward for training names nobody.
func TestModelCall(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.drawn(1)[0]
	bad, good := "电话 13900000042 的来电", "失业金领取条件讲得清楚"
	_, err := d.Score(t.Context(), "1007", Score{ID: r.ID, Items: full(nil), Verdict: rules.VerdictModel, Note: &bad, Submit: true})
	d.refused(err)
	_, err = d.Score(t.Context(), "1007", Score{ID: r.ID, Items: full(nil), Verdict: rules.VerdictModel, Note: &good, Mark: &rules.Note{AtMS: 3500, Text: "开场，来电 13900000042"}, Submit: true})
	d.must(err)
	list, err := d.Examples(t.Context())
	hears(t, d, r)
	if err != nil || len(list) != 1 || list[0].Title != good || !strings.HasPrefix(list[0].Notes[0], "0:03 开场") || strings.Contains(list[0].Notes[0], "13900000042") || strings.Contains(fmt.Sprint(list), r.Agent) {
		t.Errorf("%+v %v", list, err)
	}
}

// hears looks at what of a model call is not to be heard: the agent's introduction, and what the scorer marked to be hidden.
func hears(t *testing.T, d *desk, r rules.Row) {
	t.Helper()
	if _, _, _, err := d.Example(t.Context(), d.drawn(2)[3].ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a call that nobody put forward: %v", err)
	}
	tape, hide, places, err := d.Example(t.Context(), r.ID)
	d.must(err)
	if tape != "rec"+r.Call || len(hide) != 1 || hide[0] != (mask.Span{To: 10 * time.Second}) {
		t.Errorf("%s, hidden %v", tape, hide)
	}
	for _, p := range places {
		if p.By != "" || strings.Contains(p.Text, "13900000042") {
			t.Errorf("%+v", p)
		}
	}
}

// TestHiddenByTheScorer: a mark hides the seconds that it names.
func TestHiddenByTheScorer(t *testing.T) {
	t.Parallel()
	b := body{Marks: []rules.Note{{AtMS: 500, Text: "遮蔽"}, {AtMS: 20000, Text: "遮蔽 4 说了姓名"}, {AtMS: 30000, Text: "这里讲得好"}}}
	want := []mask.Span{{To: 10500 * time.Millisecond}, {From: 19 * time.Second, To: 24 * time.Second}}
	if got := b.hidden(); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

// TestMysteryRelease: who called notes who hung up. Of another centre's call the machine is sure of nothing: it does not know
// what was a wait there, nor where exactly a person began to speak.
func TestMysteryRelease(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for by, points := range map[string]int{rules.EndedByUs: 3, rules.EndedByThem: 0, "": 3} {
		r, err := d.File(t.Context(), "1007", "mystery-"+by, "reccall0", "320000", rules.Mystery{Region: "安徽", Opened: true, Manual: true, RingMS: 4000, WaitMS: 2000, EndedBy: by})
		d.must(err)
		w, err := d.Score(t.Context(), "1007", Score{ID: r.ID, Accept: true})
		d.must(err)
		for _, it := range w.Items {
			if it.ID == "A1b" && it.Proposed != points || it.Points >= 0 {
				t.Errorf("ended by %q: %+v", by, it)
			}
		}
	}
	list, err := d.Scored(t.Context(), time.Time{}, time.Time{}, nil)
	if err != nil || len(list) != 3 || list[0].WaitMS != 6000 {
		t.Errorf("the ringing is part of the wait: %+v %v", list, err)
	}
}
