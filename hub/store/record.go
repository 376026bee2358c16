package store

import (
	"context"
	"encoding/json"
	"time"

	"zuoxi/hub/store/seal"
)

// Record is one 受理单. It is never deleted: a wrong one is voided.
type Record struct {
	ID string
	// No is MMDD-seat-n, counted by the seat. Year makes it unique for the store;
	// whoever writes records gives no number twice.
	No       string
	Year     int
	District string
	Agent    string
	RecordTopic
	Party   Party
	Calls   []string
	Body    RecordBody
	Status  RecordStatus
	Dues    []Due
	Created time.Time
	Updated time.Time
	Version int64
}

// RecordTopic says what a record is about.
type RecordTopic struct {
	Kind    string
	Subject string
	Region  string
	Channel string
}

// Party is the person a record is about, or who reports.
type Party struct {
	Phone seal.Value
	IDNo  seal.Value
	Name  seal.Value
}

// RecordBody is the text of a record and what it rests on.
type RecordBody struct {
	Summary  string
	Answer   string
	Articles []ArticleRef
	// Fields are those of the kind, as the form gave them.
	Fields json.RawMessage `json:",omitempty"`
}

// ArticleRef names an article in the version that was read, and when it was on the screen.
type ArticleRef struct {
	ID      string    `json:"id"`
	Version string    `json:"version"`
	At      time.Time `json:"at,omitzero"`
}

// RecordStatus is where a record stands and who may see it.
type RecordStatus struct {
	State   string
	Urgency string
	Secrecy string
	// Owner is the agent or department that has to act next.
	Owner string
	// Passed is when a department had to act for the first time; zero: none had to.
	Passed time.Time `json:",omitzero"`
}

// Due is one deadline with the rule it comes from. The rules package counts
// the days; here is only when.
type Due struct {
	Name   string    `json:"name"`
	At     time.Time `json:"at"`
	Length int       `json:"length"`
	Unit   string    `json:"unit"` // day, workday, hour
	From   string    `json:"from"` // the event that started it
	Start  time.Time `json:"start,omitzero"`
	Source string    `json:"source"`
	Done   time.Time `json:"done,omitzero"`
	Pauses []Pause   `json:"pauses,omitempty"`
}

// Pause is a span in which a deadline does not run.
type Pause struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to,omitzero"`
	Reason string    `json:"reason"`
}

// Change is who changed a record, how and why. Each is kept with a copy of
// the record as it then was.
type Change struct {
	RecordID string
	Version  int64
	At       time.Time
	By       string
	Action   string
	Reason   string
	// Record is the record after the change.
	Record Record
}

// RecordFilter narrows a list of records by time of creation and content.
type RecordFilter struct {
	Page
	Span
	Districts []string
	No        string
	Agent     string
	Owner     string
	Call      string
	Kind      string
	State     string
	Subject   string
	Region    string
	PhoneHash []byte
	PhoneTail []byte
	IDNoHash  []byte
	// DueBefore lists what is due by then and not done, most urgent first.
	DueBefore time.Time
}

// Records keeps the records and their history.
type Records interface {
	// Create keeps a new record; a number that is taken gives ErrDuplicate.
	Create(ctx context.Context, r Record, by Change) (Record, error)
	// Update keeps r if its Version is the stored one, else ErrConflict.
	Update(ctx context.Context, r Record, by Change) (Record, error)
	Get(ctx context.Context, id string) (Record, error)
	List(ctx context.Context, f RecordFilter) ([]Record, string, error)
	// History lists the changes, oldest first.
	History(ctx context.Context, id string) ([]Change, error)
}

// Numbers tells which numbers records have.
type Numbers interface {
	// Highest is the highest n of MMDD-seat-n in a series MMDD-seat, of whatever year; 0 if it has none.
	Highest(ctx context.Context, series string) (int, error)
}

// Command names one order of a seat. Its id is the seat's own, so that a
// resent order is recognised.
type Command struct {
	Agent    string
	ID       string
	District string
	Kind     string
	// Digest is a hash of what was ordered: the same id may not come again
	// with another content.
	Digest []byte
	At     time.Time
}

// CommandLife is how long an answer is kept for a seat that asks again.
const CommandLife = 24 * time.Hour

// Commands makes orders happen once.
type Commands interface {
	// Once runs fn and keeps its reply, all in one transaction. For a command
	// that was run before, it returns the kept reply and repeated. An error of
	// fn leaves nothing behind, so the command may be sent again. The same id
	// with another digest gives ErrDuplicate.
	Once(ctx context.Context, c Command, fn func(Ports) ([]byte, error)) (reply []byte, repeated bool, err error)
	// Sweep forgets commands older than before, and says how many.
	Sweep(ctx context.Context, before time.Time) (int64, error)
}
