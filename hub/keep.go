package hub

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"zuoxi/hub/audit"
	"zuoxi/hub/backup"
	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/hub/store/sqlite"
	"zuoxi/wire"
)

// keyMark is what tells key files apart.
const keyMark = "mark of the key file"

func markOf(k *seal.Keys) (string, error) {
	key, err := k.Stable(keyMark)
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(key[:8]), nil
}

// keyFile is where the keys of a configuration lie.
func (c *Config) keyFile() string {
	if c.KeyFile != "" {
		return c.KeyFile
	}
	return filepath.Join(c.Data, "hub.keys")
}

func (c *Config) recordings() string {
	if c.Recording.Folder != "" {
		return c.Recording.Folder
	}
	return filepath.Join(c.Data, "recordings")
}

// keeper makes backups, one at a time, beside everything else.
type keeper struct {
	hub *Hub

	mu    sync.Mutex
	state BackupState
}

// BackupState is how the backup that was asked for last stands.
type BackupState struct {
	Running bool      `json:"running"`
	Dir     string    `json:"dir,omitempty"`
	Since   time.Time `json:"since,omitzero"`
	Took    float64   `json:"took_s,omitempty"`
	Files   int       `json:"files,omitempty"`
	Bytes   int64     `json:"bytes,omitempty"`
	Keys    bool      `json:"keys"`
	Error   string    `json:"error,omitempty"`
}

// Start begins a backup into dir.
func (k *keeper) Start(dir string, keys bool) (any, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.state.Running {
		return nil, forAsker{wire.CodeBusy, "上一次备份还没有结束 · 没有另起一次 · 请稍后再试"}
	}
	if !filepath.IsAbs(dir) {
		return nil, forAsker{wire.CodeInvalid, "备份目录要写完整的路径 · 没有备份 · 请重写"}
	}
	k.state = BackupState{Running: true, Dir: dir, Since: k.hub.now(), Keys: keys}
	k.hub.work.Go(func() { k.run(dir, keys) })
	return k.state, nil
}

// State tells how it stands.
func (k *keeper) State() any {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state
}

func (k *keeper) run(dir string, keys bool) {
	began := time.Now()
	m, err := k.hub.backUp(k.hub.life, dir, keys)
	if err == nil {
		_, err = backup.Read(dir) // what was written can be read again
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state.Running, k.state.Took, k.state.Files = false, time.Since(began).Seconds(), len(m.Files)
	for _, f := range m.Files {
		k.state.Bytes += f.Size
	}
	if err != nil {
		k.hub.log.Error("backup", "dir", dir, "err", err)
		k.state.Error = backupFault(err)
		return
	}
	k.hub.log.Info("backup made", "dir", dir, "files", k.state.Files, "bytes", k.state.Bytes)
}

// backupFault is what the person is told.
func backupFault(err error) string {
	for _, known := range []error{backup.ErrThere, backup.ErrChanged, store.ErrFull} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "备份没有做完 · 那个目录里没有清单，不能用来恢复 · 请看中心的日志和磁盘空间"
}

func (h *Hub) backUp(ctx context.Context, dir string, keys bool) (backup.Manifest, error) {
	mark, err := markOf(h.keys)
	if err != nil {
		return backup.Manifest{}, err
	}
	src := backup.Source{
		Data: h.cfg.Data, Recordings: h.cfg.recordings(), KeyFile: h.cfg.keyFile(), Keys: keys,
		Manifest: backup.Manifest{Made: h.now(), KeyMark: mark},
	}
	if src.Manifest.Schema, err = h.db.Version(ctx); err != nil {
		return src.Manifest, err
	}
	if src.Manifest.Audit, _, err = h.db.Audit.Head(ctx); err != nil {
		return src.Manifest, err
	}
	if c, ok := h.db.Backend.(store.Copier); ok {
		src.Database = c.CopyTo
	}
	return backup.Make(ctx, src, dir)
}

// Rotate adds a sealing key to the key file. What runs goes on with the keys
// it has; from the next start on, new data is sealed with the new one.
func (k *keeper) Rotate() error {
	_, err := k.hub.keys.Rotate()
	if err != nil {
		return fmt.Errorf("rotating the keys: %w", err)
	}
	return nil
}

// errWrongKeys tells that a backup cannot be opened with the keys that are there.
var errWrongKeys = errors.New("备份是用另一份密钥封存的，而密钥文件不在或不是那一份 · 没有恢复 · 请把当时的 hub.keys 放到 hub.store.key_file 再试")

// Restored is what a restore found.
type Restored struct {
	Made  time.Time `json:"made"`
	Files int       `json:"files"`
	Audit int64     `json:"audit"` // rows of the audit log, verified
}

// Restore puts a backup into an empty data folder and proves it: every file
// against the manifest, the database page by page, the audit log's chain.
// No hub may run on the folder.
func Restore(ctx context.Context, cfg Config, dir string) (Restored, error) {
	cfg.fill()
	m, err := backup.Read(dir)
	if err != nil {
		return Restored{}, err
	}
	if !m.Keys {
		if err := sameKeys(cfg.keyFile(), m.KeyMark); err != nil {
			return Restored{}, err
		}
	}
	if err := backup.Restore(dir, m, backup.Target{Data: cfg.Data, Recordings: cfg.recordings(), KeyFile: cfg.keyFile()}); err != nil {
		return Restored{}, err
	}
	out := Restored{Made: m.Made, Files: len(m.Files)}
	if cfg.Postgres != "" {
		return out, nil // the database is restored by its own tools
	}
	out.Audit, err = prove(ctx, cfg)
	return out, err
}

func sameKeys(file, mark string) error {
	if _, err := os.Stat(file); err != nil {
		return errWrongKeys
	}
	keys, err := seal.Load(file)
	if err != nil {
		return err
	}
	if got, err := markOf(keys); err != nil || got != mark {
		return errWrongKeys
	}
	return nil
}

// prove opens a store and looks at all of it.
func prove(ctx context.Context, cfg Config) (rows int64, err error) {
	keys, err := seal.Load(cfg.keyFile())
	if err != nil {
		return 0, err
	}
	key, err := keys.Stable(audit.KeyUse)
	if err != nil {
		return 0, err
	}
	db, err := sqlite.Open(ctx, cfg.Data)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Check(ctx); err != nil {
		return 0, err
	}
	return audit.New(db.Audit, key, cfg.Now).Verify(ctx)
}
