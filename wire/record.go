package wire

import (
	"strings"
	"time"
)

func init() {
	register(
		func() Body { return &RecordSave{} },
		func() Body { return &RecordSaved{} },
		func() Body { return &RecordDraft{} },
		func() Body { return &RecordGet{} },
		func() Body { return &Record{} },
		func() Body { return &RecordStep{} },
		func() Body { return &RecordLink{} },
		func() Body { return &RecordUnmask{} },
		func() Body { return &RecordPlain{} },
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
	RecordLife
}

// RecordLife is what belongs to a record's kind and course. A seat sends Fields; all else comes from the hub, in the
// answer to RecordGet.
type RecordLife struct {
	Fields     []Field        `json:"fields,omitempty"`     // of the kind, by rules/ticket code; sealed ones masked
	Owner      string         `json:"owner,omitempty"`      // who has to act next
	Allowed    []string       `json:"allowed,omitempty"`    // rules/ticket events that this person may ask for
	Dues       []Due          `json:"dues,omitempty"`       // running ones first
	History    []RecordChange `json:"history,omitempty"`    // oldest first
	Recordings []string       `json:"recordings,omitempty"` // ids
	Disclaimer string         `json:"disclaimer,omitempty"` // version that the caller heard
	Identity   string         `json:"identity,omitempty"`   // outcome of the check on the call, in words
	Told       []string       `json:"told,omitempty"`       // wordings that were read out
	Linked     []string       `json:"linked,omitempty"`     // numbers of the same matter
	Saves      int            `json:"saves,omitempty"`      // of a draft, from the seat: how often it was saved; of two the higher is the newer
}

// Field is one value of a form.
type Field struct {
	Code  string `json:"code"`
	Value string `json:"value"`
}

// Due is one deadline with its source.
type Due struct {
	Name   string    `json:"name"`
	Length string    `json:"length"`      // 5个工作日
	At     time.Time `json:"at,omitzero"` // none while paused
	Source string    `json:"source"`
	Paused string    `json:"paused,omitempty"` // why
	Done   time.Time `json:"done,omitzero"`
}

// RecordChange is one line of a record's history.
type RecordChange struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Action string    `json:"action"` // submit, update, or a rules/ticket event
	State  string    `json:"state"`
	Reason string    `json:"reason,omitempty"`
	Note   string    `json:"note,omitempty"`
}

// Values are the fields of the form by their rules/ticket codes.
func (r *Record) Values() map[string]string {
	out := map[string]string{
		"category": r.Subject, "topic": r.Topic, "region": r.Region, "summary": r.Question, "answer": r.Answer,
		"contact": r.Callback, "complainant": r.Name, "reporter": r.Name, "dept": r.Handling.Dept,
	}
	for _, f := range r.Fields {
		out[f.Code] = f.Value
	}
	for code, v := range out {
		if strings.TrimSpace(v) == "" {
			delete(out, code)
		}
	}
	return out
}

// RecordStep asks for one step of a record's life; idempotent by envelope id. Answered by RecordSaved.
type RecordStep struct {
	Number  string `json:"number"`
	Version int    `json:"version"` // as it was seen; another one is a conflict
	Event   string `json:"event"`   // of rules/ticket
	Reason  string `json:"reason,omitempty"`
	Note    string `json:"note,omitempty"` // the department's answer, what the caller was told
	Dept    string `json:"dept,omitempty"`
	Due     string `json:"due,omitempty"` // promised, as written
}

// RecordLink notes that two records are about the same matter. Nothing is merged.
type RecordLink struct {
	Number string `json:"number"`
	Other  string `json:"other"`
}

// RecordUnmask asks for one sealed field in full, with the reason that goes into the audit log.
type RecordUnmask struct {
	Number string `json:"number"`
	Field  string `json:"field"` // of rules/ticket
	Reason string `json:"reason"`
}

// RecordPlain answers it. The seat shows the value for so many seconds and keeps it nowhere.
type RecordPlain struct {
	Number  string `json:"number"`
	Field   string `json:"field"`
	Value   string `json:"value"`
	Seconds int    `json:"seconds"`
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

// RecordDraft is the record of the call on the desk as far as it is written,
// said at most every few seconds while it grows. It is not answered. The hub
// keeps it in memory, with the call and no longer: for the seat that gets the
// caller next, and for one that comes back without its own copy.
type RecordDraft struct {
	Call   string `json:"call"`
	Record Record `json:"record"`
}

// RecordGet asks for one record by number; answered by Record or Ack.
type RecordGet struct {
	Number string `json:"number"`
}

// KBHead tells the newest revision of the knowledge base; sent after Welcome
// and at each publication.
type KBHead struct {
	Revision uint64 `json:"revision"`
	Key      []byte `json:"key,omitempty"` // Ed25519, signs every package of this hub
}

// KBFetch asks for part of the package that leads from From to To. To 0 asks
// which package leads from From to the newest revision: the answer names it and
// holds no data. Asking again at Offset resumes after a break.
type KBFetch struct {
	From   uint64 `json:"from"`
	To     uint64 `json:"to,omitempty"`
	Offset int64  `json:"offset"`
	Max    int    `json:"max"`           // bytes wanted, at most 64 KiB
	Raw    bool   `json:"raw,omitempty"` // the seat takes them in a binary frame
}

// KBChunk is a part of a package: Raw in a binary frame, or Data as base64 for a
// seat that did not ask for that.
type KBChunk struct {
	From      uint64 `json:"from"` // 0: the whole library
	To        uint64 `json:"to"`
	Offset    int64  `json:"offset"`
	Total     int64  `json:"total"`
	Sum       []byte `json:"sum,omitempty"`       // SHA-256 of the package, in the answer to To 0
	Signature []byte `json:"signature,omitempty"` // over from, to, total and sum
	Data      []byte `json:"data,omitempty"`
	Raw       []byte `json:"-"`
}

func (c *KBChunk) apart() *[]byte { return &c.Raw }

// Type implements Body.
func (RecordSave) Type() string   { return "record.save" }
func (RecordSaved) Type() string  { return "record.saved" }
func (RecordDraft) Type() string  { return "record.draft" }
func (RecordGet) Type() string    { return "record.get" }
func (Record) Type() string       { return "record" }
func (RecordStep) Type() string   { return "record.step" }
func (RecordLink) Type() string   { return "record.link" }
func (RecordUnmask) Type() string { return "record.unmask" }
func (RecordPlain) Type() string  { return "record.plain" }
func (KBHead) Type() string       { return "kb.head" }
func (KBFetch) Type() string      { return "kb.fetch" }
func (KBChunk) Type() string      { return "kb.chunk" }
