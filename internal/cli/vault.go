package cli

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/zalando/go-keyring"
	"golang.org/x/crypto/argon2"

	"zuoxi/internal/durable"
)

const (
	keyringService = "zuoxi"
	keyringLimit   = 3 * time.Second // the library hangs when its daemon is frozen
	saltFile       = "draft.salt"
	keyBytes       = 32
)

var errKeyring = errors.New("no keyring here")

// vault keeps passwords and draft keys in the operating system's keyring.
type vault struct {
	getenv   func(string) string
	once     sync.Once
	answered chan struct{} // closed when there is an answer, be it that there is no keyring
	there    bool          // the answer
	until    time.Time     // how long it is waited for
	making   sync.Mutex    // of a key or a salt: two questions at once would make two, and one be lost
}

// timed gives a keyring call its deadline. A call that hangs is left behind:
// the library has no way to stop it.
func timed[T any](f func() (T, error)) (T, error) {
	type result struct {
		v   T
		err error
	}
	c := make(chan result, 1)
	go func() {
		v, err := f()
		c <- result{v, err}
	}()
	timer := time.NewTimer(keyringLimit)
	defer timer.Stop()
	select {
	case r := <-c:
		return r.v, r.err
	case <-timer.C:
		var zero T
		return zero, errKeyring
	}
}

func get(user string) (string, error) {
	return timed(func() (string, error) { return keyring.Get(keyringService, user) })
}

func set(user, secret string) error {
	_, err := timed(func() (struct{}, error) { return struct{}{}, keyring.Set(keyringService, user, secret) })
	return err
}

// Answers waits until the keyring has answered, however late: one that is locked
// may be opened, a busy PC takes its time. False: there is none, or ctx has ended.
func (v *vault) Answers(ctx context.Context) bool {
	v.ask()
	select {
	case <-v.answered:
		return v.there // whatever has become of ctx: of two that are ready, select takes any
	default:
	}
	select {
	case <-v.answered:
		return v.there
	case <-ctx.Done():
		return false
	}
}

// ask asks the keyring, once. One that is frozen is left behind with its question.
func (v *vault) ask() {
	v.once.Do(func() {
		v.answered, v.until = make(chan struct{}), time.Now().Add(keyringLimit)
		if !sessionBus(v.getenv) {
			close(v.answered)
			return
		}
		go func() {
			defer close(v.answered)
			_, err := keyring.Get(keyringService, "probe")
			v.there = err == nil || errors.Is(err, keyring.ErrNotFound)
		}()
	})
}

// available is Answers for who cannot wait: until the keyring has had its time.
func (v *vault) available() bool {
	v.ask()
	ctx, done := context.WithDeadline(context.Background(), v.until)
	defer done()
	return v.Answers(ctx)
}

// sessionBus tells whether the desktop has a bus. Without one the library would
// start a bus daemon of its own, which nobody ends.
func sessionBus(getenv func(string) string) bool {
	if runtime.GOOS != "linux" || getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	dir := getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, "bus"))
	return err == nil
}

// Password is the one that the agent wanted kept.
func (v *vault) Password(agent string) (string, bool) {
	if !v.available() {
		return "", false
	}
	p, err := get("password/" + agent)
	return p, err == nil && p != ""
}

// Keep stores it.
func (v *vault) Keep(agent, password string) error {
	if !v.available() {
		return errKeyring
	}
	if err := set("password/"+agent, password); err != nil {
		return fmt.Errorf("keeping the password: %w", err)
	}
	return nil
}

// Forget removes it.
func (v *vault) Forget(agent string) error {
	if !v.available() {
		return nil
	}
	_, err := timed(func() (struct{}, error) { return struct{}{}, keyring.Delete(keyringService, "password/"+agent) })
	if err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return fmt.Errorf("forgetting the password: %w", err)
	}
	return nil
}

// DraftKey is the key of the outbox: a random one in the keyring, or one
// derived from the typed password where there is no keyring. A draft that was
// sealed one way is not lost when the other way opens the box later: it stays on
// disk until its key is there again.
func (v *vault) DraftKey(agent, password, folder string) ([]byte, error) {
	there := v.available()
	v.making.Lock()
	defer v.making.Unlock()
	if there {
		if key, err := keyringKey("draft/" + agent); err == nil {
			return key, nil
		}
	}
	salt, err := saltOf(folder)
	if err != nil {
		return nil, err
	}
	// OWASP's argon2id parameters for interactive use.
	return argon2.IDKey([]byte(password+"\x00"+agent), salt, 2, 19*1024, 1, keyBytes), nil
}

func keyringKey(user string) ([]byte, error) {
	text, err := get(user)
	if err == nil {
		key, err := base64.RawStdEncoding.DecodeString(text)
		if err != nil || len(key) != keyBytes {
			return nil, errKeyring
		}
		return key, nil
	}
	if !errors.Is(err, keyring.ErrNotFound) {
		return nil, err
	}
	key := make([]byte, keyBytes)
	_, _ = rand.Read(key)
	if err := set(user, base64.RawStdEncoding.EncodeToString(key)); err != nil {
		return nil, err
	}
	return key, nil
}

func saltOf(folder string) ([]byte, error) {
	path := filepath.Join(folder, saltFile)
	salt, err := os.ReadFile(path)
	if err == nil && len(salt) == 16 {
		return salt, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the draft salt: %w", err)
	}
	salt = make([]byte, 16)
	_, _ = rand.Read(salt)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("making the seat's folder: %w", err)
	}
	if err := durable.Put(path, salt); err != nil {
		return nil, fmt.Errorf("writing the draft salt: %w", err)
	}
	return salt, nil
}
