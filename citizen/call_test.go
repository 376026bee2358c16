package citizen

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
	"github.com/pion/rtp"

	"zuoxi/media/dtmf"
	"zuoxi/media/g711"
	"zuoxi/media/tone"
)

// hotline answers calls, plays what its rule says and notes what it hears.
type hotline struct {
	t       *testing.T
	target  string
	dialogs *sipgo.DialogServerCache

	code   int                         // refuses with it, when set
	plays  func(at time.Duration) bool // whether there is sound so long after the answer
	sound  []float64                   // its frequencies: one alone is a beep
	hangUp time.Duration               // after the answer, when set

	mu    sync.Mutex
	keys  string
	heard []byte
	calls int
}

func newHotline(t *testing.T, network string, change func(*hotline)) *hotline {
	t.Helper()
	h := &hotline{t: t, sound: []float64{440, 1030}, plays: func(time.Duration) bool { return false }}
	if change != nil {
		change(h)
	}
	silent := slog.New(slog.DiscardHandler)
	ua, err := sipgo.NewUA(sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(silent)),
		sipgo.WithUserAgentTransactionLayerOptions(sip.WithTransactionLayerLogger(silent)))
	if err != nil {
		t.Fatal(err)
	}
	srv, _ := sipgo.NewServer(ua, sipgo.WithServerLogger(silent))
	client, _ := sipgo.NewClient(ua, sipgo.WithClientLogger(silent))
	var addr net.Addr
	var closer interface{ Close() error }
	var serve func()
	served := make(chan struct{})
	if network == "udp" {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		s, _ := newSocket(conn)
		addr, closer = conn.LocalAddr(), s
		serve = func() { _ = srv.ServeUDP(s) }
	} else {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr, closer = l.Addr(), l
		serve = func() { _ = srv.ServeTCP(l) }
	}
	_, port, _ := sip.ParseAddr(addr.String())
	contact := sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: "12333", Host: "127.0.0.1", Port: port}}
	if network == "tcp" {
		contact.Address.UriParams.Add("transport", "tcp")
	}
	h.dialogs = sipgo.NewDialogServerCache(client, contact)
	srv.OnInvite(h.invite)
	srv.OnAck(func(req *sip.Request, tx sip.ServerTransaction) { _ = h.dialogs.ReadAck(req, tx) })
	srv.OnBye(func(req *sip.Request, tx sip.ServerTransaction) { _ = h.dialogs.ReadBye(req, tx) })
	h.target = fmt.Sprintf("sip:12333@%s;transport=%s", addr, network)
	go func() { defer close(served); serve() }() // only now: the library's handlers are not guarded
	t.Cleanup(func() { _ = closer.Close(); _ = ua.Close(); <-served })
	return h
}

// taken is how many calls were answered.
func (h *hotline) taken() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.calls
}

func (h *hotline) invite(req *sip.Request, tx sip.ServerTransaction) {
	d, err := h.dialogs.ReadInvite(req, tx)
	if err != nil {
		h.t.Error(err)
		return
	}
	defer d.Close()
	if h.code != 0 {
		_ = d.Respond(h.code, "No", nil)
		return
	}
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		h.t.Error(err)
		return
	}
	defer conn.Close()
	sdp := fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n",
		conn.LocalAddr().(*net.UDPAddr).Port)
	h.mu.Lock()
	h.calls++
	h.mu.Unlock()
	if err := d.RespondSDP([]byte(sdp)); err != nil {
		return
	}
	var work sync.WaitGroup
	work.Go(func() { h.hear(conn) })
	h.play(conn, req.Body(), d)
	_ = conn.Close()
	work.Wait()
}

// play sends sound or silence until the call ends.
func (h *hotline) play(conn *net.UDPConn, offer []byte, d *sipgo.DialogServerSession) {
	var port int
	for line := range strings.Lines(string(offer)) {
		_, _ = fmt.Sscanf(line, "m=audio %d", &port)
	}
	to := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}
	tick := time.NewTicker(frame)
	defer tick.Stop()
	begin := time.Now()
	g, pcm := tone.New(8000, -12, h.sound...), make([]int16, samples)
	for seq := uint16(0); ; seq++ {
		p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SequenceNumber: seq, Timestamp: uint32(seq) * samples, SSRC: 1}, Payload: bytes.Repeat([]byte{g711.SilenceALaw}, samples)}
		if h.plays(time.Since(begin)) {
			g.Fill(pcm)
			g711.EncodeALaw(p.Payload, pcm)
		}
		b, _ := p.Marshal()
		_, _ = conn.WriteTo(b, to)
		select {
		case <-tick.C:
		case <-d.Context().Done():
			return
		}
		if h.hangUp > 0 && time.Since(begin) > h.hangUp {
			_ = d.Bye(context.Background())
			return
		}
	}
}

func (h *hotline) hear(conn *net.UDPConn) {
	var keys dtmf.Receiver
	buf := make([]byte, 1500)
	var p rtp.Packet
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		if p.Unmarshal(buf[:n]) != nil {
			continue
		}
		h.mu.Lock()
		if k, ok := keys.Push(p.Timestamp, p.Marker, p.Payload); p.PayloadType == 101 && ok {
			h.keys += string(k)
		} else if p.PayloadType == 8 {
			h.heard = append(h.heard, p.Payload...)
		}
		h.mu.Unlock()
	}
}

func (h *hotline) line(t *testing.T) *Line {
	t.Helper()
	l, err := NewLine(LineConfig{Target: h.target})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func script(t *testing.T, text string) *Script {
	t.Helper()
	s, err := ReadScript(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// beep is a voice that says 1000 Hz.
func beep(Step) ([]byte, error) {
	pcm := make([]int16, 4000)
	tone.New(8000, -12, 1000).Fill(pcm)
	out := make([]byte, len(pcm))
	g711.EncodeALaw(out, pcm)
	return out, nil
}

func TestServed(t *testing.T) {
	t.Parallel()
	for _, network := range []string{"udp", "tcp"} {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			h := newHotline(t, network, func(h *hotline) {
				// Music and a person until 1 s, who began when nobody can tell, and from 4.5 s on the question for a grade.
				h.plays = func(at time.Duration) bool {
					return at < time.Second || at > 4500*time.Millisecond && at < 5*time.Second
				}
			})
			var record bytes.Buffer
			r, err := Caller{Line: h.line(t), Script: script(t, strings.Replace(short, "listen: 1s", "wait: 10ms", 1)), Voice: beep, Record: &record}.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if r.Outcome != Served || r.Said != 2 || r.Keys != "0#1" || r.Number != "13900000042" || r.Packets == 0 || r.Waited > time.Second {
				t.Errorf("%+v", r)
			}
			h.mu.Lock()
			defer h.mu.Unlock()
			if h.keys != "0#1" {
				t.Errorf("the hotline heard keys %q", h.keys)
			}
			mark, _ := beep(Step{})
			if !bytes.Contains(h.heard, mark[:2000]) {
				t.Error("the line was not heard as it was said")
			}
			if !bytes.Contains(record.Bytes(), bytes.Repeat([]byte{g711.SilenceALaw}, 160)) || record.Len() < 8000 {
				t.Errorf("recorded %d bytes", record.Len())
			}
		})
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*hotline, *Script)
		want   Outcome
	}{
		"refused": {func(h *hotline, _ *Script) { h.code = 486 }, Refused},
		"gave up": {func(h *hotline, s *Script) { s.Patience = 100 * time.Millisecond }, GaveUp},
		"cut off": {func(h *hotline, _ *Script) { h.hangUp = 100 * time.Millisecond }, CutOff},
		"released": {func(h *hotline, s *Script) {
			s.Steps = s.Steps[2:]
			s.Steps[0].Verb = Bridge
			h.hangUp = 2 * time.Second
			h.plays = func(at time.Duration) bool { return at < 200*time.Millisecond }
		}, Served},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := script(t, short)
			h := newHotline(t, "udp", func(h *hotline) { c.change(h, s) })
			r, err := Caller{Line: h.line(t), Script: s, Number: "13900000043", Voice: beep}.Run(t.Context())
			if err != nil || r.Outcome != c.want || r.Number != "13900000043" {
				t.Errorf("%+v %v", r, err)
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	h := newHotline(t, "udp", func(h *hotline) { h.plays = func(time.Duration) bool { cancel(); return true } })
	r, err := Caller{Line: h.line(t), Script: script(t, short), Voice: beep}.Run(ctx)
	if !errors.Is(err, context.Canceled) || r.Outcome != Cancelled {
		t.Errorf("%+v %v", r, err)
	}
}

func TestNoVoice(t *testing.T) {
	t.Parallel()
	h := newHotline(t, "udp", nil)
	r, err := Caller{Line: h.line(t), Script: script(t, "steps:\n  - say: 没有人录过这句话")}.Run(t.Context())
	if !errors.Is(err, ErrNoVoice) || r.Outcome != Failed {
		t.Errorf("%+v %v", r, err)
	}
}

func TestCrowd(t *testing.T) {
	t.Parallel()
	h := newHotline(t, "udp", nil)
	s := script(t, "steps:\n  - key: '1'\n  - wait: 100ms")
	numbers := map[string]bool{}
	tally, err := Crowd{Line: h.line(t), Scripts: []*Script{s}, Rate: 200, AtOnce: 20, Total: 60, Seed: 7, Done: func(r Report, err error) {
		numbers[r.Number] = true
		if err != nil {
			t.Error(err)
		}
	}}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if tally.Arrived != 60 || tally.Outcomes[Served]+tally.Missed != 60 || len(numbers) != tally.Outcomes[Served] || tally.Outcomes[Served] < 20 {
		t.Errorf("%+v, %d numbers", tally, len(numbers))
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.calls != tally.Outcomes[Served] {
		t.Errorf("the hotline saw %d calls", h.calls)
	}
}

func TestBadTarget(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"", "12333", "http://127.0.0.1", "sip:12333@127.0.0.1;transport=sctp"} {
		if _, err := NewLine(LineConfig{Target: target}); !errors.Is(err, ErrTarget) {
			t.Errorf("%q: %v", target, err)
		}
	}
}
