package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"zuoxi/hub/store"
	"zuoxi/media/g711"
	"zuoxi/media/wav"
	"zuoxi/rules/access"
	"zuoxi/rules/exam"
)

// Exams is the examination office: its papers.
type Exams interface {
	// Whose tells whom a paper is about.
	Whose(ctx context.Context, id string) (agent, district string, err error)
	Make(ctx context.Context, args json.RawMessage) (any, error)
	// Open gives the code of a paper.
	Open(ctx context.Context, id string) (any, error)
	List(ctx context.Context, districts ...string) (any, error)
}

// Marking is the examination office: what people decide about a sitting.
type Marking interface {
	Mark(ctx context.Context, by string, args json.RawMessage) (any, error)
	// Report adds up; passes are those of the examined parts, in the order of the path: written, calls.
	Report(ctx context.Context, id string, publish bool) (out any, passes []bool, err error)
	// Sound is a call's recording: A-law, two channels, 8000 samples a second.
	Sound(ctx context.Context, id, scenario string) ([]byte, error)
}

// paperAsk names a paper, as every command about one does.
type paperAsk struct {
	ID       string `json:"id"`
	Publish  bool   `json:"publish,omitempty"`
	Scenario string `json:"scenario,omitempty"`
}

func (s *Service) examMake(ctx context.Context, a *ask) (any, error) {
	if err := s.note(ctx, a, "exam.make", "exam", ""); err != nil {
		return nil, err
	}
	return s.Exams.Make(ctx, a.args)
}

// paper reads which paper is meant, and whether the asker may do this with it: nobody marks their own.
func (s *Service) paper(ctx context.Context, a *ask, right access.Command, action string) (paperAsk, string, error) {
	in, err := read[paperAsk](a)
	if err != nil {
		return in, "", err
	}
	agent, district, err := s.Exams.Whose(ctx, in.ID)
	if err != nil {
		return in, "", err
	}
	if err := a.who.may(right, agent, district); err != nil {
		return in, "", err
	}
	return in, agent, s.note(ctx, a, action, "exam/"+in.ID, "")
}

func (s *Service) examOpen(ctx context.Context, a *ask) (any, error) {
	in, _, err := s.paper(ctx, a, access.ExamManage, "exam.open")
	if err != nil {
		return nil, err
	}
	return s.Exams.Open(ctx, in.ID)
}

func (s *Service) examList(ctx context.Context, a *ask) (any, error) {
	if err := s.note(ctx, a, "exam.list", "", ""); err != nil {
		return nil, err
	}
	if a.who.can(access.ExamMark) < access.Other {
		return s.Exams.List(ctx, a.who.District)
	}
	return s.Exams.List(ctx)
}

func (s *Service) examMark(ctx context.Context, a *ask) (any, error) {
	if _, _, err := s.paper(ctx, a, access.ExamMark, "exam.mark"); err != nil {
		return nil, err
	}
	return s.Marking.Mark(ctx, a.who.No, a.args)
}

// examReport adds up, and with publish takes the trainee along the path.
func (s *Service) examReport(ctx context.Context, a *ask) (any, error) {
	in, agent, err := s.paper(ctx, a, access.ExamMark, "exam.report")
	if err != nil {
		return nil, err
	}
	out, passes, err := s.Marking.Report(ctx, in.ID, in.Publish)
	if err != nil || !in.Publish {
		return out, err
	}
	for _, passed := range passes {
		move := exam.MoveFail
		if passed {
			move = exam.MovePass
		}
		var off *exam.PathError
		if _, err := s.move(ctx, a, agent, move); errors.As(err, &off) {
			break // an examination besides the path, such as a monthly test, moves nobody
		} else if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Service) examSound(ctx context.Context, a *ask) (any, error) {
	in, _, err := s.paper(ctx, a, access.ExamMark, "exam.sound")
	if err != nil {
		return nil, err
	}
	alaw, err := s.Marking.Sound(ctx, in.ID, in.Scenario)
	if err != nil {
		return nil, err
	}
	if len(alaw) == 0 {
		return nil, errNothing
	}
	if a.file, err = s.unnamed(); err != nil {
		return nil, err
	}
	w, err := wav.NewWriter(a.file.f, wav.Format{Rate: 8000, Channels: 2})
	if err != nil {
		return nil, fmt.Errorf("writing an exam's sound: %w", err)
	}
	pcm := make([]int16, len(alaw))
	g711.DecodeALaw(pcm, alaw)
	if err := errors.Join(w.Write(pcm), w.Close()); err != nil {
		return nil, fmt.Errorf("writing an exam's sound: %w", err)
	}
	st, err := a.file.f.Stat()
	if err != nil {
		return nil, fmt.Errorf("measuring an exam's sound: %w", err)
	}
	a.file.size = st.Size()
	return map[string]any{"exam": in.ID, "bytes": a.file.size}, nil
}

// pathAsk is a step of a trainee.
type pathAsk struct {
	Agent string    `json:"agent_no"`
	Move  exam.Move `json:"move"` // empty: only show
}

// pathRow is where a trainee is.
type pathRow struct {
	Agent     string     `json:"agent_no"`
	Stage     exam.Stage `json:"stage"`
	Label     string     `json:"label"`
	Extended  bool       `json:"extended,omitempty"`
	Certified bool       `json:"certified"`
}

func (s *Service) examPath(ctx context.Context, a *ask) (any, error) {
	in, err := read[pathAsk](a)
	if err != nil {
		return nil, err
	}
	if in.Move != "" && !slices.Contains(exam.Moves, in.Move) {
		return nil, bad("没有这一步 · 没有改动 · 请看 zuoxi exam path --help")
	}
	out, err := s.move(ctx, a, in.Agent, in.Move)
	var off *exam.PathError
	if errors.As(err, &off) {
		return nil, bad("在“" + off.From.Label() + "”阶段不能这样走 · 没有改动 · 请用 zuoxi exam path " + in.Agent + " 查看")
	}
	return out, err
}

// move takes somebody one step along the path. Who may take live calls follows from the stage alone.
func (s *Service) move(ctx context.Context, a *ask, no string, m exam.Move) (pathRow, error) {
	one, err := s.DB.Agents.Get(ctx, no)
	if errors.Is(err, store.ErrNotFound) {
		return pathRow{}, bad("没有这个工号 · 没有改动 · 请用 zuoxi agent list 查看")
	}
	if err != nil {
		return pathRow{}, err
	}
	now := trainee(one)
	if m != "" {
		if now, err = exam.Advance(now, m); err != nil {
			return pathRow{}, err
		}
		if err := s.note(ctx, a, "exam.path", "agent/"+no, string(m)); err != nil {
			return pathRow{}, err
		}
		settle(&one, now)
		one.Updated = s.Now()
		if one, err = s.DB.Agents.Update(ctx, one); err != nil {
			return pathRow{}, err
		}
		s.House.Changed(one)
	}
	return pathRow{no, now.Stage, now.Stage.Label(), now.Extended, one.Certified}, nil
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
