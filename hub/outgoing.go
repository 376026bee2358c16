package hub

import (
	"context"
	"slices"
	"strings"
	"time"

	"zuoxi/hub/call"
	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/hub/voicemail"
	"zuoxi/rules/access"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// outgoing finds the number behind a target and asks whether it may be called
// now.
func (h *Hub) outgoing(ctx context.Context, a store.Agent, d wire.Dial) (call.Order, *wire.Ack) {
	if widest(a, access.CallDial) == 0 {
		return call.Order{}, refusal(wire.CodeForbidden, "没有外呼的权限，没有拨出；需要时请联系班长")
	}
	out, no := h.behind(ctx, a, d.Target)
	if no != nil {
		return out, no
	}
	if out.Number == "" {
		return out, refusal(wire.CodeInvalid, "对方没有留下号码，不能回拨；请在受理单里写明")
	}
	if h.isSeat(ctx, out.Number) {
		return out, refusal(wire.CodeInvalid, out.Number+" 是本中心的工号，没有拨出；外呼只打外线号码，通话中找同事请按 F6")
	}
	if out.Reason = d.Reason; d.Reason == "" && !h.office(out.Number) {
		if no := h.inLimits(ctx, out.Sealed); no != nil {
			return out, no
		}
	}
	if err := h.audited(ctx, a, string(access.CallDial), dialled(d.Target), d.Reason); err != nil {
		return out, refusal(wire.CodeInternal, "审计日志写不进去，没有拨出；请联系管理员")
	}
	return out, nil
}

// inLimits says why somebody is not to be called now without a reason: it is night, or they were called often enough.
func (h *Hub) inLimits(ctx context.Context, number seal.Value) *wire.Ack {
	if h.quiet() {
		return refusal(wire.CodeImpossible, "现在是夜间免打扰时间，没有拨出；确有急事请写明原因再拨")
	}
	n, err := h.attempts(ctx, number)
	switch limit := h.cfg.Outgoing.Attempts; {
	case err != nil:
		return refusal(wire.CodeInternal, "查不到今天的拨打次数，没有拨出；请稍后再试")
	case limit > 0 && n >= limit:
		return refusal(wire.CodeImpossible, "今天已拨过这个号码多次，没有拨出；请改天再拨，或写明原因")
	}
	return nil
}

// isSeat tells whether a number is somebody's 工号: dialled over the trunk it would ring a stranger, or nobody.
func (h *Hub) isSeat(ctx context.Context, number string) bool {
	_, err := h.db.Agents.Get(ctx, number)
	return err == nil
}

// mayAsk says why a person whose number is in no directory is not to be rung into a call now. The limits are those of an
// outgoing call, but for the reason that goes past them: there is no field for it here.
func (h *Hub) mayAsk(ctx context.Context, a store.Agent, number, call string) *wire.Ack {
	if widest(a, access.CallDial) == 0 {
		return refusal(wire.CodeForbidden, "没有外呼的权限，没有呼叫；请从通讯录里选目标，需要时请联系班长")
	}
	if h.quiet() {
		return refusal(wire.CodeImpossible, "现在是夜间免打扰时间，没有呼叫，来电人还在您这里；单位请从通讯录里选，确有急事请在话后按 F3 写明原因再拨")
	}
	sealed, err := h.keys.Phone(number)
	n := 0
	if err == nil {
		n, err = h.attempts(ctx, sealed)
	}
	switch limit := h.cfg.Outgoing.Attempts; {
	case err != nil:
		return refusal(wire.CodeInternal, "查不到今天的拨打次数，没有呼叫，来电人还在您这里；请稍后再试")
	case limit > 0 && n >= limit:
		return refusal(wire.CodeImpossible, "今天已拨过这个号码多次，没有呼叫，来电人还在您这里；请改天再拨，确有急事请在话后按 F3 写明原因再拨")
	}
	if err := h.audited(ctx, a, string(access.CallDial), "number", "三方 call/"+call); err != nil {
		return refusal(wire.CodeInternal, "审计日志写不进去，没有呼叫，来电人还在您这里；请联系管理员")
	}
	return nil
}

// dialled is what the audit log says of a target: a number itself is in no log.
func dialled(target string) string {
	kind, what, _ := strings.Cut(target, ":")
	if kind == "number" {
		return kind
	}
	return kind + "/" + what
}

// behind finds the number behind number:…, voicemail:ID, record:NUMBER and
// call:ID. The agent never sees a number that was not theirs to see, and rings
// none that is not theirs to ring: what it belongs to must be.
func (h *Hub) behind(ctx context.Context, a store.Agent, target string) (out call.Order, no *wire.Ack) {
	kind, what, _ := strings.Cut(target, ":")
	var err error
	switch kind {
	case "number":
		out.Sealed, err = h.keys.Phone(what)
	case "voicemail":
		var v store.Voicemail
		if v, err = h.mail.Get(ctx, what); err == nil {
			no = h.mayAnswer(a, v)
		}
		out.Sealed, out.Region, out.Mail = v.Number, v.Region, v.ID
	case "record":
		var r store.Record
		if r, no = h.allowed(ctx, a, what, access.RecordReply); no == nil && protected(a, r) {
			no = refusal(wire.CodeForbidden, "举报人和投诉人受保护，没有拨出；由登记这张单的坐席回电，或由办理单位联系")
		}
		out.Sealed, out.Region, out.Subject = r.Party.Phone, r.Region, r.Subject
	case "call":
		var l store.Call
		if l, err = h.callLog(ctx, what); err == nil {
			no, err = h.mayRing(ctx, a, l)
		}
		out.Sealed, out.Region, out.Subject = l.Caller, l.Origin.Region, l.Subject
	default:
		err = store.ErrNotFound
	}
	if err == nil && no == nil && !out.Sealed.IsZero() {
		out.Number, err = h.keys.Open(seal.KindPhone, out.Sealed)
	}
	if err != nil {
		h.log.Warn("target of an outgoing call", "agent", a.No, "err", err)
		no = refusal(wire.CodeNotFound, "找不到要拨的号码，没有拨出；请核对后重拨")
	}
	return out, no
}

// mayAnswer says why who left a message is not for somebody to ring back.
func (h *Hub) mayAnswer(a store.Agent, v store.Voicemail) *wire.Ack {
	switch {
	case !h.mayHear(a, v):
		return refusal(wire.CodeNotFound, "没有这条留言，或不在您的区县，没有拨出；请刷新列表")
	case v.State == voicemail.StateClosed && v.Agent != a.No:
		return answeredBy(v.Agent)
	}
	return nil
}

// protected tells whether who reported or complained is not for somebody to
// ring. Who wrote a report down spoke with them already, and owes them word; a
// complaint about our own staff is not even the writer's any more (may).
func protected(a store.Agent, r store.Record) bool {
	return ticket.Kind(r.Kind).Secret() && r.Agent != a.No
}

// mayRing says why who was on a call is not for somebody to ring again.
func (h *Hub) mayRing(ctx context.Context, a store.Agent, l store.Call) (no *wire.Ack, err error) {
	var records []store.Record
	switch {
	case !a.Person().May(access.CallShow, l.Agent, l.District):
		no = refusal(wire.CodeNotFound, "没有这通电话，或不是您的，没有拨出；请从受理单里回拨")
	case l.Agent != a.No:
		records, _, err = h.db.Records.List(ctx, store.RecordFilter{Call: l.ID})
		if slices.ContainsFunc(records, func(r store.Record) bool { return protected(a, r) }) {
			no = refusal(wire.CodeForbidden, "这通电话里有举报或投诉，没有拨出；由接这通电话的坐席回电，或由办理单位联系")
		}
	}
	return no, err
}

// quiet tells whether citizens are not to be called now.
func (h *Hub) quiet() bool { return h.quietLeft() > 0 }

// quietLeft is how long citizens are not to be called from now on.
func (h *Hub) quietLeft() time.Duration {
	const day = 24 * time.Hour
	o := h.cfg.Outgoing
	now := h.now().In(o.Zone)
	at := time.Duration(now.Hour())*time.Hour + time.Duration(now.Minute())*time.Minute + time.Duration(now.Second())*time.Second
	since := (at - o.QuietFrom + day) % day
	night := o.QuietTo - o.QuietFrom
	if night < 0 {
		night += day
	}
	return max(0, night-since)
}

// attempts counts how often the number was rung today, by an outgoing call or
// into a call, those that the disk does not know yet too: asked first, so that
// none can slip by between.
func (h *Hub) attempts(ctx context.Context, number seal.Value) (int, error) {
	now := h.now().In(h.cfg.Outgoing.Zone)
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	made := h.calls.Dialled(number.Hash, day)
	list, _, err := h.db.Calls.List(ctx, store.CallFilter{CallerHash: number.Hash, Direction: store.Outbound, Span: store.Span{From: day}})
	if err != nil {
		return 0, err
	}
	into, err := h.db.Legs.Dialled(ctx, number.Hash, day)
	for _, c := range list {
		into = append(into, c.ID)
	}
	for _, id := range into {
		if !slices.Contains(made, id) {
			made = append(made, id)
		}
	}
	return len(made), err
}
