package exam

import (
	"hash/fnv"
	"slices"

	"zuoxi/media/g711"
	"zuoxi/media/scene"
	"zuoxi/rules/exam"
)

// lingers is how much of what is around a caller the ear is given ahead.
const lingers = 10 * Rate

// air lets an examiner who watches hear what the recording gets.
func (d *Desk) air(said, mic []int16) {
	if d.watcher == "" {
		return
	}
	both := make([]int16, len(mic))
	for i := range both {
		both[i] = int16(max(-32768, min(32767, int32(said[i])+int32(mic[i]))))
	}
	d.cfg.Head.Air(both)
}

// record interleaves both channels, caller first.
func (c *call) record(said, mic []int16) {
	both := make([]int16, 2*len(mic))
	for i := range mic {
		both[2*i], both[2*i+1] = said[i], mic[i]
	}
	alaw := make([]byte, len(both))
	g711.EncodeALaw(alaw, both)
	c.sound = append(c.sound, alaw...)
}

// utter queues a line of the caller.
func (d *Desk) utter(text string) {
	c := d.sit.call
	alaw, err := d.cfg.Voice(exam.VoiceName(c.sc.ID, text))
	if err != nil {
		d.cfg.Log.Error("a line without a voice", "scenario", c.sc.ID, "err", err)
		d.say("来电人有一句话没有声音 · 不扣您的分 · 请告诉监考人")
		d.sit.note(d.cfg.Now(), "no_voice", c.sc.ID)
	}
	pcm := make([]int16, len(alaw))
	g711.DecodeALaw(pcm, alaw)
	pcm = c.place.Line(scene.Mood(c.sc.Mood(c.prog.At)).Speak(pcm))
	c.mouth.queue = append(append(c.mouth.queue, make([]int16, breath)...), pcm...)
	c.mouth.lines = append(c.mouth.lines, Line{stamp(c.at).Milliseconds(), text})
	c.remark("caller", text)
}

// speak plays what the caller still has to say, or nothing while they wait.
func (d *Desk) speak() {
	c := d.sit.call
	if c == nil || c.held >= 0 {
		d.cfg.Head.Play(nil)
		return
	}
	sound := slices.Clone(c.mouth.queue)
	if c.place.Noisy() {
		sound = append(sound, make([]int16, lingers)...)
	}
	c.place.Mix(sound, c.at)
	c.played = c.at + len(sound)
	d.cfg.Head.Play(sound)
}

// placeOf is where the caller of a scenario is; each has a noise of their own.
func placeOf(sc *exam.Scenario) *scene.Scene {
	h := fnv.New64a()
	_, _ = h.Write([]byte(sc.ID)) // never fails
	a := sc.Caller.Around
	return scene.New(scene.Place{Noise: a.Noise, SNR: a.SNR, Loss: a.Loss, Band: a.Band, Seed: h.Sum64()})
}
