package rtc

import (
	"net"
	"testing"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"

	"zuoxi/internal/voiceline"
)

// TestTCPWhereUDPIsBlocked: the hub listens on TCP only, as it looks from a
// seat whose network drops UDP.
func TestTCPWhereUDPIsBlocked(t *testing.T) {
	t.Parallel()
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	mux := ice.NewTCPMuxDefault(ice.TCPMuxParams{Listener: l, ReadBufferSize: 16})
	t.Cleanup(func() { mux.Close() })
	var se webrtc.SettingEngine
	se.SetICETCPMux(mux)
	se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4})
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	se.SetIncludeLoopbackCandidate(true)
	me, err := voiceline.Codecs()
	if err != nil {
		t.Fatal(err)
	}
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(se), webrtc.WithMediaEngine(me)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.GracefulClose() })
	got := make(chan struct{}, 1)
	pc.OnTrack(func(tr *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			if _, _, err := tr.ReadRTP(); err != nil {
				return
			}
			select {
			case got <- struct{}{}:
			default:
			}
		}
	})

	c, states := newConn(t, Config{})
	h := &hub{conn: &Conn{pc: pc}}
	connect(t, c, h, states)
	sendUntil(t, c, got)
	if c.Via() != "tcp" {
		t.Fatalf("via %q", c.Via())
	}
}
