package store

import (
	"context"
	"time"

	"zuoxi/hub/store/seal"
)

// What is sent to, and comes from, somebody outside the hotline.
const (
	PostSMS      = "sms"      // a short message of a citizen's, or to one
	PostHandover = "handover" // a case given to another body, or taken from it
	PostLink     = "link"     // a reply form for a department without our software
)

// Directions of a post.
const (
	PostOut = "out"
	PostIn  = "in"
)

// States of a post. What is queued or sending is the hub's to do.
const (
	PostQueued  = "queued"
	PostSending = "sending" // on its way; after a crash nobody knows
	PostSent    = "sent"    // the other side has it: Receipt is its own number
	PostDone    = "done"    // delivered, finished, or the form was used
	PostFailed  = "failed"
	PostUnknown = "unknown" // the hub crashed while it was being sent
)

// Post is one message, case or form.
type Post struct {
	ID        string
	Kind      string
	Direction string
	// Key is unique for the kind and direction: the same thing that comes or is
	// ordered twice is there once.
	Key      string
	RecordID string // empty: belongs to none
	District string
	Agent    string // who ordered it
	Route    string // to which body, department or gateway
	Number   seal.Value
	Body     []byte // JSON of the leaf that owns the kind; a string under text is searched
	State    string
	Receipt  string
	Attempts int
	Next     time.Time // of the next try; of a form when it expires
	Stamps
	Version int64
}

// Stamps are when something was made and last changed.
type Stamps struct{ Created, Updated time.Time }

// PostFilter narrows a list of posts by the time they were made.
type PostFilter struct {
	Page
	Span
	Districts  []string
	Kind       string
	Direction  string
	State      string
	Route      string
	Record     string
	Receipt    string
	NumberHash []byte
	// NextBefore lists what is to be tried by then, the oldest first.
	NextBefore time.Time
}

// Posts keeps them. A Key that is taken gives ErrDuplicate.
type Posts interface {
	Create(ctx context.Context, p Post) (Post, error)
	Get(ctx context.Context, id string) (Post, error)
	ByKey(ctx context.Context, kind, direction, key string) (Post, error)
	// Update keeps p if its Version is the stored one, else ErrConflict.
	Update(ctx context.Context, p Post) (Post, error)
	List(ctx context.Context, f PostFilter) ([]Post, string, error)
}
