package hub

import (
	"context"
	"encoding/json"
	"slices"

	"zuoxi/hub/admin"
	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/rules/exam"
	"zuoxi/wire"
)

// onOther goes on with another's seat once there is a right on it: a role has it, or the two learn and teach together.
func (s *seat) onOther(id, no string, cmd access.Command, then func(t *seat, st *Status, right access.Command)) {
	t, st, refused := s.other(no, cmd)
	account := s.account
	right := personal(account, cmd)
	switch {
	case refused == nil:
		then(t, st, cmd)
	case t == nil || right == "":
		s.session.Answer(id, refused)
	default:
		s.job(id, func(ctx context.Context) func() {
			list, err := admin.Beside(ctx, s.hub.db, account)
			return func() {
				switch {
				case err != nil:
					s.hub.log.Error("who learns and teaches is not known", "agent", account.No, "err", err)
					s.session.Answer(id, refusal(wire.CodeInternal, "查不到培训阶段和带教老师，未执行；请稍后再试"))
				case !slices.ContainsFunc(list, func(b exam.Beside) bool { return b.Agent == no && b.Teaches == (right != access.ExamShadow) }):
					s.session.Answer(id, refused)
				default:
					then(t, t.status.Load(), right)
				}
			}
		})
	}
}

// personal is the right by which somebody may be granted cmd on the own mentor or trainee; empty for everybody else.
func personal(a store.Agent, cmd access.Command) access.Command {
	for _, r := range a.Roles {
		switch role := access.Role(r); {
		case access.Personal(role, cmd):
			return cmd
		case cmd == access.LeadMonitor && access.Personal(role, access.ExamShadow):
			return access.ExamShadow
		}
	}
	return ""
}

// takes tells whether this seat takes live calls: with the certificate all, with the mentor beside those that the mentor gives.
func (s *seat) takes() bool {
	return certified(s.account) || admin.Accompanied(s.account) && s.lists.mentor != ""
}

// certified tells whether the queue may offer calls to somebody.
func certified(a store.Agent) bool { return a.Certified && widest(a, access.CallTake) != 0 }

// besideList is the command that tells a mentor or trainee whose live calls there are to be at.
const besideList = "exam.beside"

// listBeside answers it, with how those seats stand.
func (s *seat) listBeside(id string) {
	account := s.account
	s.job(id, func(ctx context.Context) func() {
		list, err := admin.Beside(ctx, s.hub.db, account)
		answer := wire.AdminReply{Code: wire.CodeOK}
		if err == nil {
			answer.Data, err = json.Marshal(s.hub.standing(list))
		}
		if err != nil {
			s.hub.log.Error("who learns and teaches is not known", "agent", account.No, "err", err)
			answer = wire.AdminReply{Code: wire.CodeInternal, Text: "查不到培训阶段和带教老师 · 清单没有读出 · 请稍后再试"}
		}
		return func() { s.session.Answer(id, &answer) }
	})
}

func (h *Hub) standing(list []exam.Beside) []exam.Beside {
	for i := range list {
		if t, ok := h.seats.Get(list[i].Agent); ok {
			st := t.status.Load()
			list[i].State, list[i].Since, list[i].OnCall = st.Label, st.Since, st.Call != ""
		}
	}
	return list
}
