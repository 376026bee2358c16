// Package dtmf carries key presses as RFC 4733 telephone events. It owns the
// payload, the telling-apart of one long press from two short ones, and the
// pacing of what is sent; it knows no RTP session and no clock. Receiver and
// Sender belong to one goroutine each and never allocate.
package dtmf

import "strings"

// Digits are the keys a telephone has, in the order of their event numbers.
const Digits = "0123456789*#ABCD"

// Valid says whether every byte of keys is a key of a telephone. The empty
// string is valid: nobody pressed anything.
func Valid(keys string) bool {
	for i := range len(keys) {
		if strings.IndexByte(Digits, keys[i]) < 0 {
			return false
		}
	}
	return true
}

// lateWindow is how far back (5 s at 8 kHz) a timestamp counts as a packet
// that was overtaken; further back the sender has started a new clock.
const lateWindow = 5 * 8000

// Receiver turns the packets of one stream into keys. The zero value is
// ready.
type Receiver struct {
	known    bool
	event    byte
	ts       uint32
	duration uint32
}

// Push takes one telephone-event packet and returns the key the first time a
// packet of its press is seen; repeats, updates, end packets and packets
// overtaken by a later press give false. Neither the first nor the last
// packet of a press needs to arrive.
func (r *Receiver) Push(ts uint32, marker bool, payload []byte) (key byte, ok bool) {
	if len(payload) < 4 || int(payload[0]) >= len(Digits) {
		return 0, false
	}
	event := payload[0]
	duration := uint32(payload[2])<<8 | uint32(payload[3])
	since := ts - r.ts
	switch {
	case !r.known:
	case since == 0:
		r.duration = max(r.duration, duration)
		return 0, false
	case r.ts-ts <= lateWindow:
		return 0, false
	// A press longer than the duration field goes on under a new timestamp,
	// and some gateways move the timestamp with every packet. Two presses
	// never touch, so what starts no later than the last one ended is it.
	case !marker && event == r.event && since <= r.duration:
		r.ts, r.duration = ts, duration
		return 0, false
	}
	*r = Receiver{known: true, event: event, ts: ts, duration: duration}
	return Digits[event], true
}

// Reset forgets the stream; call it when the SSRC changes.
func (r *Receiver) Reset() { *r = Receiver{} }
