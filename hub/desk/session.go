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
	token  tokenSum
	before tokenSum // by which the seat came back; good until it is known to have the one above
	link   Link
	seq    uint64
	shown  *wire.DeskState // the last one that this link took, whole

	answers map[string]answer
	order   []string // ids of answers, oldest first
	alerts  []numbered
}

// tokenSum is what a session keeps of a token.
type tokenSum [sha256.Size]byte

func sumOf(token string) tokenSum { return sha256.Sum256([]byte(token)) }

func (t tokenSum) is(other tokenSum) bool { return subtle.ConstantTimeCompare(t[:], other[:]) == 1 }

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
// link before is sent away with CodeMoved. The token by which the seat came
// back, empty after a sign-in, stays good until a message shows that the seat
// has the new one, or Settle is called: the welcome may be lost on a line that
// breaks again.
func (s *Session) Begin(l Link, floor uint64, by string, mint func(number uint64) string) (token string) {
	if s.link != nil && s.link != l {
		s.link.Close(wire.CodeMoved, "本工号已在另一处登录，本席已断开；如非本人操作请立即告知班长")
	}
	s.number = max(s.number, floor) + 1
	token = mint(s.number)
	s.token, s.before = sumOf(token), tokenSum{}
	if by != "" {
		s.before = sumOf(by)
	}
	s.link, s.shown = l, nil
	return token
}

// Void makes the token useless; the link stays.
func (s *Session) Void() { s.token, s.before = tokenSum{}, tokenSum{} }

// Settle lets go of the token by which the seat came back: had the welcome been
// lost, it would have come again by now.
func (s *Session) Settle() { s.before = tokenSum{} }

// Owns tells whether token is the one of this session.
func (s *Session) Owns(token string) bool {
	sum := sumOf(token)
	return s.number > 0 && (sum.is(s.token) || sum.is(s.before))
}

// Lose notes that l has gone; false when it was not the one in use.
func (s *Session) Lose(l Link) bool {
	if s.link == nil || s.link != l {
		return false
	}
	s.link, s.shown = nil, nil
	return true
}

// End sends the seat away for good; its token is dead.
func (s *Session) End(code wire.Code, text string) {
	s.Void()
	if s.link != nil {
		s.link.Close(code, text)
		s.link, s.shown = nil, nil
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
	_ = s.send(wire.Message{Session: s.number, Seq: s.seq, Body: b})
}

// Show sends the state of the desk: whole to a new link, then without what that
// one has, and not at all when the desk would show nothing else. A link takes
// what it is given in order and either passes it on or ends. d stays as it is.
func (s *Session) Show(d *wire.DeskState) {
	if s.link == nil || d.Same(s.shown) {
		return
	}
	s.seq++
	if s.send(wire.Message{Session: s.number, Seq: s.seq, Body: d.Thin(s.shown)}) == nil {
		s.shown = d
	}
}

// Missed sends again the alerts after the last number that the seat saw.
func (s *Session) Missed(last uint64) {
	for _, a := range s.alerts {
		if a.seq > last {
			_ = s.send(wire.Message{Session: s.number, Seq: a.seq, Body: a.body})
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
	s.before = tokenSum{}
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

// Decline answers a command that was not begun. The same may come again: a seat
// sends what it keeps until the hub has taken it.
func (s *Session) Decline(id string, b wire.Body) {
	delete(s.answers, id)
	s.answer(id, b)
}

// remembered tells whether a second asking must not be carried out again.
// Questions may: their answers are large and grow old. So may what the hub's
// own trouble kept from being done: the seat keeps it and sends it again.
func remembered(b wire.Body) bool {
	switch b := b.(type) {
	case *wire.Ack:
		return b.Code != wire.CodeInternal
	case *wire.RecordSaved:
		return b.Code != wire.CodeInternal
	}
	return false
}

func (s *Session) answer(id string, b wire.Body) {
	if id != "" {
		_ = s.send(wire.Message{Re: id, Session: s.number, Body: b})
	}
}

// send gives it to the link, if there is one; one that has gone tells it by Left.
func (s *Session) send(m wire.Message) error {
	if s.link == nil {
		return nil
	}
	return s.link.Send(m)
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
