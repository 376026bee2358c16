package examiner

import (
	"strings"
	"testing"
	"time"

	"zuoxi/rules/access"
	"zuoxi/rules/call"
	"zuoxi/rules/exam"
	"zuoxi/session"
	"zuoxi/session/examiner"
	"zuoxi/ui/keys"
	"zuoxi/ui/sample"
)

// TestTraineeBeside: a trainee has this one list, only listens, and writes notes down beside.
func TestTraineeBeside(t *testing.T) {
	t.Parallel()
	p, d := desk(examiner.View{Beside: []exam.Beside{{Agent: "7001", Name: "周某", State: "通话", OnCall: true}}})
	d.View.Seat.Role = string(access.RoleTrainee)
	p.Beside(&d.Env)
	p.Act(keys.ExamineTab, &d.Env)
	if v := verb(t, d); v != (examiner.Look{Beside: true}) {
		t.Fatalf("%+v", v)
	}
	p.Act(keys.ExamineDo, &d.Env)
	if d.Last() != (session.Observe{Seat: "7001", Way: call.EarMonitor}) {
		t.Fatalf("%+v", d.Last())
	}
	before := len(d.Said)
	d.Press(p.Update, "2", "3", "9", "9")
	if len(d.Said) != before {
		t.Errorf("a trainee does %+v", d.Said[before:])
	}
	d.View.Watch = &session.WatchView{
		Seat: "7001", Who: "7001 周某", Call: "c1", Way: call.EarMonitor, Since: sample.Noon.Add(-65 * time.Second), Phase: call.StateTalking, Masked: "139****0042",
	}
	got, _ := d.Draw(p.Draw, 120, 30)
	for _, want := range []string{"在听 7001 周某", "139****0042", "1 只听", "我的笔记"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing:\n%s", want, got)
		}
	}
	if strings.Contains(got, "耳语") || strings.Contains(got, "接管") {
		t.Errorf("a trainee is offered more than listening:\n%s", got)
	}
	p.Act(keys.Next, &d.Env)
	d.Press(p.Update, "1", "enter") // text here, not a command
	if v := verb(t, d); v != (examiner.Jot{Note: examiner.Note{Seat: "7001", Call: "c1", Into: 65 * time.Second, Text: "1"}}) {
		t.Errorf("%+v", v)
	}
	d.View.Watch = nil // the call is over
	d.Press(p.Update, "问", "enter")
	if v := verb(t, d); v != (examiner.Jot{Note: examiner.Note{Seat: "7001", Call: "c1", Text: "问"}}) {
		t.Errorf("%+v", v)
	}
	p.Act(keys.ExamineShut, &d.Env)
	if d.Last() != (session.Observe{}) {
		t.Errorf("%+v", d.Last())
	}
}

// TestMentorBeside: whisper and intercom at once, a takeover at the second press.
func TestMentorBeside(t *testing.T) {
	t.Parallel()
	p, d := desk(examiner.View{
		Beside: []exam.Beside{{Agent: "5001", Name: "陈某", Teaches: true, State: "通话", OnCall: true}},
		Notes:  []examiner.Note{{At: sample.Noon, Seat: "5001", Call: "c1", Into: 65 * time.Second, Text: "先问参保地"}},
	})
	d.View.Seat.Role = string(access.RoleMentor)
	p.Beside(&d.Env)
	got, _ := d.Draw(p.Draw, 120, 30)
	for _, want := range []string{"2 耳语", "9 接管", "先问参保地", "5001 陈某"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing:\n%s", want, got)
		}
	}
	d.Press(p.Update, "2")
	if d.Last() != (session.Observe{Seat: "5001", Way: call.EarWhisper}) {
		t.Errorf("%+v", d.Last())
	}
	d.Press(p.Update, "3")
	if d.Last() != (session.Intercom{Seat: "5001"}) {
		t.Errorf("%+v", d.Last())
	}
	before := len(d.Said)
	d.Press(p.Update, "9")
	if len(d.Said) != before {
		t.Fatal("taken over at the first press")
	}
	d.Press(p.Update, "9")
	if d.Last() != (session.TakeOver{Seat: "5001", Reason: "带教老师接管"}) {
		t.Errorf("%+v", d.Last())
	}
}

// TestSecondPressIsForThisCall: a takeover that was asked for once waits no longer
// than the line that says so: later it would be of another call.
func TestSecondPressIsForThisCall(t *testing.T) {
	t.Parallel()
	p, d := desk(examiner.View{Beside: []exam.Beside{{Agent: "5001", Name: "陈某", Teaches: true, State: "通话", OnCall: true}}})
	d.View.Seat.Role = string(access.RoleMentor)
	p.Beside(&d.Env)
	before := len(d.Said)
	d.Press(p.Update, "9")
	d.Now = d.Now.Add(time.Minute)
	if d.Press(p.Update, "9"); len(d.Said) != before {
		t.Fatalf("taken over a minute later: %v", d.Last())
	}
	if d.Press(p.Update, "9"); d.Last() != (session.TakeOver{Seat: "5001", Reason: "带教老师接管"}) {
		t.Errorf("%+v", d.Last())
	}
}

// TestWhispersToWhomWasChosen: seats that come and go move nothing under the
// cursor, and who came under it is not spoken to at once.
func TestWhispersToWhomWasChosen(t *testing.T) {
	t.Parallel()
	who := func(no string) exam.Beside { return exam.Beside{Agent: no, Name: "某", Teaches: true, OnCall: true} }
	p, d := desk(examiner.View{Beside: []exam.Beside{who("5001"), who("5002"), who("5003")}})
	d.View.Seat.Role = string(access.RoleMentor)
	p.Beside(&d.Env)
	d.Draw(p.Draw, 120, 30)
	d.Press(p.Update, "down")
	d.View.Exam.Examiner.Beside = []exam.Beside{who("5000"), who("5001"), who("5002"), who("5003")}
	d.Draw(p.Draw, 120, 30)
	if d.Press(p.Update, "2"); d.Last() != (session.Observe{Seat: "5002", Way: call.EarWhisper}) {
		t.Errorf("whispers to %+v", d.Last())
	}
	d.View.Exam.Examiner.Beside = []exam.Beside{who("5000"), who("5001"), who("5003")}
	d.Draw(p.Draw, 120, 30)
	before, told := len(d.Said), ""
	d.Say = func(line string) { told = line }
	if d.Press(p.Update, "2"); len(d.Said) != before || !strings.Contains(told, "5003") {
		t.Errorf("whispers to %+v, told %q", d.Last(), told)
	}
	if d.Press(p.Update, "2"); d.Last() != (session.Observe{Seat: "5003", Way: call.EarWhisper}) {
		t.Errorf("pressed again, whispers to %+v", d.Last())
	}
}
