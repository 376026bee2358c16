package call

import (
	"cmp"
	"context"
	"errors"
	"unicode/utf8"

	"zuoxi/hub/trunk"
	"zuoxi/rules/agent"
	fsm "zuoxi/rules/call"
	"zuoxi/wire"
)

// outcome is one way in which somebody could not be reached, or left again:
// its name in the log, its code on the wire, and what the agent reads.
type outcome struct {
	key  string
	code wire.Code
	text string // stands after who it was
	next string // what to do now; empty: choose somebody else
}

// The outcomes of asking a third party or calling out.
var (
	outBusy        = outcome{"busy", wire.CodeBusy, "占线", ""}
	outDeclined    = outcome{"declined", wire.CodeRefused, "拒接", "请改时间，或按 F6 另选目标"}
	outNoAnswer    = outcome{"no_answer", wire.CodeNoAnswer, "无人接听", ""}
	outUnreachable = outcome{"unreachable", wire.CodeUnreachable, "无法接通，可能是空号、停机或线路故障", "请核对号码，或按 F6 另选目标"}
	outTrunkFull   = outcome{"trunk_full", wire.CodeBusy, "没有拨出，中继线路已满", "请稍后再拨，或在受理单里转办"}
	outNoTrunk     = outcome{"no_trunk", wire.CodeUnreachable, "没有拨出，没有配置外呼线路", "请在受理单里转办，并告诉管理员"}
	outUnconfirmed = outcome{"unconfirmed", wire.CodeNoAnswer, "接听后没有按键确认，可能是录音应答", ""}
	outHungUp      = outcome{"hung_up", wire.CodeUnreachable, "挂机", ""}
	outSilent      = outcome{"silent", wire.CodeUnreachable, "线路断了，没有声音", ""}
	outLeft        = outcome{"left", wire.CodeUnreachable, "已退出", ""}
	outSeatBusy    = outcome{"seat_busy", wire.CodeBusy, "当时不能接", ""}
	outSeatGone    = outcome{"seat_gone", wire.CodeUnreachable, "已断线或签出", ""}
	outDropped     = outcome{"dropped", wire.CodeOK, "已放掉", ""}
)

// retry is what to do when an outcome says nothing of its own.
const retry = "按 F6 可另选目标"

// verdict is an outcome of somebody.
type verdict struct {
	who string
	outcome
}

func (v verdict) String() string { return said(v.who, v.text) }

// said is a sentence about somebody; after a number it begins with a space.
func said(who, text string) string {
	if n := len(who); n > 0 && who[n-1] < utf8.RuneSelf {
		return who + " " + text
	}
	return who + text
}

// known tells whether anything has happened yet.
func (v verdict) known() bool { return v.key != "" }

// dialOutcome is the outcome behind an error of the trunk.
func dialOutcome(err error) outcome {
	for _, o := range []struct {
		err error
		is  outcome
	}{
		{trunk.ErrBusy, outBusy}, {trunk.ErrDeclined, outDeclined}, {trunk.ErrNoAnswer, outNoAnswer}, {context.Canceled, outNoAnswer},
		{context.DeadlineExceeded, outNoAnswer}, {trunk.ErrTrunkFull, outTrunkFull}, {trunk.ErrNoOutbound, outNoTrunk},
	} {
		if errors.Is(err, o.err) {
			return o.is
		}
	}
	return outUnreachable
}

// seatOutcomes are the outcomes of a seat that does not take the asking.
var seatOutcomes = map[agent.Kind]outcome{
	agent.EventReject: outDeclined, agent.EventRingTimeout: outNoAnswer, agent.EventLinkLost: outSeatGone, agent.EventForceSignOut: outSeatGone,
}

// dialVerdict is how a call of one's own failed; what did not leave the house says nothing of the other side.
func dialVerdict(err error) verdict {
	o := dialOutcome(err)
	if o.key == outTrunkFull.key || o.key == outNoTrunk.key {
		return verdict{"", o}
	}
	return verdict{"对方", o}
}

// lineOutcome is how an outside party left that had answered.
func lineOutcome(e trunk.End) outcome {
	if e.Cause == trunk.CauseSilence {
		return outSilent
	}
	return outHungUp
}

func seatOutcome(why agent.Kind) outcome {
	if o, ok := seatOutcomes[why]; ok {
		return o
	}
	return outSeatBusy
}

// agentLine is what the agent reads of a step that was not their own.
func (c *Call) agentLine(e fsm.Kind) (level, text string) {
	v := c.flow.result
	switch {
	case e == fsm.EventCallerHangup && !v.known():
		return "", "" // the screen shows it: nothing else was going on
	case e == fsm.EventCallerHangup:
		return "info", "来电人已挂机 · 转接也已结束 · 请整理受理单，需要时按 F3 回拨"
	case e == fsm.EventTrunkFault:
		return "warn", "线路故障，通话中断 · 不是您的操作造成 · 可在话后按 F3 回拨"
	case e == fsm.EventShutdown:
		return "warn", "中心停止服务，通话将结束 · 来电人已听到提示 · 受理单请照常填写"
	case e == fsm.EventDialFailed || c.state.Phase == fsm.StateClosing:
		if !v.known() {
			v = verdict{"对方", outNoAnswer}
		}
		return "warn", v.String() + " · 没有接通 · " + dialNext(v.outcome)
	}
	if !v.known() {
		v = verdict{"第三方", outLeft}
	}
	switch c.state.Phase {
	case fsm.StateQueued:
		return "warn", v.String() + " · 来电人已回到队首 · 示闲后优先派回给您"
	case fsm.StateSeatLost:
		return "warn", v.String() + " · 来电人还在线，等您恢复 · 恢复后请先致歉再继续"
	}
	return "warn", v.String() + " · 来电人已回到与您通话 · " + cmp.Or(v.next, retry)
}

// dialNext is what to do after a call of one's own that failed.
func dialNext(o outcome) string {
	switch o.key {
	case outUnreachable.key:
		return "请核对号码，在受理单里写明"
	case outNoTrunk.key:
		return "请告诉管理员"
	case outDeclined.key:
		return "请改时间再拨"
	}
	return "可稍后按 F3 再拨"
}
