package call

import (
	"bytes"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"zuoxi/hub/actor"
	"zuoxi/hub/store"
	fsm "zuoxi/rules/call"
)

// Log is the log of a call as its scribe has been told to write it, and who was
// on the call. Until the disk has all of it, it is asked in place of the disk:
// one that is slow or full would not know who called, or that anybody did.
type Log struct {
	store.Call
	Agents []string    // but for those who only listened
	rung   []store.Leg // outside numbers that were rung into it
}

// How long a log is kept that the disk refused, as long as anybody asks for the
// calls of the day, and how many at most; then the oldest goes.
const (
	refusedFor  = 24 * time.Hour
	refusedMost = 4000
)

// unwritten are the logs that the disk has not all of. It knows no calls: one
// that has ended is let go, however long its log takes.
type unwritten struct {
	*actor.Directory[string, *atomic.Pointer[Log]]
	mu      sync.Mutex
	refused []refusal // the oldest first
}

// refusal is a log that the disk did not take.
type refusal struct {
	id string
	at time.Time
}

func newUnwritten() unwritten {
	return unwritten{Directory: actor.NewDirectory[string, *atomic.Pointer[Log]]()}
}

// begin enters a log that is being written.
func (u *unwritten) begin(id string, l *atomic.Pointer[Log], now time.Time) {
	u.Add(id, l)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.tidy(now)
}

// written ends the writing of a log: one that stands is the disk's from now on.
func (u *unwritten) written(id string, whole bool, now time.Time) {
	if whole {
		u.Drop(id)
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.refused = append(u.refused, refusal{id, now})
	u.tidy(now)
}

// tidy drops the refused logs that are too old or too many, under the lock.
func (u *unwritten) tidy(now time.Time) {
	for len(u.refused) > 0 && (len(u.refused) > refusedMost || now.Sub(u.refused[0].at) > refusedFor) {
		u.Drop(u.refused[0].id)
		u.refused = u.refused[1:]
	}
}

// Log is that of a call which is not all on the disk yet.
func (x *Exchange) Log(id string) (Log, bool) {
	l, ok := x.logs.Get(id)
	if !ok {
		return Log{}, false
	}
	return *l.Load(), true
}

// Logs are those of a number, the newest first.
func (x *Exchange) Logs(hash []byte) (out []store.Call) {
	if len(hash) == 0 {
		return nil
	}
	for _, stands := range x.logs.List() {
		if l := stands.Load(); bytes.Equal(l.Caller.Hash, hash) {
			out = append(out, l.Call)
		}
	}
	slices.SortStableFunc(out, func(a, b store.Call) int { return b.Times.Arrive.Compare(a.Times.Arrive) })
	return out
}

// Dialled names the times that agents rang a number since a moment, by a call or
// into one.
func (x *Exchange) Dialled(hash []byte, since time.Time) (ids []string) {
	for _, stands := range x.logs.List() {
		l := stands.Load()
		if l.Direction == store.Outbound && bytes.Equal(l.Caller.Hash, hash) && !l.Times.Arrive.Before(since) {
			ids = append(ids, l.ID)
		}
		for _, leg := range l.rung {
			if bytes.Equal(leg.Party.Hash, hash) && !leg.From.Before(since) {
				ids = append(ids, leg.ID)
			}
		}
	}
	return ids
}

// edit changes the log.
func (c *Call) edit(f func(*store.Call)) {
	c.amend(f)
	c.scribe.Edit(f)
}

func (c *Call) amend(f func(*store.Call)) {
	l := *c.facts.stands.Load()
	f(&l.Call)
	c.facts.stands.Store(&l)
}

// addLeg notes a leg that begins.
func (c *Call) addLeg(leg store.Leg) {
	c.scribe.AddLeg(leg)
	l := *c.facts.stands.Load()
	if leg.Role == store.RoleDialled {
		l.rung = append(slices.Clone(l.rung), leg)
		c.facts.stands.Store(&l)
	}
	if leg.Agent == "" || leg.Role == string(fsm.EarMonitor) || slices.Contains(l.Agents, leg.Agent) {
		return
	}
	l.Agents = append(slices.Clone(l.Agents), leg.Agent)
	c.facts.stands.Store(&l)
}
