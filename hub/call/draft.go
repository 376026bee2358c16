package call

import (
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// paper is the record of the call as far as it is written. It is in memory only
// and ends with the call.
type paper struct {
	text *wire.Record // nil: nobody has written anything
	by   Seat
	// given: its writer handed it over by hand. One that protects who reports
	// goes to another seat in no other way.
	given bool
	// unread: the seat got it from another one, and has not said since that it
	// has it.
	unread bool
}

// late tells whether what a seat says now was written before it had the paper.
func (p paper) late(s Seat, r *wire.Record) bool {
	switch {
	case p.by != s:
		return false
	case p.text.Number != r.Number:
		return p.unread // the form that it had begun itself
	}
	return p.text.Saves > r.Saves
}

// Written keeps the record as the seat that answers, or answered last, has
// written it. What came late is left out.
func (c *Call) Written(s Seat, r wire.Record) {
	c.box.Post(func() {
		writer, kept := c.desk, c.flow.paper
		if writer == nil {
			writer = c.flow.last
		}
		if writer == nil || writer.seat != s || kept.late(s, &r) {
			return
		}
		c.flow.paper = paper{text: &r, by: s, given: kept.given && kept.by == s}
	})
}

// entrust gives the seat that answers now what another one has written. That
// one is done with it: one call, one record.
func (c *Call) entrust() {
	p, s := c.flow.paper, c.desk.seat
	switch {
	case p.text == nil:
		return
	case p.by == s: // its own caller is back
	case !p.goes():
		c.remark("record_kept", "受理单 "+p.text.Number+" 受保护，留在 "+p.by.No(), nil)
		c.flow.paper = paper{}
		return
	default:
		c.remark("record_passed", "受理单 "+p.text.Number+" 随来电人交给 "+s.No(), map[string]any{"record": p.text.Number, "from": p.by.No(), "to": s.No()})
		p.by.Passed(c, wire.Passed{Call: c.id, Number: p.text.Number, Saves: p.text.Saves, To: s.Title()})
	}
	s.Entrust(c, p.text)
	c.flow.paper = paper{text: p.text, by: s, unread: true}
}

// goes tells whether the record follows the caller to another seat.
func (p paper) goes() bool {
	return p.text != nil && (p.given || !ticket.Kind(p.text.Kind).Secret())
}

// left says, to who has to let the caller go, what is left to write; waits tells that nobody has the caller yet, who may
// give up before anybody does.
func (p paper) left(s Seat, waits bool) string {
	switch {
	case p.by != s || !p.goes():
		return "请补完受理单"
	case waits:
		return "已写的受理单随来电人走，没有人接到时仍归您写"
	}
	return "已写的受理单随去"
}

// whereabouts says, to who gets a caller whose seat was lost, where the record is.
func (p paper) whereabouts() string {
	switch {
	case p.text == nil:
		return "受理单还没有写"
	case !p.goes():
		return "已写的受理单受保护，留在该席"
	}
	return "已写的受理单随来电人转来"
}
