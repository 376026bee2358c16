package admin

import (
	"context"
	"errors"
	"slices"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/rules/exam"
)

// pathAsk is a step of a trainee.
type pathAsk struct {
	Agent string    `json:"agent_no"`
	Move  exam.Move `json:"move"` // empty: only show
	Note  string    `json:"note,omitempty"`
}

// stepMentor is the step that gives a trainee a mentor, who is named in its note. It leads nowhere.
const stepMentor = "mentor"

func (s *Service) examPath(ctx context.Context, a *ask) (any, error) {
	in, err := read[pathAsk](a)
	if err != nil {
		return nil, err
	}
	if in.Move != "" && !slices.Contains(exam.Moves, in.Move) {
		return nil, bad("没有这一步 · 没有改动 · 请看 zuoxi exam path --help")
	}
	out, err := s.move(ctx, a, in)
	var off *exam.PathError
	if errors.As(err, &off) {
		return nil, bad("在“" + off.From.Label() + "”阶段不能这样走 · 没有改动 · 请用 zuoxi exam path " + in.Agent + " 查看")
	}
	return out, err
}

// examMentor gives a trainee a mentor.
func (s *Service) examMentor(ctx context.Context, a *ask) (any, error) {
	in, err := read[struct {
		Agent  string `json:"agent_no"`
		Mentor string `json:"mentor"`
	}](a)
	if err != nil {
		return nil, err
	}
	one, err := s.DB.Agents.Get(ctx, in.Agent)
	if errors.Is(err, store.ErrNotFound) {
		return nil, bad("没有这个工号 · 没有改动 · 请用 zuoxi agent list 查看")
	}
	if err != nil {
		return nil, err
	}
	mentor, err := s.DB.Agents.Get(ctx, in.Mentor)
	if err != nil || !slices.Contains(mentor.Roles, string(access.RoleMentor)) {
		return nil, bad("工号 " + in.Mentor + " 不是带教老师 · 没有改动 · 请换一个工号，或先给他带教老师的角色")
	}
	if err := s.note(ctx, a, "exam.mentor", "agent/"+in.Agent, in.Mentor); err != nil {
		return nil, err
	}
	if err := s.step(ctx, a, one, stepMentor, in.Mentor); err != nil {
		return nil, err
	}
	return s.pathOf(ctx, one, s.books(), true)
}

func (s *Service) step(ctx context.Context, a *ask, one store.Agent, move, note string) error {
	now := s.Now()
	return s.DB.ExamSteps.Add(ctx, store.ExamStep{
		ID: store.NewID(now), Agent: one.No, District: one.District, Move: move, Stage: string(trainee(one).Stage), Who: a.who.No, Note: note, At: now,
	})
}

// pathOf is one account's way so far.
func (s *Service) pathOf(ctx context.Context, one store.Agent, books map[string][]time.Time, steps bool) (exam.Way, error) {
	t := trainee(one)
	out := exam.Way{Agent: one.No, Name: one.Name, Stage: t.Stage, Label: t.Stage.Label(), Extended: t.Extended, Certified: one.Certified, Since: one.Created, Begun: one.Created}
	for _, m := range exam.Moves {
		if _, err := exam.Advance(t, m); err == nil {
			out.Moves = append(out.Moves, m)
		}
	}
	list, _, err := s.DB.ExamSteps.List(ctx, one.No, store.Page{Limit: store.MaxPage})
	if err != nil {
		return out, err
	}
	out.Mentor = mentorIn(list)
	for i, st := range list {
		if st.Move != stepMentor && out.Since == one.Created {
			out.Since = list[i].At
		}
		if steps {
			out.Steps = append(out.Steps, exam.WayStep{At: st.At, Text: stepText(st), Who: st.Who})
		}
	}
	if t.Stage == exam.StageCertified {
		out.Changes = exam.Changes(books, out.Since)
	}
	return out, nil
}

// books are the days on which the articles of each subject were looked at.
func (s *Service) books() map[string][]time.Time {
	if s.Books == nil {
		return nil
	}
	return s.Books.Reviews()
}

func stepText(st store.ExamStep) string {
	text := "带教老师 " + st.Note
	if st.Move != stepMentor {
		text = "进入" + exam.Stage(st.Stage).Label()
		if st.Note != "" {
			text += "（" + st.Note + "）"
		}
	}
	return text
}

// examPaths are the ways of all who are not done learning, or whose subject has changed much since their certificate, for trainers, and for mentors and leads those of their district.
func (s *Service) examPaths(ctx context.Context, a *ask) (any, error) {
	if err := s.note(ctx, a, "exam.paths", "", ""); err != nil {
		return nil, err
	}
	out, books := []exam.Way{}, s.books()
	for page := (store.Page{Limit: store.MaxPage}); ; {
		list, next, err := s.DB.Agents.List(ctx, store.AgentFilter{Page: page})
		if err != nil {
			return nil, err
		}
		for _, one := range list {
			if a.who.may(access.ExamMark, one.No, one.District) != nil || one.Disabled || one.Path == "" && !learning(one) {
				continue
			}
			row, err := s.pathOf(ctx, one, books, false)
			if err != nil {
				return nil, err
			}
			if learning(one) || len(row.Changes) > 0 {
				out = append(out, row)
			}
		}
		if page.After = next; next == "" {
			break
		}
	}
	slices.SortStableFunc(out, func(x, y exam.Way) int { return order(x.Mentor == a.who.No, y.Mentor == a.who.No) })
	return out, nil
}

// learning tells whether somebody is on the way: a trainee, or an agent whose knowledge is checked again.
func learning(one store.Agent) bool {
	return !one.Disabled && (slices.Contains(one.Roles, string(access.RoleTrainee)) || one.Path != "" && trainee(one).Stage != exam.StageCertified)
}

// order puts what is true first.
func order(x, y bool) int {
	switch {
	case x == y:
		return 0
	case x:
		return -1
	}
	return 1
}

// move takes somebody one step along the path. Who may take live calls follows from the stage alone.
func (s *Service) move(ctx context.Context, a *ask, in pathAsk) (exam.Way, error) {
	one, err := s.DB.Agents.Get(ctx, in.Agent)
	if errors.Is(err, store.ErrNotFound) {
		return exam.Way{}, bad("没有这个工号 · 没有改动 · 请用 zuoxi agent list 查看")
	}
	if err != nil {
		return exam.Way{}, err
	}
	if in.Move == "" {
		return s.pathOf(ctx, one, s.books(), true)
	}
	now, err := exam.Advance(trainee(one), in.Move)
	if err != nil {
		return exam.Way{}, err
	}
	if err := s.note(ctx, a, "exam.path", "agent/"+in.Agent, string(in.Move)); err != nil {
		return exam.Way{}, err
	}
	settle(&one, now)
	one.Updated = s.Now()
	if one, err = s.DB.Agents.Update(ctx, one); err != nil {
		return exam.Way{}, err
	}
	if err := s.step(ctx, a, one, string(in.Move), in.Note); err != nil {
		return exam.Way{}, err
	}
	s.House.Changed(one)
	return s.pathOf(ctx, one, s.books(), true)
}

// extendedMark stands behind the stage of somebody whose training was extended.
const extendedMark = "+"

// trainee is where an account is; one without a stage begins, or is certified from before there was a path.
func trainee(one store.Agent) exam.Trainee {
	stage := one.Path
	t := exam.Trainee{}
	if n := len(stage) - len(extendedMark); n > 0 && stage[n:] == extendedMark {
		t.Extended, stage = true, stage[:n]
	}
	t.Stage = exam.Stage(stage)
	switch {
	case t.Stage == "" && one.Certified:
		t.Stage = exam.StageCertified
	case t.Stage == "":
		t.Stage = exam.StageEnrolled
	}
	return t
}

// settle writes a stage into an account: a trainee becomes an agent when certified, and nobody else takes live calls.
func settle(one *store.Agent, t exam.Trainee) {
	one.Path = string(t.Stage)
	if t.Extended {
		one.Path += extendedMark
	}
	one.Certified = t.Stage.Live()
	if !one.Certified {
		return
	}
	for i, r := range one.Roles {
		if r == string(access.RoleTrainee) {
			one.Roles[i] = string(access.RoleAgent)
		}
	}
	if len(one.Skills) == 0 {
		one.Skills = []store.Skill{{Region: "*", Subject: "*", Level: 1}}
	}
}
