package query

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"zuoxi/hub/store"
)

type calls struct{ r Runner }

var callTable = table[store.Call]{"calls", func(k *store.Call) []column {
	o, t := &k.Outcome, &k.Times
	return slices.Concat(
		[]column{
			text("id", &k.ID), text("direction", &k.Direction), text("district", &k.District),
			text("trunk", &k.Trunk), text("agent", &k.Agent),
		},
		sealed("caller", &k.Caller),
		[]column{
			flag("withheld", &k.Withheld), text("prefix", &k.Origin.Prefix), text("city", &k.Origin.City),
			text("region", &k.Origin.Region), text("region_how", &k.Origin.RegionHow), text("subject", &k.Subject),
			text("disclaimer", &k.Disclaimer.Version), at("t_disclaimer_end", &k.Disclaimer.End),
			text("disposition", &o.Disposition), text("place", &o.Place), text("release_by", &o.ReleaseBy),
			text("release_cause", &o.ReleaseCause), text("rating", &o.Rating),
			at("t_arrive", &t.Arrive), at("t_queue", &t.Queue), at("t_offer", &t.Offer), at("t_answer", &t.Answer),
			at("t_bridge", &t.Bridge), at("t_release", &t.Release), at("t_wrap_end", &t.WrapEnd), at("t_closed", &t.Closed),
			doc("quality", &k.Quality), num("version", &k.Version),
		})
}}

func (s calls) Open(ctx context.Context, k store.Call) error {
	if k.ID == "" || k.District == "" || k.Times.Arrive.IsZero() || !k.Times.Closed.IsZero() {
		return failed(store.ErrInvalid, "open call %q", k.ID)
	}
	k.Version = 1
	err := s.r.Write(ctx, func(c *Conn) error {
		if err := created(callTable.insert(ctx, c, &k)); err != nil {
			return err
		}
		return linkRecords(ctx, c, &k)
	})
	return failed(err, "open call %s", k.ID)
}

func (s calls) Save(ctx context.Context, k store.Call) (store.Call, error) {
	if err := checkOutcome(k); err != nil {
		return k, failed(err, "save call %s", k.ID)
	}
	next := k
	err := s.r.Write(ctx, func(c *Conn) error {
		if err := mustBeOpen(ctx, c, k.ID); err != nil {
			return err
		}
		if err := callTable.update(ctx, c, &next, &next.Version); err != nil || next.Times.Closed.IsZero() {
			return err
		}
		if err := linkRecords(ctx, c, &next); err != nil {
			return err
		}
		return putCall(ctx, c, &next)
	})
	if err != nil {
		return k, failed(err, "save call %s", k.ID)
	}
	return next, nil
}

// checkOutcome holds each ended call to one class, with a place if abandoned.
func checkOutcome(k store.Call) error {
	if k.Times.Closed.IsZero() {
		return nil
	}
	switch k.Outcome.Disposition {
	case store.DispositionHuman, store.DispositionAuto:
		return nil
	case store.DispositionAbandoned:
		if k.Outcome.Place != "" {
			return nil
		}
	}
	return store.ErrInvalid
}

// mustBeOpen holds the call's row until the transaction ends, so that nothing
// is added to a log that is being closed.
func mustBeOpen(ctx context.Context, c *Conn, id string) error {
	var closed int64
	if err := c.One(ctx, "SELECT t_closed FROM calls WHERE id = ?"+c.ForUpdate(), []any{id}, &closed); err != nil {
		return err
	}
	if closed != 0 {
		return store.ErrClosed
	}
	return nil
}

func (s calls) Get(ctx context.Context, id string) (k store.Call, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		k, err = callTable.get(ctx, c, id)
		return err
	})
	return k, failed(err, "get call %s", id)
}

func (s calls) List(ctx context.Context, f store.CallFilter) ([]store.Call, string, error) {
	q := filter{by: "t_arrive", id: "id", page: f.Page, districts: f.Districts}
	q.span(f.Span)
	eq(&q, "agent", f.Agent)
	eq(&q, "region", f.Region)
	eq(&q, "subject", f.Subject)
	eq(&q, "disposition", string(f.Disposition))
	eq(&q, "direction", f.Direction)
	q.hash("caller_hash", f.CallerHash)
	q.hash("caller_tail", f.CallerTail)
	if f.Open {
		q.add("t_closed = 0")
	}
	rows, next, err := list(ctx, s.r, callTable, q, func(k *store.Call) cursor { return cursor{micro(k.Times.Arrive), k.ID} })
	return rows, next, failed(err, "list calls")
}

func (s calls) CloseOrphans(ctx context.Context, now time.Time, reason string) (ids []string, err error) {
	err = s.r.Write(ctx, func(c *Conn) error {
		ids = nil
		open, err := callTable.all(ctx, c, "WHERE t_closed = 0 ORDER BY t_arrive, id")
		if err != nil {
			return err
		}
		for i := range open {
			if err := closeOrphan(ctx, c, &open[i], now, reason); err != nil {
				return err
			}
			ids = append(ids, open[i].ID)
		}
		return nil
	})
	return ids, failed(err, "close orphaned calls")
}

func closeOrphan(ctx context.Context, c *Conn, k *store.Call, now time.Time, reason string) error {
	var seq, last int64
	err := c.One(ctx, "SELECT coalesce(max(seq), 0), coalesce(max(t_at), 0) FROM call_events WHERE call_id = ?", []any{k.ID}, &seq, &last)
	if err != nil {
		return err
	}
	var taped int64
	if err := c.One(ctx, "SELECT coalesce(max(t_end), 0) FROM recordings WHERE call_id = ?", []any{k.ID}, &taped); err != nil {
		return err
	}
	end := lastMoment(k, moment(max(last, taped)))
	data, err := json.Marshal(map[string]string{"reason": reason, "text": "中心中断，重开后收口"})
	if err != nil {
		return err
	}
	ev := store.Event{CallID: k.ID, Seq: seq + 1, District: k.District, At: now, Kind: "call.orphaned", Data: data}
	if err := created(eventTable.insert(ctx, c, &ev)); err != nil {
		return err
	}
	if _, err := c.Exec(ctx, "UPDATE call_legs SET t_to = ?, outcome = ? WHERE call_id = ? AND t_to = 0", micro(end), "orphaned", k.ID); err != nil {
		return err
	}
	settleOrphan(k, end, reason)
	k.Times.Closed = now
	if err := callTable.update(ctx, c, k, &k.Version); err != nil {
		return err
	}
	return putCall(ctx, c, k)
}

// settleOrphan fills in what the hub could no longer write.
func settleOrphan(k *store.Call, end time.Time, reason string) {
	o := &k.Outcome
	if k.Times.Release.IsZero() {
		k.Times.Release, o.ReleaseBy, o.ReleaseCause = end, store.ReleaseByHub, reason
	}
	switch {
	case !k.Times.Bridge.IsZero() && k.Times.Release.Sub(k.Times.Bridge) >= store.LeastTalk:
		o.Disposition, o.Place = store.DispositionHuman, ""
	case o.Disposition == "":
		o.Disposition = store.DispositionAbandoned
	}
	if o.Disposition == store.DispositionAbandoned && o.Place == "" {
		o.Place = store.PlaceFault
	}
}

// lastMoment is the latest time that is known of a call: the restart may come
// much later and must not make it longer.
func lastMoment(k *store.Call, last time.Time) time.Time {
	t := &k.Times
	for _, at := range []time.Time{t.Arrive, k.Disclaimer.End, t.Queue, t.Offer, t.Answer, t.Bridge} {
		if at.After(last) {
			last = at
		}
	}
	return last
}

type timeline struct{ r Runner }

var eventTable = table[store.Event]{"call_events", func(e *store.Event) []column {
	return []column{
		text("call_id", &e.CallID), num("seq", &e.Seq), text("district", &e.District),
		at("t_at", &e.At), text("kind", &e.Kind), jsonText("data", &e.Data),
	}
}}

func (s timeline) Append(ctx context.Context, events ...store.Event) error {
	if len(events) == 0 {
		return nil
	}
	for _, e := range events {
		if e.CallID == "" || e.Seq < 1 || e.District == "" || e.Kind == "" || e.At.IsZero() {
			return failed(store.ErrInvalid, "append event %d of call %q", e.Seq, e.CallID)
		}
	}
	err := s.r.Write(ctx, func(c *Conn) error {
		checked := ""
		for i := range events {
			if id := events[i].CallID; id != checked {
				if err := mustBeOpen(ctx, c, id); err != nil {
					return err
				}
				checked = id
			}
			if err := created(eventTable.insert(ctx, c, &events[i])); err != nil {
				return err
			}
		}
		return nil
	})
	return failed(err, "append events of call %s", events[0].CallID)
}

func (s timeline) List(ctx context.Context, callID string) (events []store.Event, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		events, err = eventTable.all(ctx, c, "WHERE call_id = ? ORDER BY seq", callID)
		return err
	})
	return events, failed(err, "list events of call %s", callID)
}

type legs struct{ r Runner }

var legTable = table[store.Leg]{"call_legs", func(l *store.Leg) []column {
	return slices.Concat(
		[]column{text("id", &l.ID), text("call_id", &l.CallID), text("district", &l.District), text("role", &l.Role)},
		sealed("party", &l.Party),
		[]column{text("agent", &l.Agent), at("t_from", &l.From), at("t_to", &l.To), text("outcome", &l.Outcome)})
}}

func (s legs) Add(ctx context.Context, l store.Leg) error {
	if l.ID == "" || l.CallID == "" || l.District == "" || l.From.IsZero() {
		return failed(store.ErrInvalid, "add leg %q of call %q", l.ID, l.CallID)
	}
	err := s.r.Write(ctx, func(c *Conn) error {
		if err := mustBeOpen(ctx, c, l.CallID); err != nil {
			return err
		}
		return created(legTable.insert(ctx, c, &l))
	})
	return failed(err, "add leg %s of call %s", l.ID, l.CallID)
}

func (s legs) End(ctx context.Context, id string, at time.Time, outcome string) error {
	err := s.r.Write(ctx, func(c *Conn) error {
		n, err := c.Exec(ctx, "UPDATE call_legs SET t_to = ?, outcome = ? WHERE id = ? AND t_to = 0", micro(at), outcome, id)
		if err != nil || n == 1 {
			return err
		}
		if _, err := legTable.get(ctx, c, id); err != nil {
			return err
		}
		return store.ErrClosed
	})
	return failed(err, "end leg %s", id)
}

func (s legs) List(ctx context.Context, callID string) (out []store.Leg, err error) {
	err = s.r.Read(ctx, func(c *Conn) error {
		out, err = legTable.all(ctx, c, "WHERE call_id = ? ORDER BY t_from, id", callID)
		return err
	})
	return out, failed(err, "list legs of call %s", callID)
}

func (s legs) Dialled(ctx context.Context, hash []byte, since time.Time) (ids []string, err error) {
	if len(hash) == 0 {
		return nil, nil // a number that is not known is nobody's
	}
	err = s.r.Read(ctx, func(c *Conn) error {
		ids = nil
		return c.Rows(ctx, "SELECT id FROM call_legs WHERE party_hash = ? AND t_from >= ? AND role = '"+store.RoleDialled+"'", []any{hash, micro(since)}, func(r *sql.Rows) error {
			var id string
			err := c.scan(r, &id)
			ids = append(ids, id)
			return err
		})
	})
	return ids, failed(err, "list how often a number was dialled")
}
