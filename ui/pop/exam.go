package pop

import (
	"zuoxi/session"
	"zuoxi/session/examiner"
)

// Appeal asks what a published result is objected to; the number is of the paper.
func Appeal(paper, title string) Box {
	m := &Menu{title: "对《" + title + "》的成绩有异议", note: "由另一位阅卷人重评后取平均，只有一次  Esc 不提"}
	for _, why := range []string{"某道题的答案", "模拟来电的评分项", "必答要点或禁忌", "设备、断线影响了作答"} {
		m.rows = append(m.rows, choice{why, say(session.Examiner{Do: examiner.Dispute{Paper: paper, Reason: why}})})
	}
	return m
}
