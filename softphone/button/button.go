// Package button hears the buttons of a headset: hook switch, mute, and the one
// button of simple headsets; and shows a telephony headset what the phone does.
// It is used by internal/cli, which hands what is pressed to the session. It
// promises to read nothing but headsets: never a
// keyboard, and no device that is not part of a sound card or a Bluetooth
// headset. Where the system shows no buttons, or the user may not read them,
// nothing is heard and everything else works.
package button

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Press is a button that was pressed.
type Press int

// What a headset can ask for. Few headsets have all of them.
const (
	Hook   Press = iota + 1 // lift or replace: answer, or hang up
	PickUp                  // answer
	HangUp                  // hang up, or refuse
	Mute                    // the microphone, on and off
	Single                  // the button of a headset that has one
)

// Headset is one whose buttons the system shows.
type Headset struct {
	Name string
	Node string  // the file that they are read from
	Has  []Press // what there is to be pressed
	Err  error   // why they cannot be read: fs.ErrPermission where the user may not
}

// Folders of the system; tests have their own.
type folders struct{ dev, class, rawDev, rawClass string }

var system = folders{dev: "/dev/input", class: "/sys/class/input", rawDev: "/dev", rawClass: "/sys/class/hidraw"}

// presses is the size of the channel. A finger is slow; what does not fit was
// pressed long before and is dropped.
const presses = 8

// settle is how long after a device came its rights are set.
const settle = 300 * time.Millisecond

// Watcher hears the buttons of every headset, also of one that is plugged in
// later.
type Watcher struct {
	at      folders
	log     *slog.Logger
	pressed chan Press
	notify  *fsnotify.Watcher
	work    sync.WaitGroup

	mu     sync.Mutex
	files  map[string]*os.File // by the name of the device
	wakes  map[string]chan struct{}
	shown  [lamps]bool
	closed bool
}

// Watch begins to listen. It never fails: a machine without buttons has none.
func Watch(log *slog.Logger) *Watcher { return watch(system, log) }

func watch(at folders, log *slog.Logger) *Watcher {
	w := &Watcher{at: at, log: log, pressed: make(chan Press, presses), files: map[string]*os.File{}, wakes: map[string]chan struct{}{}}
	if notify, err := fsnotify.NewWatcher(); err == nil {
		w.notify = notify
		// Without the folder there are no input devices, and none will come.
		_ = notify.Add(at.dev)
		_ = notify.Add(at.rawDev)
		w.work.Go(w.follow)
	}
	w.scan()
	return w
}

// Presses are the buttons in the order in which they were pressed.
func (w *Watcher) Presses() <-chan Press { return w.pressed }

// Close ends listening and waits for it.
func (w *Watcher) Close() {
	if w.notify != nil {
		_ = w.notify.Close()
	}
	w.mu.Lock()
	w.closed = true
	for _, f := range w.files {
		_ = f.Close()
	}
	w.mu.Unlock()
	w.work.Wait()
}

// follow opens what is plugged in, once its rights are set.
func (w *Watcher) follow() {
	timer := time.NewTimer(settle)
	timer.Stop()
	defer timer.Stop()
	for {
		select {
		case e, ok := <-w.notify.Events:
			if !ok {
				return
			}
			name := filepath.Base(e.Name)
			ours := strings.HasPrefix(name, "event") || strings.HasPrefix(name, "hidraw")
			if ours && (e.Has(fsnotify.Create) || e.Has(fsnotify.Chmod)) {
				timer.Reset(settle)
			}
		case _, ok := <-w.notify.Errors:
			if !ok {
				return
			}
		case <-timer.C:
			w.scan()
		}
	}
}

// scan opens every headset that is not open.
func (w *Watcher) scan() {
	for _, id := range w.at.headsets() {
		w.begin(id, w.at.open, func(f *os.File) { w.listen(id, f) })
	}
	for id, l := range w.at.raws() {
		w.begin(id, w.at.openRaw, func(f *os.File) {
			wake := make(chan struct{}, 1)
			wake <- struct{}{} // it may come in mid-call
			w.mu.Lock()
			w.wakes[id] = wake
			w.mu.Unlock()
			w.serve(id, f, l, wake)
		})
	}
}

// begin opens a device that is not open and serves it.
func (w *Watcher) begin(id string, open func(string) (*os.File, error), serve func(*os.File)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.files[id] != nil || w.closed {
		return
	}
	f, err := open(id)
	if err == nil {
		w.files[id] = f
		w.work.Go(func() { serve(f) })
	} else if !errors.Is(err, fs.ErrPermission) {
		w.log.Warn("headset's buttons", "err", err)
	}
}

func (w *Watcher) press(p Press) {
	select {
	case w.pressed <- p:
	default:
	}
}

// listen reads one headset until it is gone.
func (w *Watcher) listen(id string, f *os.File) {
	read(f, w.press)
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = f.Close()
	delete(w.files, id)
}

// Headsets lists those that are plugged in.
func Headsets() []Headset { return system.list() }

func (at folders) list() []Headset {
	var all []Headset
	add := func(h Headset, f *os.File, err error) {
		if err == nil {
			err = f.Close()
		}
		h.Err = err
		all = append(all, h)
	}
	for _, id := range at.headsets() {
		f, err := at.open(id)
		add(Headset{Name: at.text(id, "name"), Node: filepath.Join(at.dev, id), Has: at.keys(id)}, f, err)
	}
	raws := at.raws()
	for _, id := range slices.Sorted(maps.Keys(raws)) {
		f, err := at.openRaw(id)
		l := raws[id]
		add(Headset{Name: at.rawName(id), Node: filepath.Join(at.rawDev, id), Has: l.has()}, f, err)
	}
	return all
}

func (at folders) open(id string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(at.dev, id), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("opening a headset's buttons: %w", err)
	}
	return f, nil
}

// headsets are the event devices that belong to one.
func (at folders) headsets() []string {
	all, _ := filepath.Glob(filepath.Join(at.class, "event*")) // the pattern is right
	var out []string
	for _, path := range all {
		id := filepath.Base(path)
		if at.hasButtons(id) && at.sounds(id) {
			out = append(out, id)
		}
	}
	return out
}

// text is what the system says of a device, empty if nothing.
func (at folders) text(id, name string) string {
	b, err := os.ReadFile(filepath.Join(at.class, id, "device", name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// sounds tells whether a device is part of something that makes sound: another
// interface of the same USB device is a sound card, or it is the remote control
// of a Bluetooth headset.
func (at folders) sounds(id string) bool {
	if strings.HasSuffix(at.text(id, "name"), "(AVRCP)") {
		return true
	}
	return soundCard(filepath.Join(at.class, id, "device"))
}

// soundCard tells whether the USB device that a path of sysfs leads to has one.
func soundCard(path string) bool {
	path, err := filepath.EvalSymlinks(path)
	for ; err == nil && len(path) > 1; path = filepath.Dir(path) {
		if _, none := os.Stat(filepath.Join(path, "idVendor")); none != nil {
			continue
		}
		cards, _ := filepath.Glob(filepath.Join(path, "*", "sound", "card*"))
		return len(cards) > 0
	}
	return false
}
