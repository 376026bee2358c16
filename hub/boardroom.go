package hub

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"zuoxi/hub/board"
	"zuoxi/hub/call"
	"zuoxi/hub/store"
	"zuoxi/hub/wall"
	"zuoxi/rules/access"
	"zuoxi/rules/alarm"
	"zuoxi/rules/deadline"
	"zuoxi/wire"
)

// Supervision is how the centre wants its floor looked after.
type Supervision struct {
	// Shown lets an agent see that somebody listens; whispering and speaking are always seen.
	Shown bool
	Rules []alarm.Rule // the centre's own, over those of rules/alarm
	Wall  wall.Config  // the leaders' page
	// Rubric is the file of the centre's own marking sheet; empty: the ministry's.
	Rubric string
	// Appeal is how long an agent may object to a score or a month sheet; 0: what the offices ship with.
	Appeal deadline.Workdays
}

// check refuses rules that no board could judge.
func (s Supervision) check() error {
	for _, r := range s.Rules {
		if text := r.Check(); text != "" {
			return errors.New(text + " · 没有启动 · 请看 docs/alarms.md")
		}
	}
	return nil
}

func newBoard(h *Hub) *board.Board {
	return board.New(board.Config{
		Log: h.log, Now: h.now, Zone: h.cfg.Outgoing.Zone, Home: h.cfg.District, Rules: alarm.With(h.cfg.Supervision.Rules), Look: h.lookAround, Alarmed: h.alarmed,
	})
}

// lookAround is what the board sees of the floor.
func (h *Hub) lookAround(l *board.Look) {
	l.Seats, l.Waiting, l.Estimate = l.Seats[:0], l.Waiting[:0], -1
	h.seats.Each(func(s *seat) {
		row := board.Seat{BoardSeat: s.status.Load().row}
		if q := s.heard.Load(); q != nil {
			mos, why := q.worse()
			row.MOS10, row.LineAt, row.Line = int(math.Round(10*mos)), q.at, why
		}
		l.Seats = append(l.Seats, row)
	})
	ctx, cancel := context.WithTimeout(h.life, board.Every)
	defer cancel()
	if line, ok := h.queue.Look(ctx); ok {
		now := h.now()
		for _, r := range line.Rows {
			l.Waiting = append(l.Waiting, wire.BoardWait{
				Call: r.Call, Region: r.Region, Subject: r.Subject, Since: now.Add(-r.Waited).Unix(), Priority: r.Priority,
				Returned: r.Returned, Asked: r.Asked,
			})
		}
		l.Crews, l.Handling = line.Crews, line.Handling
		if line.Known {
			l.Estimate = int(line.Estimate.Seconds())
		}
	}
	l.Trunk, l.TrunkMax = h.calls.Live(), h.cfg.Trunk.MaxLegs
	l.Wrong = h.wrong()
	if h.sip != nil {
		l.Trunk, l.Down = h.sip.Live(), h.sip.Down()
	}
}

// alarmsEach is how many alarms of one rule in one moment are told one by one:
// when a district goes, or the hub was away, there may be thousands.
const alarmsEach = 3

// alarmed tells the leads of alarms of the rules.
func (h *Hub) alarmed(changes []alarm.Change) {
	var raised []alarm.Alarm
	for _, c := range changes {
		h.log.Info("alarm", "kind", string(c.Kind), "id", c.Alarm.Code, "seat", c.Alarm.Seat, "district", c.Alarm.District)
		if c.Kind == alarm.Raised && c.Alarm.Message {
			raised = append(raised, c.Alarm)
		}
	}
	if len(raised) == 0 {
		return
	}
	h.leads.Each(func(s *seat) {
		if st := s.status.Load(); st != nil && st.Connected {
			s.warn(raised, func(a *alarm.Alarm) bool {
				district := cmp.Or(a.District, h.cfg.District)
				return a.Own && st.District == district || !a.Own && st.leads(district, h.cfg.District)
			})
		}
	})
}

// warn tells a lead the alarms of its districts, many of one kind in one line.
func (s *seat) warn(raised []alarm.Alarm, mine func(a *alarm.Alarm) bool) {
	heard := map[string]int{}
	for i := range raised {
		a := &raised[i]
		if !mine(a) {
			continue
		}
		if heard[a.Code]++; heard[a.Code] <= alarmsEach {
			s.Alert(string(a.Level), a.Says(s.hub.now())+" · 预警 · 请在看板上确认", "")
		}
	}
	for _, code := range slices.Sorted(maps.Keys(heard)) {
		if more := heard[code] - alarmsEach; more > 0 {
			s.Alert("warn", fmt.Sprintf("同样的预警另有 %d 条 · 都在看板上 · 请在看板上确认", more), "")
		}
	}
}

// callBoard is the board as calls tell it.
type callBoard struct{ b *board.Board }

var milestones = map[call.Milestone]board.Step{
	call.Arrived: board.Arrived, call.Queued: board.Queued, call.Answered: board.Answered, call.Ended: board.Ended,
}

// Reached implements call.Board.
func (p callBoard) Reached(m call.Milestone, f call.Figures) {
	t, out := f.Times, f.Outcome
	count := board.Count{Step: milestones[m], At: f.At, Origin: f.Origin, District: f.District, Subject: f.Subject}
	switch m {
	case call.Answered:
		count.Wait, count.Bridge = t.Answer.Sub(t.Queue), t.Bridge.Sub(t.Queue)
	case call.Ended:
		count.Disposition, count.Rating = out.Disposition, out.Rating
		count.GaveUp = out.Disposition == store.DispositionAbandoned && !t.Queue.IsZero()
		count.Fault = out.Place == store.PlaceFault
		if out.Disposition == store.DispositionHuman {
			count.Talk, count.Wrap = t.Release.Sub(t.Bridge), t.Wrap()
		}
	}
	p.b.Count(count)
}

// recordsEvery is how often records are counted for the board.
const recordsEvery = time.Minute

// feedBoard brings the board what the store knows: the day so far, yesterday,
// and from then on how the records stand.
func (h *Hub) feedBoard() {
	now := h.now()
	day := h.dayOf(now)
	h.feedCalls(store.Span{From: day.AddDate(0, 0, -1), To: day}, h.board.Yesterday)
	h.feedCalls(store.Span{From: day, To: now}, h.board.Today)
	tick := time.NewTicker(recordsEvery)
	defer tick.Stop()
	for {
		if err := h.feedRecords(); err != nil && h.life.Err() == nil {
			h.log.Error("counting records for the board", "err", err)
		}
		select {
		case <-h.life.Done():
			return
		case <-tick.C:
		}
	}
}

// feedRecords brings the board what is overdue, and how many records of today went on to a department.
func (h *Hub) feedRecords() error {
	at := h.now()
	late, err := h.records.Overdue(h.life)
	if err != nil {
		return err
	}
	filed, err := h.db.Filed.Since(h.life, h.dayOf(at))
	if err != nil {
		return err
	}
	by := make(map[string]board.Records, len(filed))
	for d, f := range filed {
		by[d] = board.Records{BoardFiled: wire.BoardFiled{Filed: f.All, Passed: f.Passed}}
	}
	for d, n := range late {
		r := by[d]
		r.Overdue = n
		by[d] = r
	}
	h.board.Records(by, at)
	return nil
}

// dayOf is the beginning of a day of the hotline.
func (h *Hub) dayOf(at time.Time) time.Time {
	at = at.In(h.cfg.Outgoing.Zone)
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
}

func (h *Hub) feedCalls(span store.Span, take func([]store.Call)) {
	f := store.CallFilter{Span: span, Page: store.Page{Limit: store.MaxPage}}
	for h.life.Err() == nil {
		list, next, err := h.db.Calls.List(h.life, f)
		if err != nil {
			if h.life.Err() == nil {
				h.log.Error("reading the calls of the day for the board", "err", err)
			}
			return
		}
		take(list)
		if next == "" {
			return
		}
		f.After = next
	}
}

// calling raises the alarm of somebody at a seat.
func (h *Hub) calling(who store.Agent, code, text string) {
	a := alarm.Alarm{Code: code, Seat: who.No, District: who.District, Level: alarm.LevelWarn, Text: text, Sound: true}
	if code == alarm.CodeEmergency {
		a.Level = alarm.LevelError
	}
	h.work.Go(func() { h.board.Call(a) }) // neither seat nor call waits for the board
}

// heardLine is how the seat's line was heard last: at the seat, and here.
type heardLine struct {
	down, up wire.MediaReport
	at       time.Time
}

// worse is the way of a line that is heard worse, and what it was judged by.
func (h *heardLine) worse() (mos float64, why string) {
	if h.up.MOS == 0 || h.down.MOS > 0 && h.down.MOS <= h.up.MOS {
		return h.down.MOS, lineFigures(h.down)
	}
	up := h.up
	up.RTT = h.down.RTT
	if why = lineFigures(up); why != "" {
		why = "来电人听 " + why
	}
	return up.MOS, why
}

// fairMOS is above which nobody asks why; telling would only load the boards.
const fairMOS = 3.9

// lineFigures are what a line that is not good was judged by, in one line.
func lineFigures(r wire.MediaReport) string {
	if r.MOS == 0 || r.MOS > fairMOS {
		return ""
	}
	return fmt.Sprintf("%s 往返%.0f 抖动%.0f 缓冲%.0f 丢%.1f%% 补%.1f%%", r.Codec, r.RTT, r.Jitter, r.Depth, 100*r.Loss, 100*r.Concealed)
}

// leads tells whether a shift lead looks after the seats of a district.
func (st *Status) leads(district, home string) bool {
	return access.Covers(st.District, district) || st.District == home
}
