package softphone

import (
	"testing"
	"time"

	"zuoxi/media/mediatest"
)

// TestWarningsStandLongEnoughToBeRead: clipping is said for as long as it lasts
// and five seconds more; half a minute without speech is said until there is some.
func TestWarningsStandLongEnoughToBeRead(t *testing.T) {
	start := time.Now()
	w := warnings{voice: start}
	now := micNow{open: true, live: true}
	for _, c := range []struct {
		at                time.Duration
		change            func()
		news              bool
		clipping, unheard bool
		silent            bool
	}{
		{0, func() {}, false, false, false, false},
		{time.Second, func() { now.clipped = 3 }, true, true, false, false},
		{2 * time.Second, func() { now.clipped = 4 }, false, true, false, false},
		{6900 * time.Millisecond, func() {}, false, true, false, false},
		{7100 * time.Millisecond, func() {}, true, false, false, false},
		{8 * time.Second, func() { now.open, now.live, now.clipped = false, false, 9 }, false, false, false, false},
		{9 * time.Second, func() { now.open, now.live = true, true }, false, false, false, false},
		{37 * time.Second, func() {}, false, false, false, false},
		{38500 * time.Millisecond, func() {}, true, false, true, false},
		{39 * time.Second, func() { now.voiced++ }, true, false, false, false},
		{69500 * time.Millisecond, func() {}, true, false, true, false},
		{70 * time.Second, func() { now.live = false }, true, false, false, false}, // muted
		{119 * time.Second, func() {}, false, false, false, false},
		{120 * time.Second, func() { now.live = true }, false, false, false, false},
		{200 * time.Second, func() { now.silent = true }, true, false, false, true}, // zeros say more than no speech
	} {
		c.change()
		if news := w.see(start.Add(c.at), now); news != c.news || w.clipping != c.clipping || w.unheard != c.unheard || w.silent != c.silent {
			t.Fatalf("at %v: news %v, %+v", c.at, news, w)
		}
	}
}

// TestSpeechIsToldFromNoise: what a shut or wrong microphone hears is no speech,
// however loud its noise is, and a muted one counts nothing.
func TestSpeechIsToldFromNoise(t *testing.T) {
	count := func(pcm []int16, muted bool) uint64 {
		v, err := newVoice(func() *line { return nil })
		if err != nil {
			t.Fatal(err)
		}
		m, err := newMic(v, Clean{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer m.bell.Close()
		m.open.Store(true)
		m.muted.Store(muted)
		for len(pcm) >= cleanFrame {
			m.cleaned(pcm[:cleanFrame:cleanFrame])
			pcm = pcm[cleanFrame:]
		}
		return m.voiced.Load()
	}
	speech := func() []int16 { s, _ := mediatest.Speech(voiceRate, 10, 1); return s }
	// Then a switch at the headset leaves its hum, louder than the room was.
	gone := func(hum float64) []int16 { return append(speech(), mediatest.Noise(30*voiceRate, hum, 2)...) }
	for _, dbfs := range []float64{-60, -45, -35} {
		if n := count(gone(dbfs), false); n < 900 || n > 2100 {
			t.Errorf("ten seconds of speech and thirty of a hum at %v dBFS: %d blocks", dbfs, n)
		}
	}
	if n := count(speech(), false); n < 300 {
		t.Errorf("ten seconds of speech: %d blocks", n)
	}
	if n := count(speech(), true); n != 0 {
		t.Errorf("muted: %d blocks", n)
	}
	for _, dbfs := range []float64{-70, -50, -40} {
		if n := count(mediatest.Noise(10*voiceRate, dbfs, 1), false); n > 20 {
			t.Errorf("noise at %v dBFS: %d blocks", dbfs, n)
		}
	}
}
