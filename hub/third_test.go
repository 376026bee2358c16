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
	"zuoxi/rules/agent"
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

// merge brings an outside party into the conference, and returns the name of its leg.
func (a *agentAt) merge(number string) string {
	a.h.t.Helper()
	a.consult("number:" + number)
	a.h.net.of(number).press('1')
	a.h.pass(100 * time.Millisecond)
	if code := a.do(wire.DoMerge); code != wire.CodeOK {
		a.h.t.Fatalf("merging %s: %s", number, code)
	}
	legs := a.state().Call.Legs
	return legs[len(legs)-1].ID
}

// sounds asserts who hears whom in the one call, and who hears music.
func (h *house) sounds(want ...string) {
	h.t.Helper()
	slices.Sort(want)
	for _, c := range h.calls.List() {
		in, _ := c.Inside(h.t.Context())
		if slices.Sort(in.Sound); !slices.Equal(in.Sound, want) {
			h.t.Errorf("%s sounds %v, want %v", in.Phase, in.Sound, want)
		}
	}
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
		key  string // in the log
	}
	for name, tc := range map[string]outside{
		"busy":        {&trunk.DialError{Outcome: trunk.ErrBusy, Code: 486}, "占线", "busy"},
		"refused":     {&trunk.DialError{Outcome: trunk.ErrDeclined, Code: 603}, "拒接", "declined"},
		"no answer":   {trunk.ErrNoAnswer, "无人接听", "no_answer"},
		"unreachable": {&trunk.DialError{Outcome: trunk.ErrUnreachable, Code: 503}, "无法接通", "unreachable"},
		"trunk full":  {&trunk.DialError{Outcome: trunk.ErrTrunkFull}, "线路已满", "trunk_full"},
		"no trunk":    {&trunk.DialError{Outcome: trunk.ErrNoOutbound}, "没有拨出，没有配置外呼线路", "no_trunk"},
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
				h.outcomeIs(tc.key)
			})
		})
	}
}

// outcomeIs fails when the one log does not say, once, what became of the third party.
func (h *house) outcomeIs(key string) {
	h.t.Helper()
	_, lines := h.data(h.log1().ID)
	if n := strings.Count(lines, `"outcome":`); n != 1 || !strings.Contains(lines, `"outcome":"`+key+`"`) {
		h.t.Errorf("the log does not say %q, once:\n%s", key, lines)
	}
}

// TestSeatAskedInVain: whatever the asked seat does, the caller is back, its desk is clear, and the log says why.
func TestSeatAskedInVain(t *testing.T) {
	type inVain struct {
		key string
		act func(h *house, a, b *agentAt)
	}
	for name, tc := range map[string]inVain{
		"cannot when it is asked": {"seat_busy", nil},
		"is signed out by a lead": {"seat_gone", func(h *house, _, _ *agentAt) {
			h.sitLead("1001").ok(&wire.SeatForce{Seat: "8002", State: "signed_out", Reason: "下班"})
			h.pass(time.Second)
		}},
		"refuses": {"declined", func(h *house, _, b *agentAt) {
			o := b.state().Offer
			b.ok(&wire.Reject{Offer: o.ID, Epoch: o.Epoch, Reason: "忙"})
		}},
		"does not answer": {"no_answer", func(h *house, _, b *agentAt) {
			h.pass(16 * time.Second)
			b.is("not_ready", "")
			if r := b.state().Presence.Reason; r != string(agent.ReasonNoAnswer) {
				h.t.Errorf("not ready for %q", r)
			}
		}},
		"is lost": {"seat_gone", func(_ *house, _, b *agentAt) { b.pull() }},
		"is cancelled": {"dropped", func(h *house, a, _ *agentAt) {
			if code := a.do(wire.DoCancel); code != wire.CodeOK {
				h.t.Error(code)
			}
		}},
		"hangs up while consulting": {"left", func(h *house, a, b *agentAt) {
			b.answer()
			a.is("talking", "consulting")
			if code := b.do(wire.DoRelease); code != wire.CodeOK {
				h.t.Error(code)
			}
			b.is("wrap_up", "closed")
		}},
		"vanishes while consulting": {"seat_gone", func(h *house, a, b *agentAt) {
			b.answer()
			b.pull()
			h.pass(50 * time.Second)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				p := h.talking(a, "13900000042")
				b := h.sit("8002")
				if tc.act == nil { // it goes on a break while the asking is on its way to it
					hold := make(chan struct{})
					b.seat.box.Post(func() { <-hold })
					b.say(&wire.SetPresence{State: "break", Reason: "rest"})
					a.consult("desk:8002")
					close(hold)
					h.pass(time.Millisecond)
				} else {
					a.consult("desk:8002")
					tc.act(h, a, b)
				}
				a.is("talking", "talking")
				if free, _ := actor.Ask(h.t.Context(), b.seat.box, func() bool { return b.seat.bound.offer == nil && b.seat.bound.call == nil }); !free {
					t.Error("the call is still on the desk")
				}
				p.hangup(trunk.ByCaller)
				h.pass(20 * time.Minute)
				h.outcomeIs(tc.key)
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
		for _, step := range []struct {
			do          string
			muted, held bool
			code        wire.Code
		}{
			{wire.DoLegMute, true, false, wire.CodeOK}, {wire.DoLegHold, true, true, wire.CodeOK}, {wire.DoLegUnmute, false, true, wire.CodeOK},
			{wire.DoLegResume, false, false, wire.CodeOK}, {wire.DoLegDrop, false, false, wire.CodeNotFound},
		} {
			if code := a.do(step.do, wire.CallVerb{Leg: "caller"}); code != step.code {
				t.Errorf("%s of the caller: %s", step.do, code)
			}
			h.pass(10 * time.Millisecond)
			if l := a.state().Call.Legs[0]; l.Muted != step.muted || l.Held != step.held {
				t.Errorf("%s of the caller: %+v", step.do, l)
			}
		}
		before := p.heard.Load()
		a.do(wire.DoLegHold, wire.CallVerb{Leg: "caller"})
		h.pass(time.Second)
		if p.heard.Load() == before {
			t.Error("a caller who waits hears no music")
		}
		a.do(wire.DoLegResume, wire.CallVerb{Leg: "caller"})
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

// TestHandOverOnTop: in a conference with another seat an outside party is asked, and the agent leaves before it is
// merged. Everybody who stays hears everybody, and can leave again.
func TestHandOverOnTop(t *testing.T) {
	for name, then := range map[string]func(h *house, b *agentAt, x *telephone){
		"the outside party hangs up": func(h *house, b *agentAt, x *telephone) {
			x.hangup(trunk.ByCaller)
			h.pass(100 * time.Millisecond)
			b.is("talking", "talking")
			if !b.told("南京市人社值班挂机") {
				h.t.Errorf("told %v", b.alerts())
			}
		},
		"it is dropped": func(h *house, b *agentAt, x *telephone) {
			legs := b.state().Call.Legs
			if code := b.do(wire.DoLegDrop, wire.CallVerb{Leg: legs[len(legs)-1].ID}); code != wire.CodeOK {
				h.t.Error(code)
			}
			h.pass(100 * time.Millisecond)
			<-x.done
			b.is("talking", "talking")
		},
		"the seat leaves too": func(h *house, b *agentAt, x *telephone) {
			if code := b.do(wire.DoRelease); code != wire.CodeOK {
				h.t.Error(code)
			}
			h.pass(100 * time.Millisecond)
			b.is("wrap_up", "closed")
			h.awry()
		},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				p := h.talking(a, "13900000042")
				b := h.sit("8002")
				a.consult("desk:8002")
				b.answer()
				a.do(wire.DoMerge)
				a.consult("number:025-12333")
				x := h.net.of("02512333")
				x.press('1')
				h.pass(100 * time.Millisecond)
				a.is("talking", "consulting")
				if code := a.do(wire.DoHandOver); code != wire.CodeOK {
					t.Fatal(code)
				}
				a.is("wrap_up", "closed")
				h.pass(1100 * time.Millisecond)
				b.is("talking", "three_party")
				h.awry()
				then(h, b, x)
				p.hangup(trunk.ByCaller)
				h.pass(time.Second)
				select {
				case <-x.done:
				default:
					t.Error("the outside party was left alone on the line")
				}
				h.pass(2 * time.Minute)
				h.log1()
			})
		})
	}
}

// awry fails when a call's parties are not those that the machine counts.
func (h *house) awry() {
	h.t.Helper()
	for _, c := range h.calls.List() {
		if in, ok := c.Inside(h.t.Context()); ok && in.Awry != "" {
			h.t.Error(in.Awry)
		}
	}
}

// TestCancelThenHangUp: what became of a party that was let go is said where it happened, and not of what comes later.
func TestCancelThenHangUp(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		b := h.sit("8002")
		a.consult("desk:8002")
		b.answer()
		if code := a.do(wire.DoCancel); code != wire.CodeOK {
			t.Fatal(code)
		}
		a.is("talking", "talking")
		h.pass(5 * time.Minute)
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
		if a.told("来电人已挂机") {
			t.Errorf("told %v", a.alerts())
		}
		_, lines := h.data(h.log1().ID)
		for line := range strings.Lines(lines) {
			if strings.HasPrefix(line, "cancel ") != strings.Contains(line, `"outcome":"dropped"`) {
				t.Errorf("the log: %s", line)
			}
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

// TestAskedPartyIsMutedAndWaits: what the box offers for the party that is consulted works, as for one that was merged.
func TestAskedPartyIsMutedAndWaits(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		a.consult("number:025-12333")
		x := h.net.of("02512333")
		x.press('1')
		h.pass(100 * time.Millisecond)
		a.is("talking", "consulting")
		leg := func() wire.Leg { return a.state().Call.Legs[2] }
		for _, step := range []struct {
			do          string
			phase       string
			muted, held bool
		}{
			{wire.DoLegMute, "consulting", true, false}, {wire.DoLegHold, "swapped", true, true}, {wire.DoLegUnmute, "swapped", false, true},
			{wire.DoLegResume, "consulting", false, false},
		} {
			if code := a.do(step.do, wire.CallVerb{Leg: leg().ID}); code != wire.CodeOK {
				t.Fatalf("%s: %s", step.do, code)
			}
			a.is("talking", step.phase)
			if l := leg(); l.Muted != step.muted || l.Held != step.held {
				t.Errorf("%s: %+v", step.do, l)
			}
		}
		if code := a.do(wire.DoLegResume, wire.CallVerb{Leg: leg().ID}); code != wire.CodeImpossible {
			t.Errorf("resumed twice: %s", code)
		}
		// Keys go to whom the agent talks to.
		a.do(wire.DoKeys, wire.CallVerb{Keys: "5"})
		a.do(wire.DoSwap)
		a.do(wire.DoKeys, wire.CallVerb{Keys: "6"})
		if len(x.pressed) != 1 || len(p.pressed) != 1 || <-x.pressed != '5' || <-p.pressed != '6' {
			t.Error("a key went to whom the agent did not talk to")
		}
		if code := a.do(wire.DoLegDrop, wire.CallVerb{Leg: leg().ID}); code != wire.CodeOK {
			t.Error(code)
		}
		a.is("talking", "talking")
	})
}

// TestRingsWhenItRings: the agent hears nothing until the network says that a telephone rings, and the tone from then on;
// of a colleague, once the call has been drawn there.
func TestRingsWhenItRings(t *testing.T) {
	hears := func(h *house, a *agentAt) bool {
		before := a.headset().heard.Load()
		h.pass(time.Second)
		return a.headset().heard.Load() > before
	}
	for name, begin := range map[string]func(h *house, a *agentAt) (ring func()){
		"citizen": func(h *house, a *agentAt) func() {
			a.ok(&wire.Dial{Target: "number:13900000042"})
			return func() { h.net.ring("13900000042") }
		},
		"outside party": func(h *house, a *agentAt) func() {
			h.talking(a, "13900000042")
			a.consult("number:025-12333")
			return func() { h.net.ring("02512333") }
		},
		"colleague": func(h *house, a *agentAt) func() {
			h.talking(a, "13900000042")
			b := h.sit("8002")
			a.consult("desk:8002")
			return func() { b.ok(&wire.OfferShown{Offer: b.state().Offer.ID}) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				h.net.mute, h.net.slow = true, true
				h.net.fate["13900000042"], h.net.fate["02512333"] = trunk.ErrNoAnswer, trunk.ErrNoAnswer
				ring := begin(h, a)
				h.pass(50 * time.Millisecond)
				if hears(h, a) {
					t.Error("it rings before anything does")
				}
				ring()
				if !hears(h, a) {
					t.Error("the agent does not hear it ring")
				}
			})
		})
	}
}

// TestPauseEndsByItself: a recording that was paused and forgotten goes on, and the agent is told; a second pause has
// its own time.
func TestPauseEndsByItself(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		for _, step := range []struct {
			do   string
			pass time.Duration
			want string
		}{
			{wire.DoPauseRec, 100 * time.Second, "paused"}, {wire.DoResumeRec, time.Second, "on"}, {wire.DoPauseRec, 110 * time.Second, "paused"},
			{"", 11 * time.Second, "on"},
		} {
			if step.do != "" && a.do(step.do, wire.CallVerb{Reason: "来电人输入口令"}) != wire.CodeOK {
				t.Fatal(step.do)
			}
			h.pass(step.pass)
			if got := a.state().Call.Recording; got != step.want {
				t.Fatalf("%s and %v: recording %s", step.do, step.pass, got)
			}
		}
		if !a.told("录音已自动恢复") {
			t.Errorf("told %v", a.alerts())
		}
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
		if r := h.reels.of(h.log1().ID); len(r) != 1 || len(r[0].gaps) != 2 {
			t.Errorf("recordings %+v", r)
		}
	})
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
		// Somebody does not answer: the caller comes back.
		a.ok(&wire.SetPresence{State: "ready"})
		a.do(wire.DoEndWrap)
		h.pass(time.Second)
		for _, answers := range []bool{false, true} {
			a.ok(&wire.SetPresence{State: "ready"})
			if code := b.do(wire.DoBlind, wire.CallVerb{Target: "group:*/*"}); code != wire.CodeOK {
				t.Fatal(code)
			}
			b.is("talking", "transferring")
			if !answers {
				h.pass(16 * time.Second)
				b.is("talking", "talking")
				if !b.told("8001 王某8001 无人接听 · 来电人已回到与您通话") {
					t.Errorf("told %v", b.alerts())
				}
			}
		}
		a.answer()
		b.is("wrap_up", "closed")
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
		for query, want := range map[string]string{"njs": "number:025-12333", "值班": "number:025-12333", "025-1234567": "number:0251234567", "全省": "desk:8003"} {
			targets, ok := a.say(&wire.FindTarget{Query: query}).(*wire.Targets)
			if !ok || len(targets.List) == 0 || targets.List[0].ID != want {
				t.Errorf("%s finds %+v", query, targets)
			}
		}
	})
}

// TestGroupIsAskedSeatBySeat: who does not take it costs the caller no other seat of the group, as long as one may ring.
func TestGroupIsAskedSeatBySeat(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.talking(a, "13900000042")
		b := h.sit("8002")
		h.pass(time.Second)
		c := h.sit("8003")
		h.pass(time.Second)
		d := h.sit("8004")
		a.consult("group:*/*")
		h.pass(16 * time.Second)
		b.is("not_ready", "")
		a.is("talking", "consult_dialling")
		c.ok(&wire.Reject{Offer: c.state().Offer.ID})
		h.pass(100 * time.Millisecond)
		if d.state().Offer == nil {
			t.Fatal("the third one is not asked")
		}
		d.answer()
		a.is("talking", "consulting")
		d.do(wire.DoRelease)
		h.pass(100 * time.Millisecond)
		a.is("talking", "talking")
		// Nobody is left: the caller is back.
		d.do(wire.DoEndWrap)
		h.pass(time.Second)
		a.consult("group:*/*")
		for range 2 { // c, then d
			h.pass(16 * time.Second)
		}
		a.is("talking", "talking")
		if !a.told("无人接听 · 来电人已回到与您通话") {
			t.Errorf("told %v", a.alerts())
		}
	})
}

// TestGroupWithNobodyFreeHasALine: handed over unseen to a group that is busy, the caller waits for it, with the record and
// at the old place; one who is to be asked first is refused.
func TestGroupWithNobodyFreeHasALine(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		b := h.sit("8002")
		b.seat.account.Skills = []store.Skill{{Region: "320500", Subject: "工伤保险", Level: 1}}
		b.ok(&wire.SetPresence{State: "not_ready"})
		const group = "group:320500/工伤保险"
		if got := a.find("工伤").List; len(got) != 2 || got[1].State != "要排队" {
			t.Errorf("found %+v", got)
		}
		if code := a.do(wire.DoConsult, wire.CallVerb{Target: group}); code != wire.CodeBusy {
			t.Errorf("consulting nobody: %s", code)
		}
		said := h.words.count("queue_wait")
		if code := a.do(wire.DoBlind, wire.CallVerb{Target: group, Reason: "工伤待遇", Record: &wire.Record{Number: "0312-8001-1", Kind: "consult", Question: "工伤"}}); code != wire.CodeOK {
			t.Fatal(code)
		}
		h.pass(100 * time.Millisecond)
		a.is("wrap_up", "closed")
		if h.words.count("queue_wait") != said+1 || !a.told("苏州 工伤保险没有空闲坐席 · 来电人已转入排队") {
			t.Errorf("the caller heard %d, the agent %v", h.words.count("queue_wait"), a.alerts())
		}
		a.do(wire.DoEndWrap)
		h.pass(5 * time.Second)
		if a.state().Offer != nil {
			t.Error("it comes back to who handed it over")
		}
		b.ok(&wire.SetPresence{State: "ready"})
		h.pass(100 * time.Millisecond)
		o := b.state().Offer
		if o == nil || o.Kind != "transfer" || o.From != "8001 王某8001" || o.Note != "工伤待遇" || o.Caller.Subject != "工伤保险" {
			t.Fatalf("offer %+v", o)
		}
		b.answer()
		h.pass(1100 * time.Millisecond)
		b.is("talking", "talking")
		if d := b.state().Draft; d == nil || d.Number != "0312-8001-1" {
			t.Errorf("the record is %+v", d)
		}
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
		if l := h.log1(); l.Origin.RegionHow != "agent" || l.Agent != "8002" {
			t.Errorf("log %+v", l)
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
	for _, heard := range []bool{true, false} {
		for name, end := range map[string]func(h *house, a *agentAt){
			"taken back": func(h *house, a *agentAt) {
				if code := a.do(wire.DoRelease); code != wire.CodeOK {
					h.t.Error(code)
				}
			},
			"ended by the lead": func(h *house, a *agentAt) {
				h.sitLead("1001").ok(&wire.CallMove{Seat: "8001", Do: wire.MoveEnd, Reason: "误拨"})
			},
			"not answered": func(h *house, a *agentAt) {
				h.pass(45 * time.Second)
				if !a.told("对方无人接听") {
					h.t.Errorf("told %v", a.alerts())
				}
			},
		} {
			t.Run(fmt.Sprintf("%s, heard before the answer %v", name, heard), func(t *testing.T) {
				inHouse(t, func(h *house) {
					a := h.sit("8001")
					h.net.fate["13900000042"], h.net.mute = trunk.ErrNoAnswer, !heard
					a.ok(&wire.Dial{Target: "number:13900000042"})
					before := a.headset().heard.Load()
					h.pass(3 * time.Second)
					a.is("talking", "dialling")
					if tone := a.headset().heard.Load() > before; tone == heard {
						t.Errorf("the agent hears a tone of ours: %v", tone)
					}
					end(h, a)
					h.pass(100 * time.Millisecond)
					select {
					case <-h.net.of("13900000042").done:
					default:
						t.Error("the telephone rings on")
					}
					a.is("wrap_up", "closed")
					h.pass(2 * time.Minute)
					h.log1()
				})
			})
		}
	}
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
