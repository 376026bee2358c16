package wav

import (
	"zuoxi/media/g711"
	"zuoxi/media/resample"
)

const telephone = 8000 // samples a second

// Telephone brings samples to the telephone network: one channel, 8000 a second, A-law.
func Telephone(pcm []int16, f Format) []byte {
	if f.Channels == 2 {
		mono := make([]int16, len(pcm)/2)
		for i := range mono {
			mono[i] = int16((int(pcm[2*i]) + int(pcm[2*i+1])) / 2)
		}
		pcm = mono
	}
	if f.Rate != telephone {
		r := resample.New(f.Rate, telephone)
		pcm = append(pcm, make([]int16, 4*r.Delay()+f.Rate/10)...) // pushes the last sound through the filter
		out := make([]int16, r.MaxOut(len(pcm)))
		n, _ := r.ProcessInt16(out, pcm)
		pcm = out[:n]
	}
	out := make([]byte, len(pcm))
	g711.EncodeALaw(out, pcm)
	return out
}
