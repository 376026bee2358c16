package softphone

import (
	"time"

	"zuoxi/media/emodel"
	"zuoxi/media/jitter"
	"zuoxi/softphone/rtc"
)

// fixedDelay is devices and resamplers on both ends and one packet's length.
const fixedDelay = 45 * time.Millisecond

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
	r.MOS = emodel.Estimate(emodel.Input{
		OneWay: fixedDelay + far.RTT/2 + time.Duration(now.DepthMS*float64(time.Millisecond)),
		Loss:   r.Concealed, Codec: coded(now.Codec, c),
	}).MOS
	return r
}

// coded is the E-model's codec for what is heard; c is what the hub was asked for.
func coded(name string, c Coding) emodel.Codec {
	if name != "Opus" {
		return emodel.G711
	}
	const low = 12000
	switch {
	case c.FEC && c.Bitrate < low:
		return emodel.OpusFECLow
	case c.FEC:
		return emodel.OpusFEC
	case c.Bitrate < low:
		return emodel.OpusLow
	}
	return emodel.Opus
}
