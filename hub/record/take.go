package record

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// Facts are what a step of the record needs to know beside its state.
func Facts(r store.Record) ticket.Facts { return facts(r, "") }

// inSeat stands in the numbers of records that came from other bodies.
const inSeat = "ZB"

// TakeIn makes a record of a case from outside for the command id; by is who
// looks after it. Its number is the next free one of the day.
func (s *Service) TakeIn(ctx context.Context, by Author, id string, m wire.Record, from ticket.Channel) (wire.RecordSaved, error) {
	m.Number = s.inNumber(1)
	if m.Kind == string(ticket.KindInquiry) {
		return wire.RecordSaved{Code: wire.CodeInvalid, Field: "kind", Text: "查询要由参保人来电核验身份，不能移送；请请来电人拨12333"}, nil
	}
	if field, text := s.check(m, false); field != "" {
		return wire.RecordSaved{Code: wire.CodeInvalid, Field: field, Text: text}, nil
	}
	by.channel = from
	return s.once(ctx, by, id, "record.take", m.Number, 0, m, func(p store.Ports) (wire.RecordSaved, error) {
		n, err := p.Numbers.Highest(ctx, s.inSeries())
		if err != nil {
			return wire.RecordSaved{}, fmt.Errorf("numbering a case: %w", err)
		}
		m.Number = s.inNumber(n + 1)
		return s.keep(ctx, p, by, m, Evidence{})
	})
}

// inSeries are the numbers of the day. Those of the day in earlier years stay taken:
// lists, links, texts and the audit log know a record by its number alone.
func (s *Service) inSeries() string { return Series(s.local(s.now()), inSeat) }

func (s *Service) inNumber(n int) string { return fmt.Sprintf("%s-%d", s.inSeries(), n) }

// The kinds of lines that posts leave in a record's course.
const (
	actionSMS      = "sms.out"
	actionReply    = "sms.in"
	actionHandover = "handover"
	actionLink     = "reply.link"
)

// posted are the lines about what went out about a record and came in.
func (s *Service) posted(ctx context.Context, r store.Record) ([]wire.RecordChange, error) {
	list, _, err := s.db.Posts.List(ctx, store.PostFilter{Record: r.ID, Page: store.Page{Limit: 200}})
	if err != nil {
		return nil, fmt.Errorf("listing what was sent about %s: %w", r.No, err)
	}
	early, err := s.early(ctx, r)
	if err != nil {
		return nil, err
	}
	list = append(list, early...)
	var out []wire.RecordChange
	for _, p := range list {
		c := wire.RecordChange{At: p.Created, By: p.Agent, State: p.State}
		switch {
		case p.Kind == store.PostSMS && p.Direction == store.PostIn:
			c.Action, c.By, c.Note = actionReply, p.Number.Masked, messageOf(p).Text
		case p.Kind == store.PostSMS:
			c.Action, c.Note = actionSMS, messageOf(p).Text
		case p.Kind == store.PostHandover:
			c.Action, c.Reason, c.Note = actionHandover, p.Route, p.Receipt
		default:
			c.Action, c.Reason = actionLink, p.Route
		}
		out = append(out, c)
	}
	return out, nil
}

// before and after are how long around a record's making a text that names it may
// have been exchanged with the caller.
const before, after = 24 * time.Hour, 30 * 24 * time.Hour

// early are the short messages exchanged with the caller while the record was
// still being written: they name it, for it had no id yet. A secret one has none.
func (s *Service) early(ctx context.Context, r store.Record) ([]store.Post, error) {
	if ticket.Kind(r.Kind).Secret() {
		return nil, nil
	}
	numbers := [][]byte{r.Party.Phone.Hash}
	for _, id := range r.Calls {
		c, err := s.db.Calls.Get(ctx, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, fmt.Errorf("reading the call of %s: %w", r.No, err)
		}
		if !slices.ContainsFunc(numbers, func(n []byte) bool { return bytes.Equal(n, c.Caller.Hash) }) {
			numbers = append(numbers, c.Caller.Hash)
		}
	}
	var out []store.Post
	for _, n := range numbers {
		if len(n) == 0 {
			continue
		}
		list, _, err := s.db.Posts.List(ctx, store.PostFilter{
			Kind: store.PostSMS, NumberHash: n, Span: store.Span{From: r.Created.Add(-before), To: r.Created.Add(after)}, Page: store.Page{Limit: 200},
		})
		if err != nil {
			return nil, fmt.Errorf("listing what was sent to the caller of %s: %w", r.No, err)
		}
		out = append(out, slices.DeleteFunc(list, func(p store.Post) bool { return p.RecordID != "" || messageOf(p).Record != r.No })...)
	}
	return out, nil
}

// message is what a short message says, and the number of the record that it
// names when it was sent before there was one.
type message struct {
	Text   string `json:"text"`
	Record string `json:"record"`
}

func messageOf(p store.Post) message {
	var m message
	_ = json.Unmarshal(p.Body, &m) // an odd one says nothing
	return m
}
