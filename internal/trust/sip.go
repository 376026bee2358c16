package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// caller is one telephone of a gateway: it calls, holds the line and sends
// sound. It is written in plain text, so that it believes no library.
type caller struct {
	sip, rtp *net.UDPConn
	hub      string // host:port
	id       string
	to       string // To header with the hub's tag
	contact  string
	answered time.Duration // from the INVITE to the 200
	hungUp   atomic.Bool   // by the hub
	heard    atomic.Int64  // when its last sound came, in ns
	told     atomic.Int64  // the same of an agent's mark
	stop     chan struct{}
	wait     sync.WaitGroup
}

const (
	resendAfter = 500 * time.Millisecond // T1 of RFC 3261
	callLimit   = 64 * resendAfter       // its timer B
)

// call rings the hotline until it is answered. The caller must be ended.
func call(hub string, n int) (*caller, error) {
	c := &caller{hub: hub, id: fmt.Sprintf("t%d-%d", n, time.Now().UnixNano()), stop: make(chan struct{})}
	to, err := net.ResolveUDPAddr("udp", hub)
	if err != nil {
		return nil, err
	}
	if c.sip, err = net.DialUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}, to); err != nil {
		return nil, err
	}
	if c.rtp, err = net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
		_ = c.sip.Close()
		return nil, err
	}
	if err := c.invite(n); err != nil {
		_ = c.sip.Close()
		_ = c.rtp.Close()
		return nil, err
	}
	c.wait.Go(c.listen)
	c.wait.Go(c.speak)
	return c, nil
}

func (c *caller) request(method, uri, to string, seq int, more, body string) string {
	return fmt.Sprintf("%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s-%s;rport\r\nMax-Forwards: 70\r\nFrom: <sip:13900000042@127.0.0.1>;tag=%s\r\nTo: %s\r\n"+
		"Call-ID: %s\r\nCSeq: %d %s\r\nContact: <sip:gw@%s>\r\n%sContent-Length: %d\r\n\r\n%s",
		method, uri, c.sip.LocalAddr(), c.id, method, c.id, to, c.id, seq, method, c.sip.LocalAddr(), more, len(body), body)
}

var (
	toHeader      = regexp.MustCompile(`(?mi)^To: *(.*?)\r$`)
	contactHeader = regexp.MustCompile(`(?mi)^Contact: *<([^>]+)>`)
	sdpPort       = regexp.MustCompile(`(?m)^m=audio (\d+) `)
)

func (c *caller) invite(n int) error {
	_, port, err := net.SplitHostPort(c.rtp.LocalAddr().String())
	if err != nil {
		return err
	}
	sdp := "v=0\r\no=gw 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio " + port + " RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=ptime:20\r\n"
	uri := "sip:12333@" + c.hub
	text := []byte(c.request("INVITE", uri, "<"+uri+">", 1, "Content-Type: application/sdp\r\n", sdp))
	began := time.Now()
	buf := make([]byte, 8192)
	sent := time.Time{}
	for time.Since(began) < callLimit {
		if time.Since(sent) >= resendAfter {
			if _, err := c.sip.Write(text); err != nil {
				return err
			}
			sent = time.Now()
		}
		_ = c.sip.SetReadDeadline(sent.Add(resendAfter))
		m, err := c.sip.Read(buf)
		if err != nil {
			continue
		}
		answer := string(buf[:m])
		switch {
		case strings.HasPrefix(answer, "SIP/2.0 1"):
			sent = time.Now().Add(time.Hour) // heard: an INVITE is not sent again after that
			_ = c.sip.SetReadDeadline(began.Add(callLimit))
		case strings.HasPrefix(answer, "SIP/2.0 200"):
			c.answered = time.Since(began)
			return c.acknowledge(answer)
		default:
			line, _, _ := strings.Cut(answer, "\r\n")
			return fmt.Errorf("call %d: %s", n, line)
		}
	}
	return fmt.Errorf("call %d was not answered within %v", n, callLimit)
}

func (c *caller) acknowledge(answer string) error {
	to, contact, port := toHeader.FindStringSubmatch(answer), contactHeader.FindStringSubmatch(answer), sdpPort.FindStringSubmatch(answer)
	if to == nil || contact == nil || port == nil {
		return errors.New("the answer to the INVITE lacks To, Contact or sound")
	}
	c.to, c.contact = to[1], contact[1]
	dst, err := net.ResolveUDPAddr("udp", "127.0.0.1:"+port[1])
	if err != nil {
		return err
	}
	_ = c.rtp.SetWriteBuffer(1 << 16)
	c.wait.Go(func() { c.sound(dst) })
	_, err = c.sip.Write([]byte(c.request("ACK", c.contact, c.to, 1, "", "")))
	return err
}

// listen answers what the hub says in the call.
func (c *caller) listen() {
	buf := make([]byte, 8192)
	for {
		select {
		case <-c.stop:
			return
		default:
		}
		_ = c.sip.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		n, err := c.sip.Read(buf)
		if err != nil {
			continue
		}
		if bytes.HasPrefix(buf[:n], []byte("BYE ")) {
			c.hungUp.Store(true)
		}
	}
}

// speak drains the hub's sound.
func (c *caller) speak() {
	buf := make([]byte, 2048)
	for {
		select {
		case <-c.stop:
			return
		default:
		}
		_ = c.rtp.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		n, _, err := c.rtp.ReadFromUDP(buf)
		if err != nil {
			continue
		}
		now := time.Now().UnixNano()
		if c.heard.Store(now); n > 12 && marked(buf[12:n]) {
			c.told.Store(now)
		}
	}
}

// sound sends A-law silence, 20 ms at a time.
func (c *caller) sound(dst *net.UDPAddr) {
	packet := make([]byte, 12+160)
	packet[0], packet[1] = 0x80, 8
	for i := range packet[12:] {
		packet[12+i] = 0xD5
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for seq := uint16(1); ; seq++ {
		select {
		case <-c.stop:
			return
		case <-tick.C:
		}
		binary.BigEndian.PutUint16(packet[2:], seq)
		binary.BigEndian.PutUint32(packet[4:], uint32(seq)*160)
		_, _ = c.rtp.WriteToUDP(packet, dst)
	}
}

// bye hangs up.
func (c *caller) bye() error {
	if c.hungUp.Load() {
		return nil
	}
	_, err := c.sip.Write([]byte(c.request("BYE", c.contact, c.to, 2, "", "")))
	return err
}

// end hangs up and is gone.
func (c *caller) end() {
	_ = c.bye()
	close(c.stop)
	c.wait.Wait()
	_ = c.sip.Close()
	_ = c.rtp.Close()
}
