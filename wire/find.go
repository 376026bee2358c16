package wire

import "time"

func init() {
	register(
		func() Body { return &Find{} },
		func() Body { return &Found{} },
	)
}

// Find looks for calls, records and messages together. Line is what the agent
// typed, read by rules/find; After is the Next of the page before. Answered by
// Found, or Ack with a line about what cannot be meant.
type Find struct {
	Line  string `json:"line"`
	After string `json:"after,omitempty"`
	Limit int    `json:"limit,omitempty"`
}

// Found is one page, the newest first; Conditions say how Line was understood.
type Found struct {
	Line       string     `json:"line"`
	Conditions []string   `json:"conditions,omitempty"`
	Rows       []FoundRow `json:"rows,omitempty"`
	Next       string     `json:"next,omitempty"`
}

// FoundRow is a thing that was found, personal data masked.
type FoundRow struct {
	Type    string    `json:"type"` // of rules/find
	ID      string    `json:"id"`   // of a record its number
	At      time.Time `json:"at"`
	Who     string    `json:"who,omitempty"`
	Kind    string    `json:"kind,omitempty"`
	Subject string    `json:"subject,omitempty"`
	Region  string    `json:"region,omitempty"`
	Agent   string    `json:"agent,omitempty"`
	Owner   string    `json:"owner,omitempty"`
	State   string    `json:"state,omitempty"` // a state of rules/ticket, or a call's disposition
	What    string    `json:"what,omitempty"`
	Record  string    `json:"record,omitempty"` // number of the record to open
}

// Type implements Body.
func (Find) Type() string  { return "find" }
func (Found) Type() string { return "found" }
