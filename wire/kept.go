package wire

import (
	"reflect"
	"slices"
)

// A line may be so narrow that a state takes a part of a second in which the
// voice waits. So a state leaves out what the one before it on the same
// connection said, and names it: Kept, Caller.Kept, Call.Before. The two ends of
// that stand here, one undoing the other.

// The parts that Kept may name.
const (
	PartVoicemails = "voicemails"
	PartTodo       = "todo"
	PartToday      = "today"
	PartDraft      = "draft"
	PartPassed     = "passed"
	PartLegs       = "legs"    // of Call
	PartAllowed    = "allowed" // of Call
)

// Lists are the parts that the hub reads from its disk.
func Lists() []string { return []string{PartVoicemails, PartTodo, PartToday} }

// parts are in the order in which Kept names them; nil: there is no such part.
var parts = []struct {
	name string
	in   func(d *DeskState) any
}{
	{PartVoicemails, func(d *DeskState) any { return &d.Voicemails }},
	{PartTodo, func(d *DeskState) any { return &d.Todo }},
	{PartToday, func(d *DeskState) any { return &d.Today }},
	{PartDraft, func(d *DeskState) any { return &d.Draft }},
	{PartPassed, func(d *DeskState) any { return &d.Passed }},
	{PartLegs, ofCall(func(c *Call) any { return &c.Legs })},
	{PartAllowed, ofCall(func(c *Call) any { return &c.Allowed })},
}

func ofCall(in func(c *Call) any) func(d *DeskState) any {
	return func(d *DeskState) any {
		if d.Call == nil {
			return nil
		}
		return in(d.Call)
	}
}

// Thin is the state without what a seat has that got before, whole as it was
// meant and not as it was thinned; nil: nothing. What d itself says is kept the
// hub does not know: it is left out, and not known in before either.
func (d *DeskState) Thin(before *DeskState) *DeskState {
	out := d.apart()
	if before == nil {
		before = &DeskState{}
	}
	for _, p := range parts {
		now, was := p.in(out), p.in(before)
		if now == nil {
			continue
		}
		v := reflect.ValueOf(now).Elem()
		said := slices.Contains(d.Kept, p.name)
		if !said {
			if was == nil || v.IsZero() || slices.Contains(before.Kept, p.name) || !reflect.DeepEqual(now, was) {
				continue
			}
			out.Kept = append(out.Kept, p.name)
		}
		v.SetZero()
	}
	if out.Call != nil {
		out.Call.thin(before.Call)
		out.Call.Caller.thin(before.caller(d.Call.ID))
	}
	if out.Offer != nil {
		out.Offer.Caller.thin(before.caller(d.Offer.CallID))
	}
	return out
}

// Same tells whether a desk shows the same for both.
func (d *DeskState) Same(other *DeskState) bool {
	if other == nil {
		return false
	}
	a := *d
	a.Version = other.Version
	return reflect.DeepEqual(&a, other)
}

// apart is a copy of which Thin may change the parts.
func (d *DeskState) apart() *DeskState {
	out := *d
	out.Kept = slices.Clone(d.Kept)
	if d.Call != nil {
		c := *d.Call
		out.Call = &c
	}
	if d.Offer != nil {
		o := *d.Offer
		out.Offer = &o
	}
	return &out
}

// Fill undoes Thin with the state before. False: it names what that one does not
// hold, and stays without.
func (d *DeskState) Fill(before *DeskState) bool {
	ok := true
	for _, p := range parts {
		if !slices.Contains(d.Kept, p.name) {
			continue
		}
		now, was := p.in(d), p.in(before)
		if now == nil || was == nil {
			ok = false
			continue
		}
		reflect.ValueOf(now).Elem().Set(reflect.ValueOf(was).Elem())
	}
	d.Kept = nil
	if d.Call != nil {
		ok = d.Call.fill(before.Call) && ok
		ok = d.Call.Caller.fill(before.caller(d.Call.ID)) && ok
	}
	if d.Offer != nil {
		ok = d.Offer.Caller.fill(before.caller(d.Offer.CallID)) && ok
	}
	return ok
}

// caller is who calls in that call, on the desk or on offer; nil: it is neither.
func (d *DeskState) caller(call string) *Caller {
	switch {
	case call == "":
		return nil
	case d.Call != nil && d.Call.ID == call:
		return &d.Call.Caller
	case d.Offer != nil && d.Offer.CallID == call:
		return &d.Offer.Caller
	}
	return nil
}

// thin leaves out who calls; how long somebody waits is told each time.
func (c *Caller) thin(before *Caller) {
	if before == nil {
		return
	}
	was := *before
	was.WaitedMS = c.WaitedMS
	if reflect.DeepEqual(*c, was) {
		*c = Caller{Kept: true, WaitedMS: c.WaitedMS}
	}
}

func (c *Caller) fill(before *Caller) bool {
	if !c.Kept {
		return true
	}
	waited := c.WaitedMS
	if *c = (Caller{}); before != nil {
		*c = *before
	}
	c.WaitedMS = waited
	return before != nil
}

// thin leaves out the lines of the timeline that are there: it grows at its end.
func (c *Call) thin(before *Call) {
	if before == nil || before.ID != c.ID {
		return
	}
	if n := len(before.Timeline); n <= len(c.Timeline) && slices.Equal(c.Timeline[:n], before.Timeline) {
		c.Before, c.Timeline = n, c.Timeline[n:]
	}
}

func (c *Call) fill(before *Call) bool {
	n := c.Before
	c.Before = 0
	switch {
	case n == 0:
		return true
	case before == nil || before.ID != c.ID || n < 0 || n > len(before.Timeline):
		return false
	}
	c.Timeline = slices.Concat(before.Timeline[:n], c.Timeline)
	return true
}
