package session

import (
	"zuoxi/rules/agent"
	"zuoxi/rules/ticket"
	"zuoxi/session/exam"
	"zuoxi/session/examiner"
	"zuoxi/session/review"
)

// Verb is something the person at the seat wants. Verbs are values, so that a
// day at the seat can be written down and played again.
type Verb interface{ verb() }

// Verbs of the working day.
type (
	// SignIn opens the working session; Remember asks for the keyring.
	SignIn struct {
		AgentNo, Password string
		Remember          bool
	}
	// Renew sets the own password of who is asked for one, and signs in with it.
	Renew struct {
		AgentNo, Password, Again string
		Remember                 bool
	}
	// SignOut ends it; refused while a call is on the seat or offered to it.
	// Guessed: somebody tried passwords at the locked screen; the keyring forgets
	// this one's, so that the next sign-in is typed.
	SignOut struct{ Guessed bool }
	// LockScreen tells that the screen was locked, or opened again.
	LockScreen struct{ On bool }
	// SetPresence asks for 空闲, 小休 or 培训; Reason is a break reason.
	SetPresence struct {
		State  agent.Phase
		Reason agent.Reason
	}
	// RunSelfCheck checks microphone, ear, link and clock.
	RunSelfCheck struct{}
	// Remark is a line for the person from the program itself.
	Remark struct {
		Level NoticeLevel
		Text  string
	}
	// ListDevices looks which sound devices there are; the answer is View.Devices.
	ListDevices struct{}
	// UseDevice changes a sound device, in a call too; an empty Name is the
	// system's default, of a ringer the headset.
	UseDevice struct{ Kind, Name string }
	// SetSound changes a setting of the sound, in a call too; Quiet, nothing is
	// said of it unless it fails.
	SetSound struct {
		Kind, Value string
		Quiet       bool
	}
	// NextDevice goes on to the next one of a kind.
	NextDevice struct{ Kind string }
)

// Verbs of a call. Each names what it means by id, so that a late key never
// hits another call than the one that was on the screen.
type (
	// OfferShown says that the pop has been drawn: now it may ring.
	OfferShown struct{ Offer string }
	// Answer takes the offer that was drawn.
	Answer struct{ Offer string }
	// Reject refuses it with a reason.
	Reject struct{ Offer, Reason string }
	// Mute closes or opens the microphone towards everybody.
	Mute struct{ On bool }
	// Hold parks the caller with music, or brings them back.
	Hold struct {
		Call string
		On   bool
	}
	// Release hands a caller still on the line to the rating and starts wrap-up.
	Release struct{ Call string }
	// SendKeys sends DTMF to the far end.
	SendKeys struct{ Call, Keys string }
	// Emergency alarms the lead and keeps the line.
	Emergency struct{ Call string }
	// Dismiss ends the call of an abusive caller in two steps: first it notes
	// that the caller was asked to stop, then, Warned, it ends the call.
	Dismiss struct {
		Call   string
		Warned bool
	}
	// PauseRecording leaves a marked gap while a secret is spoken.
	PauseRecording struct {
		Call, Reason string
		On           bool
	}
	// Dial calls out: from idle, a record or the wrap-up.
	Dial struct{ Target, Record, Reason string }
)

// Verbs of transfer and three-party talk.
type (
	// FindTarget looks a target up, with Outside only among numbers; the answer is View.Targets.
	FindTarget struct {
		Query   string
		Outside bool
	}
	// Consult parks the caller with music and calls the target.
	Consult struct{ Call, Target string }
	// Swap changes between caller and target.
	Swap struct{ Call string }
	// AcceptTarget talks to a target that answered and presses no key, such as a menu.
	AcceptTarget struct{ Call string }
	// Merge joins caller, agent and target.
	Merge struct{ Call string }
	// HandOver leaves the caller with the target, the record going along.
	HandOver struct{ Call string }
	// Blind sends the caller on unseen; no answer brings the call back.
	Blind struct{ Call, Target string }
	// CancelTransfer brings the caller back.
	CancelTransfer struct{ Call string }
	// LegSwitch mutes, holds or drops one party of a conference.
	LegSwitch struct {
		Call, Leg string
		Do        string // mute, unmute, hold, resume, drop
	}
)

// Verbs of the record and the messages.
type (
	// EditRecord is the form's content after a change; the session saves it
	// soon, or with Keep at once. Number and Reread are
	// those of the view that was typed into; without a number it is what is open.
	EditRecord struct {
		Number string
		Fields RecordFields
		Keep   bool
		Reread int
	}
	// SubmitRecord sends it; the seat goes to Next afterwards (空闲 when zero).
	// Number is that of the record on the screen; without it, what is open.
	SubmitRecord struct {
		Number string
		Next   agent.Phase
		Reason agent.Reason
	}
	// ExtendWrap asks for another 60 s, once.
	ExtendWrap struct{}
	// ArticleShown notes that an article was on the screen, in this call or for the open record.
	ArticleShown struct{ ID, Version string }
	// StepRecord asks for one step of the open record's life.
	StepRecord struct {
		Number             string
		Event              ticket.Event
		Reason, Note, Dept string
		Due                string // promised, as written
	}
	// LinkRecords notes that two records are about the same matter.
	LinkRecords struct{ Number, Other string }
	// Unmask shows one field of the open record in full for a while.
	Unmask struct{ Number, Field, Reason string }
	// OpenTodo opens an unfinished record by number.
	OpenTodo struct{ Number string }
	// CloseRecord puts the open record back into the list; nothing written is lost.
	CloseRecord struct{}
	// HearVoicemail plays a message into the headset, or stops it.
	HearVoicemail struct {
		ID string
		On bool
	}
	// CallHelp asks the shift lead for help.
	CallHelp struct{ Text string }
)

// Verbs of exams.
type (
	// Exam is what somebody who is examined wants.
	Exam struct{ Do exam.Verb }
	// Examiner is what somebody who examines others wants.
	Examiner struct{ Do examiner.Verb }
	// Review is what somebody wants who looks back: reports, recordings, scoring.
	Review struct{ Do review.Verb }
	// SitOffline opens this seat's papers with the hub away.
	SitOffline struct{ AgentNo, Password string }
)

func (Exam) verb()       {}
func (Examiner) verb()   {}
func (Review) verb()     {}
func (SitOffline) verb() {}

// Verbs of the identity check.
type (
	// BeginIdentity tells that the caller is about to say who they are.
	BeginIdentity struct{ Call string }
	// CheckIdentity asks whether three elements belong together, as heard.
	CheckIdentity struct{ Call, Number, Name, Employer, Substitute string }
	// ReadOut notes that a wording was read out to the caller.
	ReadOut struct{ Call, Text string }
	// AskBusiness asks about the person that was matched: AskAccount and so on.
	AskBusiness struct{ Call, What string }
)

func (SignIn) verb()         {}
func (LockScreen) verb()     {}
func (Renew) verb()          {}
func (SignOut) verb()        {}
func (SetPresence) verb()    {}
func (RunSelfCheck) verb()   {}
func (Remark) verb()         {}
func (ListDevices) verb()    {}
func (UseDevice) verb()      {}
func (SetSound) verb()       {}
func (NextDevice) verb()     {}
func (OfferShown) verb()     {}
func (Answer) verb()         {}
func (Reject) verb()         {}
func (Mute) verb()           {}
func (Hold) verb()           {}
func (Release) verb()        {}
func (SendKeys) verb()       {}
func (Emergency) verb()      {}
func (Dismiss) verb()        {}
func (PauseRecording) verb() {}
func (Dial) verb()           {}
func (FindTarget) verb()     {}
func (Consult) verb()        {}
func (Swap) verb()           {}
func (AcceptTarget) verb()   {}
func (Merge) verb()          {}
func (HandOver) verb()       {}
func (Blind) verb()          {}
func (CancelTransfer) verb() {}
func (LegSwitch) verb()      {}
func (EditRecord) verb()     {}
func (SubmitRecord) verb()   {}
func (ExtendWrap) verb()     {}
func (ArticleShown) verb()   {}
func (OpenTodo) verb()       {}
func (CloseRecord) verb()    {}
func (HearVoicemail) verb()  {}
func (CallHelp) verb()       {}
func (StepRecord) verb()     {}
func (LinkRecords) verb()    {}
func (Unmask) verb()         {}
func (BeginIdentity) verb()  {}
func (CheckIdentity) verb()  {}
func (ReadOut) verb()        {}
func (AskBusiness) verb()    {}
