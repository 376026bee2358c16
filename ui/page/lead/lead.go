// Package lead is the home of who looks after a floor: the board with its
// alarms, queues, seats and curves, and the call that is listened to. It promises
// that a key acts on the seat that is marked on the screen, whatever came in
// between, and that every figure is shown with its age or with the time that it
// counts from.
package lead

import (
	"cmp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"zuoxi/rules/agent"
	"zuoxi/rules/call"
	"zuoxi/rules/region"
	"zuoxi/session"
	"zuoxi/ui/canvas"
	"zuoxi/ui/field"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/pinyin"
)

// The areas of the page.
const (
	areaSeats = iota
	areaWaiting
	areaAlarms
	areaFind
	areas
)

// Page is the board.
type Page struct {
	at     int
	seats  page.Marked
	line   page.Marked
	alarms page.Marked
	find   *field.Field
	sort   int
	shown  shown
}

// shown is the list of seats as it was sorted and filtered last.
type shown struct {
	version uint64
	find    string
	sort    int
	rows    []*session.SeatRow // into the picture of version
}

// New makes the page.
func New() *Page {
	return &Page{find: field.New(field.Options{Max: 40, Hint: "工号 姓名 区县 技能 状态"})}
}

// Typing is true in the search field.
func (p *Page) Typing() bool { return p.at == areaFind }

// Seat is the marked seat.
func (p *Page) Seat(e *page.Env) (session.SeatRow, bool) {
	rows := p.rows(e)
	i := p.seats.Keep(len(rows), func(i int) string { return rows[i].No })
	if i < 0 {
		return session.SeatRow{}, false
	}
	return *rows[i], true
}

// Waiting is the marked caller of the line, the first one unless the line has the focus.
func (p *Page) Waiting(e *page.Env) (session.WaitRow, bool) {
	rows := p.waiting(e)
	if len(rows) == 0 {
		return session.WaitRow{}, false
	}
	if p.at != areaWaiting {
		return rows[0], true
	}
	return rows[max(p.line.Keep(len(rows), func(i int) string { return rows[i].Call }), 0)], true
}

// Act carries out what concerns the board.
func (p *Page) Act(c keys.Command, e *page.Env) (used bool, cmd tea.Cmd) {
	switch c {
	case keys.Next:
		p.at = (p.at + 1) % areas
	case keys.Previous:
		p.at = (p.at + areas - 1) % areas
	case keys.FindSeat, keys.Search:
		p.at = areaFind
	case keys.SortSeats:
		p.sort = (p.sort + 1) % len(sorts)
		e.Say("坐席按" + sorts[p.sort].label + "排序" + sorts[p.sort].more)
	case keys.AckAlarm:
		p.acknowledge(e)
	case keys.StopListen:
		e.Do(session.Observe{})
	case keys.Listen, keys.Whisper, keys.Barge, keys.CallSeat:
		p.listen(c, e)
	default:
		return false, nil
	}
	return true, nil
}

// listen listens to the marked seat, or changes how the call is listened to that is on the screen.
func (p *Page) listen(c keys.Command, e *page.Env) {
	way := c.Way()
	row, ok := p.Seat(e)
	w := e.View.Watch
	switch {
	case w != nil && c != keys.CallSeat && (!ok || row.No == w.Seat || !row.State.OnCall()):
		e.Do(session.Observe{Seat: w.Seat, Way: way})
	case !ok:
		e.Say("没有选中的坐席 · 没有执行 · 用 ↑↓ 选一个")
	case c != keys.Listen && p.seats.Slid(e.Now): // nobody hears that they are listened to
		e.Say("刚才选的坐席不在表里了 · 没有执行 · 光标现在在 " + row.No + " " + row.Name + "，是他就再按一次")
	case c == keys.CallSeat && row.State.OnCall():
		e.Do(session.Observe{Seat: row.No, Way: call.EarWhisper})
	case c == keys.CallSeat:
		e.Do(session.Intercom{Seat: row.No})
	default:
		e.Do(session.Observe{Seat: row.No, Way: way})
	}
}

// Heard is the seat whose call is listened to, else the marked one.
func (p *Page) Heard(e *page.Env) (session.SeatRow, bool) {
	if w := e.View.Watch; w != nil {
		for _, r := range e.View.Board.Seats {
			if r.No == w.Seat {
				return r, true
			}
		}
		return session.SeatRow{No: w.Seat}, true
	}
	return p.Seat(e)
}

// acknowledge takes the marked alarm, or the most urgent that nobody looks after.
func (p *Page) acknowledge(e *page.Env) {
	rows := e.View.Board.Alarms
	if p.at == areaAlarms {
		if i := p.alarms.Keep(len(rows), func(i int) string { return rows[i].ID }); i >= 0 {
			e.Do(session.AckAlarm{ID: rows[i].ID})
			p.goTo(rows[i].Seat)
		}
		return
	}
	if i := slices.IndexFunc(rows, func(a session.AlarmRow) bool { return a.By == "" }); i >= 0 {
		e.Do(session.AckAlarm{ID: rows[i].ID})
		p.goTo(rows[i].Seat)
	}
}

// goTo marks the seat that an alarm is about.
func (p *Page) goTo(seat string) {
	if seat != "" {
		p.seats.Choose(seat)
		p.find.Set("")
	}
}

// Update moves in the lists or types into the search field.
func (p *Page) Update(msg tea.Msg, e *page.Env) (used bool, cmd tea.Cmd) {
	k, isKey := msg.(tea.KeyPressMsg)
	if paste, ok := msg.(tea.PasteMsg); ok && p.at == areaFind {
		used = p.find.Insert(paste.Content)
		p.sought(e)
		return used, nil
	}
	if !isKey {
		return false, nil
	}
	by := map[string]int{"up": -1, "down": 1, "pgup": -10, "pgdown": 10, "home": -1 << 20, "end": 1 << 20}[k.String()]
	switch {
	case by != 0 && (p.at != areaFind || k.String() == "up" || k.String() == "down"):
		p.move(by, e)
	case k.String() == "enter" && p.at == areaAlarms:
		p.acknowledge(e)
	case k.String() == "esc" && p.at == areaFind:
		p.find.Set("")
		p.at = areaSeats
		p.seats.Choose("")
	case p.at == areaFind:
		used, _ := p.find.Key(k)
		p.sought(e)
		return used, nil
	default:
		return false, nil
	}
	return true, nil
}

// sought marks the first seat found where the chosen one is not among those
// looked for any more.
func (p *Page) sought(e *page.Env) {
	if rows := p.rows(e); !slices.ContainsFunc(rows, func(r *session.SeatRow) bool { return r.No == p.seats.Name }) {
		p.seats.Choose("")
	}
}

func (p *Page) move(by int, e *page.Env) {
	b := &e.View.Board
	switch p.at {
	case areaWaiting:
		rows := p.waiting(e)
		p.line.Step(by, len(rows), func(i int) string { return rows[i].Call })
	case areaAlarms:
		p.alarms.Step(by, len(b.Alarms), func(i int) string { return b.Alarms[i].ID })
	default:
		rows := p.rows(e)
		p.seats.Step(by, len(rows), func(i int) string { return rows[i].No })
	}
}

// sorts are the orders of the seats, and of the callers and queues where those have such a thing; more says so.
var sorts = []struct {
	label, more string
	less        func(a, b *session.SeatRow) int
	callers     func(a, b session.WaitRow) int
	queues      func(a, b session.LineRow) int
}{
	{label: "状态和时长", less: func(a, b *session.SeatRow) int {
		if n := rank(a) - rank(b); n != 0 {
			return n
		}
		return a.Since.Compare(b.Since)
	}},
	{label: "线路质量", less: func(a, b *session.SeatRow) int { return cmp.Compare(known(a.MOS), known(b.MOS)) }},
	{label: "今日接听", less: func(a, b *session.SeatRow) int { return cmp.Compare(b.Answered, a.Answered) }},
	{label: "工号", less: func(a, b *session.SeatRow) int { return cmp.Compare(a.No, b.No) }},
	{
		label: "区县", more: "，等候的按地区", less: func(a, b *session.SeatRow) int { return cmp.Compare(a.District, b.District) },
		callers: func(a, b session.WaitRow) int { return cmp.Compare(a.Region, b.Region) },
	},
	{
		label: "技能", more: "，等候的和队列按业务", less: func(a, b *session.SeatRow) int { return cmp.Compare(skills(a.Skills), skills(b.Skills)) },
		callers: func(a, b session.WaitRow) int { return cmp.Compare(a.Subject, b.Subject) },
		queues:  func(a, b session.LineRow) int { return cmp.Compare(a.Subject, b.Subject) },
	},
}

// ranks put first what has to be looked at.
var ranks = map[agent.Phase]int{
	agent.StateTalking: 2, agent.StateHold: 1, agent.StateRinging: 3, agent.StateWrapUp: 4, agent.StateReady: 5, agent.StateNotReady: 6,
	agent.StateBreak: 7, agent.StateTraining: 8, agent.StateLost: 0, agent.StateSignedOut: 9,
}

func rank(r *session.SeatRow) int {
	if r.Help != "" {
		return -1
	}
	return ranks[r.State]
}

func known(mos float64) float64 {
	if mos == 0 {
		return 9
	}
	return mos
}

// rows are the seats that fit what is looked for, in order. The order by time
// in state is kept for a second, so that a list of ten thousand costs little.
func (p *Page) rows(e *page.Env) []*session.SeatRow {
	b := &e.View.Board
	find := p.find.Value()
	if p.shown.version == b.Version && p.shown.find == find && p.shown.sort == p.sort {
		return p.shown.rows
	}
	words := strings.Fields(strings.ToLower(find))
	rows := p.shown.rows[:0]
	for i := range b.Seats {
		r := &b.Seats[i]
		if r.State == agent.StateSignedOut && len(words) == 0 {
			continue // they are found when looked for
		}
		if fits(r, words) {
			rows = append(rows, r)
		}
	}
	less := sorts[p.sort].less
	slices.SortFunc(rows, func(x, y *session.SeatRow) int {
		if n := less(x, y); n != 0 {
			return n
		}
		return strings.Compare(x.No, y.No)
	})
	p.shown = shown{version: b.Version, find: find, sort: p.sort, rows: rows}
	return rows
}

// fits tells whether every word is part of what is shown of a seat.
func fits(r *session.SeatRow, words []string) bool {
	return all(words, r.No, r.Name, r.District, region.Name(r.District), r.Skills, r.State.Label(), r.Subject)
}

// all tells whether every word is part of one of the texts, as it is or in pinyin.
func all(words []string, texts ...string) bool {
	return !slices.ContainsFunc(words, func(w string) bool {
		return !slices.ContainsFunc(texts, func(t string) bool {
			return t != "" && (strings.Contains(strings.ToLower(t), w) || pinyin.Match(t, w))
		})
	})
}

// words are those of the filter that speak of what callers ask for: one that is meant for a seat hides no caller.
func (p *Page) words(about func(w []string) bool) []string {
	return slices.DeleteFunc(strings.Fields(strings.ToLower(p.find.Value())), func(w string) bool { return !about([]string{w}) })
}

// narrowed are the rows that fit all words, in order; nil keeps theirs.
func narrowed[T any](rows []T, words []string, fits func(words []string, r *T) bool, less func(a, b T) int) []T {
	out := slices.DeleteFunc(slices.Clone(rows), func(r T) bool { return !fits(words, &r) })
	if less != nil {
		slices.SortStableFunc(out, less)
	}
	return out
}

// lines are the queues as they are looked for by subject.
func (p *Page) lines(e *page.Env) []session.LineRow {
	rows := e.View.Board.Lines
	fits := func(words []string, r *session.LineRow) bool { return all(words, r.Subject) }
	words := p.words(func(w []string) bool {
		return slices.ContainsFunc(rows, func(r session.LineRow) bool { return fits(w, &r) })
	})
	return narrowed(rows, words, fits, sorts[p.sort].queues)
}

// waiting are the callers in the line as they are looked for by place and subject, the longest wait first unless sorted by those.
func (p *Page) waiting(e *page.Env) []session.WaitRow {
	b := &e.View.Board
	fits := func(words []string, r *session.WaitRow) bool { return all(words, region.Name(r.Region), r.Subject) }
	words := p.words(func(w []string) bool {
		_, place := region.Find(w[0])
		return place || slices.ContainsFunc(b.Waiting, func(r session.WaitRow) bool { return fits(w, &r) }) ||
			slices.ContainsFunc(b.Lines, func(r session.LineRow) bool { return all(w, r.Subject) })
	})
	return narrowed(b.Waiting, words, fits, sorts[p.sort].callers)
}

// Draw draws as much as there is room for; the seats always.
func (p *Page) Draw(r canvas.Region, e *page.Env) page.Cursor {
	top, foot := 5, 4
	if r.H >= 30 {
		top = 8
	}
	p.drawSums(r.Sub(0, 0, r.W, top), e)
	mid := r.Sub(0, top, r.W, r.H-top-foot)
	const side = 42
	var cur page.Cursor
	if r.W >= 120 {
		cur = p.drawSeats(mid.Sub(0, 0, r.W-side, mid.H), e)
		p.drawSide(mid.Sub(r.W-side, 0, side, mid.H), e)
	} else if p.at == areaWaiting || p.at == areaAlarms {
		p.drawSide(mid, e)
	} else {
		cur = p.drawSeats(mid, e)
	}
	p.drawWatch(r.Sub(0, r.H-foot, r.W, foot), e)
	return cur
}
