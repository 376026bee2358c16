package softphone

import (
	"math"
	"time"

	"zuoxi/media/jitter"
	"zuoxi/softphone/rtc"
)

// The E-model for narrow band, ITU-T G.107: R = 93.2 - Id - Ie,eff, everything
// not measured at its default. Equipment values from G.113 Appendix I.
const (
	bestR = 93.2
	// A-law: no impairment, and 34 % random loss halve what is left when it is
	// concealed (Bpl with concealment 25.1).
	alawIe, alawBpl = 0.0, 25.1
	// Opus has no published value; AMR-WB class coders of the same bit rate do.
	opusIe, opusBpl = 5.0, 20.0
	// Devices and resamplers on both ends, one packet's length.
	fixedDelay = 45 * time.Millisecond
)

// mos estimates how what comes from the hub is heard.
func mos(heard jitter.Stats, far rtc.Report) float64 {
	ie, bpl := alawIe, alawBpl
	if heard.Codec == "Opus" {
		ie, bpl = opusIe, opusBpl
	}
	delay := fixedDelay + far.RTT/2 + time.Duration(heard.DepthMS*float64(time.Millisecond))
	loss := 100 * heard.ConcealedShare()
	return toMOS(bestR - delayImpairment(delay) - (ie + (95-ie)*loss/(loss+bpl)))
}

// delayImpairment is Id for an echo-free path, the usual two straight lines.
func delayImpairment(d time.Duration) float64 {
	ms := float64(d) / float64(time.Millisecond)
	return 0.024*ms + 0.11*math.Max(0, ms-177.3)
}

// toMOS is G.107 Annex B.
func toMOS(r float64) float64 {
	switch {
	case r <= 0:
		return 1
	case r >= 100:
		return 4.5
	}
	return 1 + 0.035*r + r*(r-60)*(100-r)*7e-6
}
