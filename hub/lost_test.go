package hub

import (
	"errors"
	"slices"
	"testing"
	"time"

	"zuoxi/hub/actor"
	"zuoxi/hub/desk"
	"zuoxi/hub/line"
	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	"zuoxi/rules/agent"
	"zuoxi/wire"
)

// TestSeatLostAndBack: prompt after 3 s, the call is kept, the returning seat
// has the same call as it was.
func TestSeatLostAndBack(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		call := a.state().Call.ID
		a.pull()
		h.pass(2 * time.Second)
		before := p.heard.Load()
		h.pass(1500 * time.Millisecond)
		if p.heard.Load() == before {
			t.Error("no prompt to the caller after 3 s")
		}
		h.pass(20 * time.Second)
		if err := a.back(); err != nil {
			t.Fatal(err)
		}
		if w := a.screen.welcome; !w.Resumed || w.Session < 2 {
			t.Errorf("welcome %+v", w)
		}
		if c := a.state().Call; c == nil || c.ID != call || c.Phase != "seat_lost" {
			t.Fatalf("call %+v", c)
		}
		a.plugIn()
		h.pass(600 * time.Millisecond)
		a.is("talking", "talking")
		if !a.told("已恢复通话") {
			t.Errorf("told %v", a.alerts())
		}
		before = p.heard.Load()
		h.pass(time.Second)
		if got := p.heard.Load() - before; got != 0 {
			t.Errorf("the prompt or music goes on: %d packets", got)
		}
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
		l := h.log1()
		if r := h.reels.of(l.ID); len(r) != 1 || len(r[0].gaps) != 1 {
			t.Errorf("recordings %+v", r)
		}
		kinds := h.kinds(l.ID)
		if !slices.Contains(kinds, "seat_lost") || !slices.Contains(kinds, "seat_back") {
			t.Errorf("timeline %v", kinds)
		}
	})
}

// TestStaysAwayUntilSomebodySaysSo: a seat that stays away is signed out and stands on the board as away, until a person signs it
// out or it comes back.
func TestStaysAwayUntilSomebodySaysSo(t *testing.T) {
	inHouse(t, func(h *house) {
		lead, a, b := h.sit("1001", "lead"), h.sit("8001"), h.sit("8002")
		stands := func(a *agentAt) string { r := a.seat.status.Load().row; return r.State + " " + r.Reason }
		for _, gone := range []*agentAt{a, b} {
			gone.pull()
		}
		h.pass(h.cfg.LostSignOut + time.Minute)
		if got := stands(a); got != "signed_out lost" {
			t.Fatalf("stands as %q", got)
		}
		lead.ok(&wire.SeatForce{Seat: "8001", State: "signed_out", Reason: "下班了"})
		if got := stands(a); got != "signed_out " {
			t.Errorf("signed out by a person it stands as %q", got)
		}
		if got := lead.code(&wire.SeatForce{Seat: "8001", State: "signed_out", Reason: "下班了"}); got != wire.CodeImpossible {
			t.Errorf("once more: %s", got)
		}
		account, err := h.db.Agents.Get(h.t.Context(), "8002")
		if err != nil {
			t.Fatal(err)
		}
		if err := b.connect(arrival{account: account, device: "pc-8002"}); err != nil {
			t.Fatal(err)
		}
		if got := stands(b); got != "not_ready signed_in" {
			t.Errorf("back it stands as %q", got)
		}
	})
}

// TestSignallingAloneLost: the voice goes on, nothing happens to the call.
func TestSignallingAloneLost(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		sc := a.screen
		a.seat.box.Post(func() { a.seat.left(sc) })
		h.pass(30 * time.Second)
		if err := a.back(); err != nil {
			t.Fatal(err)
		}
		a.is("talking", "talking")
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
		if l := h.log1(); slices.Contains(h.kinds(l.ID), "seat_lost") {
			t.Error("a lost link counted as a lost seat")
		}
	})
}

// TestMediaAloneLost: an ICE restart on the same line brings the call back.
func TestMediaAloneLost(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.talking(a, "13900000042")
		line := a.headset()
		line.kill()
		h.pass(4 * time.Second)
		a.is("lost", "seat_lost")
		a.say(&wire.MediaOffer{SDP: a.no, Restart: true})
		h.pass(600 * time.Millisecond)
		a.is("talking", "talking")
		if a.headset() != line {
			t.Error("the restart made a new line")
		}
	})
}

// TestNewLine: a new line is used when it stands. One that comes to nothing
// takes nothing away, and a path for a line that is gone is refused.
func TestNewLine(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.talking(a, "13900000042")
		first := a.headset()
		h.lines.slow = true
		a.say(&wire.MediaOffer{SDP: "second"})
		second := h.lines.of("second")
		if first.shut.Load() || a.seat.voice.current() != Line(first) {
			t.Fatal("a line that does not stand took over")
		}
		second.become(line.Lost)
		h.pass(time.Millisecond)
		if !second.shut.Load() || first.shut.Load() {
			t.Fatal("a line that came to nothing is kept, or took the other with it")
		}
		a.say(&wire.MediaOffer{SDP: "third"})
		h.lines.of("third").become(line.Warm)
		h.pass(time.Millisecond)
		if !first.shut.Load() || a.seat.voice.current() != Line(h.lines.of("third")) {
			t.Fatal("a line that stands is not in use")
		}
		if got := a.code(&wire.MediaOffer{SDP: a.no, Restart: true}); got != wire.CodeStale {
			t.Errorf("a new path for a line that is gone: %s", got)
		}
		h.pass(5 * time.Second)
		a.is("talking", "talking")
	})
}

// TestVoiceStaysAway: the caller goes to the head of the line, and the agent,
// whose link never broke, is there to write at once; the next call comes when
// the voice is back.
func TestVoiceStaysAway(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		line := a.headset()
		line.kill()
		h.pass(50 * time.Second)
		a.is("wrap_up", "closed")
		if !a.told("来电人已回到队首") {
			t.Errorf("told %v", a.alerts())
		}
		a.ok(&wire.SetPresence{State: "break", Reason: "rest"})
		a.do(wire.DoEndWrap)
		a.say(&wire.MediaOffer{SDP: a.no, Restart: true})
		a.ok(&wire.SetPresence{State: "ready"})
		h.pass(3 * time.Second)
		if o := a.state().Offer; o == nil || o.Kind != "returned" {
			t.Fatalf("offer %+v", o)
		}
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
		h.log1()
	})
}

// TestCallEndsWithoutVoice: a caller who hangs up meanwhile leaves the agent in
// wrap-up, not lost.
func TestCallEndsWithoutVoice(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		a.headset().kill()
		h.pass(4 * time.Second)
		a.is("lost", "seat_lost")
		p.hangup(trunk.ByCaller)
		h.pass(100 * time.Millisecond)
		a.is("wrap_up", "closed")
		h.pass(2 * time.Minute)
		h.log1()
	})
}

// TestCallEndsWithoutLink: an agent whose link is down when the call ends is
// lost, and finds the record to write on return.
func TestCallEndsWithoutLink(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		sc := a.screen
		a.seat.box.Post(func() { a.seat.left(sc) })
		h.pass(5 * time.Second)
		p.hangup(trunk.ByCaller)
		h.pass(5 * time.Second)
		if st := a.seat.status.Load(); st.State != agent.StateLost {
			t.Errorf("a seat without a link is %s", st.State)
		}
		if err := a.back(); err != nil {
			t.Fatal(err)
		}
		a.is("wrap_up", "closed")
		h.pass(2 * time.Minute)
		h.log1()
	})
}

// TestSeatStaysAway: the caller goes to the head of the line with all context,
// and to the same seat when it is there again.
func TestSeatStaysAway(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		a.pull()
		h.pass(50 * time.Second)
		other := h.waiting("13900000043")
		if err := a.back(); err != nil {
			t.Fatal(err)
		}
		a.plugIn()
		if !a.told("来电人已回到队首") {
			t.Errorf("told %v", a.alerts())
		}
		a.is("wrap_up", "closed")
		a.ok(&wire.SetPresence{State: "ready"})
		h.pass(time.Second)
		o := a.state().Offer
		if o == nil || o.Kind != "returned" || o.Caller.Masked != "139****0042" {
			t.Fatalf("offer %+v", o)
		}
		a.answer()
		h.pass(1100 * time.Millisecond)
		a.is("talking", "talking")
		p.hangup(trunk.ByCaller)
		other.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
		if n := len(h.logs()); n != 2 {
			t.Errorf("%d logs", n)
		}
	})
}

// TestGapIsMarkedHoweverItEnds: what a lost seat's part in the recording lacks is said there, whoever ends the state.
func TestGapIsMarkedHoweverItEnds(t *testing.T) {
	for name, end := range map[string]func(h *house, a *agentAt, p *telephone){
		"the seat is back": func(h *house, a *agentAt, _ *telephone) {
			if err := a.back(); err != nil {
				h.t.Fatal(err)
			}
			a.plugIn()
			h.pass(time.Second)
		},
		"the seat stays away": func(h *house, _ *agentAt, _ *telephone) { h.pass(50 * time.Second) },
		"the caller hangs up": func(_ *house, _ *agentAt, p *telephone) { p.hangup(trunk.ByCaller) },
		"the lead takes over": func(h *house, _ *agentAt, _ *telephone) {
			h.sitLead("1001").ok(&wire.TakeOver{Seat: "8001", Reason: "坐席断线"})
		},
		"the lead ends it": func(h *house, _ *agentAt, _ *telephone) {
			h.sitLead("1001").ok(&wire.CallMove{Seat: "8001", Do: wire.MoveEnd, Reason: "坐席断线"})
		},
		"the hub is shut down": func(h *house, _ *agentAt, _ *telephone) { h.calls.Shutdown() },
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				p := h.talking(a, "13900000042")
				a.pull()
				h.pass(10 * time.Second)
				end(h, a, p)
				h.pass(time.Second)
				p.hangup(trunk.ByCaller)
				h.pass(10 * time.Minute)
				if r := h.reels.of(h.log1().ID); len(r) != 1 || !slices.Equal(r[0].gaps, []string{"8001 坐席断线"}) {
					t.Errorf("%d recordings, gaps %v", len(r), r[0].gaps)
				}
			})
		})
	}
}

// TestConferenceGoesOnWithoutTheSeat: whatever the agent who stays away was doing beside a conference, those who talk
// are not torn apart.
func TestConferenceGoesOnWithoutTheSeat(t *testing.T) {
	for name, beside := range map[string]func(a *agentAt){
		"talking":    func(*agentAt) {},
		"holding it": func(a *agentAt) { a.do(wire.DoHold) },
		"asking one more": func(a *agentAt) {
			a.consult("number:12345")
			a.h.net.of("12345").press('1')
		},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				p := h.talking(a, "13900000042")
				x := a.merge("02512333")
				beside(a)
				h.pass(time.Second)
				a.pull()
				h.pass(50 * time.Second)
				h.sounds("caller<"+x, x+"<caller")
				if y := h.net.of("12345"); y != nil {
					<-y.done
				}
				p.hangup(trunk.ByCaller)
				h.pass(5 * time.Minute)
				if r := h.reels.of(h.log1().ID); !slices.Equal(r[0].gaps, []string{"8001 坐席断线"}) {
					t.Errorf("gaps %v", r[0].gaps)
				}
			})
		})
	}
}

// TestLostInEveryPhase: whatever was under way, the seat finds it again.
func TestLostInEveryPhase(t *testing.T) {
	for name, tc := range map[string]struct {
		bring func(h *house, a, b *agentAt)
		phase string
		state string
	}{
		"announcing": {func(*house, *agentAt, *agentAt) {}, "talking", "talking"},
		"held":       {func(h *house, a, _ *agentAt) { h.pass(1100 * time.Millisecond); a.do(wire.DoHold) }, "held", "hold"},
		"consulting": {func(h *house, a, b *agentAt) { h.pass(1100 * time.Millisecond); a.consult("desk:8002"); b.answer() }, "consulting", "talking"},
		"three-party": {func(h *house, a, b *agentAt) {
			h.pass(1100 * time.Millisecond)
			a.consult("desk:8002")
			b.answer()
			a.do(wire.DoMerge)
		}, "three_party", "talking"},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				p := h.waiting("13900000042")
				a.answer()
				b := h.sit("8002")
				tc.bring(h, a, b)
				a.pull()
				h.pass(10 * time.Second)
				if err := a.back(); err != nil {
					t.Fatal(err)
				}
				a.plugIn()
				h.pass(2 * time.Second)
				a.is(tc.state, tc.phase)
				p.hangup(trunk.ByCaller)
				h.pass(3 * time.Minute)
				h.log1()
			})
		})
	}
}

// TestLostWhileDialling: an agent who calls out is lost while the citizen's telephone rings. The ringing goes on; who
// answers hears that somebody is coming, and meets the agent, or whoever takes the call from the head of the line.
func TestLostWhileDialling(t *testing.T) {
	dialling := func(h *house) (*agentAt, *telephone) {
		a := h.sit("8001")
		h.net.fate["13900000042"], h.net.mute = trunk.ErrNoAnswer, true
		a.ok(&wire.Dial{Target: "number:13900000042", Reason: "回访"})
		h.pass(time.Second)
		a.is("talking", "dialling")
		a.pull()
		h.pass(5 * time.Second)
		return a, h.net.of("13900000042")
	}
	back := func(h *house, a *agentAt) {
		if err := a.back(); err != nil {
			h.t.Fatal(err)
		}
		a.plugIn()
		h.pass(time.Second)
	}
	for name, then := range map[string]func(h *house, a *agentAt, p *telephone){
		"back while it rings": func(h *house, a *agentAt, p *telephone) {
			back(h, a)
			a.is("talking", "dialling")
			_ = p.Answer(h.t.Context())
			h.pass(100 * time.Millisecond)
			a.is("talking", "talking")
		},
		"answered meanwhile": func(h *house, a *agentAt, p *telephone) {
			before := h.words.count("seat_lost")
			_ = p.Answer(h.t.Context())
			h.pass(100 * time.Millisecond)
			if h.words.count("seat_lost") != before+1 {
				h.t.Error("who answered was told nothing")
			}
			back(h, a)
			a.is("talking", "talking")
		},
		"answered, and the agent stays away": func(h *house, _ *agentAt, p *telephone) {
			lead, b := h.sitLead("1001"), h.sit("8002")
			_ = p.Answer(h.t.Context())
			h.pass(50 * time.Second)
			if !lead.told("8001 断线超过限时 · 来电人已回到队首") {
				h.t.Errorf("the lead was told %v", lead.alerts())
			}
			if o := b.state().Offer; o == nil || o.Kind != "returned" || o.From != "8001 王某8001" || o.Note == "" {
				h.t.Errorf("offer %+v", o)
			}
		},
		"nobody answers, and the agent stays away": func(h *house, _ *agentAt, p *telephone) {
			h.pass(50 * time.Second)
			select {
			case <-p.done:
			default:
				h.t.Error("the telephone rings on")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a, p := dialling(h)
				then(h, a, p)
				p.hangup(trunk.ByCaller)
				h.pass(10 * time.Minute)
				if l := h.log1(); l.Direction != store.Outbound {
					t.Errorf("log %+v", l)
				}
			})
		})
	}
}

// TestLostInWrapUp: the record's call is still on the desk, with time to write.
func TestLostInWrapUp(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		call := a.state().Call.ID
		p.hangup(trunk.ByCaller)
		h.pass(30 * time.Second)
		a.pull()
		h.pass(50 * time.Second)
		if err := a.back(); err != nil {
			t.Fatal(err)
		}
		a.is("wrap_up", "closed")
		if v := a.state().Call; v.ID != call || !v.WrapUntil.After(h.now().Add(30*time.Second)) {
			t.Errorf("call %+v", v)
		}
		h.pass(61 * time.Second)
		a.is("ready", "")
		h.pass(time.Second)
		h.log1()
	})
}

// TestLostWhileRinging: the offer goes to the next seat at once, and the agent
// is not blamed.
func TestLostWhileRinging(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.pass(time.Second)
		b := h.sit("8002")
		p := h.waiting("13900000042")
		a.pull()
		h.pass(100 * time.Millisecond)
		if b.state().Offer == nil {
			t.Fatal("the next seat was not asked")
		}
		if err := a.back(); err != nil {
			t.Fatal(err)
		}
		if st := a.state().Presence.State; st != "ready" {
			t.Errorf("presence %s", st)
		}
		p.hangup(trunk.ByCaller)
		h.pass(time.Second)
		h.log1()
	})
}

func TestSecondSignIn(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		account, _ := h.db.Agents.Get(h.t.Context(), "8001")
		first := a.screen
		if err := a.connect(arrival{account: account, device: "pc-other"}); err != nil {
			t.Fatal(err)
		}
		if first.bye != wire.CodeMoved {
			t.Errorf("the first seat was told %q", first.bye)
		}
		a.plugIn()
		h.pass(time.Second)
		h.talking(a, "13900000042")
		var no *desk.Refusal
		other := &agentAt{h: h, no: "8001", seat: a.seat}
		if err := other.connect(arrival{account: account, device: "pc-third"}); !errors.As(err, &no) || no.Code != wire.CodeElsewhere {
			t.Errorf("a live call was taken over: %v", err)
		}
		a.is("talking", "talking")
		if err := other.connect(arrival{account: account, token: "made up", resume: true}); !errors.As(err, &no) || no.Code != wire.CodeStale {
			t.Errorf("a made-up token: %v", err)
		}
		a.screen.quiet = 10 * time.Second // the old link no longer answers
		if err := other.connect(arrival{account: account, device: "pc-third"}); !errors.As(err, &no) || no.Code != wire.CodeElsewhere {
			t.Errorf("a live voice was taken over: %v", err)
		}
		lead := h.sit("1001", "lead")
		a.headset().kill()
		h.pass(time.Second)
		if err := other.connect(arrival{account: account, device: "pc-third"}); err != nil {
			t.Errorf("a dead seat holds the call: %v", err)
		}
		other.is("talking", "talking")
		if !lead.told("换了一台电脑登录") {
			t.Errorf("the lead was told %v", lead.alerts())
		}
	})
}

// TestReadyWithoutVoice: who cannot be called is not shown as ready.
func TestReadyWithoutVoice(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		a.headset().kill()
		h.pass(9 * time.Second)
		a.is("ready", "")
		h.pass(5 * time.Second)
		a.is("not_ready", "")
		if !a.told("话路不通，已自动示忙") {
			t.Errorf("told %v", a.alerts())
		}
		// Ctrl+T before the new line stands: kept, and the first call waits for the line
		a.ok(&wire.SetPresence{State: "ready"})
		c := h.waiting("13900000042")
		h.pass(3 * time.Second)
		a.is("ready", "")
		a.plugIn()
		h.pass(3 * time.Second)
		a.is("ringing", "")
		c.hangup(trunk.ByTrunk)
	})
}

func TestCommandOnce(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.talking(a, "13900000042")
		m := wire.Message{ID: "once", Session: a.screen.welcome.Session, Body: &wire.CallVerb{Call: a.state().Call.ID, Do: wire.DoHold}}
		sc := a.screen
		for range 3 {
			a.seat.box.Post(func() { a.seat.message(sc, m) })
			h.pass(10 * time.Millisecond)
		}
		a.is("hold", "held")
		if ack := sc.answers["once"].(*wire.Ack); ack.Code != wire.CodeOK {
			t.Errorf("answered %+v", ack)
		}
	})
}

// TestVoiceHealsAfterTheLink: the cable of an idle seat is out for a while; the
// link comes back first, the voice a moment later on the same line. Who waits
// is offered to the seat, which says that it is free.
func TestVoiceHealsAfterTheLink(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		a.pull()
		h.pass(5 * time.Second)
		c := h.waiting("13900000042")
		if err := a.back(); err != nil {
			t.Fatal(err)
		}
		h.pass(100 * time.Millisecond)
		a.headset().revive()
		h.pass(5 * time.Second)
		a.is("ringing", "")
		c.hangup(trunk.ByTrunk)
	})
}

// TestALateGreetingDisplacesNobody: a greeting that the seat has given up, and has
// made again by another connection, must not send that one away.
func TestALateGreetingDisplacesNobody(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		here := a.screen
		session := a.seat.session.Number()
		late := arrival{account: a.seat.account, id: h.id(), conn: &screen{answers: map[string]wire.Body{}, late: true}}
		err, _ := actor.Ask(h.t.Context(), a.seat.box, func() error { return a.seat.arrive(late) })
		if !errors.Is(err, desk.ErrGone) || a.seat.session.Number() != session || !a.seat.session.Is(here) {
			t.Fatalf("%v; session %d, was %d", err, a.seat.session.Number(), session)
		}
	})
}
