package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"regexp"
	"time"
)

var candidate = regexp.MustCompile(`a=candidate:\S+ \d+ udp \d+ (\S+) (\d+) typ host`)

// rubbish is a datagram as a stranger may send it to the voice port: STUN, DTLS,
// RTP or RTCP (told apart by the first byte, RFC 7983) of which something is
// wrong.
func rubbish(n int) []byte {
	b := make([]byte, 20+rand.IntN(200))
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	switch n % 6 {
	case 0: // a binding request whose attributes are longer than it
		copy(b, []byte{0, 1, 0xff, 0xfc, 0x21, 0x12, 0xa4, 0x42})
	case 1: // one of the right length, with a user name that is not one
		copy(b, []byte{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42})
		b = b[:20+(len(b)-20)&^3]
		binary.BigEndian.PutUint16(b[2:], uint16(len(b)-20))
		if len(b) >= 24 {
			copy(b[20:], []byte{0, 6, 0xff, 0xff})
		}
	case 2: // a handshake of DTLS that says to be longer than it is
		copy(b, []byte{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1})
	case 3: // RTP with more sources and extensions than there are bytes
		b[0], b[1] = 0x9f, payloadALaw
	case 4: // RTCP that counts reports that are not there
		b[0], b[1] = 0x9f, 200
	}
	return b
}

// proveVoicePort throws rubbish at the port of the seats' voice while a seat
// speaks on it, and looks whether it and the next one still do.
func proveVoicePort(s *stage) (string, error) {
	p, err := s.open([]string{"3027", "3028"})
	s.must(err)
	defer p.Close()
	lines, err := newVoices()
	s.must(err)
	c, err := p.signIn("3027")
	s.must(err)
	defer c.close()
	v, err := lines.open(c)
	s.must(err)
	defer v.close()
	at := candidate.FindStringSubmatch(v.pc.RemoteDescription().SDP)
	if at == nil {
		return "", errors.New("the hub names no address for voice")
	}
	port := net.JoinHostPort(at[1], at[2])
	before, err := rss(p.HubPid())
	s.must(err)
	conn, err := net.Dial("udp", port)
	s.must(err)
	defer func() { _ = conn.Close() }()
	sent := 0
	for began := time.Now(); time.Since(began) < 3*time.Second; sent++ {
		_, _ = conn.Write(rubbish(sent))
		if sent%200 == 199 {
			<-time.After(10 * time.Millisecond) // the system would drop what comes faster
		}
	}
	for n := range 50 {
		t, err := net.Dial("tcp", port)
		s.must(err)
		_, _ = t.Write(rubbish(n))
		_ = t.Close()
	}
	s.mustWhen("the seat on the line", v.echoes(c))
	c2, err := p.signIn("3028")
	s.must(err)
	defer c2.close()
	v2, err := lines.open(c2)
	s.mustWhen("the next seat", err)
	defer v2.close()
	after, err := rss(p.HubPid())
	s.must(err)
	figure := fmt.Sprintf("%d 个坏的 STUN、DTLS、RTP、RTCP 包，话路照常，内存 +%d MB", sent, after-before)
	if after-before > 100 {
		return figure, fmt.Errorf("not held: %s", figure)
	}
	return figure, nil
}
