package softphone

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"go.uber.org/goleak"

	"zuoxi/internal/voiceline"
	"zuoxi/media/g711"
	"zuoxi/media/tone"
	"zuoxi/softphone/device"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hub is a far end that answers, keeps what it hears and sends A-law.
type hub struct {
	pc    *webrtc.PeerConnection
	track *webrtc.TrackLocalStaticRTP
	heard chan rtp.Packet // 256; more are dropped, tests read along
	seq   uint16
	ts    uint32
}

func newHub(t *testing.T) *hub {
	t.Helper()
	var se webrtc.SettingEngine
	se.SetIncludeLoopbackCandidate(true)
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	me := &webrtc.MediaEngine{}
	alaw := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: 8000, Channels: 1}
	opus := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
	for pt, c := range map[webrtc.PayloadType]webrtc.RTPCodecCapability{voiceline.PayloadALaw: alaw, voiceline.PayloadOpus: opus} {
		if err := me.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: c, PayloadType: pt}, webrtc.RTPCodecTypeAudio); err != nil {
			t.Fatal(err)
		}
	}
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(se), webrtc.WithMediaEngine(me)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	h := &hub{pc: pc, heard: make(chan rtp.Packet, 256)}
	if h.track, err = webrtc.NewTrackLocalStaticRTP(alaw, "hub", "hub"); err != nil {
		t.Fatal(err)
	}
	if _, err := pc.AddTrack(h.track); err != nil {
		t.Fatal(err)
	}
	pc.OnTrack(func(tr *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			p, _, err := tr.ReadRTP()
			if err != nil {
				return
			}
			select {
			case h.heard <- *p:
			default:
			}
		}
	})
	t.Cleanup(func() {
		if err := pc.GracefulClose(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func (h *hub) answer(t *testing.T, offer string) string {
	t.Helper()
	if err := h.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		t.Fatal(err)
	}
	answer, err := h.pc.CreateAnswer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(h.pc)
	if err := h.pc.SetLocalDescription(answer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	return h.pc.LocalDescription().SDP
}

// say sends 20 ms of a tone.
func (h *hub) say(t *testing.T, g *tone.Generator) {
	t.Helper()
	pcm, payload := make([]int16, 160), make([]byte, 160)
	g.Fill(pcm)
	g711.EncodeALaw(payload, pcm)
	h.seq, h.ts = h.seq+1, h.ts+160
	p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SequenceNumber: h.seq, Timestamp: h.ts}, Payload: payload}
	if err := h.track.WriteRTP(&p); err != nil {
		t.Fatal(err)
	}
}

// connect makes the one exchange and waits for the path.
func connect(t *testing.T, p *Phone, h *hub) {
	t.Helper()
	offer, err := p.Offer(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Answer(h.answer(t, offer)); err != nil {
		t.Fatal(err)
	}
	await(t, p, PathUp)
}

// await reads events up to one of a kind.
func await(t *testing.T, p *Phone, kind Kind) Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		select {
		case e := <-p.Events():
			if e.Kind == kind {
				return e
			}
		case <-ctx.Done():
			t.Fatalf("event %d never came", kind)
		}
	}
}

// until polls for a state that comes by itself.
func until(t *testing.T, what string, reached func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for !reached() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatalf("never came: %s", what)
		}
	}
}

// near waits until a tone is as loud as it should be, 3 dB up or down. On a busy computer the test's own clocks stand still
// now and then: a stretch with a hole in it says nothing of the phone.
func near(t *testing.T, what string, want float64, level func() float64) {
	t.Helper()
	var levels []float64
	for limit := time.Now().Add(30 * time.Second); time.Now().Before(limit); {
		l := level()
		if math.Abs(l-want) < 3 {
			return
		}
		levels = append(levels, math.Round(l))
	}
	t.Fatalf("%s is heard at %v dBFS, want about %.1f", what, levels, want)
}

// spoken is near for the microphone's tone in the packets that the hub gets.
func spoken(t *testing.T, h *hub, what string) {
	t.Helper()
	near(t, what, -10.5, func() float64 { return tone.Level(decode(h.next(t, 20)), 8000, 700) })
}

// clockwork lets driven devices run about as fast as real ones.
func clockwork(t *testing.T, d *device.Driven) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(10 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				d.Step()
			case <-ctx.Done():
				return
			}
		}
	}()
	t.Cleanup(func() {
		stop()
		<-done
	})
}

func newPhone(t *testing.T, cfg Config) *Phone {
	t.Helper()
	cfg.Loopback = true
	p, err := New(cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}
