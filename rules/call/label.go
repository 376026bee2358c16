package call

var phaseLabels = map[Phase]string{
	StateArriving: "呼入", StateDisclaimer: "提示音", StateMenu: "自助菜单", StateQueued: "排队", StateOffered: "派入", StateRinging: "振铃",
	StateAnnouncing: "报工号", StateTalking: "通话", StateHeld: "保持", StateDialling: "外呼", StateConsultDial: "呼叫第三方",
	StateConsulting: "咨询", StateSwapped: "切回来电", StateThreeParty: "三方", StateTransferring: "盲转中", StateOutside: "已转外线",
	StateSeatLost: "坐席断线", StateVoicemail: "留言", StateCallback: "登记回电", StateRating: "评价", StateClosing: "收尾", StateClosed: "已结束",
}

// Label is the Chinese name on the screen; a state of a newer version shows as it is spelled.
func (p Phase) Label() string {
	if l := phaseLabels[p]; l != "" {
		return l
	}
	return string(p)
}

var causeLabels = map[Cause]string{
	CauseNone: "", CauseCaller: "来电者挂机", CauseAgent: "坐席释放", CauseThird: "第三方挂机", CauseTrunk: "线路故障",
	CauseDismissed: "按规定终止", CauseForced: "班长强拆", CauseMenu: "自助结束", CauseVoicemail: "留言结束", CauseCallback: "已登记回电",
	CauseDialFailed: "外呼未接通", CauseTime: "超时", CauseShutdown: "系统停止",
}

// Label is the Chinese name on the screen.
func (c Cause) Label() string {
	if l, ok := causeLabels[c]; ok {
		return l
	}
	return string(c)
}

var kindLabels = map[Kind]string{
	EventAccepted: "接入", EventDisclaimerDone: "提示播完", EventToQueue: "转排队", EventToVoicemail: "转留言", EventToCallback: "转回电",
	EventMenuDone: "自助完成", EventOverflow: "溢出到省", EventOffer: "派给坐席", EventOfferDrawn: "已弹屏", EventOfferGone: "撤回派入",
	EventAnswer: "接听", EventReject: "拒接", EventAnnounced: "工号播完", EventHold: "保持", EventResume: "取回", EventMute: "静音",
	EventUnmute: "取消静音", EventPauseRec: "暂停录音", EventContinueRec: "继续录音", EventRelease: "释放", EventDismiss: "终止通话",
	EventConsult: "咨询", EventTransfer: "盲转", EventThirdAnswered: "第三方应答", EventThirdAccepted: "第三方接受", EventThirdFailed: "第三方未接通",
	EventThirdHangup: "第三方挂机", EventCancel: "取消", EventSwap: "切换", EventMerge: "三方", EventHandOver: "移交", EventMemberGone: "一方离开", EventMemberDead: "一方断线",
	EventDropMember: "请出一方", EventCalleeAnswered: "对方接听", EventDialFailed: "外呼失败", EventSeatLost: "坐席断线", EventSeatBack: "坐席恢复",
	EventTakeOver: "拦截", EventForceEnd: "强拆", EventCallerHangup: "来电者挂机", EventTrunkFault: "线路故障", EventMessageLeft: "留言完成",
	EventCallbackAsked: "回电已登记", EventRated: "已评价", EventShutdown: "系统停止", EventClosed: "收尾完成", EventDeadline: "到时限",
}

// Label is the Chinese name on the screen and in the timeline.
func (k Kind) Label() string {
	if l := kindLabels[k]; l != "" {
		return l
	}
	return string(k)
}
