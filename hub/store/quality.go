package store

import (
	"context"
	"time"
)

// Sheet is one scored call, from the draw to the settled result. Body is the document of hub/quality, and so is Brief.
type Sheet struct {
	ID        string
	CallID    string
	Recording string
	Agent     string // whose call it is; empty for a call to a centre of others
	District  string
	Scorer    string // who has to score next, or has scored
	Purpose   string // sample, calibration, mystery
	Region    string
	State     string
	Mark      int // published points of 100, -1 before
	Body      []byte
	Brief     []byte // what reports need of Body; empty: kept before there was one
	Created   time.Time
	Updated   time.Time
	Version   int64
}

// SheetFilter narrows a list of sheets by when they were drawn.
type SheetFilter struct {
	Page
	Span
	Districts []string
	Agent     string
	Scorer    string
	Purpose   string
	Except    string // a purpose that is left out
	State     string
	CallID    string
	// Once leaves out sheets of a sample whose call has another one that counts: calls were drawn twice once. The first that was
	// scored counts, of unscored ones the first, whenever they were drawn.
	Once bool
	// Brief leaves out the Body of sheets, which is large: reports go through all of them.
	Brief bool
}

// Sheets keeps scored calls. They are never deleted.
type Sheets interface {
	Create(ctx context.Context, s Sheet) error
	Get(ctx context.Context, id string) (Sheet, error)
	Update(ctx context.Context, s Sheet) (Sheet, error)
	List(ctx context.Context, f SheetFilter) ([]Sheet, string, error)
	// Count tells how many there are of each state.
	Count(ctx context.Context, f SheetFilter) (map[string]int, error)
}
