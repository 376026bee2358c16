package session

import (
	"strings"
	"time"

	"zuoxi/rules/agent"
	"zuoxi/rules/call"
	"zuoxi/wire"
)

// do carries out what the person wants.
func (s *Session) do(v Verb) {
	if s.examDo(v) || s.doSign(v) || s.doLead(v) || s.doKB(v) {
		return
	}
	switch v := v.(type) {
	case SetPresence:
		s.id.media.rest = time.Time{} // whoever wants calls waits no longer for voice
		s.renewMedia()
		s.tell(&wire.SetPresence{State: string(v.State), Reason: string(v.Reason)})
	case RunSelfCheck:
		s.selfCheck()
	case ListDevices:
		s.devices(func() {})
	case NextDevice:
		s.nextDevice(v.Kind)
	case UseDevice:
		s.useDevice(v)
	case SetSound:
		s.setSound(v)
	case Review:
		s.review.Do(v.Do)
	case Remark:
		s.notify(v.Level, v.Text)
	default:
		s.doWork(v)
	}
}

// doWork is a verb of the desk and its form.
func (s *Session) doWork(v Verb) {
	switch v := v.(type) {
	case EditRecord:
		s.form.edit(s, v)
		if v.Keep {
			s.saveDraft()
		}
	case SubmitRecord:
		s.form.submit(s, v)
	case OpenTodo:
		s.form.open(s, v.Number)
	case CloseRecord:
		s.form.close(s)
	case ArticleShown:
		s.form.article(s, v)
	case FindTarget:
		s.findTarget(v)
	case Dial:
		s.dial(v)
	case HearVoicemail:
		s.wake()
		s.tell(&wire.HearVoicemail{ID: v.ID, On: v.On})
	case CallHelp:
		s.ask(&wire.CallHelp{Text: v.Text}, s.told("已请班长帮忙 · 通话不受影响 · 班长可以听到这通电话"))
	default:
		s.doRecord(v)
	}
}

// doRecord is a verb on a record that the hub has.
func (s *Session) doRecord(v Verb) {
	switch v := v.(type) {
	case StepRecord:
		s.step(v)
	case LinkRecords:
		s.ask(&wire.RecordLink{Number: v.Number, Other: v.Other}, func(m wire.Message) {
			s.told("已关联 " + v.Other + " · 两张单各自保留 · 打开任一张都能看到另一张")(m)
			s.look(v.Number)
		})
	case Unmask:
		s.unmask(v)
	case Find:
		s.find(v)
	case BeginIdentity, CheckIdentity, ReadOut, AskBusiness:
		s.doInquiry(v)
	default:
		if !s.doOutside(v) {
			s.doOffer(v)
		}
	}
}

// doOffer answers, refuses or lets ring the offer that was on the screen.
func (s *Session) doOffer(v Verb) {
	o := s.desk.Offer
	switch v := v.(type) {
	case OfferShown:
		if o != nil && o.ID == v.Offer && !o.Ringing {
			// Nobody pressed a key for it: of one that the answer has overtaken there is nothing to say.
			s.ask(&wire.OfferShown{Offer: o.ID, Epoch: o.Epoch}, func(wire.Message) {})
		}
	case Answer:
		if o == nil || o.ID != v.Offer {
			s.notify(NoticeWarn, "这通来电已不在本席 · 来电人没有丢失，已由中心另派 · 请等下一通")
			return
		}
		s.tell(&wire.Answer{Offer: o.ID, Epoch: o.Epoch})
	case Reject:
		if o != nil && o.ID == v.Offer {
			s.tell(&wire.Reject{Offer: o.ID, Epoch: o.Epoch, Reason: v.Reason})
		}
	default:
		s.doCall(v)
	}
}

// doCall is a verb on the call that was on the screen.
func (s *Session) doCall(v Verb) {
	switch v := v.(type) {
	case Mute:
		s.mute(v.On)
	case Hold:
		s.callVerb(wire.CallVerb{Call: v.Call, Do: either(v.On, wire.DoHold, wire.DoResume)})
	case Release:
		s.release(v.Call)
	case SendKeys:
		s.callVerb(wire.CallVerb{Call: v.Call, Do: wire.DoKeys, Keys: v.Keys})
	case Emergency:
		s.callVerb(wire.CallVerb{Call: v.Call, Do: wire.DoEmergency})
	case PauseRecording:
		s.callVerb(wire.CallVerb{Call: v.Call, Do: either(v.On, wire.DoPauseRec, wire.DoResumeRec), Reason: v.Reason})
	case Dismiss:
		s.callVerb(wire.CallVerb{Call: v.Call, Do: either(v.Warned, wire.DoDismiss, wire.DoWarn)})
	case ExtendWrap:
		if s.desk.Call != nil {
			s.callVerb(wire.CallVerb{Call: s.desk.Call.ID, Do: wire.DoExtendWrap})
		}
	default:
		s.doTransfer(v)
	}
}

func (s *Session) doTransfer(v Verb) {
	switch v := v.(type) {
	case Consult:
		s.callVerb(wire.CallVerb{Call: v.Call, Do: wire.DoConsult, Target: v.Target, Reason: s.matter()})
	case Blind:
		s.callVerb(wire.CallVerb{Call: v.Call, Do: wire.DoBlind, Target: v.Target, Reason: s.matter(), Record: s.form.along(s)})
	case Swap:
		s.callVerb(wire.CallVerb{Call: v.Call, Do: wire.DoSwap})
	case AcceptTarget:
		s.callVerb(wire.CallVerb{Call: v.Call, Do: wire.DoAccept})
	case Merge:
		s.callVerb(wire.CallVerb{Call: v.Call, Do: wire.DoMerge})
	case HandOver:
		s.callVerb(wire.CallVerb{Call: v.Call, Do: wire.DoHandOver, Record: s.form.along(s)})
	case CancelTransfer:
		s.callVerb(wire.CallVerb{Call: v.Call, Do: wire.DoCancel})
	case LegSwitch:
		s.callVerb(wire.CallVerb{Call: v.Call, Leg: v.Leg, Do: "leg." + v.Do})
	}
}

// callVerb sends a step on a call, if that call is still the one here.
func (s *Session) callVerb(v wire.CallVerb) {
	if s.desk.Call == nil || s.desk.Call.ID != v.Call {
		s.notify(NoticeWarn, "这通电话已不在本席 · 这一步没有执行 · 请看当前屏幕")
		return
	}
	s.form.touch()
	s.tell(&v)
}

// release leaves the call; in a three-party talk the others stay, and the
// record with them.
func (s *Session) release(id string) {
	v := wire.CallVerb{Call: id, Do: wire.DoRelease}
	if c := s.view.Call; c != nil && c.Phase == call.StateThreeParty {
		v.Record = s.form.along(s)
	}
	s.callVerb(v)
}

// matter says in a line what the call is about, for whom it is brought to.
func (s *Session) matter() string {
	if s.view.Record == nil {
		return ""
	}
	f := s.view.Record.Fields
	return strings.TrimSpace(f.Subject + " " + firstLine(f.Question))
}

func either[T any](cond bool, yes, no T) T {
	if cond {
		return yes
	}
	return no
}

// mute is the seat's own switch: it works with the link cut, and the hub is
// told for the timeline when it can be.
func (s *Session) mute(on bool) {
	c := s.view.Call
	if c == nil || s.cfg.Phone == nil {
		return
	}
	next := *c
	next.Muted = on
	s.view.Call = &next
	s.applySound()
	v := &wire.CallVerb{Call: c.ID, Do: either(on, wire.DoMuted, wire.DoUnmuted)}
	_ = s.link.Send(wire.Message{ID: newID(), Session: s.id.session, Body: v})
}

// told shows a line once the hub has agreed.
func (s *Session) told(text string) func(wire.Message) {
	return func(m wire.Message) {
		if a, ok := m.Body.(*wire.Ack); ok && a.Code == wire.CodeOK {
			s.notify(NoticeInfo, text)
			return
		}
		s.refusal(m)
	}
}

func (s *Session) findTarget(v FindTarget) {
	if again := s.view.Targets.Query == v.Query && s.view.Targets.Outside == v.Outside; again && !s.online() {
		return // a list is asked for each second while it is looked at: nobody pressed a key for that
	}
	s.ask(&wire.FindTarget{Query: v.Query, Outside: v.Outside}, func(m wire.Message) {
		t, ok := m.Body.(*wire.Targets)
		if !ok {
			s.refusal(m)
			return
		}
		found := TargetsView{Query: t.Query, Outside: t.Outside, More: t.More}
		for _, x := range t.List {
			since := time.Time{}
			if x.SinceS > 0 {
				since = s.cfg.Now().Add(-time.Duration(x.SinceS) * time.Second)
			}
			found.List = append(found.List, Target{ID: x.ID, Kind: x.Kind, Who: x.Who, Duty: x.Duty, State: x.State, Since: since})
		}
		s.view.Targets = found
	})
}

// nextPresence is what a submitted record asks for after wrap-up.
func nextPresence(p agent.Phase) string {
	if p == "" {
		return string(agent.StateReady)
	}
	return string(p)
}
