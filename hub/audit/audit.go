// Package audit keeps the log of who looked at, changed or took out what: a
// chain of rows in the store, each bound to the one before by a keyed hash.
// Anybody in the hub may append; there is no verb to change or delete.
//
// Promises: an appended row is on the disk before the deed goes on; a changed,
// missing, added or reordered row shows in Verify, and so do rows cut off the
// end when the anchor, a file beside the keys, has seen them: within a second,
// or when the hub stops. Without the key nobody can make a chain that fits, not
// even who owns the database.
package audit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"zuoxi/hub/store"
	"zuoxi/internal/clean"
)

// KeyUse names the key of the chain in the key file (seal.Keys.Stable).
const KeyUse = "audit"

// Entry is what somebody did.
type Entry struct {
	Who      string
	Role     string
	District string
	Action   string
	// Object is what it was done to, by id: "record/06e…", never a number or name.
	Object string
	Reason string
}

// Log is the audit log. Any goroutine may use it.
type Log struct {
	rows   store.AuditLog
	key    []byte
	now    func() time.Time
	anchor *anchor // nil: the chain is held to its head alone
}

// New makes the log over a store with the key of its chain. now is time.Now
// but in tests.
func New(rows store.AuditLog, key []byte, now func() time.Time) *Log {
	return &Log{rows: rows, key: key, now: now}
}

// maxReason bounds what somebody wrote: no row may be a burden to who reads the log.
const maxReason = 8000

// Append keeps an entry and returns when it is on the disk. Whoever cannot
// append must not do the deed. Its texts are cleaned: whom the log is about
// must not write on the screen of who reads it.
func (l *Log) Append(ctx context.Context, e Entry) (store.AuditRow, error) {
	row, err := l.rows.Append(ctx, store.AuditRow{
		At: l.now(), Who: clean.Line(e.Who, maxReason), Role: e.Role, District: e.District,
		Action: clean.Line(e.Action, maxReason), Object: clean.Line(e.Object, maxReason), Reason: clean.Line(e.Reason, maxReason),
	}, l.link)
	if err != nil {
		return row, fmt.Errorf("audit %s of %s: %w", e.Action, e.Object, err)
	}
	l.anchor.remember(row)
	return row, nil
}

// On gives the log inside a transaction, so that deed and row are kept
// together or not at all. Its rows may yet be taken back, so that the anchor
// learns of them from the store.
func (l *Log) On(p store.Ports) *Log { return New(p.Audit, l.key, l.now) }

// List reads the log, newest first.
func (l *Log) List(ctx context.Context, f store.AuditFilter) ([]store.AuditRow, string, error) {
	return l.rows.List(ctx, f)
}

// link is the hash of a row after the one before it. Every field goes in with
// its length, so that nothing can be moved from one field to the next.
func (l *Log) link(r store.AuditRow) []byte {
	m := hmac.New(sha256.New, l.key)
	field := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		m.Write(n[:])
		m.Write(b)
	}
	number := func(v int64) { field(binary.BigEndian.AppendUint64(nil, uint64(v))) }
	field(r.Prev)
	number(r.Seq)
	number(r.At.UnixMicro())
	for _, s := range []string{r.Who, r.Role, r.District, r.Action, r.Object, r.Reason} {
		field([]byte(s))
	}
	return m.Sum(nil)
}

// Kind says what is wrong with a chain.
type Kind string

// What can be wrong.
const (
	Changed    Kind = "changed"
	Missing    Kind = "missing"
	Reordered  Kind = "reordered"
	CutOff     Kind = "cut off"
	Unanchored Kind = "unanchored"
)

var labels = map[Kind]string{
	Changed: "内容被改动", Missing: "有记录缺失", Reordered: "顺序被改动", CutOff: "末尾记录缺失或被添加",
	Unanchored: "在库外的锚读不出，被改动，或不是这份密钥的",
}

// Fault is the first place where the chain does not fit.
type Fault struct {
	Seq  int64
	Kind Kind
}

// Error is the line for the person who verifies.
func (f *Fault) Error() string {
	return fmt.Sprintf("审计日志第%d条%s · 日志不可信 · 请保全数据并报告负责人", f.Seq, labels[f.Kind])
}

// errStop ends a walk at the first fault.
var errStop = errors.New("stop")

// Verify walks the whole chain and returns how many rows fit. A *Fault names
// the first that does not.
func (l *Log) Verify(ctx context.Context) (int64, error) {
	good, err := l.walk(ctx)
	if err != nil {
		return good, err
	}
	return good, l.Anchor(ctx)
}

func (l *Log) walk(ctx context.Context) (int64, error) {
	// The head first: rows appended meanwhile must not look like too many.
	end, head, err := l.rows.Head(ctx)
	if err != nil {
		return 0, fmt.Errorf("verify audit log: %w", err)
	}
	v := verifier{link: l.link, end: end}
	if err := l.rows.Walk(ctx, 0, v.row); err != nil && !errors.Is(err, errStop) {
		return v.good, fmt.Errorf("verify audit log: %w", err)
	}
	if v.fault == nil && (v.atEnd < end || end > 0 && subtle.ConstantTimeCompare(v.endHash, head) != 1) {
		v.fault = &Fault{Seq: v.atEnd, Kind: CutOff}
	}
	if v.fault != nil {
		return v.good, v.fault
	}
	return v.good, nil
}

// verifier holds one row after the other to the chain.
type verifier struct {
	link    func(store.AuditRow) []byte
	prev    store.AuditRow
	good    int64
	end     int64 // what the head said before the walk
	atEnd   int64
	endHash []byte
	fault   *Fault
}

func (v *verifier) row(r store.AuditRow) error {
	if k := v.judge(r); k != "" {
		v.fault = &Fault{Seq: v.prev.Seq + 1, Kind: k}
		return errStop
	}
	v.prev, v.good = r, v.good+1
	if r.Seq <= v.end {
		v.atEnd, v.endHash = r.Seq, r.Hash
	}
	return nil
}

func (v *verifier) judge(r store.AuditRow) Kind {
	switch {
	case r.Seq != v.prev.Seq+1:
		return Missing
	case !hmac.Equal(r.Hash, v.link(r)):
		if v.fitsElsewhere(r) {
			return Reordered
		}
		return Changed
	case !hmac.Equal(r.Prev, v.prev.Hash):
		return Changed // a row of another history, such as an older copy
	default:
		return ""
	}
}

// fitsElsewhere tells a row that was moved from one that was changed: its own
// hash fits under another number.
func (v *verifier) fitsElsewhere(r store.AuditRow) bool {
	for s := int64(1); s <= v.end; s++ {
		moved := r
		moved.Seq = s
		if hmac.Equal(r.Hash, v.link(moved)) {
			return true
		}
	}
	return false
}
