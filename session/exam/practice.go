package exam

import (
	"slices"
	"time"

	"zuoxi/rules/exam"
	"zuoxi/wire"
)

// memoryDraft keeps what was missed in practice.
const memoryDraft = "practice-memory"

// memory is what is kept here of what was missed: what the hub knows, and the practices that it may not know yet.
type memory struct {
	Missed exam.Memory
	Unsent []lesson
}

// lesson is what was answered in one practice.
type lesson struct {
	Sitting string
	Day     time.Time
	Answers []answered
}

type answered struct {
	Asked exam.Asked
	Given []string
}

func (l lesson) into(m exam.Memory) {
	for _, a := range l.Answers {
		m.Learn(a.Asked, a.Given, l.Day)
	}
}

func (d *Desk) memory() memory {
	m := memory{Missed: exam.Memory{}}
	if _, err := d.box.LoadDraft(memoryDraft, &m); err != nil || m.Missed == nil {
		d.cfg.Log.Warn("what was missed is not readable", "err", err)
		return memory{Missed: exam.Memory{}}
	}
	return m
}

func (d *Desk) keepMemory(m memory) {
	if err := d.box.SaveDraft(memoryDraft, m); err != nil {
		d.cfg.Log.Warn("what was missed is not kept", "err", err)
		d.say("错题没有记下 · 下次不会再问 · 请检查磁盘")
	}
}

// adopt takes what the hub knows of this person, from whatever seat, with what it may not know yet on top. An answer that it
// knows already changes nothing the second time: its day has not come again.
func (d *Desk) adopt(missed exam.Memory) {
	if missed == nil {
		return
	}
	m := d.memory()
	m.Missed = missed
	for _, l := range m.Unsent {
		l.into(m.Missed)
	}
	d.keepMemory(m)
}

// Learned notes that the hub has a practice.
func (d *Desk) Learned(sitting string) {
	if d.box == nil {
		return
	}
	m := d.memory()
	m.Unsent = slices.DeleteFunc(m.Unsent, func(l lesson) bool { return l.Sitting == sitting })
	d.keepMemory(m)
}

// recall puts the missed questions whose day has come before those of the day.
func (d *Desk) recall() {
	s := d.sit
	if s.Handout.Kind != exam.KindPractice || len(s.Handout.Items) == 0 {
		return
	}
	var first []exam.Asked
	for _, a := range d.memory().Missed.Due(d.cfg.Now()) {
		s.Again = append(s.Again, a.ID)
		if !slices.ContainsFunc(s.Handout.Items, func(o exam.Asked) bool { return o.ID == a.ID }) {
			first = append(first, a)
		}
	}
	s.Handout.Items = append(first, s.Handout.Items...)
}

// remember keeps what was missed, forgets what was learned, and has the hub told.
func (d *Desk) remember() {
	s := d.sit
	if s.Handout.Kind != exam.KindPractice {
		return
	}
	l := lesson{Sitting: s.ID, Day: d.cfg.Now()}
	told := wire.ExamLearned{Sitting: s.ID, Day: l.Day.Format(time.DateOnly)}
	for _, a := range s.Handout.Items {
		if given := s.Answers[a.ID]; len(given) > 0 {
			l.Answers = append(l.Answers, answered{a, given})
			told.Answers = append(told.Answers, wire.ExamAnswer{Question: a.ID, Given: given})
		}
	}
	if len(l.Answers) == 0 {
		return
	}
	m := d.memory()
	l.into(m.Missed)
	m.Unsent = append(m.Unsent, l)
	d.keepMemory(m)
	d.put("exam.learned", &told)
}

// keepTape keeps the talk that has just ended, to be heard again.
func (s *sitting) keepTape(sound []byte) {
	if s.Handout.Kind != exam.KindPractice {
		return
	}
	if s.tapes == nil {
		s.tapes = map[string][]byte{}
	}
	s.tapes[s.call.sc.ID] = sound
}

// replay plays a talk of practice again.
func (d *Desk) replay(v Replay) {
	s := d.sit
	if v.From < 0 {
		d.cfg.Head.Play(nil)
		return
	}
	if s.call != nil || v.Call < 0 || v.Call >= len(s.Handout.Calls) {
		return
	}
	tape := s.tapes[s.Handout.Calls[v.Call].ID]
	if len(tape) == 0 {
		d.say("这个来电没有录音 · 不能重听 · 练习的录音只留到离开为止")
		return
	}
	d.cfg.Head.Play(Mixed(tape, int(v.From)))
}

// check notes what the person says about the own answer. It is nobody's mark.
func (d *Desk) check(v Check) {
	s := d.sit
	if s.Handout.Kind != exam.KindPractice || v.Call < 0 || v.Call >= len(s.Handout.Calls) {
		return
	}
	sc := &s.Handout.Calls[v.Call]
	if v.Point < 0 || v.Point >= len(sc.Points) {
		return
	}
	if s.Checked == nil {
		s.Checked = map[string][]int{}
	}
	list := slices.DeleteFunc(slices.Clone(s.Checked[sc.ID]), func(n int) bool { return n == v.Point })
	if len(list) == len(s.Checked[sc.ID]) {
		list = append(list, v.Point)
	}
	s.Checked[sc.ID] = list
	d.touch()
}

// hints are what is still to be asked and said, for who practises.
func hints(sc *exam.Scenario, p exam.Progress) []string {
	var out []string
	for _, f := range sc.Facts {
		if f.Given == "ask" && !slices.Contains(p.Facts, f.ID) && slices.Contains(sc.Elicit, f.ID) && len(f.Ask) > 0 {
			out = append(out, "还没问："+f.Ask[0])
		}
	}
	for _, q := range sc.Points {
		if !slices.Contains(p.Points, q.ID) {
			word := "还没答："
			if slices.Contains(sc.Pass.Must, q.ID) {
				word = "必答："
			}
			out = append(out, word+q.Text+"（"+q.KB+"）")
		}
	}
	return out
}
