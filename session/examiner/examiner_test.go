package examiner

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"zuoxi/rules/exam"
)

// house is a hub for tests: it answers what it was told to, and remembers.
type house struct {
	t       *testing.T
	answers map[string]any
	refuse  string
	asked   []string
	steered []string
	said    []string
	heard   []byte
	from    int
	now     time.Time
	kept    []Note
	disk    error
}

func newHouse(t *testing.T) (*house, *Desk) {
	h := &house{t: t, answers: map[string]any{}, now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	return h, New(Config{
		Ask: func(cmd string, args any, answered func(json.RawMessage, string)) {
			raw, err := json.Marshal(args)
			if err != nil {
				t.Fatal(err)
			}
			h.asked = append(h.asked, cmd+" "+string(raw))
			if h.refuse != "" {
				answered(nil, h.refuse)
				return
			}
			out, err := json.Marshal(h.answers[cmd])
			if err != nil {
				t.Fatal(err)
			}
			answered(out, "")
		},
		Steer: func(agent string, do exam.Steer, c exam.Choice, done func(string)) {
			h.steered = append(h.steered, agent+" "+string(do)+" "+c.ID)
			done(h.refuse)
		},
		Hear: func(alaw []byte, from int) { h.heard, h.from = alaw, from },
		Say:  func(l string) { h.said = append(h.said, l) },
		Now:  func() time.Time { return h.now },
		Keep: func(n []Note) error { h.kept = n; return h.disk },
		Kept: func() []Note { return h.kept },
	})
}

func TestMarking(t *testing.T) {
	t.Parallel()
	h, d := newHouse(t)
	h.answers["exam.list"] = []exam.Row{{ID: "p1", State: exam.PaperSat}}
	h.answers["exam.mark"] = exam.Work{Row: exam.Row{ID: "p1"}, Open: []string{"s01/A3"}}
	h.answers["exam.report"] = exam.Outcome{Written: 90, WrittenPassed: true}
	d.Do(Look{})
	d.Do(Work{"p1"})
	if v := d.View(); len(v.Rows) != 1 || v.Work == nil || v.Work.Open[0] != "s01/A3" {
		t.Fatalf("%+v", v)
	}
	d.Do(Mark{exam.Marking{ID: "p1", Scenario: "s01", Items: map[string]int{"A3": 4}}})
	if last := h.asked[len(h.asked)-1]; !strings.Contains(last, `"A3":4`) {
		t.Error(last)
	}
	d.Do(Publish{"p1"})
	if v := d.View(); v.Work != nil || !strings.Contains(strings.Join(h.said, ""), "合格") {
		t.Errorf("%+v, said %v", v, h.said)
	}
	h.refuse = "没有权限"
	d.Do(Work{"p1"})
	if d.View().Work != nil || h.said[len(h.said)-1] != "没有权限" {
		t.Errorf("%+v, said %v", d.View(), h.said)
	}
}

// TestWatching: one sitting at a time, scores at once, quiet for too long is said, and the link's return watches again.
func TestWatching(t *testing.T) {
	t.Parallel()
	h, d := newHouse(t)
	d.Do(Steer{Do: exam.SteerLead})
	if len(h.steered) != 0 {
		t.Fatalf("steered nobody: %v", h.steered)
	}
	h.answers["exam.mark"] = exam.Row{ID: "p1"}
	d.Do(Attend{"5001"})
	d.Told([]exam.Live{{Agent: "5001", Paper: "p1", Call: exam.LiveCall{Scenario: "s01"}}, {Agent: "5002", Paper: "p2"}})
	if l := d.View().Live; l == nil || l.Paper != "p1" {
		t.Fatalf("%+v", l)
	}
	d.Do(Steer{exam.SteerSay, exam.Choice{Kind: exam.ChoiceNode, ID: "how"}})
	d.Do(Score{"A3", 4})
	d.Do(Score{"A2", 5})
	if m := d.View().Marks; m["A3"] != 4 || m["A2"] != 5 {
		t.Errorf("%v", m)
	}
	d.Told([]exam.Live{{Agent: "5001", Paper: "p1", Call: exam.LiveCall{Scenario: "s02"}}})
	if d.View().Marks != nil {
		t.Error("the marks of another call")
	}
	h.now = h.now.Add(staleAfter + time.Second)
	d.Tick()
	if !d.View().Stale {
		t.Error("silence is not seen")
	}
	d.Again()
	d.Do(Attend{"5002"})
	d.Do(Attend{""})
	want := "5001 attend |5001 say how|5001 attend |5001 leave |5002 attend |5002 leave "
	if got := strings.Join(h.steered, "|"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	h.refuse = "没有连上"
	d.Do(Attend{"5001"})
	if d.View().Live != nil || d.watch != "" {
		t.Error("watches somebody who is not there")
	}
}

// TestHearing: half a minute in pieces from the mark on.
func TestHearing(t *testing.T) {
	t.Parallel()
	h, d := newHouse(t)
	h.answers["exam.piece"] = map[string]any{"data": []byte{1, 2}, "more": true}
	d.Do(Hear{"p1", "s01", 17_500})
	if len(h.asked) != pieces || !strings.Contains(h.asked[0], `"number":2`) || len(h.heard) != 2*pieces || h.from != 1500 {
		t.Errorf("%v, %d bytes from %d", h.asked, len(h.heard), h.from)
	}
	d.Do(Hear{From: -1})
	if h.from != -1 {
		t.Error("does not stop")
	}
}

func TestWays(t *testing.T) {
	t.Parallel()
	h, d := newHouse(t)
	h.answers["exam.path"] = exam.Way{Agent: "5001", Name: "陈某", Stage: exam.StageShadow, Label: "跟听"}
	h.answers["exam.paths"] = []exam.Way{{Agent: "5001"}}
	h.answers["exam.open"] = exam.Row{Code: "12345-67890", Title: "月考"}
	d.Do(Way{"5001"})
	d.Do(Move{"5001", exam.MoveAdvance, ""})
	if v := d.View(); v.Way.Label != "跟听" || len(v.Ways) != 1 || !strings.Contains(h.said[0], "跟听") {
		t.Errorf("%+v, said %v", v, h.said)
	}
	d.Do(Open{"p1"})
	if v := d.View(); v.Code != "12345-67890" {
		t.Errorf("%+v", v)
	}
	d.Do(Close{})
	if d.View().Way != nil {
		t.Error("not closed")
	}
	d.Do(Dispute{"p1", "态度分"})
	d.Do(Withdraw{"p1"})
	if got := strings.Join(h.asked, "\n"); !strings.Contains(got, "exam.dispute") || !strings.Contains(got, "exam.withdraw") {
		t.Error(got)
	}
	h.now = h.now.Add(nowEvery)
	before := len(h.asked)
	d.Tick()
	d.Tick()
	if len(h.asked) != before+1 {
		t.Errorf("asked %d times", len(h.asked)-before)
	}
	d.Do(Away{})
	h.now = h.now.Add(nowEvery)
	d.Tick()
	if len(h.asked) != before+1 {
		t.Error("asks though nobody looks")
	}
	d.Leave()
	if d.View().Ways != nil {
		t.Error("the next person sees the last one's")
	}
}

// TestNotesBeside: who listens along asks for nothing else, and a note that was not kept is not shown as kept.
func TestNotesBeside(t *testing.T) {
	t.Parallel()
	h, d := newHouse(t)
	h.kept = []Note{{Text: "昨天"}}
	h.answers["exam.beside"] = []exam.Beside{{Agent: "7001"}}
	d.Do(Look{Beside: true})
	if v := d.View(); len(h.asked) != 1 || len(v.Beside) != 1 || len(v.Notes) != 1 {
		t.Fatalf("asked %v, %+v", h.asked, v)
	}
	d.Do(Jot{Note{Seat: "7001", Text: "先问参保地"}})
	if v := d.View(); len(h.kept) != 2 || v.Notes[0].Text != "先问参保地" || !v.Notes[0].At.Equal(h.now) {
		t.Errorf("%+v", h.kept)
	}
	h.disk = errors.New("disk full")
	d.Do(Jot{Note{Text: "再问"}})
	if v := d.View(); len(v.Notes) != 2 || !strings.Contains(h.said[0], "没有存下") {
		t.Errorf("%+v, said %v", v.Notes, h.said)
	}
}

// drawer are the files of a machine.
type drawer map[string][]byte

func (f drawer) Read(path string) ([]byte, error) {
	if f[path] == nil {
		return nil, errors.New("no such file")
	}
	return f[path], nil
}

func (f drawer) Create(path string, data []byte) error {
	if f[path] != nil {
		return errors.New("file exists")
	}
	f[path] = data
	return nil
}

// TestPapersAndBank: a draft is shown and forgotten when the papers are out; a large file goes in by pieces and the whole of its
// faults stays; the bank comes out by pieces and never over a file that is there.
func TestPapersAndBank(t *testing.T) {
	t.Parallel()
	h, d := newHouse(t)
	files := drawer{"/big.zip": make([]byte, 300<<10)}
	d.cfg.Files = files
	order := exam.Order{Title: "月考", Agents: []string{"5001"}, Seed: 7}
	h.answers["exam.preview"] = exam.Draft{People: 1, Items: []exam.DraftItem{{ID: "q1"}}}
	d.Do(Preview{order})
	if x := d.View().Draft; x == nil || len(x.Items) != 1 {
		t.Fatalf("%+v", x)
	}
	h.answers["exam.make"], h.answers["exam.list"] = []exam.Row{{ID: "p1"}}, []exam.Row{{ID: "p1"}}
	d.Do(Make{order})
	if v := d.View(); v.Draft != nil || len(v.Rows) != 1 || !strings.Contains(h.said[len(h.said)-1], "发给 1 人") {
		t.Errorf("%+v %v", v, h.said)
	}
	h.asked, h.answers["exam.import"] = nil, map[string]int{"questions": 3}
	d.Do(Import{"/big.zip"})
	if len(h.asked) != 3 || !strings.Contains(h.said[len(h.said)-1], "题 3") {
		t.Errorf("%d pieces, %v", len(h.asked), h.said)
	}
	h.refuse = "big.zip 第 3 行：坏\nbig.zip 第 9 行：坏"
	d.Do(Import{"/big.zip"})
	if f := d.View().Faults; len(f) != 2 || !strings.Contains(f[1], "第 9 行") {
		t.Errorf("%v", f)
	}
	d.Do(Import{"/none"})
	if !strings.Contains(h.said[len(h.said)-1], "文件读不了") {
		t.Errorf("%v", h.said)
	}
	h.refuse, h.answers["exam.take"] = "", map[string]any{"data": []byte("bank")}
	d.Do(Export{"/out.yaml"})
	if string(files["/out.yaml"]) != "bank" || !strings.Contains(strings.Join(h.asked, "\n"), `"format":"yaml"`) {
		t.Errorf("%v", files["/out.yaml"])
	}
	d.Do(Export{"/out.yaml"})
	if !strings.Contains(h.said[len(h.said)-1], "没有写出") {
		t.Errorf("%v", h.said)
	}
}

// TestOnePaperAtATime: while another paper is on its way none is open, an answer
// about one that was put away comes too late, and so does the refusal to let a
// sitting be watched when another one is.
func TestOnePaperAtATime(t *testing.T) {
	t.Parallel()
	var answers []func(json.RawMessage, string)
	var attended []func(string)
	d := New(Config{
		Ask: func(_ string, _ any, answered func(json.RawMessage, string)) { answers = append(answers, answered) },
		Steer: func(_ string, do exam.Steer, _ exam.Choice, done func(string)) {
			if do == exam.SteerAttend {
				attended = append(attended, done)
			}
		},
		Say: func(string) {},
	})
	answer := func(i int, id string) {
		raw, _ := json.Marshal(exam.Work{Row: exam.Row{ID: id}})
		answers[i](raw, "")
	}
	d.Do(Work{"p1"})
	answer(0, "p1")
	d.Do(Mark{exam.Marking{ID: "p1"}})
	d.Do(Work{"p2"})
	if d.View().Work != nil {
		t.Error("p1 still takes marks while p2 is on its way")
	}
	answer(2, "p2")
	answer(1, "p1")
	if w := d.View().Work; w == nil || w.ID != "p2" {
		t.Errorf("the late answer shows %+v", w)
	}
	d.Do(Attend{"5001"})
	d.Do(Attend{"5002"})
	attended[0]("没有权限")
	if d.Told([]exam.Live{{Agent: "5002", Paper: "p2"}}); d.View().Live == nil {
		t.Error("the late refusal ends the watching of another")
	}
}

// TestNothingIsAskedOffline: with the link cut the list is not read by itself, and a sitting that is watched still grows stale.
func TestNothingIsAskedOffline(t *testing.T) {
	t.Parallel()
	h, d := newHouse(t)
	on := true
	d.cfg.Online = func() bool { return on }
	d.Do(Look{})
	d.Do(Attend{"5001"})
	before := len(h.asked)
	on, h.now = false, h.now.Add(staleAfter+nowEvery)
	if d.Tick(); len(h.asked) != before || !d.View().Stale {
		t.Errorf("asked %v, stale %v", h.asked[before:], d.View().Stale)
	}
	on = true
	if d.Tick(); len(h.asked) != before+1 {
		t.Error("the link is back, and nothing is asked")
	}
}
