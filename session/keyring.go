package session

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"zuoxi/internal/durable"
)

// keyring is what is under way with the operating system's keyring. It may hang
// for seconds, so every question and every change goes beside the session.
type keyring struct {
	changed  chan struct{} // closed when the last change is done; nil: there was none
	noted    chan struct{} // and when the disk has what the lock of the screen left there
	password int           // number of the last question for a password
	key      draftKey
	locked   bool // the screen is, or was when the one who sat here was signed out: no password but a typed one
	typed    bool // a sign-in by password is under way, other than the seat's own return
}

// draftKey is what the outbox opens with.
type draftKey struct {
	asked int // number of the last question for it
	waits bool
	bytes []byte
	err   error
}

// keyringWait is how long the page says that the keyring is being asked; an
// answer that comes later is as good.
const keyringWait = 2500 * time.Millisecond

// begin asks the keyring for who sat here last. The page does not wait for it.
func (s *Session) begin() {
	v := &s.view.SignIn
	v.Agent = s.cfg.AgentNo
	if s.cfg.Vault == nil {
		return
	}
	v.Asking, s.id.asked = true, s.cfg.Now()
	no := v.Agent
	s.spawn(func(ctx context.Context) {
		there, password, kept, locked := s.cfg.Vault.Answers(ctx), "", false, false
		if there && no != "" {
			password, kept = s.cfg.Vault.Password(no)
			locked = s.wasLocked(no)
		}
		s.later(ctx, func() { s.keyringAnswered(there, password, kept, locked) })
	})
}

func (s *Session) keyringAnswered(there bool, password string, kept, locked bool) {
	v := &s.view.SignIn
	v.Asking, v.Keyring = false, there
	switch {
	case s.id.asked.IsZero(): // the person was quicker
		return
	case kept && locked:
		v.Error = "上次结束时屏幕锁着 · 还没有登录，系统钥匙串里的口令这次不用 · 请输口令登录"
		return
	}
	if v.Stored = kept; kept && s.cfg.Auto {
		s.signIn(SignIn{AgentNo: v.Agent, Password: password})
	}
}

// keyringLate ends the waiting for an answer.
func (s *Session) keyringLate() {
	if s.view.SignIn.Asking && s.cfg.Now().Sub(s.id.asked) >= keyringWait {
		s.view.SignIn.Asking = false
	}
}

// signInStored signs in with the password that the keyring holds.
func (s *Session) signInStored(v SignIn) {
	s.view.SignIn.Busy, s.view.SignIn.Error = true, ""
	s.ring.password++
	asked := s.ring.password
	s.spawn(func(ctx context.Context) {
		password, kept := s.cfg.Vault.Password(v.AgentNo)
		s.later(ctx, func() {
			if asked != s.ring.password {
				return // something was typed meanwhile
			}
			s.view.SignIn.Busy, s.view.SignIn.Stored, v.Password = false, kept && password != "", password
			s.signIn(v)
		})
	})
}

// change changes the keyring, after the changes that were asked for before.
func (s *Session) change(do func() error, done func(err error, last bool)) {
	s.inTurn(&s.ring.changed, do, done)
}

// inTurn works beside the session, after what was asked for before in the same row.
// done gets what became of it; last: nothing else has been asked for there since.
func (s *Session) inTurn(row *chan struct{}, do func() error, done func(err error, last bool)) {
	before, mine := *row, make(chan struct{})
	*row = mine
	s.spawn(func(ctx context.Context) {
		if before != nil {
			<-before
		}
		err := do()
		close(mine)
		s.later(ctx, func() { done(err, *row == mine) })
	})
}

// keepPassword puts the password that signed in into the keyring.
func (s *Session) keepPassword() {
	no, password := s.id.agent, s.id.password
	s.change(func() error { return s.cfg.Vault.Keep(no, password) }, func(err error, last bool) {
		switch {
		case err != nil:
			s.notify(NoticeWarn, "系统钥匙串不可用 · 口令只在本次有效 · 下次登录请再输入")
		case last && no == s.view.SignIn.Agent:
			s.view.SignIn.Stored = true
		}
	})
}

// forgetPassword takes it out; failed is told when that did not work.
func (s *Session) forgetPassword(no string, failed func(error)) {
	s.view.SignIn.Stored = false
	s.change(func() error { return s.cfg.Vault.Forget(no) }, func(err error, _ bool) {
		if err != nil {
			s.cfg.Log.Error("password not forgotten", "agent", no, "err", err)
			failed(err)
		}
	})
}

// guessed takes the remembered password out of the keyring: a program that is
// started again would sign in with it whoever has guessed. What the lock has left on
// the disk holds until then, and where the keyring does not answer.
func (s *Session) guessed() {
	no := s.id.agent
	if s.cfg.Vault == nil || no == "" || s.id.guessed {
		return
	}
	s.id.guessed = true // while the sign-out is refused it is asked for again and again
	s.lockScreen(true)
	s.forgetPassword(no, func(error) {
		locked := false
		s.inTurn(&s.ring.noted, func() error { locked = s.wasLocked(no); return nil }, func(error, bool) {
			if !locked {
				s.notify(NoticeError, "钥匙串里的口令没有删掉 · 重开坐席会不问口令就登录 · 请联系管理员在系统里删除")
			}
		})
	})
}

// lockScreen notes on the disk that the screen is locked, so that a program that is
// ended and started again opens it no more than the lock does: the keyring signs
// nobody in until a password is typed. The disk may take seconds: it is written to
// beside the session, but not behind a keyring that hangs.
func (s *Session) lockScreen(on bool) {
	no := s.id.agent
	if s.cfg.Vault == nil || no == "" {
		return
	}
	s.ring.locked = on
	path := s.lockFile(no)
	s.inTurn(&s.ring.noted, func() error {
		var err error
		if on {
			err = errors.Join(os.MkdirAll(s.cfg.Folder, 0o700), durable.Put(path, nil))
		} else if err = os.Remove(path); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		if err != nil {
			s.cfg.Log.Error("lock of the screen not noted", "agent", no, "locked", on, "err", err)
		}
		return err
	}, func(error, bool) {})
}

func (s *Session) wasLocked(no string) bool {
	_, err := os.Stat(s.lockFile(no))
	return err == nil
}

func (s *Session) lockFile(no string) string { return filepath.Join(s.cfg.Folder, "locked-"+no) }

// draftsKey gets the key of somebody's drafts, beside the session.
func (s *Session) draftsKey(agent, password string, then func(key []byte, err error)) {
	s.spawn(func(ctx context.Context) {
		key, err := s.cfg.Vault.DraftKey(agent, password, s.cfg.Folder)
		s.later(ctx, func() { then(key, err) })
	})
}

// fetchKey gets that of who signs in.
func (s *Session) fetchKey() {
	s.ring.typed = true
	if s.cfg.Vault != nil {
		s.askKey(func() {})
	}
}

// askKey gets the key of who is here. Until it is there the hub is not listened to,
// for what follows a welcome goes by the drafts: the screen, the sound and what the
// person does go on.
func (s *Session) askKey(then func()) {
	asked := s.ring.key.asked + 1
	s.ring.key = draftKey{asked: asked, waits: true}
	s.draftsKey(s.id.agent, s.id.password, func(key []byte, err error) {
		if asked == s.ring.key.asked {
			s.ring.key = draftKey{asked: asked, bytes: key, err: err}
			then()
		}
	})
}

// keyAgain asks once more for a key that there was none of, such as on a disk that
// was full, and does then what the welcome could not.
func (s *Session) keyAgain() {
	s.askKey(func() {
		if err := s.ring.key.err; err != nil {
			s.boxShut(err)
			return
		}
		s.openBox()
		s.askPapers()
		s.flush()
	})
}

// dropKey forgets the key, and the question for it.
func (s *Session) dropKey() { s.ring.key = draftKey{asked: s.ring.key.asked + 1} }
