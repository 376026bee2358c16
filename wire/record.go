package wire

import "time"

func init() {
	register(
		func() Body { return &RecordSave{} },
		func() Body { return &RecordSaved{} },
		func() Body { return &RecordGet{} },
		func() Body { return &Record{} },
		func() Body { return &KBHead{} },
		func() Body { return &KBFetch{} },
		func() Body { return &KBChunk{} },
	)
}

// Record is a record (受理单) as the seat and the hub exchange it.
type Record struct {
	Number   string    `json:"number"` // MMDD-seat-n, given by the seat
	Version  int       `json:"version"`
	State    string    `json:"state,omitempty"`
	Kind     string    `json:"kind"`
	Subject  string    `json:"subject,omitempty"`
	Topic    string    `json:"topic,omitempty"`
	Region   string    `json:"region,omitempty"`
	CallIDs  []string  `json:"call_ids,omitempty"`
	Name     string    `json:"name,omitempty"`
	Callback string    `json:"callback,omitempty"`
	Urgent   bool      `json:"urgent,omitempty"`
	Question string    `json:"question,omitempty"`
	Answer   string    `json:"answer,omitempty"`
	Handling Handling  `json:"handling"`
	Articles []Article `json:"articles,omitempty"`
}

// Handling is how the matter goes on.
type Handling struct {
	How  string    `json:"how"` // on_spot, forward
	Dept string    `json:"dept,omitempty"`
	Due  string    `json:"due,omitempty"` // as written
	At   time.Time `json:"at,omitzero"`
}

// Article is an article as it was read.
type Article struct {
	ID      string    `json:"id"`
	Version string    `json:"version"`
	At      time.Time `json:"at"`
}

// RecordSave submits a record; idempotent by envelope id. End closes the
// wrap-up with the presence wanted next.
type RecordSave struct {
	Record Record `json:"record"`
	End    bool   `json:"end,omitempty"`
	Next   string `json:"next,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// RecordSaved answers with the stored version, or a conflict with the hub's own.
type RecordSaved struct {
	Number  string  `json:"number"`
	Version int     `json:"version"`
	Code    Code    `json:"code"`
	Text    string  `json:"text,omitempty"`
	Field   string  `json:"field,omitempty"`
	Theirs  *Record `json:"theirs,omitempty"`
}

// RecordGet asks for one record by number; answered by Record or Ack.
type RecordGet struct {
	Number string `json:"number"`
}

// KBHead tells the newest revision of the knowledge base; sent after Welcome
// and at each publication.
type KBHead struct {
	Revision uint64 `json:"revision"`
}

// KBFetch asks for part of the package that leads from From to the head.
// Asking again at Offset resumes after a break.
type KBFetch struct {
	From   uint64 `json:"from"`
	Offset int64  `json:"offset"`
	Max    int    `json:"max"` // bytes wanted, at most 64 KiB
}

// KBChunk is a part of a package; Data is base64 in JSON.
type KBChunk struct {
	From   uint64 `json:"from"`
	To     uint64 `json:"to"`
	Offset int64  `json:"offset"`
	Total  int64  `json:"total"`
	Data   []byte `json:"data"`
}

// Type implements Body.
func (RecordSave) Type() string  { return "record.save" }
func (RecordSaved) Type() string { return "record.saved" }
func (RecordGet) Type() string   { return "record.get" }
func (Record) Type() string      { return "record" }
func (KBHead) Type() string      { return "kb.head" }
func (KBFetch) Type() string     { return "kb.fetch" }
func (KBChunk) Type() string     { return "kb.chunk" }
