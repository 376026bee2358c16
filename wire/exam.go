package wire

import (
	"encoding/json"
	"time"

	"zuoxi/rules/exam"
)

func init() {
	register(
		func() Body { return &ExamList{} },
		func() Body { return &ExamPapers{} },
		func() Body { return &ExamPart{} },
		func() Body { return &ExamResult{} },
		func() Body { return &ExamLaid{} },
		func() Body { return &ExamLive{} },
		func() Body { return &ExamSteer{} },
		func() Body { return &ExamVoice{} },
		func() Body { return &ExamLearned{} },
		func() Body { return &ExamSound{} },
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
// Results are what has been published about earlier ones. Voices are spoken
// lines of their callers that do not ship with the program, to be fetched by
// ExamVoice. Missed is what the person is to be asked again in practice, nil
// where the hub does not say.
type ExamPapers struct {
	Key       []byte       `json:"key"` // ed25519 key that the papers are signed with
	Papers    []ExamPaper  `json:"papers,omitempty"`
	Withdrawn []string     `json:"withdrawn,omitempty"`
	Results   []ExamReport `json:"results,omitempty"`
	Voices    []string     `json:"voices,omitempty"`
	Missed    exam.Memory  `json:"missed"`
}

// ExamPaper is one sealed paper; Keyed says that a code is needed, which is
// that of the room.
type ExamPaper struct {
	ID    string `json:"id"`
	Room  string `json:"room"`
	Agent string `json:"agent_no"`
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

// ExamLearned tells what somebody answered in a practice, on a day of the
// seat's (2026-11-23). Each sitting counts once however often it is sent.
type ExamLearned struct {
	Sitting string       `json:"sitting"`
	Day     string       `json:"day"`
	Answers []ExamAnswer `json:"answers"`
}

// ExamAnswer is what was given to one question: keys of options, or a text.
type ExamAnswer struct {
	Question string   `json:"question"`
	Given    []string `json:"given"`
}

// ExamReport is a published result.
type ExamReport struct {
	Paper    string    `json:"paper"`
	Title    string    `json:"title"`
	Written  int       `json:"written"` // points of 100, -1 without a written part
	Calls    []int     `json:"calls,omitempty"`
	Passed   bool      `json:"passed"`
	At       time.Time `json:"at"`
	Disputed bool      `json:"disputed,omitempty"` // a second marker is at work
	Lines    []string  `json:"lines,omitempty"`    // the sheet, for people
}

// ExamLaid tells a seat that papers or results have come for its person; it
// asks by ExamList.
type ExamLaid struct{}

// ExamLive tells how a sitting goes on: from the trainee's seat to the hub, and
// from there to those who watch. It is lossy, the newest counts.
type ExamLive struct {
	Lives []exam.Live `json:"lives"`
}

// ExamSteer is what an examiner does to the sitting of Agent: to the hub, which
// answers by Ack and hands it to the trainee's seat.
type ExamSteer struct {
	Agent  string      `json:"agent_no"`
	Do     exam.Steer  `json:"do"`
	Choice exam.Choice `json:"choice"`
	By     string      `json:"by,omitempty"` // set by the hub
}

// ExamVoice asks for a spoken line by name; answered by ExamSound.
type ExamVoice struct {
	Name string `json:"name"`
}

// ExamSound is a spoken line: A-law, 8000 samples a second.
type ExamSound struct {
	Name string `json:"name"`
	Data []byte `json:"data"`
}

// Type implements Body.
func (ExamList) Type() string   { return "exam.list" }
func (ExamPapers) Type() string { return "exam.papers" }
func (ExamPart) Type() string   { return "exam.part" }
func (ExamResult) Type() string { return "exam.result" }
func (ExamLaid) Type() string   { return "exam.laid" }
func (ExamLive) Type() string   { return "exam.live" }
func (ExamSteer) Type() string  { return "exam.steer" }
func (ExamVoice) Type() string  { return "exam.voice" }
func (ExamSound) Type() string  { return "exam.sound" }

// Type implements Body.
func (ExamLearned) Type() string { return "exam.learned" }
