package rtc

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"go.uber.org/goleak"

	"zuoxi/internal/voiceline"
	"zuoxi/media/adapt"
	"zuoxi/media/jitter"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hub is a far end as small as can be: it answers and sends back what comes.
type hub struct {
	conn *Conn
	in   inbox
}

// inbox keeps 64 packets; more are refused, tests read a few.
type inbox chan jitter.Packet

func (i inbox) push(p jitter.Packet, _ time.Duration) bool {
	p.Payload = slices.Clone(p.Payload)
	select {
	case i <- p:
		return true
	default:
		return false
	}
}

func newConn(t *testing.T, cfg Config) (*Conn, chan State) {
	t.Helper()
	states := make(chan State, 16)
	cfg.Loopback, cfg.Log = true, slog.New(slog.DiscardHandler)
	if cfg.Push == nil {
		cfg.Push = make(inbox, 64).push
	}
	cfg.Changed = func(s State) { states <- s }
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c, states
}

// answering makes the far end: a Conn whose roles are turned round.
func answering(t *testing.T) *hub {
	t.Helper()
	h := &hub{in: make(inbox, 64)}
	h.conn, _ = newConn(t, Config{Push: h.in.push})
	return h
}

func (h *hub) answer(t *testing.T, offer string) string {
	t.Helper()
	pc := h.conn.pc
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		t.Fatal(err)
	}
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(answer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	return pc.LocalDescription().SDP
}

func connect(t *testing.T, c *Conn, h *hub, states <-chan State) {
	t.Helper()
	offer, err := c.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Answer(h.answer(t, offer)); err != nil {
		t.Fatal(err)
	}
	awaitState(t, states, Connected)
}

func awaitState(t *testing.T, states <-chan State, want State) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		select {
		case s := <-states:
			if s == want {
				return
			}
		case <-ctx.Done():
			t.Fatalf("state %d never came", want)
		}
	}
}

// pump sends until the far end has n packets of that type, and returns them.
func pump(t *testing.T, from *Conn, to inbox, pt uint8, n int) []jitter.Packet {
	t.Helper()
	var got []jitter.Packet
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	payload := make([]byte, 160)
	for seq := uint16(1); len(got) < n; seq++ {
		from.Send(&rtp.Header{Version: 2, PayloadType: pt, SequenceNumber: seq, Timestamp: uint32(seq) * 160}, payload)
		select {
		case p := <-to:
			if p.PT == pt { // others are still under way from before
				got = append(got, p)
			}
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatalf("%d of %d packets came", len(got), n)
		}
	}
	return got
}

// sendUntil sends until the far end has heard something.
func sendUntil(t *testing.T, c *Conn, got <-chan struct{}) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for seq := uint16(1); ; seq++ {
		c.Send(&rtp.Header{Version: 2, PayloadType: voiceline.PayloadALaw, SequenceNumber: seq, Timestamp: uint32(seq) * 160}, make([]byte, 160))
		select {
		case <-got:
			return
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatal("nothing came")
		}
	}
}

func TestVoiceBothWaysAndCodecByPacket(t *testing.T) {
	t.Parallel()
	in := make(inbox, 64)
	c, states := newConn(t, Config{Push: in.push})
	h := answering(t)
	if c.Send(&rtp.Header{Version: 2, PayloadType: voiceline.PayloadALaw}, []byte{1}) {
		t.Fatal("a packet left before there was a connection")
	}
	connect(t, c, h, states)
	for _, pt := range []uint8{voiceline.PayloadALaw, voiceline.PayloadOpus, voiceline.PayloadALaw} {
		got := pump(t, c, h.in, pt, 3)
		if last := got[len(got)-1]; last.PT != pt || len(last.Payload) != 160 {
			t.Fatalf("payload type %d came as %d, %d bytes", pt, last.PT, len(last.Payload))
		}
	}
	pump(t, h.conn, in, voiceline.PayloadOpus, 3)
	if c.Via() != "udp" || c.Heard() < 3 || c.LastPacket() == 0 {
		t.Fatalf("via %q, heard %d", c.Via(), c.Heard())
	}
}

// TestReports waits for the second report, the first that can know the round
// trip.
func TestReports(t *testing.T) {
	t.Parallel()
	c, states := newConn(t, Config{})
	h := answering(t)
	connect(t, c, h, states)
	for c.Far().RTT == 0 {
		pump(t, c, h.in, voiceline.PayloadALaw, 10)
		if c.Far().Count > 10 {
			t.Fatalf("no round trip in ten reports: %+v", c.Far())
		}
	}
	if r := c.Far(); r.Loss != 0 || r.RTT > time.Second {
		t.Fatalf("on loopback: %+v", r)
	}
}

// TestTheHubSaysHowMuchComes: it says it once, so it may take several times.
func TestTheHubSaysHowMuchComes(t *testing.T) {
	t.Parallel()
	c, states := newConn(t, Config{})
	h := answering(t)
	connect(t, c, h, states)
	pump(t, c, h.in, voiceline.PayloadALaw, 3)
	data := adapt.WidthBytes(64_000)
	until := time.After(20 * time.Second)
	for c.Far().Width.Bits != 64_000 {
		if b := h.conn.track.bound.Load(); b != nil {
			_ = h.conn.pc.WriteRTCP([]rtcp.Packet{&rtcp.ApplicationDefined{SSRC: b.ssrc, Name: voiceline.WidthName, Data: data[:]}})
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-until:
			t.Fatal("it is not heard")
		}
	}
	if c.Far().Width.Count == 0 {
		t.Error("a finding that does not count")
	}
}

func TestRestartKeepsTheConnection(t *testing.T) {
	t.Parallel()
	in := make(inbox, 64)
	c, states := newConn(t, Config{Push: in.push})
	h := answering(t)
	connect(t, c, h, states)
	pump(t, c, h.in, voiceline.PayloadALaw, 3)
	ssrc := c.track.bound.Load().ssrc
	offer, err := c.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Answer(h.answer(t, offer)); err != nil {
		t.Fatal(err)
	}
	pump(t, c, h.in, voiceline.PayloadALaw, 20)
	if c.track.bound.Load().ssrc != ssrc {
		t.Fatal("a restart changed the stream")
	}
}

func TestAnswerWithoutAddress(t *testing.T) {
	t.Parallel()
	c, _ := newConn(t, Config{})
	if _, err := c.Offer(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.Answer("v=0\r\n"); !errors.Is(err, ErrNoCandidate) {
		t.Fatalf("an answer without addresses: %v", err)
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	c, states := newConn(t, Config{})
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	awaitState(t, states, Closed)
	if _, err := c.Offer(t.Context()); !errors.Is(err, ErrClosed) {
		t.Fatalf("offer of a closed connection: %v", err)
	}
	if err := c.Answer(""); !errors.Is(err, ErrClosed) {
		t.Fatalf("answer to a closed connection: %v", err)
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	left := time.Date(2026, 3, 1, 8, 0, 0, 500_000_000, time.UTC)
	middle := func(at time.Time) uint32 {
		return uint32(uint64(at.Unix()+2208988800)<<16) + uint32(at.Nanosecond()*65536/1e9)
	}
	const kept = 65536 / 4
	got := roundTrip(left.Add(290*time.Millisecond), middle(left), kept)
	if got < 39*time.Millisecond || got > 41*time.Millisecond {
		t.Fatalf("round trip %v, want 40ms", got)
	}
	if roundTrip(left, middle(left), kept) != 0 {
		t.Fatal("a negative round trip")
	}
}
