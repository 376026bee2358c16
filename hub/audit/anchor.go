package audit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"zuoxi/hub/store"
	"zuoxi/internal/durable"
)

// Mark is a row of the chain as it is remembered outside the database: who
// cuts rows off the end and sets the head back cannot set this one back.
type Mark struct {
	Seq  int64  `json:"seq"`
	Hash []byte `json:"hash,omitempty"`
	// Since is when this chain was first remembered so, unix seconds; 0: not known.
	Since int64  `json:"since"`
	MAC   []byte `json:"mac"`
}

// anchor is the newest mark, in a file beside the keys.
type anchor struct {
	path string

	mu    sync.Mutex
	mark  Mark   // as in the file
	fault *Fault // the first that was found; the file stays as it is from then on

	// seen guards newest: who appends must not wait for the file.
	seen   sync.Mutex
	newest Mark // the newest row that this hub was told is kept; without a MAC
}

// ErrAnchor is the line for who verifies while the anchor cannot be kept.
var ErrAnchor = errors.New("审计日志的锚写不进去 · 日志里的各条对得上，之后末尾被截断就未必看得出 · 请检查放密钥的磁盘或设备")

// Hold begins to keep a mark of the chain in a file, and holds the chain to
// the one that is there. A *Fault says that the chain is not that one; the log
// goes on, and the file stays as it is. Made tells that no mark was there.
func (l *Log) Hold(ctx context.Context, path string) (made bool, err error) {
	a := &anchor{path: path}
	a.mark, err = l.Moored(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		made, a.mark.Since, err = true, l.now().Unix(), nil
	case err != nil: // what cannot be read, or is not ours, holds nothing, and is not written over
		if a.mark = (Mark{}); !errors.As(err, &a.fault) {
			a.fault = &Fault{Kind: Unanchored}
		}
	}
	l.anchor = a
	return made, errors.Join(err, l.Anchor(ctx))
}

// Moored reads an anchor; a *Fault says that it is not of this chain's key.
func (l *Log) Moored(path string) (m Mark, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return m, fmt.Errorf("read audit anchor: %w", err)
	}
	if json.Unmarshal(data, &m) != nil || !hmac.Equal(m.MAC, l.sign(m)) {
		return m, &Fault{Seq: m.Seq, Kind: Unanchored}
	}
	return m, nil
}

// Since is when the chain was first anchored; zero where no anchor says so.
func (l *Log) Since() time.Time {
	if at := l.since(); at != 0 {
		return time.Unix(at, 0)
	}
	return time.Time{}
}

func (l *Log) since() int64 {
	if l.anchor == nil {
		return 0
	}
	l.anchor.mu.Lock()
	defer l.anchor.mu.Unlock()
	return l.anchor.mark.Since
}

// Anchor brings the file up to the chain's head, after holding the chain to
// what is remembered of it. Once a fault was found it only says so.
func (l *Log) Anchor(ctx context.Context) error {
	a := l.anchor
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.fault != nil {
		return a.fault
	}
	next, err := l.head(ctx)
	if err != nil {
		return err
	}
	next.Since = a.mark.Since
	for _, m := range []Mark{a.mark, a.last()} {
		err := l.Holds(ctx, m)
		if errors.As(err, &a.fault) {
			m.Since = a.mark.Since
			return errors.Join(a.fault, l.write(m))
		}
		if err != nil {
			return err
		}
	}
	if a.mark.MAC != nil && next.Seq == a.mark.Seq {
		return nil
	}
	return l.write(next)
}

func (l *Log) head(ctx context.Context) (m Mark, err error) {
	if m.Seq, m.Hash, err = l.rows.Head(ctx); err != nil {
		return m, fmt.Errorf("anchor audit log: %w", err)
	}
	return m, nil
}

// Mark is the chain's head, signed: what goes into a backup's manifest.
func (l *Log) Mark(ctx context.Context) (Mark, error) {
	m, err := l.head(ctx)
	m.Since = l.since()
	m.MAC = l.sign(m)
	return m, err
}

// Holds tells whether the chain still has the row that a mark remembers; a
// *Fault says that it has not.
func (l *Log) Holds(ctx context.Context, m Mark) error {
	if m.Seq == 0 {
		return nil
	}
	there := false
	err := l.rows.Walk(ctx, m.Seq-1, func(r store.AuditRow) error {
		there = r.Seq == m.Seq && hmac.Equal(r.Hash, m.Hash) && hmac.Equal(r.Hash, l.link(r))
		return errStop
	})
	if err != nil && !errors.Is(err, errStop) {
		return fmt.Errorf("anchor audit log: %w", err)
	}
	if !there {
		return &Fault{Seq: m.Seq, Kind: CutOff}
	}
	return nil
}

// sign is the MAC of a mark.
func (l *Log) sign(m Mark) []byte {
	h := hmac.New(sha256.New, l.key)
	b := append([]byte("mark"), m.Hash...)
	b = binary.BigEndian.AppendUint64(b, uint64(m.Seq))
	h.Write(binary.BigEndian.AppendUint64(b, uint64(m.Since)))
	return h.Sum(nil)
}

// write brings the anchor to a mark.
func (l *Log) write(m Mark) error {
	err := l.Moor(l.anchor.path, m)
	if err == nil {
		m.MAC = l.sign(m)
		l.anchor.mark = m
	}
	return err
}

// Moor signs a mark and puts it into a file, in one step: half a mark would
// look like a forged one.
func (l *Log) Moor(path string, m Mark) error {
	m.MAC = l.sign(m)
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write audit anchor: %w", err)
	}
	if err := durable.Put(path, append(data, '\n')); err != nil {
		return fmt.Errorf("%w: %w", ErrAnchor, err)
	}
	return nil
}

// remember keeps the newest row in mind: a row that vanishes before the file
// has it is missed all the same.
func (a *anchor) remember(r store.AuditRow) {
	if a == nil {
		return
	}
	a.seen.Lock()
	defer a.seen.Unlock()
	if r.Seq > a.newest.Seq {
		a.newest = Mark{Seq: r.Seq, Hash: r.Hash}
	}
}

func (a *anchor) last() Mark {
	a.seen.Lock()
	defer a.seen.Unlock()
	return a.newest
}
