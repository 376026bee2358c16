package hub

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // rows are doubled below the store

	"zuoxi/hub/board"
	"zuoxi/hub/exam"
	"zuoxi/hub/report"
	"zuoxi/hub/report/paper"
	"zuoxi/hub/store"
	"zuoxi/hub/store/postgres"
	"zuoxi/hub/store/sqlite"
	"zuoxi/hub/store/storetest"
	"zuoxi/rules/alarm"
	scoring "zuoxi/rules/quality"
	rules "zuoxi/rules/report"
	"zuoxi/wire"
)

// What a measurement sets: how many calls there are (1,000,000 is what is promised for), where the store stays between runs,
// and the address of a PostgreSQL to measure instead of SQLite.
const (
	millionRows     = "ZUOXI_REPORT_CALLS"
	millionDir      = "ZUOXI_REPORT_STORE"
	millionPostgres = "ZUOXI_REPORT_PG"
)

// What is promised for them: any report within slowestReport, and a board pushed at 1 Hz that misses no second.
const (
	slowestReport = 3 * time.Second
	longestGap    = 2 * time.Second
)

// aDay is how many calls are written by the store's own ports; each further day is a copy of the first, made in the database.
const aDay = 10000

// depot is a store with many days of calls and everything else that reports read.
type depot struct {
	*store.Store
	raw          *sql.DB
	rows, perDay int
	another      string // makes another hash of a number on the %d-th day
}

func (a *depot) days() int { return a.rows / a.perDay }

// first is the local day on which the depot begins.
var first = time.Date(2026, 3, 2, 0, 0, 0, 0, seedZone)

func openDepot(t *testing.T) *depot {
	t.Helper()
	a := &depot{rows: 2000}
	if v := os.Getenv(millionRows); v != "" {
		var err error
		if a.rows, err = strconv.Atoi(v); err != nil {
			t.Fatal(err)
		}
	}
	a.perDay = min(aDay, a.rows/2)
	dir := os.Getenv(millionDir)
	if dir == "" {
		dir = t.TempDir()
	}
	var err error
	if address := os.Getenv(millionPostgres); address != "" {
		a.Store, err = postgres.Open(t.Context(), address)
		a.raw, _ = sql.Open("pgx", address)
		a.another = `caller_hash || '\x%04x'::bytea`
	} else {
		a.Store, err = sqlite.Open(t.Context(), dir)
		a.raw, _ = sql.Open("sqlite", "file:"+filepath.Join(dir, sqlite.FileName)+"?_pragma=busy_timeout(60000)&_pragma=cache_size(-262144)")
		a.another = "CAST(caller_hash || x'%04x' AS BLOB)"
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(a.raw.Close(), a.Close()); err != nil {
			t.Error(err)
		}
	})
	a.fill(t)
	return a
}

// fill makes the depot unless it stands from an earlier run.
func (a *depot) fill(t *testing.T) {
	t.Helper()
	var n int
	if err := a.raw.QueryRowContext(t.Context(), fmt.Sprint("SELECT count(*) FROM calls WHERE t_arrive >= ", first.UnixMicro())).Scan(&n); err != nil {
		t.Fatal(err)
	}
	if n == a.rows {
		return
	}
	if n != 0 {
		t.Fatalf("the store has %d calls, not %d: remove it first", n, a.rows)
	}
	from := time.Now()
	for at := 0; at < a.perDay; at += 500 {
		err := a.Tx(t.Context(), func(p store.Ports) error {
			for i := at; i < min(at+500, a.perDay); i++ {
				if err := a.busy(t, p, i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range []string{"calls", "records", "record_calls", "agent_states", "kb_notes", "quality_sheets", "exams"} {
		a.copies(t, table)
	}
	if _, err := a.raw.ExecContext(t.Context(), "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	t.Logf("measured filling %d calls: %s", a.rows, time.Since(from).Round(time.Second))
}

// busy writes the i-th call of the first day: 100 districts, 200 agents, seven of ten calls reach a person.
func (a *depot) busy(t *testing.T, p store.Ports, i int) error {
	ctx := t.Context()
	at := first.Add(time.Duration(i) * 24 * time.Hour / time.Duration(a.perDay)).UTC()
	k := storetest.NewCall(i)
	k.ID, k.Times.Arrive = store.NewID(at), at
	k.Caller = storetest.Phone(t, fmt.Sprintf("1390000%04d", i%10000))
	k.District, k.Origin.Region = fmt.Sprint(130100+i%100), fmt.Sprint(130100+i%100)
	k.Agent, k.Subject = fmt.Sprint(8000+i%200), []string{"养老保险", "失业保险", "工伤保险", "劳动关系"}[i%4]
	if err := p.Calls.Open(ctx, k); err != nil {
		return err
	}
	k.Times.Queue, k.Times.Closed = at.Add(20*time.Second), at.Add(6*time.Minute)
	switch {
	case i%10 < 7:
		k.Outcome = store.Outcome{Disposition: store.DispositionHuman, Rating: store.RatingGood}
		k.Times.Answer, k.Times.Bridge = at.Add(time.Duration(25+i%200)*time.Second), at.Add(time.Duration(26+i%200)*time.Second)
		k.Times.Release, k.Times.WrapEnd = at.Add(5*time.Minute), at.Add(330*time.Second)
	case i%10 == 7:
		k.Outcome, k.Agent = store.Outcome{Disposition: store.DispositionAuto}, ""
	default:
		k.Outcome, k.Agent = store.Outcome{Disposition: store.DispositionAbandoned, Place: "queue"}, ""
	}
	if _, err := p.Calls.Save(ctx, k); err != nil {
		return err
	}
	return a.around(t, p, k, i)
}

// around writes what belongs to a call: its record, the agent's presence, a search, now and then a score and an exam.
func (a *depot) around(t *testing.T, p store.Ports, k store.Call, i int) error {
	ctx, at := t.Context(), k.Times.Arrive
	r := storetest.NewRecord(i)
	r.ID, r.Created, r.Updated = store.NewID(at), at, at
	r.District, r.Agent, r.Subject, r.Calls = k.District, fmt.Sprint(8000+i%200), k.Subject, []string{k.ID}
	r.Body.Articles = []store.ArticleRef{{ID: fmt.Sprint("article-", i%300), Version: "3"}}
	r.Body.Fields = fmt.Appendf(nil, `{"topic":"第%d类"}`, i%60)
	if i%20 != 0 {
		r.Status.State = "closed"
	}
	if i%100 == 1 {
		r.Kind, r.Status.State = "complaint", []string{"registered", "closed"}[i/100%2]
		r.Dues = []store.Due{{Name: "reply", At: at.Add(72 * time.Hour), Unit: "day", Length: 3}}
	}
	if _, err := p.Records.Create(ctx, r, storetest.By(i, "create")); err != nil {
		return err
	}
	if k.Agent != "" {
		for j, state := range []string{"ready", "ringing", "talking", "wrap_up"} {
			s := store.State{ID: store.NewID(at), Agent: k.Agent, District: k.District, State: state, From: at.Add(time.Duration(j) * 30 * time.Second)}
			if err := p.States.Append(ctx, s); err != nil {
				return err
			}
		}
	}
	n := store.KBNote{ID: store.NewID(at), Kind: []string{store.KBNoteMiss, store.KBNoteOpened}[min(i%9, 1)], State: "open", District: k.District, Agent: r.Agent,
		Words: fmt.Sprint("缴费年限 ", i%500), Created: at, Updated: at}
	if err := p.KBNotes.Add(ctx, n); err != nil {
		return err
	}
	if i%50 == 0 {
		s := store.Sheet{ID: store.NewID(at), CallID: k.ID, Agent: r.Agent, District: k.District, Purpose: "sample", State: "published", Mark: 80 + i/50%20, Created: at, Updated: at}
		s.Body, s.Brief = scoredBody(t, s.Mark, at)
		if err := p.Sheets.Create(ctx, s); err != nil {
			return err
		}
	}
	if i%500 != 0 {
		return nil
	}
	return p.Exams.Create(ctx, store.Exam{ID: store.NewID(at), Agent: r.Agent, District: k.District, Title: "月考", State: "published", Body: []byte(`{}`), Created: at, Updated: at})
}

// scoredBody is what the quality office keeps of a scored call, some 4 KB: the draw, each item with who gave it and why, and the
// places of the recording that the machine found. Beside it stands what reports need of it.
func scoredBody(t *testing.T, mark int, at time.Time) (body, brief []byte) {
	t.Helper()
	rubric := scoring.Ministry2015()
	first := struct {
		scoring.Sheet
		By     string         `json:"by"`
		At     time.Time      `json:"at"`
		Result scoring.Result `json:"result"`
	}{By: "1007", At: at, Sheet: scoring.Sheet{Scores: map[string]scoring.Score{}}}
	short := 100 - mark
	for _, it := range rubric.Items {
		lost := min(short, it.Points) / it.Step * it.Step
		if slices.ContainsFunc(rubric.Caps, func(c scoring.Cap) bool { return slices.Contains(c.Items, it.ID) }) {
			lost = 0
		}
		short -= lost
		first.Scores[it.ID] = scoring.Score{Points: it.Points - lost, By: "1007", Note: it.Name + "：听过，按评分标准给分"}
	}
	var err error
	if first.Result, err = rubric.Add(first.Sheet); err != nil || first.Result.Sum.Points != mark {
		t.Fatalf("%d of %d points, %v", first.Result.Sum.Points, mark, err)
	}
	var places []scoring.Mark
	for i := range 10 {
		places = append(places, scoring.Mark{Kind: scoring.MarkDeadAir, Span: scoring.Span{From: time.Duration(i) * 7 * time.Second, To: time.Duration(i)*7*time.Second + 5*time.Second}, Why: "两边都没有说话 5.0 秒"})
	}
	body, err = json.Marshal(map[string]any{
		"draw":  scoring.Drawn{ID: store.NewID(at), By: "1007", At: at, From: at, To: at, Seed: strings.Repeat("5a", 32), Population: strings.Repeat("c3", 32), Of: 10000, N: 3},
		"first": first, "heard": map[string]any{"facts": scoring.Facts{LongestWait: 40 * time.Second, DeadAir: len(places)}, "marks": places}, "verdict": "pass", "rubric": rubric.Version,
	})
	if err != nil || len(body) < 3500 {
		t.Fatalf("a sheet of %d bytes, %v", len(body), err)
	}
	var parts, of [3]int
	for i, p := range rubric.Parts {
		parts[i], of[i] = 2*first.Result.Parts[p.ID].Points, 2*first.Result.Parts[p.ID].Of // nobody disputes it: it counts twice
	}
	return body, fmt.Appendf(nil, `{"parts":[%d,%d,%d],"of":[%d,%d,%d]}`, parts[0], parts[1], parts[2], of[0], of[1], of[2])
}

// copies doubles the first day's rows of a table for every further day, with all their times that much later.
func (a *depot) copies(t *testing.T, table string) {
	t.Helper()
	rows, err := a.raw.QueryContext(t.Context(), "SELECT * FROM "+table+" LIMIT 0") //nolint:gosec // one of the names above
	if err != nil {
		t.Fatal(err)
	}
	cols, err := rows.Columns()
	if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
		t.Fatal(err)
	}
	id := "id"
	if !slices.Contains(cols, id) {
		id = "call_id"
	}
	for day := 1; day < a.days(); day++ {
		var out []string
		for _, c := range cols {
			switch {
			case c == "id" || c == "call_id" || c == "record_id": // in the order of time, as a hub makes them
				c = fmt.Sprintf("'z%04d.' || %s", day, c)
			case c == "no":
				c = fmt.Sprintf("%s || '.%d'", c, day)
			case c == "caller_hash": // one of five callers calls every day, the others once
				c = fmt.Sprintf("CASE WHEN t_arrive / %d %% 5 = 0 THEN caller_hash ELSE %s END", 24*time.Hour.Microseconds()/int64(a.perDay), fmt.Sprintf(a.another, day))
			case strings.HasPrefix(c, "t_"):
				c = fmt.Sprintf("CASE WHEN %s = 0 THEN 0 ELSE %[1]s + %d END", c, int64(day)*24*3600*1_000_000)
			}
			out = append(out, c)
		}
		query := fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %[1]s WHERE %[4]s NOT LIKE '%%.%%'", table, strings.Join(cols, ", "), strings.Join(out, ", "), id)
		if table == "agent_states" {
			query += " AND t_until > 0" // nobody is in a state for ever
		}
		if _, err := a.raw.ExecContext(t.Context(), query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
}

// beside looks at a board of ten thousand seats, of which five hundred change each second, and writes the steps of a call all
// the time, as on a working day. It tells how long the longest gap between two deltas and the longest write were.
func (a *depot) beside(t *testing.T) (stop func() (gap, write time.Duration)) {
	ctx, end := context.WithCancel(t.Context())
	var work sync.WaitGroup
	deltas := make(chan uint64, 64) // a minute of deltas; nobody waits so long
	second := int64(0)
	look := func(l *board.Look) {
		second++
		for len(l.Seats) < 10000 {
			l.Seats = append(l.Seats, board.Seat{BoardSeat: wire.BoardSeat{No: fmt.Sprint(10000 + len(l.Seats)), District: "130100", State: "ready"}})
		}
		for i := range 500 {
			l.Seats[(int(second)*500+i)%10000].Since = second
		}
	}
	b := board.New(board.Config{Now: time.Now, Zone: seedZone, Home: "130000", Look: look, Alarmed: func([]alarm.Change) {}})
	work.Go(func() { b.Run(ctx) })
	b.Watch("lead", "", 0, func(d *wire.Board) { deltas <- d.Version })
	var gap, write time.Duration
	work.Go(func() {
		last := time.Now()
		for {
			select {
			case v := <-deltas:
				gap = max(gap, time.Since(last))
				last = time.Now()
				b.Seen("lead", v)
			case <-ctx.Done():
				gap = max(gap, time.Since(last))
				return
			}
		}
	})
	work.Go(func() { write = a.write(ctx, t) })
	return func() (time.Duration, time.Duration) {
		end()
		work.Wait()
		return gap, write
	}
}

// write keeps the steps of one call, fifty a second, and tells how long the slowest took. The call is of a day that no report asks for.
func (a *depot) write(ctx context.Context, t *testing.T) (longest time.Duration) {
	k := storetest.NewCall(0)
	k.Times.Arrive = first.AddDate(-1, 0, 0)
	k.ID = store.NewID(time.Now())
	if err := a.Calls.Open(ctx, k); err != nil {
		t.Error(err)
		return 0
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for seq := int64(1); ; seq++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			k.Times.Closed, k.Outcome = k.Times.Arrive.Add(time.Hour), store.Outcome{Disposition: store.DispositionAbandoned, Place: "queue"}
			if _, err := a.Calls.Save(context.WithoutCancel(ctx), k); err != nil {
				t.Error(err)
			}
			return longest
		}
		from := time.Now()
		err := a.Timeline.Append(context.WithoutCancel(ctx), store.Event{CallID: k.ID, Seq: seq, District: k.District, At: from, Kind: "hold"})
		if err != nil {
			t.Error(err)
			return longest
		}
		longest = max(longest, time.Since(from))
	}
}

// asks are all reports over the whole depot, the calls by everything they can be grouped by; the sheet is of a month. What is held
// against the span before is asked of the second half as well, or there is nothing before. A lead of all the districts asks the
// same: each row is looked at for its district.
func (a *depot) asks() (out []report.Ask) {
	day := func(n int) string { return first.AddDate(0, 0, n).Format(time.DateOnly) }
	for _, name := range slices.Sorted(maps.Keys(report.Names())) {
		ask := report.Ask{Name: name, From: day(0), To: day(a.days() - 1)}
		bys, half := []string{""}, false
		switch name {
		case "calls":
			bys = report.Ways()
		case "first":
			bys = []string{"city", "day"}
		case "topics", "hot":
			half = true
		case "agents", "awards":
			ask.From, ask.To = "2026-04-01", "2026-04-30"
			if a.days() < 60 {
				ask.From, ask.To = "2026-03-01", "2026-03-31"
			}
		}
		for _, ask.By = range bys {
			out = append(out, ask)
		}
		if half {
			ask.From = day(a.days() / 2)
			out = append(out, ask)
		}
	}
	for _, ask := range slices.Clone(out) {
		ask.District = leadDistrict
		out = append(out, ask)
	}
	return out
}

// leadDistrict is a city that all of the depot's districts belong to.
const leadDistrict = "130100"

// TestEveryReport makes every report over an depot of calls, in every form, and prints how long each took: the slowest
// and the fastest time. All sums are proved, and the board and the writer of call logs go on beside it.
func TestEveryReport(t *testing.T) {
	a := openDepot(t)
	now := func() time.Time { return first.AddDate(0, 0, a.days()+2) }
	p := &parts{db: a.Store}
	office := report.New(report.Config{DB: a.Store, Zone: seedZone, Now: now, Scores: newQuality(Config{Now: now}, p).Office, Exams: examResults{exam.New(exam.Config{DB: a.Store, Now: now})}})
	from := time.Now()
	if _, err := office.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("measured adding up the last %d days, as each night: %s", report.NightDays, time.Since(from).Round(time.Millisecond))
	from = time.Now()
	asks := a.asks()
	table, err := office.Make(t.Context(), asks[slices.IndexFunc(asks, func(k report.Ask) bool { return k.Name == "calls" })])
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("measured the first report, which adds up %d days that no night had: %s", a.days(), time.Since(from).Round(time.Millisecond))
	from = time.Now()
	if _, err := office.Make(t.Context(), report.Ask{Name: "first", From: asks[0].From, To: asks[0].To}); err != nil {
		t.Fatal(err)
	}
	t.Logf("measured judging the first contacts of %d days that no night had: %s", a.days(), time.Since(from).Round(time.Millisecond))
	i := slices.IndexFunc(table.Checks, func(c rules.Check) bool { return strings.Contains(c.What, "通话日志条数") })
	if i < 0 || table.Checks[i].Want != int64(a.rows) {
		t.Errorf("the log counts %+v, there are %d calls", table.Checks, a.rows)
	}
	stop := a.beside(t)
	slowest := time.Duration(0)
	for _, ask := range asks {
		slowest = max(slowest, a.time(t, office, ask))
	}
	gap, write := stop()
	t.Logf("measured slowest report of %d calls: %s; meanwhile the longest gap between two deltas of a board of 10,000 seats %s, the slowest step of a call written %s",
		a.rows, slowest.Round(time.Millisecond), gap.Round(time.Millisecond), write.Round(time.Millisecond))
	if os.Getenv(millionRows) == "" {
		return // times are judged where they are measured (make bench-report), not beside other tests
	}
	if slowest > slowestReport {
		t.Errorf("not held: the slowest report took %s, %s are promised", slowest.Round(time.Millisecond), slowestReport)
	}
	if gap > longestGap {
		t.Errorf("not held: the board stood still for %s, it is pushed every second", gap.Round(time.Millisecond))
	}
}

// time makes a report twice, so that one reads what the other has added up, and four times where it is measured; writes it in
// every form, and gives the time of the slowest round.
func (a *depot) time(t *testing.T, office *report.Office, ask report.Ask) (slowest time.Duration) {
	t.Helper()
	best, rows, rounds := time.Hour, 0, 2
	if os.Getenv(millionRows) != "" {
		rounds = 4
	}
	for range rounds {
		from := time.Now()
		table, err := office.Make(t.Context(), ask)
		if err != nil {
			t.Fatalf("%s: %v", ask.Name, err)
		}
		var b bytes.Buffer
		if err := paper.XLSX(&b, &table); err != nil { // the slowest form
			t.Fatal(err)
		}
		took := time.Since(from)
		best, slowest, rows = min(best, took), max(slowest, took), len(table.Rows)
		for _, c := range table.Checks {
			if !c.OK() {
				t.Errorf("%s: %s", ask.Name, c.Line())
			}
		}
	}
	who := "all"
	if ask.District != "" {
		who = "lead"
	}
	t.Logf("measured report %-8s %-8s %s %-4s %5d rows: slowest %s, fastest %s", ask.Name, ask.By, ask.From, who, rows, slowest.Round(time.Millisecond), best.Round(time.Millisecond))
	return slowest
}
