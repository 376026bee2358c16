package wire

func init() {
	register(
		func() Body { return &BoardWatch{} },
		func() Body { return &BoardSeen{} },
		func() Body { return &Board{} },
	)
}

// BoardWatch begins or ends the stream of Board. Have is the version that the
// desk still has of the same hub, 0 = nothing.
type BoardWatch struct {
	On   bool   `json:"on"`
	Have uint64 `json:"have,omitempty"`
}

// BoardSeen confirms a Board: the next one begins there. It needs no answer.
type BoardSeen struct {
	Version uint64 `json:"version"`
}

// Board is what changed on the live board since version From, which the desk
// has confirmed. It is lossy: each one reaches back to what was confirmed, so
// the newest replaces one that was not sent yet, and a lost one costs nothing.
// One a second, and at once where there is more. Times are Unix seconds.
type Board struct {
	From    uint64 `json:"from"`
	Version uint64 `json:"version"`
	Fresh   bool   `json:"fresh,omitempty"` // forget what was before
	More    bool   `json:"more,omitempty"`  // the rest follows once this is confirmed
	At      int64  `json:"at"`              // when the hub looked
	Scope   string `json:"scope,omitempty"` // district that the desk sees; empty = all

	Sums    *BoardSums    `json:"sums,omitempty"`
	Lines   []BoardLine   `json:"lines,omitempty"`
	Seats   []BoardSeat   `json:"seats,omitempty"`
	Waiting []BoardWait   `json:"waiting,omitempty"`
	Alarms  []BoardAlarm  `json:"alarms,omitempty"`
	Topics  []BoardTopic  `json:"topics,omitempty"` // whole list when there
	Minutes []BoardMinute `json:"minutes,omitempty"`
}

// BoardSums are the figures of the scope: what is so now, and today's sums.
type BoardSums struct {
	Now   BoardNow   `json:"now"`
	Today BoardToday `json:"today"`
	// Overdue work of the scope, as of OverdueAt, as BoardFiled is.
	Overdue   int   `json:"overdue"`
	OverdueAt int64 `json:"overdue_at,omitempty"`
	BoardFiled
	BoardFirst
}

// BoardFiled are the records that were made today, and how many of them went on to a department.
type BoardFiled struct {
	Filed  int `json:"filed,omitempty"`
	Passed int `json:"passed,omitempty"`
}

// BoardFirst is what was settled in the first call on the last day that can be judged: callers had their days to call again.
type BoardFirst struct {
	FirstDay string `json:"first_day,omitempty"` // 2026-01-31, empty: none yet
	First    int64  `json:"first,omitempty"`
	FirstOf  int64  `json:"first_of,omitempty"` // first contacts
}

// BoardNow is what is so at Board.At.
type BoardNow struct {
	Waiting   int   `json:"waiting"`
	LongestAt int64 `json:"longest_at,omitempty"` // entry of who waits longest
	// EstimateS is the wait expected for the next caller, -1 = not known.
	EstimateS int              `json:"estimate_s"`
	Trunk     int              `json:"trunk"`
	TrunkMax  int              `json:"trunk_max"`
	Lost      int              `json:"lost"`   // seats without link
	States    map[string]int64 `json:"states"` // seats by rules/agent phase, signed_out left out
}

// BoardToday are the sums of the day, as of At: when the last of them changed.
type BoardToday struct {
	At        int64 `json:"at"`
	Total     int   `json:"total"`
	Human     int   `json:"human"`
	Auto      int   `json:"auto"`
	Abandoned int   `json:"abandoned"`
	BoardFlow
	TalkS   int `json:"talk_mean_s"`
	WrapS   int `json:"wrap_mean_s,omitempty"`
	WaitS   int `json:"wait_mean_s"`
	Rated   int `json:"rated"`
	Content int `json:"content"`
	Faults  int `json:"faults"` // calls that we lost
}

// BoardFlow is what became of those who asked for a person.
type BoardFlow struct {
	Queued   int `json:"queued"`
	Answered int `json:"answered"`
	In15     int `json:"in_15"` // answered within 15 s of entering the line
	In20     int `json:"in_20"`
	GaveUp   int `json:"gave_up"`
}

// BoardLine is one queue: the callers of one subject.
type BoardLine struct {
	Subject   string `json:"subject"`
	Waiting   int    `json:"waiting"`
	LongestAt int64  `json:"longest_at,omitempty"`
	EstimateS int    `json:"estimate_s"` // as in BoardNow, of who asks for this subject
	BoardFlow
}

// BoardSeat is one seat. What does not change in a day is sent once: Name, District, Skills.
type BoardSeat struct {
	No       string `json:"no"`
	Name     string `json:"name,omitempty"`
	District string `json:"district,omitempty"`
	Skills   string `json:"skills,omitempty"` // 地区/业务, divided by commas
	State    string `json:"state"`
	Reason   string `json:"reason,omitempty"`
	Since    int64  `json:"since,omitempty"`
	Answered int    `json:"answered,omitempty"` // today
	Call     string `json:"call,omitempty"`     // here or offered here: the end of its id, enough to tell it from the one before
	Subject  string `json:"subject,omitempty"`  // of the call
	// MOS10 is the line's MOS in tenths, 0 = not known; what is shown was heard within LineFresh.
	MOS10   int    `json:"mos10,omitempty"`
	Line    string `json:"line,omitempty"`     // what MOS10 was judged by, where the line is not good
	NoVoice bool   `json:"no_voice,omitempty"` // a caller is there, or may be at once, and its voice is not heard
	Ears    int    `json:"ears,omitempty"`     // who listen in
	Help    string `json:"help,omitempty"`     // help or emergency, until somebody has seen to it
}

// BoardWait is one caller in the line. Gone: not any more.
type BoardWait struct {
	Call     string `json:"call"`
	Gone     bool   `json:"gone,omitempty"`
	Region   string `json:"region,omitempty"`
	Subject  string `json:"subject,omitempty"`
	Since    int64  `json:"since,omitempty"`
	Priority int    `json:"priority,omitempty"`
	Returned bool   `json:"returned,omitempty"`
	Asked    string `json:"asked,omitempty"` // the seat that is offered the call
}

// BoardAlarm is an alarm. Gone: its cause is over. From: its figure is the time since then, which Text leaves out.
type BoardAlarm struct {
	ID    string `json:"id"`
	Gone  bool   `json:"gone,omitempty"`
	Code  string `json:"code,omitempty"`
	Level string `json:"level,omitempty"` // warn, error
	Text  string `json:"text,omitempty"`
	Seat  string `json:"seat,omitempty"`
	Since int64  `json:"since,omitempty"`
	From  int64  `json:"from,omitempty"`
	Sound bool   `json:"sound,omitempty"`
	By    string `json:"by,omitempty"` // who acknowledged it
	ByAt  int64  `json:"by_at,omitempty"`
}

// BoardTopic is what people call about today. Before is the count of the same
// time yesterday, -1 = not known.
type BoardTopic struct {
	Name   string `json:"name"`
	Count  int    `json:"count"`
	Before int    `json:"before"`
}

// BoardMinute is a point of the curves; At begins the minute.
type BoardMinute struct {
	At       int64 `json:"at"`
	Waiting  int   `json:"waiting"` // most at one time
	Talking  int   `json:"talking"`
	Answered int   `json:"answered"`
	GaveUp   int   `json:"gave_up"`
}

// Type implements Body.
func (BoardWatch) Type() string { return "board.watch" }
func (BoardSeen) Type() string  { return "board.seen" }
func (Board) Type() string      { return "board" }
