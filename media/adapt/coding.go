// Package adapt decides how voice is coded on a line, from what the line is
// seen to do: A-law while it is good, Opus where the link is narrow or packets
// get lost, then with as much repetition (FEC) as the loss is worth. One
// Controller at the seat decides for both directions; the hub codes as it is
// asked. It is a table and a step function: no clock, no goroutine, no network.
package adapt

import "time"

// Coding is how a voice is put into packets.
type Coding struct {
	Opus     bool          // else A-law
	Packet   time.Duration // 20, 40 or 60 ms
	Bitrate  int           // of Opus, bits a second
	FEC      bool          // Opus repeats each packet coarsely in the next
	Expected int           // percent of packets the far end loses
}

// Plain is what a good line gets: what the telephone network gives, untouched.
func Plain() Coding { return Coding{Packet: 20 * time.Millisecond} }

// Only keeps a line to one codec, whatever is decided; the zero value to none.
type Only int

// What a line can be kept to.
const (
	Any Only = iota
	OnlyALaw
	OnlyOpus
)

// Hold is the coding that comes closest to c.
func (o Only) Hold(c Coding) Coding {
	switch {
	case o == OnlyALaw && c.Opus:
		return Plain()
	case o == OnlyOpus && !c.Opus:
		return rung(0)
	}
	return c
}

// headerBits is what IPv4, UDP, RTP and SRTP with its tag of 16 bytes add to
// a packet.
const headerBits = (20 + 8 + 12 + 16) * 8

// WireRate is what the coding takes of a link, headers included, in bits a
// second.
func (c Coding) WireRate() int {
	rate := 64000
	if c.Opus {
		rate = c.Bitrate
	}
	return rate + headerBits*int(time.Second/time.Millisecond)/int(max(1, c.Packet/time.Millisecond))
}

// Bytes is the coding as one end asks the other for it.
func (c Coding) Bytes() [4]byte {
	b := [4]byte{0, byte(c.Packet / time.Millisecond), byte(c.Bitrate / 1000), byte(min(100, max(0, c.Expected)))}
	if c.Opus {
		b[0] |= 1
	}
	if c.FEC {
		b[0] |= 2
	}
	return b
}

// Parse reads what Bytes wrote; what is out of range is not a coding.
func Parse(b []byte) (Coding, bool) {
	if len(b) != 4 || b[0] > 3 || b[3] > 100 {
		return Coding{}, false
	}
	c := Coding{
		Opus: b[0]&1 != 0, FEC: b[0]&2 != 0, Packet: time.Duration(b[1]) * time.Millisecond,
		Bitrate: int(b[2]) * 1000, Expected: int(b[3]),
	}
	if !c.Opus {
		return Plain(), true
	}
	whole := b[1] == 20 || b[1] == 40 || b[1] == 60
	return c, whole && c.Bitrate >= 6000 && c.Bitrate <= rungs[0].bitrate
}
