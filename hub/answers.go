package hub

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/voicemail"
	"zuoxi/wire"
)

// answers are the messages that seats have rung back about. Each comes to be
// closed on the disk, however long that takes, and nobody else rings about it:
// neither before it is closed, nor going by what was read before that.
type answers struct {
	hub  *Hub
	wake chan struct{} // size 1; full: run looks anyway

	mu sync.Mutex
	by map[string]answer // by message
}

type answer struct {
	agent  string
	closed time.Time // when the disk had it; zero: not yet
}

// readLife is how long somebody may go by what the disk said: longer than any job of a seat.
const readLife = 2 * jobLimit

func newAnswers(h *Hub) *answers {
	return &answers{hub: h, wake: make(chan struct{}, 1), by: map[string]answer{}}
}

// put has a message closed in the agent's name.
func (a *answers) put(mail, agent string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	maps.DeleteFunc(a.by, func(_ string, x answer) bool { return !x.closed.IsZero() && time.Since(x.closed) > readLife })
	a.by[mail] = answer{agent: agent}
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// dial rings about a message, if there is one, unless somebody else has answered
// it. No call that answers it can end between the look and the ringing.
func (a *answers) dial(mail, agent string, ring func() *wire.Ack) *wire.Ack {
	a.mu.Lock()
	defer a.mu.Unlock()
	if x, is := a.by[mail]; is && x.agent != agent {
		return answeredBy(x.agent)
	}
	return ring()
}

func answeredBy(agent string) *wire.Ack {
	return refusal(wire.CodeConflict, agent+" 已经回过这条留言，没有拨出；请回别的留言，它会从清单里消失")
}

func (a *answers) run(ctx context.Context) {
	untilPaid(ctx, a.wake, a.pay, "answered messages", a.hub.log)
}

// pay closes what is not closed yet, up to the first fault. The order is any: one that fails is not always the first.
func (a *answers) pay() error {
	a.mu.Lock()
	all := maps.Clone(a.by)
	a.mu.Unlock()
	for mail, x := range all {
		if !x.closed.IsZero() {
			continue
		}
		if err := a.close(mail, x.agent); err != nil {
			return err
		}
	}
	return nil
}

func (a *answers) close(mail, agent string) error {
	ctx, cancel := context.WithTimeout(context.Background(), keepLimit)
	defer cancel()
	_, err := a.hub.mail.Move(ctx, mail, voicemail.StateClosed, agent, "")
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	a.mu.Lock()
	a.by[mail] = answer{agent: agent, closed: time.Now()}
	a.mu.Unlock()
	a.hub.mailChanged()
	return nil
}
