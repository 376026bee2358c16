package hub

import (
	"math"
	"time"

	"zuoxi/wire"
)

// sane brings a figure that came from outside into its range.
func sane(v, most float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return max(0, min(most, v))
}

// uplink is how the seat was heard here meanwhile: what its caller hears. Only
// the seat knows the round trip, which down tells. Empty where nothing came.
func (s *seat) uplink(down wire.MediaReport) wire.MediaReport {
	l := s.voice.current()
	if l == nil {
		return wire.MediaReport{}
	}
	f := l.Figures()
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return wire.MediaReport{
		Codec: f.Codec, Jitter: ms(f.Jitter), Depth: ms(f.Depth), Loss: f.Loss, Concealed: f.Missing,
		MOS: f.MOS(time.Duration(down.RTT * float64(time.Millisecond))),
	}
}

// saneReport is a seat's report with every figure in its range.
func saneReport(r wire.MediaReport) wire.MediaReport {
	const longest = 60_000 // ms
	r.RTT, r.Jitter, r.Depth = sane(r.RTT, longest), sane(r.Jitter, longest), sane(r.Depth, longest)
	r.Loss, r.Concealed, r.MOS = sane(r.Loss, 1), sane(r.Concealed, 1), sane(r.MOS, 5)
	return r
}
