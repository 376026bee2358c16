// Package scribe writes the log of one call beside it: legs, timeline and what
// became of it. The calls' room uses it, and whoever must write a call as the
// hub does. It promises that no voice and no key ever waits for the disk, that
// notes keep their order, and that an ending is tried until it stands.
package scribe

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"time"

	"zuoxi/hub/store"
)

const (
	scribeQueue = 1024 // notes of one call that may wait for the disk; full: the note is dropped and counted; an ending has a place of its own
	scribeRetry = 500 * time.Millisecond
	scribeTries = 20 // an ending is tried for so long; CloseOrphans is behind it
)

// Scribe writes one call's log in a goroutine of its own. Only the call's actor
// speaks to it.
type Scribe struct {
	db     *store.Store
	log    *slog.Logger
	call   store.Call
	seq    int64
	notes  chan note
	done   chan struct{}
	lost   int   // notes dropped for a full queue
	doubt  bool  // whether a save stands whose answer did not come
	missed bool  // something was given up
	ended  error // how the last save ended; read once done is closed
}

// errOpen is a log that nobody has closed yet.
var errOpen = errors.New("the call's log is still open")

// note is one thing to write.
type note struct {
	event *store.Event
	edit  func(*store.Call)
	leg   *store.Leg
	ended *legEnd
	last  bool
}

type legEnd struct {
	id, outcome string
	at          time.Time
}

// New makes the scribe of a call as it begins; Run serves it.
func New(db *store.Store, log *slog.Logger, c store.Call) *Scribe {
	return &Scribe{db: db, log: log, call: c, notes: make(chan note, scribeQueue+1), done: make(chan struct{}), ended: errOpen}
}

// Event notes a step of the timeline: kind for programs, text for people.
func (s *Scribe) Event(at time.Time, kind, text string, more map[string]any) {
	data := map[string]any{"text": text}
	for k, v := range more {
		data[k] = v
	}
	raw, err := json.Marshal(data)
	if err != nil {
		raw = nil
	}
	s.give(note{event: &store.Event{At: at, Kind: kind, Data: raw}})
}

// Edit changes the log of the call.
func (s *Scribe) Edit(f func(*store.Call)) { s.give(note{edit: f}) }

// AddLeg notes a leg that begins.
func (s *Scribe) AddLeg(l store.Leg) { s.give(note{leg: &l}) }

// EndLeg notes its end.
func (s *Scribe) EndLeg(id string, at time.Time, outcome string) {
	s.give(note{ended: &legEnd{id, outcome, at}})
}

func (s *Scribe) give(n note) {
	if len(s.notes) >= scribeQueue {
		s.lost++
		return
	}
	s.notes <- n // nobody else gives: there is room
}

// Close ends the log, once, and waits until it stands, or ctx is over. An error
// means that it may be open still; whenever the disk takes it, Run ends.
func (s *Scribe) Close(ctx context.Context, f func(*store.Call)) error {
	s.notes <- note{edit: f, last: true}
	select {
	case <-s.done:
		return s.ended
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run writes until the log is closed or ctx ends; whole when the disk has all
// of it.
func (s *Scribe) Run(ctx context.Context) (whole bool) {
	defer close(s.done)
	_ = s.must(ctx, "open", func() error { return s.db.Calls.Open(ctx, s.call) })
	s.call.Version = 1
	for {
		select {
		case <-ctx.Done():
			return false
		case n := <-s.notes:
			if !s.write(ctx, s.batch(n)) {
				continue
			}
			if s.lost > 0 {
				s.log.Error("notes of the call's log were dropped, the disk was too slow", "notes", s.lost)
			}
			return s.lost == 0 && !s.missed
		}
	}
}

// batch takes what has come meanwhile along.
func (s *Scribe) batch(first note) []note {
	all := []note{first}
	for len(all) < 64 && !all[len(all)-1].last {
		select {
		case n := <-s.notes:
			all = append(all, n)
		default:
			return all
		}
	}
	return all
}

// write keeps a batch; true when it held the end.
func (s *Scribe) write(ctx context.Context, batch []note) (last bool) {
	var events []store.Event
	var edits []func(*store.Call)
	for _, n := range batch {
		switch {
		case n.event != nil:
			s.seq++
			e := *n.event
			e.CallID, e.District, e.Seq = s.call.ID, s.call.District, s.seq
			events = append(events, e)
		case n.leg != nil:
			leg := *n.leg
			leg.CallID, leg.District = s.call.ID, s.call.District
			_ = s.must(ctx, "leg", func() error { return s.db.Legs.Add(ctx, leg) })
		case n.ended != nil:
			_ = s.must(ctx, "leg's end", func() error { return s.db.Legs.End(ctx, n.ended.id, n.ended.at, n.ended.outcome) })
		}
		if n.edit != nil {
			edits = append(edits, n.edit)
		}
		last = last || n.last
	}
	if len(events) > 0 {
		_ = s.must(ctx, "timeline", func() error { return s.db.Timeline.Append(ctx, events...) })
	}
	if len(edits) == 0 {
		return last
	}
	err := s.must(ctx, "log", func() error { return s.save(ctx, edits) })
	if last {
		s.ended = err
	}
	return last
}

// save keeps the log with the edits. Only we write it: who is there before us
// when an answer got lost is ourselves, and the edits go over what stands.
func (s *Scribe) save(ctx context.Context, edits []func(*store.Call)) error {
	next := s.call
	for _, edit := range edits {
		edit(&next)
	}
	saved, err := s.db.Calls.Save(ctx, next)
	switch {
	case err == nil:
		s.call, s.doubt = saved, false
	case away(err):
		s.doubt = true
	case errors.Is(err, store.ErrConflict) && s.doubt:
		stands, getErr := s.db.Calls.Get(ctx, s.call.ID)
		if getErr != nil {
			return getErr
		}
		if stands.Version == s.call.Version+1 {
			s.call, s.doubt = stands, false
			return s.save(ctx, edits)
		}
	}
	return err
}

// away tells whether the store may be there again later.
func away(err error) bool {
	return errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrFull)
}

// must repeats a write while the store is away. What was written already, by a
// try whose answer got lost, counts as done. What it gives up it has logged: the
// notes that follow go on.
func (s *Scribe) must(ctx context.Context, what string, f func() error) error {
	for try := 1; ; try++ {
		err := f()
		if err == nil {
			return nil
		}
		done := []error{store.ErrDuplicate, store.ErrClosed}
		if slices.ContainsFunc(done, func(e error) bool { return try > 1 && errors.Is(err, e) }) {
			return nil
		}
		if try == 1 || !away(err) {
			s.log.Error("writing the call's log", "what", what, "err", err)
		}
		if !away(err) || try >= scribeTries {
			s.missed = true
			return err
		}
		select {
		case <-ctx.Done():
			s.missed = true
			return err
		case <-time.After(scribeRetry):
		}
	}
}
