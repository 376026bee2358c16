package desk

import (
	"zuoxi/internal/clean"
	"zuoxi/wire"
)

// Limits of texts in runes: what a form field holds at most, with room.
const (
	maxWord = 64
	maxLine = 200
	maxPage = 8000
	maxRows = 16 // of a check
)

// Clean makes every text of a message from a seat safe to store, log and draw
// on another seat. Secrets are compared and never shown, SDP has its own
// parser; both stay as they came.
func Clean(b wire.Body) {
	switch m := b.(type) {
	case *wire.SignIn:
		words(&m.AgentNo, &m.Device, &m.Program)
	case *wire.Renew:
		words(&m.AgentNo, &m.Device, &m.Program)
	case *wire.Resume:
		words(&m.Program)
	case *wire.Ack:
		words((*string)(&m.Code))
		lines(&m.Text)
	case *wire.Bye:
		words((*string)(&m.Code))
		lines(&m.Text)
	case *wire.SetPresence:
		words(&m.State)
		lines(&m.Reason)
	case *wire.Alert:
		words(&m.Level, &m.Call)
		lines(&m.Text)
	case *wire.MediaReport:
		words(&m.Codec)
	case *wire.MediaCheck:
		m.Rows = m.Rows[:min(len(m.Rows), maxRows)]
		for i := range m.Rows {
			words(&m.Rows[i].Name)
			lines(&m.Rows[i].Text)
		}
	case *wire.AdminRequest:
		words(&m.Cmd)
		m.Args = clean.JSON(m.Args, argument)
	default:
		cleanCall(b)
	}
}

func cleanCall(b wire.Body) {
	switch m := b.(type) {
	case *wire.OfferShown:
		words(&m.Offer)
	case *wire.Answer:
		words(&m.Offer)
	case *wire.Reject:
		words(&m.Offer)
		lines(&m.Reason)
	case *wire.CallVerb:
		words(&m.Call, &m.Do, &m.Leg, &m.Keys, &m.Next)
		lines(&m.Target, &m.Reason)
		if m.Record != nil {
			cleanRecord(m.Record)
		}
	case *wire.FindTarget:
		lines(&m.Query)
	case *wire.Dial:
		words(&m.Record)
		lines(&m.Target, &m.Reason)
	case *wire.HearVoicemail:
		words(&m.ID)
	case *wire.CallHelp:
		lines(&m.Text)
	case *wire.RecordDraft:
		words(&m.Call)
		cleanRecord(&m.Record)
	case *wire.RecordSave:
		cleanRecord(&m.Record)
		words(&m.Next)
		lines(&m.Reason)
	case *wire.RecordGet:
		words(&m.Number)
	case *wire.Record:
		cleanRecord(m)
	default:
		cleanCase(b)
	}
}

// cleanCase cleans what is asked about a record or a citizen.
func cleanCase(b wire.Body) {
	switch m := b.(type) {
	case *wire.RecordStep:
		words(&m.Number, &m.Event)
		lines(&m.Reason, &m.Dept, &m.Due)
		m.Note = clean.Text(m.Note, maxPage)
	case *wire.RecordLink:
		words(&m.Number, &m.Other)
	case *wire.RecordUnmask:
		words(&m.Number, &m.Field)
		lines(&m.Reason)
	case *wire.IdentityBegin:
		words(&m.Call)
	case *wire.IdentityCheck:
		words(&m.Call, &m.Number, &m.Name)
		lines(&m.Employer, &m.Substitute)
	case *wire.IdentityRead:
		words(&m.Call)
		lines(&m.Text)
	case *wire.BusinessAsk:
		words(&m.Call, &m.What)
	case *wire.SMSSend:
		words(&m.Call, &m.Record, &m.Template)
		for i := range m.Values {
			words(&m.Values[i].Blank)
			m.Values[i].Value = clean.Text(m.Values[i].Value, maxPage)
		}
	case *wire.SheetAsk:
		words(&m.Number)
	case *wire.CallerTag:
		words(&m.Call, &m.Tag)
		lines(&m.Reason)
	case *wire.Find:
		words(&m.After)
		lines(&m.Line)
	default:
		cleanLead(b)
	}
}

// cleanLead cleans what somebody wants who looks after other seats.
func cleanLead(b wire.Body) {
	switch m := b.(type) {
	case *wire.Observe:
		words(&m.Seat, &m.Way)
		lines(&m.Reason)
	case *wire.TakeOver:
		words(&m.Seat, &m.Call)
		lines(&m.Reason)
	case *wire.SeatForce:
		words(&m.Seat, &m.State)
		lines(&m.Reason)
	case *wire.CallMove:
		words(&m.Do, &m.Seat, &m.Call)
		lines(&m.Reason)
	case *wire.Broadcast:
		lines(&m.Text)
	case *wire.AlarmAck:
		lines(&m.ID)
	default:
		cleanKnowledge(b)
	}
}

func cleanRecord(r *wire.Record) {
	words(&r.Number, &r.State, &r.Kind, &r.Subject, &r.Callback, &r.Handling.How)
	lines(&r.Topic, &r.Region, &r.Name, &r.Handling.Dept, &r.Handling.Due)
	r.Question = clean.Text(r.Question, maxPage)
	r.Answer = clean.Text(r.Answer, maxPage)
	r.RecordLife = wire.RecordLife{Fields: r.Fields} // all else of it comes from the hub
	for i := range r.Fields {
		words(&r.Fields[i].Code)
		r.Fields[i].Value = clean.Text(r.Fields[i].Value, maxPage)
	}
	for i := range r.CallIDs {
		words(&r.CallIDs[i])
	}
	for i := range r.Articles {
		words(&r.Articles[i].ID, &r.Articles[i].Version)
	}
}

// argument cleans a text of a command's arguments. It is not cut: bytes, such as
// those of a file, are text here, and a whole message is bounded.
func argument(key, s string) string {
	switch {
	case key == "password":
		return s
	case pages[key]:
		return clean.Text(s, len(s))
	}
	return clean.Line(s, len(s))
}

func words(fields ...*string) {
	for _, f := range fields {
		*f = clean.Line(*f, maxWord)
	}
}

func lines(fields ...*string) {
	for _, f := range fields {
		*f = clean.Line(*f, maxLine)
	}
}
