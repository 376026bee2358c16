package exam

import (
	"crypto/ed25519"
	"errors"
	"reflect"
	"testing"
)

func TestSealedPaper(t *testing.T) {
	t.Parallel()
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	public := key.Public().(ed25519.PublicKey)
	h := Handout{Title: "月考", Kind: KindExam, Minutes: 20, Items: []Asked{{ID: "q", Type: Judge, Points: 1, Stem: "对吗"}}}
	room, err := Seal("r1", h, "12345-67890")
	if err != nil {
		t.Fatal(err)
	}
	s := room.For("p1", "5001", key)
	h.ID, h.Agent = "p1", "5001"
	if got, err := s.Unseal("12345-67890", public); err != nil || !reflect.DeepEqual(got, h) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := s.Unseal("00000-00000", public); !errors.Is(err, ErrCode) {
		t.Errorf("wrong code: %v", err)
	}
	for what, bend := range map[string]func(*Sealed){
		"changed paper": func(b *Sealed) { b.Box = append([]byte(nil), b.Box...); b.Box[20] ^= 1 },
		"another paper": func(b *Sealed) { b.ID = "p2" },
		"another room":  func(b *Sealed) { b.Room = "r2" },
		"another agent": func(b *Sealed) { b.Agent = "5002" },
	} {
		bent := s
		bend(&bent)
		if _, err := bent.Unseal("12345-67890", public); !errors.Is(err, ErrForged) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestQuestionIsAsked(t *testing.T) {
	t.Parallel()
	q := Question{ID: "q", Type: Single, Points: 2, Stem: "几天", Options: map[string]string{"A": "1", "B": "2"}, Answer: "B", KB: "yl-001", Explain: "因为"}
	a := q.Ask([]string{"B", "A"}, false)
	if a.Options[0] != (Option{"B", "2"}) || a.Right != nil || a.Explain != "" || a.KB != "" {
		t.Errorf("an exam gives the answer away: %+v", a)
	}
	if a = q.Ask([]string{"A", "B"}, true); a.Right[0] != "B" || a.Explain == "" {
		t.Errorf("practice without the answer: %+v", a)
	}
	if j := (Question{Type: Judge}).Ask(nil, false); len(j.Options) != 2 {
		t.Errorf("%+v", j)
	}
}

// TestCutIns: who is talked over again and again says so, and gives up.
func TestCutIns(t *testing.T) {
	t.Parallel()
	sc := scenarios(t)[0]
	p, _ := sc.Step(Progress{}, Event{Kind: EventStart})
	var said []Action
	for range maxCutIns {
		var out []Action
		p, out = sc.Step(p, Event{Kind: EventCutIn})
		said = append(said, out...)
	}
	if p.Ended != EndSilence || len(said) != 3 || said[0].Text != Interrupted || said[2].Do != DoEnd {
		t.Errorf("%+v %+v", p, said)
	}
}

func TestFilledInIsReadKindly(t *testing.T) {
	t.Parallel()
	q := Question{Type: Fill, Points: 2, Answer: []any{"21.75"}}
	for given, want := range map[string]HalfPoints{"21.75": 4, " ２１．７５ 。": 4, "20.83": 0, "": 0} {
		if got, ok := q.Marked([]string{given}); got != want || !ok {
			t.Errorf("%q got %d", given, got)
		}
	}
}
