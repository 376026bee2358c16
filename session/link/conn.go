package link

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/gorilla/websocket"

	"zuoxi/wire"
)

// conn is one connection: a reader, a writer, and live, which keeps both.
type conn struct {
	link *Link
	ws   *websocket.Conn
	out  chan []byte
	ask  chan struct{} // size 1: a sign of life is wanted; full: it is on its way
	born time.Time
}

func newConn(l *Link, ws *websocket.Conn) *conn {
	return &conn{link: l, ws: ws, out: make(chan []byte, sendQueue), ask: make(chan struct{}, 1), born: time.Now()}
}

// readResult is a message, or a sign of life with when it was asked for.
type readResult struct {
	m    wire.Message
	life time.Time
	err  error
}

// live greets, passes messages on and asks for answers until the connection ends.
func (c *conn) live(ctx context.Context, greet wire.Body) (welcomed bool, bye *wire.Bye, err error) {
	ctx, cancel := context.WithCancel(ctx)
	in := make(chan readResult)
	readerDone, writerDone := make(chan struct{}), make(chan error, 1)
	go func() { defer close(readerDone); c.read(ctx, in) }()
	go func() { writerDone <- c.write(ctx) }()
	defer func() {
		c.link.attach(nil)
		cancel()
		if err := <-writerDone; err != nil {
			c.link.cfg.Log.Debug("writer ended", "err", err)
		}
		_ = c.ws.Close()
		<-readerDone
	}()
	first, err := wire.Encode(wire.Message{ID: greetID(), Body: greet})
	if err != nil {
		return false, nil, err
	}
	c.out <- first
	c.link.emit(ctx, StateChanged{State: Greeting})
	s := &pulse{conn: c, heard: time.Now()}
	tick := time.NewTicker(pingEvery / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return s.welcomed, s.bye, ctx.Err()
		case r := <-in:
			if r.err != nil {
				return s.welcomed, s.bye, closeFault(r.err)
			}
			if !r.life.IsZero() {
				s.alive(ctx, r.life)
				continue
			}
			s.take(ctx, r.m)
		case err := <-writerDone:
			writerDone <- err
			return s.welcomed, s.bye, fmt.Errorf("writing to the hub: %w", err)
		case <-c.link.drop:
			return s.welcomed, s.bye, nil
		case <-c.link.moved:
			if here, ok := host(c.ws.LocalAddr()); ok && c.link.elsewhere(here) {
				return s.welcomed, s.bye, ErrMoved
			}
		case <-tick.C:
			if err := s.beat(ctx, time.Now()); err != nil {
				return s.welcomed, s.bye, err
			}
		}
	}
}

// greetID names the greeting: a hub answers by the id of what it answers.
func greetID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return "greet-" + hex.EncodeToString(b[:])
}

func closeFault(err error) error {
	var ce *websocket.CloseError
	if errors.As(err, &ce) {
		return fmt.Errorf("the hub closed the connection (%d)", ce.Code)
	}
	return fmt.Errorf("reading from the hub: %w", err)
}

func (c *conn) read(ctx context.Context, in chan<- readResult) {
	c.ws.SetReadLimit(wire.MaxMessage)
	c.ws.SetPongHandler(func(mark string) error {
		if asked, ok := c.asked(mark); ok {
			select {
			case in <- readResult{life: asked}:
			case <-ctx.Done():
			}
		}
		return nil
	})
	for {
		kind, data, err := wire.Next(c.ws)
		r := readResult{err: err}
		if err == nil {
			decode := wire.Decode
			if kind == websocket.BinaryMessage {
				decode = wire.DecodeBinary
			}
			r.m, r.err = decode(data)
			if errors.Is(r.err, wire.ErrUnknown) { // a newer hub: not for us
				continue
			}
		}
		select {
		case in <- r:
		case <-ctx.Done():
			return
		}
		if r.err != nil {
			return
		}
	}
}

// write is the only writer. When the link ends in order it lets the queue go
// out and says goodbye, so that "signed out" and "gone" differ at the hub.
func (c *conn) write(ctx context.Context) error {
	for {
		select {
		case data := <-c.out:
			if err := c.put(data); err != nil {
				return err
			}
		case <-c.ask:
			now := time.Now()
			if err := c.ws.WriteControl(websocket.PingMessage, c.mark(now), now.Add(writeLimit)); err != nil {
				return err
			}
		case <-ctx.Done():
			_ = c.ws.SetWriteDeadline(time.Now().Add(closeLinger))
			for len(c.out) > 0 {
				if c.message(<-c.out) != nil {
					return nil
				}
			}
			bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
			_ = c.ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(closeLinger))
			return nil
		}
	}
}

func (c *conn) put(data []byte) error {
	if err := c.ws.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return err
	}
	return c.message(data)
}

func (c *conn) message(data []byte) error {
	c.ws.EnableWriteCompression(wire.Packs(data))
	return c.ws.WriteMessage(websocket.TextMessage, data)
}

// mark is what a ping of the WebSocket carries and its pong brings back: when it
// was asked, by the clock that nobody sets.
func (c *conn) mark(now time.Time) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(now.Sub(c.born)))
}

func (c *conn) asked(mark string) (time.Time, bool) {
	if len(mark) != 8 {
		return time.Time{}, false
	}
	return c.born.Add(time.Duration(binary.BigEndian.Uint64([]byte(mark)))), true
}

// clockEvery is every how many signs of life the hub's clock is asked for as
// well: that takes a message, and clocks do not run apart in seconds.
const clockEvery = 15

// pulse knows whether the other end still answers.
type pulse struct {
	conn     *conn
	welcomed bool
	late     bool
	bye      *wire.Bye
	began    time.Time
	heard    time.Time
	asked    time.Time
	beats    int
	pinged   time.Time // when the hub's clock was asked for last
	clock    Clock
}

// hear notes that the other end is there.
func (s *pulse) hear(ctx context.Context, now time.Time) {
	s.heard = now
	if s.late {
		s.late = false
		s.conn.link.emit(ctx, StateChanged{State: Online})
	}
}

// alive takes a sign of life.
func (s *pulse) alive(ctx context.Context, asked time.Time) {
	now := time.Now()
	s.hear(ctx, now)
	s.conn.link.emit(ctx, Measured{RTT: max(0, now.Sub(asked)), Clock: s.clock})
}

func (s *pulse) take(ctx context.Context, m wire.Message) {
	now := time.Now()
	s.hear(ctx, now)
	switch b := m.Body.(type) {
	case *wire.Pong:
		if b.At.Equal(s.pinged) {
			rtt := now.Sub(s.pinged)
			s.clock = Clock{Ours: now, Hub: b.Own.Add(rtt / 2)}
			s.conn.link.emit(ctx, Measured{RTT: rtt, Clock: s.clock})
		}
		return
	case *wire.Ping:
		s.send(&wire.Pong{At: b.At, Own: now})
		return
	case *wire.Bye:
		Clean(b)
		s.bye = b
		return
	case *wire.Welcome:
		s.welcomed = true
		s.clock = Clock{Ours: now, Hub: b.HubTime} // until it is measured
		s.conn.link.attach(s.conn.out)
		Clean(m.Body)
		s.conn.link.emit(ctx, Received{m})
		s.conn.link.emit(ctx, StateChanged{State: Online})
		s.send(&wire.Ping{At: now})
		s.asked, s.pinged = now, now
		return
	}
	Clean(m.Body)
	s.conn.link.emit(ctx, Received{m})
}

// beat asks for a sign of life every pingEvery and judges the silence.
func (s *pulse) beat(ctx context.Context, now time.Time) error {
	if s.began.IsZero() {
		s.began = now
	}
	if !s.welcomed {
		if now.Sub(s.began) > greetLimit {
			return errors.New("the hub did not answer the greeting")
		}
		return nil
	}
	silent := now.Sub(s.heard)
	if silent > deadAfter {
		return fmt.Errorf("the hub has not answered for %.1f s", silent.Seconds())
	}
	if silent > lateAfter && !s.late {
		s.late = true
		s.conn.link.emit(ctx, StateChanged{State: Degraded})
	}
	if now.Sub(s.asked) >= pingEvery {
		s.asked = now
		if s.beats++; s.beats%clockEvery == 0 {
			s.pinged = now
			s.send(&wire.Ping{At: now})
			return nil
		}
		select {
		case s.conn.ask <- struct{}{}:
		default:
		}
	}
	return nil
}

func (s *pulse) send(b wire.Body) {
	data, err := wire.Encode(wire.Message{Body: b})
	if err != nil {
		return
	}
	select {
	case s.conn.out <- data:
	default: // a full queue is a late answer, which beat sees
	}
}
