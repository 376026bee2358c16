package exam

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"zuoxi/media/scene"
	"zuoxi/media/vad"
	"zuoxi/rules/exam"
	"zuoxi/rules/quality"
	"zuoxi/wire"
)

// The caller's ear. The voice detector itself needs 200 ms to be sure that nobody speaks.
const (
	turnGap   = Rate              // samples of quiet that end a turn
	turnLeast = Rate * 3 / 10     // shorter is a cough
	breath    = Rate * 3 / 10     // before the caller answers
	greetWait = 4 * Rate          // a trainee who says nothing is spoken to all the same
	cutAfter  = Rate              // the caller had been speaking so long
	cutBoth   = Rate / 2          // and both spoke so long
	maxCall   = 15 * 60 * Rate    // longer is no exam
	partSize  = 8 * Rate          // samples of each channel in one part of the recording
	onset     = Rate * 70 / 1000  // the detector's delays, put back
	tail      = Rate * 160 / 1000 //
	deafAfter = 2 * time.Second
	wordsWait = 3 * Rate / 2 // for a recogniser, after the end of a turn
)

// call is a simulated call on the line. Its clock are the microphone's samples.
type call struct {
	sc       *exam.Scenario
	prog     exam.Progress
	answered time.Time
	heard    time.Time // the microphone gave something
	at       int       // samples since the answer
	ear      *vad.Detector
	place    *scene.Scene
	played   int   // what the ear was given lasts to this sample
	talk     spans // the trainee's
	mouth    mouth
	course
	waiting
	log
	hearing
}

// hearing is what a recogniser heard of the turn.
type hearing struct {
	words string
	until int // the words reach to this sample
	ended int // the turn ended here and waits for its words; 0: none waits
	known quality.Facts
}

// course is how far the conversation is.
type course struct {
	quiet   int  // samples without either
	cut     bool // this turn was noted as cutting in
	script  bool // the caller has begun
	ending  bool
	release quality.Release
	stood   bool // the caller's line was stopped by a pause
}

// waiting is what the caller had to wait for; a sample, -1 while off.
type waiting struct {
	held, muted int
	waits       []quality.Span
}

// log is what is kept of the call.
type log struct {
	timeline []exam.Remark
	seen     Record // the record at the last turn
	sound    []byte
	parts    []int
}

func stamp(samples int) time.Duration { return time.Duration(samples) * time.Second / Rate }

// doCall is a verb about a simulated call.
func (d *Desk) doCall(v Verb) {
	s := d.sit
	switch v := v.(type) {
	case Next:
		d.ring(v)
	case Pick:
		d.pick()
	case Write:
		if s.Phase == PhaseTalk || s.Phase == PhaseWrite {
			s.Record = v.Record
			d.touch()
		}
	case Shown:
		d.shown(v.Article)
	case HangUp:
		if s.call != nil && !s.call.ending {
			d.step(exam.Event{Kind: exam.EventHangUp})
		}
	case Mute:
		if c := s.call; c != nil {
			c.wait(&c.muted, v.On, "静音")
		}
	case Hold:
		if c := s.call; c != nil {
			c.wait(&c.held, v.On, "保持")
			d.speak()
		}
	}
}

func (d *Desk) ring(v Next) {
	s := d.sit
	i := s.next()
	if v.Call >= 0 && v.Call < len(s.Handout.Calls) && s.Handout.Kind == exam.KindPractice {
		i = v.Call
	}
	if s.Phase == PhaseWrite {
		d.closeCall()
	}
	if s.Phase != PhaseCalls || i < 0 {
		return
	}
	s.At, s.Phase, s.Record = i, PhaseRing, nil
	s.Rings++
	d.save()
}

func (d *Desk) pick() {
	s := d.sit
	if s.Phase != PhaseRing {
		return
	}
	now := d.cfg.Now()
	s.Phase = PhaseTalk
	sc := &s.Handout.Calls[s.At]
	s.call = &call{sc: sc, answered: now, heard: now, ear: vad.New(Rate), place: placeOf(sc), waiting: waiting{held: -1, muted: -1}}
	d.wear(true)
	d.save()
}

func (d *Desk) wear(on bool) {
	d.cfg.Head.Wear(on)
	if !on {
		d.cfg.Head.Play(nil)
		d.cfg.Head.Air(nil)
	}
}

// wait switches hold or mute and notes how long it was.
func (c *call) wait(since *int, on bool, word string) {
	switch {
	case on == (*since >= 0):
		return
	case on:
		*since = c.at
	default:
		c.waits = append(c.waits, quality.Span{From: stamp(*since), To: stamp(c.at)})
		c.remark("wait", word+" "+stamp(c.at-*since).Round(time.Second).String())
		*since = -1
	}
	c.quiet = 0
}

func (c *call) remark(kind, text string) {
	c.timeline = append(c.timeline, exam.Remark{MS: stamp(c.at).Milliseconds(), Kind: kind, Text: text})
}

// shown notes an article; one that no answer point rests on is noted as such.
func (d *Desk) shown(id string) {
	c := d.sit.call
	if c == nil {
		return
	}
	for _, p := range c.sc.Points {
		if p.KB == id {
			c.remark("article", "查看条目 "+id)
			return
		}
	}
	c.remark("wrong_article", "查看条目 "+id+"，与来电无关")
	if !d.led {
		d.step(exam.Event{Kind: exam.EventWrong})
	}
}

// Frame takes the next samples of the microphone: the call's clock. It tells whether something happened that the screen
// should show.
func (d *Desk) Frame(pcm []int16) bool {
	if d.sit == nil || d.sit.call == nil {
		return false
	}
	c := d.sit.call
	c.heard = d.cfg.Now()
	if paused := d.paused() != ""; paused != c.stood {
		c.stood = paused
		d.cfg.Head.Play(nil)
		if !paused {
			d.speak()
		}
	}
	if c.stood {
		return false
	}
	before := len(c.timeline)
	d.hear(pcm)
	return d.sit.call == nil || len(c.timeline) > before
}

// hear is one frame of a call that goes on.
func (d *Desk) hear(pcm []int16) {
	c := d.sit.call
	said, mic := c.frame(pcm)
	c.record(said, mic)
	d.air(said, mic)
	if c.at += len(pcm); c.dry() {
		d.speak()
	}
	speech := c.ear.Push(mic)
	if speech {
		c.talk.weigh(mic)
	}
	d.follow(speech, len(pcm))
	if c.ended > 0 && (c.until >= c.ended || c.at >= c.ended+wordsWait) && !c.talk.on {
		c.ended = 0
		d.turn()
	}
	if d.sit.call == nil {
		return
	}
	if len(c.sound) >= 2*partSize && d.sit.Handout.Kind == exam.KindExam {
		d.part()
	}
	if c.ending && len(c.mouth.queue) == 0 || c.at > maxCall {
		d.hungUp()
	}
}

// dry tells that the headset is about to have played all of the caller's surroundings.
func (c *call) dry() bool {
	return c.place.Noisy() && c.held < 0 && len(c.mouth.queue) == 0 && c.at > c.played-Rate
}

// frame is what both sides let the other hear: nothing on hold, and nothing of a
// muted microphone.
func (c *call) frame(pcm []int16) (said, mic []int16) {
	said, mic = make([]int16, len(pcm)), make([]int16, len(pcm))
	if c.held < 0 {
		c.mouth.say(said, c.at)
		c.place.Mix(said, c.at)
		if c.muted < 0 {
			copy(mic, pcm)
		}
	}
	return said, mic
}

// follow turns who speaks into events of the script.
//
//nolint:cyclop // the turns of a talk in one place: who speaks, who falls silent, for how long
func (d *Desk) follow(speech bool, n int) {
	c := d.sit.call
	t := &c.talk
	caller := c.mouth.since > 0 || len(c.mouth.queue) > 0
	t.hear(speech, c.at, n)
	switch {
	case speech && caller:
		d.over()
	case !speech && !caller && t.turn >= turnLeast && t.quiet >= turnGap:
		t.turn, c.cut = 0, false
		d.turnOver()
	case !speech && t.quiet >= turnGap && t.turn < turnLeast:
		t.turn, c.cut = 0, false
	}
	if speech || caller {
		c.quiet = 0
		return
	}
	if !c.script && c.at > greetWait && t.turn == 0 {
		d.turn()
		return
	}
	d.wait(n)
}

// over is both speaking: a trainee who goes on over a caller cuts in, once a turn.
func (d *Desk) over() {
	c := d.sit.call
	both := c.at - max(c.talk.from, c.at-c.mouth.since)
	if c.cut || c.at-c.mouth.since > c.talk.from-cutAfter || both < cutBoth || c.at-c.talk.from < Rate {
		return
	}
	c.cut = true
	c.remark("cut_in", "来电人说话时插话")
	if !d.led {
		d.step(exam.Event{Kind: exam.EventCutIn})
	}
}

// turnOver is the end of what the trainee said; the words of it may be on their way.
func (d *Desk) turnOver() {
	c := d.sit.call
	if end := c.at - turnGap; d.listening && c.script && c.until < end {
		c.ended = max(1, end)
		return
	}
	d.turn()
}

// turn has the caller react. The words that were written or heard meanwhile tell them what was asked. While an examiner
// leads, the script waits for the examiner.
func (d *Desk) turn() {
	c := d.sit.call
	if !c.script {
		c.script = true
		d.step(exam.Event{Kind: exam.EventStart})
		return
	}
	words := d.sit.Record.since(c.seen)
	if c.words != "" {
		words += "\n" + c.words
	}
	c.seen = d.sit.Record
	c.remark("turn", "说完一段")
	if d.led {
		d.learn(words)
		return
	}
	phrases := exam.Heard(c.words)
	c.words = ""
	d.step(exam.Event{Kind: exam.EventTurn, Words: words, Phrases: phrases})
}

// since is what was written into a record after another.
func (r Record) since(old Record) string {
	var out []string
	for key, now := range r {
		if rest := strings.TrimPrefix(now, old[key]); rest != "" {
			out = append(out, rest)
		}
	}
	return strings.Join(out, "\n")
}

// wait lets silence or a hold grow, told each second.
func (d *Desk) wait(n int) {
	c := d.sit.call
	if !c.script || c.ending || d.led {
		return
	}
	kind, before, now := exam.EventSilence, c.quiet, c.quiet+n
	if c.held >= 0 {
		kind, before, now = exam.EventHold, c.at-n-c.held, c.at-c.held
	}
	c.quiet += n
	if now/Rate > before/Rate {
		d.step(exam.Event{Kind: kind, Seconds: now / Rate})
	}
}

// step plays an event and does what the caller does.
func (d *Desk) step(e exam.Event) {
	c := d.sit.call
	next, does := c.sc.Step(c.prog, e)
	c.prog = next
	for _, a := range does {
		switch a.Do {
		case exam.DoEnd:
			c.ending = true
			c.release = quality.ReleaseCaller
			if next.Ended == exam.EndTrainee {
				c.release = quality.ReleaseAgent
				c.mouth.queue = nil
			}
		case exam.DoEscalate:
			c.remark("alarm", a.Text)
		default:
			d.utter(a.Text)
		}
	}
	if len(does) > 0 {
		d.speak()
	}
}

// part puts the newest sound into the box, bound to what came before.
func (d *Desk) part() {
	s, c := d.sit, d.sit.call
	if s.Handout.Kind != exam.KindExam {
		s.keepTape(c.sound)
		return
	}
	if len(c.sound) == 0 {
		return
	}
	s.Parts++
	s.Head = exam.Chain(s.Head, s.Parts, c.sound)
	c.parts = append(c.parts, s.Parts)
	d.put("exam.part", &wire.ExamPart{Paper: s.Handout.ID, Sitting: s.ID, Number: s.Parts, Head: s.Head, Data: c.sound})
	c.sound = nil
	d.save()
}

// hungUp ends the talk; the record may still be written.
func (d *Desk) hungUp() {
	s, c := d.sit, d.sit.call
	if c.held >= 0 {
		c.wait(&c.held, false, "保持")
	}
	if c.muted >= 0 {
		c.wait(&c.muted, false, "静音")
	}
	if c.talk.on {
		c.talk.hear(false, c.at, 0)
	}
	c.remark("end", map[quality.Release]string{quality.ReleaseAgent: "坐席先挂机"}[c.release])
	d.part()
	d.wear(false)
	slices.SortStableFunc(c.timeline, func(a, b exam.Remark) int { return int(a.MS - b.MS) })
	facts := quality.Measure(quality.Talk{Agent: c.talk.list, Caller: c.mouth.list, Waits: c.waits, End: stamp(c.at), Release: c.release})
	facts.Level, facts.Clipped = c.talk.level()
	facts.Words, facts.NumberHeard, facts.ClosingHeard, facts.Forbidden = c.known.Words, c.known.NumberHeard, c.known.ClosingHeard, c.known.Forbidden
	done := exam.Called{
		Scenario: c.sc.ID, Answered: c.answered, Seconds: stamp(c.at).Seconds(), TalkS: length(c.talk.list), CallerS: length(c.mouth.list), Progress: c.prog, Facts: facts, Timeline: c.timeline, Parts: c.parts,
	}
	if old := s.called(c.sc.ID); old != nil {
		*old = done // a call taken again in practice
	} else {
		s.Calls = append(s.Calls, done)
	}
	s.call, d.led = nil, false
	s.Phase = PhaseWrite
	d.save()
}

// closeCall puts the record to the call that it is about.
func (d *Desk) closeCall() {
	s := d.sit
	if s.Phase != PhaseWrite {
		return
	}
	if c := s.called(s.Handout.Calls[s.At].ID); c != nil && len(s.Record) > 0 {
		if raw, err := json.Marshal(s.Record); err == nil {
			c.Record = raw
		}
	}
	s.Phase = PhaseCalls
	d.save()
}
