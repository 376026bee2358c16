package app

import (
	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/access"
	"zuoxi/session"
	"zuoxi/session/review"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/page/quality"
	"zuoxi/ui/page/report"
	"zuoxi/ui/pop"
)

// init adds to the actions of act.go, whose init runs first.
func init() {
	actions[keys.Reviews] = (*Model).toReview
	actions[keys.Reports] = (*Model).toReports
	actions[keys.ReviewLeave] = (*Model).leaveReview
	actions[keys.SheetPublish] = (*Model).publishSheet
}

// publishSheet asks before a month sheet is given out: it cannot be taken back.
func (m *Model) publishSheet() tea.Cmd {
	month := m.pages.report.Month(&m.env)
	if month == "" {
		m.pages.report.Act(keys.SheetPublish, &m.env) // says why
		return nil
	}
	m.box = pop.Confirm("公布 "+month+" 的绩效表？公布后不再变，坐席可以申诉", "不公布", "公布", func(e *page.Env) pop.Result {
		m.pages.report.Act(keys.SheetPublish, e)
		return pop.Result{}
	}).While(func(e *page.Env) bool { return m.pages.report.Month(e) == month }) // a table that was asked for before may come
	return nil
}

// lookBack are the pages of recordings, scoring and reports.
type lookBack struct {
	quality *quality.Page
	report  *report.Page
	at      keys.Context // Review, Report, or 0: elsewhere
	gone    bool         // a scorer has left the page that is home
}

// atReview tells which of these pages is shown between calls: for who scores calls it is home.
func (m *Model) atReview() keys.Context {
	b := &m.pages.lookBack
	if b.at == 0 && !b.gone && m.view.Seat.Can(access.QualityDraw) {
		b.at = keys.Review
		b.quality.Enter(&m.env)
	}
	return b.at
}

func (m *Model) toReview() tea.Cmd {
	m.pages.at = keys.Review
	m.pages.quality.Enter(&m.env)
	m.env.Mode = m.mode()
	return nil
}

func (m *Model) toReports() tea.Cmd {
	m.pages.at = keys.Report
	m.pages.report.Enter(&m.env)
	m.env.Mode = m.mode()
	return nil
}

func (m *Model) leaveReview() tea.Cmd {
	m.do(session.Review{Do: review.Close{}})
	m.pages.at, m.pages.gone = 0, true
	m.env.Mode = m.mode()
	return nil
}
