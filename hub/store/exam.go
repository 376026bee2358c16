package store

import (
	"context"
	"time"
)

// Exam is one paper laid out for one person, from the drawing to the published result. Body is the document of hub/exam,
// what is asked stands in its room.
type Exam struct {
	ID       string
	Agent    string
	Room     string
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
	Room      string
}

// Exams keeps the papers.
type Exams interface {
	Create(ctx context.Context, e Exam) error
	Get(ctx context.Context, id string) (Exam, error)
	Update(ctx context.Context, e Exam) (Exam, error)
	List(ctx context.Context, f ExamFilter) ([]Exam, string, error)
}

// ExamRoom is what everybody is asked whose papers were drawn together. Body is a document of hub/exam.
type ExamRoom struct {
	ID       string
	District string // whose office drew it
	Title    string
	State    string
	Body     []byte
	Created  time.Time
	Updated  time.Time
	Version  int64
}

// ExamRooms keeps the rooms.
type ExamRooms interface {
	Create(ctx context.Context, r ExamRoom) error
	Get(ctx context.Context, id string) (ExamRoom, error)
	Update(ctx context.Context, r ExamRoom) (ExamRoom, error)
}

// ExamMaterial is a question, a scenario or a spoken line that was imported, under its id.
type ExamMaterial struct {
	ID       string
	District string // whose office brought it in
	Kind     string // question, scenario, voice
	Body     []byte
	Updated  time.Time
}

// ExamMaterials keeps what was imported.
type ExamMaterials interface {
	// Put keeps one, in place of what had its id.
	Put(ctx context.Context, m ExamMaterial) error
	Get(ctx context.Context, id string) (ExamMaterial, error)
	// All gives everything of a kind in the order of the ids.
	All(ctx context.Context, kind string) ([]ExamMaterial, error)
}

// ExamStep is a step of a trainee along the path.
type ExamStep struct {
	ID       string
	Agent    string
	District string
	Move     string
	Stage    string // where it led
	Who      string // took it
	Note     string
	At       time.Time
}

// ExamSteps keeps the steps; they are never changed.
type ExamSteps interface {
	Add(ctx context.Context, s ExamStep) error
	// List gives them newest first; an empty agent means everybody.
	List(ctx context.Context, agent string, p Page) ([]ExamStep, string, error)
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

// ExamMemory is what one person missed in practice. Body is a document of hub/exam.
type ExamMemory struct {
	Agent    string
	District string
	Body     []byte
	Updated  time.Time
	Version  int64
}

// ExamMemories keeps them, one for each person.
type ExamMemories interface {
	Get(ctx context.Context, agent string) (ExamMemory, error)
	// Put keeps one; whoever was first wins, by the version that was read.
	Put(ctx context.Context, m ExamMemory) error
}

// Papers is what is kept of examinations.
type Papers struct {
	Exams     Exams
	ExamParts ExamParts
	ExamRooms ExamRooms
	Material  ExamMaterials
	ExamSteps ExamSteps

	ExamMemory ExamMemories
}
