package admin

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/rules/exam"
	"zuoxi/wire"
)

// papers is an examination office with one paper, of agent 5001 in district 320100.
type papers struct{ passes []bool }

func (papers) Whose(context.Context, string) (string, string, error) { return "5001", "320100", nil }
func (papers) Make(context.Context, json.RawMessage) (any, error)    { return []string{"p1"}, nil }
func (papers) Open(context.Context, string) (any, error)             { return map[string]string{"code": "1"}, nil }
func (papers) List(_ context.Context, d ...string) (any, error) {
	return within(strings.Join(d, ""), "p1"), nil
}
func (papers) Mark(context.Context, string, json.RawMessage) (any, error) { return "ok", nil }
func (p papers) Report(context.Context, string, bool) (any, []bool, error) {
	return "ok", p.passes, nil
}
func (papers) Withdraw(context.Context, string) (any, error)                { return "ok", nil }
func (papers) Dispute(context.Context, string, string, string) (any, error) { return "ok", nil }
func (papers) Piece(context.Context, string, string, int) ([]byte, bool, error) {
	return []byte{1}, false, nil
}
func (papers) Sheet(_ context.Context, w io.Writer, _ string, _ bool) error {
	_, err := io.WriteString(w, "sheet")
	return err
}
func (papers) Now(_ context.Context, may func(string) bool) any          { return may("5001") }
func (papers) Import(_ context.Context, n string, _ []byte) (any, error) { return n, nil }
func (papers) Export(w io.Writer, f string) error                        { _, err := io.WriteString(w, f); return err }
func (papers) Stats(context.Context) (any, error)                        { return "stats", nil }
func (papers) Preview(context.Context, json.RawMessage) (any, error)     { return exam.Draft{}, nil }
func (papers) Questions() any                                            { return "questions" }
func (papers) Sound(context.Context, string, string) ([]byte, error)     { return []byte{1, 2}, nil }

// reviewed are the articles of one subject.
type reviewed []time.Time

func (s reviewed) Reviews() map[string][]time.Time { return map[string][]time.Time{"sy": s} }

// seat puts the office where the service asks for it.
func (o *office) seat(p papers) { o.Exams, o.Marking, o.Sitting, o.Bank = p, p, p, p }

func person(no, district string, r access.Role) Person {
	return Person{No: no, District: district, Roles: []access.Role{r}}
}

// TestExamRights: papers are the trainer's; a mentor marks in the own district; nobody marks an own paper.
func TestExamRights(t *testing.T) {
	o := open(t)
	o.seat(papers{})
	trainer, mentor := person("6001", "320100", access.RoleTrainer), person("7001", "320100", access.RoleMentor)
	for _, c := range []struct {
		who  Person
		cmd  string
		want wire.Code
	}{
		{trainer, "exam.make", wire.CodeOK}, {trainer, "exam.open", wire.CodeOK}, {trainer, "exam.mark", wire.CodeOK},
		{mentor, "exam.make", wire.CodeForbidden}, {mentor, "exam.open", wire.CodeForbidden}, {mentor, "exam.mark", wire.CodeOK},
		{person("7002", "320200", access.RoleMentor), "exam.mark", wire.CodeForbidden},
		{person("5001", "320100", access.RoleTrainer), "exam.mark", wire.CodeForbidden},
		{person("5002", "320100", access.RoleTrainee), "exam.list", wire.CodeForbidden},
		{Owner, "exam.mark", wire.CodeForbidden},
		{trainer, "exam.withdraw", wire.CodeOK}, {mentor, "exam.withdraw", wire.CodeForbidden},
		{person("5001", "320100", access.RoleTrainee), "exam.dispute", wire.CodeOK}, {trainer, "exam.dispute", wire.CodeOK},
		{person("5002", "320100", access.RoleTrainee), "exam.dispute", wire.CodeForbidden}, {mentor, "exam.dispute", wire.CodeForbidden},
		{mentor, "exam.piece", wire.CodeOK}, {person("7002", "320200", access.RoleMentor), "exam.piece", wire.CodeForbidden},
		{person("3001", "320100", access.RoleLead), "exam.mark", wire.CodeOK}, {person("3002", "320200", access.RoleLead), "exam.mark", wire.CodeForbidden},
		{trainer, "exam.preview", wire.CodeOK}, {mentor, "exam.preview", wire.CodeForbidden}, {mentor, "exam.take", wire.CodeForbidden},
		{trainer, "exam.stats", wire.CodeOK}, {mentor, "exam.stats", wire.CodeForbidden}, {mentor, "exam.bank", wire.CodeForbidden},
	} {
		delete(o.sessions, c.who.No)
		if r, _ := o.do(c.who, c.cmd, paperAsk{ID: "p1"}); r.Code != c.want {
			t.Errorf("%s %s: %+v", c.who.No, c.cmd, r)
		}
	}
	if _, file := o.do(trainer, "exam.sound", paperAsk{ID: "p1", Scenario: "s01"}); len(file) != 44+4 {
		t.Errorf("%d bytes of sound", len(file))
	}
}

// TestPath: the whole way from enrolment to live calls; a trainee is never certified before the end.
func TestPath(t *testing.T) {
	o := open(t)
	o.seat(papers{passes: []bool{true, true}})
	trainer := person("6001", "320100", access.RoleTrainer)
	if r, _ := o.do(Owner, "agent.add", wire.AgentRow{No: "5001", Name: "陈某", Role: "trainee", Password: "synthetic-1"}); r.Code != wire.CodeOK {
		t.Fatalf("%+v", r)
	}
	account := func() store.Agent { return o.m.agents["5001"] }
	step := func(m exam.Move, want wire.Code) {
		t.Helper()
		if r, _ := o.do(trainer, "exam.path", pathAsk{Agent: "5001", Move: m}); r.Code != want {
			t.Errorf("%s: %+v", m, r)
		}
	}
	step(exam.MoveCertify, wire.CodeInvalid)
	for range 4 {
		step(exam.MoveAdvance, wire.CodeOK)
		if account().Certified {
			t.Fatal("certified before any examination")
		}
	}
	if r, _ := o.do(trainer, "exam.report", paperAsk{ID: "p1", Publish: true}); r.Code != wire.CodeOK || account().Path != string(exam.StageSkill) {
		t.Errorf("after the exam: %+v, %+v", account(), r)
	}
	step(exam.MoveCertify, wire.CodeOK)
	recheck := func(when string, want int) {
		t.Helper()
		var ways []exam.Way
		if r, _ := o.do(trainer, "exam.paths", nil); json.Unmarshal(r.Data, &ways) != nil || len(ways) != want || want > 0 && ways[0].Changes[0].Changed != 2 {
			t.Errorf("%s: %+v", when, ways)
		}
	}
	recheck("certified", 0)
	o.Books = reviewed{time.Now().AddDate(-9, 0, 0), time.Now().AddDate(9, 0, 0), time.Now().AddDate(9, 0, 0)}
	recheck("the subject was written anew", 1)
	o.Books = nil
	if a := account(); !a.Certified || !slices.Equal(a.Roles, []string{"agent"}) || len(a.Skills) == 0 {
		t.Errorf("certified: %+v", a)
	}
	step("fly", wire.CodeInvalid)
	mentor := wire.AgentRow{No: "7001", Name: "周某", Role: "mentor", Password: "synthetic-1"}
	if r, _ := o.do(Owner, "agent.add", mentor); r.Code != wire.CodeOK {
		t.Fatalf("%+v", r)
	}
	for no, want := range map[string]wire.Code{"7001": wire.CodeOK, "5001": wire.CodeInvalid, "9999": wire.CodeInvalid} {
		if r, _ := o.do(trainer, "exam.mentor", map[string]string{"agent_no": "5001", "mentor": no}); r.Code != want {
			t.Errorf("mentor %s: %+v", no, r)
		}
	}
	step(exam.MoveRecheck, wire.CodeOK)
	var rows []exam.Way
	r, _ := o.do(person("7001", "320100", access.RoleMentor), "exam.paths", nil)
	if json.Unmarshal(r.Data, &rows) != nil || len(rows) != 1 || rows[0].Mentor != "7001" || rows[0].Stage != exam.StageRecheck {
		t.Errorf("the mentor's view: %s", r.Data)
	}
	var one exam.Way
	r, _ = o.do(trainer, "exam.path", pathAsk{Agent: "5001"})
	if json.Unmarshal(r.Data, &one) != nil || len(one.Steps) != 9 || one.Steps[1].Text != "带教老师 7001" || !slices.Contains(one.Moves, exam.MovePass) {
		t.Errorf("%s", r.Data)
	}
	step(exam.MoveEnd, wire.CodeOK)
	if account().Certified {
		t.Error("an ended trainee takes calls")
	}
}

// TestExtendedOnce: the one extension outlives a restart in the account itself.
func TestExtendedOnce(t *testing.T) {
	for _, tt := range []exam.Trainee{{Stage: exam.StageSupervised}, {Stage: exam.StageSupervised, Extended: true}, {Stage: exam.StageCertified}} {
		var a store.Agent
		settle(&a, tt)
		if got := trainee(a); got != tt {
			t.Errorf("%+v became %+v", tt, got)
		}
	}
}
