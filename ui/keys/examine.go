package keys

import (
	"zuoxi/rules/access"
	"zuoxi/rules/exam"
	"zuoxi/session"
)

// The commands of who examines others.
const (
	Examine         Command = "examine"
	ExamineTab      Command = "examine_tab"
	ExamineCode     Command = "examine_code"
	ExamineLook     Command = "examine_look"
	ExamineHear     Command = "examine_hear"
	ExamineLead     Command = "examine_lead"
	ExamineShut     Command = "examine_shut"
	ExamineDo       Command = "examine_do"
	ExaminePublish  Command = "examine_publish"
	ExamineWithdraw Command = "examine_withdraw"
	ExamineLeave    Command = "examine_leave"
	Beside          Command = "beside"
	ExamHint        Command = "exam_hint"
	ExamReplay      Command = "exam_replay"
	ExamAppeal      Command = "exam_appeal"
)

// examineTable are the keys of the examiner's page, and what practice has besides.
var examineTable = []Binding{
	{Cmd: ExamineTab, Key: "f3", In: Marking, Label: "试卷/现场/学员/跟听/出卷", Bar: true, Help: "换到试卷清单、正在考的人、学员的培训阶段、跟听带教、出卷与题库"},
	{Cmd: ExamineCode, Key: "f4", In: Marking, Label: "开卷码", Bar: true, Help: "取光标所在试卷的开卷码，当场念给学员；同一场考试一个码", Why: may(access.ExamManage)},
	{Cmd: ExamineLook, Key: "f5", In: Marking, Label: "刷新", Bar: true, Help: "重新读清单"},
	{Cmd: ExamineHear, Key: "f6", In: Marking, Label: "听录音", Bar: true, Help: "从时间轴光标处听半分钟，再按停止", Why: working},
	{Cmd: ExamineLead, Key: "f7", In: Marking, Label: "接手/交还", Bar: true, Help: "由考官选来电人的下一句；再按交还给剧本", Why: watching},
	{Cmd: ExamineShut, Key: "f8", In: Marking, Label: "合上", Bar: true, Help: "合上答卷，或不再看现场"},
	{Cmd: ExamineDo, Key: "f9", In: Marking, Label: "打开/执行", Bar: true, Help: "打开答卷或现场；阅卷时认可机器对自动项的建议；现场让来电人说光标所在的一句；出卷先预览再封卷发卷"},
	{Cmd: ExaminePublish, In: Marking, Label: "公布成绩", Help: "打开的答卷都评完以后：算总分，告诉学员，走培训阶段；先确认一次", Why: working},
	{Cmd: ExamineWithdraw, In: Marking, Label: "作废试卷", Help: "收回光标所在、还没有考的试卷；先确认一次", Why: may(access.ExamManage)},
	{Cmd: ExamineLeave, In: Marking, Label: "离开阅卷", Help: "回到工作台"},
	{Cmd: ExamHint, Key: "ctrl+t", In: Exam, Label: "提示", Help: "练习中显示还没问到的要素和还没答的要点，再按收起", Why: practising},
	{Cmd: ExamReplay, Key: "f6", In: Exam, Label: "重听", Help: "练习的来电打完后，从时间轴光标处重听，再按停止；←→ 移动光标", Why: practising},
	{Cmd: ExamAppeal, In: Exam, Label: "成绩异议", Help: "对最近公布的成绩提请复核：由另一位阅卷人重评后取平均"},
	{Cmd: Examine, In: Idle | Floor, Label: "阅卷与考核", Help: "试卷、阅卷、考核现场、学员的培训阶段", Why: may(access.ExamMark)},
	{Cmd: Beside, In: Idle, Label: "跟听带教", Help: "学员跟听自己老师的来电；带教老师在自己学员旁边听、耳语、接管", Why: besides},
}

func besides(v *session.View) string {
	if v.Seat.Can(access.ExamShadow) {
		return ""
	}
	return may(access.LeadTake)(v)
}

func practising(v *session.View) string {
	if s := v.Exam.Sitting; s == nil || s.Kind != exam.KindPractice {
		return "只有练习才有 · 没有执行 · 正式考试里没有提示和重听"
	}
	return ""
}

func working(v *session.View) string {
	if v.Exam.Examiner.Work == nil {
		return "没有打开答卷 · 没有执行 · 先选一份待阅卷的按 F9"
	}
	return ""
}

func watching(v *session.View) string {
	if v.Exam.Examiner.Live == nil {
		return "没有在看考核现场 · 没有执行 · 先在“现场”里选一个人按 F9"
	}
	return ""
}
