package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"zuoxi/internal/story"
)

// place is a hub with a TLS door beside the plain one of this machine.
type place struct {
	*story.World
	wss  string // host:port of the TLS door
	pool *x509.CertPool
}

// newPlace makes a place whose hub is not started yet; extra is environment.
func (s *stage) newPlace(extra ...string) (*place, error) {
	w, err := story.NewWorld(s.dir, s.binary)
	if err != nil {
		return nil, err
	}
	port, err := story.FreePort()
	if err != nil {
		return nil, err
	}
	p := &place{World: w, wss: net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}
	w.Extra = append(w.Extra, "ZUOXI_HUB_LISTEN="+w.SeatURL()+",wss://"+p.wss)
	w.Extra = append(w.Extra, extra...)
	return p, nil
}

// open starts the hub of a new place and adds agents.
func (s *stage) open(agents []string, extra ...string) (*place, error) {
	p, err := s.newPlace(extra...)
	if err != nil {
		return nil, err
	}
	if err := p.StartHub(); err != nil {
		p.Close()
		return nil, err
	}
	for _, no := range agents {
		if err := p.Agent(no, "演练", "agent"); err != nil {
			p.Close()
			return nil, err
		}
	}
	return p, nil
}

// data is the hub's folder.
func (p *place) data() string { return filepath.Join(p.Dir, "home", "data", "hub") }

// tls is how somebody knows this hub who is not registered with it.
func (p *place) tls() (*tls.Config, error) {
	if p.pool == nil {
		pem, err := os.ReadFile(filepath.Join(p.data(), "authority.pem"))
		if err != nil {
			return nil, fmt.Errorf("the hub's authority: %w", err)
		}
		p.pool = x509.NewCertPool()
		p.pool.AppendCertsFromPEM(pem)
	}
	return &tls.Config{RootCAs: p.pool, MinVersion: tls.VersionTLS12}, nil
}

// paired is how a registered PC knows this hub, and is known to it.
func (p *place) paired() (*tls.Config, error) {
	conf, err := p.tls()
	if err != nil {
		return nil, err
	}
	certFile, keyFile, err := p.enrol("pc")
	if err != nil {
		return nil, err
	}
	cert, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("the device's certificate: %w", err)
	}
	conf.Certificates = []tls.Certificate{cert}
	return conf, nil
}

// metric is one of the hub's figures, of all its labels together.
func (p *place) metric(name string) (sum float64, err error) {
	resp, err := http.Get("http://" + p.Status() + "/metrics")
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	said, err := io.ReadAll(resp.Body)
	for line := range strings.Lines(string(said)) {
		series, value, ok := strings.Cut(strings.TrimSpace(line), " ")
		if base, _, _ := strings.Cut(series, "{"); !ok || base != "zuoxi_"+name {
			continue
		}
		n, numErr := strconv.ParseFloat(value, 64)
		sum, err = sum+n, errors.Join(err, numErr)
	}
	return sum, err
}

// password is the one that story.World gives an agent.
func password(no string) string { return "synthetic-" + no }

// cpu is the processor time that a process has had.
func cpu(pid int) (time.Duration, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("processor time of %d: %w", pid, err)
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("no processor time of %d", pid)
	}
	user, err1 := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(err1, err2) // in hundredths of a second, on every Linux
}

// rss is a process's memory in MiB.
func rss(pid int) (int, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("memory of %d: %w", pid, err)
	}
	for l := range strings.SplitSeq(string(data), "\n") {
		if rest, ok := strings.CutPrefix(l, "VmRSS:"); ok {
			kib, err := strconv.Atoi(strings.Fields(rest)[0])
			return kib / 1024, err
		}
	}
	return 0, fmt.Errorf("no memory figure of %d", pid)
}

// within waits until ok is content.
func within(limit time.Duration, what string, ok func() (bool, error)) error {
	deadline := time.After(limit)
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	var last error
	for {
		good, err := ok()
		if good {
			return nil
		}
		last = err
		select {
		case <-deadline:
			return fmt.Errorf("%s: not within %v (%w)", what, limit, orNil(last))
		case <-poll.C:
		}
	}
}

type noReason struct{}

func (noReason) Error() string { return "no reason known" }

func orNil(err error) error {
	if err == nil {
		return noReason{}
	}
	return err
}
