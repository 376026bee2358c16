package exam

import (
	"context"
	"io"

	"zuoxi/hub/store"
	"zuoxi/rules/exam"
)

// Statistics measure the bank by all that was answered.
type Statistics struct {
	Items  []exam.ItemStat    `json:"items"`
	Papers []exam.Reliability `json:"papers"`
}

// Stats measures the questions and the papers. A paper counts when it is marked, or holds nothing that a person marks.
func (o *Office) Stats(ctx context.Context) (any, error) {
	var list []exam.Sat
	rooms := map[string]room{}
	for page := (store.Page{Limit: store.MaxPage}); ; {
		papers, next, err := o.cfg.DB.Exams.List(ctx, store.ExamFilter{Page: page})
		if err != nil {
			return nil, err
		}
		for _, e := range papers {
			p, err := o.read(ctx, e, rooms)
			if err != nil {
				return nil, err
			}
			if s, ok := o.sat(e, p); ok {
				list = append(list, s)
			}
		}
		if page.After = next; next == "" {
			break
		}
	}
	return Statistics{exam.Items(list), exam.Reliabilities(list)}, nil
}

func (o *Office) sat(e store.Exam, p paper) (exam.Sat, bool) {
	s := exam.Sat{Paper: p.Handout.Title + " " + e.Room, Share: map[string]exam.HalfPoints{}, Full: map[string]exam.HalfPoints{}}
	if p.Result == nil || len(p.Handout.Items) == 0 {
		return s, false
	}
	for _, a := range p.Handout.Items {
		q, known := o.Material().Question(a.ID)
		half, ok := q.Marked(p.Result.Answers[a.ID])
		if !ok && known {
			m, marked := p.sheet().Short[a.ID]
			if !marked {
				return s, false
			}
			half = m.Half
		}
		s.Full[a.ID], s.Share[a.ID] = exam.HalfPoints(2*a.Points), half
	}
	return s, true
}

// Question is one of the bank in a list.
type Question struct {
	ID        string    `json:"id"`
	Type      string    `json:"type"`
	Subject   string    `json:"subject"`
	Level     string    `json:"level,omitempty"`
	Stem      string    `json:"stem"`
	KB        string    `json:"kb,omitempty"`
	Freshness Freshness `json:"freshness,omitempty"`
}

// Questions lists the bank; what has to be looked at again stands first.
func (o *Office) Questions() any {
	m := o.Material()
	var look, fine []Question
	for _, q := range m.Bank.Questions {
		row := Question{q.ID, q.Type, q.Subject(), q.Level, q.Stem, q.KB, o.stale(m, q)}
		if row.Freshness == Fresh {
			fine = append(fine, row)
		} else {
			look = append(look, row)
		}
	}
	return append(look, fine...)
}

// Export writes the questions.
func (o *Office) Export(w io.Writer, format string) error {
	return WriteBank(w, o.Material().Bank, format)
}
