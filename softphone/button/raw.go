package button

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// The kernel makes no key of a headset's hook switch. It is read from the raw
// reports, in which the headset is also shown what the phone does. Of the mute
// button it makes one, which is left to that; but some drivers, for years that
// of Plantronics' headsets, pass over it, and then it is read here, too.

// raws are the raw devices that are a headset's buttons.
func (at folders) raws() map[string]layout {
	all, _ := filepath.Glob(filepath.Join(at.rawClass, "hidraw*")) // the pattern is right
	out := map[string]layout{}
	for _, path := range all {
		desc, err := os.ReadFile(filepath.Join(path, "device", "report_descriptor"))
		if err != nil || !soundCard(filepath.Join(path, "device")) {
			continue
		}
		l := parse(desc)
		if hasMuteKey(filepath.Join(path, "device")) {
			l.mute = nil
		}
		if l.telephone() {
			out[filepath.Base(path)] = l
		}
	}
	return out
}

// hasMuteKey tells whether the kernel makes a key of a device's mute button.
func hasMuteKey(device string) bool {
	all, _ := filepath.Glob(filepath.Join(device, "input", "input*", "capabilities", "key")) // the pattern is right
	return slices.ContainsFunc(all, func(path string) bool {
		b, err := os.ReadFile(path)
		return err == nil && bitmap(b).has(keyMicOff)
	})
}

// rawName is what the kernel calls the device.
func (at folders) rawName(id string) string {
	b, _ := os.ReadFile(filepath.Join(at.rawClass, id, "device", "uevent")) // without it there is no name
	for line := range strings.Lines(string(b)) {
		if name, ok := strings.CutPrefix(line, "HID_NAME="); ok {
			return strings.TrimSpace(name)
		}
	}
	return id
}

// openRaw opens for both ways, or for reading where no more is allowed.
func (at folders) openRaw(id string) (*os.File, error) {
	path := filepath.Join(at.rawDev, id)
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrPermission) {
		f, err = os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	}
	return f, err
}

// follow turns what a headset says into presses. What agrees with its lamps is
// its answer to them, and none.
func (l *layout) follow(r io.Reader, shown func() [lamps]bool, press func(Press)) {
	var b [4096]byte
	var hook, mute bool
	for {
		n, err := r.Read(b[:]) // one report
		if err != nil {
			return
		}
		if l.turned(l.hook, b[:n], &hook) && l.asks(l.hook, hook, shown()[OffHook]) {
			press(l.hookPress(hook))
		}
		if l.turned(l.mute, b[:n], &mute) && l.asks(l.mute, mute, shown()[Muted]) {
			press(Mute)
		}
	}
}

// turned notes how a control stands and tells whether that is new.
func (l *layout) turned(c *control, report []byte, was *bool) bool {
	on, ok := l.stands(c, report)
	if !ok || on == *was {
		return false
	}
	*was = on
	return true
}

// asks tells whether a control that was turned asks for anything.
func (l *layout) asks(c *control, on, lamp bool) bool {
	if c.momentary {
		return on
	}
	return on != lamp
}

func (l *layout) hookPress(on bool) Press {
	switch {
	case l.hook.momentary:
		return Hook
	case on:
		return PickUp
	}
	return HangUp
}

// light shows a headset the lamps whenever they change, until wake is closed.
// Of those that come while it is being told the last counts.
func (l *layout) light(w io.Writer, wake <-chan struct{}, now func() [lamps]bool) {
	last := l.shown([lamps]bool{})
	for range wake {
		reports := l.shown(now())
		for i, r := range reports {
			if bytes.Equal(r, last[i]) {
				continue
			}
			if _, err := w.Write(r); err != nil {
				return // it is gone, or may only be read
			}
		}
		last = reports
	}
}

// Show tells the headsets what the phone does. A call that is over is not muted.
func (w *Watcher) Show(l Lamp, on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shown[l] = on
	if l == OffHook {
		w.shown[Ringing], w.shown[Muted] = false, false
	}
	for _, wake := range w.wakes {
		ring(wake)
	}
}

func ring(wake chan<- struct{}) {
	select {
	case wake <- struct{}{}:
	default: // it is awake
	}
}

func (w *Watcher) lamps() [lamps]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.shown
}

// serve reads one headset until it is gone.
func (w *Watcher) serve(id string, f *os.File, l layout, wake chan struct{}) {
	w.work.Go(func() { l.light(f, wake, w.lamps) })
	l.follow(f, w.lamps, w.press)
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = f.Close()
	delete(w.files, id)
	delete(w.wakes, id)
	close(wake)
}
