package wire

func init() {
	register(
		func() Body { return &OfferShown{} },
		func() Body { return &Answer{} },
		func() Body { return &Reject{} },
		func() Body { return &CallVerb{} },
		func() Body { return &FindTarget{} },
		func() Body { return &Targets{} },
		func() Body { return &Dial{} },
		func() Body { return &HearVoicemail{} },
		func() Body { return &CallHelp{} },
	)
}

// OfferShown tells that the pop has been drawn; the hub lets it ring.
type OfferShown struct {
	Offer string `json:"offer"`
	Epoch uint64 `json:"epoch"`
}

// Answer takes the offer that was drawn.
type Answer struct {
	Offer string `json:"offer"`
	Epoch uint64 `json:"epoch"`
}

// Reject refuses it with a reason.
type Reject struct {
	Offer  string `json:"offer"`
	Epoch  uint64 `json:"epoch"`
	Reason string `json:"reason"`
}

// Do names of CallVerb.
const (
	DoHold        = "hold"
	DoResume      = "resume"
	DoRelease     = "release"
	DoKeys        = "keys"
	DoEmergency   = "emergency"
	DoPauseRec    = "recording.pause"
	DoResumeRec   = "recording.resume"
	DoConsult     = "consult"
	DoSwap        = "swap"
	DoAccept      = "accept" // for an outside party who answered and presses no key, such as a menu
	DoMerge       = "merge"
	DoHandOver    = "hand_over"
	DoBlind       = "blind"
	DoCancel      = "transfer.cancel"
	DoLegMute     = "leg.mute"
	DoLegUnmute   = "leg.unmute"
	DoLegHold     = "leg.hold"
	DoLegResume   = "leg.resume"
	DoLegDrop     = "leg.drop"
	DoMuted       = "muted"
	DoUnmuted     = "unmuted"
	DoExtendWrap  = "wrap.extend"
	DoEndWrap     = "wrap.end"
	DoArticle     = "article"
	DoSpeechBegan = "speech.began"
	DoWarn        = "dismiss.warn" // an abusive caller heard the first step of the wording
	DoDismiss     = "dismiss"      // and goes on: refused without the first step
)

// CallVerb asks for one step on a call. Which Do is possible now stands in
// Call.Allowed; an impossible one is refused with CodeImpossible.
type CallVerb struct {
	Call   string `json:"call"`
	Do     string `json:"do"`
	Target string `json:"target,omitempty"`
	Leg    string `json:"leg,omitempty"`
	Keys   string `json:"keys,omitempty"`
	Reason string `json:"reason,omitempty"`
	Next   string `json:"next,omitempty"` // presence after wrap-up
	// Record goes along with a call that is handed over, as far as it is written.
	Record *Record `json:"record,omitempty"`
}

// FindTarget asks for targets matching what was typed (工号, name, pinyin
// initials, place, duty, number).
type FindTarget struct {
	Query   string `json:"query"`
	Outside bool   `json:"outside,omitempty"` // only numbers of the telephone network
}

// Target is somebody who can be consulted or called.
type Target struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"` // seat, group, number
	Who    string `json:"who"`
	Duty   string `json:"duty,omitempty"`
	State  string `json:"state,omitempty"`
	SinceS int64  `json:"since_s,omitempty"`
}

// Targets answers FindTarget.
type Targets struct {
	Query   string   `json:"query"`
	Outside bool     `json:"outside,omitempty"`
	List    []Target `json:"list"`
	More    int      `json:"more,omitempty"` // so many others fit too
}

// Dial asks for an outgoing call from idle, a record or wrap-up.
type Dial struct {
	Target string `json:"target"` // number:… or voicemail:ID or record:NUMBER or call:ID
	Record string `json:"record,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// HearVoicemail plays a message into the desk's headset, or stops it.
type HearVoicemail struct {
	ID string `json:"id"`
	On bool   `json:"on"`
}

// CallHelp asks the shift lead for help.
type CallHelp struct {
	Text string `json:"text,omitempty"`
}

// Type implements Body.
func (OfferShown) Type() string    { return "offer.shown" }
func (Answer) Type() string        { return "call.answer" }
func (Reject) Type() string        { return "call.reject" }
func (CallVerb) Type() string      { return "call.verb" }
func (FindTarget) Type() string    { return "target.find" }
func (Targets) Type() string       { return "target.list" }
func (Dial) Type() string          { return "call.dial" }
func (HearVoicemail) Type() string { return "voicemail.hear" }
func (CallHelp) Type() string      { return "help.call" }
