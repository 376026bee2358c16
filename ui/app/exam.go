package app

import (
	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/session/exam"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/pop"
	"zuoxi/ui/theme"
)

// exams goes to the papers; before sign-in the login page says who sits down without the hub.
func (m *Model) exams() tea.Cmd {
	if m.env.Mode == keys.Login {
		_, cmd := m.pages.login.Act(keys.Exams, &m.env)
		return cmd
	}
	m.pages.papers = true
	m.env.Mode = m.mode()
	return nil
}

// leaveExam goes back to work; a sitting holds whoever began it.
func (m *Model) leaveExam() tea.Cmd {
	switch {
	case m.view.Exam.Sitting != nil && m.view.Exam.Sitting.Phase != exam.PhaseDone:
		m.say("考试还没有交卷 · 不能离开，时间照走 · 先在命令面板里交卷", theme.Warn)
		return nil
	case m.view.Exam.Sitting != nil:
		m.do(session.Exam{Do: exam.Done{}})
	}
	m.pages.papers = false
	m.env.Mode = m.mode()
	if m.view.Exam.Offline {
		return m.leave()
	}
	return nil
}

// handIn asks before a part is handed in: it cannot be taken back.
func (m *Model) handIn() tea.Cmd {
	s := m.view.Exam.Sitting
	if s == nil || s.Phase == exam.PhaseDone {
		m.say("没有在考的试卷 · 没有交卷 · 先开卷", theme.Warn)
		return nil
	}
	title := "交卷？交了不能再改"
	switch {
	case s.Phase == exam.PhaseTalk || s.Phase == exam.PhaseRing:
		m.say("模拟来电还没有结束 · 没有交卷 · 打完这个电话再交", theme.Warn)
		return nil
	case s.Phase == exam.PhaseWritten && len(s.Calls) > 0:
		title = "交笔试？交了不能再改，接着考模拟来电"
	}
	m.box = pop.Confirm(title, "不交，接着做", "交卷", func(e *page.Env) pop.Result {
		e.Do(session.Exam{Do: exam.HandIn{}})
		return pop.Result{}
	})
	return nil
}
