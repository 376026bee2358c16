package hub

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"zuoxi/hub/backup"
	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
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
	newest, err := h.audit.Mark(ctx)
	if err != nil {
		return src.Manifest, err
	}
	src.Manifest.Audit = newest.Seq
	if src.Manifest.Mark, err = json.Marshal(newest); err != nil {
		return src.Manifest, fmt.Errorf("marking the audit log: %w", err)
	}
	if src.Key, err = h.keys.Stable(backup.KeyUse); err != nil {
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
