package wire

func init() {
	register(
		func() Body { return &IdentityBegin{} },
		func() Body { return &IdentityCheck{} },
		func() Body { return &IdentityAnswer{} },
		func() Body { return &IdentityRead{} },
		func() Body { return &BusinessAsk{} },
		func() Body { return &BusinessAnswer{} },
	)
}

// IdentityBegin tells that the agent begins to ask the caller who they are: from here on the recording holds what must not
// leave the house.
type IdentityBegin struct {
	Call string `json:"call"`
}

// IdentityCheck asks whether three elements belong together, as the caller said them. Answered by IdentityAnswer or a
// refusal (Ack); what was typed is kept nowhere.
type IdentityCheck struct {
	Call       string `json:"call"`
	Number     string `json:"number"`
	Name       string `json:"name"`
	Employer   string `json:"employer,omitempty"`
	Substitute string `json:"substitute,omitempty"` // where the centre has set one, for people without an employer
}

// IdentityAnswer is all that may be said. Which element was wrong is never among it.
type IdentityAnswer struct {
	Answer string `json:"answer"` // of rules/identity
	Phase  string `json:"phase"`  // of rules/identity: what may follow
	Left   int    `json:"left"`   // checks that this call still has
	Text   string `json:"text,omitempty"`
	Read   string `json:"read,omitempty"` // wording to read out to the caller
}

// IdentityRead notes that a wording was read out.
type IdentityRead struct {
	Call string `json:"call"`
	Text string `json:"text"`
}

// What BusinessAsk may ask for.
const (
	AskAccount  = "account"
	AskCard     = "card"
	AskCardLoss = "card.loss" // reports the card as lost; carried out once
)

// BusinessAsk asks the business system about the person who was matched on the call.
type BusinessAsk struct {
	Call string `json:"call"`
	What string `json:"what"`
}

// BusinessAnswer is what may be read out. Sandbox: the data is made up.
type BusinessAnswer struct {
	What    string        `json:"what"`
	Rows    []BusinessRow `json:"rows,omitempty"`
	Sandbox bool          `json:"sandbox,omitempty"`
}

// BusinessRow is one line of it.
type BusinessRow struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Type implements Body.
func (IdentityBegin) Type() string  { return "identity.begin" }
func (IdentityCheck) Type() string  { return "identity.check" }
func (IdentityAnswer) Type() string { return "identity.answer" }
func (IdentityRead) Type() string   { return "identity.read" }
func (BusinessAsk) Type() string    { return "business.ask" }
func (BusinessAnswer) Type() string { return "business.answer" }
