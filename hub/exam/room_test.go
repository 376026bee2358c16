package exam

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/ed25519"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"zuoxi/hub/store"
	"zuoxi/rules/exam"
	"zuoxi/rules/quality"
	"zuoxi/wire"
)

// TestOneCodeOpensTheRoom: everybody of an order gets the same questions under one code, and nobody gets anything when one
// of them does not exist.
func TestOneCodeOpensTheRoom(t *testing.T) {
	t.Parallel()
	o, a := office(t)
	ctx := t.Context()
	b := store.Agent{No: "5002", Name: "李某", District: "320100", Roles: []string{"trainee"}, Password: "x", Created: day, Updated: day}
	if err := o.cfg.DB.Agents.Create(ctx, b); err != nil {
		t.Fatal(err)
	}
	var told []string
	o.Announce(func(agents ...string) { told = append(told, agents...) })
	if _, err := o.Make(ctx, raw(t, exam.Order{Agents: []string{"5001", "7777"}, Title: "月考"})); code(err) != wire.CodeNotFound {
		t.Fatalf("somebody who does not exist: %v", err)
	}
	if rows, err := o.List(ctx); err != nil || len(rows) != 0 || len(told) != 0 {
		t.Fatalf("half an order was carried out: %+v %v", rows, err)
	}
	made, err := o.Make(ctx, raw(t, exam.Order{Everybody: "trainee", Title: "月考", Seed: 3, Monthly: true}))
	if err != nil {
		t.Fatal(err)
	}
	rows := made.([]exam.Row)
	if len(rows) != 2 || rows[0].Room != rows[1].Room || rows[0].ID == rows[1].ID || strings.Join(told, " ") != "5001 5002" {
		t.Fatalf("%+v, told %v", rows, told)
	}
	opened, err := o.Open(ctx, rows[0].Room)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := o.Open(ctx, rows[1].ID); err != nil || again.(exam.Row).Code != opened.(exam.Row).Code {
		t.Errorf("another code for the same room: %+v %v", again, err)
	}
	for i, who := range []store.Agent{a, b} {
		papers, err := o.Papers(ctx, who, nil)
		if err != nil || len(papers.Papers) != 2 {
			t.Fatalf("%+v %v", papers, err)
		}
		p := papers.Papers[0]
		s := exam.Sealed{ID: p.ID, Room: p.Room, Agent: p.Agent, Box: p.Box, Sign: p.Sign, Keyed: p.Keyed}
		h, err := s.Unseal(opened.(exam.Row).Code, ed25519.PublicKey(papers.Key))
		if err != nil || h.Agent != who.No || h.ID != rows[i].ID {
			t.Errorf("%+v %v", h, err)
		}
	}
	if _, err := o.Withdraw(ctx, rows[1].ID); err != nil {
		t.Fatal(err)
	}
	if p, err := o.Papers(ctx, b, []string{rows[1].ID}); err != nil || len(p.Withdrawn) != 1 || len(p.Papers) != 1 {
		t.Errorf("%+v %v", p, err)
	}
	if monthly, err := o.Monthly(ctx, rows[0].ID); err != nil || !monthly {
		t.Errorf("%v %v", monthly, err)
	}
}

// marked is a published call of 5001 that 6001 has marked with so many points for attitude.
func marked(t *testing.T, o *Office, a store.Agent) string {
	t.Helper()
	ctx := t.Context()
	id, m := sit(t, o, a, exam.Order{Agents: []string{"5001"}, Title: "技能", NoWritten: true, Calls: []string{"s04"}}, func(_ *exam.Handout, r *exam.Result) {
		r.Calls = []exam.Called{{
			Scenario: "s04", Seconds: 60, TalkS: 20, CallerS: 30, Facts: quality.Facts{Release: quality.ReleaseCaller}, Progress: exam.Progress{Facts: []string{"f4"}},
			Timeline: []exam.Remark{{MS: 1500, Kind: "caller", Text: "\x1b[31m<b>喂</b>"}}, Record: []byte(`{"question":"问\u0007代查"}`),
		}}
	})
	if err := o.Result(ctx, "5001", m); err != nil {
		t.Fatal(err)
	}
	decide(t, o, "6001", id, 5)
	return id
}

func decide(t *testing.T, o *Office, by, id string, attitude int) {
	t.Helper()
	items := map[string]int{"A2": 5, "A3": attitude, "B1": 5, "B2": 5, "B3c": 3, "C1a": 3, "C3": 7, "C4": 5}
	in := exam.Marking{ID: id, Scenario: "s04", Accept: true, Items: items, Points: []string{"p1", "p2", "p3"}}
	if _, err := o.Mark(t.Context(), by, raw(t, in)); err != nil {
		t.Fatal(err)
	}
}

// TestDispute: somebody else marks again, the two are averaged, and there is one objection only.
func TestDispute(t *testing.T) {
	t.Parallel()
	o, a := office(t)
	ctx := t.Context()
	id := marked(t, o, a)
	if _, err := o.Dispute(ctx, "5001", id, "态度分太低"); code(err) != wire.CodeImpossible {
		t.Errorf("disputed before it was published: %v", err)
	}
	first, err := o.Report(ctx, id, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Dispute(ctx, "5001", id, ""); code(err) != wire.CodeInvalid {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := o.Dispute(ctx, "5001", id, "态度分"); err != nil {
		t.Fatal(err)
	}
	if p, err := o.Papers(ctx, a, nil); err != nil || !p.Results[0].Disputed || p.Results[0].Calls[0] != first.Calls[0] {
		t.Errorf("%+v %v", p, err)
	}
	if _, err := o.Mark(ctx, "6001", raw(t, exam.Marking{ID: id, Scenario: "s04", Accept: true})); code(err) != wire.CodeForbidden {
		t.Errorf("the same marker again: %v", err)
	}
	if _, err := o.Report(ctx, id, true); code(err) != wire.CodeImpossible {
		t.Errorf("published before the second marker: %v", err)
	}
	decide(t, o, "6002", id, 0)
	second, err := o.Report(ctx, id, true)
	if err != nil || second.Calls[0] >= first.Calls[0] || !strings.Contains(strings.Join(second.Lines, "\n"), "两位阅卷人不同的项：A3") {
		t.Errorf("first %+v, then %+v, %v", first, second, err)
	}
	if _, err := o.Dispute(ctx, "5001", id, "还是低"); code(err) != wire.CodeImpossible {
		t.Errorf("a second objection: %v", err)
	}
}

// books is a knowledge base in which one article was looked at again.
type books struct{ changed string }

func (b books) Article(id string) (Article, bool) {
	a := Article{ID: id, Title: "条目" + id, Text: "正文<" + id + ">", Reviewed: day.AddDate(-1, 0, 0)}
	if id == b.changed {
		a.Reviewed = day.AddDate(0, 1, 0)
	}
	return a, id != "xx-999"
}

// TestSheet: the printed report holds the marks, the times, the article; what a trainee wrote cannot break it.
func TestSheet(t *testing.T) {
	t.Parallel()
	o, a := office(t)
	o.cfg.Articles = books{}
	id := marked(t, o, a)
	var out bytes.Buffer
	if err := o.Sheet(t.Context(), &out, id, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"00:01.5", "&lt;b&gt;喂&lt;/b&gt;", "正文&lt;", "问代查", "说话占比：学员 33%", "A3", "必答", "6001", "合格"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(out.String(), "\x1b") || strings.Contains(out.String(), "<b>喂") {
		t.Error("the trainee's bytes reached the report")
	}
}

// TestExaminerScoresBeforeTheResult: what was decided while listening counts, and the machine's part comes with the result.
func TestExaminerScoresBeforeTheResult(t *testing.T) {
	t.Parallel()
	o, a := office(t)
	ctx := t.Context()
	id, m := sit(t, o, a, exam.Order{Agents: []string{"5001"}, Title: "技能", NoWritten: true, Calls: []string{"s04"}}, func(_ *exam.Handout, r *exam.Result) {
		r.Calls = []exam.Called{{Scenario: "s04", Facts: quality.Facts{Release: quality.ReleaseCaller}}}
	})
	if _, err := o.Mark(ctx, "6001", raw(t, exam.Marking{ID: id, Scenario: "s04", Accept: true})); code(err) != wire.CodeImpossible {
		t.Errorf("proposals before there are any: %v", err)
	}
	if _, err := o.Mark(ctx, "6001", raw(t, exam.Marking{ID: id, Scenario: "s04", Items: map[string]int{"A3": 5}})); err != nil {
		t.Fatal(err)
	}
	if err := o.Result(ctx, "5001", m); err != nil {
		t.Fatal(err)
	}
	w, err := o.Mark(ctx, "6002", raw(t, exam.Marking{ID: id}))
	if err != nil || w.(exam.Work).Calls[0].Scores.Scores["A3"].By != "6001" {
		t.Errorf("%+v %v", w, err)
	}
}

// TestBankGoesOutAndIn: as a table and as text, every question comes back as it was; one that changes replaces its old one.
func TestBankGoesOutAndIn(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"xlsx", "yaml"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			o, _ := office(t)
			before := o.Material().Bank.Questions
			var file bytes.Buffer
			if err := o.Export(&file, format); err != nil {
				t.Fatal(err)
			}
			got, err := o.Import(t.Context(), "bank."+format, file.Bytes())
			if err != nil || got.(Imported).Questions != len(before) {
				t.Fatalf("%+v %v", got, err)
			}
			after := o.Material().Bank.Questions
			if len(after) != len(before) {
				t.Fatalf("%d questions became %d", len(before), len(after))
			}
			for i, q := range before {
				r := after[i]
				if q.ID != r.ID || q.Stem != r.Stem || q.Points != r.Points || strings.Join(q.Right(), "|") != strings.Join(r.Right(), "|") || len(q.Options) != len(r.Options) {
					t.Errorf("%+v became %+v", q, r)
				}
			}
		})
	}
}

func table(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, r := range append([][]any{line(columns)}, rows...) {
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := f.SetSheetRow("Sheet1", cell, &r); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestImportRefusesWithFileAndLine: all of a file or nothing, and each fault with its place.
func TestImportRefusesWithFileAndLine(t *testing.T) {
	t.Parallel()
	good := []any{"n-1", "单选", 2, "几天", "7日", "15日", "", "", "", "", "B", "yl-001"}
	with := func(i int, v any) []any { r := append([]any(nil), good...); r[i] = v; return r }
	s01, err := fs.ReadFile(files, "scenario/s01-unemployment-home.yaml")
	if err != nil {
		t.Fatal(err)
	}
	bend := func(old, new string) []byte {
		out := strings.Replace(string(s01), old, new, 1)
		if out == string(s01) {
			t.Fatalf("no %q", old)
		}
		return []byte(out)
	}
	for name, c := range map[string]struct {
		file string
		data []byte
		want string
	}{
		"no article":      {"题.xlsx", table(t, good, []any{"n-2", "判断", 1, "对吗", "", "", "", "", "", "", "对", "xx-999"}), "题.xlsx 第 3 行"},
		"no option":       {"题.xlsx", table(t, with(10, "F")), "题.xlsx 第 2 行"},
		"no kind":         {"题.xlsx", table(t, with(1, "论述")), "论述"},
		"twice":           {"题.xlsx", table(t, good, good), "there twice"},
		"no table":        {"题.xlsx", []byte("PK"), "另存为"},
		"bad yaml":        {"b.yaml", []byte("questions:\n  - {id: q1, type: judge, points: 1, stem: 对吗, answer: perhaps, kb: yl-001}\n"), "b.yaml 第 2 行"},
		"unknown key":     {"b.yaml", []byte("questions:\n  - {id: q1, stemm: x}\n"), "b.yaml 第 2 行"},
		"point's article": {"s.yaml", bend("kb: yb-007", "kb: xx-999"), "no article xx-999"},
		"unspoken":        {"s.yaml", bend("那老家那边一个月能发多少？", "那边发多少？"), "nobody has spoken"},
		"infinite":        {"s.yaml", bend("  - {id: end_ok, end: caller_hangs_up}", "  - {id: end_ok, next: [{when: {else: true}, to: end_ok}]}"), "state end_ok never ends"},
		"nothing":         {"b.yaml", []byte("questions: []\n"), "没有题"},
		"another kind":    {"b.doc", nil, "不认识"},
		"zip of rubbish":  {"b.zip", []byte("PK\x03\x04"), "打不开"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, _ := office(t)
			o.cfg.Articles = books{}
			_, err := o.Import(t.Context(), c.file, c.data)
			if code(err) != wire.CodeInvalid || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
			if kept, _ := o.cfg.DB.Material.All(t.Context(), kindQuestion); len(kept) != 0 {
				t.Errorf("half a file was kept: %+v", kept)
			}
		})
	}
}

// TestImportedCaller: a scenario with its own voice, in one file, can be examined and reaches the seats.
func TestImportedCaller(t *testing.T) {
	t.Parallel()
	o, a := office(t)
	whole, err := fs.ReadFile(files, "scenario/s01-unemployment-home.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := []byte(strings.Replace(string(whole), "id: s01", "id: s91", 1))
	sc, _ := ReadScenario("s91.yaml", text)
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	put := func(name string, data []byte) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write(data)
	}
	put("s91.yaml", text)
	for _, l := range sc.Lines() {
		put("voice/"+exam.VoiceName("s91", l)+".al", []byte{0xD5, 0x55})
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := o.Import(t.Context(), "s91.zip", file.Bytes()); err != nil || got.(Imported).Scenarios != 1 {
		t.Fatalf("%+v %v", got, err)
	}
	if _, err := o.Make(t.Context(), raw(t, exam.Order{Agents: []string{"5001"}, Title: "技能", NoWritten: true, Calls: []string{"s91"}})); err != nil {
		t.Fatal(err)
	}
	p, err := o.Papers(t.Context(), a, nil)
	if err != nil || len(p.Voices) < len(sc.Lines()) {
		t.Fatalf("%d voices for %d lines, %v", len(p.Voices), len(sc.Lines()), err)
	}
	if s, err := o.Voice(p.Voices[0]); err != nil || len(s.Data) != 2 {
		t.Errorf("%+v %v", s, err)
	}
	if _, err := o.Voice("nobody"); code(err) != wire.CodeNotFound {
		t.Errorf("%v", err)
	}
}

// TestChangedArticle: a question whose article was looked at after it is flagged and not drawn.
func TestChangedArticle(t *testing.T) {
	t.Parallel()
	o, _ := office(t)
	o.cfg.Articles = books{changed: "yl-001"}
	list := o.Questions().([]Question)
	n := 0
	for _, q := range list {
		if q.Freshness == Changed {
			n++
		}
	}
	if n == 0 || list[0].KB != "yl-001" || list[n].Freshness != Fresh {
		t.Fatalf("%d flagged, first %+v", n, list[0])
	}
	reviews := o.Reviews()
	if c := exam.Changes(reviews, day); len(c) != 0 || len(reviews["yl"]) < 2 {
		t.Errorf("one article is much: %v", c)
	}
	for seed := range uint64(20) {
		asked, err := o.questions(o.Material(), &exam.PaperRule{Single: 40}, seed, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range asked {
			if q.KB == "yl-001" {
				t.Fatalf("drawn: %+v", q)
			}
		}
	}
}

// TestLearned: a practice counts once however often it is sent, by what the bank says, and the next seat gets what was missed.
func TestLearned(t *testing.T) {
	t.Parallel()
	o, a := office(t)
	ctx := t.Context()
	q := o.Material().Bank.Questions[0]
	wrong := wire.ExamAnswer{Question: q.ID, Given: []string{"nothing"}}
	m := &wire.ExamLearned{Sitting: "s1", Day: day.Format(time.DateOnly), Answers: []wire.ExamAnswer{wrong, {Question: "gone", Given: []string{"A"}}}}
	for range 2 {
		if err := o.Learned(ctx, a, m); err != nil {
			t.Fatal(err)
		}
	}
	papers, err := o.Papers(ctx, a, nil)
	if err != nil || len(papers.Missed) != 1 || papers.Missed[q.ID].Asked.Stem != q.Stem || papers.Missed[q.ID].Due != day.AddDate(0, 0, 1).Format(time.DateOnly) {
		t.Fatalf("%+v %v", papers.Missed, err)
	}
	o.cfg.Now = func() time.Time { return day.AddDate(0, 0, 1) }
	right := &wire.ExamLearned{Sitting: "s2", Day: "2099-01-01", Answers: []wire.ExamAnswer{{Question: q.ID, Given: q.Right()}}} // a clock that is ahead
	for range 2 {
		if err := o.Learned(ctx, a, right); err != nil {
			t.Fatal(err)
		}
	}
	papers, err = o.Papers(ctx, a, nil)
	if err != nil || papers.Missed[q.ID].Box != 1 || papers.Missed[q.ID].Due != day.AddDate(0, 0, 4).Format(time.DateOnly) {
		t.Errorf("%+v %v", papers.Missed, err)
	}
	if err := o.Learned(ctx, a, &wire.ExamLearned{Sitting: "s3", Day: "yesterday"}); code(err) != wire.CodeInvalid {
		t.Errorf("%v", err)
	}
}

func TestStats(t *testing.T) {
	t.Parallel()
	o, a := office(t)
	ctx := context.Background()
	rule := &exam.PaperRule{Judge: 2}
	for i, answer := range []string{"true", "false"} {
		_, m := sit(t, o, a, exam.Order{Agents: []string{"5001"}, Title: "月考", Rule: rule, Seed: 7}, func(h *exam.Handout, r *exam.Result) {
			r.Sitting = string(rune('a' + i))
			for _, q := range h.Items {
				r.Answers[q.ID] = []string{answer}
			}
		})
		if err := o.Result(ctx, "5001", m); err != nil {
			t.Fatal(err)
		}
	}
	got, err := o.Stats(ctx)
	if err != nil {
		t.Fatal(err)
	}
	st := got.(Statistics)
	if len(st.Items) != 2 || st.Items[0].Difficulty != 0.5 || st.Items[0].Sittings != 2 || len(st.Papers) != 0 {
		t.Errorf("%+v", st)
	}
}

func TestStage(t *testing.T) {
	t.Parallel()
	var s Stage
	if s.Play("5001", exam.Live{Phase: "talk"}) != nil || len(s.Lives()) != 1 || s.Attended("5001") {
		t.Fatalf("%+v", s.Lives())
	}
	if first, last := s.Attend("5001", "6001", true); !first || last {
		t.Error("the first watcher")
	}
	if first, _ := s.Attend("5001", "6002", true); first {
		t.Error("the second watcher is the first")
	}
	if got := s.Play("5001", exam.Live{Phase: "write"}); len(got) != 2 || !s.Watches("5001", "6002") {
		t.Errorf("%v", got)
	}
	if got := s.Gone("6001"); got != nil {
		t.Errorf("still watched, released %v", got)
	}
	if got := s.Gone("6002"); len(got) != 1 || got[0] != "5001" || s.Attended("5001") {
		t.Errorf("released %v", got)
	}
	s.Gone("5001")
	if len(s.Lives()) != 0 || s.Watches("5001", "6001") {
		t.Errorf("%+v", s.Lives())
	}
}
