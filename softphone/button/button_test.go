//go:build unix

package button

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// machine is a system's folders with devices whose files are pipes.
type machine struct {
	t *testing.T
	folders
	devices string
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	root := t.TempDir()
	m := &machine{t: t, folders: folders{dev: filepath.Join(root, "dev"), class: filepath.Join(root, "class")}, devices: filepath.Join(root, "devices")}
	for _, dir := range []string{m.dev, m.class, m.devices} {
		m.must(os.MkdirAll(dir, 0o700))
	}
	return m
}

func (m *machine) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// plug puts a USB device in: its sysfs entries, then the file.
func (m *machine) plug(id, name string, sound bool, keys ...int) {
	m.t.Helper()
	usb := filepath.Join(m.devices, "usb-"+id)
	input := filepath.Join(usb, "1:1.3", "0003:0B0E", "input", "input7")
	m.must(os.MkdirAll(filepath.Join(input, "capabilities"), 0o700))
	m.must(os.MkdirAll(filepath.Join(input, id), 0o700))
	m.must(os.WriteFile(filepath.Join(usb, "idVendor"), []byte("0b0e\n"), 0o600))
	if sound {
		m.must(os.MkdirAll(filepath.Join(usb, "1:1.0", "sound", "card2"), 0o700))
	}
	m.must(os.WriteFile(filepath.Join(input, "name"), []byte(name+"\n"), 0o600))
	m.must(os.WriteFile(filepath.Join(input, "capabilities", "key"), []byte(bitmapOf(keys)+"\n"), 0o600))
	m.must(os.Symlink(input, filepath.Join(input, id, "device")))
	m.must(os.Symlink(filepath.Join(input, id), filepath.Join(m.class, id)))
	m.must(unix.Mkfifo(filepath.Join(m.dev, id), 0o600))
}

// bitmapOf writes codes as sysfs does.
func bitmapOf(keys []int) string {
	var words [768 / strconv.IntSize]uint64
	for _, k := range keys {
		words[k/strconv.IntSize] |= 1 << (k % strconv.IntSize)
	}
	var out []string
	for i := len(words) - 1; i >= 0; i-- {
		if words[i] != 0 || len(out) > 0 {
			out = append(out, strconv.FormatUint(words[i], 16))
		}
	}
	return strings.Join(out, " ")
}

// finger is what presses a device's buttons.
func (m *machine) finger(id string) *os.File {
	m.t.Helper()
	f, err := os.OpenFile(filepath.Join(m.dev, id), os.O_RDWR, 0) // a pipe's writer alone would wait for its reader
	m.must(err)
	m.t.Cleanup(func() { _ = f.Close() })
	return f
}

func event(kind, code uint16, value uint32) []byte {
	b := make([]byte, eventSize)
	binary.NativeEndian.PutUint16(b[timeSize:], kind)
	binary.NativeEndian.PutUint16(b[timeSize+2:], code)
	binary.NativeEndian.PutUint32(b[timeSize+4:], value)
	return b
}

// click is a key pressed, held, let go and reported.
func click(code uint16) []byte {
	var all []byte
	for _, e := range [][]byte{event(4, 4, 0xC00CD), event(typeKey, code, 1), event(0, 0, 0), event(typeKey, code, 2), event(typeKey, code, 0), event(0, 0, 0)} {
		all = append(all, e...)
	}
	return all
}

func (m *machine) expect(w *Watcher, want ...Press) {
	m.t.Helper()
	for _, p := range want {
		select {
		case got := <-w.Presses():
			if got != p {
				m.t.Fatalf("button %d, want %d", got, p)
			}
		case <-time.After(10 * time.Second):
			m.t.Fatalf("button %d was not heard", p)
		}
	}
}

func TestButtonsAreHeard(t *testing.T) {
	m := newMachine(t)
	m.plug("event3", "Headset One Consumer Control", true, keyPhone, keyMicOff, keyPlay, keyPickUp, keyHangUp)
	held := m.finger("event3")
	w := watch(m.folders, slog.New(slog.DiscardHandler))
	defer w.Close()
	for _, code := range []uint16{keyPhone, keyMicOff, keyPlay, 114, keyPickUp, keyHangUp, keyMute} {
		b := click(code)
		for len(b) > 0 { // pieces that do not end where events do
			n := min(len(b), 17)
			_, err := held.Write(b[:n])
			m.must(err)
			b = b[n:]
		}
	}
	m.expect(w, Hook, Mute, Single, PickUp, HangUp, Mute)
}

func TestOnlyHeadsetsAreRead(t *testing.T) {
	m := newMachine(t)
	m.plug("event0", "Keyboard", false, keyA, keyEnter, keyMute)
	m.plug("event1", "Headset with a keyboard", true, keyA, keyMute)
	m.plug("event2", "Laptop's own keys", false, keyMute, keyMicOff)
	m.plug("event4", "Webcam", true, 212)
	m.plug("event5", "Headset", true, keyMute)
	m.plug("event6", "Earpiece (AVRCP)", false, keyPlay)
	if got := fmt.Sprint(m.headsets()); got != "[event5 event6]" {
		t.Fatalf("headsets %s", got)
	}
}

func TestPluggedInLaterAndPulledOut(t *testing.T) {
	m := newMachine(t)
	w := watch(m.folders, slog.New(slog.DiscardHandler))
	defer w.Close()
	for range 2 {
		m.plug("event9", "Headset", true, keyPhone)
		held := m.finger("event9")
		_, err := held.Write(click(keyPhone))
		m.must(err)
		m.expect(w, Hook)
		m.must(held.Close())
		for _, p := range []string{filepath.Join(m.class, "event9"), filepath.Join(m.dev, "event9")} {
			m.must(os.Remove(p))
		}
		m.must(os.RemoveAll(filepath.Join(m.devices, "usb-event9")))
	}
}

func TestListNamesWhatCannotBeRead(t *testing.T) {
	m := newMachine(t)
	m.plug("event1", "Headset", true, keyPhone)
	held := m.finger("event1")
	if all := m.list(); len(all) != 1 || all[0].Name != "Headset" || all[0].Err != nil {
		t.Fatalf("%+v", all)
	}
	_ = held.Close()
	m.must(os.Remove(filepath.Join(m.dev, "event1")))
	if all := m.list(); len(all) != 1 || !errors.Is(all[0].Err, fs.ErrNotExist) {
		t.Fatalf("%+v", all)
	}
}

func TestNoInputAtAll(t *testing.T) {
	at := folders{dev: filepath.Join(t.TempDir(), "none"), class: filepath.Join(t.TempDir(), "none")}
	w := watch(at, slog.New(slog.DiscardHandler))
	w.Close()
	if all := at.list(); len(all) != 0 {
		t.Fatalf("%+v", all)
	}
}
