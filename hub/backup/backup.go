// Package backup copies what a hub keeps into a folder of its own, tells later
// whether every byte of it is still as it was, and puts it back. The hub hands
// in how its database is copied while it runs; administrators start it. It
// promises that a backup without its manifest is none, that the manifest is
// written last and signed with the hub's keys, that keys go along only when
// asked for, that a restore which fails leaves everything as it found it, on
// however many devices its places lie, and that one which is killed leaves
// nothing that a hub starts from.
package backup

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"time"

	"zuoxi/internal/durable"
)

// Errors for people; each is one line.
var (
	ErrThere    = errors.New("备份目录不是空的 · 没有备份 · 请换一个新目录")
	ErrNone     = errors.New("这里没有完整的备份（缺清单） · 没有动任何数据 · 请核对目录")
	ErrChanged  = errors.New("备份里的文件与清单对不上 · 没有动任何数据 · 请换一份备份")
	ErrForged   = errors.New("备份的清单与密钥对不上（被改过，或是别的中心的） · 没有动任何数据 · 请换一份备份")
	ErrUnsigned = errors.New("备份的清单没有签名（旧版本做的，或签名被拿掉了） · 没有动任何数据 · 确知没有人动过它，加 --unsigned 再试")
	ErrOccupied = errors.New("数据或录音的目录里已经有一个中心的数据 · 没有恢复 · 请换空的目录，或先把旧的移走")
	ErrKeysHere = errors.New("密钥文件已经在，和备份里的不一样（可能更新） · 没有恢复，没有动它 · 请先把它移走另存")
	ErrNoPlace  = errors.New("恢复写不下去 · 没有恢复，放好的都退回了 · 请检查那里的磁盘和权限再试")
)

// ManifestName is the file that makes a folder a backup, signName its MAC.
const (
	ManifestName = "manifest.json"
	signName     = "manifest.mac"
)

// KeyUse names the key of manifests in the key file (seal.Keys.Stable).
const KeyUse = "backup"

const (
	database = "hub.db"
	keyFile  = "hub.keys"
)

// File is one file of a backup.
type File struct {
	Path string `json:"path"` // below the folder, with slashes
	Size int64  `json:"size"`
	Sum  string `json:"sha256"`
}

// Manifest says what a backup holds.
type Manifest struct {
	Made    time.Time `json:"made"`
	Program string    `json:"program,omitempty"`
	Schema  int64     `json:"schema"`
	Audit   int64     `json:"audit"`    // last row of the audit log that is in it
	KeyMark string    `json:"key_mark"` // tells which key file opens it, and nothing about the keys
	Keys    bool      `json:"keys"`     // the key file is in it
	// Mark is the newest row of the audit log when the backup began, as package audit signs it.
	Mark  json.RawMessage `json:"audit_mark,omitempty"`
	Files []File          `json:"files"`

	text, mac []byte // as they were read
}

// Signed tells whether the manifest is as the holder of key wrote it. Without
// that, whoever changes a file writes its new sum as well.
func (m Manifest) Signed(key []byte) error {
	switch {
	case m.mac == nil:
		return ErrUnsigned
	case !hmac.Equal(m.mac, sign(key, m.text)):
		return ErrForged
	}
	return nil
}

func sign(key, text []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(text)
	return []byte(hex.EncodeToString(h.Sum(nil)))
}

// Source is a running hub's data.
type Source struct {
	Data       string // folder
	Recordings string // folder, may lie elsewhere
	KeyFile    string // copied when Keys is set
	Keys       bool
	Database   func(ctx context.Context, to string) error // nil: the database is backed up by other means
	Key        []byte                                     // signs the manifest
	Manifest   Manifest                                   // what is known beforehand
}

// Make copies everything into dir, which must be new or empty.
func Make(ctx context.Context, src Source, dir string) (Manifest, error) {
	m := src.Manifest
	m.Keys = src.Keys
	if list, err := os.ReadDir(dir); err == nil && len(list) > 0 {
		return m, ErrThere
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return m, fmt.Errorf("making the backup's folder: %w", err)
	}
	if src.Database != nil {
		if err := src.Database(ctx, filepath.Join(dir, database)); err != nil {
			return m, fmt.Errorf("copying the database: %w", err)
		}
		f, err := entry(dir, database)
		if err != nil {
			return m, err
		}
		m.Files = append(m.Files, f)
	}
	trees := map[string]string{"recordings": src.Recordings, "kb": filepath.Join(src.Data, "kb")}
	for _, name := range []string{"recordings", "kb"} {
		files, err := copyTree(ctx, trees[name], dir, name)
		if err != nil {
			return m, err
		}
		m.Files = append(m.Files, files...)
	}
	single := map[string]string{"authority.pem": filepath.Join(src.Data, "authority.pem")}
	if src.Keys {
		single[keyFile] = src.KeyFile
	}
	for name, from := range single {
		f, err := copyFile(from, dir, name)
		if err != nil {
			return m, err
		}
		m.Files = append(m.Files, f)
	}
	sort.Slice(m.Files, func(i, j int) bool { return m.Files[i].Path < m.Files[j].Path })
	return m, seal(dir, m, src.Key)
}

// seal writes the manifest, after everything that it lists and its MAC.
func seal(dir string, m Manifest, key []byte) error {
	data, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return fmt.Errorf("writing the manifest: %w", err)
	}
	if err := durable.Put(filepath.Join(dir, signName), sign(key, data)); err != nil {
		return fmt.Errorf("writing the manifest: %w", err)
	}
	if err := durable.Put(filepath.Join(dir, ManifestName), data); err != nil {
		return fmt.Errorf("writing the manifest: %w", err)
	}
	return nil
}

// copyTree copies the regular files of a folder; one that goes away meanwhile
// was no longer wanted.
func copyTree(ctx context.Context, from, dir, name string) ([]File, error) {
	var out []File
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !d.Type().IsRegular() {
			return nil
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		f, err := copyFile(path, dir, filepath.Join(name, rel))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			out = append(out, f)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("copying %s: %w", name, err)
	}
	return out, nil
}

// copyFile copies one file and sums what it copied: a recording grows while
// it is read, and its beginning is whole in itself.
func copyFile(from, dir, name string) (File, error) {
	in, err := os.Open(from)
	if err != nil {
		return File{}, fmt.Errorf("copying %s: %w", name, err)
	}
	defer func() { _ = in.Close() }()
	to := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return File{}, fmt.Errorf("copying %s: %w", name, err)
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return File{}, fmt.Errorf("copying %s: %w", name, err)
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, h), in)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return File{}, fmt.Errorf("copying %s: %w", name, err)
	}
	return File{Path: filepath.ToSlash(name), Size: n, Sum: hex.EncodeToString(h.Sum(nil))}, nil
}

func entry(dir, name string) (File, error) {
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return File{}, fmt.Errorf("reading %s: %w", name, err)
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return File{}, fmt.Errorf("reading %s: %w", name, err)
	}
	return File{Path: name, Size: n, Sum: hex.EncodeToString(h.Sum(nil))}, nil
}

// Read gives the manifest of a backup after looking at every file in it.
func Read(dir string) (Manifest, error) {
	var m Manifest
	data, err := os.ReadFile(filepath.Join(dir, ManifestName))
	if err != nil {
		return m, fmt.Errorf("%w: %w", ErrNone, err)
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("%w: %w", ErrNone, err)
	}
	m.text = data
	if m.mac, err = os.ReadFile(filepath.Join(dir, signName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("reading the manifest's MAC: %w", err)
	}
	for _, want := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(want.Path)) {
			return m, fmt.Errorf("%w: %s", ErrChanged, want.Path)
		}
		if got, err := entry(dir, want.Path); err != nil || got != want {
			return m, fmt.Errorf("%w: %s", ErrChanged, want.Path)
		}
	}
	return m, nil
}
