package app

import (
	"context"
	"os"
	"os/signal"

	tea "charm.land/bubbletea/v2"
)

// Stop is how somebody outside stops us for a while, as a shell does.
type Stop struct {
	Signal os.Signal // nil: nobody can
	Halt   func()    // stops this process until it is told to go on
}

// run gives the terminal back before we stop. The library does so for a message,
// and then sends the same signal to all of our group, which does not stop us,
// for it is ours: it says that the terminal is free.
func (s Stop) run(ctx context.Context, p *tea.Program) {
	if s.Signal == nil {
		return
	}
	came := make(chan os.Signal, 2) // somebody's and the library's; more say nothing new
	signal.Notify(came, s.Signal)
	defer signal.Stop(came)
	for {
		select {
		case <-came:
		case <-ctx.Done():
			return
		}
		p.Send(tea.SuspendMsg{})
		select {
		case <-came:
			s.Halt()
		case <-ctx.Done():
			return
		}
	}
}
