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

// The check of the line looks at it for ten seconds.
const (
	lineFor = 10 * time.Second
	// The echo of a sentence said into the microphone is at least this loud.
	echoDBFS = -50.0
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
	if err := p.watchFor(ctx, checkFor, func() {
		r := p.mic.meter.Read()
		c.Peak, c.Noise = max(c.Peak, r.Peak), min(c.Noise, r.RMS)
	}); err != nil {
		return c, fmt.Errorf("sound check: %w", err)
	}
	after := p.mic.meter.Read()
	s := p.Status()
	c.Mic = micVerdict(s, c.Peak, after.Sound > before.Sound, after.Clipped > before.Clipped)
	c.Ear = earVerdict(s, p.ear.meter.Read().Sound > ear)
	return c, nil
}

// LineCheck is what LineTest found.
type LineCheck struct {
	Line   Verdict
	Up     float64       // share of our packets that the hub missed, 0 to 1
	RTT    time.Duration // 0 while unknown
	Jitter time.Duration // of our packets at the hub
	Coding Coding        // what the line was found good for
}

// LineTest sends silence for ten seconds and hears what the hub makes of it.
func (p *Phone) LineTest(ctx context.Context) (LineCheck, error) {
	p.stir()
	first := p.Stats()
	if err := p.watchFor(ctx, lineFor, p.stir); err != nil {
		return LineCheck{}, fmt.Errorf("line check: %w", err)
	}
	last := p.Stats()
	c := LineCheck{RTT: last.Far.RTT, Jitter: last.Far.Jitter, Coding: last.Coding}
	if n := last.Sent - first.Sent; n > 0 && last.Far.Lost > first.Far.Lost {
		c.Up = min(1, float64(last.Far.Lost-first.Far.Lost)/float64(n))
	}
	c.Line = lineVerdict(c, p.Status().Path == Up && last.Far.Count > first.Far.Count)
	return c, nil
}

func lineVerdict(c LineCheck, heard bool) Verdict {
	figures := fmt.Sprintf("往返 %d 毫秒，抖动 %d 毫秒，丢包 %.0f%%", c.RTT.Milliseconds(), c.Jitter.Milliseconds(), 100*c.Up)
	const tooLate, tooMuch, someLoss, wander = 400 * time.Millisecond, 0.1, 0.02, 60 * time.Millisecond
	switch {
	case !heard:
		return Verdict{Text: "语音线路不通 · 无法通话 · 请检查网络后重试"}
	case c.Up > tooMuch || c.RTT > tooLate:
		return Verdict{Text: "语音线路差（" + figures + "） · 通话会断续 · 请改用有线网络或联系网管"}
	case c.Up > someLoss || c.Jitter > wander || c.Coding.Opus:
		return Verdict{OK: true, Text: "语音线路一般（" + figures + "） · 可以通话 · 建议改用有线网络"}
	}
	return Verdict{OK: true, Text: "语音线路良好（" + figures + "）"}
}

// EchoTest lets the agent hear a sentence back from the hub, which must be
// saying back what it hears. It takes as long as length. Whoever wants it has
// opened the microphone: a call that comes meanwhile wants it open as well.
func (p *Phone) EchoTest(ctx context.Context, length time.Duration) (Verdict, error) {
	said, back := level.Floor, level.Floor
	if err := p.watchFor(ctx, length, func() {
		in, out := p.Levels()
		said, back = max(said, in.RMS), max(back, out.RMS)
	}); err != nil {
		return Verdict{}, fmt.Errorf("echo check: %w", err)
	}
	switch {
	case said < echoDBFS:
		return Verdict{Text: micSilentText}, nil
	case back < echoDBFS:
		return Verdict{Text: "没有听到回声 · 中心听不到您或您听不到中心 · 请检查网络后重试"}, nil
	}
	return Verdict{OK: true, Text: "已放回您说的话，听得清即为正常"}, nil
}

// watchFor looks every so often for a while.
func (p *Phone) watchFor(ctx context.Context, length time.Duration, look func()) error {
	end := time.NewTimer(length)
	defer end.Stop()
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.ctx.Done():
			return ErrClosed
		case <-end.C:
			return nil
		case <-tick.C:
			look()
		}
	}
}

func micVerdict(s Status, peak float64, sound, clipped bool) Verdict {
	switch {
	case s.Input == "null":
		return Verdict{Text: orElse(s.NoInput, "麦克风未启用 · 对方听不到您 · 请在命令面板里选麦克风")}
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
		return Verdict{Text: orElse(s.NoOutput, "耳机未启用 · 听不到对方 · 请在命令面板里选耳机")}
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
