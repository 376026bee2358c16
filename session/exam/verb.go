package exam

// Verb is something the person at the exam wants.
type Verb interface{ verb() }

// The verbs.
type (
	// Open begins a paper with the code that the invigilator gives.
	Open struct{ Paper, Code string }
	// Answer is what stands at a question now: keys of options, or one text.
	Answer struct {
		Item  int
		Given []string
	}
	// HandIn ends the written part, or the whole sitting: the one that the phase
	// Part is of, which was on the screen. Empty: the one under way.
	HandIn struct{ Part Phase }
	// Done puts a finished sitting away.
	Done struct{}
	// Next has the next caller ring; with Call >= 0 that one again, in practice only.
	Next struct{ Call int }
	// Pick answers the caller who rings.
	Pick struct{}
	// HangUp ends the simulated call.
	HangUp struct{}
	// Mute closes the microphone towards the caller, or opens it.
	Mute struct{ On bool }
	// Hold parks the caller with music, or brings them back.
	Hold struct{ On bool }
	// Replay plays the last talk with a practice caller from so many milliseconds on; From < 0 stops it.
	Replay struct {
		Call int
		From int64
	}
	// Check notes, in practice, that a point of the model answer was said, or takes it back.
	Check struct{ Call, Point int }
	// Noted is something that an invigilator should know: one of the Noted words.
	Noted struct{ What string }
	// Write is the record as it stands; the caller follows what is noted down.
	Write struct{ Record Record }
	// Shown notes that an article was on the screen.
	Shown struct{ Article string }
)

// What is noted of somebody who tries to take text in or out.
const (
	NotedCopy  = "copy"
	NotedPaste = "paste"
)

var notedText = map[string]string{NotedCopy: "试图复制", NotedPaste: "试图粘贴"}

// Record is what is written about a simulated call, under the names of the form.
type Record map[string]string

func (Open) verb()   {}
func (Answer) verb() {}
func (HandIn) verb() {}
func (Done) verb()   {}
func (Next) verb()   {}
func (Pick) verb()   {}
func (HangUp) verb() {}
func (Mute) verb()   {}
func (Hold) verb()   {}
func (Write) verb()  {}
func (Replay) verb() {}
func (Noted) verb()  {}
func (Check) verb()  {}
func (Shown) verb()  {}
