package conf

import (
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/media/g711"
	"zuoxi/media/tone"
)

// speaker sends a tone in packets of any length, by a clock of its own.
type speaker struct {
	port  *Port
	tone  *tone.Generator
	size  int           // samples a packet
	every time.Duration // which is size samples only if the clock is right
	lose  int           // every n-th packet, 0 for none
}

func (s *speaker) talk(length time.Duration) {
	pcm, payload := make([]int16, s.size), make([]byte, s.size)
	seq, ts := uint16(9), uint32(77)
	for range length / s.every {
		s.tone.Fill(pcm)
		g711.EncodeALaw(payload, pcm)
		if s.lose == 0 || int(seq)%s.lose != 0 {
			p := packet(seq, payload)
			p.Timestamp = ts
			s.port.Receive(p, time.Now())
		}
		seq++
		ts += uint32(s.size)
		wait(s.every)
	}
}

// TestMixTakesAnyPackets: speakers with packets of another length, with loss,
// and with a clock that is off are all heard, whole, in the mix.
func TestMixTakesAnyPackets(t *testing.T) {
	for name, far := range map[string]speaker{
		"10 ms":       {size: 80, every: 10 * time.Millisecond},
		"30 ms":       {size: 240, every: 30 * time.Millisecond},
		"60 ms":       {size: 480, every: 60 * time.Millisecond},
		"lossy":       {size: 160, every: 20 * time.Millisecond, lose: 10},
		"fast clock":  {size: 160, every: 20*time.Millisecond - 6*time.Microsecond},
		"slow clock":  {size: 160, every: 20*time.Millisecond + 6*time.Microsecond},
		"as expected": {size: 160, every: 20 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := NewRoom(Config{})
				defer r.Close()
				var lead ear
				far.port, far.tone = r.Join("caller", Caller, &ear{}), tone.New(sampleRate, -10, 700)
				near := speaker{port: r.Join("agent", Rest, &ear{}), tone: tone.New(sampleRate, -20, 1300), size: 160, every: 20 * time.Millisecond}
				r.Join("lead", Unrecorded, &lead)
				r.Bridge("caller", "agent")
				r.Hear("lead", "caller", true)
				r.Hear("lead", "agent", true)
				const length = 10 * time.Second
				done := make(chan struct{})
				go func() { near.talk(length); close(done) }()
				far.talk(length)
				<-done
				var heard []int16
				for _, p := range lead.heard() {
					pcm := make([]int16, len(p.Payload))
					g711.DecodeALaw(pcm, p.Payload)
					heard = append(heard, pcm...)
				}
				if d := len(heard) - 10*sampleRate; d < -400 || d > 400 {
					t.Fatalf("%d samples in 10 s", len(heard))
				}
				for at := sampleRate; at+sampleRate <= len(heard)-sampleRate/2; at += sampleRate {
					part := heard[at : at+sampleRate/4]
					if l := tone.Level(part, sampleRate, 700); l < -12 || l > -8 {
						t.Errorf("after %d s the caller is at %.1f dBFS, want about -10", at/sampleRate, l)
					}
					if l := tone.Level(part, sampleRate, 1300); l < -22 || l > -18 {
						t.Errorf("after %d s the agent is at %.1f dBFS, want about -20", at/sampleRate, l)
					}
				}
			})
		})
	}
}
