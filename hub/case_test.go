package hub

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/admin"
	"zuoxi/hub/business"
	"zuoxi/hub/contact"
	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	"zuoxi/rules/access"
	"zuoxi/rules/identity"
	"zuoxi/wire"
)

var checks = map[string]*wire.IdentityCheck{
	"right": {Number: "320199190001010019", Name: "测试甲", Employer: "示例制造有限公司"},
	"wrong": {Number: "320199190001010019", Name: "测试甲", Employer: "另一家公司"},
}

func check(a *agentAt, which string) *wire.IdentityAnswer {
	a.h.t.Helper()
	ask := *checks[which]
	ask.Call = a.state().Call.ID
	out, ok := a.say(&ask).(*wire.IdentityAnswer)
	if !ok {
		a.h.t.Fatalf("%s: no answer", which)
	}
	return out
}

// TestLockedNumberIsUnlocked: what too many have guessed at today is checked again when a lead knows whose it is.
func TestLockedNumberIsUnlocked(t *testing.T) {
	inHouse(t, func(h *house) {
		h.sandbox()
		a := h.sit("8001")
		wrong := identity.Elements{Number: checks["wrong"].Number, Name: checks["wrong"].Name, Employer: checks["wrong"].Employer}
		for i := range identity.DefaultLimits().PerDay {
			call := "c" + strconv.Itoa(i)
			if r, err := h.business.Check(h.t.Context(), business.By{No: "8001", Call: call}, wrong); err != nil || r.Answer != identity.NoMatch {
				t.Fatalf("guess %d: %+v, %v", i, r, err)
			}
		}
		h.talking(a, "13900000042")
		if r := check(a, "right"); r.Phase != string(identity.StateLocked) {
			t.Fatalf("after the guesses: %+v", r)
		}
		lead := admin.Person{No: "1002", District: "320100", Roles: []access.Role{access.RoleLead}}
		if _, err := (proofPort{h.Hub}).Unlock(h.t.Context(), lead, "32019919900101001", "回拨本人"); err == nil || !strings.Contains(err.Error(), "18") {
			t.Errorf("a digit is missing: %v", err)
		}
		if locked, err := (proofPort{h.Hub}).Unlock(h.t.Context(), lead, wrong.Number, "回拨本人"); err != nil || !locked {
			t.Fatalf("unlocking: %v, %v", locked, err)
		}
		if r := check(a, "right"); r.Phase != string(identity.StateMatched) {
			t.Errorf("after the unlock: %+v", r)
		}
	})
}

// TestInquiryOnACall goes from the match to the record that it proves.
func TestInquiryOnACall(t *testing.T) {
	inHouse(t, func(h *house) {
		h.sandbox()
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		call := a.state().Call.ID
		if code := a.code(&wire.BusinessAsk{Call: call, What: wire.AskAccount}); code == wire.CodeOK {
			t.Error("an account was shown before a match")
		}
		if code := a.code(&wire.IdentityCheck{Call: call, Number: "320199190001010019", Name: "测试甲"}); code != wire.CodeInvalid {
			t.Errorf("two elements: %s", code)
		}
		a.ok(&wire.IdentityBegin{Call: call})
		if r := check(a, "wrong"); r.Answer != "no_match" || r.Left != 2 || strings.Contains(r.Text, "单位") {
			t.Errorf("answer %+v", r)
		}
		if r := check(a, "right"); r.Phase != string(identity.StateMatched) {
			t.Errorf("answer %+v", r)
		}
		if c := a.state().Call; c.Caller.Identity != "matched" {
			t.Errorf("caller %+v", c.Caller)
		}
		r, ok := a.say(&wire.BusinessAsk{Call: call, What: wire.AskAccount}).(*wire.BusinessAnswer)
		if !ok || !r.Sandbox || len(r.Rows) == 0 {
			t.Errorf("account %+v", r)
		}
		a.ok(&wire.IdentityRead{Call: call, Text: identity.WordingRisk})
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Second)
		if code := a.code(&wire.BusinessAsk{Call: call, What: wire.AskCard}); code != wire.CodeStale {
			t.Errorf("asked after the call: %s", code)
		}
		var marks []string // what an export of the recording is masked by
		events, err := h.db.Timeline.List(h.t.Context(), call)
		for _, e := range events {
			if strings.HasPrefix(e.Kind, "identity") {
				marks = append(marks, e.Kind)
			}
		}
		if want := []string{"identity_begin", "identity", "identity"}; err != nil || !slices.Equal(marks, want) {
			t.Errorf("the timeline marks %v, %v", marks, err)
		}
		if code := a.code(&wire.IdentityBegin{Call: call}); code != wire.CodeStale {
			t.Errorf("a check begun after the call: %s", code)
		}
		a.ok(&wire.RecordSave{End: true, Record: wire.Record{
			Number: "0312-8001-1", Kind: "inquiry", Subject: "养老保险", Region: "320100", Question: "缴费年限", Answer: "已告知", CallIDs: []string{call},
			RecordLife: wire.RecordLife{Fields: []wire.Field{{Code: "item", Value: "缴费年限"}}},
		}})
		rec := read(a, "0312-8001-1")
		if rec.State != "answered" || !strings.HasPrefix(rec.Identity, "三要素相符") || len(rec.Told) != 1 || rec.Disclaimer != "t1" {
			t.Errorf("record %+v", rec)
		}
	})
}

// TestLockedNumberTellsTheLead after five failures on two calls.
func TestLockedNumberTellsTheLead(t *testing.T) {
	inHouse(t, func(h *house) {
		h.sandbox()
		lead := h.sit("8009", "lead")
		lead.ok(&wire.SetPresence{State: "break", Reason: "meal"})
		a := h.sit("8001")
		for n, tries := range []int{3, 2} {
			p := h.talking(a, "13900000042")
			var last *wire.IdentityAnswer
			for range tries {
				last = check(a, "wrong")
			}
			if last.Read != identity.WordingFailed || n == 0 && last.Phase != "refused" || n == 1 && last.Phase != "locked" {
				t.Errorf("call %d ends with %+v", n, last)
			}
			if r := check(a, "right"); r.Answer != "" {
				t.Errorf("asked though it was over: %+v", r)
			}
			p.hangup(trunk.ByCaller)
			h.pass(2 * time.Minute)
		}
		if told := strings.Join(lead.alerts(), "\n"); !strings.Contains(told, "8001") || strings.Contains(told, "3201") {
			t.Errorf("the lead was told %q", told)
		}
	})
}

// TestContextOfTheSecondCall: what is open is named, what was reported is not.
func TestContextOfTheSecondCall(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		call := a.state().Call.ID
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Second)
		write(a, "0312-8001-1", "consult", func(m *wire.Record) { m.CallIDs = []string{call} })
		write(a, "0312-8001-2", "report", func(m *wire.Record) {
			m.Fields = []wire.Field{{Code: "employer", Value: "示例制造有限公司"}, {Code: "facts", Value: "使用童工"}}
		})
		h.pass(3 * time.Minute)
		p = h.talking(a, "13900000042")
		got := a.state().Call.Caller.Earlier
		if len(got) != 1 || got[0].Record != "0312-8001-1" || !got[0].Open || got[0].Result != "转办" {
			t.Errorf("context %+v", got)
		}
		rows, _, err := h.audit.List(h.t.Context(), store.AuditFilter{Action: "contact.view"})
		if err != nil || len(rows) != 1 || rows[0].Who != "8001" || rows[0].Object != "call/"+a.state().Call.ID {
			t.Errorf("audit of the context %+v, %v", rows, err)
		}
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
	})
}

// sandbox connects the house with the reference service.
func (h *house) sandbox() {
	h.business = business.NewDesk(business.Local(business.NewSandbox(h.now)), trailPort{h.audit}, business.Rules{
		Zone: time.UTC, Now: h.now, Hash: idHash(h.keys),
	})
}

// TestDirectoryIsAtHand in the boxes for consulting and dialling.
func TestDirectoryIsAtHand(t *testing.T) {
	inHouse(t, func(h *house) {
		list, err := contact.Read("a.csv", []byte("类别,名称,职责,地区,号码\n部门,待遇核定科,养老待遇核定,南京,025-88880001\n"))
		if err != nil {
			t.Fatal(err)
		}
		if err := h.contacts.Replace(h.t.Context(), list); err != nil {
			t.Fatal(err)
		}
		a := h.sit("8001")
		found, ok := a.say(&wire.FindTarget{Query: "nj dyhd"}).(*wire.Targets)
		if !ok || len(found.List) != 1 || found.List[0].ID != "number:02588880001" || found.List[0].Who != "待遇核定科" {
			t.Fatalf("found %+v", found)
		}
		p := h.talking(a, "13900000042")
		if code := a.do(wire.DoConsult, wire.CallVerb{Target: found.List[0].ID}); code != wire.CodeOK {
			t.Error(code)
		}
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
	})
}
