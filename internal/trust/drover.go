package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	mrand "math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"

	"zuoxi/wire"
)

// muster is what a process that plays seats is told.
type muster struct {
	URL   string `json:"url"`
	CA    string `json:"ca"` // PEM files
	Cert  string `json:"cert"`
	Key   string `json:"key"`
	First int    `json:"first"`
	Seats int    `json:"seats"`
	Ready int    `json:"ready"` // of them, with voice
	// EveryMS is how long a seat without voice stays in a state; 0: for ever.
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
	voices, err := newVoices()
	if err != nil {
		return err
	}
	debug.SetGCPercent(400) // what is measured shares the machine with who plays it
	var sum sums
	gate := make(chan struct{}, 16) // how many sign in at a time the first time
	for i := range m.Seats {
		go func() {
			gate <- struct{}{}
			own := conf.Clone()
			own.ClientSessionCache = tls.NewLRUClientSessionCache(1) // as each seat has
			d := &drover{url: m.URL, conf: own, from: address(m.First + i), no: crowdNo(m.First + i), every: time.Duration(m.EveryMS) * time.Millisecond, sums: &sum}
			if i < m.Ready {
				d.voices = voices
			}
			d.run(func() { <-gate })
		}()
	}
	go func() {
		for range time.Tick(200 * time.Millisecond) {
			fmt.Println(sum.in.Load(), sum.back.Load(), sum.double.Load(), sum.audible.Load(), sum.dials.Load(), sum.late.Load(), sum.offered.Load())
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

// sums is what the seats of a process have come to: how many are in, came back,
// were somewhere twice and have voice; how often they dialled, their greeting was
// not answered in time, and a call was offered to them.
type sums struct{ in, back, double, audible, dials, late, offered atomic.Int64 }

// count is the same at one moment.
type count struct{ in, back, double, audible, dials, late, offered int }

func (c count) plus(o count) count {
	return count{c.in + o.in, c.back + o.back, c.double + o.double, c.audible + o.audible, c.dials + o.dials, c.late + o.late, c.offered + o.offered}
}

// address is a seat's own: the door gives each of them its share.
func address(seat int) net.IP { return net.IPv4(127, 1, byte(seat>>8), byte(seat)) }

// drover keeps one seat connected.
type drover struct {
	url       string
	conf      *tls.Config
	from      net.IP
	no, token string
	number    uint64
	away      time.Duration // how long nobody misses it
	voices    *voices       // nil: not a ready one
	every     time.Duration
	*sums
}

// The pauses between tries, as in session/link: the first is at once.
const (
	firstPause = 250 * time.Millisecond
	longPause  = time.Second
)

func (d *drover) run(first func()) {
	pause := time.Duration(0)
	for {
		welcomed, err := d.once(first)
		switch {
		case welcomed:
			pause = 0
		case d.away > 0 && errors.Is(err, syscall.ECONNREFUSED):
			<-time.After(mrand.N(d.away))
		case pause > 0:
			<-time.After(pause/2 + mrand.N(pause))
		}
		pause = min(max(2*pause, firstPause), longPause)
	}
}

// readyPart is in which part of the time a ready seat's voice comes back when the hub asks
// its seats to spread, as in session.
const readyPart = 4

// once lives through one connection.
func (d *drover) once(first func()) (welcomed bool, err error) {
	d.dials.Add(1)
	c, err := dial(d.from, d.url, d.conf)
	if err != nil {
		return false, err
	}
	defer c.close()
	greet := wire.Body(&wire.SignIn{AgentNo: d.no, Password: crowdPassword})
	if d.token != "" {
		greet = &wire.Resume{Token: d.token}
	}
	if err := c.greet(greet); err != nil {
		var slow net.Error
		if errors.As(err, &slow) && slow.Timeout() {
			d.late.Add(1)
		}
		return false, err
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
	if d.voices == nil {
		d.away = time.Duration(c.welcome.AwayMS) * time.Millisecond
	}
	if d.voices != nil {
		if spread := time.Duration(c.welcome.SpreadMS) * time.Millisecond; spread > 0 {
			<-time.After(mrand.N(spread / readyPart))
		}
		c.other = d.look
		v, err := d.voices.open(c)
		if err != nil {
			return true, err
		}
		defer v.close()
		d.audible.Add(1)
		defer d.audible.Add(-1)
	} else if d.every > 0 {
		gone := make(chan struct{})
		defer close(gone)
		go d.change(c, gone)
	}
	if c.hold(func() { d.offered.Add(1) }) == holdMoved {
		d.double.Add(1) // nobody else may have this number
	}
	return true, nil
}

// look counts a call that is offered while the voice is being tried.
func (d *drover) look(m wire.Message) {
	if s, ok := m.Body.(*wire.DeskState); ok && s.Offer != nil {
		d.offered.Add(1)
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
	cmd   *exec.Cmd
	stdin io.WriteCloser
	now   atomic.Pointer[count]
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
	d.now.Store(&count{})
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
			var c count
			if _, err := fmt.Sscan(lines.Text(), &c.in, &c.back, &c.double, &c.audible, &c.dials, &c.late, &c.offered); err == nil {
				d.now.Store(&c)
			}
		}
	}()
	return d, nil
}

func (d *drove) end() {
	_ = d.stdin.Close()
	_ = d.cmd.Wait()
}
