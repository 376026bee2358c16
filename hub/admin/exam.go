package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"zuoxi/media/g711"
	"zuoxi/media/wav"
	"zuoxi/rules/access"
	"zuoxi/rules/exam"
)

// ExamOffice is the examination office by what it is asked for.
type ExamOffice struct {
	Exams   Exams
	Marking Marking
	Sitting Sitting
	Bank    Bank
	Books   Books // nil: nobody is proposed for a recheck
}

// Books is when the articles were looked at last that the examinations of a subject rest on.
type Books interface {
	Reviews() map[string][]time.Time
}

// Exams is the examination office: its papers.
type Exams interface {
	// Whose tells whom a paper is about; a room of papers is nobody's.
	Whose(ctx context.Context, id string) (agent, district string, err error)
	Make(ctx context.Context, args json.RawMessage) (any, error)
	// Open gives the code of a paper.
	Open(ctx context.Context, id string) (any, error)
	List(ctx context.Context, districts ...string) (any, error)
	Withdraw(ctx context.Context, id string) (any, error)
}

// Marking is the examination office: what people decide about a sitting.
type Marking interface {
	Mark(ctx context.Context, by string, args json.RawMessage) (any, error)
	// Report adds up; passes are those of the examined parts, in the order of the path: written, calls. A monthly test has
	// none.
	Report(ctx context.Context, id string, publish bool) (out any, passes []bool, err error)
	Dispute(ctx context.Context, by, id, reason string) (any, error)
}

// Sitting is the examination office: what was said and written in a sitting.
type Sitting interface {
	// Sound is a call's recording: A-law, two channels, 8000 samples a second.
	Sound(ctx context.Context, id, scenario string) ([]byte, error)
	// Piece is a part of it, counted from 0; more says that another follows.
	Piece(ctx context.Context, id, scenario string, n int) (data []byte, more bool, err error)
	// Sheet writes the printable report, with the sound in it if wanted.
	Sheet(ctx context.Context, w io.Writer, id string, sound bool) error
	// Now are the sittings under way of these people; nil means everybody's.
	Now(ctx context.Context, agents func(no string) bool) any
}

// paperAsk names a paper, as every command about one does.
type paperAsk struct {
	ID       string `json:"id"`
	Publish  bool   `json:"publish,omitempty"`
	Scenario string `json:"scenario,omitempty"`
	Number   int    `json:"number,omitempty"` // of a piece of sound
	Sound    bool   `json:"sound,omitempty"`  // goes into the printed sheet
	Reason   string `json:"reason,omitempty"`
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
		if _, err := s.move(ctx, a, pathAsk{Agent: agent, Move: move, Note: "试卷 " + in.ID}); errors.As(err, &off) {
			break // an examination besides the path, such as a monthly test, moves nobody
		} else if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Service) examWithdraw(ctx context.Context, a *ask) (any, error) {
	in, _, err := s.paper(ctx, a, access.ExamManage, "exam.withdraw")
	if err != nil {
		return nil, err
	}
	return s.Exams.Withdraw(ctx, in.ID)
}

// examDispute is an objection by the person examined, or by a trainer.
func (s *Service) examDispute(ctx context.Context, a *ask) (any, error) {
	in, _, err := s.paper(ctx, a, access.ExamAppeal, "exam.dispute")
	if err != nil {
		return nil, err
	}
	return s.Marking.Dispute(ctx, a.who.No, in.ID, in.Reason)
}

// examNow is what goes on: an examiner sees those whom they may mark.
func (s *Service) examNow(ctx context.Context, a *ask) (any, error) {
	return s.Sitting.Now(ctx, func(no string) bool {
		one, err := s.DB.Agents.Get(ctx, no)
		return err == nil && a.who.may(access.ExamMark, no, one.District) == nil
	}), nil
}

func (s *Service) examPiece(ctx context.Context, a *ask) (any, error) {
	in, err := read[paperAsk](a)
	if err != nil {
		return nil, err
	}
	if in.Number == 0 { // each hearing is in the log once
		if in, _, err = s.paper(ctx, a, access.ExamMark, "exam.sound"); err != nil {
			return nil, err
		}
	} else if agent, district, err := s.Exams.Whose(ctx, in.ID); err != nil || a.who.may(access.ExamMark, agent, district) != nil {
		return nil, errNothing
	}
	data, more, err := s.Sitting.Piece(ctx, in.ID, in.Scenario, in.Number)
	if err != nil {
		return nil, err
	}
	return map[string]any{"data": data, "more": more}, nil
}

// examSheet is the printed report as a file.
func (s *Service) examSheet(ctx context.Context, a *ask) (any, error) {
	in, _, err := s.paper(ctx, a, access.ExamMark, "exam.sheet")
	if err != nil {
		return nil, err
	}
	return s.written(a, func(w io.Writer) error { return s.Sitting.Sheet(ctx, w, in.ID, in.Sound) })
}

// written makes a file that follows the answer.
func (s *Service) written(a *ask, write func(w io.Writer) error) (any, error) {
	f, err := s.unnamed()
	if err != nil {
		return nil, err
	}
	a.file = f
	if err := write(f.f); err != nil {
		return nil, err
	}
	st, err := f.f.Stat()
	if err != nil {
		return nil, fmt.Errorf("measuring a file: %w", err)
	}
	f.size = st.Size()
	return map[string]any{"bytes": f.size}, nil
}

func (s *Service) examSound(ctx context.Context, a *ask) (any, error) {
	in, _, err := s.paper(ctx, a, access.ExamMark, "exam.sound")
	if err != nil {
		return nil, err
	}
	alaw, err := s.Sitting.Sound(ctx, in.ID, in.Scenario)
	if err != nil {
		return nil, err
	}
	if len(alaw) == 0 {
		return nil, errNothing
	}
	f, err := s.unnamed()
	if err != nil {
		return nil, err
	}
	a.file = f
	w, err := wav.NewWriter(f.f, wav.Format{Rate: 8000, Channels: 2})
	if err != nil {
		return nil, fmt.Errorf("writing an exam's sound: %w", err)
	}
	pcm := make([]int16, len(alaw))
	g711.DecodeALaw(pcm, alaw)
	if err := errors.Join(w.Write(pcm), w.Close()); err != nil {
		return nil, fmt.Errorf("writing an exam's sound: %w", err)
	}
	st, err := f.f.Stat()
	if err != nil {
		return nil, fmt.Errorf("measuring an exam's sound: %w", err)
	}
	f.size = st.Size()
	return map[string]any{"exam": in.ID, "bytes": f.size}, nil
}
