package cli

import (
	"context"
	"io"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/kb"
	"zuoxi/session"
	"zuoxi/wire"
)

// voice is a stream of packets of so many bytes, IP, UDP and SRTP included.
type voice struct {
	name  string
	every time.Duration
	bytes int
}

// narrow is the way down of a line: one queue for the parts of the knowledge base and the packets of a call.
type narrow struct {
	rate   float64 // bits a second
	size   int64
	voice  voice
	free   time.Time // when the queue is empty
	packet time.Time // when the next voice packet comes
	waited []time.Duration
	bytes  int64
}

// send lets bytes join the queue now, behind the voice that came before, and returns when they are through.
func (n *narrow) send(bytes int) time.Time {
	now := time.Now()
	for n.voice.bytes > 0 && !n.packet.After(now) {
		n.waited = append(n.waited, max(0, n.free.Sub(n.packet)))
		n.join(n.packet, n.voice.bytes)
		n.packet = n.packet.Add(n.voice.every)
	}
	n.bytes += int64(bytes)
	return n.join(now, bytes)
}

func (n *narrow) join(at time.Time, bytes int) time.Time {
	if n.free.Before(at) {
		n.free = at
	}
	n.free = n.free.Add(time.Duration(float64(bytes*8) / n.rate * float64(time.Second)))
	return n.free
}

// segment is what TCP carries at once; each has 40 bytes of IP and TCP, and a message 33 of TLS and WebSocket.
const segment = 1400

// FetchKB takes the time that the answer takes on the line.
func (n *narrow) FetchKB(_ context.Context, from, to uint64, offset int64, size int) (session.KBPart, error) {
	data := make([]byte, min(int64(size), n.size-offset))
	raw, err := wire.Encode(wire.Message{ID: "00000000", Re: "00000000", Body: &wire.KBChunk{From: from, To: to, Offset: offset, Raw: data}})
	if err != nil {
		return session.KBPart{}, err
	}
	for left := len(raw) + 33; left > 0; left -= segment {
		<-time.After(time.Until(n.send(min(left, segment) + 40)))
	}
	return session.KBPart{From: from, To: to, Offset: offset, Data: data}, nil
}

// Ten thousand articles go over a line of 64 kbit/s while somebody talks all the time: a packet of the voice waits for
// one part at most.
func TestCopyBesideACallOn64Kbit(t *testing.T) {
	const whole = 4_430_000 // of ten thousand articles: TestWholeLibraryIsSmall in kb/replica
	for _, v := range []voice{{"no call", time.Second, 0}, {"Opus 12 kbit/s, 60 ms", 60 * time.Millisecond, 90 + 50}, {"Opus 24 kbit/s, 20 ms", 20 * time.Millisecond, 60 + 50}} {
		synctest.Test(t, func(t *testing.T) {
			var talking atomic.Bool
			talking.Store(v.bytes > 0)
			line := &narrow{rate: 64e3, size: whole, voice: v, free: time.Now(), packet: time.Now()}
			r, err := hubSource{line, &talking}.Fetch(t.Context(), kb.Package{To: 1, Size: whole}, 0)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			if got, err := io.Copy(io.Discard, r); err != nil || got != whole {
				t.Fatalf("%d bytes, %v", got, err)
			}
			took := time.Since(start)
			if line.bytes > 8e6 {
				t.Errorf("%s: %.2f MB on the wire, want 8 at most", v.name, float64(line.bytes)/1e6)
			}
			if v.bytes == 0 {
				t.Logf("%s: %.2f MB on the wire in %v", v.name, float64(line.bytes)/1e6, took.Round(time.Second))
				return
			}
			slices.Sort(line.waited)
			at := func(share float64) time.Duration {
				return line.waited[int(share*float64(len(line.waited)-1))].Round(time.Millisecond)
			}
			t.Logf("%s: %.2f MB on the wire in %v; %d voice packets waited: half %v, 95%% %v, 99%% %v, most %v",
				v.name, float64(line.bytes)/1e6, took.Round(time.Second), len(line.waited), at(.5), at(.95), at(.99), at(1))
			if at(1) > 100*time.Millisecond {
				t.Errorf("%s: a voice packet waited %v", v.name, at(1))
			}
		})
	}
}
