package dtmf

import "strings"

// What one press looks like on the wire: a packet every 20 ms for 160 ms, the
// last one three times because nothing acknowledges it, then a pause that
// keeps two presses of one key apart.
const (
	step      = 160 // timestamp units in 20 ms
	updates   = 8
	ends      = 3
	pause     = 3
	volume    = 10 // -10 dBm0
	endFlag   = 0x80
	queueSize = 64
)

// Packet is one telephone event on its way out.
type Packet struct {
	TS      uint32
	Marker  bool
	Payload [4]byte
}

// Sender paces key presses into 20 ms packets. The zero value is ready.
type Sender struct {
	queue [queueSize]byte
	head  int
	count int
	tick  int
	start uint32
}

// Press queues one key. It returns false when it is no key or 64 are waiting.
func (s *Sender) Press(key byte) bool {
	event := strings.IndexByte(Digits, key)
	if event < 0 || s.count == queueSize {
		return false
	}
	s.queue[(s.head+s.count)%queueSize] = byte(event)
	s.count++
	return true
}

// Busy says whether a press is under way or waiting.
func (s *Sender) Busy() bool { return s.count > 0 }

// Next is called every 20 ms with the stream's timestamp of that moment. It
// returns the packet to send in place of sound; ok is false when there is
// none, be it idle or the pause after a press.
func (s *Sender) Next(ts uint32) (p Packet, ok bool) {
	if s.count == 0 {
		return Packet{}, false
	}
	if s.tick == 0 {
		s.start = ts
	}
	s.tick++
	if s.tick > updates+ends-1 {
		if s.tick == updates+ends-1+pause {
			s.head = (s.head + 1) % queueSize
			s.count--
			s.tick = 0
		}
		return Packet{}, false
	}
	duration := min(s.tick, updates) * step
	flags := byte(volume)
	if s.tick >= updates {
		flags |= endFlag
	}
	return Packet{
		TS:      s.start,
		Marker:  s.tick == 1,
		Payload: [4]byte{s.queue[s.head], flags, byte(duration >> 8), byte(duration)},
	}, true
}
