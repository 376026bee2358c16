package session

import (
	"crypto/ed25519"
	"encoding/json"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	rules "zuoxi/rules/exam"
	"zuoxi/session/exam"
	"zuoxi/wire"
)

// seated signs a trainee in.
func seated(h *fakeHub, x *seat) {
	x.s.Do(SignIn{AgentNo: "3027", Password: "synthetic"})
	expect[*wire.SignIn](h)
	h.say(wire.Message{Body: &wire.Welcome{Session: 1, Token: "t1", AgentNo: "3027", Name: "陈某", Role: "trainee", HubTime: time.Now()}})
}

// layOut hands a paper of one question to a seat that asks.
func layOut(t *testing.T, h *fakeHub) { lay(t, h, rules.KindExam) }

func lay(t *testing.T, h *fakeHub, kind string) {
	t.Helper()
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	p := rules.Handout{ID: "p1", Title: "月考", Kind: kind, Agent: "3027", Minutes: 20, Items: []rules.Asked{
		{ID: "q1", Type: rules.Judge, Points: 1, Stem: "对吗", Right: []string{"true"}, Options: []rules.Option{{Key: "true", Text: "对"}, {Key: "false", Text: "错"}}},
	}}
	s, err := rules.Seal("r1", p, "")
	if err != nil {
		t.Fatal(err)
	}
	s = s.For("p1", "3027", key)
	m, _ := expect[*wire.ExamList](h)
	h.say(wire.Message{Re: m.ID, Body: &wire.ExamPapers{
		Key: key.Public().(ed25519.PublicKey), Papers: []wire.ExamPaper{{ID: "p1", Room: "r1", Agent: "3027", Title: "月考", Kind: kind, Box: s.Box, Sign: s.Sign}},
	}})
}

// TestExamArrivesOnceThoughTheLinkIsCut: begun online, handed in with the cable pulled, sent again under one id; nothing
// leads out of it meanwhile.
func TestExamArrivesOnceThoughTheLinkIsCut(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	seated(h, x)
	layOut(t, h)
	x.see("the paper", func(v View) bool { return len(v.Exam.Papers) == 1 })
	x.s.Do(Exam{exam.Open{Paper: "p1"}})
	x.see("the sitting", func(v View) bool { return v.Exam.Sitting != nil })
	x.s.Do(SignOut{})
	x.see("no way out", func(v View) bool { return strings.Contains(v.Notice.Text, "还没有交卷") })
	x.s.Do(Exam{exam.Answer{Item: 0, Given: []string{"true"}}})
	x.s.Do(Exam{exam.HandIn{}})
	first, _ := expect[*wire.ExamResult](h)
	h.cut()
	expect[*wire.Resume](h)
	welcome(h, 2, true)
	again, res := expect[*wire.ExamResult](h)
	var got rules.Result
	if again.ID != first.ID || json.Unmarshal(res.Body, &got) != nil || got.Answers["q1"][0] != "true" {
		t.Fatalf("sent as %s, then %s: %s", first.ID, again.ID, res.Body)
	}
	h.ok(again)
	x.see("nothing unsent", func(v View) bool {
		return v.Link.Unsent == 0 && strings.Contains(v.Notice.Text, "答卷已送到中心")
	})
	x.s.Do(Exam{exam.Done{}})
	x.see("the end", func(v View) bool { return v.Exam.Sitting == nil && len(v.Exam.Papers) == 0 })
}

// TestWhatAnInvigilatorShouldKnow: copying and a second login stand in the result; the sitting goes on in spite of both.
func TestWhatAnInvigilatorShouldKnow(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	seated(h, x)
	layOut(t, h)
	x.see("the paper", func(v View) bool { return len(v.Exam.Papers) == 1 })
	x.s.Do(Exam{exam.Open{Paper: "p1"}})
	x.see("the sitting", func(v View) bool { return v.Exam.Sitting != nil })
	x.s.Do(Exam{exam.Noted{What: exam.NotedCopy}})
	x.s.Do(SignOut{}) // steps are taken in turn: when this one is refused, the copying is noted
	x.see("no way out", func(v View) bool { return strings.Contains(v.Notice.Text, "还没有交卷") })
	h.say(wire.Message{Body: &wire.Bye{Code: wire.CodeMoved, Text: "本工号已在另一处登录"}})
	h.cut()
	x.see("that it goes on", func(v View) bool {
		return v.Exam.Sitting != nil && strings.Contains(v.Notice.Text, "考试继续")
	})
	x.s.Do(Exam{exam.HandIn{}})
	x.see("handed in", func(v View) bool { return v.Exam.Sitting.Phase == exam.PhaseDone && v.Link.Unsent == 1 })
	x.s.Do(Exam{exam.Done{}})
	seated(h, x)
	_, res := expect[*wire.ExamResult](h)
	var got rules.Result
	if err := json.Unmarshal(res.Body, &got); err != nil {
		t.Fatal(err)
	}
	kinds := ""
	for _, n := range got.Notes {
		kinds += n.Kind + " "
	}
	if kinds != "copy second_login handed_in " {
		t.Errorf("noted: %s", kinds)
	}
}

// TestPracticeIsToldOnce: what was missed goes to the hub under one id, through a cut link.
func TestPracticeIsToldOnce(t *testing.T) {
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{}})
	seated(h, x)
	lay(t, h, rules.KindPractice)
	x.see("the paper", func(v View) bool { return len(v.Exam.Papers) == 1 })
	x.s.Do(Exam{exam.Open{Paper: "p1"}})
	x.s.Do(Exam{exam.Answer{Item: 0, Given: []string{"false"}}})
	x.s.Do(Exam{exam.HandIn{}})
	first, _ := expect[*wire.ExamLearned](h)
	h.cut()
	expect[*wire.Resume](h)
	welcome(h, 2, true)
	again, told := expect[*wire.ExamLearned](h)
	if again.ID != first.ID || len(told.Answers) != 1 || told.Answers[0].Given[0] != "false" {
		t.Fatalf("%s, then %s: %+v", first.ID, again.ID, told)
	}
	h.ok(again)
	x.see("nothing unsent", func(v View) bool { return v.Link.Unsent == 0 })
}

// TestExamWithoutHub: who signed in here before can open the papers with the hub away, and nobody else.
func TestExamWithoutHub(t *testing.T) {
	h := newFakeHub(t)
	folder, vault := t.TempDir(), fakeVault{map[string]string{}}
	x := startSeat(t, h.url, folder, vault)
	seated(h, x)
	layOut(t, h)
	x.see("the paper", func(v View) bool { return len(v.Exam.Papers) == 1 })
	x.stop()

	y := startSeat(t, "ws://127.0.0.1:1", folder, fakeVault{map[string]string{}})
	y.s.Do(SitOffline{AgentNo: "4711", Password: "x"})
	y.see("a refusal", func(v View) bool { return strings.Contains(v.SignIn.Error, "没有发给您的试卷") })
	y.s.Do(SitOffline{AgentNo: "3027", Password: "synthetic"})
	y.see("the paper", func(v View) bool { return v.Exam.Offline && len(v.Exam.Papers) == 1 })
	y.s.Do(Exam{exam.Open{Paper: "p1"}})
	y.s.Do(Exam{exam.HandIn{}})
	y.see("handed in", func(v View) bool { return v.Exam.Sitting != nil && v.Exam.Sitting.Phase == exam.PhaseDone })
	y.stop()
}

// heldVault holds back what it has a gate for; passwords from the second question on.
type heldVault struct {
	lateVault
	asked         *atomic.Int32
	password, key chan struct{}
}

func (v heldVault) Password(agent string) (string, bool) {
	if v.asked.Add(1) > 1 {
		through(v.password)
	}
	return v.fakeVault.Password(agent)
}

func (v heldVault) DraftKey(agent, password, folder string) ([]byte, error) {
	through(v.key)
	return v.fakeVault.DraftKey(agent, password, folder)
}

// TestSittingWithoutHubWaitsForTheKey: it says so, and no stored password signs in over it, whether the keyring is late
// with its first answer or was asked by the person before.
func TestSittingWithoutHubWaitsForTheKey(t *testing.T) {
	h := newFakeHub(t)
	folder := t.TempDir()
	x := startSeat(t, h.url, folder, fakeVault{map[string]string{}})
	seated(h, x)
	layOut(t, h)
	x.see("the paper", func(v View) bool { return len(v.Exam.Papers) == 1 })
	x.stop()

	for _, late := range []bool{true, false} {
		vault := heldVault{lateVault{fakeVault{map[string]string{"3027": "stored"}}, make(chan struct{})}, &atomic.Int32{}, make(chan struct{}), make(chan struct{})}
		y := startSeat(t, "ws://127.0.0.1:1", folder, vault)
		password, key := sync.OnceFunc(func() { close(vault.password) }), sync.OnceFunc(func() { close(vault.key) })
		t.Cleanup(func() { password(); key() }) // before the seat is stopped
		if !late {
			close(vault.open)
			y.see("the stored one", func(v View) bool { return v.SignIn.Stored })
			y.s.Do(SignIn{AgentNo: "3027"})
		}
		y.s.Do(SitOffline{AgentNo: "3027", Password: "synthetic"})
		y.s.Do(Remark{Text: "x"})
		if v := y.see("the remark", func(v View) bool { return v.Notice.Text == "x" }); !v.SignIn.Busy {
			t.Errorf("late %v: no sign of work: %+v", late, v.SignIn)
		}
		if late {
			close(vault.open)
			y.see("the keyring", func(v View) bool { return v.SignIn.Keyring })
		}
		password()
		y.s.Do(Remark{Text: "y"})
		y.see("the remark", func(v View) bool { return v.Notice.Text == "y" })
		key()
		y.see("the paper", func(v View) bool { return v.Exam.Offline && len(v.Exam.Papers) == 1 && !v.SignIn.Busy })
		y.stop()
	}
}

// TestDraftsAreThereAfterSittingWithoutHub: the box was opened for the papers; once the hub is back, what an earlier
// session left is in the list as after any sign-in, and once.
func TestDraftsAreThereAfterSittingWithoutHub(t *testing.T) {
	h := newFakeHub(t)
	folder := t.TempDir()
	x := startSeat(t, h.url, folder, fakeVault{map[string]string{}})
	seated(h, x)
	layOut(t, h)
	x.see("the paper", func(v View) bool { return len(v.Exam.Papers) == 1 })
	typed(x, open(h, x, "0312-ZB-1").Fields, "写到一半")
	x.stop()

	y := startSeat(t, h.url, folder, fakeVault{map[string]string{}})
	y.s.Do(SitOffline{AgentNo: "3027", Password: "synthetic"})
	if v := y.see("the paper", func(v View) bool { return v.Exam.Offline }); len(v.Todo) != 0 {
		t.Errorf("shown before the hub has let anybody in: %+v", v.Todo)
	}
	expect[*wire.SignIn](h)
	welcome(h, 1, false)
	y.see("the draft", func(v View) bool { return v.SignIn.SignedIn && len(v.Todo) == 1 })
	h.cut()
	expect[*wire.Resume](h)
	y.see("the way back", func(v View) bool { return v.Link.State == LinkResuming })
	welcome(h, 2, true)
	v := y.see("the return", func(v View) bool { return v.Link.State == LinkOnline && v.Presence.State != "" })
	if len(v.Todo) != 1 || v.Todo[0].Number != "0312-ZB-1" {
		t.Errorf("listed %+v", v.Todo)
	}
}
