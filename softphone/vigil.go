package softphone

import "zuoxi/media/vad"

// vigil tells whether the agent is heard at all. Telling speech from noise
// takes more of the processor than all else that is done to the microphone's
// sound, and the question is only about half a minute: who has just spoken is
// taken to be heard for a third of it.
type vigil struct {
	speech *vad.Detector
	rest   int // samples for which nobody listens
	learn  int // and then those from which the background is learned anew
}

const (
	vigilRest  = 10 * voiceRate
	vigilLearn = 2 * voiceRate // as long as the detector takes to follow a louder one
)

func newVigil() vigil { return vigil{speech: vad.New(voiceRate)} }

// hears takes the next samples.
func (v *vigil) hears(pcm []int16) bool {
	if v.rest > 0 {
		v.rest -= len(pcm)
		return true
	}
	said := v.speech.Push(pcm)
	if v.learn > 0 {
		v.learn -= len(pcm)
		return false
	}
	if said {
		v.rest, v.learn = vigilRest, vigilLearn
		v.speech.Rest()
	}
	return said
}
