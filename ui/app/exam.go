package app

import (
	"maps"

	tea "charm.land/bubbletea/v2"

	"zuoxi/session"
	"zuoxi/session/exam"
	"zuoxi/session/examiner"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	marking "zuoxi/ui/page/examiner"
	"zuoxi/ui/pop"
	"zuoxi/ui/theme"
)

func init() {
	maps.Copy(actions, map[keys.Command]func(*Model) tea.Cmd{
		keys.Exams:           (*Model).exams,
		keys.ExamHandIn:      (*Model).handIn,
		keys.ExamLeave:       (*Model).leaveExam,
		keys.ExamAppeal:      (*Model).appealExam,
		keys.Examine:         (*Model).examine,
		keys.Beside:          (*Model).beside,
		keys.ExamineLeave:    (*Model).leaveExamine,
		keys.ExaminePublish:  (*Model).publishExam,
		keys.ExamineWithdraw: (*Model).withdrawExam,
	})
}

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

// appealExam objects to the newest published result.
func (m *Model) appealExam() tea.Cmd {
	for _, r := range m.view.Exam.Results {
		if !r.Disputed {
			m.box = pop.Appeal(r.Paper, r.Title)
			return nil
		}
	}
	m.say("没有可提异议的成绩 · 没有执行 · 成绩公布后才能提", theme.Warn)
	return nil
}

// examine goes to the papers, sittings and ways of others.
func (m *Model) examine() tea.Cmd {
	m.pages.marking = true
	m.do(session.Examiner{Do: examiner.Look{}})
	m.env.Mode = m.mode()
	return nil
}

// beside goes to the live calls of one's mentor or trainees.
func (m *Model) beside() tea.Cmd {
	m.pages.marking = true
	m.env.Mode = m.mode()
	m.pages.examiner.(*marking.Page).Beside(&m.env)
	return nil
}

func (m *Model) leaveExamine() tea.Cmd {
	m.do(session.Examiner{Do: examiner.Away{}})
	m.pages.marking = false
	m.env.Mode = m.mode()
	return nil
}

// publishExam asks before a result is told: it cannot be taken back.
func (m *Model) publishExam() tea.Cmd {
	w := m.view.Exam.Examiner.Work
	m.box = pop.Confirm("公布"+w.Agent+"的成绩？公布后只能由异议改动", "不公布", "公布", func(e *page.Env) pop.Result {
		e.Do(session.Examiner{Do: examiner.Publish{Paper: w.ID}})
		return pop.Result{}
	})
	return nil
}

func (m *Model) withdrawExam() tea.Cmd {
	r, ok := m.pages.examiner.(*marking.Page).Chosen(&m.env)
	if !ok {
		m.say("没有选中试卷 · 没有作废 · 到“试卷”里选一份", theme.Warn)
		return nil
	}
	m.box = pop.Confirm("作废"+r.Agent+"的《"+r.Title+"》？", "不作废", "作废", func(e *page.Env) pop.Result {
		e.Do(session.Examiner{Do: examiner.Withdraw{Paper: r.ID}})
		return pop.Result{}
	})
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
	part := s.Phase
	m.box = pop.Confirm(title, "不交，接着做", "交卷", func(e *page.Env) pop.Result {
		e.Do(session.Exam{Do: exam.HandIn{Part: part}})
		return pop.Result{}
	}).While(func(e *page.Env) bool { // the time of the written paper may run out
		s := e.View.Exam.Sitting
		return s != nil && (s.Phase == exam.PhaseWritten) == (part == exam.PhaseWritten)
	})
	return nil
}
