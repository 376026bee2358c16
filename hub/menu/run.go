package menu

import (
	"context"
	"time"

	rules "zuoxi/rules/menu"
)

// line asks one caller. It is used by one goroutine.
type line struct{ ear Ear }

// play plays sound that no key interrupts.
func (l line) play(ctx context.Context, alaw []byte) error { return l.ear.Play(ctx, alaw) }

// say plays sound until it is over or a key is pressed; a key that was pressed before takes its place.
func (l line) say(ctx context.Context, alaw []byte) (byte, bool) {
	select {
	case k := <-l.ear.Keys():
		return k, true
	default:
	}
	if len(alaw) == 0 {
		return 0, false
	}
	playing, stop := context.WithCancel(ctx)
	defer stop()
	over := make(chan struct{}) // closed by the only sender
	go func() {
		defer close(over)
		_ = l.ear.Play(playing, alaw) // cut short or heard out: the keys decide
	}()
	select {
	case k := <-l.ear.Keys():
		stop()
		<-over
		return k, true
	case <-over:
		return 0, false
	}
}

// key waits for a key.
func (l line) key(ctx context.Context, limit time.Duration) (byte, bool) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case k := <-l.ear.Keys():
		return k, true
	case <-timer.C:
	case <-ctx.Done():
	}
	return 0, false
}

// ask plays a question and waits for its key.
func (l line) ask(ctx context.Context, alaw []byte, limit time.Duration) (byte, bool) {
	if k, ok := l.say(ctx, alaw); ok {
		return k, true
	}
	return l.key(ctx, limit)
}

// flush drops keys that nobody asked for.
func (l line) flush() {
	for {
		select {
		case <-l.ear.Keys():
		default:
			return
		}
	}
}

// record keeps what the caller says until #, the limit, or the end of the call; full tells that it was the limit. What
// was said before a hang-up is returned as well.
func (l line) record(ctx context.Context, limit time.Duration) (m Message, full bool) {
	l.flush()
	taping, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan Message, 1) // one result, never blocks its sender
	go func() {
		got, err := l.ear.Record(taping)
		if err != nil {
			got = Message{}
		}
		done <- got
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		select {
		case k := <-l.ear.Keys():
			if k != '#' {
				continue
			}
		case <-timer.C:
			full = true
		case m = <-done:
			return m, false
		}
		stop()
		return <-done, full
	}
}

// runner runs one caller's menu.
type runner struct {
	guide *Guide
	ear   Ear
	visit Visit
	env   rules.Env
	fill  map[string]string
}

// run steps the menu until the caller is out of it. A caller who is gone is nowhere.
func (r *runner) run(ctx context.Context, s rules.State) (rules.State, rules.ID) {
	m := &r.guide.script.Menu
	l := line{ear: r.ear}
	s, a := m.Step(s, rules.Event{Kind: rules.EventStart}, r.env)
	for ctx.Err() == nil {
		if a.Do == rules.DoLeave {
			return s, a.To
		}
		before, e := s, r.do(ctx, l, s, a)
		s, a = m.Step(s, e, r.env)
		r.tell(before, s, e)
	}
	return s, ""
}

// do carries out an action and returns what came of it.
func (r *runner) do(ctx context.Context, l line, s rules.State, a rules.Action) rules.Event {
	key, pressed := byte(0), false
	event := rules.Event{Kind: rules.EventPlayed}
	switch a.Do {
	case rules.DoServe:
		return r.serve(ctx, l, s, a)
	case rules.DoWait:
		event.Kind = rules.EventSilence
		key, pressed = l.key(ctx, a.Wait)
	default:
		key, pressed = l.say(ctx, r.guide.prompts.all(a.Say, r.fill))
	}
	if pressed {
		return rules.Event{Kind: rules.EventKey, Key: key}
	}
	return event
}

// serve asks a back end. One that fails leads the caller to a person; its error holds no digits.
func (r *runner) serve(ctx context.Context, l line, s rules.State, a rules.Action) rules.Event {
	answer, err := r.guide.services[a.Service](ctx, r.visit.Call, a.Digits)
	if err != nil {
		r.guide.log.Warn("self-service failed", "call", r.visit.Call, "service", a.Service, "err", err)
		r.visit.Mark("service", a.Service+" 失败")
		_ = l.play(ctx, r.guide.prompts.Say("sys_busy", nil))
		return rules.Event{Kind: rules.EventAnswer}
	}
	r.visit.Mark("service", a.Service+" "+answer.Route)
	if answer.Say != "" {
		l.say(ctx, r.guide.prompts.Say(answer.Say, answer.Fill))
	}
	if answer.Route == "ok" {
		r.visit.Served(string(s.Node))
	}
	return rules.Event{Kind: rules.EventAnswer, Answer: answer.Route}
}

// tell puts choices into the timeline. Secret digits are not among them.
func (r *runner) tell(before, after rules.State, e rules.Event) {
	for _, k := range after.Keys[min(len(before.Keys), len(after.Keys)):] {
		r.visit.Mark("key", "按键 "+k.Key+" "+k.Label)
	}
	if e.Kind == rules.EventSilence && after.Node != before.Node {
		r.visit.Mark("key", "没有按键")
	}
}
