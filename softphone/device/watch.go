package device

import (
	"math"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"
)

// One plug makes a handful of events; they are told as one, this much later.
const settle = 200 * time.Millisecond

// Where Linux shows that sound devices come and go: ALSA's device nodes, and
// the semaphores by which JACK's clients are known.
var watched = map[string]string{
	"/dev/snd": "",
	"/dev/shm": "jack",
}

// watch tells when the operating system's list of devices may have changed.
type watch struct {
	changed chan struct{} // size 1: one notice stands for many
	born    time.Time
	deaf    atomic.Int64 // ns after born until which events are our own doing
	notify  *fsnotify.Watcher
	done    chan struct{}
}

// newWatch watches what can be watched; nothing is no error.
func newWatch() *watch {
	w := &watch{changed: make(chan struct{}, 1), born: time.Now(), done: make(chan struct{})}
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		close(w.done)
		return w
	}
	w.notify = notify
	for folder := range watched {
		// A machine without the folder has no such devices.
		_ = notify.Add(folder)
	}
	go w.run()
	return w
}

func (w *watch) run() {
	defer close(w.done)
	timer := time.NewTimer(settle)
	timer.Stop()
	defer timer.Stop()
	for {
		select {
		case e, ok := <-w.notify.Events:
			if !ok {
				return
			}
			if concerns(e) && int64(time.Since(w.born)) >= w.deaf.Load() {
				timer.Reset(settle)
			}
		case _, ok := <-w.notify.Errors:
			if !ok {
				return
			}
		case <-timer.C:
			select {
			case w.changed <- struct{}{}:
			default:
			}
		}
	}
}

func concerns(e fsnotify.Event) bool {
	if !e.Has(fsnotify.Create) && !e.Has(fsnotify.Remove) {
		return false
	}
	at := strings.LastIndexByte(e.Name, '/')
	prefix, ok := watched[e.Name[:at]]
	return ok && strings.HasPrefix(e.Name[at+1:], prefix)
}

// Our own doings are no news: the sound library makes itself known to the
// system when it starts. Between deafen and forget, and for a moment after,
// nothing is heard.
func (w *watch) deafen() { w.deaf.Store(math.MaxInt64) }

func (w *watch) forget() {
	w.deaf.Store(int64(time.Since(w.born) + settle))
	select {
	case <-w.changed:
	default:
	}
}

func (w *watch) close() {
	if w.notify != nil {
		w.notify.Close()
	}
	<-w.done
}
