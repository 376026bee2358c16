package store

import (
	"context"
	"time"

	"zuoxi/hub/store/seal"
)

// Voicemail is a message that a caller left.
type Voicemail struct {
	ID          string
	CallID      string
	RecordingID string
	District    string
	Region      string
	Length      time.Duration
	Number      seal.Value
	State       string // new, heard, record, called_back, closed
	Agent       string // who took it on
	RecordID    string
	Left        time.Time
	Due         time.Time
	Updated     time.Time
	Version     int64
}

// VoicemailFilter narrows a list of messages by the time they were left.
type VoicemailFilter struct {
	Page
	Span
	Districts []string
	State     string
	Agent     string
	// DueBefore lists what is due by then and not closed, most urgent first.
	DueBefore time.Time
}

// Voicemails keeps the messages.
type Voicemails interface {
	Create(ctx context.Context, v Voicemail) error
	Get(ctx context.Context, id string) (Voicemail, error)
	Update(ctx context.Context, v Voicemail) (Voicemail, error)
	List(ctx context.Context, f VoicemailFilter) ([]Voicemail, string, error)
}

// Recording is the index entry of one recording; the sound is in a file.
type Recording struct {
	ID       string
	CallID   string
	District string
	Path     string // below the recordings' folder
	Start    time.Time
	End      time.Time // zero while it runs
	Samples  int64     // of each channel, at 8 kHz
	Gaps     []Gap
	// Head is the last hash of the chain in the file.
	Head        []byte
	KeyID       string // empty when not encrypted
	LegalHold   bool
	RetainUntil time.Time
	Purged      time.Time // when the sound was removed by the retention rule
	Version     int64
}

// Gap is a span without sound, with who made it and why.
type Gap struct {
	From int64  `json:"from"` // samples from the start
	To   int64  `json:"to"`
	Who  string `json:"who"`
	Why  string `json:"why"`
}

// RecordingFilter narrows a list of recordings by their start.
type RecordingFilter struct {
	Page
	Span
	Districts []string
	CallID    string
	Calls     []string // of any of them
	Running   bool
	// RetainedBefore lists what may be removed: past its time, not on hold.
	RetainedBefore time.Time
}

// MarksOf begins the key of the setting that keeps what people marked a recording with: MarksOf and its id. The value is a JSON
// list, whose text is what the call is found by.
const MarksOf = "recording.marks."

// Recordings keeps the index of recordings.
type Recordings interface {
	Start(ctx context.Context, r Recording) error
	// Save keeps all but the hold if r.Version is the stored one.
	Save(ctx context.Context, r Recording) (Recording, error)
	// Hold sets or lifts a legal hold; it disturbs no running recorder.
	Hold(ctx context.Context, id string, on bool) error
	Get(ctx context.Context, id string) (Recording, error)
	List(ctx context.Context, f RecordingFilter) ([]Recording, string, error)
}
