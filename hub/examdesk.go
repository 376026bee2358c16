package hub

import (
	"context"
	"errors"
	"log/slog"

	"zuoxi/hub/exam"
	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/wire"
)

// openExams opens the examination office with the material that ships.
func openExams(cfg Config, p *parts, log *slog.Logger) (*exam.Office, error) {
	m, err := exam.Builtin()
	if err != nil {
		return nil, err
	}
	key, err := p.keys.Stable("exam")
	if err != nil {
		return nil, err
	}
	return exam.New(exam.Config{DB: p.db, Material: m, Key: key, Now: cfg.Now, Log: log}), nil
}

// exam carries out what a seat wants of the examination office; false for what is not its business.
func (s *seat) exam(m wire.Message) bool {
	var do func(ctx context.Context) (wire.Body, error)
	office, account := s.hub.exams, s.account
	switch b := m.Body.(type) {
	case *wire.ExamList:
		do = func(ctx context.Context) (wire.Body, error) { return office.Papers(ctx, account, b.Have) }
	case *wire.ExamPart:
		do = func(ctx context.Context) (wire.Body, error) { return done(), office.Part(ctx, account.No, b) }
	case *wire.ExamResult:
		do = func(ctx context.Context) (wire.Body, error) {
			s.hub.log.Info("exam handed in", "agent", account.No, "paper", b.Paper)
			return done(), office.Result(ctx, account.No, b)
		}
	default:
		return false
	}
	if office == nil || widest(account, access.ExamTake) == 0 {
		s.session.Answer(m.ID, refusal(wire.CodeForbidden, "您的角色不参加考试，未执行；请联系培训员"))
		return true
	}
	s.job(m.ID, func(ctx context.Context) func() {
		answer, err := do(ctx)
		if err != nil {
			answer = s.examFault(err)
		}
		return func() { s.session.Answer(m.ID, answer) }
	})
	return true
}

func (s *seat) examFault(err error) *wire.Ack {
	var no *exam.Refusal
	if errors.As(err, &no) {
		return refusal(no.Code, no.Text)
	}
	s.hub.log.Error("examination office", "agent", s.no, "err", err)
	text, known := store.Plain(err)
	if !known {
		text = "中心暂时收不了答卷；内容已留在本席，稍后自动重发"
	}
	return refusal(wire.CodeInternal, text)
}

// examPort is the examination office as administrators use it.
type examPort struct{ *exam.Office }

// List implements admin.Exams.
func (p examPort) List(ctx context.Context, districts ...string) (any, error) {
	return p.Office.List(ctx, districts...)
}

// Report implements admin.Marking.
func (p examPort) Report(ctx context.Context, id string, publish bool) (any, []bool, error) {
	out, err := p.Office.Report(ctx, id, publish)
	if err != nil {
		return nil, nil, err
	}
	var passes []bool
	if out.Written >= 0 {
		passes = append(passes, out.WrittenPassed)
	}
	if len(out.Calls) > 0 && (out.Written < 0 || out.WrittenPassed) {
		passes = append(passes, out.CallsPassed)
	}
	return out, passes, nil
}
