package exam

import (
	"maps"
	"slices"

	"zuoxi/rules/exam"
	"zuoxi/rules/quality"
)

// Live is the sitting as an examiner elsewhere sees it; ok is false while there is none.
func (d *Desk) Live() (l exam.Live, ok bool) {
	s := d.sit
	if s == nil || s.Handout.Kind != exam.KindExam {
		return l, false
	}
	h := &s.Handout
	l = exam.Live{Agent: d.agent, Paper: h.ID, Title: h.Title, Phase: string(s.Phase), Paused: d.paused(), Watched: d.watcher != ""}
	if s.Phase == PhaseWritten {
		l.Written = exam.LiveWritten{Items: len(h.Items), LeftS: int(s.left().Seconds())}
		for _, given := range s.Answers {
			if len(given) > 0 && given[0] != "" {
				l.Written.Answered++
			}
		}
	}
	if s.Phase == PhaseRing || s.Phase == PhaseTalk || s.Phase == PhaseWrite {
		l.Call = s.liveCall(d.led)
	}
	return l, true
}

func (s *sitting) liveCall(led bool) exam.LiveCall {
	sc := &s.Handout.Calls[s.At]
	l := exam.LiveCall{Scenario: sc.ID, Title: sc.Title, Led: led, Record: maps.Clone(s.Record)}
	for _, item := range quality.Ministry2015().Items {
		if len(sc.Rubric) == 0 || slices.Contains(sc.Rubric[item.Part], item.ID) {
			l.Tests = append(l.Tests, item.ID)
		}
	}
	var p exam.Progress
	switch c, done := s.call, s.called(sc.ID); {
	case c != nil:
		p = c.prog
		l.MS, l.Held, l.Muted = stamp(c.at).Milliseconds(), c.held >= 0, c.muted >= 0
		l.Said = exam.Newest(c.timeline)
		l.Speaking = c.speaking()
		l.Choices = sc.Choices(p)
	case done != nil:
		p = done.Progress
		l.Said, l.Ended = exam.Newest(done.Timeline), p.Ended
	}
	for _, q := range sc.Points {
		l.Points = append(l.Points, exam.PointWork{ID: q.ID, Text: q.Text, KB: q.KB, Points: q.Points, Must: slices.Contains(sc.Pass.Must, q.ID), Proposed: slices.Contains(p.Points, q.ID)})
	}
	return l
}

func (c *call) speaking() string {
	switch caller := c.mouth.since > 0; {
	case caller && c.talk.on:
		return exam.SpeakingBoth
	case caller:
		return exam.SpeakingCaller
	case c.talk.on:
		return exam.SpeakingTrainee
	}
	return ""
}

// Watched is the examiner who watches, empty when nobody does.
func (d *Desk) Watched() string { return d.watcher }

// Alone ends the watching, because the examiner went or the link did: the script goes on by itself.
func (d *Desk) Alone() {
	if d.watcher != "" {
		d.Note("examiner", "考官 "+d.watcher+" 离开")
	}
	d.watcher, d.led = "", false
	if d.OnCall() {
		d.cfg.Head.Air(nil)
	}
}

// Steer carries out what an examiner does. What has an effect on a call stands in its timeline, with who did it.
func (d *Desk) Steer(do exam.Steer, c exam.Choice, by string) {
	s := d.sit
	if s == nil || s.Handout.Kind != exam.KindExam {
		return
	}
	switch do {
	case exam.SteerAttend:
		if d.watcher == "" {
			d.Note("examiner", "考官 "+by+" 旁听")
		}
		d.watcher = by
	case exam.SteerLeave:
		d.Alone()
	default:
		if s.call != nil && d.watcher != "" {
			d.steerCall(do, c, by)
		}
	}
}

func (d *Desk) steerCall(do exam.Steer, choice exam.Choice, by string) {
	c := d.sit.call
	switch do {
	case exam.SteerLead:
		d.led, c.quiet = true, 0
		c.remark("examiner", "考官 "+by+" 接手来电人")
	case exam.SteerFree:
		d.led, c.quiet = false, 0
		c.remark("examiner", "来电人交还脚本")
	case exam.SteerSay:
		if c.ending {
			return
		}
		c.script = true
		c.remark("examiner", "考官 "+by+" 选了下一句")
		d.step(choice.Chosen())
	case exam.SteerTick:
		c.remark("tick", "考官 "+by+" 勾选 "+choice.ID)
		d.step(exam.Event{Kind: exam.EventTick, Facts: known(c.sc.Facts, choice.ID, func(f exam.Fact) string { return f.ID }), Points: known(c.sc.Points, choice.ID, func(q exam.Point) string { return q.ID })})
	case exam.SteerPhrase:
		if slices.Contains(exam.Phrases, choice.ID) {
			c.remark("phrase", "考官 "+by+" 听到用语 "+choice.ID)
			d.step(exam.Event{Kind: exam.EventTurn, Phrases: []string{choice.ID}})
		}
	case exam.SteerNote:
		c.remark("note", "考官 "+by+"："+choice.Text)
	case exam.SteerAttend, exam.SteerLeave: // not of a call
	}
}

// known is the id in a list where the list has it.
func known[T any](list []T, id string, name func(T) string) []string {
	if slices.ContainsFunc(list, func(one T) bool { return name(one) == id }) {
		return []string{id}
	}
	return nil
}

// Listening tells whether a recogniser hears the trainee: then the end of a turn waits a little for its words.
func (d *Desk) Listening(on bool) { d.listening = on }

// OnCall tells whether somebody is on the line whom a recogniser should hear.
func (d *Desk) OnCall() bool { return d.sit != nil && d.sit.call != nil }

// Heard takes what a recogniser heard of the trainee, with the samples of the call that it covers.
func (d *Desk) Heard(text string, from, to int) {
	if !d.OnCall() || text == "" {
		return
	}
	c := d.sit.call
	c.words += text
	c.until = max(c.until, to)
	c.timeline = append(c.timeline, exam.Remark{MS: stamp(from).Milliseconds(), Kind: "said", Text: "学员：" + text})
	c.known.Words = true
	if len(c.talk.list) <= 2 && numberSaid(text, d.agent) {
		c.known.NumberHeard = true
	}
	phrases := exam.Heard(text)
	c.known.ClosingHeard = c.known.ClosingHeard || slices.Contains(phrases, "closing")
	if slices.Contains(phrases, "forbidden") {
		c.known.Forbidden++
	}
}

// learn notes what words suggest without letting the caller react.
func (d *Desk) learn(words string) {
	c := d.sit.call
	c.words = ""
	for _, q := range c.sc.Points {
		if q.Mentioned(words) {
			d.step(exam.Event{Kind: exam.EventTick, Points: []string{q.ID}})
		}
	}
}
