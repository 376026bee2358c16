// Package outbox keeps what an agent wrote until the hub has acknowledged it:
// commands in order, drafts by key, and small counters. Everything is sealed
// on disk with a key that never lies beside it. It belongs to session; one
// process per folder. It promises that what Put or SaveDraft returned from
// survives a kill at any moment, whole or not at all, and that an entry leaves
// the box only by Done.
package outbox

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/sys/unix"

	"zuoxi/internal/durable"
)

// Sentinels.
var (
	// ErrKey: the entry was sealed with another key; it is kept, not shown.
	ErrKey   = errors.New("sealed with another key")
	ErrInUse = errors.New("folder in use by another seat")
	ErrName  = errors.New("name not usable")
)

const (
	suffix  = ".box"
	maxFile = 1 << 20
)

// Entry is one unsent command.
type Entry struct {
	ID   string          `json:"id"` // the command's id, kept through every retry
	Kind string          `json:"kind"`
	Body json.RawMessage `json:"body"`
}

// Box is an open outbox. It is not safe for two goroutines: its owner is the session. Only SaveDraft and DropDraft may
// run beside the rest, one for a key at a time.
type Box struct {
	dir  string
	lock *os.File
	aead cipher.AEAD
	next uint64
	list []queued

	foreign int // commands that could not be read
}

type queued struct {
	n     uint64
	entry Entry
}

// Open opens the folder, making it where it is missing. Key is 32 bytes.
// Unreadable entries are left where they are and counted by Foreign.
func Open(dir string, key []byte) (*Box, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, fmt.Errorf("outbox key: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("outbox folder: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("outbox lock: %w", err)
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = lock.Close()
		return nil, ErrInUse
	}
	b := &Box{dir: dir, lock: lock, aead: aead}
	if err := b.load(); err != nil {
		_ = lock.Close()
		return nil, err
	}
	return b, nil
}

// InUse tells whether another program has the folder open, such as a workstation.
func InUse(dir string) bool {
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer func() { _ = lock.Close() }()
	return unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil
}

// Close lets another process have the folder.
func (b *Box) Close() error { return b.lock.Close() }

func (b *Box) load() error {
	files, err := os.ReadDir(b.dir)
	if err != nil {
		return fmt.Errorf("reading the outbox: %w", err)
	}
	for _, f := range files {
		name := f.Name()
		if strings.HasSuffix(name, durable.Beside) { // a write that was cut off
			_ = os.Remove(filepath.Join(b.dir, name))
			continue
		}
		n, ok := commandNumber(name)
		if !ok {
			continue
		}
		b.next = max(b.next, n)
		var e Entry
		if b.read(name, &e) != nil {
			b.foreign++
			continue
		}
		b.list = append(b.list, queued{n, e})
	}
	slices.SortFunc(b.list, func(x, y queued) int { return int(x.n) - int(y.n) })
	return nil
}

func commandNumber(name string) (uint64, bool) {
	rest, ok := strings.CutPrefix(name, "c-")
	if !ok || !strings.HasSuffix(rest, suffix) {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSuffix(rest, suffix), 10, 64)
	return n, err == nil
}

// Foreign is how many commands were there when the box was opened and could
// not be read: the disk failed, or they are sealed with another key.
func (b *Box) Foreign() int { return b.foreign }

// Put keeps a command behind those already there. An id that is there already
// replaces its body and keeps its place.
func (b *Box) Put(e Entry) error {
	for i := range b.list {
		if b.list[i].entry.ID == e.ID {
			if err := b.write(commandName(b.list[i].n), e); err != nil {
				return err
			}
			b.list[i].entry = e
			return nil
		}
	}
	n := b.next + 1
	if err := b.write(commandName(n), e); err != nil {
		return err
	}
	b.next = n
	b.list = append(b.list, queued{n, e})
	return nil
}

func commandName(n uint64) string { return fmt.Sprintf("c-%012d%s", n, suffix) }

// Done takes an acknowledged command out.
func (b *Box) Done(id string) error {
	i := slices.IndexFunc(b.list, func(q queued) bool { return q.entry.ID == id })
	if i < 0 {
		return nil
	}
	if err := b.remove(commandName(b.list[i].n)); err != nil {
		return err
	}
	b.list = slices.Delete(b.list, i, i+1)
	return nil
}

// Pending are the unsent commands in order.
func (b *Box) Pending() []Entry {
	out := make([]Entry, len(b.list))
	for i, q := range b.list {
		out[i] = q.entry
	}
	return out
}

// SaveDraft keeps v under key, such as draft-<call>, instead of what was there.
func (b *Box) SaveDraft(key string, v any) error {
	name, err := draftName(key)
	if err != nil {
		return err
	}
	return b.write(name, v)
}

// LoadDraft reads it into v; false where there is none.
func (b *Box) LoadDraft(key string, v any) (bool, error) {
	name, err := draftName(key)
	if err != nil {
		return false, err
	}
	err = b.read(name, v)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Drafts lists the keys that begin with prefix, sorted.
func (b *Box) Drafts(prefix string) []string {
	files, err := os.ReadDir(b.dir)
	if err != nil {
		return nil
	}
	var keys []string
	for _, f := range files {
		if key, ok := strings.CutPrefix(f.Name(), "d-"); ok && strings.HasPrefix(key, prefix) && strings.HasSuffix(key, suffix) {
			keys = append(keys, strings.TrimSuffix(key, suffix))
		}
	}
	return keys
}

// DropDraft forgets it.
func (b *Box) DropDraft(key string) error {
	name, err := draftName(key)
	if err != nil {
		return err
	}
	return b.remove(name)
}

func draftName(key string) (string, error) {
	if key == "" || len(key) > 100 || strings.ContainsFunc(key, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) {
		return "", fmt.Errorf("draft %q: %w", key, ErrName)
	}
	return "d-" + key + suffix, nil
}

// write seals v and puts it in place at once.
func (b *Box) write(name string, v any) error {
	plain, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("sealing %s: %w", name, err)
	}
	nonce := make([]byte, b.aead.NonceSize(), b.aead.NonceSize()+len(plain)+b.aead.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return fmt.Errorf("sealing %s: %w", name, err)
	}
	sealed := b.aead.Seal(nonce, nonce, plain, []byte(name))
	if err := durable.Put(filepath.Join(b.dir, name), sealed); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

func (b *Box) read(name string, v any) error {
	st, err := os.Stat(filepath.Join(b.dir, name))
	if err != nil {
		return err
	}
	if st.Size() > maxFile {
		return fmt.Errorf("reading %s: larger than any entry", name)
	}
	sealed, err := os.ReadFile(filepath.Join(b.dir, name))
	if err != nil {
		return err
	}
	if len(sealed) < b.aead.NonceSize() {
		return fmt.Errorf("reading %s: %w", name, ErrKey)
	}
	plain, err := b.aead.Open(nil, sealed[:b.aead.NonceSize()], sealed[b.aead.NonceSize():], []byte(name))
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, ErrKey)
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	return nil
}

func (b *Box) remove(name string) error {
	err := os.Remove(filepath.Join(b.dir, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing %s: %w", name, err)
	}
	return durable.Settle(b.dir)
}
