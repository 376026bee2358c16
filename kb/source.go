package kb

import (
	"context"
	"io"
)

// Package names a signed file that brings a library from one revision to another.
type Package struct {
	From      int64 // 0 for a whole library
	To        int64
	Size      int64  // bytes
	Sum       []byte // SHA-256 of the file
	Signature []byte // Ed25519 over the other fields
}

// Source is where a seat gets packages. The link to the hub is one; a folder is another.
type Source interface {
	// Latest offers the package that leads from a revision to the newest one; To equals have when there is nothing new.
	Latest(ctx context.Context, have int64) (Package, error)
	// Fetch reads a package from a byte on, so that a cut transfer goes on where it ended.
	Fetch(ctx context.Context, p Package, offset int64) (io.ReadCloser, error)
}
