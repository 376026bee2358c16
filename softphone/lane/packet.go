package lane

import "sync/atomic"

// MaxPayload is the largest voice payload kept: 60 ms of A-law is 480 bytes.
const MaxPayload = 512

// Packet is a received voice packet, copied out of the network's buffers.
type Packet struct {
	Seq     uint16
	TS      uint32
	SSRC    uint32
	PT      uint8
	Marker  bool
	Arrived int64 // nanoseconds on the receiver's monotonic clock
	n       int
	data    [MaxPayload]byte
}

// Payload is the packet's voice bytes; valid until the slot is released.
func (p *Packet) Payload() []byte { return p.data[:p.n] }

// SetPayload copies b and tells whether it fits.
func (p *Packet) SetPayload(b []byte) bool {
	if len(b) > MaxPayload {
		return false
	}
	p.n = copy(p.data[:], b)
	return true
}

// Packets is a ring of packets for one writer and one reader. Both work in the
// ring's own slots, so nothing is copied twice.
type Packets struct {
	slots   []Packet
	mask    uint64
	head    atomic.Uint64
	_       [56]byte
	tail    atomic.Uint64
	dropped atomic.Uint64
}

// NewPackets makes a ring for at least n packets.
func NewPackets(n int) *Packets {
	size := ceilPow2(n)
	return &Packets{slots: make([]Packet, size), mask: uint64(size - 1)}
}

// Slot is the place for the next packet, nil and counted when the ring is full.
// It goes to the reader with Commit. Writer only.
func (r *Packets) Slot() *Packet {
	head := r.head.Load()
	if head-r.tail.Load() == uint64(len(r.slots)) {
		r.dropped.Add(1)
		return nil
	}
	return &r.slots[head&r.mask]
}

// Commit hands the last Slot to the reader. Writer only.
func (r *Packets) Commit() { r.head.Add(1) }

// Next is the oldest packet, nil when there is none. It stays the reader's until
// Release. Reader only.
func (r *Packets) Next() *Packet {
	tail := r.tail.Load()
	if tail == r.head.Load() {
		return nil
	}
	return &r.slots[tail&r.mask]
}

// Release gives the slot of the last Next back. Reader only.
func (r *Packets) Release() { r.tail.Add(1) }

// Dropped is how many packets found the ring full.
func (r *Packets) Dropped() uint64 { return r.dropped.Load() }
