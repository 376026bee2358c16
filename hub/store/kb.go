package store

import (
	"context"
	"time"
)

// KBEntry is one version of an article, or of a standard answer, on its way from the draft to its end. Body is the
// document of hub/editor.
type KBEntry struct {
	ID       string
	Kind     string // article, standard
	Subject  string // id of the article or standard answer
	District string
	Author   string
	Title    string
	State    string // of kb/govern
	Number   int64  // version of the article that was published, 0 before
	Batch    string // of the import that it came with, empty for one by itself
	Body     []byte
	Created  time.Time
	Updated  time.Time
	Version  int64
}

// KBBatch sums up the open entries of one import that stand in one state.
type KBBatch struct {
	Batch, State, Author string

	Count   int64
	Updated time.Time // the last of them
}

// KBFilter narrows a list of entries by the time of their last change.
type KBFilter struct {
	Page
	Span
	Kind    string
	Subject string
	State   string
	Author  string
	Batch   string
	Alone   bool // only those of no batch
}

// KBEntries keeps what editors work on. Nothing of it is deleted.
type KBEntries interface {
	// Create keeps a new entry. A second open one of a subject gives ErrDuplicate.
	Create(ctx context.Context, e KBEntry) error
	Get(ctx context.Context, id string) (KBEntry, error)
	// Update keeps e if its Version is the stored one, else ErrConflict. A second published or open entry of a subject
	// gives ErrDuplicate.
	Update(ctx context.Context, e KBEntry) (KBEntry, error)
	List(ctx context.Context, f KBFilter) ([]KBEntry, string, error)
	// Batches sums up what imports are under way, the last changed first.
	Batches(ctx context.Context) ([]KBBatch, error)
}

// The kinds of notes that come from searches.
const (
	KBNoteMiss   = "miss"   // no article was opened
	KBNoteOpened = "opened" // one was
)

// KBNote is what the hotline tells its editors: a search that led to no article, a question without an answer, an answer
// that was wrong.
type KBNote struct {
	ID       string
	Kind     string // of hub/editor
	State    string // open, settled
	District string
	Agent    string
	About    KBAbout
	Words    string // what was typed, asked or objected to
	Found    int64  // hits that were shown
	Settled  string // agent number
	Answer   string // what was done about it
	Created  time.Time
	Updated  time.Time
	Version  int64
}

// KBAbout is the article that a note is about, in the version that was on the screen, and the call.
type KBAbout struct {
	Article string
	Number  int64
	Call    string
}

// KBNoteFilter narrows a list of notes by their time.
type KBNoteFilter struct {
	Page
	Span
	Kind    string
	State   string
	Article string
	Words   string
}

// KBTally is a wording with how often it was noted.
type KBTally struct {
	Words  string
	Missed int64     // searches without an opened article
	Opened int64     // searches that led to one
	Found  int64     // most hits that were shown
	Last   time.Time // the last miss
}

// KBNotes keeps the notes.
type KBNotes interface {
	Add(ctx context.Context, n KBNote) error
	Get(ctx context.Context, id string) (KBNote, error)
	// Update keeps n if its Version is the stored one, else ErrConflict.
	Update(ctx context.Context, n KBNote) (KBNote, error)
	List(ctx context.Context, f KBNoteFilter) ([]KBNote, string, error)
	// Tally counts the open notes of two kinds by their words since a moment, the most missed first.
	Tally(ctx context.Context, missed, opened string, since time.Time, most int) ([]KBTally, error)
}

// Knowledge is what is kept of the knowledge base beside the articles themselves.
type Knowledge struct {
	KBEntries KBEntries
	KBNotes   KBNotes
}
