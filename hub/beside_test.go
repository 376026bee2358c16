package hub

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"

	office "zuoxi/hub/exam"
	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	"zuoxi/rules/access"
	"zuoxi/rules/exam"
	"zuoxi/wire"
)

// learn signs a trainee in who is in a stage of the path and has a mentor.
func (h *house) learn(no string, stage exam.Stage, mentor string) *agentAt {
	h.t.Helper()
	account := store.Agent{
		No: no, Name: "陈某", District: "320100", Roles: []string{string(access.RoleTrainee)}, Path: string(stage), Created: h.now(), Updated: h.now(),
		Skills: []store.Skill{{Region: "*", Subject: "*", Level: 1}},
	}
	if err := h.db.Agents.Create(h.t.Context(), account); err != nil {
		h.t.Fatal(err)
	}
	step := store.ExamStep{ID: store.NewID(h.now()) + no, Agent: no, District: account.District, Move: "mentor", Stage: account.Path, Who: "6001", Note: mentor, At: h.now()}
	if err := h.db.ExamSteps.Add(h.t.Context(), step); err != nil {
		h.t.Fatal(err)
	}
	s, _ := h.seatOf(account)
	a := &agentAt{h: h, no: no, seat: s}
	if err := a.connect(arrival{account: account, device: "pc-" + no}); err != nil {
		h.t.Fatal(err)
	}
	a.plugIn()
	return a
}

// beside is the list of whose live calls somebody may be at.
func (a *agentAt) beside() (out []exam.Beside) {
	a.h.t.Helper()
	r, ok := a.say(&wire.AdminRequest{Cmd: besideList}).(*wire.AdminReply)
	if !ok || json.Unmarshal(r.Data, &out) != nil {
		a.h.t.Fatalf("%s: %+v", a.no, r)
	}
	return out
}

// TestListeningAlong: a trainee hears the own mentor and nobody else, says nothing there, and sees no number.
func TestListeningAlong(t *testing.T) {
	inHouse(t, func(h *house) {
		mentor, stranger := h.sit("7001", "mentor"), h.sitAs("7002", "320100", "mentor")
		own, foreign, early := h.learn("5001", exam.StageShadow, "7001"), h.learn("5002", exam.StageShadow, "7002"), h.learn("5003", exam.StagePractice, "7001")
		if l := own.beside(); len(l) != 1 || l[0].Agent != "7001" || l[0].Teaches || l[0].OnCall {
			t.Errorf("the trainee's list: %+v", l)
		}
		p := h.talking(mentor, "13900000042")
		if l := own.beside(); len(l) != 1 || !l[0].OnCall {
			t.Errorf("the trainee's list: %+v", l)
		}
		for _, c := range []struct {
			who  *agentAt
			body wire.Body
			want wire.Code
		}{
			{foreign, &wire.Observe{Seat: "7001", Way: "monitor"}, wire.CodeForbidden},
			{early, &wire.Observe{Seat: "7001", Way: "monitor"}, wire.CodeForbidden},
			{stranger, &wire.Observe{Seat: "7001", Way: "monitor"}, wire.CodeForbidden},
			{own, &wire.Observe{Seat: "7001", Way: "whisper"}, wire.CodeForbidden},
			{own, &wire.Observe{Seat: "7001", Way: "barge"}, wire.CodeForbidden},
			{own, &wire.Observe{Seat: "7001", Way: wire.ObserveTalk}, wire.CodeForbidden},
			{own, &wire.TakeOver{Seat: "7001", Reason: "试"}, wire.CodeForbidden},
			{own, &wire.SetPresence{State: "ready"}, wire.CodeForbidden},
			{own, &wire.Observe{Seat: "7001", Way: "monitor"}, wire.CodeOK},
		} {
			if got := c.who.code(c.body); got != c.want {
				t.Errorf("%s %+v: %s, want %s", c.who.no, c.body, got, c.want)
			}
		}
		w := own.state().Watch
		if w == nil || w.Seat != "7001" || !w.Shown || strings.Contains(w.Masked, "13900000042") {
			t.Fatalf("the trainee listens to %+v", w)
		}
		if got := mentor.state().Call.Watched; got != "学员在听" {
			t.Errorf("the mentor sees %q", got)
		}
		own.ok(&wire.Observe{Way: wire.ObserveOff})
		h.pass(time.Second)
		if rows := h.audits(access.ExamShadow); len(rows) != 2 || rows[0].Who != "5001" {
			t.Errorf("audit %+v", rows)
		}
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
	})
}

// TestMentorBeside: a trainee on line takes calls from the mentor's hand alone; the mentor whispers and takes over, nobody else does.
func TestMentorBeside(t *testing.T) {
	inHouse(t, func(h *house) {
		mentor, stranger, agent := h.sit("7001", "mentor"), h.sitAs("7002", "320100", "mentor"), h.sit("8001")
		learner, other := h.learn("5001", exam.StageSupervised, "7001"), h.learn("5002", exam.StageShadow, "7001")
		agent.ok(&wire.SetPresence{State: "not_ready"})
		learner.ok(&wire.SetPresence{State: "ready"})
		p := h.talking(mentor, "13900000042")
		q := h.waiting("13900000077")
		if learner.state().Offer != nil {
			t.Fatal("the queue offers a call to a trainee")
		}
		agent.ok(&wire.SetPresence{State: "ready"})
		agent.answer()
		h.pass(1100 * time.Millisecond)
		to := wire.CallVerb{Target: "desk:5001"}
		if code := agent.do(wire.DoConsult, to); code != wire.CodeForbidden {
			t.Errorf("an agent consults a trainee: %s", code)
		}
		if code := mentor.do(wire.DoBlind, to); code != wire.CodeForbidden {
			t.Errorf("a call is thrown at a trainee: %s", code)
		}
		if code := mentor.do(wire.DoConsult, to); code != wire.CodeOK {
			t.Fatal(code)
		}
		learner.answer()
		if code := mentor.do(wire.DoHandOver); code != wire.CodeOK {
			t.Fatal(code)
		}
		h.pass(1100 * time.Millisecond)
		learner.is("talking", "talking")
		if l := mentor.beside(); len(l) != 1 || l[0].Agent != "5001" || !l[0].Teaches || !l[0].OnCall {
			t.Errorf("the mentor's list: %+v", l)
		}
		for _, who := range []*agentAt{stranger, other, agent} {
			if code := who.code(&wire.TakeOver{Seat: "5001", Reason: "试"}); code != wire.CodeForbidden {
				t.Errorf("%s takes over: %s", who.no, code)
			}
		}
		if code := stranger.code(&wire.Observe{Seat: "5001", Way: "whisper"}); code != wire.CodeForbidden {
			t.Errorf("another mentor whispers: %s", code)
		}
		mentor.ok(&wire.Observe{Seat: "5001", Way: "whisper"})
		if got := learner.state().Call.Watched; got != "带教老师在耳语" {
			t.Errorf("the trainee sees %q", got)
		}
		mentor.ok(&wire.TakeOver{Seat: "5001", Reason: "带教老师接管"})
		h.pass(1100 * time.Millisecond)
		mentor.is("talking", "talking")
		if n := len(h.audits(access.LeadTake)); n != 1 {
			t.Errorf("%d audit rows", n)
		}
		p.hangup(trunk.ByCaller)
		q.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
	})
}

// TestExaminersHear: what a trainee's seat sends during a simulated call reaches everybody who watches and nobody else; who
// leaves hears nothing more, and a trainee who comes back is heard again.
func TestExaminersHear(t *testing.T) {
	inHouse(t, func(h *house) {
		h.exams = office.New(office.Config{DB: h.db, District: h.cfg.District, Now: h.now, Log: h.log})
		one, two, agent := h.sit("6001", "trainer"), h.sit("6002", "trainer"), h.sit("8001")
		learner := h.learn("5001", exam.StageTheory, "7001")
		told := func(phase string, watched bool) {
			learner.say(&wire.ExamLive{Lives: []exam.Live{{Phase: phase, Watched: watched}}})
		}
		heard := func(want ...*agentAt) {
			t.Helper()
			before := map[*agentAt]int64{}
			for _, a := range []*agentAt{one, two, agent} {
				before[a] = a.headset().heard.Load()
			}
			for n := range 3 {
				learner.headset().says(&rtp.Packet{Header: rtp.Header{PayloadType: 8, SequenceNumber: uint16(n), Timestamp: uint32(160 * n)}, Payload: make([]byte, 160)})
			}
			for _, a := range []*agentAt{one, two, agent} {
				if got := a.headset().heard.Load() > before[a]; got != slices.Contains(want, a) {
					t.Errorf("%s hears the sitting: %v", a.no, got)
				}
			}
		}
		told("talk", false)
		if code := agent.code(&wire.ExamSteer{Agent: "5001", Do: exam.SteerAttend}); code != wire.CodeForbidden {
			t.Errorf("an agent attends: %s", code)
		}
		one.ok(&wire.ExamSteer{Agent: "5001", Do: exam.SteerAttend})
		two.ok(&wire.ExamSteer{Agent: "5001", Do: exam.SteerAttend})
		if w := one.state().Watch; w == nil || w.Seat != "5001" || w.Way != wire.ObserveExam {
			t.Errorf("the examiner's screen says %+v", w)
		}
		heard(one, two)
		one.ok(&wire.ExamSteer{Agent: "5001", Do: exam.SteerLeave})
		if one.state().Watch != nil {
			t.Error("who left still watches")
		}
		heard(two)
		learner.pull()
		if two.state().Watch != nil {
			t.Error("a sitting is heard whose seat is gone")
		}
		if err := learner.back(); err != nil {
			t.Fatal(err)
		}
		learner.plugIn()
		told("talk", false)
		heard(two)
		told("done", true)
		heard()
		two.ok(&wire.SetPresence{State: "not_ready"})
		h.pass(time.Second)
	})
}
