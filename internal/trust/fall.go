package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// proveFallen lets the hub die of a fault of its own, as of a panic in a
// library's goroutine, while somebody's number is in it.
func proveFallen(s *stage) (string, error) {
	p, err := s.open([]string{"3027"})
	s.must(err)
	defer p.Close()
	c, err := p.signIn("3027")
	s.must(err)
	defer c.close()
	_, err = c.save("a", "1128-3027-1", 1)
	s.must(err)
	s.must(syscall.Kill(p.HubPid(), syscall.SIGSEGV))
	s.must(within(patience, "the hub's last line", func() (bool, error) {
		return strings.Contains(p.HubLog(), "中心程序出错，已退出"), errors.New(lastLine(p.HubLog()))
	}))
	log := p.HubLog()
	p.KillHub()
	files, err := filepath.Glob(filepath.Join(p.data(), "crash-*.txt"))
	s.must(err)
	if len(files) != 1 {
		return "", fmt.Errorf("error files %v", files)
	}
	kept, err := os.ReadFile(files[0])
	s.must(err)
	info, err := os.Stat(files[0])
	s.must(err)
	switch {
	case !strings.Contains(string(kept), "SIGSEGV") || !strings.Contains(string(kept), "goroutine "):
		return "", fmt.Errorf("the error file says %s", kept)
	case strings.Contains(log, "goroutine ") || strings.Contains(log+string(kept), "13900000042"):
		return "", fmt.Errorf("more than the place is told: %s", log)
	case info.Mode().Perm() != 0o600:
		return "", fmt.Errorf("the error file has mode %o", info.Mode().Perm())
	}
	s.must(p.StartHub())
	if c, err = p.signIn("3027"); err != nil {
		return "", err
	}
	defer c.close()
	_, err = c.stored("1128-3027-1")
	return "日志一句话，出错文件 0600、只有位置；重开后单据还在", err
}
