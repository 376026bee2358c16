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
	ScoreDraw   Command = "score_draw"
	ReportMake  Command = "report_make"
	ReportNext  Command = "report_next"
)

// reviewTable are the keys of the pages of recordings, scoring and reports.
var reviewTable = []Binding{
	{Cmd: SoundPlay, Key: "f3", In: Review, Label: "播放/暂停", Bar: true, Help: "播放打开的录音，再按暂停；←→ 移 5 秒，Ctrl+←→ 在标记间跳", Why: may(access.RecordingPlay)},
	{Cmd: SoundSpeed, Key: "f4", In: Review, Label: "倍速", Bar: true, Help: "1、1.25、1.5、2、0.8 倍，声音不变调"},
	{Cmd: SoundMark, Key: "f5", In: Review, Label: "标记", Bar: true, Help: "在听到的地方加标记，文字写在说明栏里", Why: scoring},
	{Cmd: SoundSide, Key: "f6", In: Review, Label: "双方/来电人/坐席", Bar: true, Help: "两个声道分开听"},
	{Cmd: ReviewFind, Key: "f7", In: Review, Label: "查找", Bar: true, Help: "按工号、号码尾四位、地区、业务找录音"},
	{Cmd: ScoreSubmit, Key: "f9", In: Review, Label: "提交评分", Bar: true, Twice: true, Help: "两秒内按两次：合计并公布；还有没评的项就不出总分", Why: scoring},
	{Cmd: ScoreAccept, Key: "ctrl+a", In: Review, Label: "确认自动项", Bar: true, Help: "确认机器有把握的自动项；建议项要自己给分", Why: scoring},
	{Cmd: ScoreLeave, Key: "ctrl+d", In: Review, Label: "本项不计", Help: "这通电话不适用光标所在的一项", Why: scoring},
	{Cmd: ScoreSettle, In: Review, Label: "裁定", Help: "两次评分相近取平均，相差大的写一个分数和理由", Why: may(access.QualityScore)},
	{Cmd: ScoreObject, In: Review, Label: "申诉", Help: "对自己已公布的评分申诉，理由写在说明栏里", Why: may(access.QualityAppeal)},
	{Cmd: ScoreDraw, In: Review, Label: "抽样", Help: "给每个坐席随机抽 3 通昨天和今天的通话，种子记入审计", Why: may(access.QualityDraw)},
	{Cmd: ReportMake, Key: "f9", In: Report, Label: "出表", Bar: true, Help: "按选好的报表和日期出表"},
	{Cmd: ReportNext, Key: "f6", In: Report, Label: "换分组", Bar: true, Help: "换一种分组：地市、区县、省、业务、坐席、时段、日、月、季"},
	{Cmd: Reviews, In: Idle | Floor | Report, Label: "录音与质检", Help: "听录音、评分、看自己的质检结果", Why: may(access.RecordingPlay)},
	{Cmd: Reports, In: Idle | Floor | Review, Label: "统计报表", Help: "来电、等待、业务、热点、时效、知识、考试、绩效", Why: reporting},
	{Cmd: ReviewLeave, In: Review | Report, Label: "返回工作台", Help: "回到原来的页面"},
}

func scoring(v *session.View) string {
	if v.Review.Work == nil {
		return "没有打开评分表 · 没有记下 · 先在列表里按回车打开一通"
	}
	return may(access.QualityScore)(v)
}

func reporting(v *session.View) string {
	if why := may(access.ReportView)(v); why == "" || v.Seat.Can(access.ReportSheet) {
		return ""
	}
	return may(access.ReportView)(v)
}
