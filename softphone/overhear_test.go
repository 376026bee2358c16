package softphone

import (
	"sync"
	"testing"
	"time"

	"zuoxi/media/tone"
	"zuoxi/softphone/device"
)

// TestOverhear: what the hub says is handed on at 8000 Hz and as loud as it came, without what the phone itself puts into
// the ear, and nothing more once it is ended.
func TestOverhear(t *testing.T) {
	t.Parallel()
	d := device.NewDriven(48000, "headset")
	clockwork(t, d)
	p := newPhone(t, Config{Devices: d})
	h := newHub(t)
	connect(t, p, h)
	p.SetTalk(true)
	own := make([]int16, 4*asideRate)
	tone.New(asideRate, -10, 440).Fill(own)
	p.Say(own)
	var mu sync.Mutex
	var got []int16
	p.Overhear(func(pcm []int16) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, pcm...)
	})
	heard := func() []int16 {
		mu.Lock()
		defer mu.Unlock()
		return got
	}
	voice := tone.New(8000, -12, 700)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	second := 2
	near(t, "the line", -12, func() float64 {
		for second++; len(heard()) < second*asideRate; {
			<-tick.C
			h.say(t, voice)
		}
		last := heard()[(second-1)*asideRate : second*asideRate]
		if l := tone.Level(last, asideRate, 440); l > -50 {
			t.Errorf("our own sound is overheard at %.1f dBFS", l)
		}
		return tone.Level(last, asideRate, 700)
	})
	if loudest(d.Heard("headset")) < 0.3 {
		t.Error("our own sound was not in the ear")
	}

	p.Overhear(nil)
	if p.ear.overheard.Load() != nil {
		t.Error("the callback still writes")
	}
	p.Overhear(func([]int16) {})
	if err := p.Close(); err != nil { // ends what is overheard, or the run's end tells
		t.Fatal(err)
	}
	p.Overhear(func([]int16) { t.Error("a closed phone hears") })
}

// TestOverheardRing: what the reader does not fetch in time is left out, and the callback goes on.
func TestOverheardRing(t *testing.T) {
	t.Parallel()
	p := newPhone(t, Config{Devices: device.NewDriven(48000, "headset")})
	stuck, begun := make(chan struct{}), make(chan struct{})
	once := sync.OnceFunc(func() { close(begun); <-stuck })
	p.Overhear(func([]int16) { once() })
	o := p.ear.overheard.Load()
	o.write(make([]int16, voiceRate/10))
	<-begun
	for range 30 {
		o.write(make([]int16, voiceRate/10))
	}
	if o.ring.Dropped() == 0 {
		t.Error("a full ring took everything")
	}
	close(stuck)
}
