package main

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"zuoxi/wire"
)

func floods() []promise {
	const group = "冲击"
	return []promise{
		{group, "SIP 每秒 5,000 条（半数来自网关地址），通话不断、新来电接得起", false, func(s *stage) (string, error) { return proveFlood(s, 15, 8*time.Second) }},
		{group, "同上，50 通、60 s：新来电 ≥ 99 %，95% ≤ 500 ms，内存 ≤ +200 MB", true, func(s *stage) (string, error) { return proveFlood(s, 50, time.Minute) }},
		{group, "每秒 5,000 个来电（陌生人；一个网关，UDP、TCP）：别的来电照常", false, func(s *stage) (string, error) { return proveRinging(s, 15, 3*time.Second) }},
		{group, "同上，50 通、各 60 s：95% ≤ 500 ms，内存 ≤ +200 MB", true, func(s *stage) (string, error) { return proveRinging(s, 50, time.Minute) }},
		{group, "话音端口上的坏包（STUN、DTLS、RTP、RTCP）：通着的和新来的话路照常", false, proveVoicePort},
		{group, "500 条慢连接和不读的坐席：别的坐席照常", false, func(s *stage) (string, error) { return proveSlow(s, 100) }},
		{group, "同上，各 500", true, func(s *stage) (string, error) { return proveSlow(s, 500) }},
		{group, "一个地址的 500 条连接打了 TLS 招呼就停：别的地址照常进来", false, proveGreet},
		{group, "登记过的电脑不登录、送来压得很小的大消息：断开，中心内存 ≤ +32 MB", false, proveBomb},
	}
}

const floodRate = 5000 // messages a second

// nasty are messages that a gateway which was taken over, or broken, may send.
// No well-formed INVITE is among them: those are calls, see siege.
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

// flood sends at the rate from one address until stop, and counts what left; when
// it is behind it catches up, at most a twentieth of a second at once.
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
		for range min(due-sent.Load(), int64(rate)/20) {
			n++
			if _, err := conn.WriteToUDP([]byte(nasty(conn.LocalAddr().String(), hub, n)), to); err == nil {
				sent.Add(1)
			}
		}
	}
}

// fate is what has become of calls that were up since a moment: how many the hub
// ended, in how many nothing is heard, and in how many an agent.
func fate(up []*caller, since time.Time) (ended, silent, talking int) {
	for _, c := range up {
		switch {
		case c.hungUp.Load():
			ended++
		case c.heard.Load() < since.UnixNano():
			silent++
		case c.told.Load() >= since.UnixNano():
			talking++
		}
	}
	return ended, silent, talking
}

// agents are those who take calls before the flood; the other calls wait in line.
// All of them are heard to the end.
var agents = []string{"3027", "3028", "3029", "3030", "3031"}

// hold makes so many calls and keeps them up until the end of them.
func hold(hub string, calls int) (up []*caller, end func(), err error) {
	end = func() {
		for _, c := range up {
			c.end()
		}
	}
	for n := range calls {
		c, err := call(hub, n)
		if err != nil {
			return up, end, err
		}
		up = append(up, c)
	}
	return up, end, nil
}

// ringOn makes one new call after another as long as there is time. It tells how
// long those that were answered took, in ms, how many there were, and the most
// memory that the hub had.
func (p *place) ringOn(hub string, more func() bool) (took []float64, tried, most int) {
	for more() {
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
	return took, tried, most
}

// busy is a hub in its work: calls are up, some of them with an agent.
type busy struct {
	*place
	hub    string // host:port of the telephone side
	up     []*caller
	talked int
	close  func()
}

func (s *stage) busy(calls int, extra ...string) *busy {
	p, err := s.newPlace(extra...)
	s.must(err)
	b := &busy{place: p, hub: fmt.Sprint("127.0.0.1:", p.SIP), close: p.Close}
	fail := func(err error) {
		if err != nil {
			b.close()
			s.must(err)
		}
	}
	fail(p.Brisk(filepath.Join(s.root, "hub", "menu")))
	fail(p.StartHub())
	staff, err := p.staff(agents)
	b.close = func() { staff(); p.Close() }
	fail(err)
	up, hangUp, err := hold(b.hub, calls)
	b.up, b.close = up, func() { hangUp(); staff(); p.Close() }
	fail(err)
	fail(within(patience, "agents in their calls", func() (bool, error) {
		_, _, b.talked = fate(up, time.Now().Add(-time.Second))
		return b.talked == len(agents), fmt.Errorf("%d talk", b.talked)
	}))
	return b
}

// still waits until everybody in the calls has been heard anew, and says what is
// lost; "" is nothing.
func (b *busy) still(s *stage) string {
	var ended, silent, talking int
	now := time.Now()
	_ = within(s.within(time.Second), "everybody heard", func() (bool, error) {
		ended, silent, talking = fate(b.up, now)
		return silent == 0 && talking >= b.talked, nil
	})
	if ended+silent == 0 && talking >= b.talked {
		return ""
	}
	return fmt.Sprintf("断 %d、没声 %d、听不到坐席 %d", ended, silent, max(b.talked-talking, 0))
}

func proveFlood(s *stage, calls int, span time.Duration) (string, error) {
	b := s.busy(calls, "ZUOXI_HUB_SIP_MAX_CALLS=500")
	defer b.close()
	before, err := rss(b.HubPid())
	s.must(err)
	stop := make(chan struct{})
	var flooding sync.WaitGroup
	var sent [2]atomic.Int64
	var floodErr [2]error
	began := time.Now()
	for i, from := range []string{"127.0.0.1", "127.0.0.2"} {
		flooding.Go(func() { floodErr[i] = flood(from, b.hub, floodRate/2, stop, &sent[i]) })
	}
	due := int64(0.95 * floodRate * span.Seconds())
	took, tried, most := b.ringOn(b.hub, func() bool {
		past := time.Since(began)
		return past < span || sent[0].Load()+sent[1].Load() < due && past < span+patience
	})
	lost := b.still(s) // while the flood runs
	close(stop)
	flooding.Wait()
	all := sent[0].Load() + sent[1].Load()
	rate := float64(all) / time.Since(began).Seconds()
	s.must(errors.Join(floodErr[:]...))
	slices.Sort(took)
	figure := fmt.Sprintf("实发 %d 条，%.0f/s；%d 通（%d 通有坐席）%s；新来电 %d/%d", all, rate, calls, b.talked, cmp.Or(lost, "都在"), len(took), tried)
	if len(took) == 0 {
		return figure, fmt.Errorf("%s: no new call was answered", figure)
	}
	p95 := took[len(took)*95/100]
	figure += fmt.Sprintf("，95%% %.0f ms，内存 +%d MB", p95, most-before)
	if lost != "" || all < due || len(took)*100 < tried*99 || most-before > 200 || s.long && (p95 > 500 || rate < 0.95*floodRate) {
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

// What another seat may notice of slow ones: an answer that takes so many times
// as long, if it takes longer than what nobody notices, in ms.
const (
	mostSlower = 20
	unnoticed  = 100
)

// slower tells whether an answer now is too slow against what was usual.
func (s *stage) slower(now, usual float64) bool {
	return now > max(usual*mostSlower, float64(s.within(unnoticed*time.Millisecond).Milliseconds()))
}

// start is what never comes to its end; secret: it is said inside TLS.
type start struct {
	secret bool
	say    string
}

// starts are of a handshake, of the head of a request and of its body.
var starts = []start{
	{false, "\x16\x03\x01"}, {true, "GET /v1/seat HTTP/1.1\r\nHost: x\r\nX-Slow: "}, {true, "POST /v1/pair HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"},
}

// dawdlers keeps many connections of all starts until the end of them.
func (p *place) dawdlers(many int, conf *tls.Config, opened *atomic.Int64) (end func()) {
	stop := make(chan struct{})
	var work sync.WaitGroup
	for i := range many {
		work.Go(func() { p.dawdle(starts[i%len(starts)], conf, stop, opened) })
	}
	return func() { close(stop); work.Wait() }
}

// dawdle keeps one connection that says only the start of something, and opens
// the next when it is cut, until stop.
func (p *place) dawdle(what start, conf *tls.Config, stop <-chan struct{}, opened *atomic.Int64) {
	named := conf.Clone()
	named.ServerName = "127.0.0.1"
	again(net.Dialer{Timeout: dialWait}, p.wss, stop, func(conn net.Conn) {
		opened.Add(1)
		if what.secret {
			conn = tls.Client(conn, named)
		}
		if _, err := io.WriteString(conn, what.say); err == nil {
			_, _ = io.Copy(io.Discard, conn)
		}
	})
}

// again opens one connection after another until stop, the next when what say
// does with one has come to its end, or a while after one that did not open.
func again(d net.Dialer, to string, stop <-chan struct{}, say func(net.Conn)) {
	for {
		conn, err := d.Dial("tcp", to)
		cut := make(chan struct{})
		if err == nil {
			go func() {
				defer close(cut)
				say(conn)
			}()
		} else {
			time.AfterFunc(dialWait/10, func() { close(cut) })
		}
		ended := false
		select {
		case <-stop:
			ended = true
		case <-cut:
		}
		if err == nil {
			_ = conn.Close()
		}
		if <-cut; ended {
			return
		}
	}
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
	var opened atomic.Int64
	defer p.dawdlers(many, conf, &opened)()
	s.must(within(patience, "the slow ones", func() (bool, error) { return opened.Load() >= int64(many), nil }))
	before, err := rss(p.HubPid())
	s.must(err)
	var asking sync.WaitGroup
	var dropped atomic.Int64
	var busy []float64
	for i := range many {
		c, err := reach("wss://"+p.wss, conf, nil)
		s.must(err)
		defer c.close()
		s.must(c.enter(&wire.SignIn{AgentNo: crowdNo(i), Password: crowdPassword}))
		asking.Go(func() {
			if c.askOnly() {
				dropped.Add(1)
			}
		})
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
	slow, err := p.metric("desk_slow_total")
	s.must(err)
	slices.Sort(busy)
	p95 := busy[len(busy)*95/100]
	usual := median(calm)
	figure := fmt.Sprintf("平时 %.1f ms，冲击中 95%% %.1f ms，内存 +%d MB，慢连接断了再来共 %d 条，不读的 %d/%d 席被断开（%.0f 席记为太慢）", usual, p95, after-before, opened.Load(), dropped.Load(), many, slow)
	if dropped.Load() < int64(many) || slow == 0 || s.slower(p95, usual) || after-before > 400 {
		return figure, fmt.Errorf("not held: %s", figure)
	}
	return figure, nil
}

// askOnly asks for large answers and reads none, and tells whether the hub hung
// up. How often it must ask is open: to a seat that has too many questions under
// way the hub gives a short answer, and many of those fit on the way.
func (c *client) askOnly() bool {
	for began := time.Now(); time.Since(began) < 2*patience; {
		if _, err := c.send(&wire.KBFetch{To: 1}); err != nil {
			var late net.Error
			return !errors.As(err, &late) || !late.Timeout()
		}
	}
	return false
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

// bombs are so many messages of bombMB each that a few kilobytes unpack to;
// bombMost is what the hub may need more for all of them.
const (
	bombs    = 8
	bombMB   = 64
	bombMost = 32
)

// proveBomb sends messages that are small on the line and large unpacked, as a
// registered PC can without anybody's password.
func proveBomb(s *stage) (string, error) {
	p, err := s.open([]string{"3027"})
	s.must(err)
	defer p.Close()
	conf, err := p.paired()
	s.must(err)
	before, err := rss(p.HubPid())
	s.must(err)
	most, large := before, bytes.Repeat([]byte(" "), bombMB<<20)
	for range bombs {
		c, err := reach("wss://"+p.wss, conf, nil)
		s.must(err)
		c.ws.EnableWriteCompression(true)
		_ = c.ws.WriteMessage(websocket.TextMessage, large) // may be cut while it is sent
		for range 2 {                                       // a goodbye, and the end
			_, err = c.read(patience)
		}
		c.close()
		if err == nil {
			return "", errors.New("the connection went on")
		}
		now, err := rss(p.HubPid())
		s.must(err)
		most = max(most, now)
	}
	if most-before > bombMost {
		return "", fmt.Errorf("the hub took %d MB more", most-before)
	}
	return fmt.Sprintf("%d 条各 %d MB，中心至多 %+d MB", bombs, bombMB, most-before), nil
}
