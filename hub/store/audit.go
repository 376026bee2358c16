package store

import (
	"context"
	"time"
)

// AuditRow is one line of the audit log. Seq, Prev and Hash are set by the
// store and the chain.
type AuditRow struct {
	Seq      int64
	At       time.Time
	Who      string
	Role     string
	District string
	Action   string
	Object   string
	Reason   string
	Prev     []byte
	Hash     []byte
}

// AuditFilter narrows a list of audit rows.
type AuditFilter struct {
	Page
	Span
	Districts []string
	Who       string
	Action    string
	Object    string
}

// AuditLog is append-only: there is no verb to change or delete a row, and
// the database refuses it as well. Package audit owns the chain's meaning.
type AuditLog interface {
	// Append gives row the next number and the hash before it, lets link
	// compute its hash, and keeps it; appends do not overlap.
	Append(ctx context.Context, row AuditRow, link func(AuditRow) []byte) (AuditRow, error)
	// Head is the last number and hash that were given out, zero at first.
	Head(ctx context.Context) (seq int64, hash []byte, err error)
	// Walk visits all rows after seq, in order, in pieces of some hundred.
	Walk(ctx context.Context, seq int64, visit func(AuditRow) error) error
	List(ctx context.Context, f AuditFilter) ([]AuditRow, string, error)
}

// Setting is one value that the hub keeps about itself or a centre.
type Setting struct {
	Key      string
	District string
	Value    string
	Updated  time.Time
	Version  int64
}

// Settings keeps small values by key. Version 0 means a new key.
type Settings interface {
	Get(ctx context.Context, key string) (Setting, error)
	Put(ctx context.Context, s Setting) (Setting, error)
	List(ctx context.Context) ([]Setting, error)
}
