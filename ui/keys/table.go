package keys

import (
	"cmp"
	"slices"

	"zuoxi/rules/call"
	"zuoxi/session"
	"zuoxi/session/exam"
)

// The commands.
const (
	SignIn        Command = "sign_in"
	NextMic       Command = "next_mic"
	ChooseMic     Command = "choose_mic"
	ChooseEar     Command = "choose_ear"
	ChooseRinger  Command = "choose_ringer"
	SoundOptions  Command = "sound_options"
	CheckAgain    Command = "check_again"
	CheckNow      Command = "check_now"
	Answer        Command = "answer"
	Dial          Command = "dial"
	CallBack      Command = "call_back"
	Mute          Command = "mute"
	Hold          Command = "hold"
	Swap          Command = "swap"
	Transfer      Command = "transfer"
	AcceptTarget  Command = "accept_target"
	Merge         Command = "merge"
	Search        Command = "search"
	Find          Command = "find"
	SendText      Command = "send_text"
	DeptLink      Command = "department_link"
	CallerTags    Command = "caller_tags"
	Release       Command = "release"
	Reject        Command = "reject"
	CancelConsult Command = "cancel_transfer"
	Save          Command = "save"
	OpenTodo      Command = "open_todo"
	HandOver      Command = "hand_over"
	Verify        Command = "verify"
	Step          Command = "step"
	Unmask        Command = "unmask"
	Link          Command = "link"
	Emergency     Command = "emergency"
	AskLead       Command = "ask_lead"
	SendKeys      Command = "send_keys"
	Dismiss       Command = "dismiss"
	PauseRecord   Command = "pause_recording"
	CloseRecord   Command = "close_record"
	Blind         Command = "blind_transfer"
	Reach         Command = "reach"
	ExtendWrap    Command = "extend_wrap"
	Next          Command = "next"
	Previous      Command = "previous"
	Palette       Command = "palette"
	State         Command = "state"
	Copy          Command = "copy"
	PlainView     Command = "plain_view"
	Redraw        Command = "redraw"
	Help          Command = "help"
	SignOut       Command = "sign_out"
	Quit          Command = "quit"
	KBDesk        Command = "kb_desk"
	KBLeave       Command = "kb_leave"
	KBNew         Command = "kb_new"
	KBEdit        Command = "kb_edit"
	KBDiff        Command = "kb_diff"
	KBStep        Command = "kb_step"
	KBEarlier     Command = "kb_earlier"
	KBOpen        Command = "kb_open"
	KBWrong       Command = "kb_wrong"
	KBQuestion    Command = "kb_question"
	KBJump        Command = "kb_jump"
	KBPapers      Command = "kb_papers"
	KBNarrow      Command = "kb_narrow"
	KBSend        Command = "kb_send"
	Exams         Command = "exams"
	ExamOpen      Command = "exam_open"
	ExamTake      Command = "exam_take"
	ExamMute      Command = "exam_mute"
	ExamHold      Command = "exam_hold"
	ExamHangUp    Command = "exam_hang_up"
	ExamHandIn    Command = "exam_hand_in"
	ExamLeave     Command = "exam_leave"
)

// table is every key there is. The order is that of the bottom line.
var table = slices.Concat(floorTable, examineTable, reviewTable, deskTable)

// deskTable are the keys of the agent's desk.
var deskTable = []Binding{
	{Cmd: SignIn, Key: "f9", In: Login, Label: "登录", Bar: true, Help: "用填好的工号和口令登录；口令是管理员给的，先在这里换成自己的"},
	{Cmd: NextMic, Key: "f4", In: Login, Label: "换麦克风", Bar: true, Help: "换下一个麦克风；要从清单里选，用命令面板里的“选麦克风”"},
	{Cmd: CheckAgain, Key: "f5", In: Login, Label: "重新自检", Bar: true, Help: "重放提示音，再检查麦克风、网络和时钟"},

	{Cmd: Answer, Key: "f3", In: Offer, Label: "接听", Bar: true, Help: "接听屏幕上的来电；光标在哪里都管用"},
	{Cmd: Dial, Key: "f3", In: Idle | Record, Label: "外呼", Bar: true, Help: "打电话出去：输入外线号码"},
	{Cmd: CallBack, Key: "f3", In: WrapUp, Label: "回拨", Bar: true, Help: "马上给刚才的来电人打回去"},
	{Cmd: AcceptTarget, Key: "f3", In: Consult, Label: "直接说话", Bar: true, Help: "外线已接听，正在请它按 1：对方是语音菜单时不等了，马上与它说话；给它发按键也一样", Why: accepting},
	{Cmd: Mute, Key: "f4", In: OnCall, Label: "静音", Bar: true, Help: "话筒关上或打开；来电人听不到也听不到音乐"},
	{Cmd: Hold, Key: "f5", In: Talk, Label: "保持", Bar: true, Help: "来电人听音乐，再按恢复；一次不超过 60 秒",
		Why: allowed("这时不能保持 · 通话照常 · 接通后再试", call.EventHold, call.EventResume)},
	{Cmd: Swap, Key: "f5", In: Consult, Label: "切换通话方", Bar: true, Help: "在来电人和被咨询的一方之间切换",
		Why: among("对方还没接通 · 来电人在听音乐 · 接通后再切换", "已经是三方通话，大家互相听得见 · 没有可切换的 · 用三方框里的名单保持一方", call.EventSwap)},
	{Cmd: Transfer, Key: "f6", In: Talk, Label: "转接/三方", Bar: true, Help: "打开三方框：先咨询，再并入或转出",
		Why: allowed("这时不能转接 · 通话照常 · 接通后再试", call.EventConsult)},
	{Cmd: Reach, Key: "f6", In: WrapUp, Label: "再次联系", Bar: true, Help: "按单位、姓名、首字母、地名或号码找要联系的部门，选定后按 F3 拨出"},
	{Cmd: Blind, In: Talk, Label: "直接转出", Help: "不咨询就转走；对方不接会回到你这里，转给没有人空闲的技能组就去排它的队",
		Why: allowed("这时不能转接 · 通话照常 · 接通后再试", call.EventTransfer)},
	{Cmd: Merge, Key: "f6", In: Consult, Label: "三方并入", Bar: true, Help: "三方一起说话；没有可并入的就打开三方框"},
	{Cmd: ExamTake, Key: "f3", In: Exam, Label: "接听", Bar: true, Help: "叫下一位模拟来电人，响铃时接听", Why: examPhase("现在没有可接的模拟来电 · 没有变化 · 先做完这一部分", exam.PhaseCalls, exam.PhaseRing, exam.PhaseWrite)},
	{Cmd: ExamMute, Key: "f4", In: Exam, Label: "静音", Bar: true, Help: "话筒关上或打开", Why: examPhase(noExamCall, exam.PhaseTalk)},
	{Cmd: ExamHold, Key: "f5", In: Exam, Label: "保持", Bar: true, Help: "来电人听音乐，再按恢复；一次不超过 60 秒", Why: examPhase(noExamCall, exam.PhaseTalk)},
	{Cmd: ExamHangUp, Key: "f8", In: Exam, Label: "挂机", Bar: true, Twice: true, Help: "两秒内按两次：结束模拟来电；来电人先挂最好", Why: examPhase(noExamCall, exam.PhaseTalk)},
	{Cmd: ExamOpen, Key: "f9", In: Exam, Label: "开卷/下一题", Bar: true, Help: "用监考人给的开卷码打开选中的试卷；笔试中到下一题"},
	{Cmd: ExamHandIn, In: Exam, Label: "交卷", Help: "交笔试，或者全部交卷；先确认一次"},
	{Cmd: ExamLeave, In: Exam, Label: "离开考试", Help: "回到工作台；考试没有交卷时不能离开"},
	{Cmd: CheckNow, In: Idle, Label: "上岗自检", Help: "麦克风、耳机、语音线路，说一句话听中心放回来；结果中心留存"},
	{Cmd: Exams, In: Login | Idle, Label: "考试与练习", Help: "打开发给我的试卷和每日练习；登录页上用于断网时考试"},
	{Cmd: KBNew, Key: "f3", In: Desk, Label: "新起草", Bar: true, Help: "写一条新的，或一段统一口径；填好条目信息和正文，F9 存稿"},
	{Cmd: KBEdit, Key: "f4", In: Desk, Label: "编辑", Bar: true, Help: "改打开的这一稿；已发布的另起下一版"},
	{Cmd: KBDiff, Key: "f5", In: Desk, Label: "差异", Bar: true, Help: "和上一版逐行对照，再按回到正文"},
	{Cmd: KBStep, Key: "f6", In: Desk, Label: "办理", Bar: true, Help: "提交、审核、退回、发布、撤下；在意见和没查到的清单里是了结"},
	{Cmd: KBEarlier, Key: "f8", In: Desk, Label: "上一版", Bar: true, Help: "看这一条更早的版本；统一口径没有，按差异看改了哪里"},
	{Cmd: KBOpen, Key: "f9", In: Desk, Label: "打开/存稿", Bar: true, Help: "打开选中的一条；正在写的存成草稿"},
	{Cmd: KBDesk, In: Idle | Floor, Label: "知识库编辑", Help: "编辑和审核知识库：在办、今日更新、到期复核、意见、没查到的说法"},
	{Cmd: KBLeave, In: Desk, Label: "离开编辑台", Help: "回到工作台；正在写的留在编辑台上"},
	{Cmd: Search, Key: "f7", In: Duty | Exam | Desk, Label: "查知识库", Bar: true, Help: "光标跳到知识库搜索框"},
	{Cmd: Find, Key: "ctrl+f", In: Duty, Label: "综合查询", Help: "查通话、受理单、工单和留言：单号、号码、日期、种类、工号、几个字；断网时查本机的草稿和自己交过的单"},
	{Cmd: Release, Key: "f8", In: Talk, Label: "挂机", Bar: true, Twice: true, Help: "两秒内按两次：请来电人评价，自己进入话后；来电人先挂最好", Why: announced},
	{Cmd: Reject, Key: "f8", In: Offer, Label: "拒接", Bar: true, Twice: true, Help: "两秒内按两次，再选原因；来电转下一席"},
	{Cmd: CancelConsult, Key: "f8", In: Consult, Label: "取消转接", Bar: true, Twice: true, Help: "两秒内按两次：放掉对方，接回来电人",
		Why: allowed("已经是三方通话 · 没有可取消的 · 用三方框里的名单放掉一方", call.EventCancel)},
	{Cmd: Save, Key: "f9", In: Talk, Label: "存单", Bar: true, Help: "马上存下受理单；提交在话后"},
	{Cmd: HandOver, Key: "f9", In: Consult, Label: "咨询后转出", Bar: true, Help: "来电人和受理单一起交给对方，我退出",
		Why: allowed("对方还没接通 · 来电人在听音乐 · 接通后再转出", call.EventHandOver)},
	{Cmd: Save, Key: "f9", In: WrapUp, Label: "提交并空闲", Bar: true, Help: "提交受理单，回到空闲"},
	{Cmd: Save, Key: "f9", In: Record, Label: "提交", Bar: true, Help: "提交打开的受理单"},
	{Cmd: CloseRecord, Key: "esc", In: Record, Label: "回列表", Bar: true, Help: "放下打开的受理单，回到待办列表；写的字都留着"},
	{Cmd: Step, Key: "f6", In: Record, Label: "办理", Bar: true, Help: "这张单的下一步：转办、回电、告知、归档、作废", Why: kept},
	{Cmd: Unmask, Key: "ctrl+d", In: Record, Label: "看完整号码", Help: "完整显示一项 30 秒，要写原因，会记入审计", Why: kept},
	{Cmd: Link, In: Record, Label: "关联单", Help: "记下另一张单是同一件事；两张都保留", Why: kept},
	{Cmd: SendText, In: OnCall | WrapUp | Record, Label: "发短信", Help: "按模板给来电人发短信；回信会进单子的经过", Why: someone},
	{Cmd: CallerTags, In: OnCall | WrapUp, Label: "来电人标签", Help: "听力弱、讲方言等，下次来电时看得见；到期自动取消"},
	{Cmd: DeptLink, In: Record, Label: "部门答复链接", Help: "给没有本程序的部门一个只能用一次的网页链接", Why: kept},
	{Cmd: OpenTodo, Key: "f9", In: Idle, Label: "打开待办", Bar: true, Help: "打开光标所在的待办单或留言"},
	{Cmd: State, Key: "ctrl+t", In: Duty, Label: "状态", Bar: true, Help: "空闲、小休、培训、签出；通话中选的在话后生效"},
	{Cmd: Next, Key: "tab", In: Always, Label: "换区", Bar: true, Help: "下一区、下一项"},
	{Cmd: Previous, Key: "shift+tab", In: Always, Label: "上一项", Help: "上一区、上一项"},
	{Cmd: Copy, Key: "ctrl+y", In: Duty | Floor | Review | Report | Desk, Label: "复制", Help: "复制当前的字段或条目；看板、评分表、报表是整份"},
	{Cmd: Palette, Key: "ctrl+p", In: Always, Label: "命令", Bar: true, Help: "命令面板：汉字、全拼、首字母、数字都可以找"},
	{Cmd: Emergency, Key: "ctrl+g", In: OnCall, Label: "紧急", Twice: true, Help: "来电人有危险：两秒内按两次，班长马上得到告警，线路保持"},
	{Cmd: Verify, Key: "ctrl+k", In: OnCall, Label: "核验身份", Help: "身份证号码、姓名、工作单位，三项全对才能查询；也有拒答用语可读"},
	{Cmd: AskLead, In: OnCall | WrapUp, Label: "求助班长", Help: "请班长来看这个电话"},
	{Cmd: KBJump, In: Duty | Exam, Label: "依据和相关", Help: "打开的条目依据哪几条法规、还有哪些相关条目，选一个打开"},
	{Cmd: KBNarrow, Key: "ctrl+n", In: Duty | Exam, Label: "缩小范围", Help: "知识库只查某一天的规定、某个种类、类别、层级或地区；已失效的也可以列出，通话结束后恢复"},
	{Cmd: KBPapers, In: Duty, Label: "复制材料清单", Help: "要带的材料和办理地点，像短信一样的一段，复制到剪贴板"},
	{Cmd: KBSend, Key: "ctrl+e", In: OnCall | WrapUp | Record, Label: "发材料短信", Help: "把打开的条目要带的材料和办理地点用短信发给来电人；会进单子的经过", Why: someone},
	{Cmd: KBWrong, In: Duty, Label: "答复有误", Help: "告诉知识库管理员：打开的这一条哪里不对"},
	{Cmd: KBQuestion, In: Duty, Label: "没有答案", Help: "告诉知识库管理员：来电人问的，知识库里没有"},
	{Cmd: SendKeys, In: OnCall, Label: "发按键", Help: "给对方的语音菜单发按键"},
	{Cmd: PauseRecord, In: OnCall, Label: "暂停录音", Help: "来电人报口令时暂停录音，空白处会记下是谁、为什么；再选一次恢复",
		Why: allowed("这时不能暂停录音 · 录音照常 · 回到两人通话后再试", call.EventPauseRec, call.EventContinueRec)},
	{Cmd: Dismiss, In: Talk, Label: "终止来电", Help: "来电人辱骂、骚扰：先提醒，仍不停止再播放结束语并挂断",
		Why: allowed("这时不能终止 · 通话照常 · 回到来电人再试", call.EventDismiss)},
	{Cmd: ExtendWrap, Key: "ctrl+r", In: WrapUp, Label: "再要 60 秒", Bar: true, Help: "话后再延 60 秒，只有一次", Why: extended},
	{Cmd: ChooseMic, In: Always, Label: "选麦克风", Help: "从接着的设备里选一个麦克风；通话中也能换，电话不断"},
	{Cmd: ChooseEar, In: Always, Label: "选耳机", Help: "从接着的设备里选听声音的一个；通话中也能换，电话不断"},
	{Cmd: ChooseRinger, In: Always, Label: "选振铃设备", Help: "来电在哪里响：另一个设备，或和耳机一起"},
	{Cmd: SoundOptions, In: Always, Label: "声音选项", Help: "回声消除、降噪、自动增益、侧音和语音编码；通话中也能改，下次启动还用它"},
	{Cmd: PlainView, Key: "ctrl+o", In: Duty | Floor | Review | Report, Label: "纯文本", Help: "没有边框的纯文本，鼠标放开，便于框选复制和读屏"},
	{Cmd: Redraw, Key: "ctrl+l", In: Always, Label: "重画", Help: "整屏重画"},
	{Cmd: Help, Key: "f12", In: Always, Label: "帮助", Bar: true, Help: "本屏的按键，可以搜索；F1 也可以"},
	{Cmd: SignOut, In: Idle | WrapUp | Record | Floor | Review | Report | Desk, Label: "签出", Help: "今天到这里：签出，回到登录页"},
	{Cmd: Quit, Key: "ctrl+x", In: Login | Idle | WrapUp | Record | Floor | Review | Report | Desk, Label: "退出", Help: "签出并退出；通话中不能退出"},
}

const noExamCall = "没有模拟来电在线 · 没有变化 · 接听后再用"

// examPhase makes a reason out of how far an exam is.
func examPhase(why string, phases ...exam.Phase) func(*session.View) string {
	return func(v *session.View) string {
		if s := v.Exam.Sitting; s != nil && slices.Contains(phases, s.Phase) {
			return ""
		}
		return why
	}
}

// recovering is the reason for every step on a call whose seat is not heard yet.
const recovering = "话路正在恢复 · 来电人还在线 · 恢复后请再按一次"

// announcing is the reason for every step on a call while the agent's number is played: nobody hears the agent yet.
const announcing = "正在向来电人播报工号 · 来电人在听，播完就接通 · 请等播完再按一次"

// announced says why nothing can be done yet with a call that was just answered; who was only asked into it may leave.
func announced(v *session.View) string {
	if v.Call != nil && v.Call.Phase == call.StateAnnouncing && !slices.Contains(v.Call.Allowed, call.EventRelease) {
		return announcing
	}
	return ""
}

// allowed makes a reason out of the call's own list of what may be asked now.
func allowed(why string, kinds ...call.Kind) func(*session.View) string {
	return func(v *session.View) string {
		if v.Call == nil {
			return why
		}
		for _, k := range kinds {
			if slices.Contains(v.Call.Allowed, k) {
				return ""
			}
		}
		if v.Call.Phase == call.StateSeatLost {
			return recovering
		}
		return cmp.Or(announced(v), why)
	}
}

// among is allowed with another reason while everybody talks.
func among(why, together string, k call.Kind) func(*session.View) string {
	apart, joined := allowed(why, k), allowed(together, k)
	return func(v *session.View) string {
		if v.Call != nil && v.Call.Phase == call.StateThreeParty {
			return joined(v)
		}
		return apart(v)
	}
}

// accepting says why there is nobody to talk to who has not pressed the key.
var accepting = allowed("没有外线在等按键确认 · 通话没有变 · 对方接听后再按", call.EventThirdAccepted)

// someone says why there is nobody to write to.
func someone(v *session.View) string {
	if v.Call == nil {
		return kept(v)
	}
	return ""
}

// kept says why a record that only this seat has cannot be handled yet.
func kept(v *session.View) string {
	if v.Record == nil || v.Record.Life == nil {
		return "这张单还没有到中心 · 还不能办理 · 先按 F9 提交"
	}
	return ""
}

// Spent tells that the key did what it does for this call and will not again, or
// is for a moment that is not now; it is not in the bottom line. Other keys that
// are off stay: they come back.
func (b Binding) Spent(v *session.View) bool {
	return b.Cmd == ExtendWrap && extended(v) != "" || b.Cmd == AcceptTarget && accepting(v) != ""
}

func extended(v *session.View) string {
	if v.Call != nil && v.Call.Extended {
		return "话后已经延过一次 · 到时自动转空闲 · 没写完的单会进待办"
	}
	return ""
}
