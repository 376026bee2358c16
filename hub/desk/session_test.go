package desk

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"zuoxi/wire"
)

type line struct {
	sent  []wire.Message
	fault error // of the next one
	ended wire.Code
}

func (l *line) Send(m wire.Message) error {
	if err := l.fault; err != nil {
		l.fault = nil
		return err
	}
	l.sent = append(l.sent, m)
	return nil
}
func (l *line) Latest(m wire.Message)             { l.sent = append(l.sent, m) }
func (l *line) Close(code wire.Code, text string) { l.ended = code }

var noon = time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)

func mint(number uint64) string { return fmt.Sprint("token-", number) }

func TestNumbersGrow(t *testing.T) {
	s := NewSession()
	a, b := &line{}, &line{}
	tokenA := s.Begin(a, 41, "", mint)
	if s.Number() != 42 || !s.Owns(tokenA) || s.Owns("") {
		t.Fatalf("number %d", s.Number())
	}
	tokenB := s.Begin(b, 0, "", mint)
	if s.Number() != 43 || s.Owns(tokenA) || !s.Owns(tokenB) || a.ended != wire.CodeMoved {
		t.Fatalf("number %d, old link %q", s.Number(), a.ended)
	}
	if s.Lose(a) || !s.Connected() {
		t.Error("the goodbye of the old link disturbed the new one")
	}
	if !s.Lose(b) || s.Connected() || !s.Owns(tokenB) {
		t.Error("a lost link must leave the token alive")
	}
	s.End(wire.CodeOK, "")
	if s.Owns(tokenB) {
		t.Error("a signed-out token still works")
	}
}

func TestCommandHappensOnce(t *testing.T) {
	s := NewSession()
	l := &line{}
	_ = s.Begin(l, 0, "", mint)
	cmd := wire.Message{ID: "c1", Session: 1, Body: &wire.SignOut{}}
	if !s.Fresh(cmd, noon) {
		t.Fatal("a new command was not fresh")
	}
	if s.Fresh(cmd, noon) || len(l.sent) != 0 {
		t.Fatal("a command under way was taken again or answered")
	}
	s.Answer("c1", &wire.Ack{Code: wire.CodeOK})
	if s.Fresh(cmd, noon.Add(time.Hour)) || len(l.sent) != 2 || l.sent[1].Re != "c1" {
		t.Fatalf("sent %+v", l.sent)
	}
	if !s.Fresh(cmd, noon.Add(25*time.Hour)) {
		t.Error("an answer was kept longer than a day")
	}
	cmd.Session = 0
	if s.Fresh(cmd, noon) || l.sent[2].Body.(*wire.Ack).Code != wire.CodeStale {
		t.Error("an older session was not refused")
	}
	find := wire.Message{ID: "q", Session: 1, Body: &wire.FindTarget{}}
	for range 2 {
		if !s.Fresh(find, noon) {
			t.Error("a question is asked as often as one likes")
		}
		s.Answer("q", &wire.Targets{})
	}
}

// TestOwnTroubleIsNoLastWord: what was not done because the database was away is done when the seat sends it again.
func TestOwnTroubleIsNoLastWord(t *testing.T) {
	s := NewSession()
	_ = s.Begin(&line{}, 0, "", mint)
	save := wire.Message{ID: "save", Session: 1, Body: &wire.RecordSave{}}
	for _, body := range []wire.Body{&wire.RecordSaved{Code: wire.CodeInternal}, &wire.Ack{Code: wire.CodeInternal}, &wire.RecordSaved{Code: wire.CodeOK}} {
		if !s.Fresh(save, noon) {
			t.Errorf("before %+v: answered as it was then", body)
		}
		s.Answer("save", body)
	}
	if s.Fresh(save, noon) {
		t.Error("saved twice")
	}
}

// TestWhatWasNotBegunMayComeAgain: a seat that had asked for too much sends what it keeps until it is taken.
func TestWhatWasNotBegunMayComeAgain(t *testing.T) {
	s := NewSession()
	_ = s.Begin(&line{}, 0, "", mint)
	step := wire.Message{ID: "step", Session: 1, Body: &wire.RecordStep{}}
	for range 2 {
		if !s.Fresh(step, noon) {
			t.Error("it is not begun")
		}
		s.Decline("step", &wire.Ack{Code: wire.CodeBusy})
	}
	s.Fresh(step, noon)
	s.Answer("step", &wire.RecordSaved{Code: wire.CodeOK})
	if s.Fresh(step, noon) {
		t.Error("done twice")
	}
}

func TestAnswersAreBounded(t *testing.T) {
	s := NewSession()
	_ = s.Begin(&line{}, 0, "", mint)
	for n := range maxAnswers + 100 {
		id := fmt.Sprint(n)
		s.Fresh(wire.Message{ID: id, Session: 1}, noon)
		s.Answer(id, &wire.Ack{Code: wire.CodeOK})
	}
	if len(s.answers) > maxAnswers || len(s.order) > maxAnswers {
		t.Errorf("keeps %d answers, %d ids", len(s.answers), len(s.order))
	}
}

func TestMissedAlertsComeAgain(t *testing.T) {
	s := NewSession()
	l := &line{}
	_ = s.Begin(l, 0, "", mint)
	s.Push(&wire.Alert{Text: "一"})
	s.Lose(l)
	s.Show(&wire.DeskState{}) // to nobody
	s.Push(&wire.Alert{Text: "二"})
	back := &line{}
	_ = s.Begin(back, 0, "", mint)
	s.Missed(1)
	if len(back.sent) != 1 || back.sent[0].Body.(*wire.Alert).Text != "二" || back.sent[0].Seq != 2 {
		t.Errorf("sent %+v", back.sent)
	}
}

// TestShowSaysWhatIsNew: a link is told the whole state once, and again only
// when it did not take it; one that says nothing new is not sent.
func TestShowSaysWhatIsNew(t *testing.T) {
	s := NewSession()
	at := func(version uint64, state string) *wire.DeskState {
		return &wire.DeskState{Version: version, Presence: wire.Presence{State: state}, Todo: []wire.Todo{{Number: "1"}}}
	}
	l := &line{fault: wire.ErrTooLarge}
	_ = s.Begin(l, 0, "", mint)
	s.Show(at(1, "ready"))
	s.Show(at(2, "ready"))
	s.Show(at(3, "ready"))
	s.Show(at(4, "break"))
	next := &line{}
	_ = s.Begin(next, 0, "", mint)
	s.Show(at(5, "break"))
	s.Lose(next)
	s.Show(at(6, "ready"))
	var got []string
	for _, m := range append(l.sent, next.sent...) {
		d := m.Body.(*wire.DeskState)
		got = append(got, fmt.Sprint(d.Version, d.Presence.State, len(d.Todo), d.Kept))
	}
	if want := []string{"2ready1 []", "4break0 [todo]", "5break1 []"}; !slices.Equal(got, want) {
		t.Errorf("sent %v, want %v", got, want)
	}
}

// TestEveryTextIsCleaned fills every string of every message that a seat may
// send with an escape sequence.
func TestEveryTextIsCleaned(t *testing.T) {
	fromHub := []string{
		"desk.state", "queue.state", "target.list", "sign.welcome", "sign.must_change", "record.saved", "kb.head", "kb.chunk", "kb.fetch",
		"admin.reply", "admin.chunk", "media.answer", "pong", "ping",
		"found", "record.plain", "identity.answer", "business.answer", "exam.papers", "board", "kb.rows", "kb.entry",
		"sms.templates", "sms.sent", "sheet",
	}
	asIs := []string{"sign.in/Password", "sign.resume/Token", "sign.renew/Ticket", "sign.renew/Password", "media.offer/SDP", "admin.request/Args/password"}
	for _, typ := range wire.Types() {
		if slices.Contains(fromHub, typ) {
			continue
		}
		b := wire.New(typ)
		fill(reflect.ValueOf(b).Elem())
		if r, ok := b.(*wire.AdminRequest); ok {
			r.Args, _ = json.Marshal(map[string]any{"password": dirty, "note": dirty, dirty: []any{dirty, map[string]string{"reason": dirty}}})
		}
		Clean(b)
		eachText(reflect.ValueOf(b).Elem(), "", func(path, text string) {
			if bad := text == dirty; bad != slices.Contains(asIs, typ+path) {
				t.Errorf("%s%s: %q", typ, path, text)
			}
		})
	}
}

const dirty = "甲\x1b[31m乙\u202e"

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(dirty)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Slice:
		if k := v.Type().Elem().Kind(); k == reflect.String || k == reflect.Struct {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			fill(v.Index(0))
		}
	}
}

func eachText(v reflect.Value, path string, do func(path, text string)) {
	switch v.Kind() {
	case reflect.String:
		do(path, v.String())
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			eachText(v.Field(i), path+"/"+v.Type().Field(i).Name, do)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			do(path+"/key", k.String())
			eachText(v.MapIndex(k), path+"/"+k.String(), do)
		}
	case reflect.Interface:
		eachText(v.Elem(), path, do)
	case reflect.Slice:
		if raw, ok := v.Interface().(json.RawMessage); ok && len(raw) > 0 {
			var inside any
			if err := json.Unmarshal(raw, &inside); err != nil {
				do(path, dirty)
			}
			eachText(reflect.ValueOf(inside), path, do)
			return
		}
		for i := range v.Len() {
			eachText(v.Index(i), path, do)
		}
	}
}

// TestALostWelcomeCostsNoToken: the token by which a seat came back is good again
// when the new one was lost on the way, and no longer once the seat has it.
func TestALostWelcomeCostsNoToken(t *testing.T) {
	s := NewSession()
	first := s.Begin(&line{}, 0, "", mint)
	lost := s.Begin(&line{}, 0, first, mint)
	if !s.Owns(first) || !s.Owns(lost) {
		t.Fatal("whoever missed the welcome is shut out")
	}
	second := s.Begin(&line{}, 0, first, mint)
	if s.Owns(lost) || !s.Owns(second) {
		t.Fatal("a token that nobody came back by is good")
	}
	if !s.Fresh(wire.Message{Session: s.Number()}, time.Now()) {
		t.Fatal("a message of the session is refused")
	}
	if s.Owns(first) || !s.Owns(second) {
		t.Fatal("the older token outlives the newer one's first use")
	}
	s.Begin(&line{}, 0, second, mint)
	s.Void()
	if s.Owns(second) {
		t.Fatal("a token survives the sign-out")
	}
}
