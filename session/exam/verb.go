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
	// HandIn ends the written part, or the whole sitting.
	HandIn struct{}
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
	// Write is the record as it stands; the caller follows what is noted down.
	Write struct{ Record Record }
	// Shown notes that an article was on the screen.
	Shown struct{ Article string }
)

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
func (Shown) verb()  {}
