package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"zuoxi/wire"
)

func floods() []promise {
	const group = "冲击"
	return []promise{
		{group, "SIP 每秒 5,000 条（半数来自网关地址），通话不断、新来电接得起", false, func(s *stage) (string, error) { return proveFlood(s, 15, 8*time.Second) }},
		{group, "同上，50 通、60 s：新来电 ≥ 99 %，95% ≤ 500 ms，内存 ≤ +200 MB", true, func(s *stage) (string, error) { return proveFlood(s, 50, time.Minute) }},
		{group, "话音端口上的坏包（STUN、DTLS、RTP、RTCP）：通着的和新来的话路照常", false, proveVoicePort},
		{group, "500 条慢连接和不读的坐席：别的坐席照常", false, func(s *stage) (string, error) { return proveSlow(s, 100) }},
		{group, "同上，各 500", true, func(s *stage) (string, error) { return proveSlow(s, 500) }},
	}
}

const floodRate = 5000 // messages a second

// nasty are messages that a gateway which was taken over, or broken, may send.
// No well-formed INVITE is among them: those are calls, and bounded as such.
func nasty(me, hub string, n int) string {
	head := fmt.Sprintf("Via: SIP/2.0/UDP %s;branch=z9hG4bKf%d;rport\r\nMax-Forwards: 70\r\nFrom: <sip:flood@127.0.0.1>;tag=f%d\r\nTo: <sip:12333@%s>\r\nCall-ID: f%d\r\n", me, n, n, hub, n)
	switch n % 8 {
	case 0:
		return "OPTIONS sip:12333@" + hub + " SIP/2.0\r\n" + head + "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
	case 1:
		return "REGISTER sip:" + hub + " SIP/2.0\r\n" + head + "CSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n"
	case 2:
		return "BYE sip:12333@" + hub + " SIP/2.0\r\n" + head + "CSeq: 2 BYE\r\nContent-Length: 0\r\n\r\n"
	case 3:
		return "INVITE sip:12333@" + hub + " SIP/2.0\r\n" + head + "CSeq: 1 OPTIONS\r\nContent-Length: 99999\r\n\r\n"
	case 4:
		return "SIP/2.0 200 OK\r\n" + head + "CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
	case 5:
		return strings.Repeat("A", 1200)
	case 6:
		return "MESSAGE sip:12333@" + hub + " SIP/2.0\r\n" + head + "CSeq: 1 MESSAGE\r\nSubject: \x1b[2J\u202e\r\nContent-Length: 4\r\n\r\nflod"
	}
	return "INVITE sip:12333@" + hub + " SIP/2.0\r\n" + strings.Replace(head, "Max-Forwards: 70", "Max-Forwards: 300", 1) + "CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
}

// flood sends at the rate from one address until stop, and counts.
func flood(from, hub string, rate int, stop <-chan struct{}, sent *atomic.Int64) error {
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(from)})
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	to, err := net.ResolveUDPAddr("udp", hub)
	if err != nil {
		return err
	}
	const each = 10 * time.Millisecond
	tick := time.NewTicker(each)
	defer tick.Stop()
	began := time.Now()
	for n := rand.IntN(1 << 20); ; {
		select {
		case <-stop:
			return nil
		case <-tick.C:
		}
		due := int64(time.Since(began).Seconds() * float64(rate))
		for own := int64(0); own < due-sent.Load(); own++ {
			n++
			_, _ = conn.WriteToUDP([]byte(nasty(conn.LocalAddr().String(), hub, n)), to)
			if own >= int64(rate)/20 {
				break // behind: never more than a twentieth of a second at once
			}
		}
		sent.Store(due)
	}
}

func proveFlood(s *stage, calls int, span time.Duration) (string, error) {
	p, err := s.open(nil, "ZUOXI_HUB_SIP_MAX_CALLS=500")
	s.must(err)
	defer p.Close()
	hub := fmt.Sprint("127.0.0.1:", p.SIP)
	var up []*caller
	defer func() {
		for _, c := range up {
			c.end()
		}
	}()
	for n := range calls {
		c, err := call(hub, n)
		s.must(err)
		up = append(up, c)
	}
	before, err := rss(p.HubPid())
	s.must(err)
	stop := make(chan struct{})
	var flooding sync.WaitGroup
	var sent [2]atomic.Int64
	for i, from := range []string{"127.0.0.1", "127.0.0.2"} {
		flooding.Go(func() { _ = flood(from, hub, floodRate/2, stop, &sent[i]) })
	}
	var took []float64
	tried, most := 0, before
	for deadline := time.Now().Add(span); time.Now().Before(deadline); {
		tried++
		if c, err := call(hub, 1000+tried); err == nil {
			took = append(took, float64(c.answered.Microseconds())/1000)
			c.end()
		}
		if m, err := rss(p.HubPid()); err == nil {
			most = max(most, m)
		}
		<-time.After(100 * time.Millisecond)
	}
	close(stop)
	flooding.Wait()
	lost := 0
	for _, c := range up {
		if c.hungUp.Load() {
			lost++
		}
	}
	slices.Sort(took)
	figure := fmt.Sprintf("%d 通断 %d；新来电 %d/%d", calls, lost, len(took), tried)
	if len(took) == 0 {
		return figure, fmt.Errorf("%s: no new call was answered", figure)
	}
	p95 := took[len(took)*95/100]
	figure += fmt.Sprintf("，95%% %.0f ms，内存 +%d MB，实发 %d/s", p95, most-before, (sent[0].Load()+sent[1].Load())/int64(span.Seconds()))
	if lost > 0 || len(took)*100 < tried*99 || most-before > 200 || s.long && p95 > 500 {
		return figure, fmt.Errorf("not held: %s", figure)
	}
	return figure, nil
}

// crowded is a running hub with one agent and a crowd of accounts.
func (s *stage) crowded(many int) *place {
	p, err := s.newPlace("ZUOXI_HUB_TLS_PER_SOURCE=5000")
	s.must(err)
	s.must(p.StartHub())
	s.must(p.Agent("3027", "演练", "agent"))
	s.must(p.StopHub())
	s.must(p.crowd(many))
	s.must(p.StartHub())
	return p
}

// proveSlow keeps many connections that say nothing in full, and many seats
// that never read, and looks whether another seat notices.
func proveSlow(s *stage, many int) (string, error) {
	p := s.crowded(many)
	defer p.Close()
	good, err := p.signIn("3027")
	s.must(err)
	defer good.close()
	calm := good.rounds(20)
	conf, err := p.paired()
	s.must(err)
	var held []func()
	defer func() {
		for _, f := range held {
			f()
		}
	}()
	for range many {
		c, err := net.Dial("tcp", p.wss)
		s.must(err)
		_, _ = c.Write([]byte{0x16, 3, 1}) // the beginning of a handshake
		held = append(held, func() { _ = c.Close() })
	}
	before, err := rss(p.HubPid())
	s.must(err)
	var asking sync.WaitGroup
	var deaf []*client
	var busy []float64
	for i := range many {
		c, err := dial("wss://"+p.wss, conf, nil)
		s.must(err)
		held = append(held, c.close)
		s.must(c.greet(&wire.SignIn{AgentNo: crowdNo(i), Password: crowdPassword}))
		deaf = append(deaf, c)
		asking.Go(c.askOnly)
		busy = append(busy, good.rounds(1)...)
	}
	asked := make(chan struct{})
	go func() { asking.Wait(); close(asked) }()
	for done := false; !done; {
		busy = append(busy, good.rounds(10)...)
		select {
		case <-asked:
			done = true
		default:
		}
	}
	after, err := rss(p.HubPid())
	s.must(err)
	dropped := 0
	for _, c := range deaf {
		if c.lastWord(); c.over {
			dropped++
		}
	}
	slices.Sort(busy)
	p95 := busy[len(busy)*95/100]
	figure := fmt.Sprintf("平时 %.1f ms，冲击中 95%% %.1f ms，内存 +%d MB，不读的 %d/%d 席被断开", median(calm), p95, after-before, dropped, many)
	if dropped < many || p95 > 500 || after-before > 400 {
		return figure, fmt.Errorf("not held: %s", figure)
	}
	return figure, nil
}

// askOnly asks for large answers and reads none, until the hub hangs up.
func (c *client) askOnly() {
	for range 10000 {
		if _, err := c.send(&wire.KBFetch{To: 1}); err != nil {
			return
		}
	}
}

// rounds measures how long the hub takes to answer a seat, in ms.
func (c *client) rounds(n int) []float64 {
	var out []float64
	for range n {
		began := time.Now()
		if _, err := c.ask(&wire.FindTarget{Query: "12333"}); err != nil {
			return []float64{1e6}
		}
		out = append(out, float64(time.Since(began).Microseconds())/1000)
	}
	return out
}
