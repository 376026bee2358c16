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
	"slices"
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
	m := &machine{t: t, folders: folders{
		dev: filepath.Join(root, "dev"), class: filepath.Join(root, "class"), rawDev: filepath.Join(root, "raw"), rawClass: filepath.Join(root, "hidraw"),
	}, devices: filepath.Join(root, "devices")}
	for _, dir := range []string{m.dev, m.class, m.rawDev, m.rawClass, m.devices} {
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

// plugRaw puts a USB device in that has raw reports.
func (m *machine) plugRaw(id, name string, sound bool, descriptor []byte) {
	m.t.Helper()
	usb := filepath.Join(m.devices, "usb-"+id)
	hid := filepath.Join(usb, "1:1.3", "0003:0B0E.0001")
	m.must(os.MkdirAll(hid, 0o700))
	m.must(os.MkdirAll(filepath.Join(m.rawClass, id), 0o700))
	m.must(os.WriteFile(filepath.Join(usb, "idVendor"), []byte("0b0e\n"), 0o600))
	if sound {
		m.must(os.MkdirAll(filepath.Join(usb, "1:1.0", "sound", "card2"), 0o700))
	}
	m.must(os.WriteFile(filepath.Join(hid, "uevent"), []byte("DRIVER=hid-generic\nHID_NAME="+name+"\n"), 0o600))
	m.must(os.WriteFile(filepath.Join(hid, "report_descriptor"), descriptor, 0o600))
	m.must(os.Symlink(hid, filepath.Join(m.rawClass, id, "device")))
	m.must(unix.Mkfifo(filepath.Join(m.rawDev, id), 0o600))
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
	if all := m.list(); len(all) != 1 || all[0].Name != "Headset" || all[0].Err != nil || !slices.Equal(all[0].Has, []Press{Hook}) {
		t.Fatalf("%+v", all)
	}
	_ = held.Close()
	m.must(os.Remove(filepath.Join(m.dev, "event1")))
	if all := m.list(); len(all) != 1 || !errors.Is(all[0].Err, fs.ErrNotExist) {
		t.Fatalf("%+v", all)
	}
}

// TestTheHookSwitchIsReadFromRawReports of a headset, and of nothing else.
func TestTheHookSwitchIsReadFromRawReports(t *testing.T) {
	m := newMachine(t)
	m.plugRaw("hidraw0", "Keyboard with a telephone", true, keyboard)
	m.plugRaw("hidraw1", "Telephone without sound", false, deskHeadset)
	m.plugRaw("hidraw2", "Desk Headset", true, deskHeadset)
	m.plug("event2", "Desk Headset Consumer Control", true, keyMicOff)
	m.must(os.MkdirAll(filepath.Join(m.devices, "usb-hidraw2", "1:1.3", "0003:0B0E.0001", "input", "input7", "capabilities"), 0o700))
	m.must(os.WriteFile(filepath.Join(m.devices, "usb-hidraw2", "1:1.3", "0003:0B0E.0001", "input", "input7", "capabilities", "key"), []byte(bitmapOf([]int{keyMicOff})+"\n"), 0o600))
	if all := m.list(); len(all) != 2 || all[1].Name != "Desk Headset" || !slices.Equal(all[1].Has, []Press{Hook}) || !slices.Equal(all[0].Has, []Press{Mute}) {
		t.Fatalf("%+v", all)
	}
	held, err := os.OpenFile(filepath.Join(m.rawDev, "hidraw2"), os.O_RDWR, 0)
	m.must(err)
	defer held.Close()
	w := watch(m.folders, slog.New(slog.DiscardHandler))
	defer w.Close()
	_, err = held.Write([]byte{2, 1, 0})
	m.must(err)
	m.expect(w, PickUp)
}

// TestTheMuteButtonThatTheKernelPassesOver is read from the raw reports.
func TestTheMuteButtonThatTheKernelPassesOver(t *testing.T) {
	m := newMachine(t)
	m.plugRaw("hidraw4", "Plantronics Blackwire 3220 Series", true, blackwire)
	if all := m.list(); len(all) != 1 || !slices.Equal(all[0].Has, []Press{Hook, Mute}) {
		t.Fatalf("%+v", all)
	}
	held, err := os.OpenFile(filepath.Join(m.rawDev, "hidraw4"), os.O_RDWR, 0)
	m.must(err)
	defer held.Close()
	w := watch(m.folders, slog.New(slog.DiscardHandler))
	defer w.Close()
	_, err = held.Write([]byte{8, 1})
	m.must(err)
	m.expect(w, Mute)
}

// TestHeadsetAndPhoneAgree: the headset is shown what the phone does, and what
// it says in answer is no press.
func TestHeadsetAndPhoneAgree(t *testing.T) {
	m := newMachine(t)
	w := watch(m.folders, slog.New(slog.DiscardHandler))
	defer w.Close()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET, 0) // keeps reports apart
	m.must(err)
	m.must(unix.SetNonblock(fds[0], true))
	near, headset := os.NewFile(uintptr(fds[0]), "near"), os.NewFile(uintptr(fds[1]), "headset")
	wake := make(chan struct{}, 1)
	w.wakes["hidraw0"] = wake
	w.work.Go(func() { w.serve("hidraw0", near, parse(deskHeadset), wake) })
	says := func(b byte) {
		_, err := headset.Write([]byte{2, b, 0})
		m.must(err)
	}
	sees := func(want byte) {
		t.Helper()
		var b [8]byte
		n, err := headset.Read(b[:])
		m.must(err)
		if !slices.Equal(b[:n], []byte{2, want, 0}) {
			t.Fatalf("the headset is shown %v, want %d", b[:n], want)
		}
	}
	w.Show(Ringing, true)
	sees(8)
	says(1)
	m.expect(w, PickUp)
	w.Show(OffHook, true)
	sees(1)
	says(1)
	w.Show(Muted, true)
	sees(5)
	says(0)
	m.expect(w, HangUp)
	w.Show(OffHook, false)
	sees(0)
	w.Show(OffHook, true) // answered with the keyboard
	sees(1)
	says(1) // the headset follows
	says(0)
	m.expect(w, HangUp)
	m.must(headset.Close())
}

func TestNoInputAtAll(t *testing.T) {
	at := folders{dev: filepath.Join(t.TempDir(), "none"), class: filepath.Join(t.TempDir(), "none")}
	w := watch(at, slog.New(slog.DiscardHandler))
	w.Close()
	if all := at.list(); len(all) != 0 {
		t.Fatalf("%+v", all)
	}
}
