package cli

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"time"

	"zuoxi/kb"
	"zuoxi/kb/replica"
	"zuoxi/session"
)

// Pace of copying: small parts with a pause after each, so that a thin line has
// room for a voice.
const (
	partSize  = 16 << 10
	partLimit = 30 * time.Second
	pullAgain = time.Minute
)

// headChanged tells of the hub's newest revision; only the last one counts.
func (l *library) headChanged(h session.KBHead) {
	for {
		select {
		case l.heads <- h:
			return
		default:
		}
		select {
		case <-l.heads:
		default:
		}
	}
}

// follow keeps the copy up to date until ctx ends.
func (l *library) follow(ctx context.Context, s *session.Session, folder string) {
	select {
	case <-l.ready:
	case <-ctx.Done():
		return
	}
	base := l.open()
	if base == nil {
		return
	}
	var head session.KBHead
	var again <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case head = <-l.heads:
		case <-again:
		}
		again = nil
		if len(head.Key) != ed25519.PublicKeySize || int64(head.Revision) == replica.Revision(base) {
			continue
		}
		if _, err := replica.Pull(ctx, hubSource{s}, head.Key, base, folder, nil); err != nil && ctx.Err() == nil {
			l.log.Warn("knowledge base not brought up to date", "err", err)
			again = time.After(pullAgain)
		}
	}
}

// hubSource is the link to the hub as a source of knowledge packages.
type hubSource struct{ session *session.Session }

// Latest implements kb.Source.
func (h hubSource) Latest(ctx context.Context, have int64) (kb.Package, error) {
	ctx, cancel := context.WithTimeout(ctx, partLimit)
	defer cancel()
	p, err := h.session.FetchKB(ctx, uint64(have), 0, 0, 0)
	if err != nil {
		return kb.Package{}, err
	}
	return kb.Package{From: int64(p.From), To: int64(p.To), Size: p.Total, Sum: p.Sum, Signature: p.Signature}, nil
}

// Fetch implements kb.Source.
func (h hubSource) Fetch(ctx context.Context, p kb.Package, offset int64) (io.ReadCloser, error) {
	return &partReader{ctx: ctx, session: h.session, pack: p, at: offset}, nil
}

// partReader reads a package part by part.
type partReader struct {
	ctx     context.Context
	session *session.Session
	pack    kb.Package
	at      int64
	part    bytes.Reader
}

// Read implements io.Reader.
func (r *partReader) Read(p []byte) (int, error) {
	if r.part.Len() == 0 {
		if r.at >= r.pack.Size {
			return 0, io.EOF
		}
		ctx, cancel := context.WithTimeout(r.ctx, partLimit)
		defer cancel()
		part, err := r.session.FetchKB(ctx, uint64(r.pack.From), uint64(r.pack.To), r.at, partSize)
		if err != nil {
			return 0, err
		}
		if len(part.Data) == 0 {
			return 0, errors.New("an empty part of the knowledge base")
		}
		r.part.Reset(part.Data)
		r.at += int64(len(part.Data))
	}
	return r.part.Read(p)
}

// Close implements io.Closer.
func (r *partReader) Close() error { return nil }

// Offer implements hub.Library.
func (h *hubBase) Offer(ctx context.Context, have uint64) (kb.Package, error) {
	return h.shelf.Latest(ctx, int64(have))
}

// Head implements hub.Library.
func (h *hubBase) Head() (revision uint64, key []byte) { return uint64(h.shelf.Newest()), h.public }

// Chunk implements hub.Library.
func (h *hubBase) Chunk(ctx context.Context, p kb.Package, offset int64, most int) ([]byte, error) {
	r, err := h.shelf.Fetch(ctx, p, offset)
	if err != nil {
		return nil, fmt.Errorf("reading the package: %w", err)
	}
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(io.LimitReader(r, int64(most)))
	if err != nil {
		return nil, fmt.Errorf("reading the package: %w", err)
	}
	return data, nil
}
