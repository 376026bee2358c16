package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"zuoxi/hub/store"
	"zuoxi/hub/store/sqlite"
	"zuoxi/hub/trunk"
	"zuoxi/media/tone"
	"zuoxi/media/wav"
	"zuoxi/wire"
)

// patience is how long these tests wait for what must come; it measures nothing.
const patience = 30 * time.Second

// real is a hub of the real parts on loopback.
type real struct {
	*Hub
	t      *testing.T
	socket string
}

func openReal(t *testing.T) *real {
	t.Helper()
	dir := t.TempDir()
	prompts := filepath.Join(dir, "prompts")
	if err := os.Mkdir(prompts, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"welcome", "disclaimer", "anti_fraud"} { // the opening cannot be skipped: make it short
		var b bytes.Buffer
		w, err := wav.NewWriter(&b, wav.Format{Rate: 8000, Channels: 1})
		if err == nil {
			err = w.Write(make([]int16, 800))
		}
		if err = firstError(err, w.Close(), os.WriteFile(filepath.Join(prompts, name+".wav"), b.Bytes(), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	r := &real{t: t, socket: filepath.Join(dir, "s")}
	h, err := New(Config{
		Data: filepath.Join(dir, "data"), Voice: []string{"127.0.0.1:0"}, Timing: Timing{Drain: 100 * time.Millisecond},
		Doors: Doors{Listen: []string{"ws://127.0.0.1:0", "wss://127.0.0.1:0"}, Socket: r.socket, Status: "127.0.0.1:0"},
		Menu:  Menu{Prompts: prompts, Mode: "direct", Always: true},
		Trunk: trunk.Config{Listen: []string{"udp://127.0.0.1:0"}, Gateways: []string{"127.0.0.0/8"}, RTP: trunk.RTP{Addr: "127.0.0.1"}},
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	r.Hub = h
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return r
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// line is a WebSocket to the hub.
type wsLine struct {
	t   *testing.T
	ws  *websocket.Conn
	n   int
	num uint64 // session
	mu  sync.Mutex
	in  chan wire.Message
}

func (r *real) dial(unix bool) *wsLine {
	r.t.Helper()
	d := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}, EnableCompression: true}
	url := r.Addrs().Seats[0] + seatPath
	if unix {
		url = "ws://hub" + seatPath
		d.NetDialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", r.socket)
		}
	}
	ws, resp, err := d.Dial(url, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	_ = resp.Body.Close()
	l := &wsLine{t: r.t, ws: ws, in: make(chan wire.Message, 1024)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(l.in)
		for {
			_, data, err := ws.ReadMessage()
			if err != nil {
				return
			}
			if m, err := wire.Decode(data); err == nil {
				l.in <- m
			}
		}
	}()
	r.t.Cleanup(func() { _ = ws.Close(); <-done })
	return l
}

func (l *wsLine) say(b wire.Body) string {
	l.t.Helper()
	l.n++
	id := fmt.Sprint("m", l.n)
	data, err := wire.Encode(wire.Message{ID: id, Session: l.num, Body: b})
	if err == nil {
		l.mu.Lock()
		err = l.ws.WriteMessage(websocket.TextMessage, data)
		l.mu.Unlock()
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return id
}

// until reads until one message fits.
func (l *wsLine) until(what string, fits func(wire.Message) bool) wire.Message {
	l.t.Helper()
	limit := time.After(patience)
	for {
		select {
		case m, ok := <-l.in:
			if !ok {
				l.t.Fatalf("the line ended before %s", what)
			}
			if fits(m) {
				return m
			}
		case <-limit:
			l.t.Fatalf("waited in vain for %s", what)
		}
	}
}

func (l *wsLine) ask(b wire.Body) wire.Body {
	l.t.Helper()
	id := l.say(b)
	return l.until("the answer to "+b.Type(), func(m wire.Message) bool { return m.Re == id }).Body
}

func (l *wsLine) state(what string, fits func(*wire.DeskState) bool) *wire.DeskState {
	l.t.Helper()
	return l.until(what, func(m wire.Message) bool {
		st, ok := m.Body.(*wire.DeskState)
		return ok && fits(st)
	}).Body.(*wire.DeskState)
}

// admin carries out a command.
func (l *wsLine) admin(cmd string, args any, out any) wire.Code {
	l.t.Helper()
	raw, err := json.Marshal(args)
	if err != nil {
		l.t.Fatal(err)
	}
	r, ok := l.ask(&wire.AdminRequest{Cmd: cmd, Args: raw}).(*wire.AdminReply)
	if !ok {
		l.t.Fatalf("%s was not answered as a command", cmd)
	}
	if out != nil && r.Code == wire.CodeOK {
		if err := json.Unmarshal(r.Data, out); err != nil {
			l.t.Fatal(err)
		}
	}
	return r.Code
}

// plug connects a headset that always sends, and tells what it hears.
func (l *wsLine) plug() (heard <-chan byte) {
	l.t.Helper()
	me := &webrtc.MediaEngine{}
	pcma := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: 8000, Channels: 1}
	if err := me.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: pcma, PayloadType: 8}, webrtc.RTPCodecTypeAudio); err != nil {
		l.t.Fatal(err)
	}
	var se webrtc.SettingEngine
	se.SetIncludeLoopbackCandidate(true)
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(me), webrtc.WithSettingEngine(se),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{})).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		l.t.Fatal(err)
	}
	track, err := webrtc.NewTrackLocalStaticRTP(pcma, "voice", "seat")
	if err == nil {
		_, err = pc.AddTrack(track)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	out := make(chan byte, 4096)
	pc.OnTrack(func(tr *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			p, _, err := tr.ReadRTP()
			if err != nil {
				return
			}
			select {
			case out <- p.Payload[0]:
			default:
			}
		}
	})
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		l.t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		l.t.Fatal(err)
	}
	<-gathered
	answer, ok := l.ask(&wire.MediaOffer{SDP: pc.LocalDescription().SDP}).(*wire.MediaAnswer)
	if !ok {
		l.t.Fatal("the voice offer was refused")
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.SDP}); err != nil {
		l.t.Fatal(err)
	}
	stop := speak(seatSound, track.WriteRTP)
	l.t.Cleanup(func() { stop(); _ = pc.GracefulClose() })
	return out
}

// What the two sides say, as A-law bytes that are easy to tell apart.
const seatSound, citizenSound = 0x11, 0x77

// speak sends a packet of one byte every 20 ms until stop.
func speak(b byte, send func(*rtp.Packet) error) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		p := &rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8}, Payload: bytes.Repeat([]byte{b}, 160)}
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
				_ = send(p)
				p.SequenceNumber++
				p.Timestamp += 160
			}
		}
	}()
	return sync.OnceFunc(func() { close(quit); <-done })
}

// hears waits until a byte comes.
func hears(t *testing.T, who string, from <-chan byte, want byte) {
	t.Helper()
	limit := time.After(patience)
	for {
		select {
		case b := <-from:
			if b == want {
				return
			}
		case <-limit:
			t.Fatalf("%s never heard the other side", who)
		}
	}
}

// call lets a citizen call over real SIP and RTP.
func (r *real) call() (leg *trunk.Leg, heard <-chan byte) {
	r.t.Helper()
	net, err := trunk.New(trunk.Config{
		Listen: []string{"udp://127.0.0.1:0"}, Gateways: []string{"127.0.0.0/8"}, RTP: trunk.RTP{Addr: "127.0.0.1"},
		Outbound: trunk.Outbound{Proxy: "sip:" + r.Addrs().Trunk[0], Number: "13900000042"},
	}, nil, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	if err := net.Listen(); err != nil {
		r.t.Fatal(err)
	}
	go func() { done <- net.Run(ctx) }()
	r.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Error(err)
		}
	})
	out := make(chan byte, 4096)
	leg, err = net.Dial(ctx, "12333", trunk.DialOpts{OnStart: func(l *trunk.Leg) {
		l.OnPacket(func(p *rtp.Packet, _ time.Time) {
			select {
			case out <- p.Payload[0]:
			default:
			}
		})
	}})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(speak(citizenSound, leg.Send))
	return leg, out
}

// TestRealParts is the main job with everything real but the people: SIP, RTP,
// WebRTC, WebSocket, SQLite, recording, administrator's socket.
func TestRealParts(t *testing.T) {
	r := openReal(t)
	owner := r.dial(true)
	for _, a := range []map[string]any{
		{"agent_no": "8001", "name": "王某", "role": "agent", "certified": true, "password": "synthetic-1", "own": true},
		{"agent_no": "1007", "name": "孙某", "role": "qa", "password": "synthetic-2", "own": true},
	} {
		if code := owner.admin("agent.add", a, nil); code != wire.CodeOK {
			t.Fatal(code)
		}
	}
	seat := r.dial(false)
	w, ok := seat.ask(&wire.SignIn{AgentNo: "8001", Password: "synthetic-1", Device: "pc"}).(*wire.Welcome)
	if !ok || w.Name != "王某" || w.Settings.RingSeconds != 15 {
		t.Fatalf("welcome %+v", w)
	}
	seat.num = w.Session
	ear := seat.plug()
	ready := false
	for limit := time.Now().Add(patience); !ready && time.Now().Before(limit); {
		ack, _ := seat.ask(&wire.SetPresence{State: "ready"}).(*wire.Ack)
		ready = ack.Code == wire.CodeOK
	}
	leg, heard := r.call()
	o := seat.state("the offer", func(s *wire.DeskState) bool { return s.Offer != nil }).Offer
	if o.Caller.Masked != "139****0042" || o.Ringing {
		t.Errorf("offer %+v", o)
	}
	seat.say(&wire.OfferShown{Offer: o.ID, Epoch: o.Epoch})
	seat.say(&wire.Answer{Offer: o.ID, Epoch: o.Epoch})
	st := seat.state("the conversation", func(s *wire.DeskState) bool {
		return s.Call != nil && s.Call.Phase == "talking" && s.Call.Recording == "on"
	})
	hears(t, "the agent", ear, citizenSound)
	hears(t, "the citizen", heard, seatSound)
	<-time.After(1200 * time.Millisecond) // less than a second is no conversation in the reports
	if err := leg.Hangup(trunk.CauseNormal); err != nil {
		t.Error(err)
	}
	seat.state("wrap-up", func(s *wire.DeskState) bool { return s.Presence.State == "wrap_up" })
	saved, ok := seat.ask(&wire.RecordSave{End: true, Record: wire.Record{
		Number: "0312-8001-1", Kind: "consult", Subject: "养老保险", Region: "320100", Question: "养老金何时到账", Answer: "已告知", CallIDs: []string{st.Call.ID}, Callback: "139****0042",
	}}).(*wire.RecordSaved)
	if !ok || saved.Code != wire.CodeOK {
		t.Fatalf("saved %+v", saved)
	}
	r.check(owner, st.Call.ID)
}

// check looks at what is left of the call, through the administrator's door.
func (r *real) check(owner *wsLine, id string) {
	t := r.t
	t.Helper()
	var rows []struct {
		ID, Disposition, Caller string
		Open                    bool
	}
	for limit := time.Now().Add(patience); (len(rows) == 0 || rows[0].Open) && time.Now().Before(limit); {
		rows = nil // the decoder leaves what is not in the answer
		if code := owner.admin("call.list", map[string]int{"limit": 5}, &rows); code != wire.CodeOK {
			t.Fatal(code)
		}
	}
	if len(rows) != 1 || rows[0].ID != id || rows[0].Disposition != "human" || rows[0].Caller != "139****0042" || rows[0].Open {
		t.Errorf("rows %+v", rows)
	}
	var d struct {
		Timeline, Records, Recordings []json.RawMessage
	}
	if code := owner.admin("call.show", map[string]string{"id": id}, &d); code != wire.CodeOK || len(d.Timeline) < 8 || len(d.Recordings) != 1 {
		t.Errorf("%s: %d events, %d recordings", code, len(d.Timeline), len(d.Recordings))
	}
	if len(d.Records) != 0 {
		t.Error("an administrator sees records")
	}
	if code := owner.admin("recording.export", map[string]string{"id": id}, nil); code != wire.CodeForbidden {
		t.Errorf("an administrator hears recordings: %s", code)
	}
	qa := r.dial(false)
	if code := qa.admin("sign.in", map[string]string{"agent_no": "1007", "password": "synthetic-2"}, nil); code != wire.CodeOK {
		t.Fatal(code)
	}
	if code := qa.admin("agent.add", map[string]string{}, nil); code != wire.CodeForbidden {
		t.Errorf("a quality inspector adds agents: %s", code)
	}
	if code := qa.admin("recording.export", map[string]string{"id": id, "reason": "复核"}, nil); code != wire.CodeOK {
		t.Fatal(code)
	}
	var sound []byte
	qa.until("the end of the file", func(m wire.Message) bool {
		c, ok := m.Body.(*wire.AdminChunk)
		if ok {
			sound = append(sound, c.Data...)
		}
		return ok && c.End
	})
	if len(sound) < 44+8000*4 || string(sound[:4]) != "RIFF" {
		t.Errorf("an export of %d bytes", len(sound))
	}
	qa.whoseCopy(t, sound)
	var records []wire.Record
	if code := qa.admin("record.list", map[string]int{"limit": 5}, &records); code != wire.CodeOK || len(records) != 1 || records[0].Callback != "139****0042" {
		t.Errorf("%s: records %+v", code, records)
	}
	for _, cmd := range []string{"audit.verify", "hub.status", "queue.show", "seat.list", "agent.list"} {
		if code := owner.admin(cmd, map[string]string{}, nil); code != wire.CodeOK {
			t.Errorf("%s: %s", cmd, code)
		}
	}
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		resp, err := http.Get("http://" + r.Addrs().Status + path)
		if err != nil {
			t.Error(err)
			continue
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestSignInRefusals(t *testing.T) {
	r := openReal(t)
	owner := r.dial(true)
	owner.admin("agent.add", map[string]any{"agent_no": "8001", "name": "王某", "role": "agent", "password": "synthetic-1", "own": true}, nil)
	owner.admin("agent.add", map[string]any{"agent_no": "8002", "name": "李某", "role": "agent", "password": "synthetic-1", "own": true}, nil)
	if code := owner.admin("agent.disable", map[string]any{"agent_no": "8002", "disabled": true}, nil); code != wire.CodeOK {
		t.Fatal(code)
	}
	for name, tc := range map[string]struct {
		first wire.Body
		want  wire.Code
	}{
		"unknown agent":  {&wire.SignIn{AgentNo: "9999", Password: "synthetic-1"}, wire.CodeCredentials},
		"wrong password": {&wire.SignIn{AgentNo: "8001", Password: "wrong"}, wire.CodeCredentials},
		"disabled":       {&wire.SignIn{AgentNo: "8002", Password: "synthetic-1"}, wire.CodeDisabled},
		"dead token":     {&wire.Resume{Token: "8001.nothing"}, wire.CodeStale},
		"no sign-in":     {&wire.FindTarget{}, wire.CodeInvalid},
		"command":        {&wire.AdminRequest{Cmd: "agent.list"}, wire.CodeInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			ack, ok := r.dial(false).ask(tc.first).(*wire.Ack)
			if !ok || ack.Code != tc.want || ack.Text == "" {
				t.Errorf("answered %+v", ack)
			}
		})
	}
	seat := r.dial(false)
	if _, ok := seat.ask(&wire.SignIn{AgentNo: "8001", Password: "synthetic-1"}).(*wire.Welcome); !ok {
		t.Error("the right password was refused")
	}
}

func TestOpenRefusals(t *testing.T) {
	r := openReal(t)
	quiet := slog.New(slog.DiscardHandler)
	ok := func() Config {
		return Config{
			Data: t.TempDir(), Voice: []string{"127.0.0.1:0"},
			Trunk: trunk.Config{Listen: []string{"udp://127.0.0.1:0"}, Gateways: []string{"127.0.0.0/8"}},
		}
	}
	for name, spoil := range map[string]func(*Config){
		"data in use":    func(c *Config) { c.Data = r.cfg.Data },
		"port taken":     func(c *Config) { c.Doors.Listen = []string{r.Addrs().Seats[0]} },
		"plain outside":  func(c *Config) { c.Doors.Listen = []string{"ws://0.0.0.0:0"} },
		"not an address": func(c *Config) { c.Doors.Listen = []string{"nonsense"} },
		"no gateways":    func(c *Config) { c.Trunk.Gateways = nil },
		"no voice":       func(c *Config) { c.Voice = nil },
		"bad menu":       func(c *Config) { c.Menu.File = "/nonexistent/ivr.toml" },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := ok()
			spoil(&cfg)
			if h, err := New(cfg, quiet); err == nil {
				_ = h.opened.close()
				t.Error("was opened")
			}
		})
	}
}

// TestCrashIsMended: what a killed hub left open is closed at the next start.
func TestCrashIsMended(t *testing.T) {
	dir := t.TempDir()
	db, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	dead := store.Call{ID: store.NewID(time.Now()), Direction: store.Inbound, District: "320100", Times: store.CallTimes{Arrive: time.Now().Add(-time.Minute)}}
	if err := db.Calls.Open(t.Context(), dead); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	h, err := New(Config{
		Data: dir, Voice: []string{"127.0.0.1:0"}, Trunk: trunk.Config{Listen: []string{"udp://127.0.0.1:0"}, Gateways: []string{"127.0.0.0/8"}},
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	mended, err := h.db.Calls.Get(t.Context(), dead.ID)
	if err != nil || mended.Times.Closed.IsZero() || mended.Outcome.Place != store.PlaceFault {
		t.Errorf("%+v, %v", mended, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Run(ctx); err != nil {
		t.Error(err)
	}
}

// whoseCopy finds out from the sound of a copy alone who made it and why.
func (l *wsLine) whoseCopy(t *testing.T, file []byte) {
	t.Helper()
	pcm, f, err := wav.ReadAll(bytes.NewReader(file), 1<<24)
	if err != nil || f.Channels != 2 {
		t.Fatal(f, err)
	}
	left := make([]int16, 0, len(pcm)/2)
	for i := 0; i < len(pcm); i += 2 {
		left = append(left, pcm[i])
	}
	said := tone.Serials(left, f.Rate)
	if len(said) != 2 || said[0] != said[1] {
		t.Fatalf("the copy says %q", said)
	}
	var found struct {
		Rows []struct{ Who, Action, Reason string }
	}
	code := l.admin("audit.list", map[string]any{"words": said[0]}, &found)
	if rows := found.Rows; code != wire.CodeOK || len(rows) != 1 ||
		rows[0].Who != "1007" || rows[0].Action != "recording.export" || !strings.HasSuffix(rows[0].Reason, "：（已遮盖）复核") {
		t.Errorf("%s: the log says %+v of copy %s", code, found, said[0])
	}
}
