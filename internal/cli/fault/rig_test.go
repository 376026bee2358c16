package fault

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"
	"go.uber.org/goleak"

	"zuoxi/hub/conf"
	"zuoxi/hub/line"
	"zuoxi/internal/netem"
	"zuoxi/media/g711"
	"zuoxi/media/tone"
	"zuoxi/softphone"
	"zuoxi/softphone/device"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	seatHz, callerHz = 700.0, 1300.0
	block            = 10 * time.Millisecond
)

// rig is a call between a seat and a caller. The seat says one tone for ever,
// the caller another.
type rig struct {
	t      *testing.T
	sound  *device.Driven
	phone  *softphone.Phone
	hub    *line.Hub
	line   atomic.Pointer[line.Line]
	room   *conf.Room
	relay  *netem.Relay
	caller *caller
	events chan softphone.Event
	stop   context.CancelFunc
	work   sync.WaitGroup
}

// caller is a leg whose clock runs.
type caller struct {
	mu    sync.Mutex
	heard []int16 // the last second
}

// Send implements conf.Sink.
func (c *caller) Send(p *rtp.Packet) error {
	pcm := make([]int16, len(p.Payload))
	g711.DecodeALaw(pcm, p.Payload)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard = append(c.heard, pcm...)
	if more := len(c.heard) - 8000; more > 0 {
		c.heard = slices.Delete(c.heard, 0, more)
	}
	return nil
}

// level is how loud the seat was lately, and forgets it.
func (c *caller) level() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.heard) < 1600 {
		return -100
	}
	l := tone.Level(c.heard[len(c.heard)-1600:], 8000, seatHz)
	c.heard = nil
	return l
}

func newRig(t *testing.T) *rig {
	t.Helper()
	return newRigOver(t, nil)
}

// newRigOver lets pass see every packet.
func newRigOver(t *testing.T, pass func(netem.Direction, []byte, time.Time) []byte) *rig {
	t.Helper()
	r := &rig{t: t, sound: device.NewDriven(48000, "headset"), caller: &caller{}, events: make(chan softphone.Event, 256)}
	var err error
	if r.hub, err = line.NewHub(line.Config{Listen: []string{"127.0.0.1:0"}}); err != nil {
		t.Fatal(err)
	}
	if r.relay, err = netem.New(netem.Config{Target: r.hub.Addrs()[0].String(), Seed: 7, Pass: pass}); err != nil {
		t.Fatal(err)
	}
	r.phone, err = softphone.New(softphone.Config{Devices: r.sound, Loopback: true, Selection: softphone.Selection{Input: "headset", Output: "headset"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.room = conf.NewRoom(conf.Config{})
	port := r.room.Join("caller", conf.Caller, r.caller)
	r.room.Join("seat", conf.Rest, seatSink{r})
	r.room.Bridge("caller", "seat")
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	r.work.Go(func() { r.clock(ctx, port) })
	r.work.Go(func() { r.listen(ctx) })
	t.Cleanup(r.end)
	return r
}

// seatSink is the seat's leg, whatever line it has.
type seatSink struct{ r *rig }

// Send implements conf.Sink.
func (s seatSink) Send(p *rtp.Packet) error {
	if l := s.r.line.Load(); l != nil {
		return l.Send(p)
	}
	return nil
}

func (r *rig) end() {
	r.stop()
	_ = r.phone.Close()
	r.work.Wait()
	r.room.Close()
	if l := r.line.Load(); l != nil {
		l.Close()
	}
	_ = r.relay.Close()
	if err := r.hub.Close(); err != nil {
		r.t.Error(err)
	}
}

// clock drives the seat's devices and the caller by the world's time.
func (r *rig) clock(ctx context.Context, port *conf.Port) {
	ticker := time.NewTicker(block)
	defer ticker.Stop()
	mouth, far := tone.New(48000, -12, seatHz), tone.New(8000, -12, callerHz)
	pcm, wide := make([]int16, 480), make([]float32, 480)
	narrow, payload := make([]int16, 160), make([]byte, 160)
	head := rtp.Header{Version: 2, PayloadType: 8, SSRC: 5}
	due := time.Now()
	for n := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for ; time.Since(due) >= block; due = due.Add(block) {
			mouth.Fill(pcm)
			for i, v := range pcm {
				wide[i] = float32(v) / 32768
			}
			r.sound.Say("headset", wide)
			r.sound.Step()
			if n++; n%2 == 0 {
				far.Fill(narrow)
				g711.EncodeALaw(payload, narrow)
				head.SequenceNumber++
				head.Timestamp += 160
				port.Receive(&rtp.Packet{Header: head, Payload: payload}, time.Now())
			}
		}
	}
}

func (r *rig) listen(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-r.phone.Events():
			if e.Kind == softphone.Meters {
				continue
			}
			select {
			case r.events <- e:
			default:
			}
		}
	}
}

var candidate = regexp.MustCompile(`(?m)^a=candidate:.*\r?\n`)

// connect puts the relay between the ends: the hub never learns the seat's own
// addresses, the seat only the relay's for UDP.
func (r *rig) connect(restart, udp bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	offer, err := r.phone.Offer(ctx, restart)
	if err != nil {
		r.t.Fatal(err)
	}
	offer = candidate.ReplaceAllString(offer, "")
	var answer string
	if l := r.line.Load(); l != nil && restart {
		answer, err = l.Restart(ctx, offer)
	} else {
		var l *line.Line
		if l, answer, err = r.hub.Accept(ctx, offer); err == nil {
			port := r.room.Join("seat", conf.Rest, seatSink{r})
			l.OnPacket(port.Receive)
			if old := r.line.Swap(l); old != nil {
				old.Close()
			}
		}
	}
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.phone.Answer(r.through(answer, udp)); err != nil {
		r.t.Fatal(err)
	}
}

// through leads the answer's UDP address to the relay, or leaves it out; TCP
// is only left where UDP is not.
func (r *rig) through(answer string, udp bool) string {
	at := r.relay.Addr()
	return candidate.ReplaceAllStringFunc(answer, func(c string) string {
		isUDP := strings.Contains(c, " udp ")
		if isUDP != udp {
			return ""
		}
		if !isUDP {
			return c
		}
		f := strings.Fields(c)
		f[4], f[5] = at.Addr().String(), fmt.Sprint(at.Port())
		return strings.Join(f, " ") + "\r\n"
	})
}

func (r *rig) await(kind softphone.Kind) softphone.Event {
	r.t.Helper()
	deadline := time.After(60 * time.Second)
	for {
		select {
		case e := <-r.events:
			if e.Kind == kind {
				return e
			}
		case <-deadline:
			r.t.Fatalf("event %d never came", kind)
		}
	}
}

// until polls for something that time brings.
func (r *rig) until(what string, ok func() bool) time.Duration {
	r.t.Helper()
	began := time.Now()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		if time.Since(began) > 60*time.Second {
			r.t.Fatalf("never came: %s; phone %+v, %+v", what, r.phone.Status(), r.phone.Stats())
		}
		<-tick.C
	}
	return time.Since(began)
}

// ear is how loud the caller was lately at the seat.
func (r *rig) ear() float64 {
	heard := r.sound.Heard("headset")
	if len(heard) < 9600 {
		return -100
	}
	tail := heard[len(heard)-9600:]
	pcm := make([]int16, len(tail))
	for i, v := range tail {
		pcm[i] = int16(v * 32767)
	}
	return tone.Level(pcm, 48000, callerHz)
}

// both waits until each hears the other.
func (r *rig) both() time.Duration {
	r.t.Helper()
	r.caller.level()
	return r.until("voice both ways", func() bool { return r.ear() > -16 && r.caller.level() > -16 })
}

func (r *rig) call() {
	r.t.Helper()
	r.connect(false, true)
	r.until("the path", func() bool { return r.phone.Status().Path == softphone.Up })
	r.phone.SetTalk(true)
	r.both()
}

func pass(d time.Duration) { <-time.After(d) }
