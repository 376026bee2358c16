// Package pgtest gives tests a PostgreSQL of their own: the server that
// ZUOXI_TEST_PG names, or a throw-away one started from the installed
// binaries. There is no third way: without binaries the test fails and says
// what to install. For tests only.
package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver

	"zuoxi/hub/store"
)

// Variable names a running server as a postgres:// address.
const Variable = "ZUOXI_TEST_PG"

// ErrNoBinaries says what a machine lacks.
var ErrNoBinaries = errors.New("no PostgreSQL found under /usr/lib/postgresql: install Debian's package postgresql")

// Server is a running PostgreSQL.
type Server struct {
	address *url.URL
	bin     string
	dir     string // empty when the server is not ours to stop
}

// Start gives a server; call Stop in the end.
func Start() (*Server, error) {
	if dsn := os.Getenv(Variable); dsn != "" {
		u, err := url.Parse(dsn)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", Variable, err)
		}
		return &Server{address: u}, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		return nil, ErrNoBinaries
	}
	slices.Sort(found)
	dir, err := os.MkdirTemp("", "zuoxi-pg-")
	if err != nil {
		return nil, fmt.Errorf("make server folder: %w", err)
	}
	s := &Server{bin: found[len(found)-1], dir: dir}
	if err := s.start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

func (s *Server) start() error {
	port, err := freePort()
	if err != nil {
		return err
	}
	cred, err := s.credential()
	if err != nil {
		return err
	}
	if cred != nil {
		if err := os.Chown(s.dir, int(cred.Uid), int(cred.Gid)); err != nil {
			return fmt.Errorf("hand over server folder: %w", err)
		}
	}
	data := filepath.Join(s.dir, "data")
	if err := s.run("initdb", "-D", data, "-U", "zuoxi", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"); err != nil {
		return err
	}
	opts := fmt.Sprintf("-p %d -k %s -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200", port, s.dir)
	if err := s.run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", filepath.Join(s.dir, "log"), "-o", opts, "start"); err != nil {
		return err
	}
	s.address = &url.URL{
		Scheme: "postgres", User: url.User("zuoxi"), Path: "/postgres",
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), RawQuery: "sslmode=disable",
	}
	return nil
}

// Stop ends a server that Start started, and removes it.
func (s *Server) Stop() error {
	if s.dir == "" {
		return nil
	}
	err := s.run("pg_ctl", "-D", filepath.Join(s.dir, "data"), "-m", "immediate", "stop")
	return errors.Join(err, os.RemoveAll(s.dir))
}

// Database makes an empty database for one test and returns its address.
func (s *Server) Database(t *testing.T) string {
	t.Helper()
	name := "t" + store.NewID(time.Now())
	s.admin(t, `CREATE DATABASE "`+name+`" TEMPLATE template0`)
	t.Cleanup(func() { s.admin(t, `DROP DATABASE "`+name+`" WITH (FORCE)`) })
	u := *s.address
	u.Path = "/" + name
	return u.String()
}

func (s *Server) admin(t *testing.T, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", s.address.String())
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(context.WithoutCancel(t.Context()), statement)
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// run starts one of the server's programs and waits for it. Its output goes
// to a file: a pipe would stay open in the server it leaves behind.
func (s *Server) run(name string, args ...string) error {
	log, err := os.OpenFile(filepath.Join(s.dir, name+".out"), os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("run %s: %w", name, err)
	}
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.dir, log, log
	cred, err := s.credential()
	if err == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
		err = cmd.Run()
	}
	if err = errors.Join(err, log.Close()); err != nil {
		out, _ := os.ReadFile(log.Name())
		return fmt.Errorf("run %s: %w\n%s", name, err, out)
	}
	return nil
}

// credential is who runs the server: PostgreSQL refuses to run as root.
func (s *Server) credential() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("find the user to run the server as: %w", err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("read user postgres: %w", err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}
