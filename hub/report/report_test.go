package report

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/hub/store/sqlite"
	"zuoxi/rules/call"
	rules "zuoxi/rules/report"
)

var zone = time.FixedZone("CST", 8*3600)

// office is an office over a store with a month of two agents.
func office(t *testing.T, now *time.Time) *Office {
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
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, no := range []string{"8001", "8001", "8002"} {
		at := time.Date(2026, 10, 5+i, 9, 30, 0, 0, zone).UTC()
		k := store.Call{ID: store.NewID(at), Direction: store.Inbound, District: "320102", Agent: no, Subject: "养老保险", Origin: store.Origin{Region: "南京"}, Times: store.CallTimes{Arrive: at}, Version: 1}
		must(db.Calls.Open(t.Context(), k))
		k.Outcome = store.Outcome{Disposition: store.DispositionHuman, Rating: store.RatingGood}
		k.Times.Queue, k.Times.Answer, k.Times.Bridge = at, at.Add(10*time.Second), at.Add(12*time.Second)
		k.Times.Release, k.Times.WrapEnd, k.Times.Closed = at.Add(3*time.Minute), at.Add(4*time.Minute), at.Add(4*time.Minute)
		_, err := db.Calls.Save(t.Context(), k)
		must(err)
		must(db.States.Append(t.Context(), store.State{ID: store.NewID(at), Agent: no, District: "320102", State: "ready", From: at.Add(-time.Hour)}))
		must(db.States.Append(t.Context(), store.State{ID: store.NewID(at.Add(1)), Agent: no, District: "320102", State: "signed_out", From: at.Add(time.Hour)}))
	}
	return New(Config{DB: db, Zone: zone, Now: func() time.Time { return *now }})
}

// TestEveryReport: each report comes out of the same log, and none contradicts it.
func TestEveryReport(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 3, 12, 0, 0, 0, zone)
	o := office(t, &now)
	for name := range reports {
		if name == "exams" {
			continue // the examination office is tested with its own data
		}
		got, err := o.Make(t.Context(), Ask{Name: name, From: "2026-10-01", To: "2026-10-31"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, c := range got.Checks {
			if !c.OK() {
				t.Errorf("%s: %s", name, c.Line())
			}
		}
		for _, r := range got.Rows {
			if len(r.Cells) != len(got.Columns) {
				t.Errorf("%s: a row of %d cells under %d columns", name, len(r.Cells), len(got.Columns))
			}
		}
	}
	for by, want := range map[string]string{"city": "南京", "district": "南京玄武区", "province": "江苏", "hour": "09时", "day": "2026-10-05", "month": "2026-10", "quarter": "2026年第4季度", "agent": "8001", "subject": "养老保险", "number": "未知"} {
		got, err := o.Make(t.Context(), Ask{Name: "wait", By: by, From: "2026-10-01", To: "2026-10-31"})
		if err != nil || got.Rows[0].Cells[0].Text != want {
			t.Errorf("by %s: %+v %v", by, got.Rows, err)
		}
	}
	other, err := o.Make(t.Context(), Ask{Name: "calls", From: "2026-10-01", To: "2026-10-31", District: "330000"})
	if err != nil || len(other.Rows) != 1 || other.Rows[0].Cells[1].Num != 0 {
		t.Errorf("another district sees %+v %v", other.Rows, err)
	}
	var no *Refusal
	for _, a := range []Ask{{Name: "none"}, {Name: "calls", By: "none"}, {Name: "topics", By: "city"}, {Name: "agents", By: "agent"}, {Name: "mystery", By: "province"}, {Name: "wait", Wan: true}, {Name: "first", Each: 10}, {Name: "topics", Imputed: []rules.Reported{{}}}, {Name: "kb", Printed: []rules.Reported{{}}}, {Name: "calls", From: "2026-13-01"}, {Name: "calls", From: "2026-10-02", To: "2026-10-01"}, {Name: "awards", From: "2026-10-02"}, {Name: "exams"}} {
		if _, err := o.Make(t.Context(), a); !errors.As(err, &no) || strings.Count(no.Text, " · ") != 2 {
			t.Errorf("%+v: %v", a, err)
		}
	}
}

// TestMissesAndAbuse: searches that led nowhere stand in the table of knowledge, calls ended for abuse in the month sheet and
// among the awards.
func TestMissesAndAbuse(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 3, 12, 0, 0, 0, zone)
	o := office(t, &now)
	at := time.Date(2026, 10, 6, 9, 0, 0, 0, zone).UTC()
	for i, kind := range []string{store.KBNoteMiss, store.KBNoteOpened, store.KBNoteMiss} {
		made := at.Add(time.Duration(i) * time.Hour)
		if err := o.DB.KBNotes.Add(t.Context(), store.KBNote{ID: store.NewID(made), Kind: kind, State: "open", District: "320102", Agent: "8001", Words: "扣卡", Created: made, Updated: made}); err != nil {
			t.Fatal(err)
		}
	}
	k := store.Call{ID: store.NewID(at), Direction: store.Inbound, District: "320102", Agent: "8002", Times: store.CallTimes{Arrive: at}, Version: 1}
	if err := o.DB.Calls.Open(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	k.Outcome, k.Times.Closed = store.Outcome{Disposition: store.DispositionHuman, ReleaseCause: string(call.CauseDismissed)}, at.Add(time.Minute)
	if _, err := o.DB.Calls.Save(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	lines := func(name string) (out string) {
		t.Helper()
		got, err := o.Make(t.Context(), Ask{Name: name, From: "2026-10-01", To: "2026-10-31"})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range got.Rows {
			out += strings.Join(got.Printed(r), " ") + "\n"
		}
		return out + strings.Join(got.Notes, "\n")
	}
	o.Title = func(article string) string { return "《" + article + "》" }
	r := store.Record{
		ID: store.NewID(at), No: "1006-8001-1", Year: 2026, District: "320102", Agent: "8001", Created: at, Updated: at, RecordTopic: store.RecordTopic{Kind: "consult"},
		Body: store.RecordBody{Articles: []store.ArticleRef{{ID: "pension-years", Version: "3"}}}, Status: store.RecordStatus{State: "answered"},
	}
	if _, err := o.DB.Records.Create(t.Context(), r, store.Change{At: at, By: "8001", Action: "submit"}); err != nil {
		t.Fatal(err)
	}
	if got := lines("kb"); !strings.Contains(got, "pension-years 《pension-years》 1 100.0\n") || !strings.Contains(got, "占搜索 2 66.7\n") || !strings.Contains(got, "扣卡 2 次") {
		t.Error(got)
	}
	if got := lines("agents"); !strings.Contains(got, " 1 缺") || strings.Count(got, " 0 缺") != 1 {
		t.Error(got)
	}
	if got := lines("awards"); !strings.Contains(got, "委屈奖 8002") {
		t.Error(got)
	}
}

// TestMonthSheet: points are entered, the sheet is published once and stays, an agent appeals in time and gets an answer.
func TestMonthSheet(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 1, 8, 0, 0, 0, zone)
	o := office(t, &now)
	const district = "320102"
	score := func() string {
		t.Helper()
		got, err := o.Make(t.Context(), Ask{Name: "agents", From: "2026-10-01", To: "2026-10-31", District: district, Agent: "8001"})
		if err != nil || len(got.Rows) != 1 {
			t.Fatalf("%+v %v", got.Rows, err)
		}
		return strings.Join(got.Printed(got.Rows[0]), " ") + strings.Join(got.Notes, "")
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	refused := func(err error) {
		t.Helper()
		var no *Refusal
		if !errors.As(err, &no) {
			t.Fatalf("not refused: %v", err)
		}
	}
	month := Sheet{Month: "2026-10", District: district, Agent: "8001", By: "9001", Knowledge: 80, Discipline: 90}
	refused(o.Object(t.Context(), Sheet{Month: "2026-10", District: district, By: "8001", Text: "话务量少算了"}))
	must(o.Give(t.Context(), month))
	refused(o.Give(t.Context(), Sheet{Month: "2026-10", District: district, Agent: "8001", Discipline: 101}))
	must(o.SetWeights(t.Context(), rules.Weights{Quality: 40, Volume: 20, Operation: 15, Knowledge: 10, Discipline: 15}))
	refused(o.SetWeights(t.Context(), rules.Weights{Quality: 40}))
	before := score()
	if !strings.Contains(before, "80 90") || !strings.Contains(before, "通话质量 40") || !strings.Contains(before, "缺1项") {
		t.Errorf("sheet %q", before)
	}
	must(o.Publish(t.Context(), month))
	refused(o.Publish(t.Context(), month))
	refused(o.Give(t.Context(), month))
	must(o.SetWeights(t.Context(), rules.DefaultWeights))
	if after := score(); !strings.HasPrefix(after, before) || !strings.Contains(after, "已由 9001") {
		t.Errorf("a published sheet changed: %q, was %q", after, before)
	}
	must(o.Object(t.Context(), Sheet{Month: "2026-10", District: district, By: "8001", Text: "话务量少算了"}))
	refused(o.Object(t.Context(), Sheet{Month: "2026-10", District: district, By: "8001", Text: "再来一次"}))
	must(o.Answer(t.Context(), Sheet{Month: "2026-10", District: district, Agent: "8001", By: "9001", Text: "已核对，无误"}))
	if got := score(); !strings.Contains(got, "答复 8001：已核对，无误申诉 8001：话务量少算了权重") {
		t.Error(got)
	}
	now = now.AddDate(0, 0, 14)
	refused(o.Object(t.Context(), Sheet{Month: "2026-10", District: district, By: "8002", Text: "晚了"}))
	refused(o.Publish(t.Context(), Sheet{Month: "2026-11", District: district, By: "9001"}))
}

// scores are scored calls that are given.
type scores []rules.Scored

func (s scores) Scored(context.Context, time.Time, time.Time, []string) ([]rules.Scored, error) {
	return slices.Clone(s), nil
}

// TestAwards: the best call is the one with the most points that stand, and the stars are given at the centre's points.
func TestAwards(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 3, 12, 0, 0, 0, zone)
	o := office(t, &now)
	o.Scores = scores{
		{Agent: "8001", Call: "c1", Mark: 91, Stands: true}, {Agent: "8001", Call: "c2", Mark: 94, Stands: true}, {Agent: "8002", Call: "c3", Mark: 99, Appealed: true},
		{Agent: "8002", Call: "c4", Mark: 93, Stands: true, Appealed: true, Settled: true}, {Agent: "8002", Call: "c5", Mark: -1},
		{Agent: "8002", Call: "mystery", Mark: 100, Stands: true, Mystery: true},
	}
	rows := func() (out []string) {
		t.Helper()
		got, err := o.Make(t.Context(), Ask{Name: "awards", From: "2026-10-01", To: "2026-10-31"})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range got.Rows {
			out = append(out, r.Cells[0].Text+r.Cells[1].Text+" "+r.Cells[4].Text)
		}
		return out
	}
	if got := rows(); !slices.Contains(got, "最佳通话8001 质检得分最高的通话 c2") || slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "最佳通话8002") }) {
		t.Errorf("%q", got)
	}
	marks, err := o.marks(t.Context(), &job{})
	if want := map[string]rules.Cell{"8001": {Num: 185, Den: 2}, "8002": {Num: 93, Den: 1}}; err != nil || !maps.Equal(marks, want) {
		t.Errorf("the month's sheet counts %v %v, want %v", marks, err, want)
	}
	if err := o.SetStars(t.Context(), rules.StarRule{Stars: [3]int64{80, 70, 60}}); err == nil {
		t.Error("stars that fall were taken")
	}
	if err := o.SetStars(t.Context(), rules.StarRule{Stars: [3]int64{1, 99, 100}}); err != nil {
		t.Error(err)
	}
	if got := rows(); !slices.Contains(got, "一星8001 绩效得分") || !slices.Contains(got, "一星8002 绩效得分") {
		t.Errorf("%q", got)
	}
	if err := o.SetHot(t.Context(), rules.HotRule{Least: 9, Rise: 50}); err != nil {
		t.Error(err)
	}
	hot, err := o.Make(t.Context(), Ask{Name: "hot", From: "2026-10-01", To: "2026-10-31"})
	if err != nil || !strings.Contains(hot.Notes[0], "不少于 9 件，比上期多 50%") {
		t.Errorf("%q %v", hot.Notes, err)
	}
}

// TestSheetOfAbove: what the city publishes is the county agents' sheet, and they appeal on it; the county's lead sees the own
// lines of it, and gives points that the city's sheet holds.
func TestSheetOfAbove(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 1, 8, 0, 0, 0, zone)
	o := office(t, &now)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for no, district := range map[string]string{"8001": "320102", "8002": "320106"} {
		must(o.DB.Agents.Create(ctx, store.Agent{No: no, Name: "测试" + no, District: district, Roles: []string{"agent"}, Certified: true, Password: "x", Created: now, Updated: now}))
	}
	see := func(district, agent string) rules.Table {
		t.Helper()
		got, err := o.Make(ctx, Ask{Name: "agents", From: "2026-10-01", To: "2026-10-31", District: district, Agent: agent})
		must(err)
		return got
	}
	var no *Refusal
	appeal := Sheet{Month: "2026-10", District: "320102", By: "8001", Text: "话务量少算了"}
	if err := o.Object(ctx, appeal); !errors.As(err, &no) {
		t.Fatalf("an appeal before it was published: %v", err)
	}
	must(o.Give(ctx, Sheet{Month: "2026-10", District: "320102", Agent: "8001", By: "1102", Knowledge: 81, Discipline: 91}))
	must(o.Publish(ctx, Sheet{Month: "2026-10", District: "320100", By: "1001"}))
	must(o.Object(ctx, appeal))
	own := see("320102", "8001")
	if len(own.Rows) != 1 || !strings.Contains(strings.Join(own.Printed(own.Rows[0]), " "), "81 91") || !strings.Contains(strings.Join(own.Notes, ""), "已由 1001") {
		t.Errorf("the agent sees %+v %v", own.Rows, own.Notes)
	}
	for district, want := range map[string]string{"320102": "8001", "320106": "8002", "320100": "8001 8002"} {
		var nos []string
		got := see(district, "")
		for _, r := range got.Rows {
			if !r.Sum {
				nos = append(nos, r.Cells[got.Column("agent")].Text)
			}
		}
		slices.Sort(nos)
		if strings.Join(nos, " ") != want || strings.Contains(strings.Join(got.Notes, ""), "少算") != (district != "320106") {
			t.Errorf("%s sees %v, %v", district, nos, got.Notes)
		}
	}
	if err := o.Publish(ctx, Sheet{Month: "2026-10", District: "320102", By: "1102"}); !errors.As(err, &no) {
		t.Errorf("published twice: %v", err)
	}
	must(o.Answer(ctx, Sheet{Month: "2026-10", District: "320000", Agent: "8001", By: "1600", Text: "已核对，无误"}))
	if notes := strings.Join(see("320102", "8001").Notes, ""); !strings.Contains(notes, "已核对，无误") {
		t.Errorf("the answer is not seen: %s", notes)
	}
}

// TestFirstContact: the office judges by the centre's days, and the figure stands in the tables of seats and subjects as well.
func TestFirstContact(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 3, 12, 0, 0, 0, zone)
	o := office(t, &now)
	who, err := seal.New().Phone("13900000042")
	if err != nil {
		t.Fatal(err)
	}
	for i, day := range []int{5, 10} { // the same number about the same thing, five days later
		at := time.Date(2026, 10, day, 9, 0, 0, 0, zone).UTC()
		k := store.Call{ID: store.NewID(at), Direction: store.Inbound, District: "320102", Agent: "8001", Caller: who, Times: store.CallTimes{Arrive: at}, Version: 1}
		if err := o.DB.Calls.Open(t.Context(), k); err != nil {
			t.Fatal(err)
		}
		r := store.Record{
			ID: store.NewID(at), No: fmt.Sprint("1005-8001-", i), Year: 2026, District: "320102", Agent: "8001", Calls: []string{k.ID}, Created: at, Updated: at,
			RecordTopic: store.RecordTopic{Kind: "consult", Subject: "养老保险"}, Status: store.RecordStatus{State: "answered"},
		}
		if _, err := o.DB.Records.Create(t.Context(), r, store.Change{At: at, By: "8001", Action: "submit"}); err != nil {
			t.Fatal(err)
		}
	}
	rate := func(name, by, first string) string {
		t.Helper()
		got, err := o.Make(t.Context(), Ask{Name: name, By: by, From: "2026-10-01", To: "2026-10-31", District: "320100"})
		if err != nil {
			t.Fatal(err)
		}
		key := map[bool]string{true: "rate", false: "first"}[name == "first"]
		for _, r := range got.Rows {
			if slices.ContainsFunc(r.Cells, func(c rules.Cell) bool { return c.Text == first }) {
				if !strings.Contains(strings.Join(got.Notes, ""), "一次解决率 =") {
					t.Errorf("%s does not say what is counted: %q", name, got.Notes)
				}
				return got.Printed(r)[got.Column(key)]
			}
		}
		return "no row " + first
	}
	for _, ask := range [][3]string{{"first", "agent", "8001"}, {"first", "subject", "养老保险"}, {"first", "district", "南京玄武区"}, {"first", "", "南京"}, {"first", "province", "江苏"}, {"first", "day", "2026-10-05"}, {"first", "month", "2026-10"}, {"agents", "", "8001"}, {"topics", "", "养老保险"}} {
		if got := rate(ask[0], ask[1], ask[2]); got != "0.0" {
			t.Errorf("%v: %s, called again within seven days", ask, got)
		}
	}
	now = time.Date(2026, 10, 13, 2, 30, 0, 0, zone) // the fifth is over by seven days, the sixth is not
	if day, by, err := o.Judged(t.Context()); err != nil || day.Format(time.DateOnly) != "2026-10-05" || by["320102"] != (rules.First{Asked: 1, Again: 1}) {
		t.Errorf("the last judged day is %s: %+v %v", day, by, err)
	}
	now = time.Date(2026, 10, 13, 1, 30, 0, 0, zone)
	if day, _, err := o.Judged(t.Context()); err != nil || day.Format(time.DateOnly) != "2026-10-04" {
		t.Errorf("before its night the last judged day is %s, %v", day, err)
	}
	now = time.Date(2026, 11, 3, 12, 0, 0, 0, zone)
	if err := o.SetFirst(t.Context(), rules.FirstRule{Days: 4}); err != nil {
		t.Fatal(err)
	}
	if got := rate("first", "agent", "8001"); got != "100.0" {
		t.Errorf("by four days %s", got)
	}
	var no *Refusal
	if err := o.SetFirst(t.Context(), rules.FirstRule{}); !errors.As(err, &no) {
		t.Errorf("no days: %v", err)
	}
	if _, err := o.Make(t.Context(), Ask{Name: "first", By: "hour"}); !errors.As(err, &no) {
		t.Errorf("by hour: %v", err)
	}
}
