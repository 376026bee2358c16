package desk

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"zuoxi/wire"
)

// The pace of one connection. A pulled cable shows in nothing but silence, so
// the hub asks every few seconds and gives up after readWait.
const (
	pingEvery  = 3 * time.Second
	readWait   = 12 * time.Second
	writeWait  = 8 * time.Second
	helloWait  = 5 * time.Second
	queueSize  = 128     // must-deliver messages; full: the reader is too slow and is dropped
	queueBytes = 2 << 20 // the same in bytes: 128 large messages of each seat would be the hub's whole memory
	maxMerged  = 16      // kinds of lossy messages; more would be a programming error
	closeGrace = time.Second
	pongWait   = time.Second
	// greetPatience is a little less than what a seat has for its greeting.
	greetPatience = 4 * time.Second
)

// ErrGone tells that the connection has ended; the reason is Conn.Reason.
var ErrGone = errors.New("the desk's connection has ended")

// Ending is why a connection ended. Code is empty when the line simply broke.
type Ending struct {
	Code wire.Code
	Text string
}

// Conn is one WebSocket of a seat: one goroutine reads, one writes. Send and
// Latest may be called from anywhere and never wait for the network.
type Conn struct {
	ws     *websocket.Conn
	remote string
	device string
	cancel context.CancelFunc
	ctx    context.Context

	must chan []byte   // size queueSize; full, or queueBytes waiting: disconnect with CodeSlow
	held atomic.Int64  // bytes in must
	room chan struct{} // size 1: some of must was written; full: whoever waits for room knows already
	wake chan struct{} // size 1; full: the writer knows already

	mu     sync.Mutex
	merged map[string][]byte // newest lossy message of each type
	ending Ending
	ended  bool

	born  time.Time
	heard atomic.Int64  // when the other end last gave a sign of life, ns after born
	done  chan struct{} // both goroutines have returned
}

func newConn(ctx context.Context, ws *websocket.Conn, remote string) *Conn {
	inner, cancel := context.WithCancel(ctx)
	return &Conn{
		ws: ws, remote: remote, born: time.Now(), ctx: inner, cancel: cancel,
		must: make(chan []byte, queueSize), room: make(chan struct{}, 1), wake: make(chan struct{}, 1),
		merged: map[string][]byte{}, done: make(chan struct{}),
	}
}

// Remote is the address at the other end, without the port.
func (c *Conn) Remote() string { return c.remote }

// Device is the id of the registered PC at the other end, from its certificate;
// empty when it showed none.
func (c *Conn) Device() string { return c.device }

// Quiet is for how long nothing was heard from the seat; the hub asks every
// few seconds.
func (c *Conn) Quiet() time.Duration { return time.Since(c.born) - time.Duration(c.heard.Load()) }

// Late tells that the seat is about to give up waiting for the answer to its
// greeting, or has: it comes back by another connection, which this one must not
// displace.
func (c *Conn) Late() bool { return time.Since(c.born) > greetPatience }

func (c *Conn) alive() error {
	now := time.Now()
	c.heard.Store(int64(now.Sub(c.born)))
	return c.ws.SetReadDeadline(now.Add(readWait))
}

// answer gives a sign of life that the seat has asked for. It does not wait
// behind what is being written for longer than the seat would.
func (c *Conn) answer(mark string) error {
	if err := c.alive(); err != nil {
		return err
	}
	err := c.ws.WriteControl(websocket.PongMessage, []byte(mark), time.Now().Add(pongWait))
	var slow net.Error
	if errors.Is(err, websocket.ErrCloseSent) || errors.As(err, &slow) && slow.Timeout() {
		return nil
	}
	return err
}

// Done is closed when the connection is over and both goroutines are gone.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Reason tells why it ended; valid after Done.
func (c *Conn) Reason() Ending {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ending
}

// Send queues a message that must arrive. A queue that is full means a reader
// that does not read: the connection is dropped with CodeSlow, and the seat
// resumes with a fresh state.
func (c *Conn) Send(m wire.Message) error {
	data, err := wire.Encode(m)
	if err != nil {
		return err
	}
	select {
	case <-c.ctx.Done():
		return ErrGone
	default:
	}
	if c.hold(data) {
		return nil
	}
	c.Close(wire.CodeSlow, "坐席端读取太慢，连接已断开；正在自动重连")
	return ErrGone
}

// Deliver queues a message that must arrive and waits for room: for files,
// which are sent as fast as the other end reads.
func (c *Conn) Deliver(ctx context.Context, m wire.Message) error {
	data, err := wire.Encode(m)
	if err != nil {
		return err
	}
	for {
		if c.hold(data) {
			return nil
		}
		select {
		case <-c.room:
		case <-c.ctx.Done():
			return ErrGone
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// hold queues a message where there is room for one more and for its bytes.
func (c *Conn) hold(data []byte) bool {
	if c.held.Add(int64(len(data))) <= queueBytes {
		select {
		case c.must <- data:
			return true
		default:
		}
	}
	c.held.Add(-int64(len(data)))
	return false
}

// taken makes the room of a message that has left the queue.
func (c *Conn) taken(data []byte) {
	c.held.Add(-int64(len(data)))
	select {
	case c.room <- struct{}{}:
	default:
	}
}

// Latest queues a lossy message: only the newest of its type is sent.
func (c *Conn) Latest(m wire.Message) {
	data, err := wire.Encode(m)
	if err != nil {
		return
	}
	c.mu.Lock()
	if _, known := c.merged[m.Body.Type()]; known || len(c.merged) < maxMerged {
		c.merged[m.Body.Type()] = data
	}
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Close ends the connection with a last word to the seat. Only the first call
// counts. It does not wait; Done tells when it is over.
func (c *Conn) Close(code wire.Code, text string) {
	c.mu.Lock()
	if c.ended {
		c.mu.Unlock()
		return
	}
	c.ended = true
	c.ending = Ending{Code: code, Text: text}
	c.mu.Unlock()
	c.cancel()
}

// broke notes that the line itself failed.
func (c *Conn) broke() {
	c.Close("", "")
}

// write is the writer's goroutine.
func (c *Conn) write() {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-c.ctx.Done():
			c.farewell()
			return
		case data := <-c.must:
			c.taken(data)
			err = c.put(data)
		case <-c.wake:
			err = c.putMerged()
		case <-tick.C:
			if c.Quiet() >= pingEvery { // who asks for our signs of life gives its own
				err = c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWait))
			}
		}
		if err != nil {
			c.broke()
		}
	}
}

func (c *Conn) put(data []byte) error {
	if err := c.ws.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
		return err
	}
	return c.message(data)
}

// message writes a message in its kind of frame.
func (c *Conn) message(data []byte) error {
	c.ws.EnableWriteCompression(wire.Packs(data))
	if wire.Binary(data) {
		return c.ws.WriteMessage(websocket.BinaryMessage, data)
	}
	return c.ws.WriteMessage(websocket.TextMessage, data)
}

func (c *Conn) putMerged() error {
	c.mu.Lock()
	batch := c.merged
	c.merged = map[string][]byte{}
	c.mu.Unlock()
	for _, data := range batch {
		if err := c.put(data); err != nil {
			return err
		}
	}
	return nil
}

// farewell sends what was queued before an orderly end, the Bye and a close
// frame, so that "gone" and "sent away" differ at the seat.
func (c *Conn) farewell() {
	end := c.Reason()
	defer func() { _ = c.ws.Close() }()
	if end.Code == "" {
		return
	}
	limit := time.Now().Add(closeGrace)
	_ = c.ws.SetWriteDeadline(limit)
	for end.Code != wire.CodeSlow && len(c.must) > 0 {
		if c.message(<-c.must) != nil {
			return
		}
	}
	if bye, err := wire.Encode(wire.Message{Body: &wire.Bye{Code: end.Code, Text: end.Text}}); err == nil {
		_ = c.message(bye)
	}
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, string(end.Code)), limit)
}

// read is the reader's loop; it returns when the connection is over. take gets
// each message after cleaning and may wait: a seat that sends faster than the
// hub works is held back by TCP.
func (c *Conn) read(take func(context.Context, wire.Message)) {
	defer c.broke()
	for {
		m, err := c.next(readWait)
		if err != nil {
			if !c.refuse(m, err) {
				return
			}
			continue
		}
		if ping, ok := m.Body.(*wire.Ping); ok {
			_ = c.Send(wire.Message{Re: m.ID, Body: &wire.Pong{At: ping.At, Own: time.Now()}})
			continue
		}
		take(c.ctx, m)
	}
}

// next reads one message within wait.
func (c *Conn) next(wait time.Duration) (wire.Message, error) {
	if err := c.ws.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return wire.Message{}, err
	}
	kind, data, err := wire.Next(c.ws)
	if err != nil {
		return wire.Message{}, err
	}
	c.heard.Store(int64(time.Since(c.born)))
	if kind != websocket.TextMessage {
		return wire.Message{}, wire.ErrMalformed
	}
	m, err := wire.Decode(data)
	if err != nil {
		return m, err
	}
	Clean(m.Body)
	return m, nil
}

// refuse answers what could not be decoded; false when the connection is over.
func (c *Conn) refuse(m wire.Message, err error) bool {
	var netErr net.Error
	var closed *websocket.CloseError
	switch {
	case errors.As(err, &closed), errors.As(err, &netErr), errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed), errors.Is(err, websocket.ErrReadLimit):
		return false
	case errors.Is(err, wire.ErrUnknown), errors.Is(err, wire.ErrBody):
		if m.ID != "" {
			_ = c.Send(wire.Message{Re: m.ID, Body: &wire.Ack{Code: wire.CodeOf(err), Text: "中心不认识这条消息，未执行；请确认坐席程序与中心的版本"}})
		}
		return true
	case errors.Is(err, wire.ErrMalformed), errors.Is(err, wire.ErrNotUTF8), errors.Is(err, wire.ErrTooLarge):
		c.Close(wire.CodeBadMessage, "坐席端发来的消息无法识别，连接已断开；正在自动重连")
	}
	return false
}
