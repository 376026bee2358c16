package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"

	"zuoxi/hub/actor"
	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	"zuoxi/media/g711"
	"zuoxi/wire"
)

// speak sends a loud tone for a while.
func (p *telephone) speak(h *house, d time.Duration) {
	pcm := make([]int16, 160)
	for i := range pcm {
		pcm[i] = int16(8000 * (1 - 2*(i/20%2)))
	}
	alaw := make([]byte, 160)
	g711.EncodeALaw(alaw, pcm)
	for n := range uint32(d / (20 * time.Millisecond)) {
		(*p.sound.Load())(&rtp.Packet{Header: rtp.Header{PayloadType: 8, SequenceNumber: uint16(n), Timestamp: n * 160, SSRC: 7}, Payload: alaw}, time.Now())
		h.pass(20 * time.Millisecond)
	}
}

// TestVoicemail: a message at night, heard and answered by an agent.
func TestVoicemail(t *testing.T) {
	for name, end := range map[string]func(*telephone){
		"by key": func(p *telephone) { p.press('#') }, "by hanging up": func(p *telephone) { p.hangup(trunk.ByCaller) },
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a := h.sit("8001")
				h.usher.night.Store(true)
				p := h.waiting("13900000042")
				p.speak(h, 5*time.Second)
				end(p)
				h.pass(3 * time.Second)
				if l := h.log1(); l.Outcome.Disposition != store.DispositionAuto {
					t.Errorf("outcome %+v", l.Outcome)
				}
				list := a.state().Voicemails
				if len(list) != 1 || list[0].State != "new" || list[0].Seconds != 5 || list[0].Due.IsZero() {
					t.Fatalf("list %+v", list)
				}
				a.ok(&wire.HearVoicemail{ID: list[0].ID, On: true})
				h.pass(time.Second)
				if a.headset().heard.Load() < 40 {
					t.Error("nothing came to the ear")
				}
				h.pass(2 * time.Second)
				if s := a.state().Voicemails[0].State; s != "heard" {
					t.Errorf("state %s", s)
				}
				a.ok(&wire.Dial{Target: "voicemail:" + list[0].ID})
				h.pass(time.Second)
				a.is("talking", "talking")
				if s := a.state().Voicemails[0].State; s != "called_back" {
					t.Errorf("state %s", s)
				}
				h.net.of("13900000042").hangup(trunk.ByCaller)
				h.pass(2 * time.Minute)
				h.logs()
				if n := len(a.state().Voicemails); n != 0 {
					t.Errorf("%d messages after the call back", n)
				}
			})
		})
	}
}

// TestOneSeatAnswersAMessage: nobody is called back by two seats that have the same list before them.
func TestOneSeatAnswersAMessage(t *testing.T) {
	inHouse(t, func(h *house) {
		a, b := h.sit("8001"), h.sit("8002")
		h.usher.night.Store(true)
		p := h.waiting(citizen)
		p.speak(h, 5*time.Second)
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Second)
		mail := &wire.Dial{Target: "voicemail:" + b.state().Voicemails[0].ID}
		a.ok(mail)
		for _, until := range []string{"ringing", "talking", "writing"} {
			if code := b.code(mail); code != wire.CodeConflict {
				t.Errorf("%s: %s", until, code)
			}
			h.pass(time.Second)
			if until == "talking" {
				h.net.of(citizen).hangup(trunk.ByCaller)
				h.pass(time.Second)
			}
		}
		b.is("ready", "")
		h.pass(2 * time.Minute)
		if n := len(b.state().Voicemails); n != 0 {
			t.Errorf("%d messages after the call back", n)
		}
		h.answers.mu.Lock()
		clear(h.answers.by) // as after a start of the hub
		h.answers.mu.Unlock()
		if code := b.code(mail); code != wire.CodeConflict {
			t.Errorf("from a list that is old: %s", code)
		}
	})
}

// sickMail is a disk that takes no change of a message while it is away; held keeps the answer to the next one who reads.
type sickMail struct {
	store.Voicemails
	away atomic.Bool
	held atomic.Pointer[chan struct{}]
}

func (m *sickMail) Update(ctx context.Context, v store.Voicemail) (store.Voicemail, error) {
	if m.away.Load() {
		return v, store.ErrUnavailable
	}
	return m.Voicemails.Update(ctx, v)
}

func (m *sickMail) Get(ctx context.Context, id string) (store.Voicemail, error) {
	v, err := m.Voicemails.Get(ctx, id)
	if held := m.held.Swap(nil); held != nil {
		<-*held
	}
	return v, err
}

// TestAnsweredMessageIsClosedInTheEnd: a message that was answered is answered by nobody else, who had read before that it
// was open either; one that was answered while the disk was away is off everybody's list once it is there again.
func TestAnsweredMessageIsClosedInTheEnd(t *testing.T) {
	for name, away := range map[string]bool{"the disk is there": false, "it is away": true} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				sick, held := &sickMail{Voicemails: h.db.Voicemails}, make(chan struct{})
				h.db.Voicemails = sick // nobody reads at this moment: all wait
				a, b := h.sit("8001"), h.sit("8002")
				h.usher.night.Store(true)
				p := h.waiting(citizen)
				p.speak(h, 5*time.Second)
				p.hangup(trunk.ByCaller)
				h.pass(3 * time.Second)
				mail := &wire.Dial{Target: "voicemail:" + b.state().Voicemails[0].ID}
				sick.away.Store(away)
				a.ok(mail)
				h.pass(time.Second)
				sick.held.Store(&held)
				b.code(mail)
				late := fmt.Sprintf("m%d", h.seq)
				h.net.of(citizen).hangup(trunk.ByCaller)
				h.pass(time.Second)
				a.do(wire.DoEndWrap)
				h.pass(time.Second)
				close(held)
				h.pass(time.Second)
				b.screen.mu.Lock()
				if ack, _ := b.screen.answers[late].(*wire.Ack); ack == nil || ack.Code != wire.CodeConflict {
					t.Errorf("who had read before was answered %+v", ack)
				}
				b.screen.mu.Unlock()
				h.pass(3 * time.Minute)
				if code := b.code(mail); code != wire.CodeConflict {
					t.Errorf("long after: %s", code)
				}
				sick.away.Store(false)
				h.pass(2 * keepPause)
				if n := len(b.state().Voicemails); n != 0 {
					t.Errorf("%d messages once the disk is there", n)
				}
			})
		})
	}
}

// TestCallEndsAMessage: who answers a caller while a message plays hears the caller alone.
func TestCallEndsAMessage(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.usher.night.Store(true)
		p := h.waiting("13900000042")
		p.speak(h, 5*time.Second)
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Second)
		h.usher.night.Store(false)
		mail := a.state().Voicemails[0].ID
		a.seat.box.Post(func() { a.seat.playMessage("m", mail, clip(time.Minute), nil) })
		h.waiting("13900000043")
		a.answer()
		h.pass(2 * time.Second)
		hearing, _ := actor.Ask(h.t.Context(), a.seat.box, func() bool { return a.seat.bound.hearing != nil })
		if hearing || a.state().Voicemails[0].State != "new" {
			t.Errorf("it plays on: %v, and counts as %s", hearing, a.state().Voicemails[0].State)
		}
	})
}

func TestSilentMessageIsNone(t *testing.T) {
	inHouse(t, func(h *house) {
		h.usher.night.Store(true)
		p := h.waiting("13900000042")
		h.pass(5 * time.Second)
		p.press('#')
		h.pass(3 * time.Second)
		if l := h.log1(); l.Outcome.Disposition != store.DispositionAbandoned {
			t.Errorf("outcome %+v", l.Outcome)
		}
	})
}

// TestQueueCallback: the caller hangs up and keeps the place; once per person.
func TestQueueCallback(t *testing.T) {
	inHouse(t, func(h *house) {
		for range 2 {
			p := h.waiting("13900000042")
			h.pass(10 * time.Second)
			p.press('7')
			h.pass(100 * time.Millisecond)
			p.press('1')
			h.pass(2 * time.Second)
			<-p.done
		}
		a := h.sit("8001")
		h.pass(100 * time.Millisecond)
		o := a.state().Offer
		if o == nil || o.Kind != "callback" || o.Caller.WaitedMS < 20000 {
			t.Fatalf("offer %+v", o)
		}
		a.answer()
		h.pass(100 * time.Millisecond)
		a.is("talking", "talking")
		h.net.of("13900000042").hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
		a.is("ready", "")
		if n := len(h.logs()); n != 3 {
			t.Errorf("%d logs", n)
		}
	})
}

// TestNoCallbackAfterGettingThrough: who booked a call-back and reaches an agent first is not called back, whether the
// booking waits, is on offer or is put off until later.
func TestNoCallbackAfterGettingThrough(t *testing.T) {
	for name, put := range map[string]func(h *house, b *agentAt){
		"waiting": func(*house, *agentAt) {},
		"on offer": func(h *house, b *agentAt) {
			b.ok(&wire.SetPresence{State: "ready"})
			h.pass(100 * time.Millisecond)
			if o := b.state().Offer; o == nil || o.Kind != "callback" {
				h.t.Fatalf("offer %+v", o)
			}
		},
		"put off": func(h *house, b *agentAt) {
			h.net.fate["13900000042"] = &trunk.DialError{Outcome: trunk.ErrBusy, Code: 486}
			b.ok(&wire.SetPresence{State: "ready"})
			h.pass(100 * time.Millisecond)
			b.answer()
			h.pass(time.Second)
			b.do(wire.DoEndWrap)
			h.pass(time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				a, b := h.sit("8001"), h.sit("8002")
				for _, who := range []*agentAt{a, b} {
					who.ok(&wire.SetPresence{State: "not_ready"})
				}
				h.books("13900000042")
				put(h, b)
				var p *telephone
				if name == "put off" {
					a = b
					p = h.talking(b, "13900000042")
				} else {
					a.ok(&wire.Dial{Target: "number:13900000042"})
					h.pass(1100 * time.Millisecond)
					p = h.net.of("13900000042")
				}
				a.is("talking", "talking")
				_, lines := h.data(a.state().Call.ID)
				if o := b.state().Offer; o != nil {
					t.Errorf("still on offer: %+v", o)
				}
				p.hangup(trunk.ByCaller)
				h.pass(3 * time.Minute)
				b.ok(&wire.SetPresence{State: "ready"})
				h.pass(backAgain)
				for _, who := range []*agentAt{a, b} {
					if o := who.state().Offer; o != nil {
						t.Errorf("%s is asked to call back: %+v", who.no, o)
					}
				}
				if !strings.Contains(lines, "回电不再拨") {
					t.Errorf("the log says\n%s", lines)
				}
			})
		})
	}
}

// TestCallbackTakesTooLong: a caller who is still keying the number when the time for it is over waits in line again, and
// there alone: what is keyed then books nothing, and the line's own keys are heard.
func TestCallbackTakesTooLong(t *testing.T) {
	inHouse(t, func(h *house) {
		p := h.waiting("13900000042")
		p.press('7')
		h.pass(2*time.Minute + 100*time.Millisecond)
		p.press('7') // the last digits
		p.press('1')
		h.pass(2 * time.Second)
		a, b := h.sit("8001"), h.sit("8002")
		h.pass(100 * time.Millisecond)
		a.is("ringing", "")
		b.is("ready", "")
		if o := a.state().Offer; o == nil || o.Kind != "inbound" {
			t.Errorf("offer %+v", o)
		}
		a.ok(&wire.Reject{Offer: a.state().Offer.ID, Epoch: a.state().Offer.Epoch})
		b.ok(&wire.Reject{Offer: b.state().Offer.ID, Epoch: b.state().Offer.Epoch})
		p.press('4')
		h.pass(100 * time.Millisecond)
		p.speak(h, 4*time.Second)
		p.press('#')
		h.pass(3 * time.Second)
		<-p.done
		if l := h.log1(); l.Outcome.Disposition != store.DispositionAuto || l.Outcome.ReleaseCause != "voicemail_end" {
			t.Errorf("outcome %+v", l.Outcome)
		}
	})
}

// TestCallbackTakenBack: an agent who gives up while the citizen's telephone rings ends the ringing, and the citizen
// keeps the place in the line, whatever the agent did with the wrap-up. One who does not answer is tried again later.
func TestCallbackTakenBack(t *testing.T) {
	for name, tc := range map[string]struct {
		end   func(h *house, a *agentAt)
		again time.Duration // after which the citizen is on offer again
	}{
		"taken back": {func(h *house, a *agentAt) {
			if code := a.do(wire.DoRelease); code != wire.CodeOK {
				h.t.Error(code)
			}
			h.pass(100 * time.Millisecond)
			a.do(wire.DoEndWrap)
		}, 0},
		"not answered": {func(h *house, a *agentAt) {
			h.pass(45 * time.Second)
			a.do(wire.DoEndWrap)
			h.pass(time.Minute)
			a.is("ready", "")
			if o := a.state().Offer; o != nil {
				h.t.Errorf("again at once: %+v", o)
			}
		}, backAgain - 64*time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				h.books("13900000042")
				a := h.sit("8001")
				h.net.fate["13900000042"], h.net.mute = trunk.ErrNoAnswer, true
				h.pass(100 * time.Millisecond)
				a.answer()
				h.pass(3 * time.Second)
				a.is("talking", "dialling")
				tc.end(h, a)
				h.pass(2 * time.Second)
				select {
				case <-h.net.of("13900000042").done:
				default:
					t.Error("the telephone rings on")
				}
				h.pass(tc.again)
				if o := a.state().Offer; o == nil || o.Kind != "callback" {
					t.Errorf("offer %+v", o)
				}
			})
		})
	}
}

// TestNoCallbackAtNight: who is to be called back is not called in the quiet
// hours, and has the old place in the morning.
func TestNoCallbackAtNight(t *testing.T) {
	inHouse(t, func(h *house) { // it is eight in the morning
		h.cfg.Outgoing.QuietFrom, h.cfg.Outgoing.QuietTo = 21*time.Hour, 8*time.Hour
		h.pass(12*time.Hour + 59*time.Minute)
		p := h.waiting("13900000042")
		p.press('7')
		h.pass(100 * time.Millisecond)
		p.press('1')
		h.pass(2 * time.Minute)
		<-p.done
		a := h.sit("8001")
		h.pass(5 * time.Hour)
		a.is("ready", "")
		if o := a.state().Offer; o != nil {
			t.Fatalf("offered at night: %+v", o)
		}
		h.pass(time.Until(time.Date(2000, 1, 2, 0, 0, 5, 0, time.UTC))) // eight, and a little
		if o := a.state().Offer; o == nil || o.Kind != "callback" || o.Caller.WaitedMS < 10*3600*1000 {
			t.Fatalf("in the morning: %+v", o)
		}
	})
}

// TestCallbackBookedBeforeTheClockWasSet: who booked before the hub started again goes before who calls now, though the
// machine's clock was set back meanwhile.
func TestCallbackBookedBeforeTheClockWasSet(t *testing.T) {
	inHouse(t, func(h *house) {
		number, err := h.keys.Phone("13900000043")
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(booking{ID: "b1", Call: "c1", Number: number, Entered: time.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.db.Settings.Put(h.t.Context(), store.Setting{Key: backPrefix + "b1", District: "320100", Value: string(raw), Updated: time.Now()}); err != nil {
			t.Fatal(err)
		}
		h.bookings.box.Post(func() { h.bookings.load(h.life) })
		h.pass(time.Second)
		h.waiting(citizen)
		a := h.sit("8001")
		h.pass(100 * time.Millisecond)
		if o := a.state().Offer; o == nil || o.Kind != "callback" || o.Caller.WaitedMS < 1000 {
			t.Errorf("offered %+v", o)
		}
	})
}

func TestQueueToVoicemailByKey(t *testing.T) {
	inHouse(t, func(h *house) {
		p := h.waiting("13900000042")
		h.pass(5 * time.Second)
		p.press('4')
		h.pass(100 * time.Millisecond)
		p.speak(h, 4*time.Second)
		p.press('#')
		h.pass(3 * time.Second)
		<-p.done
		if l := h.log1(); l.Outcome.Disposition != store.DispositionAuto || l.Times.Queue.IsZero() {
			t.Errorf("log %+v", l)
		}
	})
}

func TestEmergencyAndHelp(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.talking(a, "13900000042")
		if code := a.do(wire.DoEmergency); code != wire.CodeUnreachable {
			t.Errorf("no lead is there: %s", code)
		}
		if code := a.code(&wire.CallHelp{Text: "政策拿不准"}); code != wire.CodeUnreachable {
			t.Errorf("no lead is there: %s", code)
		}
		lead := h.sit("1001", "lead")
		if code := a.do(wire.DoEmergency); code != wire.CodeOK {
			t.Error(code)
		}
		a.ok(&wire.CallHelp{Text: "政策拿不准"})
		h.pass(10 * time.Millisecond)
		if !lead.told("紧急") || !lead.told("请求帮助") {
			t.Errorf("told %v", lead.alerts())
		}
		a.is("talking", "talking")
	})
}

// TestOrderlyStop: calls are told and closed with a reason.
func TestOrderlyStop(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		h.calls.Shutdown()
		h.pass(3 * time.Second)
		<-p.done
		a.is("wrap_up", "closed")
		h.pass(2 * time.Minute)
		if l := h.log1(); l.Outcome.ReleaseBy != "hub" || l.Outcome.ReleaseCause != "hub_stopped" {
			t.Errorf("outcome %+v", l.Outcome)
		}
		h.close()
		late := h.phone("13900000043")
		select {
		case <-late.done:
		default:
			t.Error("a call was let in while stopping")
		}
	})
}

func TestHubEndsInMidCall(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		h.pass(5 * time.Second)
		h.stop()
		<-p.done
		if l := h.log1(); l.Outcome.Disposition != store.DispositionHuman || l.Outcome.ReleaseBy != "hub" {
			t.Errorf("outcome %+v", l.Outcome)
		}
	})
}
