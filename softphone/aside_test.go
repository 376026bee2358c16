package softphone

import (
	"sync"
	"testing"

	"zuoxi/media/tone"
	"zuoxi/softphone/device"
)

// TestAside: with no hub at all the microphone can be listened to and sound be played into the ear; the devices do not go
// to rest meanwhile.
func TestAside(t *testing.T) {
	t.Parallel()
	d := device.NewDriven(48000, "headset")
	clockwork(t, d)
	p := newPhone(t, Config{Devices: d})
	d.Say("headset", sine(48000, 700, 60))
	var mu sync.Mutex
	var got []int16
	p.Listen(func(pcm []int16) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, pcm...)
	})
	count := func(n int) func() bool {
		return func() bool {
			mu.Lock()
			defer mu.Unlock()
			return len(got) > n
		}
	}
	until(t, "ten seconds of the microphone", count(10*asideRate))
	second := 5
	near(t, "the microphone", -10.5, func() float64 {
		second++
		until(t, "another second of it", count(second*asideRate))
		mu.Lock()
		defer mu.Unlock()
		return tone.Level(got[(second-1)*asideRate:second*asideRate], asideRate, 700)
	})
	line := make([]int16, asideRate)
	tone.New(asideRate, -10, 440).Fill(line)
	p.Say(line)
	until(t, "the line in the ear", func() bool { return loudest(d.Heard("headset")) > 0.3 })
	p.Say(line)
	p.Say(nil)
	p.Listen(nil)
	until(t, "rest", func() bool { return d.Running("headset") == 0 })
}
