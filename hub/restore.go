package hub

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"zuoxi/hub/admin"
	"zuoxi/hub/audit"
	"zuoxi/hub/backup"
	"zuoxi/hub/store"
	"zuoxi/hub/store/postgres"
	"zuoxi/hub/store/seal"
	"zuoxi/hub/store/sqlite"
)

// Errors of a restore, for people.
var (
	// errWrongKeys tells that a backup cannot be opened with the keys that are there.
	errWrongKeys = errors.New("备份是用另一份密钥封存的，而密钥文件不在或不是那一份 · 没有恢复 · 请把当时的 hub.keys 放到 hub.store.key_file 再试")
	// errBehind tells that the rows which a backup had seen are not in the database.
	errBehind = errors.New("数据库里的审计日志没有到这份备份那一刻，或不是同一个中心的 · 没有恢复 · 请先放回同时或之后导出的数据库")
)

// Restored is what a restore found.
type Restored struct {
	Made     time.Time `json:"made"`
	Files    int       `json:"files"`
	Audit    int64     `json:"audit"`              // rows of the audit log, verified
	Before   int64     `json:"before,omitempty"`   // what the log had reached, where its anchor is there
	Unsigned bool      `json:"unsigned,omitempty"` // nobody signed the list of files
}

// Restore puts a backup into an empty data folder and proves it beforehand:
// the list of files by its MAC, every file against the list, the database page
// by page, the audit log's chain. The log says that it was done, and whoever
// was signed in then has to sign in again. No hub may run on the folder. A
// database on a server has to be put back first, by its own tools. unsigned
// takes a backup whose list has no MAC.
func Restore(ctx context.Context, cfg Config, dir string, unsigned bool) (Restored, error) {
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
	r := restore{cfg: cfg, m: m, unsigned: unsigned, out: Restored{Made: m.Made, Files: len(m.Files)}}
	to := backup.Target{Data: cfg.Data, Recordings: cfg.recordings(), KeyFile: cfg.keyFile(), Anchor: cfg.anchorFile()}
	to.Prove = func(folder, keys string) error { return r.prove(ctx, folder, keys) }
	if err := backup.Restore(dir, m, to); err != nil {
		return Restored{}, err
	}
	return r.out, r.log.Moor(cfg.anchorFile(), r.mark)
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

// restore is one on its way.
type restore struct {
	cfg      Config
	m        backup.Manifest
	unsigned bool
	out      Restored
	log      *audit.Log
	mark     audit.Mark // the anchor to be
}

// prove looks at all of a copy that is in no place yet, and has its log say that it was put back.
func (r *restore) prove(ctx context.Context, folder, file string) (err error) {
	if !r.m.Keys {
		file = r.cfg.keyFile()
	}
	keys, err := seal.Load(file)
	if err != nil {
		return err
	}
	if err := r.signed(keys); err != nil {
		return err
	}
	key, err := keys.Stable(audit.KeyUse)
	if err != nil {
		return err
	}
	db, err := r.open(ctx, folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Check(ctx); err != nil {
		return err
	}
	r.log = audit.New(db.Audit, key, r.cfg.Now)
	if r.out.Audit, err = r.log.Verify(ctx); err != nil {
		return err
	}
	if err := r.compare(ctx); err != nil {
		return err
	}
	return r.note(ctx, db)
}

func (r *restore) signed(keys *seal.Keys) error {
	key, err := keys.Stable(backup.KeyUse)
	if err != nil {
		return err
	}
	err = r.m.Signed(key)
	if r.unsigned && errors.Is(err, backup.ErrUnsigned) {
		r.out.Unsigned = true
		return nil
	}
	return err
}

func (r *restore) open(ctx context.Context, folder string) (*store.Store, error) {
	if r.cfg.Postgres != "" {
		return postgres.Open(ctx, r.cfg.Postgres)
	}
	return sqlite.Open(ctx, folder)
}

// compare holds the log to what the backup had seen of it, and to the anchor
// where that is still there.
func (r *restore) compare(ctx context.Context) error {
	r.mark.Since = r.cfg.Now().Unix()
	if r.m.Mark != nil {
		var then audit.Mark
		if err := json.Unmarshal(r.m.Mark, &then); err != nil {
			return fmt.Errorf("%w: %w", backup.ErrForged, err)
		}
		r.mark.Since = cmp.Or(then.Since, r.mark.Since)
		cut := new(audit.Fault)
		if err := r.log.Holds(ctx, then); errors.As(err, &cut) {
			return fmt.Errorf("%w: %w", errBehind, err)
		} else if err != nil {
			return err
		}
	}
	if last, err := r.log.Moored(r.cfg.anchorFile()); err == nil {
		r.out.Before, r.mark.Since = last.Seq, min(r.mark.Since, last.Since)
	}
	return nil
}

// note makes the tokens of the time before useless, as who has signed out since
// would be let in again, and says in the log what was done.
func (r *restore) note(ctx context.Context, db *store.Store) error {
	if err := endAllSessions(ctx, db.Settings, r.cfg.Now()); err != nil {
		return err
	}
	why := "备份 " + r.m.Made.Local().Format(time.DateTime) + "，审计到第 " + strconv.FormatInt(r.out.Audit, 10) + " 条"
	if r.out.Before > 0 {
		why += "；此前到过第 " + strconv.FormatInt(r.out.Before, 10) + " 条"
	}
	if r.out.Unsigned {
		why += "；清单没有签名"
	}
	_, err := r.log.Append(ctx, audit.Entry{
		Who: admin.Owner.No, Role: string(admin.Owner.Roles[0]), District: r.cfg.District, Action: "hub.restore", Object: "backup", Reason: why,
	})
	if err != nil {
		return err
	}
	since := r.mark.Since
	r.mark, err = r.log.Mark(ctx)
	r.mark.Since = since
	return err
}
