package examiner

import (
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"zuoxi/rules/access"
	"zuoxi/rules/exam"
	"zuoxi/rules/quality"
	"zuoxi/session"
	"zuoxi/session/examiner"
	"zuoxi/ui/keys"
	"zuoxi/ui/sample"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func desk(v examiner.View) (*Page, *sample.Desk) {
	s := sample.Idle()
	s.Seat.Role = string(access.RoleTrainer)
	s.Exam.Examiner = v
	return New(), sample.Alone(s, keys.Marking)
}

func verb(t *testing.T, d *sample.Desk) examiner.Verb {
	t.Helper()
	v, ok := d.Last().(session.Examiner)
	if !ok {
		t.Fatalf("%+v", d.Said)
	}
	return v.Do
}

func sitting() *exam.Work {
	w := &exam.Work{Row: exam.Row{ID: "p1", Agent: "5001", Title: "结业考试", State: exam.PaperSat}, Open: []string{"s01/A3"}}
	w.Short = []exam.ShortWork{{Question: "short-01", Stem: "怎么办", Given: "先登记", Expected: []string{"登记、申请"}, KB: "sy-001", Half: -1, Of: 20}}
	w.Calls = []exam.CallWork{{
		Scenario: "s01", Title: "失业", Tests: []string{"A1b", "A3"}, Timeline: []exam.Remark{{MS: 1500, Kind: "caller", Text: "你好"}, {MS: 65_000, Kind: "turn", Text: "说完一段"}},
		Proposals: []quality.Proposal{{Item: "A1b", Points: 3, Sure: true, Why: "来电者先挂"}},
		Points:    []exam.PointWork{{ID: "p1", Text: "可以", KB: "sy-003", Must: true, Proposed: true}, {ID: "p2", Text: "转移"}},
		Forbidden: []exam.BrokenWork{{Text: "报出金额", Minus: 5}}, Record: []byte(`{"question":"能不能领"}`),
	}}
	return w
}

// TestMarkingScreen: each decision goes to the hub at once, in units of the sheet; a proposal is never shown as a mark.
func TestMarkingScreen(t *testing.T) {
	t.Parallel()
	p, d := desk(examiner.View{Rows: []exam.Row{{ID: "p1", Agent: "5001", Title: "结业考试", State: exam.PaperSat}}})
	p.Act(keys.ExamineDo, &d.Env)
	if v := verb(t, d); v != (examiner.Work{Paper: "p1"}) {
		t.Fatalf("%+v", v)
	}
	d.View.Exam.Examiner.Work = sitting()
	got, _ := d.Draw(p.Draw, 150, 40)
	for _, want := range []string{"待评/3", "建议 3 来电者先挂", "还有 1 项没有人评", "必答要点", "写到或说到", "参考：登记、申请"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing:\n%s", want, got)
		}
	}
	d.Press(p.Update, "7")
	if m := verb(t, d).(examiner.Mark); m.Short["short-01"] != 14 {
		t.Errorf("%+v", m)
	}
	d.Press(p.Update, "down", "right")
	if m := verb(t, d).(examiner.Mark); m.Scenario != "s01" || m.Items["A1b"] != 3 {
		t.Errorf("%+v", m)
	}
	before := len(d.Said)
	d.Press(p.Update, "9")
	if len(d.Said) != before {
		t.Error("more points than there are")
	}
	d.Press(p.Update, "down", "down", "space")
	if m := verb(t, d).(examiner.Mark); !m.Heard || len(m.Points) != 1 || m.Points[0] != "p1" {
		t.Errorf("%+v", m)
	}
	d.Press(p.Update, "down", "down", "space")
	if m := verb(t, d).(examiner.Mark); len(m.Broken) != 1 || m.Broken[0] != 1 {
		t.Errorf("%+v", m)
	}
	p.Act(keys.ExamineDo, &d.Env)
	if m := verb(t, d).(examiner.Mark); !m.Accept || m.Scenario != "s01" {
		t.Errorf("%+v", m)
	}
	p.Act(keys.Next, &d.Env)
	d.Press(p.Update, "down")
	p.Act(keys.ExamineHear, &d.Env)
	if v := verb(t, d); v != (examiner.Hear{Paper: "p1", Scenario: "s01", From: 65_000}) {
		t.Errorf("%+v", v)
	}
	if got, _ := d.Draw(p.Draw, 150, 40); !strings.Contains(got, "01:05 说完一段") || !strings.Contains(got, "问题：能不能领") {
		t.Errorf("%s", got)
	}
	p.Act(keys.ExamineHear, &d.Env)
	if v := verb(t, d).(examiner.Hear); v.From != -1 {
		t.Errorf("%+v", v)
	}
	if got, _ := d.Draw(p.Draw, 80, 24); !strings.Contains(got, "结业考试") {
		t.Errorf("%s", got)
	}
}

// TestConsole: watch, lead, choose a line, tick, score, note.
func TestConsole(t *testing.T) {
	t.Parallel()
	l := exam.Live{Agent: "5001", Title: "结业考试", Phase: "talk", Call: exam.LiveCall{
		Scenario: "s01", Title: "失业", MS: 61_000, Speaking: exam.SpeakingTrainee, Said: []exam.Remark{{Kind: "caller", Text: "你好，能领吗"}},
		Choices: []exam.Choice{{Kind: exam.ChoiceNode, ID: "how", Text: "先干什么？", Next: true}, {Kind: exam.ChoiceFact, ID: "f3", Text: "户籍在乙省", End: false}},
		Points:  []exam.PointWork{{ID: "p1", Text: "可以"}}, Tests: []string{"A3"}, Record: map[string]string{"answer": "可以回去领"},
	}}
	p, d := desk(examiner.View{Lives: []exam.Live{l}})
	p.Act(keys.ExamineTab, &d.Env)
	p.Act(keys.ExamineDo, &d.Env)
	if v := verb(t, d); v != (examiner.Attend{Agent: "5001"}) {
		t.Fatalf("%+v", v)
	}
	d.View.Exam.Examiner.Live = &l
	got, _ := d.Draw(p.Draw, 150, 40)
	for _, want := range []string{"通话 01:01", "学员在说", "剧本自动", "来电人：你好，能领吗", "顺接", "告知", "答复：可以回去领", "要点 可以"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing:\n%s", want, got)
		}
	}
	p.Act(keys.ExamineLead, &d.Env)
	if v := verb(t, d); v != (examiner.Steer{Do: exam.SteerLead}) {
		t.Errorf("%+v", v)
	}
	d.Press(p.Update, "down", "enter")
	if v := verb(t, d).(examiner.Steer); v.Do != exam.SteerSay || v.Choice.ID != "f3" {
		t.Errorf("%+v", v)
	}
	p.Act(keys.Next, &d.Env)
	d.Press(p.Update, "space")
	if v := verb(t, d).(examiner.Steer); v.Do != exam.SteerTick || v.Choice.ID != "p1" {
		t.Errorf("%+v", v)
	}
	d.Press(p.Update, "down", "4", "5") // all or nothing: four is no mark
	if v := verb(t, d); v != (examiner.Score{Item: "A3", Points: 5}) {
		t.Errorf("%+v", v)
	}
	p.Act(keys.Next, &d.Env)
	if _, cur := d.Draw(p.Draw, 150, 40); !cur.On || !p.Typing() {
		t.Error("no cursor in the note")
	}
	d.Press(p.Update, "急", "enter")
	if v := verb(t, d).(examiner.Steer); v.Do != exam.SteerNote || v.Choice.Text != "急" {
		t.Errorf("%+v", v)
	}
	d.View.Exam.Examiner.Stale = true
	if got, _ := d.Draw(p.Draw, 100, 30); !strings.Contains(got, "没有消息") {
		t.Error("a silent seat looks alive")
	}
	p.Act(keys.ExamineShut, &d.Env)
	if v := verb(t, d); v != (examiner.Attend{}) {
		t.Errorf("%+v", v)
	}
}

// TestWay: a step along the path is pressed twice.
func TestWay(t *testing.T) {
	t.Parallel()
	w := exam.Way{Agent: "5001", Name: "陈某", Stage: exam.StageShadow, Label: "跟听", Since: sample.Noon.Add(-50 * time.Hour), Begun: sample.Noon.Add(-500 * time.Hour), Moves: []exam.Move{exam.MoveAdvance, exam.MoveEnd}, Mentor: "7001"}
	p, d := desk(examiner.View{Ways: []exam.Way{w}})
	p.Act(keys.ExamineTab, &d.Env)
	p.Act(keys.ExamineTab, &d.Env)
	p.Act(keys.ExamineDo, &d.Env)
	if v := verb(t, d); v != (examiner.Way{Agent: "5001"}) {
		t.Fatalf("%+v", v)
	}
	d.View.Exam.Examiner.Way = &w
	if got, _ := d.Draw(p.Draw, 140, 30); !strings.Contains(got, "本阶段第 3 天") || !strings.Contains(got, "1 进入下一阶段") || !strings.Contains(got, "7001") {
		t.Errorf("%s", got)
	}
	before := len(d.Said)
	d.Press(p.Update, "1")
	if len(d.Said) != before {
		t.Fatal("moved at the first press")
	}
	d.Press(p.Update, "2", "2")
	if v := verb(t, d); v != (examiner.Move{Agent: "5001", Move: exam.MoveEnd}) {
		t.Errorf("%+v", v)
	}
}

func TestCodeIsShown(t *testing.T) {
	t.Parallel()
	p, d := desk(examiner.View{Rows: []exam.Row{{ID: "p1", Agent: "5001", Title: "月考", State: exam.PaperLaid}}})
	p.Act(keys.ExamineCode, &d.Env)
	if v := verb(t, d); v != (examiner.Open{Paper: "p1"}) {
		t.Errorf("%+v", v)
	}
	d.View.Exam.Examiner.Code = "12345-67890"
	if got, _ := d.Draw(p.Draw, 120, 30); !strings.Contains(got, "12345-67890") || !strings.Contains(got, "已发卷") {
		t.Errorf("%s", got)
	}
}

// TestChosenLineIsSaid: the lines change places with each word of the talk; the
// caller says the chosen one or nothing.
func TestChosenLineIsSaid(t *testing.T) {
	t.Parallel()
	node := func(id string) exam.Choice { return exam.Choice{Kind: exam.ChoiceNode, ID: id, Text: id} }
	l := exam.Live{Agent: "5001", Phase: "talk", Call: exam.LiveCall{Scenario: "s01", Choices: []exam.Choice{node("a"), node("b"), node("c")}}}
	p, d := desk(examiner.View{Lives: []exam.Live{l}, Live: &l})
	p.Act(keys.ExamineTab, &d.Env)
	p.Act(keys.ExamineDo, &d.Env)
	d.Draw(p.Draw, 150, 40)
	d.Press(p.Update, "down")
	l.Call.Choices = []exam.Choice{node("x"), node("a"), node("c"), node("b")}
	d.Draw(p.Draw, 150, 40)
	d.Press(p.Update, "enter")
	if v := verb(t, d).(examiner.Steer); v.Choice.ID != "b" {
		t.Errorf("says %+v", v)
	}
	l.Call.Choices = []exam.Choice{node("x"), node("a"), node("c")}
	d.Draw(p.Draw, 150, 40)
	before := len(d.Said)
	if d.Press(p.Update, "enter"); len(d.Said) != before {
		t.Errorf("says %+v in its place", d.Last())
	}
	if d.Press(p.Update, "down", "enter"); verb(t, d).(examiner.Steer).Choice.ID != "a" {
		t.Errorf("chosen anew, says %+v", d.Last())
	}
}
