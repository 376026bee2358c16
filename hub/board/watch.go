package board

import (
	"time"

	"zuoxi/wire"
)

// impatient is how long a confirmation may be missing until a part is sent again.
const impatient = 3 * time.Second

// watcher is who looks at the board.
type watcher struct {
	scope string
	have  uint64 // confirmed
	more  bool   // there is a rest to be sent with the confirmation
	sent  time.Time
	send  func(*wire.Board)
}

// Watch begins to tell a watcher, from the version that it still has. scope is
// the district that it may see, empty = all. send is called in the board's
// goroutine and must not wait; the message is shared and must not be changed.
func (b *Board) Watch(id, scope string, have uint64, send func(*wire.Board)) {
	b.tell(func() {
		b.scope(scope)
		b.watchers[id] = &watcher{scope: scope, have: have, send: send}
		b.deliver()
	})
}

// Leave ends it.
func (b *Board) Leave(id string) { b.tell(func() { delete(b.watchers, id) }) }

// Seen confirms a version.
func (b *Board) Seen(id string, version uint64) {
	b.tell(func() {
		w := b.watchers[id]
		if w == nil || version <= w.have && w.have <= b.pic.version || version > b.pic.version {
			return
		}
		w.have = version
		if w.more {
			b.send(w, map[from]*wire.Board{})
		}
	})
}

// from is what a delta depends on: watchers of one scope that are equally far
// get the same message.
type from struct {
	scope string
	have  uint64
}

// deliver tells every watcher.
func (b *Board) deliver() {
	made := map[from]*wire.Board{}
	for _, w := range b.watchers {
		if w.more && b.now.Sub(w.sent) < impatient {
			continue // the last part is still on its way
		}
		b.send(w, made)
	}
}

func (b *Board) send(w *watcher, made map[from]*wire.Board) {
	k := from{w.scope, w.have}
	d := made[k]
	if d == nil {
		d = b.pic.since(w.have, w.scope)
		d.At = b.now.Unix()
		made[k] = d
	}
	w.more, w.sent = d.More, b.now
	w.send(d)
}
