package ticket

var statusLabels = map[Status]string{
	StateOpen: "处理中", StateAnswered: "已答复", StateWithDept: "部门办理中", StateDeptAnswered: "部门已答复", StateCalledBack: "已回电",
	StateReopened: "重新办理", StateVerified: "已核验", StateRefused: "未通过核验", StateRegistered: "已登记", StateExplained: "已解释",
	StateForwarded: "已转办", StateReceived: "对方已接收", StateAccepted: "已受理", StateSupplement: "待补充", StateNotAccepted: "不予受理",
	StateInvestigating: "调查中", StateResult: "有结果", StateToldCaller: "已告知", StateWithdrawn: "已撤回", StateArbitration: "转仲裁",
	StateCourt: "已起诉", StateOther: "转其他部门", StateScreened: "已筛查", StateReplied: "已回复", StateNoted: "已阅存", StateAssigned: "已派发",
	StateInProgress: "处置中", StateDone: "已办结", StateChecked: "已核实", StateNew: "新留言", StateHeard: "已听", StateRecordMade: "已建单",
	StateRequested: "已申请", StateFailed: "未办成", StateClosed: "已归档", StateVoided: "已作废",
}

// Label is the Chinese name.
func (s Status) Label() string { return label(statusLabels, s) }

var eventLabels = map[Event]string{
	EventAnswer: "答复", EventForward: "转办", EventDeptAnswer: "部门答复", EventSendBack: "退回", EventCallBack: "回电", EventClose: "归档",
	EventReopen: "重新办理", EventVerify: "核验通过", EventRefuse: "核验未过", EventExplain: "解释告知", EventReceive: "对方接收", EventAccept: "对方受理",
	EventNotAccept: "对方不予受理", EventAskMore: "要求补充", EventSupplement: "补充材料", EventInvestigate: "立案调查", EventExtend: "延期",
	EventResult: "出结果", EventTell: "告知来电者", EventWithdraw: "撤回", EventArbitrate: "转仲裁", EventCourt: "起诉", EventOther: "转其他部门",
	EventScreen: "筛查", EventReply: "回复", EventNote: "阅存", EventAssign: "派发", EventStart: "开始处置", EventFinish: "办结", EventCheck: "核实",
	EventHear: "听留言", EventMakeRecord: "建单", EventFail: "未办成", EventSupervise: "督办", EventVoid: "作废",
}

// Label is the Chinese name.
func (e Event) Label() string { return label(eventLabels, e) }
