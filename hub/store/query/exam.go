package query

import (
	"context"

	"zuoxi/hub/store"
)

type exams struct{ r Runner }

var examTable = table[store.Exam]{"exams", func(e *store.Exam) []column {
	return []column{
		text("id", &e.ID), text("agent", &e.Agent), text("room", &e.Room), text("district", &e.District), text("title", &e.Title), text("state", &e.State),
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
		return examTable.update(ctx, c, &next, &next.Version, "agent", "room", "district", "t_created")
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
	eq(&q, "room", f.Room)
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

type examRooms struct{ r Runner }

var examRoomTable = table[store.ExamRoom]{"exam_rooms", func(e *store.ExamRoom) []column {
	return []column{
		text("id", &e.ID), text("district", &e.District), text("title", &e.Title), text("state", &e.State), blob("body", &e.Body),
		at("t_created", &e.Created), at("t_updated", &e.Updated), num("version", &e.Version),
	}
}}

func (s examRooms) Create(ctx context.Context, e store.ExamRoom) error {
	if e.ID == "" || e.State == "" || e.Created.IsZero() {
		return failed(store.ErrInvalid, "create exam room %q", e.ID)
	}
	e.Version = 1
	err := s.r.Write(ctx, func(c *Conn) error { return created(examRoomTable.insert(ctx, c, &e)) })
	return failed(err, "create exam room %s", e.ID)
}

func (s examRooms) Get(ctx context.Context, id string) (e store.ExamRoom, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		e, err = examRoomTable.get(ctx, c, id)
		return err
	})
	return e, failed(err, "get exam room %s", id)
}

func (s examRooms) Update(ctx context.Context, e store.ExamRoom) (store.ExamRoom, error) {
	next := e
	err := s.r.Write(ctx, func(c *Conn) error { return examRoomTable.update(ctx, c, &next, &next.Version, "t_created") })
	if err != nil {
		return e, failed(err, "update exam room %s", e.ID)
	}
	return next, nil
}

type examMaterial struct{ r Runner }

var examMaterialTable = table[store.ExamMaterial]{"exam_material", func(m *store.ExamMaterial) []column {
	return []column{text("id", &m.ID), text("district", &m.District), text("kind", &m.Kind), blob("body", &m.Body), at("t_updated", &m.Updated)}
}}

func (s examMaterial) Put(ctx context.Context, m store.ExamMaterial) error {
	if m.ID == "" || m.Kind == "" || m.Updated.IsZero() {
		return failed(store.ErrInvalid, "put exam material %q", m.ID)
	}
	err := s.r.Write(ctx, func(c *Conn) error {
		if _, err := c.Exec(ctx, "DELETE FROM exam_material WHERE id = ?", m.ID); err != nil {
			return err
		}
		return created(examMaterialTable.insert(ctx, c, &m))
	})
	return failed(err, "put exam material %s", m.ID)
}

func (s examMaterial) Get(ctx context.Context, id string) (m store.ExamMaterial, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		m, err = examMaterialTable.get(ctx, c, id)
		return err
	})
	return m, failed(err, "get exam material %s", id)
}

func (s examMaterial) All(ctx context.Context, kind string) (out []store.ExamMaterial, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		out, err = examMaterialTable.all(ctx, c, "WHERE kind = ? ORDER BY id", kind)
		return err
	})
	return out, failed(err, "read exam material %s", kind)
}

type examSteps struct{ r Runner }

var examStepTable = table[store.ExamStep]{"exam_steps", func(e *store.ExamStep) []column {
	return []column{
		text("id", &e.ID), text("agent", &e.Agent), text("district", &e.District), text("move", &e.Move), text("stage", &e.Stage),
		text("who", &e.Who), text("note", &e.Note), at("t_at", &e.At),
	}
}}

func (s examSteps) Add(ctx context.Context, e store.ExamStep) error {
	if e.ID == "" || e.Agent == "" || e.Stage == "" || e.At.IsZero() {
		return failed(store.ErrInvalid, "add exam step %q", e.ID)
	}
	err := s.r.Write(ctx, func(c *Conn) error { return created(examStepTable.insert(ctx, c, &e)) })
	return failed(err, "add exam step of %s", e.Agent)
}

func (s examSteps) List(ctx context.Context, agent string, p store.Page) ([]store.ExamStep, string, error) {
	q := filter{by: "t_at", id: "id", page: p}
	eq(&q, "agent", agent)
	rows, next, err := list(ctx, s.r, examStepTable, q, func(e *store.ExamStep) cursor { return cursor{micro(e.At), e.ID} })
	return rows, next, failed(err, "list exam steps")
}

type examMemories struct{ r Runner }

var examMemoryTable = table[store.ExamMemory]{"exam_memory", func(m *store.ExamMemory) []column {
	return []column{text("agent", &m.Agent), text("district", &m.District), blob("body", &m.Body), at("t_updated", &m.Updated), num("version", &m.Version)}
}}

func (s examMemories) Get(ctx context.Context, agent string) (m store.ExamMemory, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		m, err = examMemoryTable.get(ctx, c, agent)
		return err
	})
	return m, failed(err, "get what %s missed", agent)
}

func (s examMemories) Put(ctx context.Context, m store.ExamMemory) error {
	if m.Agent == "" || m.District == "" || m.Updated.IsZero() {
		return failed(store.ErrInvalid, "put what %q missed", m.Agent)
	}
	err := s.r.Write(ctx, func(c *Conn) error {
		if m.Version > 0 {
			return examMemoryTable.update(ctx, c, &m, &m.Version)
		}
		m.Version = 1
		return created(examMemoryTable.insert(ctx, c, &m))
	})
	return failed(err, "put what %s missed", m.Agent)
}
