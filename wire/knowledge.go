package wire

import "time"

func init() {
	register(
		func() Body { return &KBAsk{} },
		func() Body { return &KBRows{} },
		func() Body { return &KBOpen{} },
		func() Body { return &KBEntry{} },
		func() Body { return &KBSave{} },
		func() Body { return &KBStep{} },
		func() Body { return &KBTell{} },
		func() Body { return &KBAsked{} },
		func() Body { return &KBSettle{} },
		func() Body { return &KBMoved{} },
	)
}

// The lists of the editors' desk.
const (
	KBListWork      = "work"      // entries under way: drafts, submitted, reviewed
	KBListPublished = "published" // published and withdrawn
	KBListToday     = "today"     // what changed today
	KBListCalendar  = "calendar"  // what expires, begins or is due for review
	KBListMisses    = "misses"    // searches that led to no article
	KBListQuestions = "questions" // questions without an answer
	KBListWrong     = "wrong"     // answers that were objected to
	KBListArticles  = "articles"  // the articles themselves, by words or id
)

// The kinds of KBTell.
const (
	KBTellWrong    = "wrong"
	KBTellQuestion = "question"
)

// KBAsk asks for a list of the editors' desk; answered by KBRows.
type KBAsk struct {
	List  string `json:"list"`
	Query string `json:"query,omitempty"`
}

// KBRows answers it, the most urgent or newest first.
type KBRows struct {
	List string  `json:"list"`
	Rows []KBRow `json:"rows"`
}

// KBRow is a line of a list. ID is that of an entry, of a note or of an article ("article:ID"), as KBOpen takes it.
type KBRow struct {
	ID      string    `json:"id"`
	Article string    `json:"article,omitempty"`
	Title   string    `json:"title"`
	State   string    `json:"state,omitempty"` // of an entry or note
	Label   string    `json:"label,omitempty"` // what it is or why it is here, in Chinese
	Who     string    `json:"who,omitempty"`   // agent number
	At      time.Time `json:"at,omitzero"`
	Times   int       `json:"times,omitempty"`
	Version int64     `json:"version,omitempty"` // of a note, for KBSettle
}

// KBOpen asks for an entry, for the batch of a list, or for an article by "article:ID" or "article:ID@VERSION"; answered
// by KBEntry.
type KBOpen struct {
	ID string `json:"id"`
}

// KBEntry is an entry as it stands, or an article without one: then Entry is empty. Markdown is a text with front matter, as
// the import takes it.
type KBEntry struct {
	Entry    string      `json:"entry,omitempty"`
	Version  int64       `json:"version,omitempty"` // of the entry, for KBSave and KBStep
	Article  string      `json:"article"`           // id of the article or standard answer
	Number   int         `json:"number,omitempty"`  // version of the article
	Standard bool        `json:"standard,omitempty"`
	State    string      `json:"state,omitempty"`
	Label    string      `json:"label,omitempty"`
	Author   string      `json:"author,omitempty"`
	Batch    int         `json:"batch,omitempty"` // entries of an import that go together: then Markdown lists them
	Markdown string      `json:"markdown"`
	Marks    []string    `json:"marks,omitempty"` // expired, not verified, due for review
	Allowed  []KBMove    `json:"allowed,omitempty"`
	Steps    []KBStepped `json:"steps,omitempty"` // oldest first
	KBPast

	Standards []KBStandard `json:"standards,omitempty"` // that go before what the article itself says
}

// KBStandard is an agreed wording that an article is shown with.
type KBStandard struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Wording string `json:"wording"`
	From    string `json:"from,omitempty"`
	Until   string `json:"until,omitempty"` // last day, none until it is ended
}

// KBPast is what came before an entry.
type KBPast struct {
	Base     int      `json:"base,omitempty"`     // the version compared with
	Diff     []string `json:"diff,omitempty"`     // lines that begin with "+", "-" or "="
	Versions []int    `json:"versions,omitempty"` // of the article, that can be shown
}

// KBMove is a step that may be taken now.
type KBMove struct {
	Step  string `json:"step"`
	Label string `json:"label"`
	Why   bool   `json:"why,omitempty"` // a reason must be given
}

// KBStepped is a step that was taken.
type KBStepped struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	Label string    `json:"label"`
	Why   string    `json:"why,omitempty"`
}

// KBSave keeps a text as the draft of an article or standard answer, under the id in its front matter; answered by
// KBEntry, or by Ack whose text names the line. Without an entry a new draft is begun. Idempotent by its content.
type KBSave struct {
	Entry    string `json:"entry,omitempty"`
	Version  int64  `json:"version,omitempty"` // as it was seen; another one is a conflict
	Markdown string `json:"markdown"`
}

// KBStep asks for a step of kb/govern; answered by KBEntry. ID as in KBOpen. A step of a batch is taken by all its
// entries or by none.
type KBStep struct {
	ID      string `json:"id"`
	Version int64  `json:"version,omitempty"`
	Step    string `json:"step"`
	Why     string `json:"why,omitempty"`
}

// KBTell tells the editors of an answer that was wrong or a question without one; idempotent by envelope id.
type KBTell struct {
	Kind    string    `json:"kind"` // wrong, question
	Article string    `json:"article,omitempty"`
	Number  int       `json:"number,omitempty"` // version that was on the screen
	Call    string    `json:"call,omitempty"`
	Text    string    `json:"text"`
	At      time.Time `json:"at"`
}

// KBAsked tells what was searched and which article was opened after it, for the list of misses; idempotent by envelope
// id.
type KBAsked struct {
	Text   string    `json:"text"`
	Opened string    `json:"opened,omitempty"` // id, empty when none was opened
	Found  int       `json:"found"`            // hits that were shown
	At     time.Time `json:"at"`
}

// KBSettle closes a note with what was done about it; a miss is named by its words. Answered by Ack.
type KBSettle struct {
	ID      string `json:"id"`
	Version int64  `json:"version,omitempty"`
	Answer  string `json:"answer"`
}

// KBMoved tells a seat that has asked for a list of the editors' desk that somebody changed something there: ask again.
type KBMoved struct{}

// Type implements Body.
func (KBAsk) Type() string    { return "kb.ask" }
func (KBRows) Type() string   { return "kb.rows" }
func (KBOpen) Type() string   { return "kb.open" }
func (KBEntry) Type() string  { return "kb.entry" }
func (KBSave) Type() string   { return "kb.save" }
func (KBStep) Type() string   { return "kb.step" }
func (KBTell) Type() string   { return "kb.tell" }
func (KBAsked) Type() string  { return "kb.asked" }
func (KBSettle) Type() string { return "kb.settle" }
func (KBMoved) Type() string  { return "kb.moved" }
