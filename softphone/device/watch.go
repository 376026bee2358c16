package device

import (
	"errors"
	"maps"
	"math"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"
)

// One plug makes a handful of events; they are told as one, this much later.
const settle = 200 * time.Millisecond

// Where Linux shows that sound devices come and go: ALSA's device nodes, whose
// folder comes with the first, and the semaphores by which JACK's clients are
// known. Devices that a sound server has beside them it tells of itself.
var watched = map[string]string{
	"/dev":     "snd",
	nodes:      "",
	"/dev/shm": "jack",
}

const nodes = "/dev/snd"

// watch tells when the operating system's list of devices may have changed.
type watch struct {
	changed chan struct{} // size 1: one notice stands for many; nil: there will be none
	born    time.Time
	deaf    atomic.Int64 // ns after born until which events are our own doing
	notify  *fsnotify.Watcher
	done    chan struct{}

	env     func(string) string
	folders map[string]string // what concerns us, by folder
	pulse   string            // the sound server's socket
	server  net.Conn          // run's own, nil while there is none
	told    chan struct{}     // size 1: it has told of a device
	gone    chan error        // it has ended, errPulse if it never began
}

// newWatch watches what can be watched; nothing is no error.
func newWatch() *watch { return watchOf(os.Getenv) }

func watchOf(env func(string) string) *watch {
	w := &watch{
		changed: make(chan struct{}, 1), born: time.Now(), done: make(chan struct{}), env: env, folders: maps.Clone(watched),
		pulse: pulsePath(env), told: make(chan struct{}, 1), gone: make(chan error),
	}
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		w.changed = nil
		close(w.done)
		return w
	}
	w.notify = notify
	if w.pulse != "" {
		w.folders[filepath.Dir(w.pulse)] = filepath.Base(w.pulse)
	}
	for folder := range w.folders {
		// A machine without the folder has no such devices.
		_ = notify.Add(folder)
	}
	if runtime.GOOS != "linux" {
		w.changed = nil // those folders say nothing there
	}
	go w.run()
	return w
}

func (w *watch) run() {
	defer close(w.done)
	timer := time.NewTimer(settle)
	timer.Stop()
	defer timer.Stop()
	w.meet()
	defer func() { _ = w.part() }()
	news := func() {
		if int64(time.Since(w.born)) >= w.deaf.Load() {
			timer.Reset(settle)
		}
	}
	for {
		select {
		case e, ok := <-w.notify.Events:
			if !ok {
				return
			}
			if w.concerns(e) {
				news()
			}
		case _, ok := <-w.notify.Errors:
			if !ok {
				return
			}
		case <-w.told:
			news()
		case err := <-w.gone:
			_ = w.server.Close()
			w.server = nil
			if errors.Is(err, errPulse) {
				w.pulse = "" // asking again would be refused again
			} else {
				news()
			}
		case <-timer.C:
			w.meet() // its socket may have been what was new
			select {
			case w.changed <- struct{}{}:
			default:
			}
		}
	}
}

// meet listens to the sound server, if there is one.
func (w *watch) meet() {
	if w.server != nil || w.pulse == "" {
		return
	}
	conn, err := dialPulse(w.pulse, w.env)
	if err != nil {
		return // its socket will be seen to come
	}
	w.server = conn
	go func() {
		w.gone <- hearPulse(conn, func() {
			select {
			case w.told <- struct{}{}:
			default:
			}
		})
	}()
}

// part ends listening to it, which is the error.
func (w *watch) part() error {
	if w.server == nil {
		return nil
	}
	_ = w.server.Close()
	return <-w.gone
}

func (w *watch) concerns(e fsnotify.Event) bool {
	if !e.Has(fsnotify.Create) && !e.Has(fsnotify.Remove) {
		return false
	}
	if e.Name == nodes && e.Has(fsnotify.Create) {
		_ = w.notify.Add(nodes) // gone again, it will be seen to come
	}
	prefix, ok := w.folders[filepath.Dir(e.Name)]
	return ok && strings.HasPrefix(filepath.Base(e.Name), prefix)
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
