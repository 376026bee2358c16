package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// siege is one source of calls that nobody means: faultless INVITEs, by one way
// from one address, whose answers are never acknowledged.
type siege struct {
	network, from, hub string
	sent               atomic.Int64
	refused            atomic.Int64 // with 503
}

// ringing is a faultless INVITE, each of a call of its own.
func (f *siege) ringing(me string, n int) string {
	host, _, _ := net.SplitHostPort(me)
	sdp := fmt.Sprintf("v=0\r\no=gw 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n", host, host)
	return fmt.Sprintf("INVITE sip:12333@%s SIP/2.0\r\nVia: SIP/2.0/%s %s;branch=z9hG4bKr%d;rport\r\nMax-Forwards: 70\r\nFrom: <sip:13900000099@%s>;tag=r%d\r\nTo: <sip:12333@%s>\r\n"+
		"Call-ID: r%d@%s\r\nCSeq: 1 INVITE\r\nContact: <sip:gw@%s>\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
		f.hub, strings.ToUpper(f.network), me, n, host, n, f.hub, n, me, me, len(sdp), sdp)
}

// lay sends at the rate until stop. Where the hub takes no connection it knocks again.
func (f *siege) lay(rate int, stop <-chan struct{}) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var conn net.Conn
	var reading sync.WaitGroup
	defer func() {
		if conn != nil {
			_ = conn.Close()
		}
		reading.Wait()
	}()
	began, n := time.Now(), 0
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		if conn == nil {
			var err error
			if conn, err = f.dial(); err != nil {
				continue
			}
			c := conn
			reading.Go(func() { f.listen(c) })
		}
		due := int(time.Since(began).Seconds() * float64(rate))
		for range min(due-n, rate/20) {
			n++
			_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
			if _, err := io.WriteString(conn, f.ringing(conn.LocalAddr().String(), n)); err != nil && f.network == "tcp" {
				_ = conn.Close()
				conn = nil
				break
			}
			f.sent.Add(1)
		}
	}
}

func (f *siege) dial() (net.Conn, error) {
	ip := net.ParseIP(f.from)
	d := net.Dialer{Timeout: dialWait, LocalAddr: &net.UDPAddr{IP: ip}}
	if f.network == "tcp" {
		d.LocalAddr = &net.TCPAddr{IP: ip}
	}
	return d.Dial(f.network, f.hub)
}

// listen counts refusals until the connection is closed.
func (f *siege) listen(c net.Conn) {
	in := bufio.NewReaderSize(c, 1<<16)
	for {
		line, err := in.ReadString('\n')
		if errors.Is(err, net.ErrClosed) || err != nil && f.network == "tcp" {
			return
		}
		if strings.HasPrefix(line, "SIP/2.0 503") {
			f.refused.Add(1)
		}
	}
}

// sieges are what comes at once: from strangers, and from a gateway that was
// taken over and has its share of the calls.
func sieges(hub string) [][]*siege {
	const stranger, taken = "127.0.0.2", "127.0.0.3"
	return [][]*siege{
		{{network: "udp", from: stranger, hub: hub}, {network: "tcp", from: stranger, hub: hub}},
		{{network: "udp", from: taken, hub: hub}},
		{{network: "tcp", from: taken, hub: hub}},
	}
}

// proveRinging lets calls be made that nobody means, and looks whether those
// that are meant are heard and whether more of them come in.
func proveRinging(s *stage, calls int, span time.Duration) (string, error) {
	share := calls + 10
	b := s.busy(calls, fmt.Sprint("ZUOXI_HUB_SIP_MAX_CALLS=", 3*share), fmt.Sprint("ZUOXI_HUB_SIP_GATEWAY_CALLS=", share), "ZUOXI_HUB_SIP_GATEWAYS=127.0.0.1,127.0.0.3")
	defer b.close()
	before, err := rss(b.HubPid())
	s.must(err)
	var lost, tried, most, slowest int
	var said []string
	for _, round := range sieges(b.hub) {
		stop := make(chan struct{})
		var laying sync.WaitGroup
		began := time.Now()
		for _, f := range round {
			laying.Go(func() { f.lay(floodRate/len(round), stop) })
		}
		took, rung, mem := b.ringOn(b.hub, func() bool { return time.Since(began) < span })
		still := b.still(s)
		close(stop)
		laying.Wait()
		var sent, refused int64
		for _, f := range round {
			sent, refused = sent+f.sent.Load(), refused+f.refused.Load()
		}
		said = append(said, fmt.Sprintf("%s %.0f/s", strings.ToUpper(round[0].network), float64(sent)/time.Since(began).Seconds()))
		if still != "" || (refused > 0) != (len(round) == 1) {
			return "", fmt.Errorf("not held with %s from %s: %s, %d of %d refused", round[0].network, round[0].from, still, refused, sent)
		}
		slices.Sort(took)
		lost, tried, most = lost+rung-len(took), tried+rung, max(most, mem)
		if len(took) > 0 {
			slowest = max(slowest, int(took[len(took)*95/100]))
		}
	}
	figure := fmt.Sprintf("实发 %s；%d 通都在；新来电 %d/%d，95%% %d ms，内存 %+d MB", strings.Join(said, "、"), calls, tried-lost, tried, slowest, most-before)
	if lost*100 > tried || most-before > 200 || s.long && slowest > 500 {
		return figure, fmt.Errorf("not held: %s", figure)
	}
	return figure, nil
}
