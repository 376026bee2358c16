package hub

import (
	"slices"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	"zuoxi/hub/voicemail"
	"zuoxi/wire"
)

const citizen = "13900000042"

// ring calls out and, where that was let, ends the call again.
func (a *agentAt) ring(target string) wire.Code {
	a.h.t.Helper()
	code := a.code(&wire.Dial{Target: target, Reason: "回访"})
	if code == wire.CodeOK {
		a.h.pass(100 * time.Millisecond)
		a.h.net.of(citizen).hangup(trunk.ByCaller)
		a.h.pass(100 * time.Millisecond)
		a.do(wire.DoEndWrap)
		a.h.pass(100 * time.Millisecond)
	} else if a.h.net.of(citizen) != nil && a.state().Call != nil {
		a.h.t.Errorf("%s: %s, and it rings", target, code)
	}
	return code
}

// rungs are the targets of outgoing calls in the audit log.
func (h *house) rungs() []string {
	h.t.Helper()
	rows, _, err := h.audit.List(h.t.Context(), store.AuditFilter{Action: "call.dial"})
	if err != nil {
		h.t.Fatal(err)
	}
	var out []string
	for _, r := range rows {
		out = append(out, r.Who+" "+r.Object)
	}
	slices.Sort(out)
	return out
}

// TestDialNeedsTheRecord: who stands in a record is rung by whoever may answer it; a reporter by the seat that took the
// report, who complained about our own staff by no seat. The log says which record it was.
func TestDialNeedsTheRecord(t *testing.T) {
	inHouse(t, func(h *house) {
		a, b, far, lead := h.sit("8001"), h.sit("8002"), h.sitIn("320500", "8003"), h.sit("8009", "lead")
		qa := h.sit("8010", "qa", "agent")
		write(a, "0312-8001-1", "consult", nil)
		write(a, "0312-8001-2", "report", func(m *wire.Record) {
			m.Fields = []wire.Field{{Code: "employer", Value: "示例制造有限公司"}, {Code: "facts", Value: "使用童工"}}
		})
		write(a, "0312-8001-3", "conduct_complaint", func(m *wire.Record) {
			m.Fields = []wire.Field{{Code: "office", Value: "示例大厅"}, {Code: "facts", Value: "态度生硬"}}
		})
		for _, tc := range []struct {
			who  *agentAt
			no   string
			want wire.Code
		}{
			{a, "0312-8001-1", wire.CodeOK}, {b, "0312-8001-1", wire.CodeOK}, {far, "0312-8001-1", wire.CodeNotFound},
			{a, "0312-8001-2", wire.CodeOK}, {b, "0312-8001-2", wire.CodeForbidden}, {lead, "0312-8001-2", wire.CodeForbidden},
			{a, "0312-8001-3", wire.CodeNotFound}, {b, "0312-8001-3", wire.CodeNotFound}, {lead, "0312-8001-3", wire.CodeNotFound},
			{qa, "0312-8001-3", wire.CodeForbidden}, {a, "0312-8001-9", wire.CodeNotFound},
		} {
			if code := tc.who.ring("record:" + tc.no); code != tc.want {
				t.Errorf("%s rings the citizen of %s: %s, want %s", tc.who.no, tc.no, code, tc.want)
			}
		}
		a.ring("number:" + citizen)
		want := []string{"8001 number", "8001 record/0312-8001-1", "8001 record/0312-8001-2", "8002 record/0312-8001-1"}
		if got := h.rungs(); !slices.Equal(got, want) {
			t.Errorf("audited %q, want %q", got, want)
		}
	})
}

// TestDialNeedsTheMessage: only who may hear a message calls back, and it counts as called back by nobody else.
func TestDialNeedsTheMessage(t *testing.T) {
	inHouse(t, func(h *house) {
		number, err := h.keys.Phone(citizen)
		if err != nil {
			t.Fatal(err)
		}
		m, err := h.mail.Keep(h.t.Context(), voicemail.Message{Call: "c1", Recording: "r1", District: "320500", Region: "苏州", Number: number, Length: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.mail.Move(h.t.Context(), m.ID, voicemail.StateHeard, "8003", ""); err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			who   *agentAt
			want  wire.Code
			state string
		}{{h.sit("8001"), wire.CodeNotFound, "heard"}, {h.sitIn("320500", "8003"), wire.CodeOK, "closed"}} {
			if code := tc.who.ring("voicemail:" + m.ID); code != tc.want {
				t.Errorf("%s calls back: %s, want %s", tc.who.no, code, tc.want)
			}
			if v, err := h.mail.Get(h.t.Context(), m.ID); err != nil || string(v.State) != tc.state {
				t.Errorf("after %s it is %q, %v", tc.who.no, v.State, err)
			}
		}
		if got := h.rungs(); !slices.Equal(got, []string{"8003 voicemail/" + m.ID}) {
			t.Errorf("audited %q", got)
		}
	})
}

// TestDialNeedsTheCall: a caller is rung again by the seat that took the call, while it writes too, and by the lead of its
// district unless it was a report or a complaint.
func TestDialNeedsTheCall(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, citizen)
		b, lead := h.sit("8002"), h.sitLead("1001")
		id := a.state().Call.ID
		p.hangup(trunk.ByCaller)
		h.pass(time.Second)
		a.is("wrap_up", "closed")
		target := "call:" + id
		for _, tc := range []struct {
			who  *agentAt
			want wire.Code
		}{{a, wire.CodeOK}, {b, wire.CodeNotFound}, {lead, wire.CodeOK}} {
			if code := tc.who.ring(target); code != tc.want {
				t.Errorf("%s rings the caller: %s, want %s", tc.who.no, code, tc.want)
			}
		}
		if got, want := h.rungs(), []string{"1001 call/" + id, "8001 call/" + id}; !slices.Equal(got, want) {
			t.Errorf("audited %q, want %q", got, want)
		}
		write(a, "0312-8001-1", "conduct_complaint", func(m *wire.Record) {
			m.CallIDs = []string{id}
			m.Fields = []wire.Field{{Code: "office", Value: "示例大厅"}, {Code: "facts", Value: "态度生硬"}}
		})
		if code := lead.ring(target); code != wire.CodeForbidden {
			t.Errorf("the lead rings who complained: %s", code)
		}
	})
}

// TestDialAgainAfterNoAnswer: what the agent is told to do after a call of one's own that failed can be done.
func TestDialAgainAfterNoAnswer(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.net.fate[citizen] = &trunk.DialError{Outcome: trunk.ErrBusy, Code: 486}
		a.ok(&wire.Dial{Target: "number:" + citizen, Reason: "回访"})
		h.pass(time.Second)
		a.is("wrap_up", "closed")
		id := a.state().Call.ID
		delete(h.net.fate, citizen)
		if code := a.ring("call:" + id); code != wire.CodeOK {
			t.Error(code)
		}
	})
}

// TestDialCountsWhatIsNotWritten: a number that was tried as often as allowed is not tried again because the disk is slow;
// the next day it is.
func TestDialCountsWhatIsNotWritten(t *testing.T) {
	inHouse(t, func(h *house) {
		written := make(chan struct{})
		h.cfg.Outgoing.Attempts = 2
		h.net.fate[citizen] = &trunk.DialError{Outcome: trunk.ErrBusy, Code: 486}
		a := h.sit("8001")
		h.db.Calls = slowCalls{h.db.Calls, written} // nobody reads at this moment: all wait
		ring := func(when string, want wire.Code) {
			t.Helper()
			if code := a.code(&wire.Dial{Target: "number:" + citizen}); code != want {
				t.Errorf("%s: %s", when, code)
			}
			h.pass(time.Second)
			a.do(wire.DoEndWrap)
			h.pass(time.Second)
		}
		ring("first", wire.CodeOK)
		ring("second", wire.CodeOK)
		ring("none is written", wire.CodeImpossible)
		h.pass(time.Minute) // past the hub's patience with the disk
		ring("none is written yet", wire.CodeImpossible)
		h.pass(24 * time.Hour)
		ring("the next day", wire.CodeOK)
		ring("once more", wire.CodeOK)
		ring("none of the day is written", wire.CodeImpossible)
		close(written)
		h.pass(time.Second)
		ring("all are", wire.CodeImpossible)
	})
}

// TestDialKnowsTheCitizen: whoever rings somebody sees what a seat sees whom they ring, before a booked call-back is
// taken too.
func TestDialKnowsTheCitizen(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, citizen)
		a.ok(&wire.CallerTag{Call: a.state().Call.ID, Tag: "hearing", On: true})
		write(a, "0312-8001-1", "consult", func(m *wire.Record) { m.CallIDs = []string{a.state().Call.ID} })
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
		knows := func(when string, c wire.Caller, calls int) {
			t.Helper()
			if len(c.Earlier) != 1 || c.Earlier[0].Record != "0312-8001-1" || c.Calls24h != calls || len(c.Tags) != 1 || !strings.HasPrefix(c.Tags[0], "听力弱") {
				t.Errorf("%s: %+v", when, c)
			}
		}
		a.ok(&wire.Dial{Target: "number:" + citizen, Reason: "回访"})
		h.pass(100 * time.Millisecond)
		knows("dialled", a.state().Call.Caller, 1)
		h.net.of(citizen).hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
		a.ok(&wire.SetPresence{State: "not_ready"})
		h.books(citizen)
		a.ok(&wire.SetPresence{State: "ready"})
		h.pass(100 * time.Millisecond)
		o := a.state().Offer
		if o == nil || o.Kind != "callback" {
			t.Fatalf("offer %+v", o)
		}
		o.Caller.Earlier = slices.DeleteFunc(o.Caller.Earlier, func(e wire.Contact) bool { return e.Record == "" })
		knows("to be called back", o.Caller, 2)
	})
}

// TestDialRingsNoNumberOfAColleague: a 工号 is no telephone number, whoever has it today.
func TestDialRingsNoNumberOfAColleague(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.sit("8002").ok(&wire.SignOut{})
		if code := a.code(&wire.Dial{Target: "number:8002"}); code != wire.CodeInvalid || h.net.of("8002") != nil {
			t.Error(code)
		}
	})
}

// TestAskingAStrangerIsDialling: a person's number that is in no directory is rung into a call only when it might be rung
// at all, and the audit log has it; an office or a service is asked at any time.
func TestAskingAStrangerIsDialling(t *testing.T) {
	const private = "13912345678"
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.talking(a, citizen)
		ask := func(number string, want wire.Code) {
			t.Helper()
			if code := a.do(wire.DoConsult, wire.CallVerb{Target: "number:" + number, Reason: "养老"}); code != want {
				t.Errorf("%s: %s", number, code)
			}
			rings := want == wire.CodeOK
			if got := a.state().Call.Phase == "consult_dialling"; got != rings {
				t.Errorf("%s: it rings: %v", number, got)
			}
			if rings {
				a.do(wire.DoCancel)
				h.pass(100 * time.Millisecond)
			}
		}
		ask("139-1234-5678", wire.CodeOK)
		h.cfg.Outgoing.QuietFrom, h.cfg.Outgoing.QuietTo = 0, 23*time.Hour
		ask(private, wire.CodeImpossible)
		for _, open := range []string{"025-12333", "120", "02112345"} {
			ask(open, wire.CodeOK)
		}
		h.cfg.Outgoing.QuietTo, h.cfg.Outgoing.Attempts = 0, 2
		ask(citizen+"1", wire.CodeOK)
		b := h.sit("8002")
		b.ok(&wire.Dial{Target: "number:" + private})
		h.pass(100 * time.Millisecond)
		ask(private, wire.CodeImpossible)
		if got := h.rungs(); !slices.Equal(got, []string{"8001 number", "8001 number", "8002 number"}) {
			t.Errorf("audited %q", got)
		}
	})
}

// TestAskingCounts: a person who was rung into calls as often as a number may be rung is neither rung into another nor
// dialled, whether somebody answered or not, before the disk knows of it and after the call.
func TestAskingCounts(t *testing.T) {
	const private = "13900000043"
	inHouse(t, func(h *house) {
		h.pass(time.Second) // the board has read its calls
		written := make(chan struct{})
		h.db.Calls = slowCalls{h.db.Calls, written}
		h.cfg.Outgoing.Attempts = 2
		a := h.sit("8001")
		p := h.talking(a, citizen)
		b := h.sit("8002")
		h.net.fate[private] = &trunk.DialError{Outcome: trunk.ErrBusy, Code: 486}
		ask := func(when string, want wire.Code) {
			t.Helper()
			if code := a.do(wire.DoConsult, wire.CallVerb{Target: "number:" + private}); code != want {
				t.Errorf("%s: asked %s", when, code)
			}
			h.pass(time.Second)
		}
		dial := func(when string, want wire.Code) {
			t.Helper()
			if code := b.code(&wire.Dial{Target: "number:" + private}); code != want {
				t.Errorf("%s: dialled %s", when, code)
			}
			h.pass(time.Second)
		}
		ask("first", wire.CodeOK)
		delete(h.net.fate, private)
		ask("second", wire.CodeOK)
		h.net.of(private).press('1')
		h.pass(time.Second)
		a.is("talking", "consulting")
		a.do(wire.DoCancel)
		h.pass(time.Second)
		ask("none is written", wire.CodeImpossible)
		dial("none is written", wire.CodeImpossible)
		close(written)
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
		h.log1()
		dial("all are", wire.CodeImpossible)
		h.pass(24 * time.Hour)
		dial("the next day", wire.CodeOK)
	})
}
