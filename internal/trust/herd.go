package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	mrand "math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"zuoxi/wire"
)

func herds() []promise {
	const group = "回潮"
	return []promise{
		{group, "中心被杀，300 席凭令牌经双向 TLS 回来，没有双份会话", false, func(s *stage) (string, error) { return proveHerd(s, 300) }},
		{group, "同上，10,000 席（-herd）：30 s 内全回来，≤ 1 GiB，5 s 内接起第一通", true, func(s *stage) (string, error) { return proveHerd(s, s.herd) }},
	}
}

// muster is what a process that plays seats is told.
type muster struct {
	URL   string `json:"url"`
	CA    string `json:"ca"` // PEM files
	Cert  string `json:"cert"`
	Key   string `json:"key"`
	First int    `json:"first"`
	Seats int    `json:"seats"`
	// EveryMS is how long a seat stays in a state; 0: for ever.
	EveryMS int64 `json:"every_ms"`
}

// playSeats signs seats in and lets each return by itself when its connection
// breaks, at the pace of session/link. It says on standard output how many are
// in, and ends with its standard input.
func playSeats(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var m muster
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	conf, err := m.tls()
	if err != nil {
		return err
	}
	var in, back, double atomic.Int64
	gate := make(chan struct{}, 16) // how many sign in at a time the first time
	for i := range m.Seats {
		go func() {
			gate <- struct{}{}
			(&drover{
				url: m.URL, conf: conf, no: crowdNo(m.First + i), every: time.Duration(m.EveryMS) * time.Millisecond, in: &in, back: &back, double: &double,
			}).run(func() { <-gate })
		}()
	}
	go func() {
		for range time.Tick(200 * time.Millisecond) {
			fmt.Println(in.Load(), back.Load(), double.Load())
		}
	}()
	_, _ = io.Copy(io.Discard, os.Stdin)
	return nil
}

func (m muster) tls() (*tls.Config, error) {
	ca, err := os.ReadFile(m.CA)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	cert, err := tls.LoadX509KeyPair(m.Cert, m.Key)
	if err != nil {
		return nil, err
	}
	return &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13}, nil
}

// drover keeps one seat connected.
type drover struct {
	url              string
	conf             *tls.Config
	no, token        string
	number           uint64
	every            time.Duration
	in, back, double *atomic.Int64
}

func (d *drover) run(first func()) {
	pause := 250 * time.Millisecond
	for {
		if d.once(first) {
			pause = 250 * time.Millisecond
		}
		<-time.After(pause/2 + mrand.N(pause))
		pause = min(2*pause, 2*time.Second)
	}
}

// once lives through one connection.
func (d *drover) once(first func()) bool {
	c, err := dial(d.url, d.conf, http.Header{})
	if err != nil {
		return false
	}
	defer c.close()
	greet := wire.Body(&wire.SignIn{AgentNo: d.no, Password: crowdPassword})
	if d.token != "" {
		greet = &wire.Resume{Token: d.token}
	}
	if err := c.greet(greet); err != nil {
		return false
	}
	if c.welcome.Session <= d.number {
		d.double.Add(1)
	}
	if d.token == "" {
		first()
	} else {
		d.back.Add(1)
	}
	d.token, d.number = c.welcome.Token, c.welcome.Session
	d.in.Add(1)
	defer d.in.Add(-1)
	gone := make(chan struct{})
	defer close(gone)
	if d.every > 0 {
		go d.change(c, gone)
	}
	for {
		m, err := c.read(15 * time.Second)
		var late interface{ Timeout() bool }
		if errors.As(err, &late) && late.Timeout() {
			return true
		}
		if err != nil {
			return true
		}
		if _, ok := m.Body.(*wire.Bye); ok {
			d.double.Add(1) // nobody else may have this number
		}
	}
}

// change goes from one state to another and back, as people do, until the connection is gone. Each seat begins somewhere in
// its first round.
func (d *drover) change(c *client, gone <-chan struct{}) {
	wait := mrand.N(d.every)
	for n := 0; ; n++ {
		select {
		case <-gone:
			return
		case <-time.After(wait):
		}
		wait = d.every
		to := []*wire.SetPresence{{State: "break", Reason: "meal"}, {State: "not_ready", Reason: "busy"}}[n%2]
		if _, err := c.send(to); err != nil {
			return
		}
	}
}

// drove is a process that plays seats.
type drove struct {
	cmd              *exec.Cmd
	stdin            io.WriteCloser
	in, back, double atomic.Int64
}

func (s *stage) drive(m muster, n int) (*drove, error) {
	file := filepath.Join(s.dir, fmt.Sprintf("muster-%d.json", n))
	data, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	d := &drove{cmd: exec.Command(self, "-seats", file)}
	d.cmd.Stderr = os.Stderr
	if d.stdin, err = d.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := d.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var in, back, double int64
			if _, err := fmt.Sscan(lines.Text(), &in, &back, &double); err == nil {
				d.in.Store(in)
				d.back.Store(back)
				d.double.Store(double)
			}
		}
	}()
	return d, nil
}

func (d *drove) end() {
	_ = d.stdin.Close()
	_ = d.cmd.Wait()
}

// enrol makes a device certificate for the seats.
func (p *place) enrol(name string) (certFile, keyFile string, err error) {
	out, err := p.Run(nil, "--json", "device", "invite", "--name", name)
	if err != nil {
		return "", "", err
	}
	var invited struct{ Code string }
	if err := json.Unmarshal([]byte(out), &invited); err != nil {
		return "", "", err
	}
	_, code, _ := strings.Cut(invited.Code, "/")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", err
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		return "", "", err
	}
	conf, err := p.tls()
	if err != nil {
		return "", "", err
	}
	body, err := json.Marshal(wire.PairRequest{Invite: code, Request: request})
	if err != nil {
		return "", "", err
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: conf, DisableKeepAlives: true}, Timeout: clientWait}
	resp, err := client.Post("https://"+p.wss+wire.PairPath, "application/json", strings.NewReader(string(body)))
	if err != nil {
		return "", "", err
	}
	defer func() { _ = resp.Body.Close() }()
	var reply wire.PairReply
	if err := json.NewDecoder(resp.Body).Decode(&reply); err != nil || reply.Code != wire.CodeOK {
		return "", "", fmt.Errorf("enrolling: %s %w", reply.Text, orNil(err))
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", "", err
	}
	certFile, keyFile = filepath.Join(p.Dir, name+".pem"), filepath.Join(p.Dir, name+".key")
	return certFile, keyFile, errors.Join(
		os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: reply.Cert}), 0o600),
		os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), 0o600))
}

// herd is a place with seats at it.
type herd struct {
	*place
	droves []*drove
}

// gather signs seats in, each through TLS with a certificate; every is how long a seat stays in a state, 0 for ever. leads have
// accounts and do not sign in yet.
func (s *stage) gather(seats int, every time.Duration, leads ...string) *herd {
	p, err := s.newPlace("ZUOXI_HUB_TLS_PER_SOURCE=20000", "ZUOXI_HUB_TLS_DEVICES=true")
	s.must(err)
	h := &herd{place: p}
	p.Extra = append(p.Extra, "ZUOXI_HUB_LISTEN="+p.SeatURL()+",wss://"+p.wss)
	s.must(p.StartHub())
	s.must(p.Agent("3027", "演练", "agent"))
	for _, no := range leads {
		s.must(p.Agent(no, "班长", "lead"))
	}
	certFile, keyFile, err := p.enrol("herd")
	s.must(err)
	s.must(p.StopHub())
	s.must(p.crowd(seats))
	s.must(p.StartHub())
	half := seats / 2
	for n := range 2 {
		d, err := s.drive(muster{
			URL: "wss://" + p.wss, CA: filepath.Join(p.data(), "authority.pem"), Cert: certFile, Key: keyFile, First: n * half, Seats: half, EveryMS: every.Milliseconds(),
		}, n)
		s.must(err)
		h.droves = append(h.droves, d)
	}
	s.mustWhen("the first sign-in", within(10*time.Minute, "all in", func() (bool, error) { return h.in() >= seats, fmt.Errorf("%d in", h.in()) }))
	return h
}

// disperse ends seats and hub.
func (h *herd) disperse() {
	for _, d := range h.droves {
		d.end()
	}
	h.Close()
}

func (h *herd) sum(of func(*drove) int64) (n int) {
	for _, d := range h.droves {
		n += int(of(d))
	}
	return n
}

func (h *herd) in() int     { return h.sum(func(d *drove) int64 { return d.in.Load() }) }
func (h *herd) back() int   { return h.sum(func(d *drove) int64 { return d.back.Load() }) }
func (h *herd) double() int { return h.sum(func(d *drove) int64 { return d.double.Load() }) }

func proveHerd(s *stage, seats int) (string, error) {
	p := s.gather(seats, 0)
	defer p.disperse()
	p.KillHub()
	s.must(within(30*time.Second, "all out", func() (bool, error) { return p.in() == 0, fmt.Errorf("%d in", p.in()) }))
	began := time.Now()
	s.must(p.StartHub())
	var first sync.WaitGroup
	var picked time.Duration
	var callErr error
	first.Go(func() {
		var c *caller
		if c, callErr = call(fmt.Sprint("127.0.0.1:", p.SIP), 1); callErr == nil {
			picked = time.Since(began)
			c.end()
		}
	})
	err := within(90*time.Second, "all back", func() (bool, error) { return p.back() >= seats, fmt.Errorf("%d back", p.back()) })
	took := time.Since(began)
	first.Wait()
	mem, memErr := rss(p.HubPid())
	s.must(errors.Join(callErr, memErr))
	double := p.double()
	hashed := strings.Count(p.HubLog(), "sign-in refused")
	figure := fmt.Sprintf("%d 席 %.1f s 回来，中心 %d MiB，第一通 %.1f s 接起，双份 %d，被拒 %d", seats, took.Seconds(), mem, picked.Seconds(), double, hashed)
	if err != nil || took > 30*time.Second || mem > 1024 || picked > 5*time.Second || double > 0 {
		return figure, fmt.Errorf("not held: %s (%w)", figure, orNil(err))
	}
	return figure, nil
}
