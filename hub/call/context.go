package call

import (
	"context"
	"slices"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// pastMonths is how far back a caller's context goes.
const pastMonths = 3

// past is what the disk knows of a caller.
type past struct {
	calls   []store.Call
	records []store.Record
	marks   []store.Mark
}

// lookUp finds earlier contacts and open matters of the same number while the
// menu runs, so that the pop needs no disk.
func (c *Call) lookUp() {
	if c.caller.withheld {
		return
	}
	hash := c.caller.sealed.Hash
	c.beside(func(ctx context.Context) func() {
		var p past
		var err error
		from := store.Span{From: c.ex.Now().AddDate(0, -pastMonths, 0)}
		p.calls, _, err = c.ex.Store.Calls.List(ctx, store.CallFilter{CallerHash: hash, Page: store.Page{Limit: 20}, Span: from})
		if err == nil {
			p.records, _, err = c.ex.Store.Records.List(ctx, store.RecordFilter{PhoneHash: hash, Page: store.Page{Limit: 20}, Span: from})
		}
		if err == nil {
			p.marks, err = c.ex.Store.Marks.Of(ctx, hash, c.ex.Now())
		}
		if err != nil {
			c.log.Warn("looking up earlier contacts", "err", err)
			return nil
		}
		return func() { c.remember(p) }
	})
}

const earlierShown = 3

// remember takes over what was found: how often this number called today, who
// spoke with it last, what is still open, and the last contacts. What was
// reported or complained about our own staff is no context for anybody.
func (c *Call) remember(p past) {
	dayAgo := c.ex.Now().Add(-24 * time.Hour)
	c.caller.calls24h = 0
	var earlier []wire.Contact
	for _, l := range p.calls {
		if l.Times.Arrive.After(dayAgo) && l.Direction == store.Inbound {
			c.caller.calls24h++ // this one is in the list
		}
		if l.ID == c.id || l.Times.Closed.IsZero() {
			continue
		}
		if c.caller.last == "" && l.Times.Arrive.After(dayAgo) {
			c.caller.last = l.Agent
		}
		if contact, ok := contactOf(l, p.records); ok {
			earlier = append(earlier, contact)
		}
	}
	for _, r := range p.records { // open matters that no shown call belongs to
		if isOpen(r) && !slices.ContainsFunc(earlier, func(e wire.Contact) bool { return e.Record == r.No }) {
			earlier = append(earlier, recordContact(r, r.Created))
		}
	}
	slices.SortStableFunc(earlier, func(a, b wire.Contact) int { // open ones first, then the newest
		if a.Open != b.Open {
			if a.Open {
				return -1
			}
			return 1
		}
		return b.At.Compare(a.At)
	})
	c.marked(p.marks)
	c.caller.earlier = earlier[:min(len(earlier), earlierShown)]
	c.flow.dirty = true
}

// contactOf is a call as a contact, with the record that was written about it.
func contactOf(l store.Call, records []store.Record) (wire.Contact, bool) {
	for _, r := range records {
		if !slices.Contains(r.Calls, l.ID) {
			continue
		}
		if ticket.Kind(r.Kind).Secret() {
			return wire.Contact{}, false
		}
		return recordContact(r, l.Times.Arrive), true
	}
	return wire.Contact{At: l.Times.Arrive, Subject: l.Subject, Result: dispositions[l.Outcome.Disposition], Agent: l.Agent}, l.Agent != ""
}

func recordContact(r store.Record, at time.Time) wire.Contact {
	result := "办结"
	switch s := ticket.Status(r.Status.State); {
	case s == ticket.StateVoided:
		result = "作废"
	case s.Theirs():
		result = "转办"
	case !s.Settled():
		result = "未结"
	}
	return wire.Contact{At: at, Subject: r.Subject, Result: result, Agent: r.Agent, Record: r.No, Open: isOpen(r)}
}

// isOpen tells whether a record waits for somebody and may be named.
func isOpen(r store.Record) bool {
	return !ticket.Status(r.Status.State).Settled() && !ticket.Kind(r.Kind).Secret()
}
