package story

import (
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"zuoxi/internal/netem"
)

// Between is the network between a seat and its hub: the voice goes through a
// relay of netem, the link through a pipe that can stand still. The seat is
// told no other way to the hub's voice port, nor the hub one to the seat.
type Between struct {
	Voice *netem.Relay
	hub   string
	relay string // the port of Voice, in digits
	http  *http.Server
	url   string
	work  sync.WaitGroup
	ctx   context.Context
	stop  context.CancelFunc

	mu    sync.Mutex
	open  chan struct{}  // closed while messages pass
	moved chan struct{}  // closed when the connections of before are dead
	pipes [2]*netem.Pipe // by direction; nil: as wide as can be
	down  int64          // bytes that the link has carried to the seat since Narrow
}

// Between puts a network in front of the hub. A seat uses it with
// ZUOXI_SEAT_HUB=URL(). Close it after the seat.
func (w *World) Between(seed uint64) (*Between, error) {
	voice, err := netem.New(netem.Config{Target: w.voice, Seed: seed})
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		_ = voice.Close()
		return nil, fmt.Errorf("network between: %w", err)
	}
	b := &Between{Voice: voice, hub: w.seatWS, relay: strconv.Itoa(int(voice.Addr().Port())), url: "ws://" + l.Addr().String(), open: make(chan struct{}), moved: make(chan struct{})}
	close(b.open)
	b.ctx, b.stop = context.WithCancel(context.Background())
	b.http = &http.Server{Handler: http.HandlerFunc(b.serve), ReadHeaderTimeout: 10 * time.Second}
	b.work.Go(func() { _ = b.http.Serve(l) })
	return b, nil
}

// URL is where the seat finds the hub.
func (b *Between) URL() string { return b.url }

// Cut pulls the cable of voice and link, or plugs it in again. What the link
// carried meanwhile comes late, as TCP does it.
func (b *Between) Cut(on bool) {
	b.Voice.Cut(on)
	b.CutLink(on)
}

// CutLink does so with the link alone.
func (b *Between) CutLink(on bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-b.open:
		if on {
			b.open = make(chan struct{})
		}
	default:
		if !on {
			close(b.open)
		}
	}
}

// Move puts the seat into another network: its voice comes from another address,
// and its connections are dead.
func (b *Between) Move() {
	b.Voice.Move()
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.moved)
	b.moved = make(chan struct{})
}

// Narrow lets voice and link share a line of so many bits a second, each way,
// whose queue holds so much of the voice; 0 is all of it.
func (b *Between) Narrow(rate float64, room time.Duration) {
	up, down := netem.NewPipe(rate), netem.NewPipe(rate)
	up.Room, down.Room = room, room
	b.Voice.Set(netem.Profile{Pipe: up}, netem.Profile{Pipe: down})
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pipes, b.down = [2]*netem.Pipe{netem.Up: up, netem.Down: down}, 0
}

// Carried is how many bytes the link alone has carried to the seat since Narrow, headers included.
func (b *Between) Carried() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.down
}

// Took is how many bytes voice and link have brought to the narrow line since Narrow, by direction, headers included.
func (b *Between) Took() (all [2]int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for d, p := range b.pipes {
		if p != nil {
			all[d] = p.Took()
		}
	}
	return all
}

// What a message costs on the line: it is cut into segments with 40 bytes of IP and TCP each, of which every second is
// confirmed, and has the heads of TLS and WebSocket.
const (
	segmentSize = 1400
	segmentHead = 40
	messageHead = 33
)

// squeeze is the time that a message takes on a narrow line. It joins the queue as a whole, as a TCP window does; false
// when the network has ended meanwhile.
func (b *Between) squeeze(d netem.Direction, size int) bool {
	size += messageHead
	segments := (size + segmentSize - 1) / segmentSize
	size += segments * segmentHead
	b.mu.Lock()
	pipes := b.pipes
	if d == netem.Down {
		b.down += int64(size)
	}
	b.mu.Unlock()
	if pipes[d] == nil {
		return true
	}
	now := time.Now()
	pipes[1-d].Through((segments+1)/2*segmentHead, now)
	t := time.NewTimer(time.Until(pipes[d].Through(size, now)))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-b.ctx.Done():
		return false
	}
}

// Close ends the network.
func (b *Between) Close() error {
	b.mu.Lock()
	b.stop()
	b.mu.Unlock()
	err := b.http.Close()
	b.work.Wait()
	return errors.Join(err, b.Voice.Close())
}

// gate waits until messages pass; false when the network has ended.
func (b *Between) gate() bool {
	b.mu.Lock()
	open := b.open
	b.mu.Unlock()
	select {
	case <-open:
		return true
	case <-b.ctx.Done():
		return false
	}
}

// enter counts a connection in, unless the network has ended; moved tells when
// it is dead.
func (b *Between) enter() (moved chan struct{}, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ctx.Err() != nil {
		return nil, false
	}
	b.work.Add(1)
	return b.moved, true
}

func (b *Between) serve(rw http.ResponseWriter, r *http.Request) {
	moved, ok := b.enter()
	if !ok {
		return
	}
	defer b.work.Done()
	if !b.gate() {
		return
	}
	d := websocket.Dialer{Subprotocols: websocket.Subprotocols(r), EnableCompression: true, HandshakeTimeout: 10 * time.Second}
	pass := http.Header{}
	if a := r.Header.Get("Authorization"); a != "" {
		pass.Set("Authorization", a)
	}
	hub, resp, err := d.DialContext(b.ctx, b.hub+r.URL.Path, pass)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadGateway)
		return
	}
	_ = resp.Body.Close()
	up := websocket.Upgrader{Subprotocols: []string{hub.Subprotocol()}, EnableCompression: true, CheckOrigin: func(*http.Request) bool { return true }}
	seat, err := up.Upgrade(rw, r, nil)
	if err != nil {
		_ = hub.Close()
		return
	}
	ended := make(chan struct{}, 2)
	b.work.Go(func() { b.pump(seat, hub, netem.Up, b.toHub); ended <- struct{}{} })
	b.work.Go(func() { b.pump(hub, seat, netem.Down, b.toSeat); ended <- struct{}{} })
	select {
	case <-ended:
	case <-moved:
	case <-b.ctx.Done():
	}
	_, _ = seat.Close(), hub.Close()
}

// pump passes messages, signs of life and the goodbye from one end to the other.
func (b *Between) pump(from, to *websocket.Conn, way netem.Direction, change func([]byte) []byte) {
	control := func(kind int, data string) error {
		if !b.gate() {
			return context.Canceled
		}
		return to.WriteControl(kind, []byte(data), time.Now().Add(10*time.Second))
	}
	from.SetPingHandler(func(s string) error { return control(websocket.PingMessage, s) })
	from.SetPongHandler(func(s string) error { return control(websocket.PongMessage, s) })
	for {
		kind, data, err := from.ReadMessage()
		var bye *websocket.CloseError
		if errors.As(err, &bye) && bye.Code != websocket.CloseAbnormalClosure {
			_ = control(websocket.CloseMessage, string(websocket.FormatCloseMessage(bye.Code, bye.Text)))
		}
		if err != nil || !b.gate() {
			return
		}
		size := len(data)
		if kind == websocket.TextMessage {
			data = change(data)
			size = packed(data)
		}
		if !b.squeeze(way, size) {
			return
		}
		if err := to.WriteMessage(kind, data); err != nil {
			return
		}
	}
}

// packed is the size of a text as both ends send it: each message compressed
// alone, as fast as can be.
func packed(text []byte) int {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		return len(text)
	}
	_, _ = w.Write(text) // a buffer takes everything
	_ = w.Flush()
	return out.Len()
}

// Lines of SDP as they stand in JSON.
var (
	anyCandidate = regexp.MustCompile(`a=candidate:[^\\"]*\\r\\n`)
	tcpCandidate = regexp.MustCompile(`a=candidate:[^\\"]* [tT][cC][pP] [^\\"]*\\r\\n`)
	udpPort      = regexp.MustCompile(`(a=candidate:[^\\"]* [uU][dD][pP] \d+ \S+) \d+ `)
)

// toHub takes the seat's own addresses out: the hub learns them from packets.
func (b *Between) toHub(m []byte) []byte { return anyCandidate.ReplaceAll(m, nil) }

// toSeat gives the relay for the hub's voice port.
func (b *Between) toSeat(m []byte) []byte {
	return udpPort.ReplaceAll(tcpCandidate.ReplaceAll(m, nil), []byte("${1} "+b.relay+" "))
}
