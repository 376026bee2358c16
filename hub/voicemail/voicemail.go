// Package voicemail keeps the messages that callers leave: their entry with
// its clock of three working days, the list that agents work off, and the
// hearing of them. The sound itself is a recording. The hub uses it; it knows
// no call and no seat. It promises that a message which was kept
// is on the disk and stays on somebody's list until it is closed.
package voicemail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/rules/deadline"
	"zuoxi/wire"
)

// The states of a message, in their order (domain.md section 5).
const (
	StateNew    = "new"
	StateHeard  = "heard"
	StateRecord = "record"
	StateCalled = "called_back"
	StateClosed = "closed"
)

// rank orders the states: a message never goes back.
var rank = map[string]int{StateNew: 0, StateHeard: 1, StateRecord: 2, StateCalled: 3, StateClosed: 4}

// ErrState tells that a message cannot go back to a state.
var ErrState = errors.New("留言已经办到下一步 · 不能退回 · 请刷新列表")

// replyDays is how long a message may wait for its answer.
const replyDays = deadline.Workdays(3)

// Service keeps messages. Any goroutine may use it.
type Service struct {
	db       *store.Store
	calendar deadline.Calendar
	now      func() time.Time
}

// New makes the service.
func New(db *store.Store, calendar deadline.Calendar, now func() time.Time) *Service {
	return &Service{db: db, calendar: calendar, now: now}
}

// Message is what was left.
type Message struct {
	Call, Recording  string
	District, Region string
	Number           seal.Value
	Length           time.Duration
	At               time.Time // when it was left; zero: just now
}

// Keep enters a message and starts its clock, as soon as the store is there. It
// has the name of its recording: one that is kept twice is there once, as it is.
func (s *Service) Keep(ctx context.Context, m Message) (store.Voicemail, error) {
	if m.At.IsZero() {
		m.At = s.now()
	}
	v := store.Voicemail{
		ID: m.Recording, CallID: m.Call, RecordingID: m.Recording, District: m.District, Region: m.Region, Length: m.Length,
		Number: m.Number, State: StateNew, Left: m.At, Due: deadline.Of(m.At, replyDays, s.calendar).At, Updated: s.now(),
	}
	err := store.Insist(ctx, func() error { return s.db.Voicemails.Create(ctx, v) })
	if err != nil && !errors.Is(err, store.ErrDuplicate) {
		return v, fmt.Errorf("keeping the message of call %s: %w", m.Call, err)
	}
	return v, nil
}

// Get gets one message.
func (s *Service) Get(ctx context.Context, id string) (store.Voicemail, error) {
	v, err := s.db.Voicemails.Get(ctx, id)
	if err != nil {
		return v, fmt.Errorf("message %s: %w", id, err)
	}
	return v, nil
}

// Move brings a message to a later state, in the agent's name, as soon as the
// store is there. One that is there already stays as it is.
func (s *Service) Move(ctx context.Context, id, state, agent, record string) (v store.Voicemail, err error) {
	for range moveTries {
		err = store.Insist(ctx, func() (err error) {
			v, err = s.move(ctx, id, state, agent, record)
			return err
		})
		if !errors.Is(err, store.ErrConflict) { // somebody else has moved it meanwhile
			break
		}
	}
	return v, err
}

// moveTries are more than there are states that others could move a message to.
const moveTries = 5

func (s *Service) move(ctx context.Context, id, state, agent, record string) (store.Voicemail, error) {
	v, err := s.Get(ctx, id)
	if err != nil {
		return v, err
	}
	switch {
	case rank[state] == rank[v.State]:
		return v, nil
	case rank[state] < rank[v.State]:
		return v, ErrState
	}
	v.State, v.Agent, v.Updated = state, agent, s.now()
	if record != "" {
		v.RecordID = record
	}
	v, err = s.db.Voicemails.Update(ctx, v)
	if err != nil {
		return v, fmt.Errorf("message %s: %w", id, err)
	}
	return v, nil
}

const shown = 50

// List gives the messages of a district that are not closed, the most urgent
// first.
func (s *Service) List(ctx context.Context, districts ...string) ([]wire.Voicemail, error) {
	rows, _, err := s.db.Voicemails.List(ctx, store.VoicemailFilter{
		Districts: districts, DueBefore: s.now().AddDate(1, 0, 0), Page: store.Page{Limit: shown},
	})
	if err != nil {
		return nil, fmt.Errorf("listing messages: %w", err)
	}
	out := make([]wire.Voicemail, 0, len(rows))
	for _, v := range rows {
		out = append(out, wire.Voicemail{
			ID: v.ID, Masked: v.Number.Masked, At: v.Left, Seconds: int(v.Length.Round(time.Second).Seconds()), State: v.State, Due: v.Due,
		})
	}
	return out, nil
}
