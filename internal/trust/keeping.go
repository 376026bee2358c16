package main

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // to do what an administrator of the database could
)

func keeping() []promise {
	const group = "数据"
	return []promise{
		{group, "文件 0600、目录 0700，中心和坐席都是", false, proveModes},
		{group, "运行中备份，做完核对；恢复到空目录，单据、审计都在", false, proveBackup},
		{group, "备份改一个字节、缺密钥、目录里有数据：不恢复，说得出", false, proveBadBackup},
		{group, "换密钥后旧数据照样打开；密钥放在别的设备上，没有就不启动，恢复时放回那里、不盖掉更新的", false, proveKeys},
		{group, "审计删不掉：没有这个命令，数据库也拒绝，硬删也查得出", false, proveAudit},
	}
}

func proveModes(s *stage) (string, error) {
	p, err := s.open([]string{"3027"})
	s.must(err)
	defer p.Close()
	t := p.sit("modes", 120, 40).signIn("3027")
	s.must(t.err)
	dirs, files := 0, 0
	for _, root := range []string{p.data(), filepath.Join(p.Dir, "seat-modes")} {
		s.must(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			var info fs.FileInfo
			if err == nil {
				info, err = d.Info()
			}
			switch {
			case d != nil && errors.Is(err, fs.ErrNotExist):
				return nil // hub and seat are at work: it has another name by now
			case err != nil:
				return err
			}
			if d.IsDir() {
				dirs++
			} else {
				files++
			}
			if info.Mode().Perm()&0o077 != 0 {
				return fmt.Errorf("%s has mode %o", path, info.Mode().Perm())
			}
			return nil
		}))
	}
	return fmt.Sprintf("%d 个文件、%d 个目录，别人都打不开", files, dirs), nil
}

// backedUp is a hub with records and a backup of it; the hub still runs.
func (s *stage) backedUp(more ...string) (p *place, dir string) {
	p, err := s.open([]string{"3027"})
	s.must(err)
	c, err := p.signIn("3027")
	s.must(err)
	defer c.close()
	for i := 1; i <= 5; i++ {
		_, err = c.save(fmt.Sprint("s", i), fmt.Sprintf("1128-3027-%d", i), 1)
		s.must(err)
	}
	dir = filepath.Join(s.dir, "backup")
	_, err = p.Run(nil, append([]string{"hub", "backup", dir}, more...)...)
	s.must(err)
	return p, dir
}

func proveBackup(s *stage) (string, error) {
	p, dir := s.backedUp("--with-keys")
	defer p.Close()
	c, err := p.signIn("3027")
	s.must(err)
	_, err = c.save("later", "1128-3027-9", 1)
	s.must(err)
	c.close()
	s.must(p.StopHub())
	began := time.Now()
	s.must(os.Rename(p.data(), p.data()+".lost"))
	out, err := p.Run(nil, "hub", "restore", dir)
	s.must(err)
	out, _, _ = strings.Cut(out, "\n")
	s.must(p.StartHub())
	took := time.Since(began)
	if c, err = p.signIn("3027"); err != nil {
		return "", err
	}
	defer c.close()
	for i := 1; i <= 5; i++ {
		_, err = c.stored(fmt.Sprintf("1128-3027-%d", i))
		s.must(err)
	}
	if _, err := c.stored("1128-3027-9"); err == nil {
		return "", errors.New("a record from after the backup is in it")
	}
	_, err = p.Run(nil, "audit", "verify")
	s.must(err)
	return fmt.Sprintf("恢复到能登录 %.1f s；%s", took.Seconds(), firstPart(out)), nil
}

func proveBadBackup(s *stage) (string, error) {
	p, dir := s.backedUp()
	defer p.Close()
	if out, err := p.Run(nil, "hub", "restore", dir); err == nil || !strings.Contains(out, "已经有一个中心的数据") {
		return "", fmt.Errorf("over a hub's data: %s", out)
	}
	s.must(p.StopHub())
	s.must(os.Rename(p.data(), p.data()+".lost"))
	if out, err := p.Run(nil, "hub", "restore", dir); err == nil || !strings.Contains(out, "另一份密钥") {
		return "", fmt.Errorf("without its keys: %s", out)
	}
	s.must(os.Mkdir(p.data(), 0o700))
	s.must(os.Rename(filepath.Join(p.data()+".lost", "hub.keys"), filepath.Join(p.data(), "hub.keys")))
	spoilt := 0
	s.must(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "manifest.json" {
			return err
		}
		whole, err := os.ReadFile(path)
		if err != nil || len(whole) == 0 {
			return err
		}
		bad := append([]byte(nil), whole...)
		bad[len(bad)/2] ^= 1
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			return err
		}
		if out, err := p.Run(nil, "hub", "restore", dir); err == nil || !strings.Contains(out, "对不上") {
			return fmt.Errorf("%s changed: %s", path, out)
		}
		spoilt++
		return os.WriteFile(path, whole, 0o600)
	}))
	if left, err := os.ReadDir(p.data()); err != nil || len(left) != 1 {
		return "", fmt.Errorf("a refused restore left %v, %w", left, err)
	}
	return fmt.Sprintf("%d 个文件各改一位都拒绝；没有密钥、目录不空也拒绝", spoilt), nil
}

func proveKeys(s *stage) (string, error) {
	device, err := os.MkdirTemp("/dev/shm", "zuoxi-trust") // another one than the data's
	s.must(err)
	defer func() { _ = os.RemoveAll(device) }()
	keys := filepath.Join(device, "hub.keys")
	p, err := s.open([]string{"3027"}, "ZUOXI_HUB_STORE_KEY_FILE="+keys)
	s.must(err)
	defer p.Close()
	before := filepath.Join(s.dir, "backup-before")
	_, err = p.Run(nil, "hub", "backup", "--with-keys", before)
	s.must(err)
	c, err := p.signIn("3027")
	s.must(err)
	_, err = c.save("a", "1128-3027-1", 1)
	s.must(err)
	c.close()
	_, err = p.Run(nil, "hub", "rotate-key")
	s.must(err)
	s.must(p.StopHub())
	s.must(p.StartHub())
	c, err = p.signIn("3027")
	s.must(err)
	_, err = c.save("b", "1128-3027-2", 1)
	s.must(err)
	s.must(s.opened(c, 2))
	_, err = p.Run(nil, "audit", "verify")
	s.must(err)
	after := filepath.Join(s.dir, "backup-after")
	_, err = p.Run(nil, "hub", "backup", "--with-keys", after)
	s.must(err)
	s.must(p.StopHub())
	s.must(os.Rename(keys, keys+".away"))
	if err := p.StartHub(); err == nil {
		return "", errors.New("without its keys the hub made new ones and started")
	}
	said := firstPart(lastLine(p.HubLog()))
	s.must(os.Rename(p.data(), p.data()+".lost"))
	s.must(os.Rename(keys+".away", keys))
	if out, err := p.Run(nil, "hub", "restore", before); err == nil || !strings.Contains(out, "密钥文件已经在") {
		return "", fmt.Errorf("over newer keys: %s", out)
	}
	s.must(os.Remove(keys))
	_, err = p.Run(nil, "hub", "restore", after)
	s.must(err)
	s.must(p.StartHub())
	c, err = p.signIn("3027")
	s.must(err)
	s.must(s.opened(c, 2))
	return "换密钥前后的单都打得开，恢复到两个设备上以后也是，审计链不断；密钥不在：" + said, nil
}

// opened reads the first n records and the sealed number in each.
func (s *stage) opened(c *client, n int) error {
	defer c.close()
	for i := range n {
		r, err := c.stored(fmt.Sprintf("1128-3027-%d", i+1))
		if err != nil {
			return err
		}
		if r.Callback == "" {
			return errors.New("a sealed number cannot be shown")
		}
	}
	return nil
}

func proveAudit(s *stage) (string, error) {
	p, err := s.open([]string{"3027"})
	s.must(err)
	defer p.Close()
	_ = p.knock("3027", "Wrong-guess-7")
	for _, args := range [][]string{{"audit", "delete"}, {"audit", "clear"}, {"audit", "verify", "--repair"}} {
		if out, err := p.Run(nil, args...); err == nil {
			return "", fmt.Errorf("%v was carried out: %s", args, out)
		}
	}
	out, err := p.Run(nil, "audit", "verify")
	s.must(err)
	s.must(p.StopHub())
	db, err := sql.Open("sqlite", filepath.Join(p.data(), "hub.db"))
	s.must(err)
	defer func() { _ = db.Close() }()
	for _, q := range []string{"DELETE FROM audit", "UPDATE audit SET who = 'x'", "DELETE FROM audit WHERE seq = 1"} {
		if _, err := db.Exec(q); err == nil {
			return "", fmt.Errorf("the database carried out %q", q)
		}
	}
	// Who goes so far as to take the guards away is found out all the same.
	rows, err := db.Query("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'")
	s.must(err)
	var guards []string
	for rows.Next() {
		var name string
		s.must(rows.Scan(&name))
		guards = append(guards, name)
	}
	s.must(errors.Join(rows.Err(), rows.Close()))
	for _, name := range guards {
		_, err := db.Exec("DROP TRIGGER " + name)
		s.must(err)
	}
	s.must(db.Close())
	s.must(s.cutAudit(p))
	return fmt.Sprintf("3 条 SQL 被拒；拆掉 %d 道守卫，删一条、截尾、清空（库里的头也改回去）都核对出来；之前：%s", len(guards), firstPart(out)), nil
}

// cutAudit cuts the log of a hub that is stopped, each way from the same start.
func (s *stage) cutAudit(p *place) error {
	names := []string{filepath.Join(p.data(), "hub.db"), filepath.Join(p.data(), "hub.keys.anchor")}
	var whole [2][]byte
	for i, name := range names {
		var err error
		whole[i], err = os.ReadFile(name)
		s.must(err)
	}
	for name, cut := range cuts {
		for i := range names {
			s.must(os.WriteFile(names[i], whole[i], 0o600))
		}
		db, err := sql.Open("sqlite", names[0])
		s.must(err)
		for _, q := range cut {
			_, err := db.Exec(q)
			s.must(err)
		}
		s.must(db.Close())
		s.must(p.StartHub())
		if said, err := p.Run(nil, "audit", "verify"); err == nil {
			return fmt.Errorf("%s: not found: %s", name, said)
		}
		s.must(p.StopHub())
	}
	return nil
}

// cuts are what the database's administrator may do with the log, the head that
// stands in the database included.
var cuts = map[string][]string{
	"a row": {"DELETE FROM audit WHERE seq = 1"},
	"tail":  {"DELETE FROM audit WHERE seq > 1", "UPDATE audit_head SET seq = 1, hash = (SELECT hash FROM audit WHERE seq = 1)"},
	"all":   {"DELETE FROM audit", "UPDATE audit_head SET seq = 0, hash = NULL"},
}
