package pop

import (
	"slices"

	"zuoxi/rules/ticket"
	"zuoxi/session"
	"zuoxi/ui/field"
	"zuoxi/ui/page"
)

// sameRecord is true while the record with a number is open.
func sameRecord(number string) func(e *page.Env) bool {
	return func(e *page.Env) bool { return e.View.Record != nil && e.View.Record.Number == number }
}

// Steps lists what can be done with the open record now.
func Steps(r *session.RecordView) Box {
	m := &Menu{title: "办理 " + r.Number, alive: sameRecord(r.Number)}
	for _, e := range r.Life.Allowed {
		m.rows = append(m.rows, choice{e.Label(), func(*page.Env) Result { return Result{Open: stepBox(r, e)} }})
	}
	return m
}

// noted are the steps at which somebody has said something.
var noted = []ticket.Event{
	ticket.EventAnswer, ticket.EventDeptAnswer, ticket.EventCallBack, ticket.EventExplain, ticket.EventResult, ticket.EventTell, ticket.EventReply,
	ticket.EventFinish, ticket.EventCheck, ticket.EventSupplement,
}

// stepBox asks for what a step needs.
func stepBox(r *session.RecordView, e ticket.Event) Box {
	a := &asker{title: e.Label() + " " + r.Number, do: e.Label(), alive: sameRecord(r.Number)}
	fill := []func(*session.StepRecord, string){}
	ask := func(q question, put func(*session.StepRecord, string)) {
		a.lines, fill = append(a.lines, q), append(fill, put)
	}
	if e == ticket.EventForward || e == ticket.EventAssign {
		ask(line("转给", "部门、县区或同事", true), func(s *session.StepRecord, v string) { s.Dept = v })
		ask(line("答应时限", "例如 2个工作日，没有就空着", false), func(s *session.StepRecord, v string) { s.Due = v })
	}
	if slices.Contains(noted, e) {
		q := question{"内容", field.New(field.Options{Max: 2000, Hint: "对方怎么说，告诉了来电人什么"}), false}
		ask(q, func(s *session.StepRecord, v string) { s.Note = v })
	}
	need := needsReason(r, e)
	if need || len(a.lines) == 0 {
		hint := "可以不写"
		if need {
			hint = "必须写明，会留在单上"
		}
		ask(line("原因", hint, need), func(s *session.StepRecord, v string) { s.Reason = v })
	}
	a.run = func(env *page.Env, answers []string) Result {
		v := session.StepRecord{Number: r.Number, Event: e}
		for i, put := range fill {
			put(&v, answers[i])
		}
		env.Do(v)
		return Result{}
	}
	return a
}

// needsReason asks the rules whether a step is impossible without one.
func needsReason(r *session.RecordView, e ticket.Event) bool {
	for _, anonymous := range []bool{false, true} {
		f := ticket.Facts{Urgent: true, Anonymous: anonymous}
		if _, _, err := ticket.Step(ticket.Kind(r.Fields.Kind), r.Life.State, e, f); err == nil {
			return false
		}
	}
	return true
}

// Unmask asks which field to see in full, and why.
func Unmask(r *session.RecordView) Box {
	m := &Menu{title: "查看完整信息", note: "只显示 30 秒，会记入审计  Esc 收起", alive: sameRecord(r.Number)}
	for _, d := range ticket.Personal(ticket.Kind(r.Fields.Kind)) {
		if r.Fields.Value(d.Code) == "" {
			continue
		}
		m.rows = append(m.rows, choice{d.Label, func(*page.Env) Result {
			return Result{Open: &asker{
				title: "查看" + d.Label, do: "查看", alive: sameRecord(r.Number), lines: []question{line("原因", "会记入审计", true)},
				run: func(e *page.Env, answers []string) Result {
					e.Do(session.Unmask{Number: r.Number, Field: d.Code, Reason: answers[0]})
					return Result{}
				},
			}}
		}})
	}
	return m
}

// Link asks for the number of another record about the same matter.
func Link(r *session.RecordView) Box {
	return &asker{
		title: "关联同一件事的单", do: "关联", alive: sameRecord(r.Number), lines: []question{line("单号", "例如 0312-3027-47", true)},
		run: func(e *page.Env, answers []string) Result {
			e.Do(session.LinkRecords{Number: r.Number, Other: answers[0]})
			return Result{}
		},
	}
}
