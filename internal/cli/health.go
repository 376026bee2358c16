package cli

import (
	"context"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"zuoxi/kb"
	"zuoxi/kb/replica"
	"zuoxi/session"
)

// health is what is known of the seat's copy: whether it can be trusted, and when it last was the hub's newest.
type health struct {
	broken  atomic.Bool
	torn    chan struct{} // size 1: it was found damaged while it was open; another says nothing new
	checked atomic.Int64  // Unix seconds, 0 for never
	note    string        // the file that keeps them
}

// checkedFile lies beside the copy.
const checkedFile = "checked"

func newHealth(folder string) health {
	return health{torn: make(chan struct{}, 1), note: filepath.Join(folder, checkedFile)}
}

// mind looks whether an error means that the copy is damaged. From then on the screen says so, and follow fetches it anew.
func (l *library) mind(err error) {
	if !errors.Is(err, kb.ErrDamaged) || l.broken.Swap(true) {
		return
	}
	l.log.Error("knowledge base damaged", "err", err)
	select {
	case l.torn <- struct{}{}:
	default: // follow has not come to the last one yet
	}
}

// current notes that the copy is the hub's newest now.
func (l *library) current() {
	now := time.Now().Unix()
	l.checked.Store(now)
	if err := os.WriteFile(l.note, []byte(strconv.FormatInt(now, 10)), 0o600); err != nil {
		l.log.Warn("not noted that the knowledge base is the newest", "err", err)
	}
}

// checkedAt is when the copy last was the hub's newest; it is the zero time for one that is of no hub.
func (l *library) checkedAt() time.Time {
	if at := l.checked.Load(); at > 0 {
		return time.Unix(at, 0)
	}
	return time.Time{}
}

// readChecked reads what current noted; a copy of an earlier program is as old as its revision.
func readChecked(note string, b *kb.Base) int64 {
	text, _ := os.ReadFile(note) // without it the revision counts
	if at, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && at > 0 {
		return at
	}
	return replica.Revision(b)
}

// catchUp brings the copy to the hub's newest revision, and tells when to look again.
func (l *library) catchUp(ctx context.Context, src kb.Source, head session.KBHead, base *kb.Base, folder string) time.Duration {
	if len(head.Key) != ed25519.PublicKeySize || head.Revision == 0 { // no hub has told of any yet
		return checkAgain
	}
	_, err := replica.Pull(ctx, src, head.Key, base, folder, nil)
	switch l.mind(err); {
	case err == nil:
		l.broken.Store(false)
		l.current()
		return checkAgain
	case int64(head.Revision) == replica.Revision(base): // the link is cut, which the screen says
		return checkAgain
	case ctx.Err() == nil:
		l.log.Warn("knowledge base not brought up to date", "err", err)
	}
	return pullAgain
}
