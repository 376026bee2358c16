package session

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"zuoxi/internal/durable"
	"zuoxi/wire"
)

// TestKeyringThatIsLate: the page says after a while that there is no answer, and one that comes later signs in all the same.
func TestKeyringThatIsLate(t *testing.T) {
	h := newFakeHub(t)
	v := lateVault{fakeVault{map[string]string{"3027": "synthetic"}}, make(chan struct{})}
	x := startSeat(t, h.url, t.TempDir(), v)
	x.see("that it is asked", func(v View) bool { return v.SignIn.Asking && !v.SignIn.Keyring })
	x.s.Do(SignIn{AgentNo: "3027"})
	x.see("that a password is missing", func(v View) bool { return v.SignIn.Error != "" && !v.SignIn.Busy })
	x.see("that it does not answer", func(v View) bool { return !v.SignIn.Asking && !v.SignIn.Keyring })
	close(v.open)
	if _, b := expect[*wire.SignIn](h); b.Password != "synthetic" {
		t.Errorf("signed in with %q", b.Password)
	}
	x.see("that nothing is wrong", func(v View) bool { return v.SignIn.Keyring && v.SignIn.Stored && v.SignIn.Busy && v.SignIn.Error == "" })
}

// TestQuickerThanTheKeyring: who has typed the password is not signed in a second time.
func TestQuickerThanTheKeyring(t *testing.T) {
	h := newFakeHub(t)
	v := lateVault{fakeVault{map[string]string{"3027": "stored"}}, make(chan struct{})}
	x := startSeat(t, h.url, t.TempDir(), v)
	x.s.Do(SignIn{AgentNo: "3027", Password: "typed"})
	if _, b := expect[*wire.SignIn](h); b.Password != "typed" {
		t.Errorf("signed in with %q", b.Password)
	}
	close(v.open)
	x.see("the keyring", func(v View) bool { return v.SignIn.Keyring && !v.SignIn.Asking && v.SignIn.Busy })
	h.say(wire.Message{Body: &wire.Welcome{Session: 1, Token: "t1", AgentNo: "3027", Name: "李某", Role: "agent", HubTime: time.Now()}})
	x.see("signed in", func(v View) bool { return v.SignIn.SignedIn })
	x.s.Do(SignOut{})
	for out := false; !out; {
		m, _ := expect[wire.Body](h)
		if _, again := m.Body.(*wire.SignIn); again {
			t.Error("signed in twice")
		}
		_, out = m.Body.(*wire.SignOut)
	}
}

// TestGuessersGetNothingFromTheKeyring: after too many wrong passwords at the
// locked screen neither a key nor the next start of the program signs anybody in,
// also where the hub refuses the sign-out.
func TestGuessersGetNothingFromTheKeyring(t *testing.T) {
	h := newFakeHub(t)
	folder, vault := t.TempDir(), fakeVault{map[string]string{"3027": "synthetic"}}
	x := startSeat(t, h.url, folder, vault)
	expect[*wire.SignIn](h)
	welcome(h, 1, false)
	x.see("the desk", func(v View) bool { return v.Presence.State != "" && v.SignIn.Stored })
	x.s.Do(SignOut{Guessed: true})
	m, _ := expect[*wire.SignOut](h)
	h.say(wire.Message{Re: m.ID, Body: &wire.Ack{Code: wire.CodeImpossible, Text: "还有来电人在线，不能签出"}})
	x.see("the refusal", func(v View) bool { return v.SignIn.SignedIn && v.Notice.Text != "" })
	x.s.Do(SignOut{Guessed: true})
	m, _ = expect[*wire.SignOut](h)
	h.ok(m)
	x.see("the sign-in page", signedOut)
	x.s.Do(SignIn{AgentNo: "3027"})
	v := x.see("that a password is missing", func(v View) bool { return v.SignIn.Error != "" })
	if v.SignIn.Busy || v.SignIn.Stored {
		t.Errorf("%+v", v.SignIn)
	}
	x.stop()
	y := startSeat(t, h.url, folder, vault)
	v = y.see("the keyring's answer", func(v View) bool { return v.SignIn.Keyring })
	if v.SignIn.Busy || v.SignIn.Stored {
		t.Errorf("started again: %+v", v.SignIn)
	}
}

// TestKeyringThatCannotForget: five wrong guesses, and a keyring that goes on holding the password, or a program that is ended
// at the locked screen before anybody has guessed: the next one asks for the password, until it was typed.
func TestKeyringThatCannotForget(t *testing.T) {
	for name, v := range map[string]Verb{"guessed": SignOut{Guessed: true}, "ended while locked": Remark{Text: "x"}} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub(t)
			folder, vault := t.TempDir(), stuckVault{fakeVault: fakeVault{map[string]string{"3027": "synthetic"}}, broken: true}
			x := startSeat(t, h.url, folder, vault)
			expect[*wire.SignIn](h)
			welcome(h, 1, false)
			x.see("the desk", func(v View) bool { return v.Presence.State != "" && v.SignIn.Stored })
			x.s.Do(LockScreen{On: true})
			x.s.Do(v)
			if _, guessed := v.(SignOut); guessed {
				m, _ := expect[*wire.SignOut](h)
				h.ok(m)
				x.see("the sign-in page", signedOut)
			} else {
				x.see("the remark", func(v View) bool { return v.Notice.Text == "x" })
			}
			x.stop()

			y := startSeat(t, h.url, folder, vault)
			got := y.see("why nobody is signed in", func(v View) bool { return v.SignIn.Keyring && v.SignIn.Error != "" })
			if got.SignIn.Busy || got.SignIn.Stored || !strings.Contains(got.SignIn.Error, "屏幕锁着") {
				t.Errorf("started again: %+v", got.SignIn)
			}
			y.s.Do(SignIn{AgentNo: "3027"})
			if got := y.see("that a password is missing", func(v View) bool { return strings.Contains(v.SignIn.Error, "没有填") }); got.SignIn.Busy {
				t.Errorf("signs in: %+v", got.SignIn)
			}
			signIn(h, y)
			y.see("the desk", func(v View) bool { return v.Presence.State != "" })
			y.stop()

			startSeat(t, h.url, folder, vault)
			if _, b := expect[*wire.SignIn](h); b.Password != "synthetic" {
				t.Errorf("after a typed password the keyring signs in with %q", b.Password)
			}
		})
	}
}

// TestSentAwayWhileLocked: a lead signs a desk out whose screen is locked. Who sits down there has no password by the keyring;
// opened before, the keyring is as it was.
func TestSentAwayWhileLocked(t *testing.T) {
	for _, opened := range []bool{false, true} {
		h := newFakeHub(t)
		x := startSeat(t, h.url, t.TempDir(), fakeVault{map[string]string{"3027": "synthetic"}})
		expect[*wire.SignIn](h)
		welcome(h, 1, false)
		x.see("the desk", func(v View) bool { return v.Presence.State != "" && v.SignIn.Stored })
		x.s.Do(LockScreen{On: true})
		if opened {
			x.s.Do(LockScreen{})
		}
		x.s.Do(Remark{Text: "x"})
		x.see("the remark", func(v View) bool { return v.Notice.Text == "x" })
		h.say(wire.Message{Body: &wire.Bye{Code: wire.CodeOK}})
		h.hangUp()
		if v := x.see("the sign-in page", signedOut); v.SignIn.Stored != opened {
			t.Errorf("opened %v: %+v", opened, v.SignIn)
		}
	}
}

// TestKeyringThatHangsStopsNobody: while a password is kept or forgotten, calls are answered and the page comes.
func TestKeyringThatHangsStopsNobody(t *testing.T) {
	h := newFakeHub(t)
	vault := stuckVault{fakeVault: fakeVault{map[string]string{}}, keep: make(chan struct{}), forget: make(chan struct{})}
	x := startSeat(t, h.url, t.TempDir(), vault)
	keep, forget := sync.OnceFunc(func() { close(vault.keep) }), sync.OnceFunc(func() { close(vault.forget) })
	t.Cleanup(func() { keep(); forget() }) // before the seat is stopped
	x.s.Do(SignIn{AgentNo: "3027", Password: "synthetic", Remember: true})
	expect[*wire.SignIn](h)
	welcome(h, 1, false)
	x.see("the desk", func(v View) bool { return v.Presence.State != "" && !v.SignIn.Stored })
	h.say(wire.Message{Seq: 2, Body: desk(1001, ringing)})
	x.see("the offer", func(v View) bool { return v.Offer != nil })
	x.s.Do(Answer{Offer: "o1"})
	expect[*wire.Answer](h)
	h.say(wire.Message{Seq: 3, Body: desk(1002, nil)})
	x.see("the desk again", func(v View) bool { return v.Offer == nil })
	keep()
	x.see("that it is kept", func(v View) bool { return v.SignIn.Stored })
	h.say(wire.Message{Body: &wire.Bye{Code: wire.CodeCredentials, Text: "口令已改"}})
	h.hangUp()
	v := x.see("the sign-in page", signedOut)
	if v.SignIn.Error != "口令已改" || v.SignIn.Stored {
		t.Errorf("%+v", v.SignIn)
	}
	signIn(h, x)
	x.see("the desk once more", func(v View) bool { return v.Presence.State != "" })
	if _, kept := vault.Password("3027"); !kept {
		t.Fatal("forgotten already")
	}
	forget()
	x.stop()
	if _, kept := vault.Password("3027"); kept {
		t.Error("not forgotten")
	}
}

// TestKeyringChangesInOrder: what is forgotten while the keyring hangs in keeping it does not stay.
func TestKeyringChangesInOrder(t *testing.T) {
	h := newFakeHub(t)
	vault := stuckVault{fakeVault: fakeVault{map[string]string{}}, keep: make(chan struct{})}
	x := startSeat(t, h.url, t.TempDir(), vault)
	keep := sync.OnceFunc(func() { close(vault.keep) })
	t.Cleanup(keep)
	x.s.Do(SignIn{AgentNo: "3027", Password: "synthetic", Remember: true})
	expect[*wire.SignIn](h)
	welcome(h, 1, false)
	x.see("the desk", func(v View) bool { return v.Presence.State != "" })
	x.s.Do(SignOut{Guessed: true})
	m, _ := expect[*wire.SignOut](h)
	h.ok(m)
	x.see("the sign-in page", signedOut)
	keep()
	x.stop()
	if _, kept := vault.Password("3027"); kept {
		t.Error("the password of a guessed lock is kept")
	}
}

// TestKeyOfTheDraftsIsWaitedFor, by the hub's words alone: the person is answered, and the drafts are there with the desk.
func TestKeyOfTheDraftsIsWaitedFor(t *testing.T) {
	h := newFakeHub(t)
	folder, vault := t.TempDir(), stuckVault{fakeVault: fakeVault{map[string]string{}}}
	x := startSeat(t, h.url, folder, vault)
	signIn(h, x)
	x.see("the desk", func(v View) bool { return v.Presence.State != "" })
	typed(x, open(h, x, "0312-ZB-1").Fields, "答复")
	x.stop()

	vault.key = make(chan struct{})
	y := startSeat(t, h.url, folder, vault)
	free := sync.OnceFunc(func() { close(vault.key) })
	t.Cleanup(free)
	y.s.Do(SignIn{AgentNo: "3027", Password: "synthetic"})
	expect[*wire.SignIn](h)
	welcome(h, 2, false)
	y.s.Do(Remark{Text: "x"})
	if v := y.see("the remark", func(v View) bool { return v.Notice.Text == "x" }); v.SignIn.SignedIn || !v.SignIn.Busy {
		t.Errorf("signed in without the drafts: %+v", v.SignIn)
	}
	free()
	if v := y.see("the desk", func(v View) bool { return v.Presence.State != "" }); len(v.Todo) != 1 {
		t.Errorf("listed %+v", v.Todo)
	}
}

// keylessVault has no key for drafts while that is so.
type keylessVault struct {
	fakeVault
	without *atomic.Bool
}

func (v keylessVault) DraftKey(agent, password, folder string) ([]byte, error) {
	if v.without.Load() {
		return nil, errors.New("no key")
	}
	return v.fakeVault.DraftKey(agent, password, folder)
}

// TestKeyOfTheDraftsThatComesLater: the disk that gave none at the sign-in gives it at the next return of the link, and what
// is there and what was written meanwhile is safe.
func TestKeyOfTheDraftsThatComesLater(t *testing.T) {
	h := newFakeHub(t)
	folder, vault := t.TempDir(), keylessVault{fakeVault{map[string]string{}}, &atomic.Bool{}}
	w := startSeat(t, h.url, folder, vault)
	signIn(h, w)
	w.see("the desk", func(v View) bool { return v.Presence.State != "" })
	typed(w, open(h, w, "0312-ZB-1").Fields, "答复")
	w.stop()

	vault.without.Store(true)
	x := startSeat(t, h.url, folder, vault)
	signIn(h, x)
	x.see("that there is none", func(v View) bool {
		return v.Presence.State != "" && strings.Contains(v.Notice.Text, "草稿箱打不开")
	})
	typed(x, open(h, x, "0312-ZB-2").Fields, "答复")
	vault.without.Store(false)
	h.cut()
	expect[*wire.Resume](h)
	welcome(h, 2, true)
	x.see("the drafts", func(v View) bool { return len(v.Todo) == 1 && v.Record != nil && !v.Record.Saved.IsZero() })
}

// TestSlowDiskLocksTheScreenBeside: what is noted there of the lock holds up nobody, and comes in the order of the locking.
// A pipe that nobody reads is such a disk.
func TestSlowDiskLocksTheScreenBeside(t *testing.T) {
	h, folder := newFakeHub(t), t.TempDir()
	x := startSeat(t, h.url, folder, fakeVault{map[string]string{"3027": "synthetic"}})
	expect[*wire.SignIn](h)
	welcome(h, 1, false)
	x.see("the desk", func(v View) bool { return v.Presence.State != "" })
	note := filepath.Join(folder, "locked-3027")
	if err := unix.Mkfifo(note+durable.Beside, 0o600); err != nil {
		t.Fatal(err)
	}
	moves := sync.OnceFunc(func() { // holds both ends open, so that the write goes on
		pipe, err := os.OpenFile(note+durable.Beside, os.O_RDWR, 0)
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { _ = pipe.Close() })
	})
	t.Cleanup(moves)
	for range 2 { // a pipe is no file, and the first is not kept
		x.s.Do(LockScreen{On: true})
		x.s.Do(LockScreen{})
	}
	x.s.Do(LockScreen{On: true})
	x.s.Do(Remark{Text: "x"})
	x.see("the remark", func(v View) bool { return v.Notice.Text == "x" })
	moves()
	x.stop()
	if _, err := os.Stat(note); err != nil {
		t.Error(err)
	}
}
