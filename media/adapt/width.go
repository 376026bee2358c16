package adapt

import (
	"encoding/binary"
	"sync/atomic"
	"time"
)

// What is taken for a line that carries less than what is sent over it: within
// riseWithin each packet comes later than the one before, by riseFrom in all,
// and neither by a few blows, which are something else in front of them, nor by
// ups and downs, which are jitter.
const (
	riseFrom    = 80 * time.Millisecond
	riseWithin  = 1500 * time.Millisecond
	riseAtLeast = 200 * time.Millisecond
	fallAtMost  = 20 * time.Millisecond
	blowAtMost  = 0.35 // of the rise
	risePackets = 8
)

// Width finds out how much a line carries from the voice that comes over it:
// packets that queue come later and later, at the pace of the line. It needs
// neither loss nor a report. Add is called by one goroutine, Found by any.
type Width struct {
	clock int
	ts    uint32
	at    time.Duration
	late  time.Duration // against the first packet
	row   []arrival     // of a rise, the least late first
	top   time.Duration // the most late in it
	found atomic.Int64
}

type arrival struct {
	at, late time.Duration
	bits     int
}

// Add takes a packet: its timestamp with that clock's units a second, the bytes
// of its payload and when it came.
func (w *Width) Add(ts uint32, clock, payload int, at time.Duration) {
	said := time.Duration(int32(ts-w.ts)) * time.Second / time.Duration(clock)
	same := w.clock == clock && max(said, -said) < riseWithin && at-w.at < riseWithin
	switch {
	case !same:
		w.late, w.row = 0, w.row[:0]
	case said < 0:
		w.row = w.row[:0] // overtaken, as in no queue
		return
	case said == 0:
		return
	default:
		w.late += at - w.at - said
	}
	w.clock, w.ts, w.at = clock, ts, at
	w.follow(arrival{at, w.late, 8*payload + headerBits})
}

// follow keeps the row of packets that come later and later.
func (w *Width) follow(a arrival) {
	for len(w.row) > 0 && a.at-w.row[0].at > riseWithin {
		w.row = w.row[:copy(w.row, w.row[1:])]
	}
	if len(w.row) == 0 || a.late < w.row[0].late || a.late < w.top-fallAtMost {
		w.row, w.top = append(w.row[:0], a), a.late
		return
	}
	w.row, w.top = append(w.row, a), max(w.top, a.late)
	if rate := rising(w.row); rate > 0 {
		w.found.Store(int64(rate))
		w.row = w.row[:0]
	}
}

// rising is how many bits a second a row brought if it shows a queue, else 0.
func rising(row []arrival) int {
	first, last := row[0], row[len(row)-1]
	took, rise := last.at-first.at, last.late-first.late
	if len(row) < risePackets || rise < riseFrom || took < riseAtLeast {
		return 0
	}
	bits, blow := 0, time.Duration(0)
	for i, a := range row[1:] {
		bits += a.bits
		blow = max(blow, a.late-row[i].late)
	}
	if float64(blow) > blowAtMost*float64(rise) {
		return 0
	}
	return int(float64(bits) / took.Seconds())
}

// Found is what was found since it was last asked, in bits a second with all
// headers; 0 is nothing.
func (w *Width) Found() int { return int(w.found.Swap(0)) }

// WidthBytes is a width as the hub tells it to the seat.
func WidthBytes(width int) (b [4]byte) {
	binary.BigEndian.PutUint32(b[:], uint32(width))
	return b
}

// ParseWidth reads what WidthBytes wrote.
func ParseWidth(b []byte) (width int, ok bool) {
	if len(b) != 4 {
		return 0, false
	}
	width = int(binary.BigEndian.Uint32(b))
	return width, width > 0 && width < 1<<30
}
