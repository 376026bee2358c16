package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"zuoxi/kb"
	"zuoxi/kb/replica"
	"zuoxi/session"
)

// Pace of copying. Between calls a part follows the other. While somebody talks
// the parts are small and far between, about 20 kbit/s: a part stands in the
// same queue as the voice, and on a line of 64 kbit/s a large one would hold it
// up for seconds.
const (
	partSize  = 16 << 10
	talkPart  = 384
	talkPause = 250 * time.Millisecond
	partLimit = 30 * time.Second
	pullAgain = time.Minute

	// checkAgain is how often the hub is asked whether a copy still is the newest: what it announces may be missed.
	checkAgain = time.Hour
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

// follow keeps the copy up to date until ctx ends. One that is damaged is put aside and fetched as a whole.
func (l *library) follow(ctx context.Context, hub parts, folder string) {
	select {
	case <-l.ready:
	case <-ctx.Done():
		return
	}
	base := l.open()
	if base == nil {
		return
	}
	if l.mind(base.Verify()); !l.broken.Load() {
		renew(ctx, base, l.log)
	}
	var head session.KBHead
	again := time.After(checkAgain)
	for {
		select {
		case <-ctx.Done():
			return
		case head = <-l.heads:
			if r := replica.Revision(base); r > 0 && r == int64(head.Revision) && !l.broken.Load() {
				l.current()
				again = time.After(checkAgain)
				continue
			}
		case <-l.torn:
			if err := base.SetAside(); err != nil {
				l.log.Error("damaged knowledge base not put aside", "err", err)
			}
		case <-again:
		}
		again = time.After(l.catchUp(ctx, hubSource{hub, &l.talking}, head, base, folder))
	}
}

// renew writes the index of a library anew where an earlier version of this program made it, while it goes on answering.
func renew(ctx context.Context, base *kb.Base, log *slog.Logger) {
	switch done, err := base.Renew(ctx); {
	case err != nil && ctx.Err() == nil:
		log.Warn("index of the knowledge base is still of an earlier version", "err", err)
	case done:
		log.Info("index of the knowledge base written anew")
	}
}

// hubSource is the link to the hub as a source of knowledge packages.
type hubSource struct {
	session parts
	talking *atomic.Bool
}

// parts is where packages come from, part by part.
type parts interface {
	FetchKB(ctx context.Context, from, to uint64, offset int64, size int) (session.KBPart, error)
}

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
	return &partReader{ctx: ctx, session: h.session, talking: h.talking, pack: p, at: offset}, nil
}

// partReader reads a package part by part.
type partReader struct {
	ctx     context.Context
	session parts
	talking *atomic.Bool
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
		size, err := r.pace()
		if err != nil {
			return 0, err
		}
		ctx, cancel := context.WithTimeout(r.ctx, partLimit)
		defer cancel()
		part, err := r.session.FetchKB(ctx, uint64(r.pack.From), uint64(r.pack.To), r.at, size)
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

// pace is the size of the next part; it leaves a pause before one that goes beside a voice.
func (r *partReader) pace() (int, error) {
	if !r.talking.Load() {
		return partSize, nil
	}
	t := time.NewTimer(talkPause)
	defer t.Stop()
	select {
	case <-t.C:
		return talkPart, nil
	case <-r.ctx.Done():
		return 0, r.ctx.Err()
	}
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

// talker is the phone, which also tells when somebody talks.
type talker struct {
	session.Phone
	talking *atomic.Bool
}

// Talk implements session.Phone.
func (t talker) Talk(on bool) {
	t.talking.Store(on)
	t.Phone.Talk(on)
}
