// Package session is an agent's working session from sign-in to sign-out: one
// goroutine, one state, one ordered stream of views. The screen reads View and
// speaks Verbs; it may know nothing else of the hub. The session owns the link
// to the hub, the draft of the record and the outbox of unsent work; the phone
// and the knowledge base are handed in by internal/cli through the interfaces
// declared here. It promises that what a View calls state was acknowledged by
// the hub, that views arrive in order, and that no verb is replayed without its id.
package session

import (
	"time"

	"zuoxi/rules/agent"
	"zuoxi/rules/call"
	"zuoxi/session/exam"
	"zuoxi/session/examiner"
	"zuoxi/session/review"
)

// View is one immutable picture of the session. A field that is nil or zero is
// not known or not there; the screen never fills it in.
type View struct {
	Version  uint64 // grows with each view
	Seat     SeatView
	Presence PresenceView
	Link     LinkView
	Sound    SoundView
	Queue    QueueView
	Offer    *OfferView  // a call offered to this seat, not yet answered
	Call     *CallView   // the call on this seat, wrap-up included
	Record   *RecordView // the record belonging to Call, or one opened from the list
	Lists
	Exam ExamView // papers laid out here, and the exam under way
	Answers
	Today  TodayView
	Notice Notice // last line for the person, empty when none
	SignIn SignInView
	Check  SelfCheckView
}

// Answers are what was looked for last.
type Answers struct {
	Targets TargetsView // to FindTarget
	Found   FoundView   // to Find
	Outgoing
	Editor  EditorView  // to what was asked of the editors' desk
	Review  review.View // reports, recordings, scored calls
	Devices DevicesView // to ListDevices
	Dialled int         // to Dial: how many calls have begun
}

// Floor is what is seen of other seats.
type Floor struct {
	Board BoardView
	Watch *WatchView // the call that is listened to here
}

// Lists is the work that waits: one's own, and the floor of who looks after it.
type Lists struct {
	Floor
	Todo      []TodoRow // open records and call-backs of this agent
	Voicemail []VoicemailRow
}

// ExamView is what package exam lets be seen. Offline says that the person sat
// down without the hub: only an exam can be taken then.
type ExamView struct {
	exam.View
	Offline  bool
	Examiner examiner.View
}

// SeatView is who sits here.
type SeatView struct {
	AgentNo  string // 工号; empty before sign-in
	Name     string
	Role     string // rules/access role
	District string
	Extra    []string // further roles
	// Substitute is what the centre lets people without an employer say at the identity check; empty: nothing.
	Substitute string
}

// PresenceView is the agent's state as the hub acknowledged it.
type PresenceView struct {
	State  agent.Phase
	Reason agent.Reason
	Since  time.Time     // hub time corrected to the local clock
	Limit  time.Duration // wrap-up or ring limit; 0 = none
}

// LinkState is the life of the connection to the hub.
type LinkState string

// The states of the link, in the order in which they are usually seen.
const (
	LinkOffline   LinkState = "offline"
	LinkDialling  LinkState = "dialling"
	LinkSigningIn LinkState = "signing_in"
	LinkResuming  LinkState = "resuming"
	LinkOnline    LinkState = "online"
	LinkDegraded  LinkState = "degraded" // connected, answers late
)

// LinkView is the link and the voice line in figures.
type LinkView struct {
	State   LinkState
	Resting bool // nobody is signed in or signing in: the link does not dial
	Since   time.Time
	RTT     time.Duration
	Unsent  int    // commands and drafts not yet at the hub
	Loose   int    // of them the disk took none: they end with the program, as does a draft that is not there
	Quality string // 良好 / 一般 / 差, empty while unknown
	Why     string // plain words for anything but 良好
	MOS     float64
	Loss    float64 // share, 0..1
	Jitter  time.Duration
	Codec   string
}

// SoundView is the headset.
type SoundView struct {
	In, Out, Ringer string  // device names as shown to people
	InLevel         float64 // dBFS, -90 = silence
	OutLevel        float64
	Clipping        bool
	Warning         string // one Chinese line about how the agent is heard, of no matter while nobody hears
	Problem         string // one Chinese line, empty when all is well
	Set             SoundSettings
}

// SoundSettings are what is done about the sound, beside which devices are used.
type SoundSettings struct {
	Echo, Noise, Gain bool
	Side              int    // dB that agents hear themselves below the microphone, 0: not at all
	Coding            string // auto, alaw, opus
}

// QueueView is what the status line says of the queue.
type QueueView struct {
	Waiting int
	Longest time.Duration
	At      time.Time // when the hub said so
}

// Contact is an earlier contact of the same caller: subject only, never of
// kind report or conduct complaint before identity is matched.
type Contact struct {
	At      time.Time
	Subject string
	Result  string // 办结 / 未结 / 转办
	Agent   string
	Record  string // number of the record, if there is one
	Open    bool   // it waits for somebody
}

// CallerView is what may be shown before the identity check.
type CallerView struct {
	Masked   string // 139****0042, or 号码未显示
	Place    string // place of the number's area, a guess
	Region   string // region chosen or guessed; see RegionBy
	RegionBy string // 本人选择 / 号码归属
	Subject  string
	Keys     []string      // menu choices in words
	Waited   time.Duration // time in queue at the offer
	Calls24h int           // contacts within 24 h, this one included
	Earlier  []Contact
	Tags     []string     // 听力弱 …
	Said     string       // the end of what a recogniser heard the caller say, where there is one
	Inquiry  *InquiryView // nil before the first identity check
}

// OfferView is a call that rings here or is about to.
type OfferView struct {
	ID      string
	CallID  string
	Epoch   uint64
	Caller  CallerView
	Expires time.Time
	Ringing bool   // false until the screen has drawn the pop
	Kind    string // inbound / callback / transfer / consult / returned
	From    string // who hands over, for transfer and consult
	Note    string // context handed over with it
}

// LegView is one party of the call.
type LegView struct {
	ID     string
	Role   string // caller / agent / target / observer
	Who    string // masked number, or 工号 and name
	State  string // Chinese word
	Since  time.Time
	Muted  bool
	Held   bool
	Silent bool // heard nothing from it for a while
}

// TimelineRow is a line of the call's timeline, relative to its start.
type TimelineRow struct {
	At   time.Time
	Text string
}

// CallView is the call on this seat. The hub owns it.
type CallView struct {
	ID        string
	Phase     call.Phase
	Since     time.Time // of the phase
	Bridged   time.Time // the conversation began; zero before
	Ended     time.Time // zero while the caller is there
	EndedBy   string    // 来电人 / 坐席 / 线路
	Caller    CallerView
	Legs      []LegView
	Allowed   []call.Kind // what may be asked now
	Muted     bool
	Recording string // 录音 / 暂停 / 无
	Timeline  []TimelineRow
	WrapUntil time.Time // wrap-up ends; zero outside wrap-up
	Extended  bool      // the one extension is used up
	Watched   string    // 班长在听, by the centre's setting
	Held      time.Duration
}

// RecordView is the record form's content and where it stands.
type RecordView struct {
	Number  string // MMDD-seat-n
	Fields  RecordFields
	Saved   time.Time // last local save
	Sent    bool      // acknowledged by the hub
	Missing []string  // required fields not filled, in Chinese
	Error   string    // refused by the hub, one Chinese line
	Base    int       // version of the hub that is edited; 0 = not there yet
	Life    *LifeView // nil while the hub has told nothing of it
	Plain   *PlainView
	Theirs  *RecordFields // what the hub has instead, after a conflict
	Reread  int           // how often another text has come into the open form
}

// RecordFields is what the agent writes.
type RecordFields struct {
	Kind     string // rules/ticket kind code
	Subject  string // category
	Topic    string // levels below, separated by " > "
	Region   string
	Name     string // caller's name as told
	Callback string // number to call back; empty = not needed
	Urgent   bool
	Question string
	Answer   string
	Handling string // on_spot / forward
	Forward  string // department
	Due      string // as written, e.g. 2 个工作日
	Articles []ArticleRef
	Own      map[string]string // of the kind, by rules/ticket code; never changed in place
}

// ArticleRef is a knowledge article as it was read.
type ArticleRef struct {
	ID      string
	Version string
	At      time.Time
}

// TodoRow is an open record of this agent.
type TodoRow struct {
	Number  string
	Who     string // masked
	Matter  string
	Due     string
	State   string
	Overdue bool
	Soon    bool // within a day
}

// VoicemailRow is a message waiting to be heard or answered.
type VoicemailRow struct {
	ID      string
	Who     string // masked
	At      time.Time
	Seconds int
	State   string // 新 / 已听 / 已建单 / 已回电 / 已结
	Due     time.Time
	Playing bool
}

// TargetsView is who fits what was asked for.
type TargetsView struct {
	Query   string
	Outside bool
	List    []Target
	More    int // so many others fit too
}

// Target is somebody to consult, hand over to or call.
type Target struct {
	ID    string // desk:8012, group:…, number:…
	Kind  string // seat / group / number
	Who   string
	Duty  string
	State string
	Since time.Time
}

// TodayView is the agent's day so far.
type TodayView struct {
	Answered int
	Closed   int
	Open     int
	TalkMean time.Duration
	WrapMean time.Duration
	Rated    int
	Content  int // rated 满意
	InState  map[agent.Phase]time.Duration
}

// NoticeLevel orders notices.
type NoticeLevel string

// Notice levels.
const (
	NoticeInfo  NoticeLevel = "info"
	NoticeWarn  NoticeLevel = "warn"
	NoticeError NoticeLevel = "error"
)

// Notice is one Chinese line: what happened · what it means for the caller · what to do.
type Notice struct {
	ID      uint64
	Level   NoticeLevel
	Text    string
	At      time.Time
	Unasked bool   // others did it; see announce
	Step    string // was not taken, which this line says
}

// SignInView is how far sign-in has come.
type SignInView struct {
	Agent    string // remembered 工号
	Stored   bool   // the keyring holds a password
	Keyring  bool   // there is a keyring
	Asking   bool   // it is being asked
	Busy     bool
	Renew    string // 工号 whose password must be changed here, by Renew; empty: nobody's
	Error    string // one Chinese line
	SignedIn bool
}

// CheckRow is one line of the self-check.
type CheckRow struct {
	Name string // 麦克风 / 耳机 / 网络 / 时钟
	OK   bool
	Done bool
	Text string
}

// SelfCheckView is the check before duty.
type SelfCheckView struct {
	Running bool
	Rows    []CheckRow
}
