package main

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"zuoxi/wire"
)

// voices makes the voice lines of seats without a person.
type voices struct{ api *webrtc.API }

// voice is one line. At rest it says five packets a second, as a seat does.
type voice struct {
	pc    *webrtc.PeerConnection
	stop  chan struct{}
	work  sync.WaitGroup
	loud  atomic.Bool  // it says marks, 20 ms at a time
	heard atomic.Int64 // marks of the hub
	said  atomic.Int64 // marks of its own
}

const (
	payloadALaw = 8
	silent      = 0xD5 // nothing, in A-law
	mark        = 0x5A // a level that nobody else says for 20 ms
	frame       = 20 * time.Millisecond
	restEvery   = 200 * time.Millisecond
	voiceWait   = patience
)

func newVoices() (*voices, error) {
	var se webrtc.SettingEngine
	se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	se.SetIncludeLoopbackCandidate(true)
	se.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	me := &webrtc.MediaEngine{}
	codec := webrtc.RTPCodecParameters{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: 8000, Channels: 1}, PayloadType: payloadALaw}
	if err := me.RegisterCodec(codec, webrtc.RTPCodecTypeAudio); err != nil {
		return nil, fmt.Errorf("voice: %w", err)
	}
	return &voices{webrtc.NewAPI(webrtc.WithSettingEngine(se), webrtc.WithMediaEngine(me))}, nil
}

// open brings a seat's voice to the hub and makes the seat ready.
func (v *voices) open(c *client) (*voice, error) {
	pc, err := v.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, fmt.Errorf("voice: %w", err)
	}
	own := &voice{pc: pc, stop: make(chan struct{})}
	pc.OnTrack(own.listen)
	if err := own.connect(c); err != nil {
		own.close()
		return nil, err
	}
	return own, nil
}

func (v *voice) connect(c *client) error {
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA}, "voice", "seat")
	if err != nil {
		return fmt.Errorf("voice: %w", err)
	}
	stands := make(chan struct{}) // closed when the connection stands
	var once sync.Once
	v.pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			once.Do(func() { close(stands) })
		}
	})
	if _, err := v.pc.AddTrack(track); err != nil {
		return fmt.Errorf("voice: %w", err)
	}
	if err := v.negotiate(c); err != nil {
		return err
	}
	select {
	case <-stands:
	case <-time.After(voiceWait):
		return errors.New("the voice line does not come to stand")
	}
	v.work.Go(func() { v.say(track) })
	return v.ready(c)
}

func (v *voice) negotiate(c *client) error {
	offer, err := v.pc.CreateOffer(nil)
	if err != nil {
		return fmt.Errorf("voice: %w", err)
	}
	gathered := webrtc.GatheringCompletePromise(v.pc)
	if err := v.pc.SetLocalDescription(offer); err != nil {
		return fmt.Errorf("voice: %w", err)
	}
	<-gathered
	m, err := c.ask(&wire.MediaOffer{SDP: v.pc.LocalDescription().SDP})
	if err != nil {
		return err
	}
	answer, ok := m.Body.(*wire.MediaAnswer)
	if !ok {
		return fmt.Errorf("an offer was answered with %s", m.Body.Type())
	}
	return v.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.SDP})
}

// ready makes the seat ready once both can hear each other.
func (v *voice) ready(c *client) error {
	if err := v.echoes(c); err != nil {
		return err
	}
	return c.agree(&wire.SetPresence{State: "ready"})
}

// marked tells whether a packet of sound is a mark from beginning to end.
func marked(payload []byte) bool {
	return len(payload) > 0 && len(bytes.TrimLeft(payload, string([]byte{mark}))) == 0
}

// echoes asks the hub to say back what it hears, says marks, and waits until they
// come back: what is heard then is what was said.
func (v *voice) echoes(c *client) error {
	if err := c.agree(&wire.MediaEcho{On: true}); err != nil {
		return err
	}
	before := v.heard.Load()
	v.loud.Store(true)
	defer v.loud.Store(false)
	if err := within(voiceWait, "hearing each other", func() (bool, error) { return v.heard.Load() > before, nil }); err != nil {
		return err
	}
	return c.agree(&wire.MediaEcho{})
}

// agree asks for something and wants a yes.
func (c *client) agree(b wire.Body) error {
	m, err := c.ask(b)
	if err != nil {
		return err
	}
	if ack, ok := m.Body.(*wire.Ack); !ok || ack.Code != wire.CodeOK {
		return fmt.Errorf("%s was answered with %s", b.Type(), m.Body.Type())
	}
	return nil
}

// listen takes what the hub says.
func (v *voice) listen(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
	for {
		p, _, err := t.ReadRTP()
		if err != nil {
			return
		}
		if marked(p.Payload) {
			v.heard.Add(1)
		}
	}
}

func (v *voice) say(track *webrtc.TrackLocalStaticRTP) {
	nothing, sound := bytes.Repeat([]byte{silent}, 160), bytes.Repeat([]byte{mark}, 160)
	p := &rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: payloadALaw}}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-v.stop:
			return
		}
		pause := restEvery
		if p.Payload = nothing; v.loud.Load() {
			p.Payload, pause = sound, frame
		}
		p.SequenceNumber++
		_ = track.WriteRTP(p) // a lost packet
		if pause == frame {
			v.said.Add(1)
		}
		p.Timestamp += uint32(pause / time.Millisecond * 8)
		timer.Reset(pause)
	}
}

func (v *voice) close() {
	close(v.stop)
	v.work.Wait()
	_ = v.pc.Close()
}
