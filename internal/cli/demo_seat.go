package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"time"

	"zuoxi/rules/agent"
	"zuoxi/rules/call"
	"zuoxi/session"
)

// memory is the demo's keyring: it holds one password for as long as the demo lasts.
type memory struct {
	agent, password string
	key             []byte
}

func newMemory(agent, password string) *memory {
	m := &memory{agent: agent, password: password, key: make([]byte, keyBytes)}
	_, _ = rand.Read(m.key)
	return m
}

// Answers implements session.Vault; so do the next ones.
func (m *memory) Answers(context.Context) bool                    { return true }
func (m *memory) Password(agent string) (string, bool)            { return m.password, agent == m.agent }
func (m *memory) Keep(string, string) error                       { return nil }
func (m *memory) Forget(string) error                             { return nil }
func (m *memory) DraftKey(string, string, string) ([]byte, error) { return m.key, nil }

// demoHeadless takes calls without a screen: a scripted seat answers, listens,
// writes the record, and the call log is printed line by line.
func (a *run) demoHeadless(ctx context.Context, password string) error {
	a.cfg.Seat.Sound = silentSound()
	w, err := a.openSeat(ctx, newMemory(a.cfg.Seat.Agent, password))
	if err != nil {
		return err
	}
	defer w.close()
	var work sync.WaitGroup
	work.Go(func() { w.run(ctx) })
	defer work.Wait()
	bot := &demoBot{app: a, do: w.session.Do}
	for v := range w.session.Views() {
		bot.see(v)
	}
	return nil
}

// demoBot is an agent who does everything by the book and in a hurry.
type demoBot struct {
	app      *run
	do       func(session.Verb) bool
	asked    time.Time // for ready, or first seen signed in
	offer    string
	call     string // that it answers for: not one it was only asked about
	written  string // record filled in
	sent     string // record submitted
	lastLine string
	lastNote string
}

func (b *demoBot) see(v session.View) {
	b.tell(v)
	if v.Call != nil && slices.Contains(v.Call.Allowed, call.EventHold) {
		b.call = v.Call.ID
	}
	switch {
	case !v.SignIn.SignedIn:
	case v.Offer != nil && v.Offer.ID != b.offer:
		b.offer = v.Offer.ID
		b.do(session.OfferShown{Offer: b.offer})
		b.do(session.Answer{Offer: b.offer})
	case b.asked.IsZero():
		b.asked = time.Now() // the voice path takes a moment after sign-in
	case v.Call == nil && v.Presence.State == agent.StateNotReady && time.Since(b.asked) > time.Second:
		b.asked = time.Now()
		b.do(session.SetPresence{State: agent.StateReady})
	case v.Call != nil && v.Call.ID == b.call && v.Record != nil && !v.Record.Sent:
		b.write(v)
	}
}

// write fills the record in while the citizen talks, and submits it in wrap-up.
// What came along with the call stays.
func (b *demoBot) write(v session.View) {
	r := v.Record
	if b.written != r.Number {
		b.written = r.Number
		f := r.Fields
		f.Kind, f.Subject = "consult", cmp.Or(f.Subject, "劳动关系")
		f.Question, f.Answer = cmp.Or(f.Question, "演示来电："+orDash(v.Call.Caller.Subject)), cmp.Or(f.Answer, "已按知识库答复。")
		b.do(session.EditRecord{Fields: f})
		return
	}
	if !v.Call.Ended.IsZero() && b.sent != r.Number && len(r.Missing) == 0 {
		b.sent = r.Number
		b.do(session.SubmitRecord{Next: agent.StateReady})
	}
}

// tell prints what changed, a line each.
func (b *demoBot) tell(v session.View) {
	if !v.SignIn.SignedIn {
		return
	}
	line := v.Presence.State.Label()
	if v.Call != nil {
		line += "  " + v.Call.Caller.Masked + "  " + orDash(v.Call.Caller.Subject) + "  " + v.Call.Phase.Label()
	} else if v.Offer != nil {
		line += "  " + v.Offer.Caller.Masked
	}
	b.print(&b.lastLine, line)
	b.print(&b.lastNote, v.Notice.Text)
}

// print writes a line unless it is the one before.
func (b *demoBot) print(last *string, line string) {
	if line == *last {
		return
	}
	*last = line
	if line != "" {
		_, _ = fmt.Fprintf(b.app.Out, "%s  %s\n", time.Now().Format("15:04:05"), line)
	}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
