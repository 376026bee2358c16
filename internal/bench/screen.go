package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"zuoxi/internal/story"
)

const (
	starts    = 7                // of the program, for the first frame
	letters   = 200              // typed for the time from key to frame
	someKeys  = 30               // of each kind while a call runs
	sway      = 25               // ms that the pause before a key varies by, or keys lock on to the frames
	atRest    = 10 * time.Second // for what a seat costs that does nothing
	settling  = 18 * time.Second // until sign-in and its check are over and the sound devices rest
	keyWait   = time.Second      // for a key's frame
	firstPage = `(?s)口令.*F12`
)

var whole story.Region

// firstFrame starts the program several times and times the first whole page.
func firstFrame(w *story.World) (sample, error) {
	var out sample
	for i := range starts {
		t, err := w.Seat(fmt.Sprintf("first%d", i), columns, rows)
		if err != nil {
			return out, err
		}
		at, err := t.Await(firstPage, patience)
		if err == nil {
			out = append(out, milli(at.Sub(t.Started())))
			err = t.Press("<c-x>")
		}
		if err == nil {
			err = t.Wait(patience)
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// keyed is what some key presses led to.
type keyed struct {
	frame sample // ms from key to frame
	whole sample // ms from key to the last of what it changed: in a search box, the hits
	bytes sample
	blind int // presses that changed nothing
}

func (k *keyed) press(t *story.Term, key string) error {
	<-time.After(time.Duration(rand.IntN(sway)) * time.Millisecond)
	s, err := t.Strike(key, whole, keyWait)
	if err != nil {
		return err
	}
	if !s.Changed {
		k.blind++
		return nil
	}
	k.frame, k.whole = append(k.frame, milli(s.First)), append(k.whole, milli(s.Last))
	k.bytes = append(k.bytes, float64(s.Bytes))
	return nil
}

// words are typed letter by letter as an input method's pinyin would be, with
// the letters taken away again.
var words = []string{"yanglaobaoxian", "gongshangrending", "shiyejin", "tuixiu"}

// letter types a letter of the words at a time.
func (k *keyed) letter(t *story.Term, n int) error {
	for i := 0; len(k.frame)+k.blind < n; i++ {
		word := words[i%len(words)]
		for _, r := range word {
			if err := k.press(t, "{"+string(r)+"}"); err != nil {
				return err
			}
		}
		if err := t.Press(fmt.Sprintf("<bs>*%d", len(word))); err != nil {
			return err
		}
		<-time.After(200 * time.Millisecond)
	}
	return nil
}

// quietSound is the environment of a seat that nobody talks at.
var quietSound = []string{"ZUOXI_SEAT_SOUND_INPUT=null", "ZUOXI_SEAT_SOUND_OUTPUT=null"}

// typing measures keys in the search box of a seat of its own between calls.
func typing(w *story.World, env ...string) (k keyed, err error) {
	t, err := w.Seat("typist", columns, rows, append(env, quietSound...)...)
	if err != nil {
		return k, err
	}
	defer t.Kill()
	err = follow(t,
		step{"口令", "{" + typist + "} <tab> {synthetic-" + typist + "} <f9>"},
		step{typist + " 周某", ""}, step{"良好", "<f7>"})
	if err != nil {
		return k, err
	}
	return k, k.letter(t, letters)
}

// callKeys is what keys lead to while a call runs, with clock and meters moving.
type callKeys struct{ search, form, list keyed }

func (c *callKeys) measure(t *story.Term) error {
	steps := []func() error{
		func() error { return t.Press("<f7>") },
		func() error { return c.search.letter(t, someKeys) },
		func() error { return c.move(t) },
		func() error { return t.Press("<esc> <tab>") },
		func() error { return c.form.letter(t, someKeys) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
		<-time.After(300 * time.Millisecond)
	}
	return nil
}

// move walks down and up the list of commands, which is as long in every call.
func (c *callKeys) move(t *story.Term) error {
	if err := t.Press("<c-p>"); err != nil {
		return err
	}
	<-time.After(300 * time.Millisecond)
	for i := range someKeys {
		key := "<down>"
		if i/5%2 == 1 {
			key = "<up>"
		}
		if err := c.list.press(t, key); err != nil {
			return err
		}
	}
	return t.Press("<esc>")
}

// rest is what a seat and a hub cost that do nothing.
type rest struct{ seatCPU, hubCPU, bytes, seatAnon, seatRSS, hubAnon, hubRSS float64 }

func (s *stage) rest() (r rest, err error) {
	<-time.After(settling)
	bytes := s.seat.Bytes()
	before, err := usages(s.seat.Pid(), s.world.HubPid())
	if err != nil {
		return r, err
	}
	<-time.After(atRest)
	after, err := usages(s.seat.Pid(), s.world.HubPid())
	if err != nil {
		return r, err
	}
	r.bytes = float64(s.seat.Bytes()-bytes) / after[0].at.Sub(before[0].at).Seconds()
	r.seatCPU, r.hubCPU = percent(before[0], after[0]), percent(before[1], after[1])
	r.seatAnon, r.seatRSS, r.hubAnon, r.hubRSS = after[0].anon, after[0].rss, after[1].anon, after[1].rss
	return r, nil
}
