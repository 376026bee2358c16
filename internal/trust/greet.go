package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"time"
)

// greeters are connections that say the first message of a handshake whole, and
// then nothing. Half of them go away when they have had the hub's attention for
// about as long as it gives it, and come again; the others stay until it ends.
const (
	greeters  = 500
	attention = 100 * time.Millisecond
)

// first keeps what is said first, and ends there.
type first struct {
	net.Conn
	said []byte
}

func (f *first) Write(b []byte) (int, error) {
	f.said = append(f.said, b...)
	return 0, io.ErrClosedPipe
}

// hello is the whole first message of a handshake.
func hello() ([]byte, error) {
	var f first
	if err := tls.Client(&f, &tls.Config{ServerName: "127.0.0.1", MinVersion: tls.VersionTLS13}).Handshake(); !errors.Is(err, io.ErrClosedPipe) {
		return nil, fmt.Errorf("greeting: %w", orNil(err))
	}
	return f.said, nil
}

// greet says it over and over from one address, each time staying for a while at most.
func (p *place) greet(said []byte, stay time.Duration, stop <-chan struct{}) {
	d := net.Dialer{Timeout: dialWait, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	again(d, p.wss, stop, func(conn net.Conn) {
		_ = conn.SetDeadline(time.Now().Add(stay))
		_, _ = conn.Write(said)
		_, _ = io.Copy(io.Discard, conn)
	})
}

// proveGreet lets one address take all that the door has to give, and looks
// whether seats of others come in.
func proveGreet(s *stage) (string, error) {
	p := s.crowded(0)
	defer p.Close()
	conf, err := p.paired()
	s.must(err)
	calm := p.comeIn(conf)
	said, err := hello()
	s.must(err)
	stop := make(chan struct{})
	var work sync.WaitGroup
	defer work.Wait()
	defer close(stop)
	for i := range greeters {
		stay := attention
		if i%2 == 0 {
			stay = patience
		}
		work.Go(func() { p.greet(said, stay, stop) })
	}
	<-time.After(time.Second) // all of them are there
	busy := p.comeIn(conf)
	figure := fmt.Sprintf("%d 个连接；别的地址进来平时 90%% %.0f ms，冲击中 %.0f ms", greeters, calm, busy)
	if s.slower(busy, calm) {
		return figure, fmt.Errorf("not held: %s", figure)
	}
	return figure, nil
}

// comeIn is how long a seat needs to come through the door, in ms: nine of ten. A
// tenth may lose its patience once, as on any busy machine; it knocks again.
func (p *place) comeIn(conf *tls.Config) float64 {
	const times, never = 40, 1e6
	var took []float64
	for i := range times {
		began := time.Now()
		c, err := dial(address(i), "wss://"+p.wss, conf)
		took = append(took, float64(time.Since(began).Microseconds())/1000)
		if err != nil {
			took[i] = never
			continue
		}
		c.close()
	}
	slices.Sort(took)
	return took[times*90/100]
}
