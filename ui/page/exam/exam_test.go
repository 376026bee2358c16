package exam

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	rules "zuoxi/rules/exam"
	"zuoxi/session"
	"zuoxi/session/exam"
	"zuoxi/ui/form"
	"zuoxi/ui/keys"
	"zuoxi/ui/lookup"
	"zuoxi/ui/sample"
)

func newExam(s *exam.Sitting) (*Page, *sample.Desk, *form.Form) {
	v := sample.Idle()
	v.Exam.Papers = []exam.Paper{{ID: "p1", Title: "十一月考试", Kind: "exam", Keyed: true}, {ID: "x", Title: "每日练习", Kind: "practice"}}
	v.Exam.Sitting = s
	if s != nil && s.Talk != nil {
		v.Record = &session.RecordView{Number: "模拟-1.1"}
	}
	f := form.New()
	f.Follow(v.Record)
	return New(lookup.New(sample.Shelf{}), f), sample.Alone(v, keys.Exam), f
}

func paper(open bool) *exam.Sitting {
	return &exam.Sitting{Title: "十一月考试", Kind: "exam", Phase: exam.PhaseWritten, Open: open, Left: 18*time.Minute + 42*time.Second, At: -1, Items: []exam.Item{
		{Asked: rules.Asked{ID: "q1", Type: rules.Multiple, Points: 2, Stem: "应当停止发放失业保险金的情形有", Options: []rules.Option{{Key: "B", Text: "重新就业"}, {Key: "A", Text: "外出旅游"}}}},
		{Asked: rules.Asked{ID: "q2", Type: rules.Short, Points: 10, Stem: "怎么办理"}},
	}}
}

func TestPaperIsOpenedWithItsCode(t *testing.T) {
	p, d, _ := newExam(nil)
	p.Act(keys.ExamOpen, &d.Env)
	if len(d.Said) != 0 {
		t.Fatalf("opened without a code: %v", d.Said)
	}
	d.Press(p.Update, "1", "2", "3")
	p.Act(keys.ExamOpen, &d.Env)
	if d.Last() != (session.Exam{Do: exam.Open{Paper: "p1", Code: "123"}}) {
		t.Errorf("%+v", d.Last())
	}
	got, cur := d.Draw(p.Draw, 120, 33)
	if !strings.Contains(got, "十一月考试") || !strings.Contains(got, "还没有公布的成绩") || !cur.On {
		t.Errorf("%v\n%s", cur, got)
	}
}

// TestNoPaperYet: papers come a moment after the sign-in; a key that was quicker is answered.
func TestNoPaperYet(t *testing.T) {
	p, d, _ := newExam(nil)
	told := ""
	d.View.Exam.Papers, d.Env.Say = nil, func(line string) { told = line }
	if p.Act(keys.ExamOpen, &d.Env); !strings.Contains(told, "没有开卷") || len(d.Said) != 0 {
		t.Errorf("says %q, does %v", told, d.Said)
	}
}

func TestAnswers(t *testing.T) {
	p, d, _ := newExam(paper(false))
	got, _ := d.Draw(p.Draw, 120, 33)
	for _, want := range []string{"多选", "剩余 18:42", "1 重新就业", "2 外出旅游", "交卷前不能离开"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing:\n%s", want, got)
		}
	}
	if strings.Contains(got, "知识库") {
		t.Error("a closed book shows the knowledge pane")
	}
	d.Press(p.Update, "1")
	if v := d.Last().(session.Exam).Do.(exam.Answer); v.Item != 0 || v.Given[0] != "B" {
		t.Errorf("%+v", v)
	}
	d.View.Exam.Sitting.Items[0].Given = []string{"B"}
	d.Press(p.Update, "1")
	if v := d.Last().(session.Exam).Do.(exam.Answer); len(v.Given) != 0 {
		t.Errorf("not taken back: %+v", v)
	}
	p.Act(keys.ExamOpen, &d.Env)
	if _, cur := d.Draw(p.Draw, 80, 21); !cur.On {
		t.Error("no cursor in a short answer")
	}
	d.Press(p.Update, "先")
	if v := d.Last().(session.Exam).Do.(exam.Answer); v.Item != 1 || v.Given[0] != "先" {
		t.Errorf("%+v", v)
	}
	p.Act(keys.Search, &d.Env)
	if p.at == areaLookup {
		t.Error("the knowledge pane opens in a closed book")
	}
}

func TestOpenBookShowsTheKnowledge(t *testing.T) {
	p, d, _ := newExam(paper(true))
	if got, _ := d.Draw(p.Draw, 160, 33); !strings.Contains(got, "知识库") {
		t.Errorf("%s", got)
	}
	p.Act(keys.Search, &d.Env)
	d.Press(p.Update, "ylj")
	if got, _ := d.Draw(p.Draw, 80, 21); !strings.Contains(got, "查 ylj") {
		t.Errorf("%s", got)
	}
}

func TestSimulatedCall(t *testing.T) {
	s := &exam.Sitting{Title: "技能", Kind: "exam", Phase: exam.PhaseRing, At: 0, Name: "1.1", Calls: []exam.Call{{Title: "失业金异地领取"}, {Title: "欠薪"}}, Talk: &exam.Talk{Category: "失业保险"}}
	p, d, f := newExam(s)
	p.Act(keys.ExamTake, &d.Env)
	if d.Last() != (session.Exam{Do: exam.Pick{}}) {
		t.Errorf("%+v", d.Last())
	}
	s.Phase, s.Talk.For, s.Talk.Muted = exam.PhaseTalk, 65*time.Second, true
	for _, w := range []int{80, 120, 200} {
		got, cur := d.Draw(p.Draw, w, 33)
		for _, want := range []string{"通话 01:05", "静音 开", "受理单（模拟）", "作答中"} {
			if !strings.Contains(got, want) {
				t.Errorf("%d: %s is missing:\n%s", w, want, got)
			}
		}
		if w == 120 && strings.Contains(got, "来电人：") {
			t.Error("an exam shows the transcript")
		}
		_ = cur
	}
	p.Act(keys.ExamMute, &d.Env)
	p.Act(keys.ExamHold, &d.Env)
	p.Act(keys.ExamHangUp, &d.Env)
	want := []session.Verb{session.Exam{Do: exam.Pick{}}, session.Exam{Do: exam.Mute{}}, session.Exam{Do: exam.Hold{On: true}}, session.Exam{Do: exam.HangUp{}}}
	for i := range want {
		if d.Said[i] != want[i] {
			t.Errorf("verb %d is %+v", i, d.Said[i])
		}
	}
	d.Press(p.Update, "户")
	if f.Edit().Fields.Question+f.Edit().Fields.Topic == "" {
		t.Errorf("the form took nothing: %+v", f.Edit().Fields)
	}
}

func TestSheetIsNoScore(t *testing.T) {
	s := &exam.Sitting{Title: "技能", Kind: "exam", Phase: exam.PhaseDone, At: -1, Calls: []exam.Call{{Title: "失业金异地领取", Done: true,
		Lines: []exam.SheetLine{{Item: "C5", Name: "查资料等待", Points: 0, Of: 5, Why: "单次最长等待70秒"}}}}}
	p, d, _ := newExam(s)
	got, _ := d.Draw(p.Draw, 120, 33)
	for _, want := range []string{"机器建议，待人评", "单次最长等待70秒", "机器不出总分"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing:\n%s", want, got)
		}
	}
	p.Act(keys.ExamOpen, &d.Env)
	if d.Last() != (session.Exam{Do: exam.Done{}}) {
		t.Errorf("%+v", d.Last())
	}
}

// TestPracticeReview: hints on demand, the own check by digits, the talk again from a mark; none of it in an exam.
func TestPracticeReview(t *testing.T) {
	t.Parallel()
	s := &exam.Sitting{Title: "每日练习", Kind: "practice", Phase: exam.PhaseTalk, Talk: &exam.Talk{Hints: []string{"还没问：户口"}}}
	p, d, _ := newExam(s)
	if got, _ := d.Draw(p.Draw, 130, 40); strings.Contains(got, "还没问") {
		t.Error("hints without being asked for")
	}
	p.Act(keys.ExamHint, &d.Env)
	if got, _ := d.Draw(p.Draw, 130, 40); !strings.Contains(got, "还没问：户口") {
		t.Errorf("no hints:\n%s", got)
	}
	*s = exam.Sitting{Title: "每日练习", Kind: "practice", Phase: exam.PhaseCalls, At: -1, Calls: []exam.Call{{
		Title: "失业", Done: true, Lines: []exam.SheetLine{{Item: "C5", Name: "等待", Of: 5}}, Point: []exam.PointLine{{Text: "可以", KB: "sy-003", Found: true}, {Text: "转移"}},
		Notes: []rules.Remark{{MS: 1000, Text: "你好"}, {MS: 5000, Text: "说完一段"}},
	}}}
	d.View.Record = nil
	p.form.Follow(nil)
	d.Press(p.Update, "2", "right")
	if v := d.Last(); v != (session.Exam{Do: exam.Check{Call: 0, Point: 1}}) {
		t.Errorf("%+v", v)
	}
	p.Act(keys.ExamReplay, &d.Env)
	if v := d.Last(); v != (session.Exam{Do: exam.Replay{Call: 0, From: 5000}}) {
		t.Errorf("%+v", v)
	}
	p.Act(keys.ExamReplay, &d.Env)
	if v := d.Last(); v != (session.Exam{Do: exam.Replay{From: -1}}) {
		t.Errorf("%+v", v)
	}
	if got, _ := d.Draw(p.Draw, 130, 40); !strings.Contains(got, "写 1 可以") || !strings.Contains(got, "00:05 说完一段") {
		t.Errorf("%s", got)
	}
}

// TestTakingTextInOrOutIsNoted: neither is possible, both are written down.
func TestTakingTextInOrOutIsNoted(t *testing.T) {
	t.Parallel()
	p, d, _ := newExam(paper(false))
	d.Draw(p.Draw, 120, 30)
	d.Press(p.Update, "ctrl+y")
	if v := d.Last(); v != (session.Exam{Do: exam.Noted{What: exam.NotedCopy}}) {
		t.Errorf("%+v", v)
	}
	p.Act(keys.ExamOpen, &d.Env)
	d.Draw(p.Draw, 120, 30)
	p.Update(tea.PasteMsg{Content: "从别处抄来"}, &d.Env)
	if v := d.Last(); v != (session.Exam{Do: exam.Noted{What: exam.NotedPaste}}) {
		t.Errorf("%+v", v)
	}
}
