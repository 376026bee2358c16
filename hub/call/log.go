package call

import (
	"bytes"
	"slices"

	"zuoxi/hub/store"
	fsm "zuoxi/rules/call"
)

// Log is the log of a call as its scribe has been told to write it, and who was
// on the call. Until the disk has all of it, it is asked in place of the disk:
// one that is slow would not know who called, or that anybody did.
type Log struct {
	store.Call
	Agents []string    // but for those who only listened
	rung   []store.Leg // outside numbers that were rung into it
}

// Log is that of a call which is not all on the disk yet.
func (x *Exchange) Log(id string) (Log, bool) {
	c, ok := x.logs.Get(id)
	if !ok {
		return Log{}, false
	}
	return *c.facts.stands.Load(), true
}

// Logs are those of a number, the newest first.
func (x *Exchange) Logs(hash []byte) (out []store.Call) {
	if len(hash) == 0 {
		return nil
	}
	for _, c := range x.logs.List() {
		if bytes.Equal(c.Number().Hash, hash) {
			out = append(out, c.facts.stands.Load().Call)
		}
	}
	slices.SortStableFunc(out, func(a, b store.Call) int { return b.Times.Arrive.Compare(a.Times.Arrive) })
	return out
}

// Dialled names the times that agents rang a number, by a call or into one.
func (x *Exchange) Dialled(hash []byte) (ids []string) {
	for _, c := range x.logs.List() {
		l := c.facts.stands.Load()
		if l.Direction == store.Outbound && bytes.Equal(c.Number().Hash, hash) {
			ids = append(ids, l.ID)
		}
		for _, leg := range l.rung {
			if bytes.Equal(leg.Party.Hash, hash) {
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
