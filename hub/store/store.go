// Package store declares what the hub keeps and the ports to it: one small
// interface per aggregate, the sentinels every driver folds its errors into,
// and ids. The sqlite and postgres packages below it implement the ports and
// pass the suite in storetest; nobody else opens a database.
//
// Promises: a call that returned nil is on the disk; a write that returned an
// error left nothing behind; every row names its district; times are UTC with
// microseconds; nothing that is evidence (timeline, history, audit) can be
// changed or deleted.
package store

import (
	"context"
	"time"
)

// Ports is every aggregate, bound to the whole store or to one transaction.
type Ports struct {
	Agents     Agents
	States     States
	Calls      Calls
	Timeline   Timeline
	Legs       Legs
	Records    Records
	Numbers    Numbers
	Commands   Commands
	Voicemails Voicemails
	Recordings Recordings
	Audit      AuditLog
	Settings   Settings
	Statistics
	Outside
	Papers
	Knowledge
}

// Outside is what is looked for in all of them, and what goes out to others.
type Outside struct {
	Finder Finder
	Posts  Posts
	Marks  Marks
}

// Backend is what a driver gives besides the ports.
type Backend interface {
	// Tx runs fn in one transaction: everything in it is kept, or nothing.
	Tx(ctx context.Context, fn func(Ports) error) error
	// Ping says whether the store can be written to now.
	Ping(ctx context.Context) error
	// Check reads the whole store and reports damage; it takes its time.
	Check(ctx context.Context) error
	// Version is the number of the newest migration applied.
	Version(ctx context.Context) (int64, error)
	Close() error
}

// Copier is a backend whose database can be copied into a file while it is in
// use; one on a server is backed up there.
type Copier interface {
	CopyTo(ctx context.Context, path string) error
}

// Store is an open store. Any goroutine may use it.
//
// Inside Tx use only the Ports given to fn: SQLite has one writer, so a write
// through the outer store would wait for itself. Keep fn short and free of
// I/O; it may hold up every other writer.
type Store struct {
	Ports
	Backend
	// Damage is what was found since it was opened.
	Damage *Damage
}

// Page asks for one page of a list. Lists run newest first unless they say
// otherwise and return the cursor of the next page, empty at the end.
type Page struct {
	// Limit is the number of rows, 50 when zero, at most MaxPage.
	Limit int
	// After is the cursor that the page before returned.
	After string
}

// Page sizes.
const (
	DefaultPage = 50
	MaxPage     = 1000
)

// Size is the limit within its bounds.
func (p Page) Size() int {
	switch {
	case p.Limit <= 0:
		return DefaultPage
	case p.Limit > MaxPage:
		return MaxPage
	default:
		return p.Limit
	}
}

// Span limits a list to times in [From, To); zero ends are open.
type Span struct {
	From, To time.Time
}
