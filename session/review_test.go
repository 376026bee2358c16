package session

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"zuoxi/session/review"
	"zuoxi/wire"
)

// ear is a headset that notes how much it was given to play last.
type ear struct {
	mu   sync.Mutex
	last int
}

func (e *ear) Wear(bool)           {}
func (e *ear) Air([]int16)         {}
func (e *ear) Mic() <-chan []int16 { return nil }
func (e *ear) Play(pcm []int16) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.last = len(pcm)
}

func (e *ear) given() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.last
}

// TestARingHushesTheRecording: the hub offers a call while a recording plays; the ear is free before the seat draws it, and
// after the call the recording goes on from its place.
func TestARingHushesTheRecording(t *testing.T) {
	h, head := newFakeHub(t), &ear{}
	ctx, cancel := context.WithCancel(t.Context())
	x := &seat{t: t, s: New(Config{Way: Way{URL: h.url}, AgentNo: "3027", Folder: t.TempDir(), Vault: fakeVault{map[string]string{}}, Exam: ExamPort{Head: head}})}
	done := make(chan struct{})
	go func() { defer close(done); x.s.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	signIn(h, x)
	x.see("the desk", func(v View) bool { return v.Presence.State != "" })

	answer := func(want string, data any) {
		t.Helper()
		for {
			m, b := expect[*wire.AdminRequest](h)
			if b.Cmd == want {
				raw, _ := json.Marshal(data)
				h.say(wire.Message{Re: m.ID, Body: &wire.AdminReply{Code: wire.CodeOK, Data: raw}})
				return
			}
		}
	}
	const samples = 10 * review.Rate // as much as one message holds
	x.s.Do(Review{Do: review.Listen{Call: "c1"}})
	answer("recording.open", map[string]any{"recording": "r1", "call": "c1", "samples": samples})
	answer("recording.piece", map[string]any{"recording": "r1", "from": 0, "caller": make([]byte, samples), "rest": make([]byte, samples)})
	x.see("the sound", func(v View) bool { return v.Review.Player.Got == 10*time.Second })
	x.s.Do(Review{Do: review.Toggle{}})
	x.see("playing", func(v View) bool { return v.Review.Player.Playing })
	if head.given() != samples {
		t.Fatalf("the ear has %d samples", head.given())
	}
	h.say(wire.Message{Seq: 2, Body: desk(1001, func(d *wire.DeskState) { d.Offer = &wire.Offer{ID: "o1", CallID: "c2"} })})
	v := x.see("the offer", func(v View) bool { return v.Offer != nil })
	if head.given() != 0 || v.Review.Player.Playing || v.Notice.Text == "" {
		t.Fatalf("while it rings the ear has %d samples, playing %v, notice %q", head.given(), v.Review.Player.Playing, v.Notice.Text)
	}
	kept := v.Review.Player.At
	h.say(wire.Message{Seq: 3, Body: desk(1002, nil)})
	x.see("the desk after the call", func(v View) bool { return v.Offer == nil })
	x.s.Do(Review{Do: review.Toggle{}})
	v = x.see("playing again", func(v View) bool { return v.Review.Player.Playing })
	if want := samples - int(kept*review.Rate/time.Second); head.given() != want || v.Review.Player.At < kept {
		t.Errorf("it goes on at %s with %d samples, not at %s with %d", v.Review.Player.At, head.given(), kept, want)
	}
}
