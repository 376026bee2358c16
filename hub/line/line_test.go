package line

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"zuoxi/internal/voiceline"
)

// seat is the other end: what a seat's phone does, in the library's own words.
type seat struct {
	t     *testing.T
	pc    *webrtc.PeerConnection
	track *track
	heard chan *rtp.Packet
	warm  chan struct{}
}

func newSeat(t *testing.T, network webrtc.NetworkType) *seat {
	t.Helper()
	me, err := voiceline.Codecs()
	if err != nil {
		t.Fatal(err)
	}
	var se webrtc.SettingEngine
	se.SetIncludeLoopbackCandidate(true)
	se.SetNetworkTypes([]webrtc.NetworkType{network})
	se.SetFireOnTrackBeforeFirstRTP(true)
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(me), webrtc.WithSettingEngine(se),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{})).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	s := &seat{t: t, pc: pc, track: &track{}, heard: make(chan *rtp.Packet, 64), warm: make(chan struct{}, 8)}
	pc.OnConnectionStateChange(func(st webrtc.PeerConnectionState) {
		if st == webrtc.PeerConnectionStateConnected {
			s.warm <- struct{}{}
		}
	})
	pc.OnTrack(func(tr *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			p, _, err := tr.ReadRTP()
			if err != nil {
				return
			}
			s.heard <- p
		}
	})
	if _, err := pc.AddTrack(s.track); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.GracefulClose() })
	return s
}

func (s *seat) offer(opts *webrtc.OfferOptions) string {
	s.t.Helper()
	o, err := s.pc.CreateOffer(opts)
	if err != nil {
		s.t.Fatal(err)
	}
	done := webrtc.GatheringCompletePromise(s.pc)
	if err := s.pc.SetLocalDescription(o); err != nil {
		s.t.Fatal(err)
	}
	<-done
	return s.pc.LocalDescription().SDP
}

func (s *seat) take(answer string) {
	s.t.Helper()
	if err := s.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		s.t.Fatal(err)
	}
}

func within[T any](t *testing.T, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(10 * time.Second):
		t.Fatalf("waited 10 s for %s", what)
		panic("unreachable")
	}
}

func newHub(t *testing.T) *Hub {
	t.Helper()
	h, err := NewHub(Config{Listen: []string{"127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func TestVoiceBothWaysOverUDPAndTCP(t *testing.T) {
	for name, network := range map[string]webrtc.NetworkType{"udp": webrtc.NetworkTypeUDP4, "tcp": webrtc.NetworkTypeTCP4} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t)
			s := newSeat(t, network)
			l, answer, err := h.Accept(context.Background(), s.offer(nil))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(l.Close)
			states := make(chan State, 8)
			l.Watch(func(st State) { states <- st })
			got := make(chan []byte, 64)
			l.OnPacket(func(p *rtp.Packet, _ time.Time) {
				got <- append([]byte{p.PayloadType}, p.Payload...)
			})
			s.take(answer)
			within(t, "the seat to connect", s.warm)
			for !l.Ready() {
				within(t, "the line to be warm", states)
			}
			say := bytes.Repeat([]byte{0x2a}, 160)
			s.track.write(&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: voiceline.PayloadALaw, SequenceNumber: 7}, Payload: say})
			if p := within(t, "the seat's voice", got); p[0] != voiceline.PayloadALaw || !bytes.Equal(p[1:], say) {
				t.Fatal("the seat's voice was changed")
			}
			if l.LastPacket().IsZero() {
				t.Fatal("the line does not know that the seat was heard")
			}
			if err := l.Send(&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: voiceline.PayloadALaw, SequenceNumber: 1}, Payload: say}); err != nil {
				t.Fatal(err)
			}
			if p := within(t, "the hub's voice", s.heard); p.PayloadType != voiceline.PayloadALaw || !bytes.Equal(p.Payload, say) {
				t.Fatal("the hub's voice was changed")
			}
		})
	}
}

func TestRestartKeepsTheConnection(t *testing.T) {
	h := newHub(t)
	s := newSeat(t, webrtc.NetworkTypeUDP4)
	l, answer, err := h.Accept(context.Background(), s.offer(nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	s.take(answer)
	within(t, "the seat to connect", s.warm)
	again, err := l.Restart(context.Background(), s.offer(&webrtc.OfferOptions{ICERestart: true}))
	if err != nil {
		t.Fatal(err)
	}
	s.take(again)
	got := make(chan byte, 64)
	l.OnPacket(func(p *rtp.Packet, _ time.Time) { got <- p.Payload[0] })
	deadline := time.After(10 * time.Second)
	for n := uint16(0); ; n++ {
		s.track.write(&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: voiceline.PayloadALaw, SequenceNumber: n}, Payload: []byte{9}})
		select {
		case <-got:
			return
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			t.Fatal("no voice after the restart")
		}
	}
}

func TestRubbishOfferIsRefused(t *testing.T) {
	h := newHub(t)
	for _, offer := range []string{"", "v=0", "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n"} {
		if l, _, err := h.Accept(context.Background(), offer); err == nil {
			l.Close()
			t.Errorf("an answer to %q", offer)
		}
	}
}

func TestSendNeverBlocksAndEndsWithTheLine(t *testing.T) {
	h := newHub(t)
	s := newSeat(t, webrtc.NetworkTypeUDP4)
	l, _, err := h.Accept(context.Background(), s.offer(nil))
	if err != nil {
		t.Fatal(err)
	}
	for range 10 * sendQueue {
		if err := l.Send(&rtp.Packet{Payload: []byte{1}}); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
	if err := l.Send(&rtp.Packet{Payload: []byte{1}}); !errors.Is(err, ErrClosed) {
		t.Fatalf("after Close: %v", err)
	}
	if l.State() != Closed {
		t.Fatalf("state %d after Close", l.State())
	}
}

func TestTakenPortIsNamed(t *testing.T) {
	h := newHub(t)
	if again, err := NewHub(Config{Listen: []string{h.Addrs()[0].String()}}); err == nil {
		_ = again.Close()
		t.Fatal("two hubs on one voice port")
	}
}
