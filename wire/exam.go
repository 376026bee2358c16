package wire

import "encoding/json"

func init() {
	register(
		func() Body { return &ExamList{} },
		func() Body { return &ExamPapers{} },
		func() Body { return &ExamPart{} },
		func() Body { return &ExamResult{} },
	)
}

// ExamList asks for the papers that are laid out for the person who is signed
// in; Have are the ids of those that the seat holds already. Answered by
// ExamPapers.
type ExamList struct {
	Have []string `json:"have,omitempty"`
}

// ExamPapers hands papers out: sealed, to be opened by a code later, with the
// hub away if need be. Withdrawn are ids that must not be begun any more.
// Results are what has been published about earlier ones.
type ExamPapers struct {
	Key       []byte       `json:"key"` // ed25519 key that the papers are signed with
	Papers    []ExamPaper  `json:"papers,omitempty"`
	Withdrawn []string     `json:"withdrawn,omitempty"`
	Results   []ExamReport `json:"results,omitempty"`
}

// ExamPaper is one sealed paper; Keyed says that a code is needed.
type ExamPaper struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Kind  string `json:"kind"` // exam, practice
	Keyed bool   `json:"keyed,omitempty"`
	Box   []byte `json:"box"`
	Sign  []byte `json:"sign"`
}

// ExamPart is a piece of the sound of a simulated call: A-law, two channels
// (caller, trainee), 8000 samples a second. Number counts through the sitting
// from 1, Head is the hash chain up to it. Sent again it changes nothing.
type ExamPart struct {
	Paper   string `json:"paper"`
	Sitting string `json:"sitting"`
	Number  int    `json:"number"`
	Head    []byte `json:"head"`
	Data    []byte `json:"data"`
}

// ExamResult hands a sitting in, after its parts. Body is a Result of
// rules/exam. The first one of a paper counts; sent again it is answered the
// same, another sitting of the same paper is refused (conflict).
type ExamResult struct {
	Paper   string          `json:"paper"`
	Sitting string          `json:"sitting"`
	Body    json.RawMessage `json:"body"`
}

// ExamReport is a published result.
type ExamReport struct {
	Paper   string   `json:"paper"`
	Title   string   `json:"title"`
	Written int      `json:"written"` // points of 100, -1 without a written part
	Calls   []int    `json:"calls,omitempty"`
	Passed  bool     `json:"passed"`
	Lines   []string `json:"lines,omitempty"` // the sheet, for people
}

// Type implements Body.
func (ExamList) Type() string   { return "exam.list" }
func (ExamPapers) Type() string { return "exam.papers" }
func (ExamPart) Type() string   { return "exam.part" }
func (ExamResult) Type() string { return "exam.result" }
