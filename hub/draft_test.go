package hub

import (
	"strings"
	"testing"
	"time"

	"zuoxi/hub/trunk"
	"zuoxi/wire"
)

// writes is the desk's form as its program tells it.
func (a *agentAt) writes(r wire.Record) {
	a.h.t.Helper()
	c := a.state().Call
	if c == nil {
		a.h.t.Fatalf("%s has no call to write about", a.no)
	}
	if got := a.say(&wire.RecordDraft{Call: c.ID, Record: r}); got != nil {
		a.h.t.Fatalf("a draft was answered by %+v", got)
	}
	a.h.pass(10 * time.Millisecond)
}

// restarted is the seat's program killed and started again at the same machine,
// with nothing of what it knew.
func (a *agentAt) restarted() {
	a.h.t.Helper()
	sc := a.screen
	a.seat.box.Post(func() { a.seat.left(sc) })
	a.h.pass(10 * time.Millisecond)
	account, err := a.h.db.Agents.Get(a.h.t.Context(), a.no)
	if err != nil {
		a.h.t.Fatal(err)
	}
	if err := a.connect(arrival{account: account, device: "pc-" + a.no}); err != nil {
		a.h.t.Fatal(err)
	}
	a.h.pass(10 * time.Millisecond)
}

func half(saves int, question string) wire.Record {
	r := wire.Record{Number: "0312-8001-1", Kind: "consult", Question: question}
	r.Saves = saves
	return r
}

// inherits is the seat that gets the caller of one whose cable is pulled and who stays away.
func (h *house) inherits(a *agentAt, no string) *agentAt {
	a.pull()
	h.pass(50 * time.Second)
	b := h.sit(no)
	h.pass(time.Second)
	b.answer()
	h.pass(2 * time.Second)
	return b
}

// TestRecordFollowsTheCaller: the seat is lost for good, the caller goes to
// another one and the record with it; the first seat is told, whenever it
// returns, and what is not this call's gets nothing.
func TestRecordFollowsTheCaller(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		a.writes(half(1, "养老金"))
		a.writes(half(2, "养老金何时到账"))
		a.writes(half(1, "养老金")) // came late
		a.pull()
		h.pass(50 * time.Second)
		b := h.sit("8002")
		h.pass(time.Second)
		if o := b.state().Offer; o == nil || !strings.Contains(o.Note, "受理单随来电人转来") {
			t.Fatalf("offered %+v", o)
		}
		if b.state().Draft != nil {
			t.Error("the record was shown before the call was taken")
		}
		b.answer()
		h.pass(2 * time.Second)
		d := b.state().Draft
		if d == nil || d.Question != "养老金何时到账" || d.Saves != 2 {
			t.Fatalf("the second seat has %+v", d)
		}
		next := *d
		next.Question, next.Saves = "养老金何时到账，缴费满十五年", 3
		b.writes(next)
		b.do(wire.DoHold)
		b.do(wire.DoResume)
		h.pass(time.Second)
		if b.state().Draft != nil {
			t.Error("the record is sent again to the seat that writes it")
		}

		a.restarted()
		st := a.state()
		if len(st.Passed) != 1 || st.Passed[0] != (wire.Passed{Call: b.state().Call.ID, Number: d.Number, Saves: 2, To: "8002 王某8002"}) {
			t.Errorf("the first seat is told %+v", st.Passed)
		}
		if st.Draft != nil || st.Call == nil || st.Call.RecordNo != d.Number {
			t.Errorf("the first seat, in its wrap-up, has %+v of %+v", st.Draft, st.Call)
		}
		a.say(&wire.RecordDraft{Call: b.state().Call.ID, Record: half(9, "别人的通话")})

		b.restarted() // without its own copy
		if d := b.state().Draft; d == nil || d.Question != next.Question {
			t.Errorf("after a restart the second seat has %+v", d)
		}
		p.hangup(trunk.ByCaller)
		h.pass(time.Second)
		if d := b.state().Draft; d == nil || d.Question != next.Question {
			t.Errorf("in its wrap-up the second seat has %+v", d)
		}
		h.pass(10 * time.Minute)
		if st := b.state(); st.Draft != nil || st.Call != nil {
			t.Errorf("the draft outlives its call: %+v", st.Draft)
		}
		l := h.log1()
		if kinds := strings.Join(h.kinds(l.ID), " "); strings.Count(kinds, "record_passed") != 1 {
			t.Errorf("timeline %s", kinds)
		}
		if data, lines := h.data(l.ID); strings.Contains(strings.Join(data, "")+lines, "养老金") {
			t.Error("what the agent wrote stands in the log in plain text")
		}
	})
}

// TestRecordReturnsWithItsCaller: the seat that was lost gets its caller back
// and the record as it was; it is passed on to nobody.
func TestRecordReturnsWithItsCaller(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.talking(a, "13900000042")
		a.writes(half(4, "失业金"))
		a.pull()
		h.pass(50 * time.Second)
		a.restarted()
		a.plugIn()
		a.ok(&wire.SetPresence{State: "ready"})
		h.pass(2 * time.Second)
		a.answer()
		h.pass(2 * time.Second)
		if st := a.state(); st.Draft == nil || st.Draft.Question != "失业金" || len(st.Passed) != 0 {
			t.Errorf("came back with %+v, passed on %+v", st.Draft, st.Passed)
		}
	})
}

// TestWrittenInWrapUpFollowsToo: a seat whose voice alone was lost writes on
// while its caller waits in line.
func TestWrittenInWrapUpFollowsToo(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.talking(a, "13900000042")
		a.headset().kill()
		h.pass(49 * time.Second)
		a.is("wrap_up", "closed")
		a.writes(half(1, "工伤"))
		b := h.sit("8002")
		h.pass(time.Second)
		b.answer()
		h.pass(2 * time.Second)
		if d := b.state().Draft; d == nil || d.Question != "工伤" {
			t.Errorf("the second seat has %+v", d)
		}
		if c := a.state().Call; c == nil || c.RecordNo != "0312-8001-1" {
			t.Errorf("the first seat still has to write: %+v", c)
		}
	})
}

// TestSubmittedRecordStays: what the hub has is nobody's draft.
func TestSubmittedRecordStays(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.talking(a, "13900000042")
		r := half(1, "医保问题，已答复")
		a.writes(r)
		r.Answer, r.Subject, r.Region, r.Handling.How = "已告知", "养老保险", "南京", "on_spot"
		r.CallIDs = []string{a.state().Call.ID}
		a.ok(&wire.RecordSave{Record: r})
		b := h.inherits(a, "8002")
		if st := b.state(); st.Draft != nil || len(a.seat.bound.passed) != 0 {
			t.Errorf("a record that was submitted went on: %+v", st.Draft)
		}
	})
}

// TestAnotherRecordIsNotThisCalls: a record of an earlier call that is submitted meanwhile, or sent again after the link was
// away, is not what is being written about this one.
func TestAnotherRecordIsNotThisCalls(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.talking(a, "13900000042")
		a.writes(half(1, "养老金何时到账"))
		other := half(1, "医保问题，已答复")
		other.Number, other.Answer, other.Subject, other.Region, other.Handling.How = "0311-8001-7", "已告知", "养老保险", "南京", "on_spot"
		a.ok(&wire.RecordSave{Record: other})
		call := a.state().Call.ID
		b := h.inherits(a, "8002")
		if d := b.state().Draft; d == nil || d.Question != "养老金何时到账" {
			t.Errorf("the second seat has %+v", d)
		}
		if _, lines := h.data(call); strings.Contains(lines, other.Number) {
			t.Errorf("the log says\n%s", lines)
		}
	})
}

// TestProtectedRecordStays: a complaint about our own staff may be about who
// takes over. It goes along by its writer's hand alone, and a transfer that was
// refused has handed nothing over.
func TestProtectedRecordStays(t *testing.T) {
	secret := half(1, "投诉工作人员")
	secret.Kind = "conduct_complaint"
	for name, begun := range map[string]func(a *agentAt){
		"written": func(a *agentAt) { a.writes(secret) },
		"its transfer refused": func(a *agentAt) {
			if code := a.do(wire.DoBlind, wire.CallVerb{Target: "desk:8099", Record: &secret}); code == wire.CodeOK {
				a.h.t.Fatal("transferred to a seat that is not there")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				h.talking(a, "13900000042")
				begun(a)
				a.pull()
				h.pass(50 * time.Second)
				b := h.sit("8002")
				h.pass(time.Second)
				if o := b.state().Offer; o == nil || !strings.Contains(o.Note, "已写的受理单受保护，留在该席") {
					t.Fatalf("offered %+v", o)
				}
				b.answer()
				h.pass(2 * time.Second)
				a.restarted()
				if d := b.state().Draft; d != nil || len(a.state().Passed) != 0 {
					t.Errorf("it went on: %+v", d)
				}
			})
		})
	}
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.talking(a, "13900000042")
		b := h.sit("8002")
		if code := a.do(wire.DoBlind, wire.CallVerb{Target: "desk:8002", Record: &secret}); code != wire.CodeOK {
			t.Fatal(code)
		}
		if code := a.do(wire.DoBlind, wire.CallVerb{Target: "desk:8002", Record: &secret}); code == wire.CodeOK {
			t.Fatal("it was transferred twice")
		}
		later := secret
		later.Saves = 2
		a.writes(later)
		b.answer()
		h.pass(100 * time.Millisecond)
		if d := b.state().Draft; d == nil || d.Saves != 2 {
			t.Errorf("it was handed over and did not arrive: %+v", d)
		}
	})
}

// TestFormBegunBeforeIsLate: the second seat's program had begun a form of its
// own and says so just behind the record that came with the caller. Neither
// the desk nor the call takes it for the record.
func TestFormBegunBeforeIsLate(t *testing.T) {
	own := wire.Record{Number: "0312-8002-1", Kind: "consult"}
	own.Saves = 1
	for name, says := range map[string]func(b *agentAt){
		"at the desk": func(b *agentAt) { b.writes(own) },
		"at the call": func(b *agentAt) {
			b.seat.bound.call.Written(b.seat, own) // the desk let it through before
			b.h.pass(10 * time.Millisecond)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				h.talking(a, "13900000042")
				a.writes(half(2, "养老金何时到账"))
				a.pull()
				h.pass(50 * time.Second)
				b := h.sit("8002")
				h.pass(time.Second)
				b.answer()
				h.pass(2 * time.Second)
				says(b)
				b.restarted()
				if d := b.state().Draft; d == nil || d.Question != "养老金何时到账" {
					t.Fatalf("the second seat has %+v", d)
				}
				b.pull()
				h.pass(50 * time.Second)
				c := h.sit("8003")
				h.pass(time.Second)
				c.answer()
				h.pass(2 * time.Second)
				if d := c.state().Draft; d == nil || d.Question != "养老金何时到账" || d.Number != "0312-8001-1" {
					t.Fatalf("the third seat has %+v", d)
				}
				next := *c.state().Draft
				next.Saves++
				c.writes(next) // it has it: a number that changes now is its own doing
				next.Number = "0312-8003-1"
				c.writes(next)
				c.restarted()
				if d := c.state().Draft; d == nil || d.Number != "0312-8003-1" {
					t.Errorf("the record under its new number: %+v", d)
				}
			})
		})
	}
}
