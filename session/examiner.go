package session

import (
	"encoding/json"
	"errors"

	rules "zuoxi/rules/exam"
	"zuoxi/session/examiner"
	"zuoxi/wire"
)

func (s *Session) newExaminer() *examiner.Desk {
	return examiner.New(examiner.Config{
		Ask: s.askOffice, Steer: s.steerExam, Now: s.cfg.Now, Online: s.online,
		Hear: func(alaw []byte, from int) {
			if s.cfg.Exam.Head != nil && s.desk.Call == nil {
				s.cfg.Exam.Head.Play(mixed(alaw, from))
			}
		},
		Say:  s.sayOffice,
		Keep: s.keepNotes, Kept: s.keptNotes, Files: s.cfg.Exam.Files,
	})
}

var errNoBox = errors.New("nobody is signed in here")

// besideDraft holds the notes of listening along.
const besideDraft = "beside-notes"

func (s *Session) keepNotes(notes []examiner.Note) error {
	if s.box == nil {
		return errNoBox
	}
	return s.box.SaveDraft(besideDraft, notes)
}

func (s *Session) keptNotes() []examiner.Note {
	var notes []examiner.Note
	if s.box == nil {
		return nil
	}
	if _, err := s.box.LoadDraft(besideDraft, &notes); err != nil {
		s.cfg.Log.Error("the notes were not read", "err", err)
	}
	return notes
}

// askOffice has the hub's examination office carry out a command of this person.
func (s *Session) askOffice(cmd string, args any, answered func(data json.RawMessage, refused string)) {
	raw, err := json.Marshal(args)
	if err != nil {
		s.cfg.Log.Error("command not packed", "cmd", cmd, "err", err)
		return
	}
	sent := s.ask(&wire.AdminRequest{Cmd: cmd, Args: raw}, func(m wire.Message) {
		switch b := m.Body.(type) {
		case *wire.AdminReply:
			answered(b.Data, refusedBy(b.Code, b.Text))
		case *wire.Ack:
			answered(nil, orElse(refusedBy(b.Code, b.Text), "中心没有回答 · 不知道是否已执行 · 请刷新列表"))
		}
	})
	if !sent {
		answered(nil, notSent) // who waits for it does so no longer
	}
}

// sayOffice says a line of who asks the office; that a command was not sent, ask
// has said, with the step that takes the line away again.
func (s *Session) sayOffice(line string) {
	if line != notSent {
		s.notify(NoticeInfo, line)
	}
}

// refusedBy is the line for a person where the hub said no.
func refusedBy(code wire.Code, text string) string {
	if code == wire.CodeOK {
		return ""
	}
	return orElse(text, "中心没有执行 · 状态未变 · 请刷新后再试")
}

func (s *Session) steerExam(agent string, do rules.Steer, c rules.Choice, done func(refused string)) {
	s.ask(&wire.ExamSteer{Agent: agent, Do: do, Choice: c}, func(m wire.Message) {
		if a, ok := m.Body.(*wire.Ack); ok {
			done(refusedBy(a.Code, a.Text))
		}
	})
}

// examMessage takes what the hub tells about exams.
func (s *Session) examMessage(m wire.Message) {
	switch b := m.Body.(type) {
	case *wire.ExamLaid:
		s.askPapers()
	case *wire.ExamSteer:
		s.exam.Steer(b.Do, b.Choice, b.By)
		s.reportExam()
	case *wire.ExamLive:
		s.examiner.Told(b.Lives)
	}
}

// tellExam tells the hub each second how a sitting goes while somebody watches, and otherwise when it comes to another part.
func (s *Session) tellExam() {
	l, on := s.exam.Live()
	if !s.online() {
		s.lastTold.phase = ""
		return
	}
	if on && (l.Watched || l.Phase != s.lastTold.phase) {
		s.reportExam()
	}
	if !on {
		s.lastTold.phase = ""
	}
}

func (s *Session) reportExam() {
	l, on := s.exam.Live()
	if !on || !s.online() {
		return
	}
	if s.link.Send(wire.Message{Session: s.id.session, Body: &wire.ExamLive{Lives: []rules.Live{l}}}) == nil {
		s.lastTold.phase = l.Phase
	}
}

// examAlone lets a sitting go on by itself when the link is gone, and with it the examiner.
func (s *Session) examAlone() {
	s.exam.Alone()
	s.lastTold.phase = ""
}

// fetchVoices gets the spoken lines that this seat does not have.
func (s *Session) fetchVoices(names []string) {
	for _, name := range names {
		if _, err := s.examVoice(name); err == nil {
			continue
		}
		s.ask(&wire.ExamVoice{Name: name}, func(m wire.Message) {
			b, ok := m.Body.(*wire.ExamSound)
			if !ok || s.box == nil {
				return
			}
			if err := s.box.SaveDraft(voiceDraft+b.Name, b.Data); err != nil {
				s.cfg.Log.Error("a spoken line was not kept", "name", b.Name, "err", err)
			}
		})
	}
}

const voiceDraft = "voice-"

// examVoice is a spoken line: what ships, or what the hub sent.
func (s *Session) examVoice(name string) ([]byte, error) {
	if s.box != nil {
		var data []byte
		if ok, err := s.box.LoadDraft(voiceDraft+name, &data); err == nil && ok {
			return data, nil
		}
	}
	if s.cfg.Exam.Voice == nil {
		return nil, errNoVoice
	}
	return s.cfg.Exam.Voice(name)
}

// examStream is the recogniser's name for the trainee of a simulated call.
const examStream = "trainee"

// examFrame gives a frame of the microphone to the caller, and to the recogniser.
func (s *Session) examFrame(pcm []int16) bool {
	changed := s.exam.Frame(pcm)
	r, on := s.cfg.Recogniser, s.exam.OnCall()
	if r == nil {
		return changed
	}
	switch {
	case on && !s.lastTold.hearing:
		r.Open(examStream, examRate)
	case !on && s.lastTold.hearing:
		r.End(examStream)
	}
	if s.lastTold.hearing = on; on {
		r.Push(examStream, pcm)
	}
	return changed
}
