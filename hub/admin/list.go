package admin

import (
	"context"
	"encoding/json"
	"regexp"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/rules/mask"
	"zuoxi/wire"
)

func rowOf(c store.Call) wire.CallRow {
	row := wire.CallRow{
		ID: c.ID, Direction: c.Direction, Arrived: c.Times.Arrive, Caller: c.Caller.Masked, Region: c.Origin.Region, Subject: c.Subject,
		Agent: c.Agent, Disposition: string(c.Outcome.Disposition), Place: c.Outcome.Place, WaitMS: between(c.Times.Queue, c.Times.Bridge),
		TalkMS: between(c.Times.Bridge, c.Times.Release), Rating: string(c.Outcome.Rating), EndedBy: c.Outcome.ReleaseBy,
		Cause: c.Outcome.ReleaseCause, Open: c.Times.Closed.IsZero(),
	}
	if row.Open && c.Times.Release.IsZero() {
		row.Disposition, row.Place = "", "" // the class of a call is known when nobody talks any more
	}
	return row
}

// hidden takes the caller's grade out for the agent who was graded: nobody reads
// their own.
func hidden(r wire.CallRow, who Person) wire.CallRow {
	if r.Agent == who.No {
		r.Rating = ""
	}
	return r
}

func between(from, to time.Time) int64 {
	if from.IsZero() || to.IsZero() || to.Before(from) {
		return 0
	}
	return to.Sub(from).Milliseconds()
}

type page struct {
	Limit int    `json:"limit"`
	After string `json:"after"`
}

func (s *Service) callList(ctx context.Context, a *ask) (any, error) {
	in, err := read[page](a)
	if err != nil {
		return nil, err
	}
	f := store.CallFilter{Page: store.Page{Limit: in.Limit, After: in.After}}
	switch a.who.can(access.CallList) {
	case access.Self:
		f.Agent = a.who.No
	case access.Own:
		f.Districts = []string{a.who.District}
	}
	if err := s.note(ctx, a, "call.list", "", ""); err != nil {
		return nil, err
	}
	list, _, err := s.DB.Calls.List(ctx, f)
	if err != nil {
		return nil, err
	}
	out := make([]wire.CallRow, 0, len(list))
	for _, c := range list {
		out = append(out, hidden(rowOf(c), a.who))
	}
	return out, nil
}

// ratingReason is the timeline's word for why a caller was not content.
const ratingReason = "rating_why"

// detail is a call with everything that belongs to it.
type detail struct {
	Call       fullCall         `json:"call"`
	Timeline   []wire.CallEvent `json:"timeline"`
	Legs       []leg            `json:"legs"`
	Records    []wire.Record    `json:"records"`
	Recordings []recordingEntry `json:"recordings"`
}

type fullCall struct {
	wire.CallRow
	Times      store.CallTimes  `json:"times"`
	Disclaimer store.Disclaimer `json:"disclaimer"`
	RegionHow  string           `json:"region_how"`
	Quality    store.Quality    `json:"quality"`
	District   string           `json:"district"`
}

type leg struct {
	ID      string    `json:"id"`
	Role    string    `json:"role"`
	Agent   string    `json:"agent,omitempty"`
	Party   string    `json:"party,omitempty"` // masked
	From    time.Time `json:"from"`
	To      time.Time `json:"to,omitzero"`
	Outcome string    `json:"outcome,omitempty"`
}

type recordingEntry struct {
	ID      string      `json:"id"`
	Start   time.Time   `json:"start"`
	Seconds float64     `json:"seconds"`
	Gaps    []store.Gap `json:"gaps,omitempty"`
	Running bool        `json:"running,omitempty"`
}

func (s *Service) callShow(ctx context.Context, a *ask) (any, error) {
	in, err := read[struct {
		ID string `json:"id"`
	}](a)
	if err != nil {
		return nil, err
	}
	c, err := s.call(ctx, a, access.CallShow, in.ID)
	if err != nil {
		return nil, err
	}
	if err := s.note(ctx, a, "call.show", "call/"+c.ID, ""); err != nil {
		return nil, err
	}
	out := detail{
		Call: fullCall{
			CallRow: hidden(rowOf(c), a.who), Times: c.Times, Disclaimer: c.Disclaimer, RegionHow: c.Origin.RegionHow, Quality: c.Quality, District: c.District,
		},
		Timeline: []wire.CallEvent{}, Legs: []leg{}, Records: []wire.Record{}, Recordings: []recordingEntry{},
	}
	if err := s.fill(ctx, a, c, &out); err != nil {
		return nil, err
	}
	return out, nil
}

// asked is a number that older versions wrote into the timeline in full when an agent asked it. A row of the timeline is never
// changed: who looks sees the mask that is written now.
var asked = regexp.MustCompile(`外线 \+?[0-9]+`)

// shown is the data of an event for people.
func shown(e store.Event) json.RawMessage {
	return asked.ReplaceAllFunc(e.Data, func(number []byte) []byte { return []byte("外线 " + mask.Phone(string(number))) })
}

// said are the words of an event, if it has any.
func said(data json.RawMessage) string {
	var v struct {
		Text string `json:"text"`
	}
	_ = json.Unmarshal(data, &v) // an event without words has none
	return v.Text
}

func (s *Service) fill(ctx context.Context, a *ask, c store.Call, out *detail) error {
	events, err := s.DB.Timeline.List(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, e := range events {
		if e.Kind == ratingReason && c.Agent == a.who.No {
			continue
		}
		data := shown(e)
		out.Timeline = append(out.Timeline, wire.CallEvent{At: e.At, Kind: e.Kind, Text: said(data), Data: data})
	}
	legs, err := s.DB.Legs.List(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, l := range legs {
		out.Legs = append(out.Legs, leg{ID: l.ID, Role: l.Role, Agent: l.Agent, Party: l.Party.Masked, From: l.From, To: l.To, Outcome: l.Outcome})
	}
	tapes, err := s.recordings(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, t := range tapes {
		out.Recordings = append(out.Recordings, recordingEntry{
			ID: t.ID, Start: t.Start, Seconds: float64(t.Samples) / sampleRate, Gaps: t.Gaps, Running: t.End.IsZero(),
		})
	}
	rows, _, err := s.DB.Records.List(ctx, store.RecordFilter{Call: c.ID})
	if err != nil {
		return err
	}
	for _, r := range rows {
		if a.who.may(access.RecordView, r.Agent, r.District) == nil {
			out.Records = append(out.Records, s.House.Records([]store.Record{r})...)
		}
	}
	return nil
}

// call gets a call that the asker may see; any other is as if it were not there.
func (s *Service) call(ctx context.Context, a *ask, right access.Command, id string) (store.Call, error) {
	c, err := s.DB.Calls.Get(ctx, id)
	if err != nil {
		return c, err
	}
	if a.who.may(right, c.Agent, c.District) != nil {
		return c, errNothing
	}
	return c, nil
}

func (s *Service) recordList(ctx context.Context, a *ask) (any, error) {
	in, err := read[page](a)
	if err != nil {
		return nil, err
	}
	f := store.RecordFilter{Page: store.Page{Limit: in.Limit, After: in.After}}
	switch a.who.can(access.RecordSearch) {
	case access.Self:
		f.Agent = a.who.No
	case access.Own:
		f.Districts = []string{a.who.District}
	}
	if err := s.note(ctx, a, "record.list", "", ""); err != nil {
		return nil, err
	}
	rows, _, err := s.DB.Records.List(ctx, f)
	if err != nil {
		return nil, err
	}
	visible := rows[:0]
	for _, r := range rows {
		if r.Kind != conduct || a.who.may(access.RecordConduct, r.Agent, r.District) == nil {
			visible = append(visible, r)
		}
	}
	return append([]wire.Record{}, s.House.Records(visible)...), nil
}

// conduct is the kind that the accused must not see.
const conduct = "conduct_complaint"

func (s *Service) recordShow(ctx context.Context, a *ask) (any, error) {
	in, err := read[struct {
		Number string `json:"number"`
	}](a)
	if err != nil {
		return nil, err
	}
	rows, _, err := s.DB.Records.List(ctx, store.RecordFilter{No: in.Number, Page: store.Page{Limit: 1}})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || in.Number == "" || a.who.may(access.RecordView, rows[0].Agent, rows[0].District) != nil {
		return nil, errNothing
	}
	if rows[0].Kind == conduct && a.who.may(access.RecordConduct, rows[0].Agent, rows[0].District) != nil {
		return nil, errNothing
	}
	if err := s.note(ctx, a, "record.show", "record/"+rows[0].ID, ""); err != nil {
		return nil, err
	}
	return s.House.Records(rows)[0], nil
}
