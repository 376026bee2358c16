package query

import (
	"context"

	"zuoxi/hub/store"
)

type exams struct{ r Runner }

var examTable = table[store.Exam]{"exams", func(e *store.Exam) []column {
	return []column{
		text("id", &e.ID), text("agent", &e.Agent), text("district", &e.District), text("title", &e.Title), text("state", &e.State),
		blob("body", &e.Body), at("t_created", &e.Created), at("t_updated", &e.Updated), num("version", &e.Version),
	}
}}

func (s exams) Create(ctx context.Context, e store.Exam) error {
	if e.ID == "" || e.Agent == "" || e.District == "" || e.State == "" || e.Created.IsZero() {
		return failed(store.ErrInvalid, "create exam %q", e.ID)
	}
	e.Version = 1
	err := s.r.Write(ctx, func(c *Conn) error { return created(examTable.insert(ctx, c, &e)) })
	return failed(err, "create exam %s", e.ID)
}

func (s exams) Get(ctx context.Context, id string) (e store.Exam, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		e, err = examTable.get(ctx, c, id)
		return err
	})
	return e, failed(err, "get exam %s", id)
}

func (s exams) Update(ctx context.Context, e store.Exam) (store.Exam, error) {
	next := e
	err := s.r.Write(ctx, func(c *Conn) error {
		return examTable.update(ctx, c, &next, &next.Version, "agent", "district", "t_created")
	})
	if err != nil {
		return e, failed(err, "update exam %s", e.ID)
	}
	return next, nil
}

func (s exams) List(ctx context.Context, f store.ExamFilter) ([]store.Exam, string, error) {
	q := filter{by: "t_created", id: "id", page: f.Page, districts: f.Districts}
	q.span(f.Span)
	eq(&q, "agent", f.Agent)
	eq(&q, "state", f.State)
	rows, next, err := list(ctx, s.r, examTable, q, func(e *store.Exam) cursor { return cursor{micro(e.Created), e.ID} })
	return rows, next, failed(err, "list exams")
}

type examParts struct{ r Runner }

var examPartTable = table[store.ExamPart]{"exam_parts", func(p *store.ExamPart) []column {
	return []column{text("id", &p.ID), text("exam", &p.Exam), text("district", &p.District), num("number", &p.Number), blob("head", &p.Head), blob("data", &p.Data)}
}}

func (s examParts) Add(ctx context.Context, p store.ExamPart) error {
	if p.ID == "" || p.Exam == "" || p.District == "" {
		return failed(store.ErrInvalid, "add part %q of an exam", p.ID)
	}
	err := s.r.Write(ctx, func(c *Conn) error { return created(examPartTable.insert(ctx, c, &p)) })
	return failed(err, "add part %s of an exam", p.ID)
}

func (s examParts) Get(ctx context.Context, id string) (p store.ExamPart, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		p, err = examPartTable.get(ctx, c, id)
		return err
	})
	return p, failed(err, "get part %s of an exam", id)
}
