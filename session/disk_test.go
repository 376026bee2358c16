package session

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"zuoxi/internal/durable"
	"zuoxi/rules/call"
	"zuoxi/wire"
)

// TestSlowDiskStopsNoCall: while a write hangs the call is taken and led on and text is typed; when the disk is there
// again the text is on it. A pipe that nobody reads is such a disk.
func TestSlowDiskStopsNoCall(t *testing.T) {
	h, folder := newFakeHub(t), t.TempDir()
	x := startSeat(t, h.url, folder, fakeVault{map[string]string{}})
	signIn(h, x)
	x.see("the desk", func(v View) bool { return v.SignIn.SignedIn && v.Presence.State != "" })
	disk := filepath.Join(folder, "outbox-3027", "d-counter.box"+durable.Beside)
	if err := unix.Mkfifo(disk, 0o600); err != nil {
		t.Fatal(err)
	}
	moves := sync.OnceFunc(func() { // holds both ends open, so that the write goes on
		pipe, err := os.OpenFile(disk, os.O_RDWR, 0)
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { _ = pipe.Close() })
	})
	t.Cleanup(moves)
	h.say(wire.Message{Seq: 2, Body: desk(1001, onCall(call.StateTalking))})
	v := x.see("the call with its record", func(v View) bool { return v.Call != nil && v.Record != nil })
	f := v.Record.Fields
	f.Question = "写到一半"
	x.s.Do(EditRecord{Fields: f})
	x.s.Do(Mute{On: true})
	if _, b := expect[*wire.CallVerb](h); b.Do != wire.DoMuted {
		t.Fatalf("hub told %s", b.Do)
	}
	if v = x.see("the text", func(v View) bool { return v.Record != nil && v.Record.Fields.Question == "写到一半" }); !v.Record.Saved.IsZero() {
		t.Error("saved on a disk that takes nothing")
	}
	moves()
	x.see("the text on the disk", func(v View) bool { return v.Record != nil && !v.Record.Saved.IsZero() })
	x.stop()
	if _, err := os.Stat(filepath.Join(folder, "outbox-3027", "d-call-c1.box")); err != nil {
		t.Error(err)
	}
}
