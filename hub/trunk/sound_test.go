package trunk

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// TestProgress: sound before the answer, and a caller who hangs up then.
func TestProgress(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	g := r.gateway("udp")
	g.send(inviteText)
	l := r.leg()
	if err := l.SendALaw(make([]byte, 160), true); err == nil {
		t.Error("sound before anything was agreed")
	}
	if err := l.Progress(); err != nil {
		t.Fatal(err)
	}
	m := g.next("SIP/2.0 183")
	if err := l.SendALaw(make([]byte, 160), true); err != nil {
		t.Fatal(err)
	}
	g.hear(t)
	g.vars["TO"] = m.header["To"]
	branch := g.vars["BRANCH"]
	g.request("BYE", "2")
	g.next("SIP/2.0 200")
	if m := g.next("SIP/2.0 487"); !strings.Contains(m.header["Via"], branch) {
		t.Errorf("487 to %q", m.header["Via"])
	}
	if e := ended(t, l); e.By != ByCaller {
		t.Errorf("ended %+v", e)
	}
}

// TestInfoKeys: gateways that send keys as messages.
func TestInfoKeys(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	g := r.gateway("udp")
	l, _ := g.call(r)
	keys := make(chan byte, 4)
	l.OnKey(func(k byte, _ time.Time) { keys <- k })
	for i, c := range []struct {
		kind, body string
		key        byte
	}{{"application/dtmf-relay", "Signal= 5\nDuration= 160\n", '5'}, {"application/dtmf-relay", "Signal=10\n", '*'}, {"application/dtmf", "#", '#'}, {"application/json", "{}", 0}} {
		text := strings.Replace(strings.TrimRight(requestText, "\n"), "Max-Forwards", "Content-Type: "+c.kind+"\nMax-Forwards", 1) + "\n\n" + c.body
		g.send(text, "METHOD", "INFO", "SEQ", fmt.Sprint(i+2), "BRANCH", fmt.Sprintf("z9hG4bK-info%d", i))
		if c.key == 0 {
			g.next("SIP/2.0 415")
			continue
		}
		g.next("SIP/2.0 200")
		if k := wait(t, keys, "key"); k != c.key {
			t.Errorf("%q: key %c", c.body, k)
		}
	}
	g.request("REFER", "9")
	if m := g.next("SIP/2.0 405"); m.header["Allow"] != allowed {
		t.Error("405 without Allow")
	}
	g.request("BYE", "10")
	ended(t, l)
}

// TestRoutes: a call through proxies, with more of them than fit into one frame; our BYE goes back their way.
func TestRoutes(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	g := r.gateway("udp")
	proxy := r.gateway("udp")
	routes := fmt.Sprintf("Record-Route: <sip:%s;lr;transport=udp>\n", proxy.vars["ME"])
	for i := range 30 {
		routes += fmt.Sprintf("Record-Route: <sip:proxy-with-a-long-name-%d.example.com;lr>\n", i)
	}
	g.send(strings.Replace(inviteText, "Max-Forwards", routes+"Max-Forwards", 1))
	l := r.leg()
	if err := l.Answer(context.Background()); err != nil {
		t.Fatal(err)
	}
	ok := g.next("SIP/2.0 200")
	g.vars["TO"] = ok.header["To"]
	g.ack("1")
	if err := l.Hangup(CauseNormal); err != nil {
		t.Fatal(err)
	}
	bye := proxy.next("BYE sip:gw@" + g.vars["ME"])
	if bye.header["Route"] != "<sip:"+proxy.vars["ME"]+";lr;transport=udp>" {
		t.Errorf("Route %q", bye.header["Route"])
	}
	proxy.answerTo(bye, "200 OK")
	ended(t, l)
}

// TestThief: a packet from somewhere else is neither heard nor does it pull our sound away.
func TestThief(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Gateways = []string{"127.0.0.1"} })
	g := r.gateway("udp")
	l, ok := g.call(r)
	sounds := make(chan byte, 8)
	l.OnPacket(func(p *rtp.Packet, _ time.Time) { sounds <- p.Payload[0] })
	to := remote(t, ok)
	g.play(t, to, rtp.Packet{Header: rtp.Header{PayloadType: 8, SSRC: 1}, Payload: []byte{1}})
	if wait(t, sounds, "sound") != 1 {
		t.Error("wrong sound")
	}
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 9)})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	thief := sound{conn}
	neighbour := r.gateway("udp") // an allowed address, but not this call's source
	for i := range uint16(3) {
		thief.play(t, to, rtp.Packet{Header: rtp.Header{PayloadType: 8, SequenceNumber: i, SSRC: 6}, Payload: []byte{66}})
		neighbour.play(t, to, rtp.Packet{Header: rtp.Header{PayloadType: 8, SequenceNumber: i, SSRC: 7}, Payload: []byte{77}})
	}
	g.play(t, to, rtp.Packet{Header: rtp.Header{PayloadType: 8, SequenceNumber: 1, SSRC: 1}, Payload: []byte{2}})
	if b := wait(t, sounds, "sound"); b != 2 {
		t.Errorf("heard %d", b)
	}
	if err := l.SendALaw([]byte{3}, true); err != nil {
		t.Fatal(err)
	}
	if p := g.hear(t); p.Payload[0] != 3 {
		t.Errorf("heard %d", p.Payload[0])
	}
	if s := l.Stats(); s.Bad != 6 {
		t.Errorf("stats %+v", s)
	}
}

// TestReports: RTCP on the RTP port, both ways.
func TestReports(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	g := r.gateway("udp")
	g.vars["SDP"] += "a=rtcp-mux\r\n"
	l, ok := g.call(r)
	if !strings.Contains(ok.body, "a=rtcp-mux") {
		t.Error("rtcp-mux not answered")
	}
	heard := make(chan struct{}, 8)
	l.OnPacket(func(*rtp.Packet, time.Time) { heard <- struct{}{} })
	g.play(t, remote(t, ok), rtp.Packet{Header: rtp.Header{PayloadType: 8, SequenceNumber: 10, SSRC: 5}, Payload: []byte{1}})
	g.play(t, remote(t, ok), rtp.Packet{Header: rtp.Header{PayloadType: 8, SequenceNumber: 12, SSRC: 5}, Payload: []byte{1}})
	wait(t, heard, "sound")
	wait(t, heard, "sound")
	if err := l.SendALaw(make([]byte, 160), true); err != nil {
		t.Fatal(err)
	}
	sent := g.hear(t)
	buf := make([]byte, 1500)
	_ = g.rtp.SetReadDeadline(time.Now().Add(patience))
	n, err := g.rtp.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	packets, err := rtcp.Unmarshal(buf[:n])
	if err != nil {
		t.Fatal(err)
	}
	sr, isSR := packets[0].(*rtcp.SenderReport)
	if !isSR || sr.SSRC != sent.SSRC || sr.PacketCount != 1 || len(sr.Reports) != 1 || sr.Reports[0].TotalLost != 1 {
		t.Errorf("report %+v", packets[0])
	}
	b, _ := (&rtcp.ReceiverReport{SSRC: 5, Reports: []rtcp.ReceptionReport{{SSRC: sent.SSRC, FractionLost: 64, LastSenderReport: uint32(sr.NTPTime >> 16)}}}).Marshal()
	if _, err := g.rtp.WriteTo(b, remote(t, ok)); err != nil {
		t.Fatal(err)
	}
	g.play(t, remote(t, ok), rtp.Packet{Header: rtp.Header{PayloadType: 8, SequenceNumber: 13, SSRC: 5}, Payload: []byte{1}})
	wait(t, heard, "sound after the report")
	if s := l.Stats(); s.PeerLoss != 0.25 || s.RoundTrip <= 0 || s.Lost != 1 || s.Received != 3 {
		t.Errorf("stats %+v", s)
	}
}

// TestStream: one stream out of several sources, gaps and order kept, silence between sources told by the clock.
func TestStream(t *testing.T) {
	t.Parallel()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	far, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	remote := far.LocalAddr().(*net.UDPAddr).AddrPort()
	m := &media{conn: conn, gate: &gate{}, born: time.Now(), done: make(chan struct{})}
	m.path.Store(&path{remote: remote, codec: PCMA, events: noEvents, mayTalk: true})
	m.target.Store(&remote)
	m.out.seq, m.out.ts = 65534, 0xFFFFFFF0
	var seqs []uint16
	var steps []uint32
	last := m.out.ts
	read := func() {
		p := sound{far}.hear(t)
		seqs, steps, last = append(seqs, p.SequenceNumber), append(steps, p.Timestamp-last), p.Timestamp
	}
	for _, p := range []rtp.Header{{SSRC: 1, SequenceNumber: 100, Timestamp: 5000}, {SSRC: 1, SequenceNumber: 101, Timestamp: 5160}, {SSRC: 1, SequenceNumber: 104, Timestamp: 5640}, {SSRC: 1, SequenceNumber: 103, Timestamp: 5480}} {
		if err := m.send(&rtp.Packet{Header: p, Payload: []byte{1}}); err != nil {
			t.Fatal(err)
		}
		read()
	}
	last += 160 // the overtaken packet was one step back
	for range 2 {
		if err := m.sendALaw(make([]byte, 80), false); err != nil {
			t.Fatal(err)
		}
		read()
	}
	if want := []uint16{65535, 0, 3, 2, 4, 5}; !slices.Equal(seqs, want) {
		t.Errorf("sequence numbers %v, want %v", seqs, want)
	}
	back := uint32(160)
	if steps[0] != 160 || steps[1] != 160 || steps[2] != 480 || steps[3] != -back || steps[4]%160 != 0 || steps[5] != 80 {
		t.Errorf("steps in time %v", steps)
	}
	if err := m.press('1'); !errors.Is(err, ErrNoKeys) {
		t.Errorf("key to a far side that takes none: %v", err)
	}
	m.path.Store(&path{remote: remote, codec: PCMA, events: 101, mayTalk: true})
	for m.press('1') == nil {
	}
	if err := m.press('1'); !errors.Is(err, ErrKeysFull) {
		t.Errorf("key behind too many: %v", err)
	}
	close(m.done)
	m.work.Wait()
}

// BenchmarkRelay is the cost of one packet in and out. It must not allocate.
func BenchmarkRelay(b *testing.B) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	remote := netip.MustParseAddrPort(conn.LocalAddr().String())
	m := &media{conn: conn, gate: &gate{}, born: time.Now()}
	m.path.Store(&path{remote: remote, codec: PCMA, events: 101, mayTalk: true})
	m.target.Store(&remote)
	relay := func(p *rtp.Packet, _ time.Time) { _ = m.send(p) }
	m.sound.Store(&relay)
	p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SSRC: 3}, Payload: make([]byte, 160)}
	wire, _ := p.Marshal()
	b.ReportAllocs()
	for b.Loop() {
		wire[3]++
		m.take(wire, remote, time.Now())
	}
}

// TestRelayAllocates holds what the benchmark shows.
func TestRelayAllocates(t *testing.T) {
	if r := testing.Benchmark(BenchmarkRelay); r.AllocsPerOp() != 0 {
		t.Errorf("%d allocations a packet", r.AllocsPerOp())
	}
}
