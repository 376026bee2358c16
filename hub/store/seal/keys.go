package seal

import (
	"bufio"
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"zuoxi/internal/durable"
)

// Key file errors that a person has to act on.
var (
	ErrKeyFileOpen = errors.New("密钥文件别人也能读 · 不能用它保护数据 · 请执行 chmod 600 后再启动")
	ErrKeyFileBad  = errors.New("密钥文件内容不完整 · 数据打不开 · 请从备份放回密钥文件")
)

const keySize = 32

// Keys holds the keys of one key file. It does not change after loading, so
// any goroutine may use it; Rotate writes the file and returns a new one.
type Keys struct {
	path    string
	lines   []keyLine
	sealing map[string][]byte
	current string
	hashing []byte
}

// keyLine is one line of the file: use, id, key in base64.
type keyLine struct {
	use, id string
	key     []byte
}

// Uses of a key. There may be many sealing keys, the last is the current one;
// there is one hashing key for good.
const (
	useSeal = "seal"
	useHash = "hash"
)

// Load reads the key file, or makes it where there is none yet. Only its
// owner may be able to read it.
func Load(path string) (*Keys, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		k := &Keys{path: path, lines: []keyLine{newKey(useHash, "h1"), newKey(useSeal, "k1")}}
		k.index()
		return k, k.write()
	}
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s has mode %o: %w", path, info.Mode().Perm(), ErrKeyFileOpen)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	k := &Keys{path: path}
	if k.lines, err = parseKeys(data); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	k.index()
	if k.current == "" || k.hashing == nil {
		return nil, fmt.Errorf("%s: a sealing or the hashing key is missing: %w", path, ErrKeyFileBad)
	}
	return k, nil
}

// New makes keys that live in memory only: for tests and the demo.
func New() *Keys {
	k := &Keys{lines: []keyLine{newKey(useHash, "h1"), newKey(useSeal, "k1")}}
	k.index()
	return k
}

// Rotate adds a sealing key, makes it the current one and saves the file. Old
// keys stay: what they sealed can still be opened.
func (k *Keys) Rotate() (*Keys, error) {
	n := 1
	for _, l := range k.lines {
		if l.use == useSeal {
			n++
		}
	}
	next := &Keys{path: k.path, lines: append(append([]keyLine{}, k.lines...), newKey(useSeal, fmt.Sprintf("k%d", n)))}
	next.index()
	if k.path == "" {
		return next, nil
	}
	return next, next.write()
}

// Derive gives a key for another use, from the sealing key with this id (or
// the current one when id is empty), and the id to keep beside the data.
func (k *Keys) Derive(use, id string) (keyID string, key []byte, err error) {
	if id == "" {
		id = k.current
	}
	master, ok := k.sealing[id]
	if !ok {
		return "", nil, fmt.Errorf("derive %s key %q: %w", use, id, ErrKey)
	}
	key, err = hkdf.Key(sha256.New, master, nil, "zuoxi "+use, keySize)
	if err != nil {
		return "", nil, fmt.Errorf("derive %s key: %w", use, err)
	}
	return id, key, nil
}

// Stable gives a key that does not change when sealing keys rotate: for
// chains that must verify from their first row on.
func (k *Keys) Stable(use string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, k.hashing, nil, "zuoxi "+use, keySize)
	if err != nil {
		return nil, fmt.Errorf("derive %s key: %w", use, err)
	}
	return key, nil
}

func newKey(use, id string) keyLine {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // never fails: crypto/rand ends the process instead
	return keyLine{use: use, id: id, key: key}
}

func (k *Keys) index() {
	k.sealing = map[string][]byte{}
	for _, l := range k.lines {
		switch l.use {
		case useSeal:
			k.sealing[l.id], k.current = l.key, l.id
		case useHash:
			k.hashing = l.key
		}
	}
}

func parseKeys(data []byte) ([]keyLine, error) {
	var lines []keyLine
	sc := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; sc.Scan(); n++ {
		f := strings.Fields(sc.Text())
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		if len(f) != 3 || len(f[1]) > 32 || (f[0] != useSeal && f[0] != useHash) {
			return nil, fmt.Errorf("line %d: %w", n, ErrKeyFileBad)
		}
		key, err := base64.StdEncoding.DecodeString(f[2])
		if err != nil || len(key) != keySize {
			return nil, fmt.Errorf("line %d: %w", n, ErrKeyFileBad)
		}
		lines = append(lines, keyLine{use: f[0], id: f[1], key: key})
	}
	return lines, sc.Err()
}

// write replaces the file in one step, so that a crash leaves the old or the
// new one and never half a key.
func (k *Keys) write() error {
	var b bytes.Buffer
	b.WriteString("# zuoxi: keys of sealed fields and recordings. Back this file up apart from the data.\n")
	for _, l := range k.lines {
		fmt.Fprintf(&b, "%s %s %s\n", l.use, l.id, base64.StdEncoding.EncodeToString(l.key))
	}
	if err := os.MkdirAll(filepath.Dir(k.path), 0o700); err != nil {
		return fmt.Errorf("make key folder: %w", err)
	}
	if err := durable.Put(k.path, b.Bytes()); err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	return nil
}
