package board

import (
	"time"

	"zuoxi/rules/acd"
	"zuoxi/rules/agent"
	"zuoxi/rules/alarm"
	"zuoxi/rules/region"
	"zuoxi/wire"
)

// seatRow is a seat on the board.
type seatRow struct {
	*cell[wire.BoardSeat]
	label string // in sentences
	help  string
	mute  time.Time // since when it is not heard though a caller may be there
}

// speaking are the states in which a caller is there or may be at once: only
// then does somebody miss the seat's voice.
var speaking = map[string]bool{
	string(agent.StateReady): true, string(agent.StateRinging): true, string(agent.StateTalking): true, string(agent.StateHold): true,
}

// seeSeats brings the seats of the look onto the board.
func (b *Board) seeSeats() {
	b.floor.states = map[string]map[string]int{}
	for i := range b.look.Seats {
		s := &b.look.Seats[i]
		r := b.floor.seats[s.No]
		if r == nil {
			r = &seatRow{cell: newCell(&b.pic, s.District, putSeat)}
			b.floor.seats[s.No] = r
		}
		v := r.missed(s.BoardSeat)
		v.Help = r.help
		v.NoVoice = v.NoVoice && speaking[v.State]
		switch {
		case !v.NoVoice:
			r.mute = time.Time{}
		case r.mute.IsZero():
			r.mute = b.now
		}
		if b.now.Sub(s.LineAt) > LineFresh {
			v.MOS10, v.Line = 0, ""
		}
		if r.there && (r.value.Name != v.Name || r.value.District != v.District || r.value.Skills != v.Skills) {
			r.there = false // all of it is sent again
		}
		if r.label == "" || !r.there {
			r.label, r.district = v.No+" "+v.Name, v.District
		}
		r.set(v)
		if v.State == string(agent.StateSignedOut) {
			continue
		}
		by := b.floor.states[v.District]
		if by == nil {
			by = map[string]int{}
			b.floor.states[v.District] = by
		}
		by[v.State]++
	}
}

// missed shows a seat that the hub signed out because it stayed away as what it is: lost, and not only since the hub gave up
// waiting for it.
func (r *seatRow) missed(v wire.BoardSeat) wire.BoardSeat {
	if v.State != string(agent.StateSignedOut) || v.Reason != string(agent.ReasonLost) {
		return v
	}
	if v.State = string(agent.StateLost); r.value.State == v.State {
		v.Since = r.value.Since
	}
	return v
}

// putSeat leaves out what the watcher has already.
func putSeat(d *wire.Board, v wire.BoardSeat, full bool) {
	if !full {
		v.Name, v.District, v.Skills = "", "", ""
	}
	d.Seats = append(d.Seats, v)
}

// helps shows at a seat that its agent has called for somebody.
func (b *Board) helps(no, code string) {
	if r := b.floor.seats[no]; r != nil {
		r.help = code
		v := r.value
		v.Help = code
		r.set(v)
	}
}

// waitRow is a caller in the line.
type waitRow struct {
	*cell[wire.BoardWait]
	seen time.Time
}

// seeWaiting brings the line onto the board.
func (b *Board) seeWaiting() {
	b.floor.asked = map[acd.Asked]int{}
	for _, v := range b.look.Waiting {
		b.floor.asked[acd.Asked{Region: v.Region, Subject: v.Subject}]++
		r := b.floor.waiting[v.Call]
		if r == nil {
			r = &waitRow{cell: newCell(&b.pic, b.district(v.Region), func(d *wire.Board, v wire.BoardWait, _ bool) {
				d.Waiting = append(d.Waiting, v)
			})}
			b.floor.waiting[v.Call] = r
		}
		r.seen = b.now
		r.set(v)
	}
	for call, r := range b.floor.waiting {
		if !r.seen.Equal(b.now) {
			r.set(wire.BoardWait{Call: call, Gone: true})
			r.bury(b.now)
			delete(b.floor.waiting, call)
		}
	}
}

// district is where a caller of a region waits.
func (b *Board) district(name string) string {
	if code, ok := region.Code(name); ok {
		return code
	}
	return b.cfg.Home
}

// facts are the figures that alarms are judged by.
func (b *Board) facts() []alarm.Fact {
	out := b.seatFacts(nil)
	for _, s := range b.scopes {
		out = b.lineFacts(s, out)
	}
	trunk := "中继"
	if b.look.TrunkMax > 0 {
		out = append(out, alarm.Fact{Measure: alarm.TrunkUse, Object: trunk, Value: 100 * float64(b.look.Trunk) / float64(b.look.TrunkMax)})
	}
	out = append(out, alarm.Fact{Measure: alarm.TrunkFaults, Object: trunk, Value: float64(b.day.recentFaults(b.now))})
	if !b.look.Down.IsZero() {
		out = append(out, alarm.Fact{Measure: alarm.TrunkDown, Object: trunk, From: b.look.Down})
	}
	for _, text := range b.look.Wrong {
		out = append(out, alarm.Fact{Measure: alarm.DataWrong, Object: text, Value: 1})
	}
	if !b.day.lastArrival.IsZero() {
		out = append(out, alarm.Fact{Measure: alarm.TrunkSilent, Object: trunk, From: b.day.lastArrival})
	}
	for d, r := range b.floor.records {
		out = append(out, alarm.Fact{Measure: alarm.Overdue, Object: region.Name(d), District: d, Value: float64(r.Overdue)})
	}
	for d, by := range b.floor.states {
		duty := 0
		for _, n := range by {
			duty += n
		}
		out = append(out, alarm.Fact{
			Measure: alarm.DistrictLost, Object: region.Name(d), District: d, Cases: duty, Value: 100 * float64(by[string(agent.StateLost)]) / float64(duty),
		})
	}
	return out
}

// timed are the states whose length is watched.
var timed = map[string]alarm.Measure{
	string(agent.StateTalking): alarm.Talk, string(agent.StateHold): alarm.Hold, string(agent.StateWrapUp): alarm.Wrap,
	string(agent.StateBreak): alarm.Break, string(agent.StateLost): alarm.SeatLost,
}

// is and lasts are a fact of an object: its figure, or what its time counts from.
func is(f alarm.Fact, m alarm.Measure, v float64) alarm.Fact {
	f.Measure, f.Value = m, v
	return f
}

func lasts(f alarm.Fact, m alarm.Measure, from time.Time) alarm.Fact {
	f.Measure, f.From = m, from
	return f
}

func (b *Board) seatFacts(out []alarm.Fact) []alarm.Fact {
	for _, r := range b.floor.seats {
		v := &r.value
		if v.State == string(agent.StateSignedOut) {
			continue
		}
		f := alarm.Fact{Object: r.label, Seat: v.No, District: v.District}
		if m, ok := timed[v.State]; ok {
			out = append(out, lasts(f, m, time.Unix(v.Since, 0)))
		}
		if v.NoVoice {
			out = append(out, lasts(f, alarm.SeatSilent, r.mute))
		}
		if v.MOS10 > 0 {
			out = append(out, is(f, alarm.LineBad, float64(v.MOS10)/10))
		}
	}
	return out
}

// lineFacts are those of the queues of a scope, one for each subject.
func (b *Board) lineFacts(s *scope, out []alarm.Fact) []alarm.Fact {
	for _, l := range s.queues {
		f := alarm.Fact{Object: l.Subject, District: s.district, Own: true}
		if l.LongestAt > 0 {
			out = append(out, lasts(f, alarm.LongestWait, time.Unix(l.LongestAt, 0)))
		}
		out = append(out, is(f, alarm.Waiting, float64(l.Waiting)))
		if n := l.Answered + l.GaveUp; n > 0 { // who still waits is in no share
			f.Cases = n
			out = append(out, is(f, alarm.GaveUp, 100*float64(l.GaveUp)/float64(n)), is(f, alarm.Service20, 100*float64(l.In20)/float64(n)))
		}
	}
	return out
}
