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

// past is what is known of a caller.
type past struct {
	calls   []store.Call
	records []store.Record
	marks   []store.Mark
}

// lookUp finds earlier contacts and open matters of the same number while the
// menu runs or the telephone rings, so that the pop needs no disk.
func (c *Call) lookUp() {
	if c.caller.withheld {
		return
	}
	hash := c.caller.sealed.Hash
	c.beside(func(ctx context.Context) func() {
		p, err := c.ex.past(ctx, hash)
		if err != nil {
			c.log.Warn("looking up earlier contacts", "err", err)
			return nil
		}
		return func() { c.remember(p) }
	})
}

// Known completes what a desk shows of somebody whom no call is with yet: who is
// to be called back.
func (x *Exchange) Known(ctx context.Context, hash []byte, who *wire.Caller) error {
	p, err := x.past(ctx, hash)
	if err != nil {
		return err
	}
	k := p.acquaintance("", x.Now(), x.Zone)
	who.Calls24h, who.Earlier, who.Tags = k.calls24h, k.earlier, k.marks
	return nil
}

func (x *Exchange) past(ctx context.Context, hash []byte) (p past, err error) {
	from := store.Span{From: x.Now().AddDate(0, -pastMonths, 0)}
	here := x.Logs(hash) // first: one that is written meanwhile is in the other list, not in neither
	p.calls, _, err = x.Store.Calls.List(ctx, store.CallFilter{CallerHash: hash, Page: store.Page{Limit: 20}, Span: from})
	p.calls = slices.DeleteFunc(p.calls, func(l store.Call) bool {
		return slices.ContainsFunc(here, func(h store.Call) bool { return h.ID == l.ID })
	})
	p.calls = append(here, p.calls...)
	if err == nil {
		p.records, _, err = x.Store.Records.List(ctx, store.RecordFilter{PhoneHash: hash, Page: store.Page{Limit: 20}, Span: from})
	}
	if err == nil {
		p.marks, err = x.Store.Marks.Of(ctx, hash, x.Now())
	}
	return p, err
}

const earlierShown = 3

// remember takes over what was found.
func (c *Call) remember(p past) {
	tags := c.caller.tags // of this call
	c.caller.acquaintance = p.acquaintance(c.id, c.ex.Now(), c.ex.Zone)
	c.caller.tags = tags
	c.flow.dirty = true
}

// acquaintance is what matters of it to who talks with them: how often this number
// called today, who spoke with it last, what is still open, and the last contacts.
// What was reported or complained about our own staff is no context for anybody.
// The call this is for is no earlier contact.
func (p past) acquaintance(call string, now time.Time, zone *time.Location) (k acquaintance) {
	dayAgo := now.Add(-24 * time.Hour)
	var earlier []wire.Contact
	for _, l := range p.calls {
		if l.Times.Arrive.After(dayAgo) && l.Direction == store.Inbound {
			k.calls24h++ // this one is in the list
		}
		if l.ID == call || l.Times.Closed.IsZero() {
			continue
		}
		if k.last == "" && l.Times.Arrive.After(dayAgo) {
			k.last = l.Agent
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
	k.earlier = earlier[:min(len(earlier), earlierShown)]
	k.marks = markLines(p.marks, zone)
	return k
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
