package desk

import (
	"crypto/sha256"
	"crypto/subtle"
	"time"

	"zuoxi/wire"
)

// How long and how many answers are kept for a command that is sent again, and
// how many alerts a returning seat may still get.
const (
	keepAnswers = 24 * time.Hour
	maxAnswers  = 4096
	keepAlerts  = 32
)

// Link is where a session's messages go: a *Conn, or a test's.
type Link interface {
	Send(m wire.Message) error
	Latest(m wire.Message)
	Close(code wire.Code, text string)
}

// Session is one signed-in seat across its connections. It belongs to the
// goroutine of the seat's owner; nothing in it is safe for two.
type Session struct {
	number uint64
	token  [sha256.Size]byte
	link   Link
	seq    uint64

	answers map[string]answer
	order   []string // ids of answers, oldest first
	alerts  []numbered
}

type answer struct {
	at   time.Time
	body wire.Body // nil while the command is being carried out
}

type numbered struct {
	seq  uint64
	body wire.Body
}

// NewSession makes a session that nobody is connected to yet.
func NewSession() *Session { return &Session{answers: map[string]answer{}} }

// Number is the session's current number; it grows with each sign-in or move.
func (s *Session) Number() uint64 { return s.number }

// Connected tells whether a link is there.
func (s *Session) Connected() bool { return s.link != nil }

// Is tells whether l is the link in use: a late goodbye of an older one must
// not disturb its successor.
func (s *Session) Is(l Link) bool { return s.link == l }

// Begin takes the link of a sign-in or resume: a new number, above floor and
// every earlier one, and a new token, which mint makes for that number. The
// link before is sent away with CodeMoved.
func (s *Session) Begin(l Link, floor uint64, mint func(number uint64) string) (token string) {
	if s.link != nil && s.link != l {
		s.link.Close(wire.CodeMoved, "本工号已在另一处登录，本席已断开；如非本人操作请立即告知班长")
	}
	s.number = max(s.number, floor) + 1
	token = mint(s.number)
	s.token = sha256.Sum256([]byte(token))
	s.link = l
	return token
}

// Void makes the token useless; the link stays.
func (s *Session) Void() { s.token = [sha256.Size]byte{} }

// Owns tells whether token is the one of this session.
func (s *Session) Owns(token string) bool {
	sum := sha256.Sum256([]byte(token))
	return s.number > 0 && subtle.ConstantTimeCompare(sum[:], s.token[:]) == 1
}

// Lose notes that l has gone; false when it was not the one in use.
func (s *Session) Lose(l Link) bool {
	if s.link == nil || s.link != l {
		return false
	}
	s.link = nil
	return true
}

// End sends the seat away for good; its token is dead.
func (s *Session) End(code wire.Code, text string) {
	s.Void()
	if s.link != nil {
		s.link.Close(code, text)
		s.link = nil
	}
}

// Push sends a must-deliver message. A seat that is away gets a fresh state
// when it returns; alerts are kept for it.
func (s *Session) Push(b wire.Body) {
	s.seq++
	if _, ok := b.(*wire.Alert); ok {
		s.alerts = append(s.alerts, numbered{s.seq, b})
		if len(s.alerts) > keepAlerts {
			s.alerts = s.alerts[1:]
		}
	}
	s.send(wire.Message{Session: s.number, Seq: s.seq, Body: b})
}

// Missed sends again the alerts after the last number that the seat saw.
func (s *Session) Missed(last uint64) {
	for _, a := range s.alerts {
		if a.seq > last {
			s.send(wire.Message{Session: s.number, Seq: a.seq, Body: a.body})
		}
	}
}

// Latest sends a lossy message.
func (s *Session) Latest(b wire.Body) {
	if s.link != nil {
		s.link.Latest(wire.Message{Session: s.number, Body: b})
	}
}

// Fresh decides what to do with a command: true means carry it out. A command
// of an older session is refused; one that came before is answered again with
// what was answered then.
func (s *Session) Fresh(m wire.Message, now time.Time) bool {
	if m.Session != s.number {
		s.answer(m.ID, &wire.Ack{Code: wire.CodeStale, Text: "本席的登录已被更新，这一步未执行；请重新登录"})
		return false
	}
	if m.ID == "" {
		return true
	}
	if old, ok := s.answers[m.ID]; ok && now.Sub(old.at) < keepAnswers {
		if old.body != nil {
			s.answer(m.ID, old.body)
		}
		return false
	}
	s.forget(now)
	if _, known := s.answers[m.ID]; !known {
		s.order = append(s.order, m.ID)
	}
	s.answers[m.ID] = answer{at: now}
	return true
}

// Answer answers a command and remembers the answer for its id.
func (s *Session) Answer(id string, b wire.Body) {
	if id == "" {
		return
	}
	if a, ok := s.answers[id]; ok && remembered(b) {
		a.body = b
		s.answers[id] = a
	} else if ok {
		delete(s.answers, id)
	}
	s.answer(id, b)
}

// remembered tells whether a second asking must not be carried out again.
// Questions may: their answers are large and grow old.
func remembered(b wire.Body) bool {
	switch b.(type) {
	case *wire.Ack, *wire.RecordSaved:
		return true
	}
	return false
}

func (s *Session) answer(id string, b wire.Body) {
	if id != "" {
		s.send(wire.Message{Re: id, Session: s.number, Body: b})
	}
}

func (s *Session) send(m wire.Message) {
	if s.link != nil {
		_ = s.link.Send(m) // a link that has gone tells it by Left
	}
}

// forget drops answers that are too old or too many.
func (s *Session) forget(now time.Time) {
	for len(s.order) > 0 {
		a, ok := s.answers[s.order[0]]
		if ok && now.Sub(a.at) < keepAnswers && len(s.order) < maxAnswers {
			return
		}
		delete(s.answers, s.order[0])
		s.order = s.order[1:]
	}
}
