package wire

import "time"

func init() {
	register(
		func() Body { return &SMSAsk{} },
		func() Body { return &SMSTemplates{} },
		func() Body { return &SMSSend{} },
		func() Body { return &SMSSent{} },
		func() Body { return &SheetAsk{} },
		func() Body { return &Sheet{} },
	)
}

// SMSAsk asks which texts may be sent to citizens. Answered by SMSTemplates, or
// Ack where the centre sends none.
type SMSAsk struct{}

// SMSTemplates are the centre's texts, with the blanks that the agent fills.
type SMSTemplates struct {
	List []SMSTemplate `json:"list,omitempty"`
}

// SMSTemplate is one text; Legal is appended to it.
type SMSTemplate struct {
	ID     string   `json:"id"`
	Title  string   `json:"title"`
	Text   string   `json:"text"`
	Legal  string   `json:"legal,omitempty"`
	Blanks []string `json:"blanks,omitempty"`
}

// SMSSend sends a text to the citizen of the call or record: one of the two is
// named. The message's id makes it one text. Answered by SMSSent.
type SMSSend struct {
	Call     string     `json:"call,omitempty"`
	Record   string     `json:"record,omitempty"`
	Template string     `json:"template"`
	Values   []SMSValue `json:"values,omitempty"`
}

// SMSValue fills a blank.
type SMSValue struct {
	Blank string `json:"blank"`
	Value string `json:"value"`
}

// SMSSent is what will be sent, to whom (masked), in how many parts.
type SMSSent struct {
	To    string `json:"to"`
	Text  string `json:"text"`
	Parts int    `json:"parts"`
}

// SheetAsk asks for the reply form of a record that a department has.
type SheetAsk struct {
	Number string `json:"number"`
}

// Sheet is the link for the department. It works once, until Expires. Page is
// the record on paper, an HTML file that needs no other, persons masked.
type Sheet struct {
	Number  string    `json:"number"`
	Dept    string    `json:"dept"`
	URL     string    `json:"url"`
	Expires time.Time `json:"expires"`
	Page    []byte    `json:"page,omitempty"`
}

// Type implements Body.
func (SMSAsk) Type() string       { return "sms.ask" }
func (SMSTemplates) Type() string { return "sms.templates" }
func (SMSSend) Type() string      { return "sms.send" }
func (SMSSent) Type() string      { return "sms.sent" }
func (SheetAsk) Type() string     { return "sheet.ask" }
func (Sheet) Type() string        { return "sheet" }
