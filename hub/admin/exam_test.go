package admin

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/rules/exam"
	"zuoxi/wire"
)

// papers is an examination office with one paper, of agent 5001 in district 320100.
type papers struct{ passes []bool }

func (papers) Whose(context.Context, string) (string, string, error)      { return "5001", "320100", nil }
func (papers) Make(context.Context, json.RawMessage) (any, error)         { return []string{"p1"}, nil }
func (papers) Open(context.Context, string) (any, error)                  { return map[string]string{"code": "1"}, nil }
func (papers) List(_ context.Context, d ...string) (any, error)           { return d, nil }
func (papers) Mark(context.Context, string, json.RawMessage) (any, error) { return "ok", nil }
func (p papers) Report(context.Context, string, bool) (any, []bool, error) {
	return "ok", p.passes, nil
}
func (papers) Sound(context.Context, string, string) ([]byte, error) { return []byte{1, 2}, nil }

func person(no, district string, r access.Role) Person {
	return Person{No: no, District: district, Roles: []access.Role{r}}
}

// TestExamRights: papers are the trainer's; a mentor marks in the own district; nobody marks an own paper.
func TestExamRights(t *testing.T) {
	o := open(t)
	o.Exams, o.Marking = papers{}, papers{}
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
	} {
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
	o.Exams, o.Marking = papers{}, papers{passes: []bool{true, true}}
	trainer := person("6001", "320100", access.RoleTrainer)
	if r, _ := o.do(Owner, "agent.add", row{No: "5001", Name: "陈某", Role: "trainee", Password: "synthetic-1"}); r.Code != wire.CodeOK {
		t.Fatalf("%+v", r)
	}
	account := func() store.Agent { return o.m.agents["5001"] }
	step := func(m exam.Move, want wire.Code) {
		t.Helper()
		if r, _ := o.do(trainer, "exam.path", pathAsk{"5001", m}); r.Code != want {
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
	if a := account(); !a.Certified || !slices.Equal(a.Roles, []string{"agent"}) || len(a.Skills) == 0 {
		t.Errorf("certified: %+v", a)
	}
	step("fly", wire.CodeInvalid)
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
