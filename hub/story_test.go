package hub

import (
	"slices"
	"testing"
	"time"

	"zuoxi/hub/line"
	"zuoxi/hub/store"
	"zuoxi/hub/trunk"
	"zuoxi/wire"
)

// TestMainJob is the whole way: a citizen reaches an agent, both talk, the
// agent releases, the citizen grades, the record is written, the log closed.
func TestMainJob(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.phone("13900000042")
		h.pass(1100 * time.Millisecond) // the disclaimer
		o := a.state().Offer
		if o == nil || o.Ringing || o.Caller.Masked != "139****0042" || o.Caller.Subject != "养老保险" {
			t.Fatalf("offer %+v", o)
		}
		a.is("ringing", "")
		a.ok(&wire.OfferShown{Offer: o.ID, Epoch: o.Epoch})
		if !a.state().Offer.Ringing {
			t.Error("the pop was drawn and does not ring")
		}
		a.ok(&wire.Answer{Offer: o.ID, Epoch: o.Epoch})
		a.is("talking", "announcing")
		h.pass(1100 * time.Millisecond)
		a.is("talking", "talking")
		h.pass(20 * time.Second)
		if code := a.do(wire.DoRelease); code != wire.CodeOK {
			t.Fatal(code)
		}
		a.is("wrap_up", "closed")
		select {
		case <-p.done:
			t.Fatal("the release dropped the caller")
		default:
		}
		h.pass(2 * time.Second)
		p.press('1')
		h.pass(2 * time.Second)
		<-p.done
		no := "0312-8001-1"
		a.ok(&wire.RecordSave{End: true, Record: wire.Record{
			Number: no, Kind: "consult", Subject: "养老保险", Region: "320100", Question: "养老金何时到账", Answer: "已告知", CallIDs: []string{a.state().Call.ID},
			Handling: wire.Handling{How: "on_spot"},
		}})
		a.is("ready", "")
		h.pass(time.Second)
		l := h.log1()
		if l.Outcome.Disposition != store.DispositionHuman || l.Outcome.Rating != store.RatingGood || l.Outcome.ReleaseBy != "agent" {
			t.Errorf("outcome %+v", l.Outcome)
		}
		if l.Disclaimer.Version != "t1" || l.Disclaimer.End.IsZero() || l.Agent != "8001" {
			t.Errorf("log %+v", l)
		}
		tm := l.Times
		for name, at := range map[string]time.Time{
			"arrive": tm.Arrive, "queue": tm.Queue, "offer": tm.Offer, "answer": tm.Answer, "bridge": tm.Bridge, "release": tm.Release, "wrap": tm.WrapEnd,
		} {
			if at.IsZero() {
				t.Errorf("no time of %s", name)
			}
		}
		kinds := h.kinds(l.ID)
		for _, k := range []string{"arrive", "accepted", "disclaimer_done", "to_queue", "offer", "offer_drawn", "answer", "announced", "release", "rated", "record", "wrap_done"} {
			if !slices.Contains(kinds, k) {
				t.Errorf("no %s in the timeline %v", k, kinds)
			}
		}
		r := h.reels.of(l.ID)
		if len(r) != 1 || !r[0].closed || r[0].samples < 20*8000 {
			t.Errorf("recording %+v", r)
		}
	})
}

func TestCallerHangsUpFirst(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		h.pass(5 * time.Second)
		p.hangup(trunk.ByCaller)
		h.pass(time.Second)
		a.is("wrap_up", "closed")
		if v := a.state().Call; v.EndedBy != "来电人" || v.WrapUntil.IsZero() {
			t.Errorf("view %+v", v)
		}
		if d := a.state().Today; d.Answered != 1 || d.TalkS < 5 || d.TalkS > 6 {
			t.Errorf("the day has %d calls of %d s", d.Answered, d.TalkS)
		}
		if code := a.do(wire.DoExtendWrap); code != wire.CodeOK {
			t.Error(code)
		}
		if code := a.do(wire.DoExtendWrap); code != wire.CodeImpossible {
			t.Errorf("a second extension: %s", code)
		}
		h.pass(100 * time.Second)
		a.is("wrap_up", "closed")
		h.pass(21 * time.Second)
		a.is("ready", "")
		if l := h.log1(); l.Outcome.ReleaseBy != "caller" || l.Outcome.Rating != store.RatingNotAsked {
			t.Errorf("outcome %+v", l.Outcome)
		}
	})
}

// TestGoneBeforeAWord: who hangs up while the 工号 is said was not talked to, in
// the agent's day as in the reports.
func TestGoneBeforeAWord(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.phone("13900000042")
		h.pass(1100 * time.Millisecond)
		o := a.state().Offer
		a.ok(&wire.OfferShown{Offer: o.ID, Epoch: o.Epoch})
		a.ok(&wire.Answer{Offer: o.ID, Epoch: o.Epoch})
		a.is("talking", "announcing")
		p.hangup(trunk.ByCaller)
		h.pass(time.Second)
		if d := a.state().Today; d.Answered != 0 || d.TalkS != 0 {
			t.Errorf("the day has %d calls of %d s", d.Answered, d.TalkS)
		}
	})
}

func TestAbandoned(t *testing.T) {
	for name, tc := range map[string]struct {
		seat  bool
		after time.Duration
		place string
	}{
		"in the menu": {false, 500 * time.Millisecond, "menu"},
		"in the line": {false, 10 * time.Second, "queue"},
		"ringing":     {true, 3 * time.Second, "ringing"},
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(h *house) {
				var a *agentAt
				if tc.seat {
					a = h.sit("8001")
				}
				p := h.phone("13900000042")
				h.pass(tc.after)
				p.hangup(trunk.ByCaller)
				h.pass(time.Second)
				if l := h.log1(); l.Outcome.Disposition != store.DispositionAbandoned || l.Outcome.Place != tc.place {
					t.Errorf("outcome %+v", l.Outcome)
				}
				if a != nil {
					a.is("ready", "")
				}
			})
		})
	}
}

// TestSilentSeat rings for its 15 s, goes to not-ready with the reason, and
// the next seat gets the call.
func TestSilentSeat(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		h.pass(time.Second)
		b := h.sit("8002")
		p := h.waiting("13900000042")
		if a.state().Offer == nil || b.state().Offer != nil {
			t.Fatal("the longest idle seat was not asked")
		}
		h.pass(2100 * time.Millisecond)
		if !a.state().Offer.Ringing {
			t.Error("a pop that was not confirmed in 2 s does not ring")
		}
		h.pass(15 * time.Second)
		if st := a.state().Presence; st.State != "not_ready" || st.Reason != "no_answer" || a.state().Offer != nil {
			t.Errorf("presence %+v", st)
		}
		b.answer()
		h.pass(2 * time.Second)
		b.is("talking", "talking")
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
		h.log1()
	})
}

func TestRefusingSeat(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.waiting("13900000042")
		o := a.state().Offer
		a.ok(&wire.OfferShown{Offer: o.ID, Epoch: o.Epoch})
		a.ok(&wire.Reject{Offer: o.ID, Epoch: o.Epoch, Reason: "设备故障"})
		if st := a.state().Presence; st.State != "not_ready" || st.Reason != "refused" {
			t.Errorf("presence %+v", st)
		}
		if code := a.code(&wire.Answer{Offer: o.ID, Epoch: o.Epoch}); code != wire.CodeStale {
			t.Errorf("an offer that was refused was answered: %s", code)
		}
		h.pass(5 * time.Second)
		a.ok(&wire.SetPresence{State: "ready"}) // nobody else is on duty: the same seat again
		h.pass(time.Second)
		a.answer()
		h.pass(2 * time.Second)
		a.is("talking", "talking")
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
		if l := h.log1(); l.Times.Queue.After(l.Times.Offer) {
			t.Errorf("times %+v", l.Times)
		}
	})
}

func TestHoldAndKeys(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		p := h.talking(a, "13900000042")
		if code := a.do(wire.DoHold); code != wire.CodeOK {
			t.Fatal(code)
		}
		a.is("hold", "held")
		before := p.heard.Load()
		h.pass(2 * time.Second)
		if got := p.heard.Load() - before; got < 90 {
			t.Errorf("music of 2 s was %d packets", got)
		}
		if code := a.do(wire.DoRelease); code != wire.CodeImpossible {
			t.Errorf("a held caller was released: %s", code)
		}
		a.do(wire.DoResume)
		a.is("talking", "talking")
		before = p.heard.Load()
		h.pass(time.Second)
		if got := p.heard.Load() - before; got != 0 {
			t.Errorf("%d packets of music after the hold", got)
		}
		if code := a.do(wire.DoPauseRec, wire.CallVerb{Reason: "密码"}); code != wire.CodeOK || a.state().Call.Recording != "paused" {
			t.Errorf("pause: %s, %s", code, a.state().Call.Recording)
		}
		a.do(wire.DoResumeRec)
		if code := a.do(wire.DoKeys, wire.CallVerb{Keys: "12a"}); code != wire.CodeInvalid {
			t.Errorf("keys: %s", code)
		}
		a.do(wire.DoKeys, wire.CallVerb{Keys: "1#"})
		if len(p.pressed) != 2 {
			t.Errorf("%d keys came", len(p.pressed))
		}
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
		l := h.log1()
		if g := h.reels.of(l.ID)[0].gaps; len(g) != 1 {
			t.Errorf("gaps %v", g)
		}
	})
}

// TestLogHasBothWaysOfTheLine: what a seat says it hears, and what is heard of
// it since its voice was in the call, not before.
func TestLogHasBothWaysOfTheLine(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		a.headset().came.Store(&line.Figures{Codec: "Opus", Loss: 0.5, Missing: 0.5})
		p := h.talking(a, "13900000042")
		report := &wire.MediaReport{Codec: "PCMA", RTT: 20, MOS: 4.4}
		a.say(report)
		a.headset().came.Store(&line.Figures{Codec: "PCMA", Jitter: 7 * time.Millisecond, Loss: 0.2, Missing: 0.19})
		a.say(report)
		p.hangup(trunk.ByCaller)
		h.pass(2 * time.Minute)
		q := h.log1().Quality
		if q.MOS != 4.4 || q.Lost != 0 || len(q.Points) != 2 || q.Up == nil {
			t.Fatalf("the seat heard %+v", q)
		}
		if up := q.Up; up.MOS == 0 || up.MOS > 3 || up.Lost != 50 || up.JitterMS != 7 || len(up.Points) != 1 || up.Codecs[0] != "PCMA" {
			t.Errorf("the caller heard %+v", up)
		}
	})
}
