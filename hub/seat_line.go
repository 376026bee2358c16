package hub

import (
	"math"

	"zuoxi/wire"
)

// sane brings a figure that came from outside into its range.
func sane(v, most float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return max(0, min(most, v))
}

// saneReport is a seat's report with every figure in its range.
func saneReport(r wire.MediaReport) wire.MediaReport {
	const longest = 60_000 // ms
	r.RTT, r.Jitter, r.Depth = sane(r.RTT, longest), sane(r.Jitter, longest), sane(r.Depth, longest)
	r.Loss, r.Concealed, r.MOS = sane(r.Loss, 1), sane(r.Concealed, 1), sane(r.MOS, 5)
	return r
}
