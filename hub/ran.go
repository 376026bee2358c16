package hub

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"zuoxi/hub/door"
	"zuoxi/hub/store"
)

// authorityFile is made at the end of the first start.
const authorityFile = "authority.pem"

// What a hub that ran before does not start without, and never makes anew by itself.
var (
	// errLost: a new database would look as if nothing had ever been.
	errLost = errors.New("数据库文件不见了或是空的，而中心以前运行过 · 没有启动 · 请从备份恢复；真要从头开始，请先移走 authority.pem")
	// errNoKeys: new keys would open nothing of what is kept.
	errNoKeys = errors.New("密钥文件不在 · 没有启动，数据没有动 · 请接上放密钥的设备，或把 hub.keys 放回去")
	// errNoAuthority: a new authority would be known to no seat.
	errNoAuthority = errors.New("中心的证书 authority.pem 不在，而中心以前运行过 · 没有启动，配过对的坐席只认它 · 请从备份放回；没有备份时用 zuoxi hub new-authority 另造，坐席都要重新配对")
	// errHasAuthority: it is replaced only by who has moved the old one away.
	errHasAuthority = errors.New("数据目录里已经有 authority.pem · 没有另造 · 真要换掉，请先把它移走")
)

// notLost looks whether the database of a hub that has run before is there.
func notLost(data string) error {
	if !there(filepath.Join(data, authorityFile)) {
		return nil
	}
	if info, err := os.Stat(filepath.Join(data, "hub.db")); err != nil || info.Size() == 0 {
		return errLost
	}
	return nil
}

// nothingLost looks whether keys and authority of a hub that has run before
// are there. A first start that was cut off has not.
func nothingLost(ctx context.Context, cfg Config, db *store.Store) error {
	used, err := hasRun(ctx, db)
	if err != nil {
		return err
	}
	signed := there(filepath.Join(cfg.Data, authorityFile))
	if (used || signed) && !there(cfg.keyFile()) {
		return fmt.Errorf("%w: %s", errNoKeys, cfg.keyFile())
	}
	if used && !signed {
		return errNoAuthority
	}
	return nil
}

// hasRun tells by its content whether a database has served a hub: whoever did
// anything is in its log.
func hasRun(ctx context.Context, db *store.Store) (bool, error) {
	rows, _, err := db.Audit.Head(ctx)
	if err != nil || rows > 0 {
		return rows > 0, err
	}
	staff, err := db.Agents.Count(ctx)
	return staff > 0, err
}

// there tells whether a file is; what cannot be looked at is left to who opens it.
func there(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, os.ErrNotExist)
}

// NewAuthority makes an authority for a hub that has lost its own for good, and
// gives the pairing code: every seat has to be paired anew.
func NewAuthority(cfg Config) (pairing string, err error) {
	cfg.fill()
	if there(filepath.Join(cfg.Data, authorityFile)) {
		return "", errHasAuthority
	}
	a, _, err := door.OpenAuthority(cfg.Data, cfg.Doors.Names, cfg.Now)
	if err != nil {
		return "", err
	}
	return a.PairingCode(), nil
}
