package store

import (
	"context"
	"time"
)

// Exam is one paper laid out for one person, from the drawing to the published result. Body is the document of hub/exam.
type Exam struct {
	ID       string
	Agent    string
	District string
	Title    string
	State    string // laid, opened, sat, marked, published, withdrawn
	Body     []byte
	Created  time.Time
	Updated  time.Time
	Version  int64
}

// ExamFilter narrows a list of exams by the time they were laid out.
type ExamFilter struct {
	Page
	Span
	Districts []string
	Agent     string
	State     string
}

// Exams keeps the papers.
type Exams interface {
	Create(ctx context.Context, e Exam) error
	Get(ctx context.Context, id string) (Exam, error)
	Update(ctx context.Context, e Exam) (Exam, error)
	List(ctx context.Context, f ExamFilter) ([]Exam, string, error)
}

// ExamPart is a piece of the sound of a sitting.
type ExamPart struct {
	ID       string // exam, sitting and number
	Exam     string
	District string
	Number   int64
	Head     []byte
	Data     []byte
}

// ExamParts keeps the sound of sittings.
type ExamParts interface {
	// Add keeps a part; the same once more gives ErrDuplicate.
	Add(ctx context.Context, p ExamPart) error
	Get(ctx context.Context, id string) (ExamPart, error)
}

// Papers is what is kept of examinations.
type Papers struct {
	Exams     Exams
	ExamParts ExamParts
}
