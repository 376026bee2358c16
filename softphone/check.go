package softphone

import (
	"context"
	"fmt"
	"time"

	"zuoxi/media/level"
)

// The check before duty: a tone in the ear while the agent says something.
const (
	checkFor   = 3 * time.Second
	checkTone  = time.Second
	checkHz    = 1000
	checkDBFS  = -20
	checkEvery = 50 * time.Millisecond
	// A voice at a headset peaks well above this.
	faintDBFS = -35.0
)

// Verdict is one line of a check.
type Verdict struct {
	OK   bool
	Text string // one Chinese line
}

// Check is what SelfCheck found.
type Check struct {
	Mic, Ear    Verdict
	Peak, Noise float64 // dBFS: the loudest and the quietest moment
}

// Tone plays a tone in the ear, over whatever is heard there.
func (p *Phone) Tone(hz, dbfs float64, length time.Duration) {
	p.ear.chime.Store(newChime(hz, dbfs, length))
	p.stir()
}

// SelfCheck plays a tone and listens for three seconds, in which the agent
// should say a sentence. It does not need the hub, and sends it nothing. An
// error means that ctx ended first.
func (p *Phone) SelfCheck(ctx context.Context) (Check, error) {
	p.stir()
	before := p.mic.meter.Read()
	c := Check{Peak: level.Floor}
	ear := p.ear.meter.Read().Sound
	p.Tone(checkHz, checkDBFS, checkTone)
	end := time.NewTimer(checkFor)
	defer end.Stop()
	look := time.NewTicker(checkEvery)
	defer look.Stop()
	for done := false; !done; {
		select {
		case <-ctx.Done():
			return c, fmt.Errorf("sound check: %w", ctx.Err())
		case <-p.ctx.Done():
			return c, ErrClosed
		case <-end.C:
			done = true
		case <-look.C:
			r := p.mic.meter.Read()
			c.Peak, c.Noise = max(c.Peak, r.Peak), min(c.Noise, r.RMS)
		}
	}
	after := p.mic.meter.Read()
	s := p.Status()
	c.Mic = micVerdict(s, c.Peak, after.Sound > before.Sound, after.Clipped > before.Clipped)
	c.Ear = earVerdict(s, p.ear.meter.Read().Sound > ear)
	return c, nil
}

func micVerdict(s Status, peak float64, sound, clipped bool) Verdict {
	switch {
	case s.Input == "null":
		return Verdict{Text: orElse(s.Problem, "麦克风未启用 · 对方听不到您 · 请在设置中选择麦克风")}
	case !sound:
		return Verdict{Text: micSilentText}
	case clipped:
		return Verdict{Text: clippingText}
	case peak < faintDBFS:
		return Verdict{Text: fmt.Sprintf("麦克风声音太小（%.0f dB） · 对方听不清 · 请对着话筒说一句话，或调高音量后重试", peak)}
	}
	return Verdict{OK: true, Text: fmt.Sprintf("麦克风正常（%.0f dB）", peak)}
}

func earVerdict(s Status, played bool) Verdict {
	switch {
	case s.Output == "null":
		return Verdict{Text: orElse(s.Problem, "耳机未启用 · 听不到对方 · 请在设置中选择耳机")}
	case !played:
		return Verdict{Text: "耳机没有播放 · 听不到对方 · 请重新插好耳机后重试"}
	}
	return Verdict{OK: true, Text: "提示音已播放，听到即为正常"}
}

func orElse(text, other string) string {
	if text != "" {
		return text
	}
	return other
}
