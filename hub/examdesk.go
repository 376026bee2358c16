package hub

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"

	"zuoxi/hub/exam"
	"zuoxi/hub/store"
	"zuoxi/internal/clean"
	"zuoxi/rules/access"
	rules "zuoxi/rules/exam"
	"zuoxi/wire"
)

// openExams opens the examination office with the material that ships and what was imported.
func openExams(ctx context.Context, cfg Config, p *parts, log *slog.Logger) (*exam.Office, error) {
	m, err := exam.Builtin()
	if err != nil {
		return nil, err
	}
	key, err := p.keys.Stable("exam")
	if err != nil {
		return nil, err
	}
	articles, _ := cfg.KB.(exam.Articles)
	office := exam.New(exam.Config{DB: p.db, Material: m, Articles: articles, District: cfg.District, Key: key, Now: cfg.Now, Log: log})
	return office, office.Reload(ctx)
}

// examNews tells seats that papers or results have come.
func (h *Hub) examNews(agents ...string) {
	for _, no := range agents {
		if s, ok := h.seats.Get(no); ok {
			s.box.Post(func() { s.session.Push(&wire.ExamLaid{}) })
		}
	}
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
	case *wire.ExamLearned:
		do = func(ctx context.Context) (wire.Body, error) { return done(), office.Learned(ctx, account, b) }
	case *wire.ExamVoice:
		do = func(context.Context) (wire.Body, error) { return office.Voice(b.Name) }
	case *wire.ExamLive:
		s.examLive(b)
		return true
	default:
		return s.examine(m)
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

// examine is what an examiner wants; false for what is nobody's business here.
func (s *seat) examine(m wire.Message) bool {
	switch b := m.Body.(type) {
	case *wire.ExamSteer:
		account := s.account
		s.inTurn(laneSteer, m.ID, func(ctx context.Context) func() {
			answer := s.steer(ctx, account, *b)
			return func() { s.session.Answer(m.ID, answer) }
		})
	case *wire.AdminRequest:
		if !strings.HasPrefix(b.Cmd, "exam.") {
			return false
		}
		if b.Cmd == besideList {
			s.listBeside(m.ID)
			return true
		}
		s.inOffice(m.ID, *b)
	default:
		return false
	}
	return true
}

// Bounds of what a seat may tell about its sitting: rows, and texts in runes.
const (
	maxLive     = 64
	maxLiveWord = 40
	maxLiveLine = 400
	maxLivePage = 2000
	phaseDone   = "done" // of a sitting that was handed in
)

// examLive hands on how this seat's sitting goes.
func (s *seat) examLive(b *wire.ExamLive) {
	if len(b.Lives) != 1 || widest(s.account, access.ExamTake) == 0 {
		return
	}
	l := b.Lives[0]
	cleanLive(&l)
	watchers := s.hub.exams.Play(s.no, l)
	if len(watchers) > 0 && !l.Watched { // the seat has come back, or started anew
		s.session.Push(&wire.ExamSteer{Agent: s.no, Do: rules.SteerAttend, By: watchers[0]})
	}
	l.Agent = s.no
	if l.Phase == phaseDone {
		s.shutHall(s.bound.hall)
	}
	for _, no := range watchers {
		if w, ok := s.hub.seats.Get(no); ok {
			if l.Phase != phaseDone {
				s.admit(w)
			}
			w.box.Post(func() { w.session.Latest(&wire.ExamLive{Lives: []rules.Live{l}}) })
		}
	}
}

// cleanLive makes what a seat tells safe to draw on another.
func cleanLive(l *rules.Live) {
	c := &l.Call
	c.Said, c.Choices, c.Points = c.Said[:min(len(c.Said), maxLive)], c.Choices[:min(len(c.Choices), maxLive)], c.Points[:min(len(c.Points), maxLive)]
	for _, t := range []*string{&l.Paper, &l.Title, &l.Phase, &l.Paused, &c.Scenario, &c.Title, &c.Speaking, &c.Ended} {
		*t = clean.Line(*t, maxLiveLine)
	}
	for i := range c.Said {
		c.Said[i].Text = clean.Line(c.Said[i].Text, maxLiveLine)
	}
	for i := range c.Choices {
		c.Choices[i].Text = clean.Line(c.Choices[i].Text, maxLiveLine)
	}
	for i := range c.Points {
		c.Points[i].Text = clean.Line(c.Points[i].Text, maxLiveLine)
	}
	record := map[string]string{}
	for k, v := range c.Record {
		if len(record) < maxLive {
			record[clean.Line(k, maxLiveWord)] = clean.Text(v, maxLivePage)
		}
	}
	c.Record = record
}

// steer is an examiner at work on somebody else's sitting: a right over that person, and one who is there.
func (s *seat) steer(ctx context.Context, who store.Agent, b wire.ExamSteer) *wire.Ack {
	office := s.hub.exams
	one, err := s.hub.db.Agents.Get(ctx, b.Agent)
	if err != nil || !mayMark(who, one) {
		return refusal(wire.CodeForbidden, "没有这个工号，或不归您考核，未执行；请核对工号")
	}
	target, there := s.hub.seats.Get(b.Agent)
	switch {
	case !there || !target.status.Load().Connected:
		office.Attend(b.Agent, s.no, false)
		return refusal(wire.CodeUnreachable, "学员的坐席没有连上中心，未执行；考试在他本席照常进行")
	case b.Do == rules.SteerAttend:
		if err := s.hub.audited(ctx, who, "exam.attend", "agent/"+b.Agent, ""); err != nil {
			return refusal(wire.CodeInternal, "审计写不进去，没有开始旁听；请稍后再试")
		}
		office.Attend(b.Agent, s.no, true)
	case b.Do == rules.SteerLeave:
		if _, last := office.Attend(b.Agent, s.no, false); !last {
			s.box.Post(s.leaveHall)
			return done()
		}
	case !office.Watches(b.Agent, s.no):
		return refusal(wire.CodeImpossible, "您没有在看这场考试，未执行；请先选中它进入现场")
	}
	b.By = s.no
	b.Choice.Text = clean.Line(b.Choice.Text, maxLiveLine)
	if b.Do == rules.SteerLeave {
		s.box.Post(s.leaveHall)
	}
	if !target.box.Post(func() {
		target.session.Push(&b)
		if b.Do == rules.SteerAttend {
			target.admit(s)
		}
	}) {
		return refusal(wire.CodeBusy, "学员的坐席忙不过来，未执行；请再按一次")
	}
	return done()
}

// mayMark tells whether somebody may examine another.
func mayMark(who, one store.Agent) bool {
	where := access.Other
	switch {
	case who.No == one.No:
		where = access.Self
	case access.Covers(who.District, one.District):
		where = access.Own
	}
	return slices.ContainsFunc(who.Roles, func(r string) bool { return access.Can(access.Role(r), access.ExamMark, where) })
}

// examLeft is a seat that lost its link: who watched it waits, whom it watched goes on alone.
func (s *seat) examLeft() {
	if s.hub.exams == nil {
		return
	}
	s.shutHall(s.bound.hall)
	for _, no := range s.hub.exams.Gone(s.no) {
		if t, ok := s.hub.seats.Get(no); ok {
			t.box.Post(func() { t.session.Push(&wire.ExamSteer{Agent: no, Do: rules.SteerLeave, By: s.no}) })
		}
	}
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
	if monthly, err := p.Monthly(ctx, id); err != nil || monthly {
		return out, nil, err
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

// Now implements admin.Sitting.
func (p examPort) Now(_ context.Context, agents func(no string) bool) any {
	out := []rules.Live{}
	for _, l := range p.Lives() {
		if agents(l.Agent) {
			out = append(out, l)
		}
	}
	return out
}

// Sheet implements admin.Sitting.
func (p examPort) Sheet(ctx context.Context, w io.Writer, id string, sound bool) error {
	return p.Office.Sheet(ctx, w, id, sound)
}
