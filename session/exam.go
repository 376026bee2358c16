package session

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"zuoxi/rules/access"
	"zuoxi/rules/agent"
	"zuoxi/session/exam"
	"zuoxi/session/examiner"
	"zuoxi/session/outbox"
	"zuoxi/wire"
)

// ExamPort is what simulated calls need of the phone; without a Head there are none.
type ExamPort struct {
	Files examiner.Files // for who imports and exports questions; nil: none
	Head  exam.Headset
	Voice func(name string) ([]byte, error)
}

func (s *Session) newExam() *exam.Desk {
	return exam.New(exam.Config{
		Head: s.cfg.Exam.Head, Voice: s.examVoice, Now: s.cfg.Now, Log: s.cfg.Log,
		Send: func(e outbox.Entry) { s.sendEntry(e); s.countUnsent() },
		Say:  func(line string) { s.notify(NoticeWarn, line) },
	})
}

func (s *Session) examMic() <-chan []int16 {
	if s.cfg.Exam.Head == nil {
		return nil
	}
	return s.cfg.Exam.Head.Mic()
}

// examDo takes what belongs to an exam, and what would lead out of one.
func (s *Session) examDo(v Verb) bool {
	switch v := v.(type) {
	case Exam:
		s.examVerb(v.Do)
		return true
	case SitOffline:
		s.sitOffline(v)
		return true
	case Examiner:
		s.examiner.Do(v.Do)
		return true
	case EditRecord:
		if s.exam.Busy() {
			s.exam.Do(exam.Write{Record: examRecord(v.Fields)})
			return true
		}
	case ArticleShown:
		if s.exam.Busy() {
			s.exam.Do(exam.Shown{Article: v.ID})
			return true
		}
	case SetPresence, SignOut, SubmitRecord, Dial, Answer, SignIn, Renew:
		if s.exam.Busy() {
			s.notify(NoticeWarn, "考试还没有交卷 · 这一步没有执行，时间照走 · 交卷后再做")
			return true
		}
	}
	return false
}

// examVerb begins or goes on with an exam; who begins one is not there for live calls.
func (s *Session) examVerb(v exam.Verb) {
	if s.desk.Call != nil || s.desk.Offer != nil {
		s.notify(NoticeWarn, "还有来电在本席 · 考试没有开始 · 请先办完这通电话")
		return
	}
	before := s.exam.Busy()
	s.exam.Do(v)
	if !before && s.exam.Busy() && s.view.Presence.State == agent.StateReady {
		s.tell(&wire.SetPresence{State: string(agent.StateTraining)})
	}
}

const unknownPapers = "本机没有发给您的试卷，或口令不对 · 断网时不能考 · 请核对口令，或联网登录一次取卷"

// sitOffline opens the box of somebody whom this seat knows. That a paper in it can be read proves the password.
func (s *Session) sitOffline(v SitOffline) {
	if s.view.SignIn.SignedIn || s.box != nil {
		return
	}
	if v.AgentNo == "" || v.Password == "" || s.cfg.Vault == nil {
		s.view.SignIn.Error = "工号或口令没有填 · 没有打开试卷 · 请填好后再试"
		return
	}
	s.view.SignIn.Busy, s.view.SignIn.Asking, s.view.SignIn.Error = true, false, ""
	s.id.asked = time.Time{} // the keyring signs nobody in any more
	s.ring.password++
	asked := s.ring.password
	s.draftsKey(v.AgentNo, v.Password, func(key []byte, err error) {
		if asked != s.ring.password || s.view.SignIn.SignedIn || s.box != nil {
			return // something else was typed meanwhile, or somebody is here
		}
		s.view.SignIn.Busy = false
		switch {
		case err != nil:
			s.view.SignIn.Error = unknownPapers
		default:
			s.sitAlone(v, key)
		}
	})
}

// sitAlone goes on when the key of the box is there.
func (s *Session) sitAlone(v SitOffline, key []byte) {
	box, err := outbox.Open(filepath.Join(s.cfg.Folder, "outbox-"+v.AgentNo), key)
	if err != nil {
		s.view.SignIn.Error = "本机的试卷正被另一个坐席程序使用或打不开 · 不能考 · 请关掉另一个再试"
		return
	}
	s.exam.Sit(v.AgentNo, box)
	if len(s.exam.Held()) == 0 && !s.exam.Busy() {
		s.exam.Leave()
		_ = box.Close()
		s.view.SignIn.Error = unknownPapers
		return
	}
	s.box = box
	s.id = identity{agent: v.AgentNo, password: v.Password, media: s.id.media}
	s.ring.typed = true
	s.view.Seat = SeatView{AgentNo: v.AgentNo, Role: string(access.RoleTrainee)}
	s.view.Exam.Offline, s.view.SignIn.Error = true, ""
	// As soon as the hub is there again, what was handed in goes to it.
	s.greetWith(&wire.SignIn{AgentNo: v.AgentNo, Password: v.Password, Device: s.cfg.Device, Program: s.cfg.Program})
	s.link.Redial()
}

// askPapers gets what is laid out for this person, and what was published.
func (s *Session) askPapers() {
	if s.box == nil {
		return
	}
	s.view.Exam.Offline = false
	s.exam.Sit(s.id.agent, s.box)
	may := access.Can(access.Role(s.view.Seat.Role), access.ExamTake, access.Self)
	for _, r := range s.view.Seat.Extra {
		may = may || access.Can(access.Role(r), access.ExamTake, access.Self)
	}
	if !may {
		return
	}
	s.ask(&wire.ExamList{Have: s.exam.Held()}, func(m wire.Message) {
		if p, ok := m.Body.(*wire.ExamPapers); ok {
			s.exam.Take(p)
			s.fetchVoices(p.Voices)
		}
	})
}

// examKept keeps a sitting when the hub sends this seat away: it is noted, and handed in later.
func (s *Session) examKept(b *wire.Bye) bool {
	if !s.exam.Busy() || b.Code == wire.CodeStale {
		return false
	}
	if b.Code == wire.CodeMoved || b.Code == wire.CodeElsewhere {
		s.exam.Note("second_login", "同一工号在别处登录")
	}
	switch b.Code {
	case wire.CodeOK, wire.CodeMoved, wire.CodeElsewhere, wire.CodeCredentials, wire.CodeDisabled, wire.CodeLocked, wire.CodeForbidden, wire.CodeVersion:
		s.greetWith(nil)
	}
	s.notify(NoticeWarn, orElse(b.Text, "中心断开了连接")+" · 考试继续，答卷存在本机")
	return true
}

// examWindow is how many messages of an exam are on their way at once.
const examWindow = 4

// kindLearned is what a practice tells the hub.
const kindLearned = "exam.learned"

func isExam(kind string) bool { return strings.HasPrefix(kind, "exam.") }

// examWaits tells whether a message has to wait for those before it: the result comes after all of its sound.
func (s *Session) examWaits(e outbox.Entry) bool {
	if s.box == nil {
		return false
	}
	flying := 0
	for _, p := range s.box.Pending() {
		if p.ID == e.ID {
			break
		}
		if !isExam(p.Kind) {
			continue
		}
		if e.Kind == "exam.result" || e.Kind == kindLearned { // one practice builds upon the other
			return true
		}
		if _, sent := s.waiting[p.ID]; sent {
			flying++
		}
	}
	return flying >= examWindow
}

// examAnswered takes what the hub has kept out of the box, and sends the next.
func (s *Session) examAnswered(e outbox.Entry, m wire.Message) {
	a, ok := m.Body.(*wire.Ack)
	if !ok || s.box == nil {
		return
	}
	switch a.Code {
	case wire.CodeOK:
		switch e.Kind {
		case kindLearned:
			s.examLearned(e)
		case "exam.result":
			s.notify(NoticeInfo, "答卷已送到中心，阅卷后公布成绩")
		}
	case wire.CodeConflict, wire.CodeForbidden, wire.CodeNotFound, wire.CodeInvalid:
		s.notify(NoticeError, orElse(a.Text, "中心没有收下答卷 · 请告诉监考人"))
	default:
		return // it stays in the box and is sent again
	}
	if err := s.box.Done(e.ID); err != nil {
		s.cfg.Log.Error("outbox entry not removed", "err", err)
	}
	s.flush()
}

// examLearned notes that the hub has a practice.
func (s *Session) examLearned(e outbox.Entry) {
	var l wire.ExamLearned
	if json.Unmarshal(e.Body, &l) == nil {
		s.exam.Learned(l.Sitting)
	}
}

// showExam puts the exam into a view; its record stands where that of a call does.
func (s *Session) showExam(v *View) {
	v.Exam.View, v.Exam.Examiner = s.exam.View(), s.examiner.View()
	if t := v.Exam.Sitting; t != nil && t.At >= 0 && t.Talk != nil {
		v.Record = &RecordView{Number: "模拟-" + t.Name, Fields: examFields(t.Record)}
	}
}

var errNoVoice = errors.New("this seat has no voices for simulated callers")

// examRate is that of all sound of an exam.
const examRate = exam.Rate

// mixed is a recording from so many milliseconds on, both channels for one ear.
func mixed(alaw []byte, from int) []int16 { return exam.Mixed(alaw, from) }

// examText ties the names of an exam's record to the fields of the form.
var examText = map[string]func(*RecordFields) *string{
	"kind": func(f *RecordFields) *string { return &f.Kind }, "subject": func(f *RecordFields) *string { return &f.Subject },
	"topic": func(f *RecordFields) *string { return &f.Topic }, "region": func(f *RecordFields) *string { return &f.Region },
	"name": func(f *RecordFields) *string { return &f.Name }, "callback": func(f *RecordFields) *string { return &f.Callback },
	"question": func(f *RecordFields) *string { return &f.Question }, "answer": func(f *RecordFields) *string { return &f.Answer },
	"handling": func(f *RecordFields) *string { return &f.Handling }, "forward": func(f *RecordFields) *string { return &f.Forward },
	"due": func(f *RecordFields) *string { return &f.Due },
}

func examRecord(f RecordFields) exam.Record {
	r := exam.Record{}
	for name, at := range examText {
		if v := *at(&f); v != "" {
			r[name] = v
		}
	}
	if f.Urgent {
		r["urgent"] = "加急"
	}
	return r
}

func examFields(r exam.Record) RecordFields {
	f := RecordFields{Kind: "consult", Handling: "on_spot", Urgent: r["urgent"] != ""}
	for name, at := range examText {
		if v := r[name]; v != "" {
			*at(&f) = v
		}
	}
	return f
}
