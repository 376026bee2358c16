package hub

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/actor"
	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	"zuoxi/wire"
)

func (a *agentAt) consult(target string) {
	a.h.t.Helper()
	if code := a.do(wire.DoConsult, wire.CallVerb{Target: target, Reason: "请核实"}); code != wire.CodeOK {
		a.h.t.Fatalf("consulting %s: %s", target, code)
	}
}

func (a *agentAt) told(part string) bool {
	return slices.ContainsFunc(a.alerts(), func(s string) bool { return strings.Contains(s, part) })
}

// TestConsultSeat: ask, swap, merge, hand over with the context.
func TestConsultSeat(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		b := h.sit("8002")
		a.consult("desk:8002")
		a.is("talking", "consult_dialling")
		o := b.state().Offer
		if o == nil || o.Kind != "consult" || o.From != "8001 王某8001" || o.Note != "请核实" || o.Caller.Masked != "139****0042" {
			t.Fatalf("offer %+v", o)
		}
		b.answer()
		a.is("talking", "consulting")
		b.is("talking", "consulting")
		for _, phase := range []string{"swapped", "consulting"} {
			if code := a.do(wire.DoSwap); code != wire.CodeOK {
				t.Fatal(code)
			}
			a.is("talking", phase)
		}
		if code := a.do(wire.DoMerge); code != wire.CodeOK {
			t.Fatal(code)
		}
		a.is("talking", "three_party")
		if n := len(a.state().Call.Legs); n != 3 {
			t.Errorf("%d legs", n)
		}
		if code := a.do(wire.DoHandOver); code != wire.CodeOK {
			t.Fatal(code)
		}
		a.is("wrap_up", "closed")
		b.is("talking", "announcing")
		h.pass(1100 * time.Millisecond)
		b.is("talking", "talking")
		h.pass(2 * time.Minute)
		a.is("ready", "")
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
		l := h.log1()
		if l.Agent != "8002" || len(h.reels.of(l.ID)) != 1 {
			t.Errorf("agent %s, %d recordings", l.Agent, len(h.reels.of(l.ID)))
		}
		legs, err := h.db.Legs.List(h.t.Context(), l.ID)
		if err != nil || len(legs) != 3 {
			t.Fatalf("legs %+v, %v", legs, err)
		}
		for _, g := range legs {
			if g.To.IsZero() {
				t.Errorf("leg %s has no end", g.ID)
			}
		}
	})
}

// TestThirdFails: whatever happens to the third party, the caller is back with
// the agent, and the agent is told.
func TestThirdFails(t *testing.T) {
	type outside struct {
		err  error
		told string
	}
	for name, tc := range map[string]outside{
		"busy":        {&trunk.DialError{Outcome: trunk.ErrBusy, Code: 486}, "占线"},
		"refused":     {&trunk.DialError{Outcome: trunk.ErrDeclined, Code: 603}, "拒接"},
		"no answer":   {trunk.ErrNoAnswer, "无人接听"},
		"unreachable": {&trunk.DialError{Outcome: trunk.ErrUnreachable, Code: 503}, "无法接通"},
		"trunk full":  {&trunk.DialError{Outcome: trunk.ErrTrunkFull}, "线路已满"},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				p := h.talking(a, "13900000042")
				h.net.fate["02512345"] = tc.err
				a.consult("number:025-12345")
				h.pass(46 * time.Second)
				a.is("talking", "talking")
				if !a.told(tc.told) || !a.told("来电人已回到与您通话") {
					t.Errorf("told %v", a.alerts())
				}
				p.hangup(trunk.ByCaller)
				h.pass(2 * time.Minute)
				h.log1()
			})
		})
	}
}

func TestSeatAskedInVain(t *testing.T) {
	for name, act := range map[string]func(h *house, a, b *agentAt){
		"refuses": func(h *house, _, b *agentAt) {
			o := b.state().Offer
			b.ok(&wire.Reject{Offer: o.ID, Epoch: o.Epoch, Reason: "忙"})
		},
		"does not answer": func(h *house, _, _ *agentAt) { h.pass(16 * time.Second) },
		"is lost":         func(_ *house, _, b *agentAt) { b.pull() },
		"is cancelled": func(h *house, a, _ *agentAt) {
			if code := a.do(wire.DoCancel); code != wire.CodeOK {
				h.t.Error(code)
			}
		},
		"hangs up while consulting": func(h *house, a, b *agentAt) {
			b.answer()
			a.is("talking", "consulting")
			if code := b.do(wire.DoRelease); code != wire.CodeOK {
				h.t.Error(code)
			}
			b.is("wrap_up", "closed")
		},
		"vanishes while consulting": func(h *house, a, b *agentAt) {
			b.answer()
			b.pull()
			h.pass(7 * time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				p := h.talking(a, "13900000042")
				b := h.sit("8002")
				a.consult("desk:8002")
				act(h, a, b)
				a.is("talking", "talking")
				if free, _ := actor.Ask(h.t.Context(), b.seat.box, func() bool { return b.seat.bound.offer == nil && b.seat.bound.call == nil }); !free {
					t.Error("the call is still on the desk")
				}
				p.hangup(trunk.ByCaller)
				h.pass(20 * time.Minute)
				h.log1()
			})
		})
	}
}

func TestBadTargets(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.talking(a, "13900000042")
		b := h.sit("8002")
		b.ok(&wire.SetPresence{State: "break", Reason: "rest"})
		c := h.sit("8003")
		c.ok(&wire.SignOut{})
		for target, want := range map[string]wire.Code{
			"desk:8001": wire.CodeInvalid, "desk:9999": wire.CodeNotFound, "desk:8002": wire.CodeBusy, "desk:8003": wire.CodeUnreachable,
			"number:12a": wire.CodeInvalid, "": wire.CodeInvalid, "group:*/*": wire.CodeBusy,
		} {
			if code := a.do(wire.DoConsult, wire.CallVerb{Target: target}); code != want {
				t.Errorf("%s was answered by %s", target, code)
			}
			a.is("talking", "talking")
		}
	})
}

// TestOutsideParty hears who calls and presses 1; then everything as with a
// seat, up to a conference of several.
func TestOutsideParty(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		a.consult("number:025-12333")
		a.is("talking", "consult_dialling")
		x := h.net.of("02512333")
		x.press('5')
		h.pass(100 * time.Millisecond)
		a.is("talking", "consult_dialling")
		x.press('1')
		h.pass(100 * time.Millisecond)
		a.is("talking", "consulting")
		a.do(wire.DoMerge)
		a.consult("number:12345")
		h.net.of("12345").press('1')
		h.pass(100 * time.Millisecond)
		a.do(wire.DoMerge)
		a.is("talking", "three_party")
		legs := a.state().Call.Legs
		if len(legs) != 4 || legs[2].Who != "南京市人社值班" {
			t.Fatalf("legs %+v", legs)
		}
		for do, held := range map[string]bool{wire.DoLegHold: true, wire.DoLegResume: false} {
			_ = held
			if code := a.do(do, wire.CallVerb{Leg: legs[3].ID}); code != wire.CodeOK {
				t.Errorf("%s: %s", do, code)
			}
		}
		if code := a.do(wire.DoLegDrop, wire.CallVerb{Leg: legs[3].ID}); code != wire.CodeOK {
			t.Error(code)
		}
		h.pass(100 * time.Millisecond)
		select {
		case <-h.net.of("12345").done:
		default:
			t.Error("the dropped party is still on the line")
		}
		if code := a.do(wire.DoHandOver); code != wire.CodeOK {
			t.Fatal(code)
		}
		a.is("wrap_up", "closed")
		h.pass(10 * time.Minute)
		p.hangup(trunk.ByCaller)
		h.pass(time.Second)
		select {
		case <-x.done:
		default:
			t.Error("the outside party was left alone on the line")
		}
		h.log1()
	})
}

// TestFullConference: six outside parties beside caller and agent, and no seventh.
func TestFullConference(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		for i := range 6 {
			number := fmt.Sprint("0251000", i)
			a.consult("number:" + number)
			h.net.of(number).press('1')
			h.pass(100 * time.Millisecond)
			if code := a.do(wire.DoMerge); code != wire.CodeOK {
				t.Fatalf("party %d: %s", i, code)
			}
		}
		legs := a.state().Call.Legs
		if len(legs) != 8 {
			t.Fatalf("%d legs", len(legs))
		}
		if code := a.do(wire.DoConsult, wire.CallVerb{Target: "number:02519999"}); code != wire.CodeImpossible {
			t.Errorf("a ninth: %s", code)
		}
		for _, l := range legs[2:] {
			for _, do := range []string{wire.DoLegMute, wire.DoLegUnmute, wire.DoLegHold, wire.DoLegResume, wire.DoLegDrop} {
				if code := a.do(do, wire.CallVerb{Leg: l.ID}); code != wire.CodeOK {
					t.Errorf("%s %s: %s", do, l.Who, code)
				}
			}
		}
		a.is("talking", "talking")
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
		if l := h.log1(); len(h.reels.of(l.ID)) != 1 {
			t.Error("more than one recording")
		}
	})
}

// TestRecordGoesAlong: the seat that takes the call over finds the record as
// far as it was written, the first one is done with it.
func TestRecordGoesAlong(t *testing.T) {
	for _, how := range []string{wire.DoHandOver, wire.DoBlind} {
		t.Run(how, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				h.talking(a, "13900000042")
				b := h.sit("8002")
				draft := &wire.Record{Number: "0312-8001-1", Kind: "consult", Question: "养老金何时到账"}
				v := wire.CallVerb{Target: "desk:8002", Record: draft}
				if how == wire.DoHandOver {
					a.consult("desk:8002")
				} else if code := a.do(how, v); code != wire.CodeOK {
					t.Fatal(code)
				}
				b.answer()
				if how == wire.DoHandOver {
					a.do(how, v)
				}
				h.pass(100 * time.Millisecond)
				if d := b.state().Draft; d == nil || d.Question != draft.Question {
					t.Errorf("the second seat has %+v", d)
				}
				if c := a.state().Call; c == nil || c.RecordNo != draft.Number {
					t.Errorf("the first seat still has to write: %+v", c)
				}
			})
		})
	}
}

func TestDismissalInTwoSteps(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		for _, step := range []struct {
			do   string
			want wire.Code
		}{{wire.DoDismiss, wire.CodeImpossible}, {wire.DoWarn, wire.CodeOK}, {wire.DoDismiss, wire.CodeOK}} {
			if code := a.do(step.do); code != step.want {
				t.Fatalf("%s: %s", step.do, code)
			}
		}
		before := p.heard.Load()
		h.pass(2 * time.Second)
		if p.heard.Load() == before {
			t.Error("the caller heard no wording")
		}
		<-p.done
		h.pass(2 * time.Minute)
		if l := h.log1(); l.Outcome.ReleaseCause != "dismissed" || l.Outcome.ReleaseBy != "agent" {
			t.Errorf("outcome %+v", l.Outcome)
		}
	})
}

func TestAnsweringMachineTakesNobody(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.talking(a, "13900000042")
		if code := a.do(wire.DoBlind, wire.CallVerb{Target: "number:02512333"}); code != wire.CodeOK {
			t.Fatal(code)
		}
		a.is("talking", "transferring")
		h.pass(12 * time.Second)
		a.is("talking", "talking")
		if !a.told("没有按键确认") {
			t.Errorf("told %v", a.alerts())
		}
	})
}

func TestBlindTransfer(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		b := h.sit("8002")
		if code := a.do(wire.DoBlind, wire.CallVerb{Target: "desk:8002"}); code != wire.CodeOK {
			t.Fatal(code)
		}
		a.is("talking", "transferring") // the first agent's duty ends when the other side accepts
		b.answer()
		a.is("wrap_up", "closed")
		h.pass(1100 * time.Millisecond)
		b.is("talking", "talking")
		if code := b.do(wire.DoBlind, wire.CallVerb{Target: "group:*/*"}); code != wire.CodeOK {
			t.Fatal(code)
		}
		b.is("wrap_up", "closed")
		a.ok(&wire.SetPresence{State: "ready"})
		h.pass(time.Second)
		a.answer()
		h.pass(1100 * time.Millisecond)
		a.is("talking", "talking")
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
		if l := h.log1(); len(h.reels.of(l.ID)) != 1 {
			t.Error("more than one recording")
		}
	})
}

func TestConsultGroup(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.talking(a, "13900000042")
		b := h.sit("8002")
		h.pass(time.Second)
		c := h.sit("8003")
		a.consult("group:*/*")
		if b.state().Offer == nil || c.state().Offer != nil {
			t.Error("not the one that has been free for longest was asked")
		}
		targets, ok := a.say(&wire.FindTarget{Query: "wm 8003"}).(*wire.Targets)
		if !ok || len(targets.List) != 1 || targets.List[0].ID != "desk:8003" {
			t.Errorf("targets %+v", targets)
		}
		for query, want := range map[string]string{"njs": "number:025-12333", "值班": "number:025-12333", "025-1234567": "number:0251234567", "全省": "desk:8002"} {
			targets, ok := a.say(&wire.FindTarget{Query: query}).(*wire.Targets)
			if !ok || len(targets.List) == 0 || targets.List[0].ID != want {
				t.Errorf("%s finds %+v", query, targets)
			}
		}
	})
}

func TestCallerLeavesDuringConsult(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		b := h.sit("8002")
		a.consult("desk:8002")
		b.answer()
		p.hangup(trunk.ByCaller)
		h.pass(100 * time.Millisecond)
		a.is("wrap_up", "closed")
		b.is("wrap_up", "closed")
		if !a.told("来电人已挂机") {
			t.Errorf("told %v", a.alerts())
		}
		h.pass(2 * time.Minute)
		h.log1()
	})
}

func TestOutgoing(t *testing.T) {
	t.Run("answered", func(t *testing.T) {
		inHouse(t, func(h *house) {
			a := h.sit("8001")
			a.ok(&wire.Dial{Target: "number:13900000042"})
			h.pass(10 * time.Millisecond)
			a.is("talking", "talking")
			h.pass(5 * time.Second)
			if code := a.do(wire.DoRelease); code != wire.CodeOK {
				t.Fatal(code)
			}
			h.pass(time.Second)
			a.is("wrap_up", "closed")
			<-h.net.of("13900000042").done
			a.do(wire.DoEndWrap, wire.CallVerb{Next: "break", Reason: "meal"})
			if st := a.state().Presence; st.State != "break" || st.Reason != "meal" {
				t.Errorf("presence %+v", st)
			}
			h.pass(time.Second)
			if l := h.log1(); l.Direction != store.Outbound || l.Outcome.Disposition != store.DispositionHuman {
				t.Errorf("log %+v", l)
			}
		})
	})
	t.Run("busy", func(t *testing.T) {
		inHouse(t, func(h *house) {
			a := h.sit("8001")
			h.net.fate["13900000042"] = &trunk.DialError{Outcome: trunk.ErrBusy, Code: 486}
			a.ok(&wire.Dial{Target: "number:13900000042"})
			h.pass(time.Second)
			a.is("wrap_up", "closed")
			if !a.told("占线") {
				t.Errorf("told %v", a.alerts())
			}
			h.pass(2 * time.Minute)
			h.log1()
		})
	})
	t.Run("refused by the rules", func(t *testing.T) {
		inHouse(t, func(h *house) {
			a := h.sit("8001")
			h.cfg.Outgoing.QuietFrom, h.cfg.Outgoing.QuietTo = 0, 24*time.Hour
			if code := a.code(&wire.Dial{Target: "number:13900000042"}); code != wire.CodeImpossible {
				t.Errorf("quiet hours: %s", code)
			}
			if code := a.code(&wire.Dial{Target: "call:nobody"}); code != wire.CodeNotFound {
				t.Errorf("unknown call: %s", code)
			}
			a.is("ready", "")
		})
	})
}
