package conf

import (
	"sync"
	"time"

	"github.com/pion/rtp"

	"zuoxi/media/g711"
)

// EchoLoop says back to a leg what it said, some time later: before duty an
// agent says a sentence and hears how callers will hear it. The leg's own
// packets are its clock, so it needs no goroutine.
type EchoLoop struct {
	mu   sync.Mutex
	sink Sink
	said [][FrameSamples]byte
	next int
	out  stream
}

// mostEcho bounds the delay of an EchoLoop.
const mostEcho = 10 * time.Second

// NewEchoLoop makes one for a leg that sends 20 ms packets of A-law. Attach
// Receive to the leg; there is nothing to close.
func NewEchoLoop(sink Sink, delay time.Duration) *EchoLoop {
	const frame = 20 * time.Millisecond
	e := &EchoLoop{sink: sink, said: make([][FrameSamples]byte, max(1, min(mostEcho, delay)/frame))}
	for i := range e.said {
		for j := range e.said[i] {
			e.said[i][j] = g711.SilenceALaw
		}
	}
	return e
}

// Receive takes a packet that the leg said and answers with an old one.
func (e *EchoLoop) Receive(p *rtp.Packet, at time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	slot := &e.said[e.next]
	e.next = (e.next + 1) % len(e.said)
	// What the leg's network does to a lost echo is heard as it is in a call.
	_ = e.sink.Send(e.out.generated("echo", slot[:], at))
	n := copy(slot[:], p.Payload)
	for i := n; i < len(slot); i++ {
		slot[i] = g711.SilenceALaw
	}
}
