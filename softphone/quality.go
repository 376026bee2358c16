package softphone

import (
	"time"

	"zuoxi/media/emodel"
	"zuoxi/media/jitter"
	"zuoxi/softphone/rtc"
)

// Recent is the last seconds of the line in figures.
type Recent struct {
	Loss      float64 // share of the hub's packets that never came, 0 to 1
	Concealed float64 // share of the sound that was made up
	MOS       float64 // of what is heard, 1 to 4.5; 0 while nothing is
}

// recentSteps is how many of the tuner's seconds are recent.
const recentSteps = 5

// recent compares two readings.
func recent(old, now jitter.Stats, far rtc.Report, c Coding) Recent {
	var r Recent
	came, lost, played := now.Received-old.Received, max(0, now.Lost-old.Lost), now.Played-old.Played
	if came <= 0 || played <= 0 {
		return r
	}
	r.Loss = float64(lost) / float64(came+lost)
	r.Concealed = min(1, max(0, float64(now.Concealed-old.Concealed)/float64(played)))
	codec := emodel.G711
	if now.Codec == "Opus" { // as the hub was asked for it
		codec = emodel.Coded(c.Bitrate, c.FEC)
	}
	r.MOS = emodel.Estimate(emodel.Input{
		OneWay: emodel.Ends + far.RTT/2 + time.Duration(now.DepthMS*float64(time.Millisecond)),
		Loss:   r.Concealed, Codec: codec,
	}).MOS
	return r
}
