package session

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"zuoxi/rules/access"
	"zuoxi/rules/agent"
	"zuoxi/rules/alarm"
	"zuoxi/rules/call"
	"zuoxi/wire"
)

// BoardView is the live board as the hub last told it. A figure's age is that
// of At, unless it carries a time of its own.
type BoardView struct {
	Version uint64    // grows with each change; 0 = nothing was told yet
	At      time.Time // when the hub looked
	Scope   string    // district; empty = all
	Sums    SumsView
	Lines   []LineRow
	Seats   []SeatRow // by 工号
	Waiting []WaitRow // the longest first
	Alarms  []AlarmRow
	Topics  []TopicRow
	Minutes []MinuteRow // oldest first
}

// SumsView are the figures of the scope.
type SumsView struct {
	Waiting   int
	Longest   time.Time     // entry of who waits longest; zero = nobody waits
	Estimate  time.Duration // for the next caller, -1 = not known
	Trunk     int
	TrunkMax  int
	States    map[agent.Phase]int
	Today     DayView
	Overdue   int
	Filed     FiledView
	RecordsAt time.Time // of Overdue and Filed
	First     FirstView
}

// FiledView are the records that were made today, and how many of them went on to a department.
type FiledView struct{ Filed, Passed int }

// FirstView is what was settled in the first call on the last day that can be judged; zero Of: nothing is known.
type FirstView struct {
	Day      string // 01-31
	Once, Of int
}

// DayView are today's sums, as of At.
type DayView struct {
	At                            time.Time
	Total, Human, Auto, Abandoned int
	FlowView
	Talk, Wrap     time.Duration // means, 0 = of nothing
	Wait           time.Duration
	Rated, Content int
	Faults         int // calls that we lost
}

// FlowView is what became of those who asked for a person.
type FlowView struct{ Queued, Answered, In15, In20, GaveUp int }

// Decided is of how many it is known whether they were answered: who still waits is in no share.
func (f FlowView) Decided() int { return f.Answered + f.GaveUp }

// LineRow is one queue.
type LineRow struct {
	Subject  string
	Waiting  int
	Longest  time.Time
	Estimate time.Duration // for the next caller, -1 = not known
	FlowView
}

// SeatRow is one seat.
type SeatRow struct {
	No, Name, District, Skills string
	State                      agent.Phase
	Reason                     agent.Reason
	Since                      time.Time
	Answered                   int
	Call                       string // here or offered here, to name it by
	Subject                    string
	MOS                        float64 // 0 = not known
	Line                       string  // what it was judged by, where the line is not good
	NoVoice                    bool
	Ears                       int
	Help                       string // help or emergency
}

// WaitRow is one caller in the line.
type WaitRow struct {
	Call, Region, Subject, Asked string
	Since                        time.Time
	Priority                     int
	Returned                     bool
}

// AlarmRow is an alarm.
type AlarmRow struct {
	ID, Code, Text, Seat, By string
	Level                    NoticeLevel
	Since, From, ByAt        time.Time // From: the figure is the time since then, which Text leaves out
	Sound                    bool
}

// TopicRow is what people call about; Before = -1: not known.
type TopicRow struct {
	Name          string
	Count, Before int
}

// MinuteRow is a point of the curves.
type MinuteRow struct {
	At                                 time.Time
	Waiting, Talking, Answered, GaveUp int
}

// WatchView is the call that is listened to here.
type WatchView struct {
	Seat, Who, Call string
	Way             call.Ear
	Since           time.Time
	Phase           call.Phase
	Shown           bool // the agent sees it
	Subject, Region string
	Masked          string
}

// WayTalk is WatchView.Way of an intercom.
const WayTalk call.Ear = wire.ObserveTalk

// WayExam is WatchView.Way of a sitting that is heard.
const WayExam call.Ear = wire.ObserveExam

// Verbs of who looks after other seats. Each that changes something carries a reason.
type (
	// Observe listens to a seat's call, changes how, or with an empty Way stops.
	Observe struct {
		Seat string
		Way  call.Ear
	}
	// Intercom talks with the agent of a seat that has no call; Observe without a Way ends it.
	Intercom struct{ Seat string }
	// TakeOver makes a seat's call one's own.
	TakeOver struct{ Seat, Call, Reason string } // Call empty: whichever it is
	// ForceState sets the state of another seat: ready, not_ready or signed_out.
	ForceState struct {
		Seat   string
		State  agent.Phase
		Reason string
	}
	// MoveCall pulls a call from a seat, pushes a waiting one to it, or ends it.
	MoveCall struct{ Do, Seat, Call, Reason string }
	// Broadcast shows a line at every seat of one's districts.
	Broadcast struct{ Text string }
	// AckAlarm says that one looks after an alarm.
	AckAlarm struct{ ID string }
)

func (Observe) verb()    {}
func (Intercom) verb()   {}
func (TakeOver) verb()   {}
func (ForceState) verb() {}
func (MoveCall) verb()   {}
func (Broadcast) verb()  {}
func (AckAlarm) verb()   {}

// What MoveCall does.
const (
	MovePull = wire.MovePull
	MovePush = wire.MovePush
	MoveEnd  = wire.MoveEnd
)

// Leads tells whether whoever sits here looks after a floor: their home is the board.
func (s SeatView) Leads() bool { return s.Can(access.BoardView) }

// Can tells whether any of the person's roles has a command at all.
func (s SeatView) Can(cmd access.Command) bool {
	for _, r := range append([]string{s.Role}, s.Extra...) {
		if access.Widest(access.Role(r), cmd) != 0 {
			return true
		}
	}
	return false
}

// board is what the session keeps of the board.
type board struct {
	version uint64
	seats   map[string]SeatRow
	lines   map[string]LineRow
	waiting map[string]WaitRow
	alarms  map[string]AlarmRow
	minutes map[int64]MinuteRow
	rung    time.Time // when an alarm was last heard
}

// alarmTime is how long an alarm is heard.
const alarmTime = 3 * time.Second

// doLead carries out a verb of who looks after other seats; false for others.
func (s *Session) doLead(v Verb) bool {
	switch v := v.(type) {
	case Observe:
		way := string(v.Way)
		if way == "" {
			way = wire.ObserveOff
		}
		s.wake()
		s.tell(&wire.Observe{Seat: v.Seat, Way: way})
	case Intercom:
		s.tell(&wire.Observe{Seat: v.Seat, Way: wire.ObserveTalk})
	case TakeOver:
		s.tell(&wire.TakeOver{Seat: v.Seat, Call: v.Call, Reason: v.Reason})
	case ForceState:
		s.ask(&wire.SeatForce{Seat: v.Seat, State: string(v.State), Reason: v.Reason}, s.told("已置 "+v.Seat+" 为"+v.State.Label()+" · 通话中的在话后生效"))
	case MoveCall:
		s.ask(&wire.CallMove{Do: v.Do, Seat: v.Seat, Call: v.Call, Reason: v.Reason}, s.told(moves[v.Do]))
	case Broadcast:
		s.ask(&wire.Broadcast{Text: v.Text}, s.told("通知已发到各席"))
	case AckAlarm:
		s.tell(&wire.AlarmAck{ID: v.ID})
	default:
		return false
	}
	return true
}

var moves = map[string]string{wire.MovePull: "来电已拉回，排在队首", wire.MovePush: "来电已派出，正在振铃", wire.MoveEnd: "通话已强拆"}

// watchBoard begins the board, or goes on with it after a return: the hub tells what changed meanwhile.
func (s *Session) watchBoard() {
	if s.view.Seat.Leads() {
		s.tell(&wire.BoardWatch{On: true, Have: s.board.version})
	}
}

// boardTold takes a delta.
func (s *Session) boardTold(d *wire.Board) {
	b := &s.board
	if d.Fresh || b.seats == nil {
		*b = board{
			rung: b.rung, seats: map[string]SeatRow{}, lines: map[string]LineRow{}, waiting: map[string]WaitRow{},
			alarms: map[string]AlarmRow{}, minutes: map[int64]MinuteRow{},
		}
	} else if d.From > b.version || d.Version < b.version {
		return // not ours, or older than what is here
	}
	b.version = d.Version
	// The hub sends the next one from here; a confirmation that is lost costs nothing.
	_ = s.link.Send(wire.Message{Session: s.id.session, Body: &wire.BoardSeen{Version: d.Version}})
	v := &s.view.Board
	v.Version++
	v.At, v.Scope = s.boardTime(d.At), d.Scope
	if d.Sums != nil {
		v.Sums = s.sumsView(d.Sums)
	}
	if len(d.Topics) > 0 {
		v.Topics = nil
		for _, t := range d.Topics {
			v.Topics = append(v.Topics, TopicRow(t))
		}
	}
	s.boardRows(d)
	s.boardAlarms(d.Alarms)
}

// boardRows takes the rows of a delta. Views already out keep theirs.
func (s *Session) boardRows(d *wire.Board) {
	b, v := &s.board, &s.view.Board
	for _, w := range d.Seats {
		r := SeatRow{
			No: w.No, Name: w.Name, District: w.District, Skills: w.Skills, State: agent.Phase(w.State), Reason: agent.Reason(w.Reason),
			Since: s.boardTime(w.Since), Answered: w.Answered, Call: w.Call, Subject: w.Subject, MOS: float64(w.MOS10) / 10, Line: w.Line, NoVoice: w.NoVoice, Ears: w.Ears, Help: w.Help,
		}
		if old, ok := b.seats[w.No]; ok && w.Name == "" {
			r.Name, r.District, r.Skills = old.Name, old.District, old.Skills
		}
		b.seats[w.No] = r
	}
	if len(d.Seats) > 0 || d.Fresh {
		v.Seats = slices.SortedFunc(maps.Values(b.seats), func(x, y SeatRow) int { return cmp.Compare(x.No, y.No) })
	}
	for _, w := range d.Waiting {
		b.waiting[w.Call] = WaitRow{
			Call: w.Call, Region: w.Region, Subject: w.Subject, Asked: w.Asked, Since: s.boardTime(w.Since), Priority: w.Priority, Returned: w.Returned,
		}
		if w.Gone {
			delete(b.waiting, w.Call)
		}
	}
	if len(d.Waiting) > 0 || d.Fresh {
		v.Waiting = slices.SortedFunc(maps.Values(b.waiting), func(x, y WaitRow) int { return cmp.Or(x.Since.Compare(y.Since), cmp.Compare(x.Call, y.Call)) })
	}
	for _, l := range d.Lines {
		b.lines[l.Subject] = LineRow{Subject: l.Subject, Waiting: l.Waiting, Longest: s.boardTime(l.LongestAt), Estimate: estimate(l.EstimateS), FlowView: FlowView(l.BoardFlow)}
	}
	if len(d.Lines) > 0 || d.Fresh {
		v.Lines = slices.SortedFunc(maps.Values(b.lines), func(x, y LineRow) int {
			return cmp.Or(cmp.Compare(y.Waiting, x.Waiting), cmp.Compare(y.Queued, x.Queued), cmp.Compare(x.Subject, y.Subject))
		})
	}
	s.boardMinutes(d)
}

func (s *Session) boardMinutes(d *wire.Board) {
	b := &s.board
	for _, m := range d.Minutes {
		b.minutes[m.At] = MinuteRow{At: s.boardTime(m.At), Waiting: m.Waiting, Talking: m.Talking, Answered: m.Answered, GaveUp: m.GaveUp}
	}
	if len(d.Minutes) == 0 && !d.Fresh {
		return
	}
	hour := int64(time.Hour / time.Second)
	maps.DeleteFunc(b.minutes, func(at int64, _ MinuteRow) bool { return at <= d.At-hour })
	s.view.Board.Minutes = slices.SortedFunc(maps.Values(b.minutes), func(x, y MinuteRow) int { return x.At.Compare(y.At) })
}

// boardAlarms takes alarms; one that nobody looks after, or nobody any more, is heard.
func (s *Session) boardAlarms(list []wire.BoardAlarm) {
	b := &s.board
	for _, a := range list {
		if a.Gone {
			delete(b.alarms, a.ID)
			continue
		}
		if old, known := b.alarms[a.ID]; (!known || old.By != "") && a.Sound && a.By == "" {
			b.rung = s.cfg.Now()
		}
		b.alarms[a.ID] = AlarmRow{
			ID: a.ID, Code: a.Code, Text: a.Text, Seat: a.Seat, By: a.By, Level: NoticeLevel(a.Level), Since: s.boardTime(a.Since),
			From: s.boardTime(a.From), ByAt: s.boardTime(a.ByAt), Sound: a.Sound,
		}
	}
	if len(list) > 0 {
		s.view.Board.Alarms = slices.SortedFunc(maps.Values(b.alarms), byUrgency)
		s.applySound()
	}
}

// byUrgency puts people before figures, then what nobody looks after, then the worse.
func byUrgency(x, y AlarmRow) int {
	rank := func(a AlarmRow) int {
		n := 0
		if a.Code != alarm.CodeEmergency {
			n += 8
		}
		if a.Code != alarm.CodeEmergency && a.Code != alarm.CodeHelp {
			n += 4
		}
		if a.By != "" {
			n += 2
		}
		if a.Level != NoticeError {
			n++
		}
		return n
	}
	return cmp.Or(cmp.Compare(rank(x), rank(y)), x.Since.Compare(y.Since), cmp.Compare(x.ID, y.ID))
}

// estimate is a wait of so many seconds; -1 stays -1.
func estimate(seconds int) time.Duration {
	if seconds < 0 {
		return -1
	}
	return time.Duration(seconds) * time.Second
}

func (s *Session) sumsView(d *wire.BoardSums) SumsView {
	v := SumsView{
		Waiting: d.Now.Waiting, Longest: s.boardTime(d.Now.LongestAt), Estimate: estimate(d.Now.EstimateS),
		Trunk: d.Now.Trunk, TrunkMax: d.Now.TrunkMax, States: map[agent.Phase]int{}, Today: s.dayView(d.Today),
		Overdue: d.Overdue, Filed: FiledView(d.BoardFiled), RecordsAt: s.boardTime(d.OverdueAt),
	}
	if _, day, ok := strings.Cut(d.FirstDay, "-"); ok {
		v.First = FirstView{Day: day, Once: int(d.First), Of: int(d.FirstOf)}
	}
	for k, n := range d.Now.States {
		v.States[agent.Phase(k)] = int(n)
	}
	return v
}

func (s *Session) dayView(d wire.BoardToday) DayView {
	return DayView{
		At: s.boardTime(d.At), Total: d.Total, Human: d.Human, Auto: d.Auto, Abandoned: d.Abandoned, FlowView: FlowView(d.BoardFlow),
		Talk: time.Duration(d.TalkS) * time.Second, Wrap: time.Duration(d.WrapS) * time.Second, Wait: time.Duration(d.WaitS) * time.Second, Rated: d.Rated, Content: d.Content, Faults: d.Faults,
	}
}

// boardTime is a time of the board by the clock here.
func (s *Session) boardTime(at int64) time.Time {
	if at == 0 {
		return time.Time{}
	}
	return s.local(time.Unix(at, 0))
}

func (s *Session) watchView(w *wire.Watch) *WatchView {
	if w == nil {
		return nil
	}
	return &WatchView{
		Seat: w.Seat, Who: w.Who, Call: w.Call, Way: call.Ear(w.Way), Since: s.moment(w.Since), Phase: call.Phase(w.Phase), Shown: w.Shown,
		Subject: w.Subject, Region: w.Region, Masked: w.Masked,
	}
}

// speaks tells whether the microphone is open towards a call that is listened to.
func speaks(w *wire.Watch) bool {
	return w != nil && w.Way != wire.ObserveMonitor && w.Way != wire.ObserveExam
}
