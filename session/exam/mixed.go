package exam

import "zuoxi/media/g711"

// Mixed is a recording of two channels from so many milliseconds on, for one ear; nothing where from is negative.
func Mixed(alaw []byte, from int) []int16 {
	at := 2 * from * Rate / 1000
	if from < 0 || at >= len(alaw) {
		return nil
	}
	pcm := make([]int16, len(alaw)-at)
	g711.DecodeALaw(pcm, alaw[at:])
	out := make([]int16, len(pcm)/2)
	for i := range out {
		out[i] = int16(max(-32768, min(32767, int32(pcm[2*i])+int32(pcm[2*i+1]))))
	}
	return out
}
