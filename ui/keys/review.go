package keys

import (
	"zuoxi/rules/access"
	"zuoxi/session"
)

// The commands of who looks back at calls: recordings, scoring, reports.
const (
	Reviews     Command = "reviews" // goes to the page
	Reports     Command = "reports" // goes to the page
	ReviewLeave Command = "review_leave"
	SoundPlay   Command = "sound_play"
	SoundSpeed  Command = "sound_speed"
	SoundMark   Command = "sound_mark"
	SoundSide   Command = "sound_side"
	ReviewFind  Command = "review_find"
	ScoreSubmit Command = "score_submit"
	ScoreAccept Command = "score_accept"
	ScoreLeave  Command = "score_leave_out"
	ScoreSettle Command = "score_settle"
	ScoreObject Command = "score_appeal"
	ScoreSecond Command = "score_second"
	ScorePerson Command = "score_person"
	ScoreNobody Command = "score_nobody"
	ScoreDraw   Command = "score_draw"
	DrawCheck   Command = "draw_check"
	Calibrate   Command = "calibrate"
	Spread      Command = "calibrate_spread"
	ReportMake  Command = "report_make"
	ReportNext  Command = "report_next"

	SheetObject  Command = "sheet_appeal"
	SheetAnswer  Command = "sheet_answer"
	SheetGive    Command = "sheet_give"
	SheetPublish Command = "sheet_publish"
)

// reviewTable are the keys of the pages of recordings, scoring and reports.
var reviewTable = []Binding{
	{Cmd: SoundPlay, Key: "f3", In: Review, Label: "播放/暂停", Bar: true, Help: "播放打开的录音，再按暂停；←→ 移 5 秒，Ctrl+←→ 在标记间跳", Why: may(access.ModelHear)},
	{Cmd: SoundSpeed, Key: "f4", In: Review, Label: "倍速", Bar: true, Help: "1、1.25、1.5、2、0.8 倍，声音不变调"},
	{Cmd: SoundMark, Key: "f5", In: Review, Label: "标记", Bar: true, Help: "在听到的地方加标记，文字写在说明栏里；写“遮蔽 8”，推荐为范例时从这里起 8 秒没有声音", Why: marking},
	{Cmd: SoundSide, Key: "f6", In: Review, Label: "双方/来电人/坐席", Bar: true, Help: "两个声道分开听"},
	{Cmd: ReviewFind, Key: "f7", In: Review, Label: "查找", Bar: true, Help: "按工号、号码尾四位、地区、业务找录音", Why: may(access.RecordingPlay)},
	{Cmd: ScoreSubmit, Key: "f9", In: Review, Label: "提交评分", Bar: true, Twice: true, Help: "两秒内按两次：合计并公布；还有没评的项就不出总分", Why: scoring},
	{Cmd: ScoreAccept, Key: "ctrl+a", In: Review, Label: "确认自动项", Bar: true, Help: "确认机器有把握的自动项；建议项要自己给分", Why: scoring},
	{Cmd: ScoreLeave, Key: "ctrl+d", In: Review, Label: "本项不计", Help: "这通电话不适用光标所在的一项", Why: scoring},
	{Cmd: ScoreSettle, In: Review, Label: "裁定", Help: "两次评分相近取平均，相差大的写一个分数和理由", Why: may(access.QualityScore)},
	{Cmd: ScoreSecond, In: Review, Label: "要求复评", Help: "质检员、班长（本区县的）对别人给的、已公布的分有疑问：理由写在说明栏里，由另一位质检员再评；质量监控的也可以", Why: doubting},
	{Cmd: ScoreObject, In: Review, Label: "申诉", Help: "对自己已公布的评分申诉，理由写在说明栏里", Why: may(access.QualityAppeal)},
	{Cmd: ScorePerson, In: Review, Label: "人工从这里开口", Help: "质量监控：机器听错了的，录音放到有人开口的地方，由评分人更正；原来的留着", Why: visiting},
	{Cmd: ScoreNobody, In: Review, Label: "没有拨通人工", Help: "质量监控：机器当作人工的其实是录音或提示音，由评分人更正；原来的留着", Why: visiting},
	{Cmd: ScoreDraw, In: Review, Label: "抽样", Help: "给每个坐席随机抽几通，种子记入审计；筛选栏里写起止日和每人几通，如 2026-11-01 2026-11-15 5，空着是昨天和今天各 3 通", Why: may(access.QualityDraw)},
	{Cmd: DrawCheck, In: Review, Label: "核对抽样", Help: "用打开的评分表的种子再抽一次，看抽到的是不是这一通", Why: scoring},
	{Cmd: Calibrate, In: Review, Label: "布置校准", Help: "打开的这一通由几个人各评一份：筛选栏里写工号，第一个是专家，如 1007 1008 1009", Why: may(access.QualityDraw)},
	{Cmd: Spread, In: Review, Label: "校准偏差", Help: "各评分人与专家的偏差：偏高偏低、平均幅度、常不同的项", Why: may(access.QualityDraw)},
	{Cmd: ReportMake, Key: "f9", In: Report, Label: "出表", Bar: true, Help: "按选好的报表和日期出表"},
	{Cmd: ReportNext, Key: "f6", In: Report, Label: "换分组", Bar: true, Help: "来电、等待、一次解决率换一种分组：地市、区县、省、业务、坐席、时段、日、月、季"},
	{Cmd: SheetObject, In: Report, Label: "绩效申诉", Help: "对自己已公布的绩效申诉：出整月的坐席绩效表，理由写在说明栏里", Why: may(access.SheetAppeal)},
	{Cmd: SheetAnswer, In: Report, Label: "答复申诉", Help: "答复光标所在坐席的绩效申诉，文字写在说明栏里", Why: may(access.SheetManage)},
	{Cmd: SheetGive, In: Report, Label: "绩效填分", Help: "给光标所在坐席填知识维护和日常规范的分，写在说明栏里，如 80 90", Why: may(access.SheetManage)},
	{Cmd: SheetPublish, In: Report, Label: "公布绩效", Help: "公布打开的整月绩效表，之后不再变；先确认一次", Why: may(access.SheetManage)},
	{Cmd: Reviews, In: Idle | Floor | Report, Label: "录音、质检、范例", Help: "听录音、评分、看自己的质检结果，听推荐为范例的通话", Why: may(access.ModelHear)},
	{Cmd: Reports, In: Idle | Floor | Review, Label: "统计报表", Help: "来电、等待、业务、热点、时效、知识、考试、绩效", Why: reporting},
	{Cmd: ReviewLeave, In: Review | Report, Label: "返回工作台", Help: "回到原来的页面"},
}

func marking(v *session.View) string {
	if v.Review.Work == nil && v.Review.Player.Recording == "" {
		return "没有打开录音 · 没有标记 · 先在列表里按回车打开一通"
	}
	return may(access.RecordingPlay)(v)
}

func scoring(v *session.View) string { return onSheet(v, access.QualityScore) }

func doubting(v *session.View) string { return onSheet(v, access.QualitySecond) }

// onSheet tells why something cannot be done about the open sheet.
func onSheet(v *session.View, right access.Command) string {
	if v.Review.Work == nil {
		return "没有打开评分表 · 没有记下 · 先在列表里按回车打开一通"
	}
	return may(right)(v)
}

func visiting(v *session.View) string {
	if w := v.Review.Work; w != nil && w.Mystery == nil {
		return "这不是质量监控的通话 · 没有记下 · 有没有拨通人工只在质量监控里更正"
	}
	return scoring(v)
}

func reporting(v *session.View) string {
	if why := may(access.ReportView)(v); why == "" || v.Seat.Can(access.ReportSheet) {
		return ""
	}
	return may(access.ReportView)(v)
}
