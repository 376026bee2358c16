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
	"io/fs"
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
	stays   bool   // with its data, when it is stopped
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
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "zuoxi-pg-")
	if err != nil {
		return nil, fmt.Errorf("make server folder: %w", err)
	}
	s := &Server{bin: bin, dir: dir}
	if err := s.start("-c fsync=off"); err != nil { // no test kills it
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

// StartIn gives a server that stays in a folder when it is stopped, with what
// was written to it, and writes as safely as it does for a hub.
func StartIn(dir string) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // the server runs as another user
		return nil, fmt.Errorf("make server folder: %w", err)
	}
	s := &Server{bin: bin, dir: dir, stays: true}
	return s, s.start("-c max_wal_size=8GB -c maintenance_work_mem=512MB")
}

func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		return "", ErrNoBinaries
	}
	slices.Sort(found)
	return found[len(found)-1], nil
}

// Address is the server's own database.
func (s *Server) Address() string { return s.address.String() }

func (s *Server) start(settings string) error {
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
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); errors.Is(err, fs.ErrNotExist) {
		if err := s.run("initdb", "-D", data, "-U", "zuoxi", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"); err != nil {
			return err
		}
	}
	// An empty -k is no Unix socket: its path is often too long for one.
	opts := fmt.Sprintf("-p %d -k '' -c listen_addresses=127.0.0.1 -c max_connections=200 %s", port, settings)
	if err := s.run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", filepath.Join(s.dir, "log"), "-o", opts, "start"); err != nil {
		return err
	}
	s.address = &url.URL{
		Scheme: "postgres", User: url.User("zuoxi"), Path: "/postgres",
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), RawQuery: "sslmode=disable",
	}
	return nil
}

// Stop ends a server, and removes it unless it was to stay.
func (s *Server) Stop() error {
	if s.dir == "" {
		return nil
	}
	data := filepath.Join(s.dir, "data")
	if s.stays {
		return s.run("pg_ctl", "-D", data, "-t", "300", "-m", "fast", "stop")
	}
	err := s.run("pg_ctl", "-D", data, "-m", "immediate", "stop")
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
