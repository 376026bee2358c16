package call

import (
	"math"
	"slices"
	"time"

	"zuoxi/hub/store"
	"zuoxi/wire"
)

// reported is how much of a call a seat's report is about.
const (
	reportEvery   = 5 * time.Second
	reportPackets = int64(reportEvery / (20 * time.Millisecond))
	mostCodecs    = 8 // a seat has two; what it calls them is its own
)

// quality keeps what a seat told of its line, talked for so long, and how it
// was heard itself.
func (f *facts) quality(down, up wire.MediaReport, talked time.Duration) {
	keep(&f.line, down, talked)
	if up.MOS == 0 {
		return
	}
	var q store.Quality // another one: a copy of the log is on its way to the store
	if f.line.Up != nil {
		q = *f.line.Up
	}
	keep(&q, up, talked)
	f.line.Up = &q
}

// keep adds a report of one way.
func keep(q *store.Quality, r wire.MediaReport, talked time.Duration) {
	q.JitterMS, q.RTTMS, q.DepthMS = max(q.JitterMS, r.Jitter), max(q.RTTMS, r.RTT), max(q.DepthMS, r.Depth)
	q.Packets += reportPackets
	q.Lost += int64(r.Loss * float64(reportPackets))
	q.Concealed += int64(r.Concealed * float64(reportEvery/time.Millisecond))
	if r.MOS > 0 && (q.MOS == 0 || r.MOS < q.MOS) {
		q.MOS = r.MOS
	}
	codec := slices.Index(q.Codecs, r.Codec)
	if codec < 0 && len(q.Codecs) < mostCodecs {
		codec = len(q.Codecs)
		q.Codecs = append(slices.Clip(q.Codecs), r.Codec) // a copy of the log is on its way to the store
	}
	const mille = 1000
	p := store.LinePoint{
		Second: int(talked.Seconds()), MOS10: whole(10 * r.MOS), RTTMS: whole(r.RTT), JitterMS: whole(r.Jitter), DepthMS: whole(r.Depth),
		Loss: whole(mille * r.Loss), Concealed: whole(mille * r.Concealed), Codec: max(0, codec),
	}
	if more := len(q.Points) + 1 - store.MostPoints; more > 0 {
		q.Points = q.Points[more:]
	}
	q.Points = append(q.Points, p)
}

func whole(v float64) int { return int(math.Round(v)) }
